# SPDX-License-Identifier: Apache-2.0
"""What expresslink-claim account writes: portal.ini's section and certificates; and nothing over what is there."""
import json
import subprocess
import unittest

from account import AccountCase, make_request
from patience import DEADLINE
from sandbox import BUILD

BEFORE = "# mine\n[http]\nlisten = :8080  ; here\n\n[endpoint.other]\naddress = other-ats.iot.eu-west-1.amazonaws.com"


class Section(AccountCase):
    def ini(self):
        return (self.folder / "portal.ini").read_text()

    def section(self):
        address = self.iot("GET", "/endpoint", query={"endpointType": "iot:Data-ATS"})["endpointAddress"]
        folder = self.folder.resolve()
        return (f"[endpoint.home]\naddress = {address}\nca_file = {folder}/ca.pem\ncert_file = {folder}/portal-observer.pem\n"
                f"key_file = {folder}/portal-observer.key\nclient_id = portal-observer\n")

    def test_a_new_file(self):
        self.assertTrue(self.apply().endswith("wrote [endpoint.home] to portal.ini\nNext: expresslink-claim doctor --config portal.ini\n"))
        self.assertEqual(self.ini(), self.section())
        self.assertEqual((self.folder / "portal.ini").stat().st_mode & 0o777, 0o600)

    def test_the_portal_takes_it(self):
        self.apply()
        (self.folder / "portal.ini").write_text(self.ini() + "[http]\npublic_url = https://x.example.com\n")
        checked = subprocess.run([BUILD / "command" / "expresslink-claim", "doctor", "--config", "portal.ini", "--endpoint", "home",
                                  "--offline", "--no-aws"], cwd=self.folder, capture_output=True, text=True, timeout=DEADLINE,
                                 env={"PATH": "/usr/bin"})
        self.assertNotIn("endpoint.home]", checked.stderr)
        self.assertIn("portal-observer", checked.stdout + checked.stderr)

    def test_the_rest_of_a_file_stays(self):
        (self.folder / "portal.ini").write_text(BEFORE)
        (self.folder / "portal.ini").chmod(0o640)
        self.apply()
        self.assertEqual(self.ini(), BEFORE + "\n\n" + self.section())
        self.assertEqual((self.folder / "portal.ini").stat().st_mode & 0o777, 0o640)

    def test_a_link_stays_one(self):
        (self.folder / "real.ini").write_text(BEFORE)
        (self.folder / "portal.ini").symlink_to("real.ini")
        self.apply()
        self.assertTrue((self.folder / "portal.ini").is_symlink())
        self.assertIn("[endpoint.home]", (self.folder / "real.ini").read_text())

    def test_the_same_section_is_not_added_twice(self):
        self.apply()
        text = self.ini().replace("client_id = portal-observer", "  client_id : portal-observer   ; the observer\nport = 443")
        (self.folder / "portal.ini").write_text(text)
        self.assertIn("already", self.apply())
        self.assertEqual(self.ini(), text)

    def test_another_section_is_left_alone(self):
        text = "[endpoint.home]\naddress = elsewhere.example.com\n"
        (self.folder / "portal.ini").write_text(text)
        ended = self.account("apply", *self.STANDARD, "--yes")
        self.assertEqual(ended.returncode, 73)
        self.assertIn("with another address", ended.stderr)
        self.assertIn(self.section(), ended.stdout)
        self.assertEqual(self.ini(), text)
        self.apply("--endpoint-key", "second")
        self.assertIn("[endpoint.second]", self.ini())

    def test_a_place_that_cannot_be_written(self):
        for path in ("missing/portal.ini", "."):
            with self.subTest(path):
                ended = self.account("apply", *self.STANDARD, "--yes", "--portal-ini", path)
                self.assertEqual(ended.returncode, 73, ended)
                self.assertIn(f"{path} cannot be", ended.stderr)
                self.assertIn(self.section(), ended.stdout)

    def test_it_is_printed_without_a_file(self):
        said = self.does("apply", "--observer-request", "portal-observer.csr", "--ca-file", "ca.pem", "--thing-name", "common-name", "--yes")
        self.assertIn(self.section(), said)
        said = self.does("apply", "--yes")
        self.assertIn("[endpoint.home]\naddress = ", said)
        self.assertNotIn("cert_file", said)

    def test_arguments(self):
        for arguments, words in ((("--name", "a b"), "a setup's name"), (("--thing-name", "id"), "common-name or serial-number"),
                                 (("--attribute", "x"), "NAME=VALUE"), (("--attribute", "a b=c"), "attributes have only"),
                                 (("--thing-group", "a/b"), "thing group"), (("--json",), "--yes or --dry-run"),
                                 (("--force",), "has no option --force"), (("more",), "unexpected argument: more"),
                                 (("--attribute", "a=1", "--attribute", "b=1", "--attribute", "c=1", "--attribute", "d=1"),
                                  "--thing-type"), (("--observer-key", "x"), "need --observer-request")):
            with self.subTest(arguments):
                self.assertIn(words, self.fails(64, "apply", *arguments))
                self.assertEqual(self.judge.calls, [])


