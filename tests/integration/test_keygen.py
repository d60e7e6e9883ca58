# SPDX-License-Identifier: Apache-2.0
"""expresslink-claim keygen: what it makes is judged by openssl's own command, and what it says is read as a person does."""
import json
import os
import pwd
import re
import resource
import shutil
import signal
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path

from patience import DEADLINE

BUILD = Path(os.environ.get("EXPRESSLINK_BUILD_DIR", Path(__file__).resolve().parents[2] / "build" / "debug")).resolve()
CLAIM = BUILD / "command" / "expresslink-claim"
NOBODY = pwd.getpwnam("nobody")


def openssl(*arguments, **options):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, text=True, timeout=DEADLINE,
                          stdin=subprocess.DEVNULL, **options).stdout


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


class Keygen(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="keygen-")))

    def run_keygen(self, *arguments, **options):
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8",
                       **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}}
        options = {"cwd": self.folder, "env": environment, "capture_output": True, **options}
        run = subprocess.run([options.pop("program", CLAIM), "keygen", *map(str, arguments)], timeout=DEADLINE, **options)
        return run.returncode, (run.stdout or b"").decode(), (run.stderr or b"").decode()

    def keygen(self, *arguments, **options):
        status, out, err = self.run_keygen(*arguments, **options)
        self.assertEqual((status, err), (0, ""))
        return out

    def refused(self, status, message, *arguments, **options):
        before = self.content()
        code, out, err = self.run_keygen(*arguments, **options)
        self.assertEqual((code, out), (status, ""), err)
        self.assertRegex(err, message)
        after = self.content()
        self.assertEqual({name: after.get(name) for name in before}, before, "a file was touched")
        return err

    def content(self):
        return {path.name: path.read_bytes() if path.is_file() else None for path in self.folder.iterdir()}

    def names(self):
        return sorted(path.name for path in self.folder.iterdir())

    def public_of(self, name):
        return openssl("pkey", "-in", self.folder / name, "-pubout")

    # What is wrong

    def test_arguments(self):
        for message, arguments in (
                ("unknown option", ["--no-such"]), ("unexpected argument: x", ["x"]),
                ("--days needs a number from 1 to 36500, not 0", ["--self-signed", "--days", "0"]),
                ("--days needs a number from 1 to 36500, not 36501", ["--self-signed", "--days", "36501"]),
                ("--days needs a number from 1 to 36500, not 1y", ["--self-signed", "--days", "1y"]),
                ("--days is only for --self-signed", ["--days", "10"]),
                ("your AWS account makes the observer's certificate", ["--observer", "--self-signed"]),
                *((f"--name needs", ["--name", name]) for name in ("", "../x", ".hidden", "-x", "a b", "ü", "a" * 65))):
            with self.subTest(arguments):
                self.refused(64, re.escape(message) if "needs" not in message else message, *arguments)
        self.assertEqual(self.names(), [])

    def test_folder(self):
        self.refused(73, "create it: mkdir -m 700 missing", "-C", "missing")
        (self.folder / "file").touch()
        self.refused(73, "file: not a folder", "-C", "file")
        self.refused(73, "No such file", "-C", "")

    def test_folder_that_may_not_be_written(self):
        inner = self.folder / "inner"
        inner.mkdir(mode=0o755)
        self.folder.chmod(0o755)
        options = {}
        if os.geteuid() == 0:
            program = shutil.copy(CLAIM, self.folder)  # the build may be where nobody else may look
            options = {"user": NOBODY.pw_uid, "group": NOBODY.pw_gid, "program": program}
        else:
            inner.chmod(0o555)
        self.refused(73, "inner/claim-thing.key: cannot be written: Permission denied", "-C", "inner", **options)
        self.assertEqual(list(inner.iterdir()), [])

    def test_disk_that_is_full(self):
        """The key, or all but the certificate, has no room: nothing that is half of a file, and the next run goes on."""
        def small(size):
            def limit():
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            return limit
        self.refused(73, "claim-thing.key: cannot be written: File too large", preexec_fn=small(100))
        self.assertEqual(self.names(), [])
        self.refused(73, "claim-thing.csr: cannot be written: File too large", preexec_fn=small(300))
        self.assertEqual(self.names(), ["claim-thing.key"])
        self.refused(73, "claim-thing.pem: cannot be written", "--self-signed", preexec_fn=small(500))
        self.assertEqual(self.names(), ["claim-thing.csr", "claim-thing.key"])
        out = self.keygen("--self-signed")
        self.assertEqual(re.findall(r"^(Made|Kept) +(\S+)", out, re.M),
                         [("Kept", "claim-thing.key"), ("Kept", "claim-thing.csr"), ("Made", "claim-thing.pem")])

    def test_report_that_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            status, _, err = self.run_keygen(stdout=full, capture_output=False, stderr=subprocess.PIPE)
        self.assertEqual((status, self.names()), (74, ["claim-thing.csr", "claim-thing.key"]))
        self.assertIn("the files are complete", err)

    def test_what_is_there_and_is_something_else(self):
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self.folder / "other.key")
        openssl("req", "-new", "-key", "other.key", "-subj", "/CN=x", "-out", "other.csr", cwd=self.folder)
        openssl("req", "-new", "-x509", "-key", "other.key", "-subj", "/CN=x", "-out", "other.pem", cwd=self.folder)
        openssl("genpkey", "-algorithm", "ED25519", "-out", self.folder / "ed25519.key")
        openssl("pkey", "-in", self.folder / "other.key", "-aes256", "-passout", "pass:secret", "-out",
                self.folder / "secret.key")
        files = {name: (self.folder / name).read_text() for name in self.names()}
        for path in self.folder.iterdir():
            path.unlink()
        for ending in ("csr", "pem"):
            with self.subTest("without its key", ending=ending), tempfile.TemporaryDirectory(dir=self.folder) as inner:
                (Path(inner) / f"claim-thing.{ending}").write_text(files[f"other.{ending}"])
                self.refused(65, "exists, but its key does not; restore .*claim-thing.key", "-C", inner)
                self.assertEqual(os.listdir(inner), [f"claim-thing.{ending}"])
        for ending, text, message in (
                ("key", "", "is empty"), ("key", "hello", "nothing in PEM form"),
                ("key", files["other.pem"], "holds a certificate, but a private key is needed"),
                ("key", files["secret.key"], "has a pass phrase"),
                ("key", files["ed25519.key"], "accepts keys of P-256.*but this is ED25519"),
                ("csr", files["other.csr"], "belongs to another key than .*claim-thing.key; move it away"),
                ("csr", files["other.key"], "holds a private key, but a signing request is needed"),
                ("pem", files["other.pem"], "belongs to another key than .*claim-thing.key; move it away"),
                ("pem", files["other.csr"], "holds a signing request, but a certificate is needed")):
            with self.subTest(message), tempfile.TemporaryDirectory(dir=self.folder) as inner:
                if ending != "key":
                    self.keygen("-C", inner)
                (Path(inner) / f"claim-thing.{ending}").write_text(text)
                self.refused(65, message, "-C", inner)
                self.assertEqual((Path(inner) / f"claim-thing.{ending}").read_text(), text)

    def test_links(self):
        """A link is a name that is taken, wherever it leads."""
        elsewhere = self.folder / "elsewhere"
        for ending in ("key", "csr", "pem"):
            with self.subTest(ending), tempfile.TemporaryDirectory(dir=self.folder) as inner:
                if ending != "key":
                    self.keygen("-C", inner)
                (Path(inner) / f"claim-thing.{ending}").unlink(missing_ok=True)
                (Path(inner) / f"claim-thing.{ending}").symlink_to(elsewhere)
                self.refused(65, f"claim-thing.{ending}: cannot be read: No such file", "-C", inner, "--self-signed")
                self.assertFalse(elsewhere.exists())

    # What is right

    def test_claim_thing(self):
        out = self.keygen()
        self.assertEqual(self.names(), ["claim-thing.csr", "claim-thing.key"])
        key = openssl("pkey", "-in", self.folder / "claim-thing.key", "-noout", "-text")
        self.assertIn("NIST CURVE: P-256", key)
        self.assertTrue((self.folder / "claim-thing.key").read_text().startswith("-----BEGIN PRIVATE KEY-----\n"))
        request = subprocess.run(["openssl", "req", "-in", self.folder / "claim-thing.csr", "-verify", "-noout", "-subject",
                                  "-pubkey"], check=True, capture_output=True, text=True, timeout=DEADLINE)
        self.assertIn("verify OK", request.stderr)
        self.assertIn("subject=CN = claim-thing", request.stdout)
        self.assertIn(self.public_of("claim-thing.key"), request.stdout)
        self.assertIn("\n    expresslink-claim account certificate claim-thing.csr\n", out)
        self.assertRegex(out, "Then send claim-thing.pem, and nothing else")
        self.assertRegex(out, "Never send claim-thing.key to anyone, not even AWS")
        self.assertIn(f"cert_file = {self.folder.resolve()}/claim-thing.pem\n", out)
        self.assertNotIn(str(key.split("pub:")[0].split("priv:")[1].split()[0]), out)
        self.assertLessEqual(max(map(len, out.split("cert_file")[0].splitlines())), 100)

    def test_email(self):
        """To whom, and the four things that AWS wants to know (Onboarding-by-Claim guide, appendix A)."""
        for out in (self.keygen(), self.keygen("--self-signed", "--name", "own")):
            email = out.partition("    To: expresslink-onboarding@amazon.com\n")[2].partition("\n\nBoth contacts")[0]
            self.assertEqual(re.findall(r"^    ([A-Z][^:]*):$", email, re.M), [
                "Company name", "AWS account ID", "Technical/developer contact (name and e-mail)",
                "Technical manager contact (name and e-mail)"])
        self.assertNotIn("expresslink-onboarding", self.keygen("--observer"))

    def test_self_signed(self):
        for days, name in ((None, "claim-thing"), (1, "short"), (36500, "long")):
            out = self.keygen("--self-signed", "--name", name, *(["--days", days] if days else []))
            certificate = self.folder / f"{name}.pem"
            text = openssl("x509", "-in", certificate, "-noout", "-text")
            self.assertIn("CA:FALSE", text)
            self.assertIn("Version: 3", text)
            self.assertIn("TLS Web Client Authentication", text)
            self.assertIn(f"Subject: CN = {name}", text)
            openssl("verify", "-check_ss_sig", "-CAfile", certificate, certificate)
            self.assertEqual(openssl("x509", "-in", certificate, "-noout", "-pubkey"), self.public_of(f"{name}.key"))
            seconds = (days or 3650) * 24 * 3600
            openssl("x509", "-in", certificate, "-noout", "-checkend", seconds - 600)
            with self.assertRaises(subprocess.CalledProcessError):
                openssl("x509", "-in", certificate, "-noout", "-checkend", seconds + 600)
            self.assertIn(f"\nSend {name}.pem, and nothing else", out)
            self.assertNotIn("account certificate", out)
        serials = {openssl("x509", "-in", path, "-noout", "-serial") for path in self.folder.glob("*.pem")}
        self.assertEqual(len(serials), 3)

    def test_observer(self):
        out = self.keygen("--observer")
        self.assertEqual(self.names(), ["portal-observer.csr", "portal-observer.key"])
        self.assertIn("CN = portal-observer", openssl("req", "-in", self.folder / "portal-observer.csr", "-noout",
                                                      "-subject"))
        self.assertRegex(out, "account apply --ca .* --birth-certificate birth.pem --observer-request portal-observer.csr --portal-ini portal.ini")
        self.assertRegex(out, "Never send portal-observer.key to anyone")
        self.assertNotIn("Send ", out)
        self.assertNotIn("claim-thing", out)

    def test_modes(self):
        for mask, public in ((0o000, 0o644), (0o022, 0o644), (0o027, 0o640), (0o077, 0o600), (0o777, 0o600)):
            name = f"with-{mask:03o}"
            with self.subTest(name):
                self.keygen("--self-signed", "--name", name, umask=mask)
                self.assertEqual([mode(self.folder / f"{name}.{ending}") for ending in ("key", "csr", "pem")],
                                 [0o600, public, public])

    def test_again(self):
        self.keygen()
        before = self.content()
        out = self.keygen()
        self.assertEqual(self.content(), before)
        self.assertRegex(out, r"Kept  claim-thing\.key  private key, P-256\nKept  claim-thing\.csr  signing request\n")
        (self.folder / "claim-thing.csr").unlink()
        out = self.keygen()
        self.assertRegex(out, r"Kept  claim-thing\.key .*\nMade  claim-thing\.csr ")
        self.assertEqual((self.folder / "claim-thing.key").read_bytes(), before["claim-thing.key"])
        self.assertIn(self.public_of("claim-thing.key"),
                      openssl("req", "-in", self.folder / "claim-thing.csr", "-noout", "-pubkey"))

    def test_keys_of_others(self):
        """RSA, or a key behind its curve's parameters: made by openssl, they are kept and used."""
        openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", self.folder / "rsa.key")
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-out", self.folder / "ec.key")
        for name, words in (("rsa", "RSA 2048"), ("ec", "P-256")):
            (self.folder / f"{name}.key").chmod(0o644)
            out = self.keygen("--name", name, "--self-signed")
            self.assertRegex(out, f"Kept  {name}.key  private key, {words}\n")
            self.assertIn(f"Restrict it: chmod 600 {name}.key\n", out)
            self.assertEqual(openssl("x509", "-in", self.folder / f"{name}.pem", "-noout", "-pubkey"),
                             self.public_of(f"{name}.key"))
            self.assertEqual(mode(self.folder / f"{name}.key"), 0o644)

    def test_folder_with_a_strange_name(self):
        inner = self.folder / "it's here"
        inner.mkdir()
        out = self.keygen("-C", "it's here")
        command = next(line for line in out.splitlines() if "account certificate" in line)
        words = subprocess.run(["sh", "-c", f"printf '%s\\n' {command.strip()}"], check=True, capture_output=True, text=True)
        self.assertEqual(words.stdout.splitlines()[-1], "it's here/claim-thing.csr")
        self.keygen("-C", f"{inner}/")
        self.assertEqual(len(list(inner.iterdir())), 2)

    def test_json(self):
        made = json.loads(self.keygen("--json"))
        self.assertEqual(made, {
            "name": "claim-thing", "role": "claim-thing",
            "key": {"path": "claim-thing.key", "state": "made"}, "request": {"path": "claim-thing.csr", "state": "made"},
            "certificate": {"path": "claim-thing.pem", "state": "none"}, "send": None, "never_send": "claim-thing.key",
            "next": "expresslink-claim account certificate claim-thing.csr"})
        signed = json.loads(self.keygen("--json", "--self-signed"))
        self.assertEqual([signed[part]["state"] for part in ("key", "request", "certificate")], ["kept", "kept", "made"])
        self.assertEqual((signed["send"], signed["next"]), ("claim-thing.pem", None))
        observer = json.loads(self.keygen("--json", "--observer", "--name", "eyes"))
        self.assertEqual((observer["role"], observer["send"], observer["never_send"]), ("observer", None, "eyes.key"))

    def test_all_at_once(self):
        """Many that start together: one makes the key, and whoever comes later keeps it or is told so."""
        runs = [subprocess.Popen([CLAIM, "keygen", "--self-signed"], cwd=self.folder, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE) for _ in range(12)]
        results = [(run.communicate(timeout=DEADLINE), run.returncode) for run in runs]
        self.assertTrue(any(status == 0 for _, status in results))
        for (_, err), status in results:
            self.assertIn(status, (0, 73), err)
        self.keygen("--self-signed")
        self.assertEqual(self.names(), ["claim-thing.csr", "claim-thing.key", "claim-thing.pem"])
        self.assertEqual(openssl("x509", "-in", self.folder / "claim-thing.pem", "-noout", "-pubkey"),
                         self.public_of("claim-thing.key"))

    def test_help(self):
        out = self.keygen("--help")
        for word in ("--directory", "--observer", "--name", "--self-signed", "--days", "--json", "Exit status"):
            self.assertIn(word, out)
        self.assertLessEqual(max(map(len, out.splitlines())), 100)


if __name__ == "__main__":
    unittest.main()
