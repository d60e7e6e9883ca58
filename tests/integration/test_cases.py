# SPDX-License-Identifier: Apache-2.0
"""Small inputs from other people's hands that once went wrong (tests/cases), and what each must give."""
import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from patience import DEADLINE
from portal import PROGRAM, Portal, PortalCase
from sandbox import Sandbox

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "pictures"))
import reading  # noqa: E402

BUILD = Path(os.environ.get("EXPRESSLINK_BUILD_DIR", Path(__file__).resolve().parents[2] / "build" / "debug")).resolve()
CASES = Path(__file__).resolve().parents[1] / "cases"


# One class a program that reads them, one function a case, named after its file.


class Sidewalk(unittest.TestCase):
    """sidewalk-import check."""

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="cases-")))

    def check(self, *arguments, **files):
        """Everything that the command says and writes, and the totals. Files: rows and log."""
        rows, log = files.get("rows", CASES / "sidewalk-semicolon.csv"), files.get("log", CASES / "sidewalk-device.json")
        command = [BUILD / "sidewalk" / "sidewalk-import", "check", "--csv", rows, "--control-log", log,
                   "--differences", self.folder / "differences.csv", "--corrected", self.folder / "corrected.csv", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE)
        written = [self.folder / "differences.csv", self.folder / "corrected.csv"]
        return done.returncode, done.stdout + done.stderr + "".join(path.read_text() for path in written if path.exists())

    def is_recognised(self, case, **files):
        keys = re.findall(r"[0-9a-f]{64}", case.read_text())
        for arguments in ((), ("--json",), ("--all",)):
            code, said = self.check(*arguments, **files)
            self.assertEqual(code, 1)
            self.assertIn("this is a device's own file with private keys, not a ", said)
            self.assertIn("do not send it around", said)
            self.assertFalse([key for key in keys if key in said])
            self.assertNotIn("grg8izXoVvQ86cPV", said)
            if not arguments:
                self.assertIn("First give the list and the control log instead", said)

    def test_sidewalk_device(self):
        case = CASES / "sidewalk-device.json"
        self.is_recognised(case, log=case)
        self.is_recognised(case, rows=case)

    def test_sidewalk_device_cut(self):
        case = CASES / "sidewalk-device-cut.json"
        self.is_recognised(case, log=case)
        self.is_recognised(case, rows=case)
        flat = self.folder / "flat.txt"  # as --outform flat of Amazon's tool writes it
        flat.write_text("".join(f"{name}: {number * 64}\n" for name, number in
                                (("smsn", "1"), ("devicePrivKeyEd25519", "2"), ("devicePrivKeyP256R1", "3"), ("apid", "eXpL"))))
        self.is_recognised(flat, log=flat)
        self.is_recognised(flat, rows=flat)

    def test_sidewalk_semicolon(self):
        case = CASES / "sidewalk-semicolon.csv"
        code, said = self.check(rows=case)
        self.assertEqual(code, 1)
        self.assertIn("there is more than one column, separated by semicolons: 3", said)
        self.assertIn("the first row must be smsn, but there is more than one column, separated by semicolons", said)
        self.assertEqual((self.folder / "corrected.csv").read_text().split(),
                         ["smsn", *re.findall(r"[0-9a-f]{64}", case.read_text())])

    def test_log_label_preprod(self):
        case = CASES / "log-label-preprod.json"
        rows = self.folder / "list.csv"
        rows.write_text("\n".join(["smsn", *(entry["device"]["serialNumber"] for entry in json.loads(case.read_text())["controlLogs"])]))
        code, said = self.check(rows=rows, log=case)
        self.assertEqual(code, 1)
        self.assertRegex(said, r"devices for tests, not for production +3  blocks it")
        self.assertIn('its label is "preprod", not "production"', said)
        self.assertIn("--allow-test lets devices for tests pass", said)
        code, said = self.check("--allow-test", rows=rows, log=case)
        self.assertEqual(code, 0)
        self.assertRegex(said, r"devices for tests, which --allow-test lets pass +3  warning")
        self.assertRegex(said, r"matched +3\n")

    def test_the_root_of_a_log_is_compared(self):
        case = CASES / "log-label-preprod.json"
        log = json.loads(case.read_text())["controlLogs"]
        rows = self.folder / "list.csv"
        rows.write_text("\n".join(["smsn", *(entry["device"]["serialNumber"] for entry in log)]))
        data = log[0]["device"]["sidewalkData"]
        keys = {"ed25519": base64.b64decode(data["sidewalkED25519CertificateChain"])[-96:-64],
                "p256r1": base64.b64decode(data["sidewalkP256R1CertificateChain"])[-128:-64]}
        root = self.folder / "root.txt"
        root.write_text("# Amazon's\n" + "".join(f"{name} {key.hex(',')}\n" for name, key in keys.items()))
        code, said = self.check("--allow-test", "--root", root, rows=rows, log=case)
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"root of the certificate chains +compared")
        root.write_text(f"ed25519 {keys['ed25519'].hex()}\np256r1 {bytes(64).hex()}\n")
        code, said = self.check("--allow-test", "--root", root, rows=rows, log=case)
        self.assertEqual(code, 1)
        self.assertRegex(said, r"certificate chains of another root than Amazon's +3  blocks it")
        self.assertIn("P-256", said)
        root.write_text("ed25519 00\n")
        code, said = self.check("--root", root, rows=rows, log=case)
        self.assertEqual(code, 66)


