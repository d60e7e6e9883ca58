# SPDX-License-Identifier: Apache-2.0
"""sidewalk-batch: a list and a control log that agree, and certificates that another implementation verifies."""
import base64
import hashlib
import json
import os
import pty
import subprocess
import tempfile
import unittest
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

from patience import DEADLINE
from portal import BUILD

BATCH = BUILD / "sandbox" / "sidewalk-batch"
CURVES = {"sidewalkP256R1CertificateChain": 64, "sidewalkED25519CertificateChain": 32}


def verify(key, signature, claim):
    if len(key) == 32:
        ed25519.Ed25519PublicKey.from_public_bytes(key).verify(signature, claim)
        return
    der = utils.encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + key).verify(der, claim, ec.ECDSA(hashes.SHA256()))


def certificates(chain, key_length):
    """[(serial, key, signature)], the device's first."""
    found, serial_length = [], 32
    while chain:
        end = serial_length + key_length
        found.append((chain[:serial_length], chain[serial_length:end], chain[end:end + 64]))
        chain = chain[end + 64:]
        serial_length = 4
        assert not chain or chain[3] >> 4 != 0b1011, "announces a longer serial number"
    return found


class Batch(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def make(self, *arguments, folder=None):
        folder = folder or self.folder
        done = subprocess.run([BATCH, *arguments, folder], capture_output=True, text=True, timeout=DEADLINE)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        return folder

    @staticmethod
    def rows(folder):
        header, *rows = (folder / "devices.csv").read_text().splitlines()
        assert header == "smsn"
        return rows

    @staticmethod
    def entries(folder):
        return json.loads((folder / "control-log.json").read_text())["controlLogs"]

    def check_chains(self, entry):
        device, roots = entry["device"], []
        for curve, key_length in CURVES.items():
            chain = certificates(base64.b64decode(device["sidewalkData"][curve], validate=True), key_length)
            self.assertEqual(len(chain), 6)
            self.assertEqual(chain[0][0].hex(), device["serialNumber"])
            issuers = [key for _, key, _ in chain[1:]] + [chain[-1][1]]
            for (serial, key, signature), issuer in zip(chain, issuers):
                verify(issuer, signature, key + serial)
            with self.assertRaises(InvalidSignature):
                verify(issuers[0], chain[0][2], chain[0][1] + hashlib.sha256(chain[0][0]).digest())
            roots.append(chain[-1])
        return roots

    def test_every_chain_verifies_and_belongs_to_its_serial_number(self):
        for options in ([], ["--fast"]):
            folder = self.make("--devices", "300", *options)
            entries = self.entries(folder)
            roots = [self.check_chains(entry) for entry in entries]
            self.assertTrue(all(root == roots[0] for root in roots))
            keys = {base64.b64decode(e["device"]["sidewalkData"]["sidewalkP256R1CertificateChain"])[32:96] for e in entries}
            self.assertEqual(len(keys), 1 if options else 300)

    def test_list_and_log_agree_in_every_form(self):
        self.make("--devices", "1000", "--apid", "abCD")
        rows, entries = self.rows(self.folder), self.entries(self.folder)
        self.assertEqual([entry["device"]["serialNumber"] for entry in entries], rows)
        self.assertEqual((len(rows), len(set(rows))), (1000, 1000))
        for entry in entries:
            self.assertEqual(entry["version"], "4-0-1")
            self.assertEqual(entry["device"]["productIdentifier"], {"advertisedProductId": "abCD"})
            self.assertEqual(entry["device"]["sidewalkData"]["label"], "production")
            self.assertRegex(entry["device"]["serialNumber"], "^[0-9a-f]{64}$")
        lines = self.make("--devices", "1000", "--apid", "abCD", "--form", "lines", folder=self.folder / "lines")
        self.assertEqual([e["device"]["serialNumber"] for e in self.entries(lines)], rows)
        self.assertEqual(len((lines / "control-log.json").read_text().splitlines()), 1002)
        each = self.make("--devices", "1000", "--apid", "abCD", "--form", "each", folder=self.folder / "each")
        logs = {path.stem: json.loads(path.read_text())["controlLogs"] for path in (each / "control-logs").iterdir()}
        self.assertEqual(sorted(logs), sorted(rows))
        self.assertTrue(all(log[0]["device"]["serialNumber"] == name and len(log) == 1 for name, log in logs.items()))
        self.assertEqual(self.rows(each), rows)

    def test_the_seed_decides(self):
        one, same, other, product = (
            self.make("--devices", "20", *more, folder=self.folder / str(i))
            for i, more in enumerate((["--threads", "1"], ["--threads", "4"], ["--seed", "b"], ["--apid", "b"])))
        self.assertEqual(self.rows(one), self.rows(same))
        ed25519_of = [[e["device"]["sidewalkData"]["sidewalkED25519CertificateChain"] for e in self.entries(folder)]
                      for folder in (one, same, other)]
        self.assertEqual(ed25519_of[0], ed25519_of[1])
        self.assertNotEqual(ed25519_of[0], ed25519_of[2])
        self.assertFalse(set(self.rows(one)) & set(self.rows(other) + self.rows(product)))

    def test_as_many_as_were_asked_for_around_the_size_of_a_part(self):
        for count in (1, 255, 256, 257, 513):
            folder = self.make("--devices", str(count), "--fast", "--threads", "3")
            self.assertEqual((len(set(self.rows(folder))), len(self.entries(folder))), (count, count))

    def test_wrong_arguments_are_64_and_write_nothing(self):
        for arguments in ([], ["--devices", "0", "x"], ["--devices", "many", "x"], ["--form", "two", "x"],
                          ["--apid", 'a"b', "x"], ["x", "y"], ["--no-such-option", "x"]):
            done = subprocess.run([BATCH, *arguments], cwd=self.folder, capture_output=True, timeout=DEADLINE)
            self.assertEqual(done.returncode, 64, arguments)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_folder_that_cannot_be_written_is_said(self):
        (self.folder / "file").touch()
        done = subprocess.run([BATCH, self.folder / "file"], capture_output=True, text=True, timeout=DEADLINE)
        self.assertEqual(done.returncode, 1)
        self.assertIn("Not a directory", done.stderr)
        with self.subTest("a full disk leaves no half of a log"):
            (self.folder / "devices.csv.partial").symlink_to("/dev/full")
            done = subprocess.run([BATCH, self.folder], capture_output=True, text=True, timeout=DEADLINE)
            self.assertEqual(done.returncode, 1)
            self.assertIn("No space left on device", done.stderr)
            self.assertEqual([path.name for path in self.folder.iterdir()], ["file"])
        with self.subTest("each file of its own"):
            (self.folder / "control-logs").touch()
            done = subprocess.run([BATCH, "--form", "each", self.folder], capture_output=True, text=True, timeout=DEADLINE)
            self.assertEqual(done.returncode, 1)
            self.assertIn("Not a directory", done.stderr)
            self.assertFalse((self.folder / "devices.csv").exists())

    def test_a_terminal_shows_a_bar(self):
        leader, follower = pty.openpty()
        with subprocess.Popen([BATCH, "--devices", "600", self.folder], stderr=follower) as run:
            os.close(follower)
            shown = b""
            try:
                while part := os.read(leader, 4096):
                    shown += part
            except OSError:  # the other side is closed
                pass
        os.close(leader)
        self.assertEqual(run.returncode, 0)
        self.assertIn(b"[##############################] 100 %  600 of 600 devices", shown)


if __name__ == "__main__":
    unittest.main()
