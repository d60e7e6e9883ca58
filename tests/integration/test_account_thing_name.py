# SPDX-License-Identifier: Apache-2.0
"""Where the ThingName is in a vendor's birth certificates is never assumed: expresslink-claim account apply reads it from one of
them, or asks."""
import json
import os
import pty
import select
import subprocess
import unittest

from account import CLAIM, AccountCase, openssl
from patience import DEADLINE
from sandbox import eventually

HEX, UUID = "0123456789abcdef0123456789abcdef", "01234567-89ab-cdef-0123-456789abcdef"
HOW = "--thing-name common-name or --thing-name serial-number"


class ThingName(AccountCase):
    def birth(self, subject, form="PEM", authority=False):
        openssl(self.folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "birth.key", "-out",
                "birth.pem", "-days", "3660", "-subj", subject, "-addext", f"basicConstraints=critical,CA:{str(authority).upper()}")
        openssl(self.folder, "x509", "-in", "birth.pem", "-outform", form, "-out", "birth.crt")
        return "birth.crt"

    def field(self):
        template, = self.state()["templates"].values()
        return json.loads(template["body"])["Resources"]["thing"]["Properties"]["ThingName"]["Ref"].rpartition("::")[2]

    def portal_ini(self, form):
        (self.folder / "vendor.ini").write_text(f"[staging.acme]\nidentifier_form = {form}\n")
        return ("--portal-ini", "vendor.ini")

    def test_without_a_birth_certificate_it_is_an_error_where_nobody_can_be_asked(self):
        for options in (["--yes"], [], ["--dry-run"], ["--dry-run", "--json"]):
            with self.subTest(options):
                self.assertIn(HOW, self.fails(64, "apply", "--ca", "ca.pem", *options))
                self.assertEqual(self.judge.changing, [])

    def test_files_that_are_none(self):
        for name, said in (("missing.crt", "cannot be read"), ("ca.key", "holds a private key"),
                           (self.birth("/CN=x", authority=True), "not a module's birth certificate")):
            with self.subTest(name):
                ended = self.account("apply", "--ca", "ca.pem", "--birth-certificate", name, "--yes")
                self.assertIn(ended.returncode, (65, 66))
                self.assertIn(said, ended.stderr)
                self.assertEqual(self.judge.calls, [])

    ROWS = (  # subject, form of the vendor's names in the configuration, what is chosen, why
        (f"/C=FR/O=Espressif/CN={UUID}", None, "CommonName", f"CommonName {UUID} is a UUID with dashes, there is no SerialNumber"),
        (f"/serialNumber={HEX}/CN=module", None, "SerialNumber",
         f"CommonName module does not have the form of a ThingName, SerialNumber {HEX} has 32 hex digits"),
        (f"/serialNumber=17/CN={HEX.upper()}", None, "CommonName",
         f"CommonName {HEX.upper()} has 32 hex digits, SerialNumber 17 does not have the form of a ThingName"),
        (f"/serialNumber={HEX}/CN={HEX}", None, "CommonName", ": both are the same"),
        (f"/serialNumber=lamp-00042/CN={HEX}", "lamp-[0-9]{5}", "SerialNumber", "SerialNumber lamp-00042 has the form of [staging.acme]"),
        (f"/serialNumber={HEX}/CN={UUID}", "uuid", "CommonName", f"CommonName {UUID} has the form of [staging.acme]"),
        (f"/serialNumber={HEX}/CN={UUID}", "hex", "SerialNumber", f"SerialNumber {HEX} has the form of [staging.acme]"),
    )

    def test_the_field_is_chosen(self):
        for number, (subject, form, field, why) in enumerate(self.ROWS):
            with self.subTest(subject, form=form):
                self.empty_account()
                ini = self.portal_ini(form) if form else ()
                said = self.does("apply", "--birth-certificate", self.birth(subject, ("PEM", "DER")[number % 2]), *ini, "--yes")
                self.assertEqual(self.field(), field)
                option = {"CommonName": "common-name", "SerialNumber": "serial-number"}[field]
                self.assertIn(f"ThingName: {field} (--thing-name {option}), because in birth.crt ", said)
                self.assertIn(why, said)

    UNCLEAR = (
        (f"/serialNumber={HEX}/CN={UUID}", None), ("/CN=module", None), ("/serialNumber=17/CN=module", None), ("/O=Acme", None),
        (f"/CN={HEX}", "lamp-[0-9]{5}"))

    def test_where_it_is_not_clear_it_is_said_what_there_is(self):
        for subject, form in self.UNCLEAR:
            with self.subTest(subject):
                ini = self.portal_ini(form) if form else ()
                said = self.fails(64, "apply", "--birth-certificate", self.birth(subject), *ini, "--yes")
                self.assertIn("nothing was changed: in birth.crt ", said)
                self.assertIn(HOW, said)
                self.assertEqual(self.judge.changing, [])
        said = json.loads(self.does("apply", "--birth-certificate", "birth.crt", "--thing-name", "serial-number", "--dry-run", "--json"))
        self.assertNotIn("thing_name", said, "the option needs no explanation")

    def test_a_template_that_is_there_says_it(self):
        self.does("apply", "--thing-name", "serial-number", "--yes")
        told = json.loads(self.does("apply", "--yes", "--json"))
        self.assertEqual((told["thing_name"], told["changed"]), ("serial-number", False))

    def at_a_terminal(self, typed, *arguments):
        """What is shown there, and the exit status."""
        leader, follower = pty.openpty()
        process = subprocess.Popen([CLAIM, "account", "apply", *arguments], cwd=self.folder, env=self.environment(),
                                   stdin=follower, stdout=follower, stderr=follower)
        os.close(follower)
        shown = bytearray()

        def read():
            if not select.select([leader], [], [], DEADLINE)[0]:
                self.fail(f"it waits, having shown {shown.decode()}")
            return os.read(leader, 4096)
        try:
            for prompt, answer in typed:
                eventually(lambda: shown.extend(read()) or prompt in shown, lambda: shown.decode())
                os.write(leader, answer)
            try:
                while more := read():
                    shown.extend(more)
            except OSError:  # what a terminal says whose program has ended
                pass
            return shown.decode(), process.wait(DEADLINE)
        finally:
            process.kill()
            process.wait()
            os.close(leader)

    def test_somebody_is_asked(self):
        shown, status = self.at_a_terminal([(b"[1/2] ", b"2\n"), (b"[y/N] ", b"y\n")], "--birth-certificate", self.birth("/CN=module"))
        self.assertEqual(status, 0, shown)
        self.assertIn("in birth.crt CommonName module does not have the form of a ThingName, there is no SerialNumber.", shown)
        self.assertIn("because you said so", shown)
        self.assertEqual(self.field(), "SerialNumber")

    def test_no_answer_changes_nothing(self):
        shown, status = self.at_a_terminal([(b"[1/2] ", b"\n")])
        self.assertEqual((status, HOW in " ".join(shown.split())), (64, True), shown)


if __name__ == "__main__":
    unittest.main()