class Inventory(unittest.TestCase):
    """expresslink-portal inventory import."""

    def refused(self, case):
        with tempfile.TemporaryDirectory() as folder:
            ini = Path(folder, "portal.ini")
            ini.write_text(f"[store]\nurl = sqlite:{folder}/portal.db\n[log]\nlevel = warn\n")
            subprocess.run([PROGRAM, "migrate", "--config", ini], check=True, capture_output=True, timeout=DEADLINE)
            done = subprocess.run([PROGRAM, "inventory", "import", case, "--json", "--config", ini], capture_output=True, text=True,
                                  timeout=DEADLINE)
        self.assertEqual(done.returncode, 1, done)
        return [(row["line"], row["column"], row["reason"]) for row in json.loads(done.stdout)["refused"]]

    def test_hidden(self):
        self.assertEqual(self.refused(CASES / "hidden.csv"), [
            (line, "thing_name", f"there is an invisible character ({character}) in column 1; delete it")
            for line, character in ((2, r"\u202E"), (3, r"\u200B"), (4, r"\u00A0"))])

    def test_labels_utf16(self):
        self.assertEqual(self.refused(CASES / "labels-utf16.csv"), [(1, None, "it is UTF-16; save it as UTF-8")])


class Decode(unittest.TestCase):
    def test_far_clean(self):
        self.assertEqual(reading.ours(CASES / "far-clean.jpg"),
                         [b"http://127.0.0.1:18080/r/0123456789abcdef0123456789abcdef"])


class Labels(unittest.TestCase):
    """expresslink-claim label --csv."""

    def label(self, case):
        with tempfile.TemporaryDirectory(prefix="cases-") as folder:
            command = [BUILD / "command" / "expresslink-claim", "label", "--url", "https://example.com", "--csv", case,
                       "--output", Path(folder) / "labels.html"]
            done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE)
        self.assertEqual(done.returncode, 65)
        return done.stderr.splitlines()

    def test_hidden(self):
        case = CASES / "hidden.csv"
        self.assertEqual(self.label(case)[:3], [
            f"expresslink-claim: {case}:{line}: there is an invisible character ({character}) in column 1; delete it"
            for line, character in ((2, r"\u202E"), (3, r"\u200B"), (4, r"\u00A0"))])

    def test_labels_utf16(self):
        case = CASES / "labels-utf16.csv"
        said = self.label(case)
        self.assertEqual(said[0], f"expresslink-claim: {case}:1: it is UTF-16; save it as UTF-8")
        self.assertEqual(len([line for line in said if "labels-utf16.csv:" in line]), 1)

    def test_what_may_be_a_key_is_not_quoted(self):
        for key in ("ed3321544a184d2e797c1c4b8ec10a8b", "7TMhVEoYTS55fBxLjsEKi6mkt75ahC1MbCcRxb+c90o="):
            with tempfile.NamedTemporaryFile(suffix=".csv") as file:
                file.write(f"thing name\n {key}!\n".encode())
                file.flush()
                said = "\n".join(self.label(file.name))
            self.assertIn(f"{file.name}:2: {len(key) + 1} characters (not shown, they may be a key): ", said)
            self.assertNotIn(key[:8], said)


class Scanned(PortalCase):
    """What a phone's own camera, a photograph and the command give."""
    THING = "0123456789abcdef0123456789abcdef"

    @classmethod
    def sections(cls):
        return {"http": {"public_url": "http://127.0.0.1:18080"}, "labels": {"pictures_per_minute": "0"}}

    def decoded(self, case):
        return self.portal.request("POST", "/api/v1/labels/decode?lang=en", case.read_bytes(), {})

    def is_read(self, case):
        self.assertEqual(self.decoded(case).json["identifier"], self.THING)
        text, = reading.ours(case)
        with self.subTest("as a text"):
            answer = self.portal.post_json("/api/v1/labels/read", {"text": text.decode()})
            self.assertEqual(answer.json["identifier"], self.THING)
        with self.subTest("by the API"):
            answer = self.portal.post_json("/api/v1/registrations", {"identifier": text.decode()})
            self.assertEqual(answer.json["thing_name"], self.THING)
        with self.subTest("in the form"):
            self.assertEqual(self.portal.post_form("/register", identifier=text.decode()).status, 303)
        return text.decode()

    def test_qr_upper(self):
        text = self.is_read(CASES / "qr-upper.png")
        page = self.portal.get(text.removeprefix("HTTP://127.0.0.1:18080"))
        self.assertEqual(page.status, 200, page)
        self.assertIn(f'value="{self.THING}"', page.text)

    def test_qr_bom(self):
        self.is_read(CASES / "qr-bom.png")

    def test_qr_trailing_nul(self):
        self.is_read(CASES / "qr-trailing-nul.png")

    def test_dm(self):
        answer = self.decoded(CASES / "dm.png")
        self.assertEqual((answer.status, answer.json["reason"]), (422, "data_matrix"))
        self.assertIn("We only read QR codes: scan the square code", answer.json["detail"])

    def test_anim(self):
        answer = self.decoded(CASES / "anim.webp")
        self.assertEqual((answer.status, answer.json["reason"]), (422, "animated"))
        self.assertIn("animated", answer.json["detail"])