class Certificate(AccountCase):
    def test_a_claim_things_certificate_is_inactive(self):
        make_request(self.folder, "claim-thing", "/CN=claim-thing")
        self.does("certificate", "claim-thing.csr")
        certificate, = self.state()["certificates"].values()
        self.assertEqual((certificate["status"], certificate["policies"]), ("INACTIVE", []))
        self.assertEqual((self.folder / "claim-thing.pem").read_text(), certificate["pem"])
        self.assertIn("already exists, for the same key", self.does("certificate", "claim-thing.csr"))
        self.assertEqual(self.judge.changing, [])
        (self.folder / "claim-thing.pem").unlink()
        self.does("certificate", "claim-thing.csr", "--output", "again.pem")
        self.assertEqual(self.judge.changing, [])
        self.assertEqual((self.folder / "again.pem").read_text(), certificate["pem"])

    def test_nothing_is_overwritten(self):
        make_request(self.folder, "claim-thing", "/CN=claim-thing")
        for content, words in (((self.folder / "ca.pem").read_text(), "another key"), ("", "place is taken")):
            with self.subTest(words):
                (self.folder / "claim-thing.pem").write_text(content)
                self.assertIn(words, self.fails(73, "certificate", "claim-thing.csr"))
                self.assertEqual((self.folder / "claim-thing.pem").read_text(), content)
                self.assertEqual(self.judge.calls, [])
        (self.folder / "portal-observer.pem").write_text((self.folder / "ca.pem").read_text())
        self.assertIn("another key", self.fails(73, "apply", *self.STANDARD, "--yes"))
        self.assertEqual(self.judge.calls, [])

    def test_it_wants_a_request(self):
        self.assertIn("FILE.csr is missing", self.fails(64, "certificate"))
        self.assertIn("ca.pem", self.fails(66, "certificate", "ca.pem", "--output", "x.pem"))
        self.assertIn("overwrite its request", self.fails(64, "certificate", "portal-observer.csr", "--output", "portal-observer.csr"))


class Answers(AccountCase):
    def test_json_of_an_error(self):
        self.cloud.faults(deny=["iot:DescribeEndpoint"])
        ended = self.account("apply", "--thing-name", "common-name", "--yes", "--json")
        said = json.loads(ended.stdout)
        self.assertEqual((ended.returncode, said["error"]), (77, "forbidden"))
        self.assertIn("iot:DescribeEndpoint is missing", said["why"])

    def test_no_credentials(self):
        ended = self.account("show", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", AWS_EC2_METADATA_DISABLED="true")
        self.assertEqual((ended.returncode, self.judge.calls), (77, []), ended)


if __name__ == "__main__":
    unittest.main()
