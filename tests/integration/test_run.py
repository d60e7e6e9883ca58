# SPDX-License-Identifier: Apache-2.0
"""./run as a newcomer sees it: the address comes last, and --lan serves a phone over https. Loopback addresses only."""
import http.client
import os
import pathlib
import re
import signal
import ssl
import subprocess
import tempfile
import unittest

from patience import DEADLINE
from sandbox import BUILD, eventually

ROOT = pathlib.Path(__file__).resolve().parents[2]
PHONE_SIDE = "127.0.0.2"


class Run:
    """./run with a state of its own, until stop()."""

    def __init__(self, state, *arguments):
        self.output = state / "output"
        environment = {**os.environ, "EXPRESSLINK_RUN_BUILD": str(BUILD), "EXPRESSLINK_RUN_STATE": str(state / "state")}
        with open(self.output, "w", encoding="utf-8") as output:
            self.process = subprocess.Popen([ROOT / "run", *arguments], stdout=output, stderr=subprocess.STDOUT,
                                            env=environment, start_new_session=True)

    def text(self):
        return self.output.read_text(encoding="utf-8")

    def address(self):
        """That of the portal, once it is told."""
        def find():
            if self.process.poll() is not None:
                raise AssertionError(f"./run has ended:\n{self.text()}")
            return re.search(r"The portal: +(\S+)\n\n", self.text())
        return eventually(find, lambda: f"an address; said:\n{self.text()}")[1]

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(DEADLINE)


class Running(unittest.TestCase):
    def setUp(self):
        self.state = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="expresslink-run-")))

    def run_it(self, *arguments):
        run = Run(self.state, *arguments)
        self.addCleanup(run.stop)
        return run

    def test_the_address_comes_last(self):
        run = self.run_it()
        self.assertRegex(run.address(), r"^http://127\.0\.0\.1:\d+/$")
        self.assertTrue(run.text().rstrip().endswith(run.address()), run.text())
        self.assertEqual(run.stop(), 0, run.text())

    def test_a_phone_is_served_over_https(self):
        run = self.run_it("--lan", "--address", PHONE_SIDE)
        address = run.address()
        port = int(re.fullmatch(rf"https://{PHONE_SIDE}:(\d+)/", address)[1])
        text = run.text()
        for words in ("not private", "Advanced", "Show Details", "▀"):
            self.assertIn(words, text)
        self.assertTrue(text.rstrip().endswith(address), text)
        certificate = self.state / "state/lan/certificate.pem"
        trusting = ssl.create_default_context(cafile=certificate)  # and it checks the name
        connection = http.client.HTTPSConnection(PHONE_SIDE, port, context=trusting, timeout=DEADLINE)
        connection.request("GET", "/?lang=de")
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        self.assertIn(b"<form", answer.read())
        self.assertIn("; Secure", answer.headers["Set-Cookie"])
        thing = re.search(r"/r/([0-9a-f]{32})", text)[1]
        self.assertIn(f"{address}r/{thing}", text)
        connection.request("POST", "/register", f"identifier={thing}", {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 303)
        connection.close()
        plain = http.client.HTTPConnection(PHONE_SIDE, port, timeout=DEADLINE)
        plain.request("GET", "/r/x")
        self.assertEqual(plain.getresponse().headers["Location"], f"{address}r/x")
        plain.close()
        made = certificate.read_bytes()
        self.assertEqual((self.state / "state/lan/key.pem").stat().st_mode & 0o77, 0)
        self.assertEqual(run.stop(), 0, run.text())
        with self.assertRaises(OSError):
            http.client.HTTPSConnection(PHONE_SIDE, port, context=trusting, timeout=DEADLINE).connect()
        again = self.run_it("--lan", "--address", PHONE_SIDE)
        again.address()
        self.assertEqual(certificate.read_bytes(), made, "the phone would have to be asked once more")
        self.assertEqual(again.stop(), 0, again.text())

    def test_what_does_not_go_together_is_told(self):
        for arguments, says in ((("--lan", "--once"), "--lan goes with neither"), (("--address", "127.0.0.2"), "goes with --lan"),
                                (("--lan", "--address", "here"), "IPv4 address")):
            with self.subTest(arguments):
                run = self.run_it(*arguments)
                self.assertEqual(run.process.wait(DEADLINE), 64)
                self.assertIn(says, run.text())

    def test_an_address_of_another_machine(self):
        run = self.run_it("--lan", "--address", "203.0.113.7")
        self.assertEqual(run.process.wait(DEADLINE), 1)
        self.assertIn("203.0.113.7 is not an address of this machine", run.text())


if __name__ == "__main__":
    unittest.main()