class Account(unittest.TestCase):
    """expresslink-claim account and doctor, without any AWS."""
    AUTHORITY = CASES / "ca-without-basicconstraints.pem"
    SAID = "is self-signed, basicConstraints CA:TRUE is missing"
    REGIONAL = "data.iot.us-east-1.amazonaws.com"

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="cases-")))

    def run_claim(self, *arguments):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x",
                       "AWS_SECRET_ACCESS_KEY": "x", "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_MAX_ATTEMPTS": "1"}
        done = subprocess.run([BUILD / "command" / "expresslink-claim", *arguments], cwd=self.folder, env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE)
        return done.returncode, done.stdout + done.stderr

    def configured(self, address="127.0.0.1", authority="missing.pem"):
        (self.folder / "portal.ini").write_text("".join(
            f"[{section}]\naddress = {address}\nca_file = {authority}\ncert_file = c.pem\nkey_file = c.key\nclient_id = x\n"
            for section in ("staging.acme", "endpoint.home")))

    def test_ca_without_basicconstraints(self):
        code, said = self.run_claim("account", "apply", "--ca", self.AUTHORITY, "--dry-run")
        self.assertEqual(code, 65, said)
        self.assertIn(f"OU = nrf-asset-tracker {self.SAID}", said)
        self.configured(authority=self.AUTHORITY)
        _, said = self.run_claim("doctor", "--offline")
        self.assertEqual(" ".join(said.split()).count(self.SAID), 2, said)

    def test_the_address_of_a_region(self):
        """No file: data.iot.us-east-1.amazonaws.com in the place of an account's own."""
        self.configured(self.REGIONAL)
        _, said = self.run_claim("doctor", "--offline", "--json")
        told = [finding for line in said.splitlines() if (finding := json.loads(line)).get("check") == "configuration"]
        wrong = [finding["seen"] for finding in told if "aws iot describe-endpoint --endpoint-type iot:Data-ATS" in finding["seen"]]
        self.assertEqual(len(wrong), 2, told)
        done = subprocess.run([BUILD / "server" / "expresslink-portal", "--config", self.folder / "portal.ini", "--check-config"],
                              cwd=self.folder, capture_output=True, text=True, timeout=DEADLINE)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(done.stderr.count("aws iot describe-endpoint --endpoint-type iot:Data-ATS"), 2, done.stderr)


class Complete(unittest.TestCase):
    """No input lies there without a test that reads it."""

    def test_every_file_is_read_by_a_test(self):
        here = Path(__file__).read_text()
        for file in sorted(CASES.glob("*.*")):
            with self.subTest(file.name):
                self.assertTrue(re.search(rf'CASES / "{re.escape(file.name)}"', here), file.name)



class Configuration(unittest.TestCase):
    """expresslink-portal --check-config; files that cannot be used are in test_configuration.py."""

    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def check(self, environment=None, **sections):
        done = subprocess.run([PROGRAM, "--check-config", "--config", Portal(self.sandbox, start=False, **sections).ini],
                              capture_output=True, text=True, timeout=DEADLINE, env={**os.environ, **(environment or {})})
        return done.returncode, done.stderr

    def refuses(self, says, **sections):
        code, said = self.check(**sections)
        self.assertEqual(code, 78)
        self.assertIn(says, said)

    def test_an_endpoint_with_the_staging_address(self):
        self.refuses("is the address of [staging.sandbox]",
                     endpoint__sandbox={"address": self.sandbox.staging_address, "port": self.sandbox.port})

    def test_the_address_of_a_region(self):
        self.refuses("aws iot describe-endpoint", endpoint__sandbox={"address": "data.iot.us-east-1.amazonaws.com"})
        self.refuses("aws iot describe-endpoint", staging__sandbox={"address": "data.iot.us-east-1.amazonaws.com"})

    def test_a_client_id_in_quotes(self):
        self.refuses("has quotes around it", staging__sandbox={"client_id": '"claim-thing"'})

    def test_a_file_of_a_variable_with_a_byte_order_mark(self):
        file = self.sandbox.state / "listen"
        file.write_bytes("\ufeff127.0.0.1:0\n".encode())
        self.assertEqual(self.check({"PORTAL_HTTP_LISTEN_FILE": str(file)}), (0, ""))


if __name__ == "__main__":
    unittest.main()
