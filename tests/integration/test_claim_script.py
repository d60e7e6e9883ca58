# SPDX-License-Identifier: Apache-2.0
"""The claim-script at a terminal and in scripts: expresslink-claim claim."""
import json
import re
import math
import os
import pty
import signal
import subprocess
import unittest

from patience import DEADLINE, patient
from portal import CLAIM
from sandbox import Sandbox, random_thing

SHORT = str(math.ceil(patient(1)))  # seconds that are sat out


class ClaimScript(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def command(self, *arguments, config=None):
        """Whatever runs on this machine: test_claim_beside_portal.py has a portal."""
        return [CLAIM, "claim", "--direct", "--config", config or self.sandbox.portal_ini, *arguments]

    def claim(self, *arguments, config=None):
        done = subprocess.run(self.command(*arguments, config=config), capture_output=True, text=True, timeout=DEADLINE)
        return done.returncode, done.stdout, done.stderr

    def module(self, *options):
        thing = random_thing()
        modules = self.sandbox.modules(thing, options=options)
        if "--off" not in options:
            modules.wait_for(thing, "subscribed")
        return thing, modules

    def ini(self, *changes):
        """The sandbox's configuration with texts replaced."""
        text = self.sandbox.portal_ini.read_text()
        for old, new in changes:
            self.assertIn(old, text)
            text = text.replace(old, new)
        path = self.sandbox.state / f"claim-{random_thing()}.ini"
        path.write_text(text)
        return path

    def test_waits_until_the_device_has_arrived(self):
        thing, modules = self.module()
        code, out, _ = self.claim("--wait", thing.upper())
        self.assertEqual(code, 0, out)
        self.assertIn("it has arrived", out)
        modules.wait_for(thing, "endpoint")

    def test_of_several_claim_things_it_uses_the_first(self):
        """The account would refuse the second."""
        c, path = self.sandbox.certificates, self.ini()
        with path.open("a") as file:
            file.write(f"[staging.sandbox.2]\ncert_file = {c}/observer.pem\nkey_file = {c}/observer.key\nclient_id = second\n")
        thing, _ = self.module()
        code, out, err = self.claim("--json", thing, config=path)
        self.assertEqual((code, err), (0, ""), out)
        self.assertNotIn("staging_not_connected", out)

    def test_several_devices_at_once_and_json_for_programs(self):
        things = [self.module()[0] for _ in range(3)]
        code, out, err = self.claim("--wait", "--json", *things)
        events = [json.loads(line) for line in out.splitlines()]
        self.assertEqual((code, err), (0, ""))
        self.assertEqual((events[-1]["event"], events[-1]["result"]), ("ended", "done"))
        self.assertEqual([device["thing_name"] for device in events[-1]["devices"]], things)
        self.assertTrue({"staging_connected", "endpoint_connected", "published"} <= {e["event"] for e in events})

    def test_without_wait_sent_is_enough_and_is_called_so(self):
        code, out, _ = self.claim(random_thing())
        self.assertEqual(code, 0)
        self.assertIn("Only --wait can report whether the device has received it", out)

    def test_what_is_no_identifier_is_not_printed_if_it_may_be_a_key(self):
        key = "ed3321544a184d2e797c1c4b8ec10a8b" * 2
        for typed in (key, "UID:" + key):
            code, out, err = self.claim(typed)
            self.assertEqual((code, out), (65, ""))
            self.assertNotIn(key, err)
            self.assertIn("may be a key", err)

    def test_a_device_that_does_not_come_is_1_with_advice(self):
        code, out, _ = self.claim("--wait", "--timeout", SHORT, random_thing())
        self.assertEqual(code, 1)
        self.assertIn("did not arrive in time", out)

    def test_sends_again_until_the_module_is_switched_on(self):
        thing, modules = self.module("--off")
        config = self.ini(("window = 15m", "window = 15m\nschedule = 300ms"))
        with subprocess.Popen(self.command("--wait", thing, config=config), stdout=subprocess.PIPE, text=True) as run:
            first = next(line for line in run.stdout if "sent through" in line)
            self.assertIn(thing, first)
            modules.command(f"on {thing}")
            self.assertIn("Done: it has arrived.", run.stdout.read())
        self.assertEqual(run.returncode, 0)

    def test_what_is_no_identifier_is_65_and_says_where(self):
        code, _, err = self.claim("0123456789abcdef0123456789abc+ef")
        self.assertEqual(code, 65)
        self.assertIn("+ at position 30", err)

    def test_addresses_are_judged_as_on_the_portals_page(self):
        """Those of other hosts are of other makers' labels."""
        public, = re.findall("^public_url = .*$", self.sandbox.portal_ini.read_text(), re.M)
        config = self.ini((public, "public_url = https://register.example.com\n[labels]\nhosts = old.example.com\n[http]"))
        for host in ("register.example.com", "old.example.com"):
            thing, _ = self.module()
            code, out, err = self.claim(f"HTTPS://{host.upper()}/r/{thing}", config=config)
            self.assertEqual((code, err), (0, ""), out)
            self.assertIn(thing, out)
        for typed in (f"https://other.example/r/{random_thing()}", f"see https://other.example/?id={random_thing()}"):
            code, out, err = self.claim(typed, config=config)
            self.assertEqual((code, out), (65, ""), err)
            self.assertIn("has the address of another host", err)
            self.assertIn("[labels] hosts", err)
        thing, _ = self.module()
        code, out, err = self.claim(f"https://other.example/x {thing}", config=config)
        self.assertEqual((code, err), (0, ""), "the identifier beside it")
        anywhere = self.ini((f"{public}\n", ""))
        self.assertEqual(self.claim(f"https://other.example/r/{random_thing()}", config=anywhere)[0], 0, "no public_url: of any host")

    def test_a_staging_account_out_of_reach_is_69(self):
        config = self.ini((f"port = {self.sandbox.port}", "port = 1"))
        code, out, _ = self.claim("--timeout", SHORT, random_thing(), config=config)
        self.assertEqual(code, 69)
        self.assertIn("could not be reached", out)

    def test_nobody_is_asked_for_the_pass_phrase_of_a_key(self):
        key, encrypted = self.sandbox.certificates / "claim-thing.key", self.sandbox.state / "encrypted.key"
        subprocess.run(["openssl", "pkey", "-in", key, "-aes256", "-passout", "pass:secret", "-out", encrypted], check=True)
        command = self.command("--timeout", SHORT, random_thing(), config=self.ini((f"key_file = {key}", f"key_file = {encrypted}")))
        # Without a terminal OpenSSL asks standard input, where nobody writes.
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              start_new_session=True) as run:
            self.addCleanup(run.kill)
            self.assertEqual((69, b""), (run.wait(DEADLINE), run.stderr.read()))

    def test_wrong_configuration_is_78_with_file_and_line(self):
        config = self.ini(("client_id = claim-thing", "client-id = claim-thing"))
        code, _, err = self.claim(random_thing(), config=config)
        self.assertEqual(code, 78)
        self.assertRegex(err, r"claim-\w+\.ini:\d+: ")

    def test_wrong_arguments_are_64(self):
        for arguments in ([], ["--no-such-option", "x"], ["--timeout", "soon", "x"], ["--endpoint", "mars", "x" * 32]):
            self.assertEqual(self.claim(*arguments)[0], 64, arguments)

    def test_interrupted_is_130(self):
        with subprocess.Popen(self.command("--wait", random_thing()), stdout=subprocess.PIPE, text=True) as run:
            next(line for line in run.stdout if "sent through" in line)
            run.send_signal(signal.SIGINT)
            self.assertIn("Interrupted.", run.stdout.read())
        self.assertEqual(run.returncode, 130)

    def test_a_terminal_shows_a_clock(self):
        leader, follower = pty.openpty()
        seconds = math.ceil(patient(2))
        with subprocess.Popen(self.command("--wait", "--timeout", str(seconds), random_thing()), stdout=follower) as run:
            os.close(follower)
            shown = b""
            try:
                while part := os.read(leader, 4096):
                    shown += part
            except OSError:  # the other side is closed
                pass
        os.close(leader)
        self.assertEqual(run.returncode, 1)
        self.assertIn(b"waiting  0:01 of 0:%02d" % seconds, shown)


if __name__ == "__main__":
    unittest.main()
