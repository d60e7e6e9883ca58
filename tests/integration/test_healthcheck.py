# SPDX-License-Identifier: Apache-2.0
"""expresslink-portal --healthcheck, which containers are asked with."""
import socket
import subprocess
import unittest

from patience import DEADLINE
from portal import PROGRAM, Portal
from sandbox import Sandbox

CANNOT = 69


class Healthcheck(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())
        cls.portal = cls.enterClassContext(Portal(cls.sandbox))

    def ask(self, address):
        environment = {"PORTAL_HTTP_ADMIN_LISTEN": address}
        return subprocess.run([PROGRAM, "--config", self.portal.ini, "--healthcheck"], env=environment, timeout=DEADLINE,
                              capture_output=True, text=True)

    def check_sick(self, address, why):
        answer = self.ask(address)
        self.assertEqual(answer.returncode, CANNOT, answer)
        self.assertIn(why, answer.stderr)

    def test_without_an_admin_listener(self):
        self.check_sick("", "admin_listen is empty")

    def test_what_is_no_address(self):
        for address in ("localhost", "127.0.0.1:", "[::1:9", ":", "no.such.name.invalid:9"):
            with self.subTest(address):
                self.check_sick(address, "cannot connect")

    def test_nobody_listens(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.check_sick(f"127.0.0.1:{taken.getsockname()[1]}", "cannot connect")

    def test_somebody_who_is_not_the_admin_listener(self):
        self.check_sick(f"127.0.0.1:{self.portal.address[1]}", "not answered with status 200")

    def test_somebody_who_says_nothing(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            self.check_sick(f"127.0.0.1:{silent.getsockname()[1]}", "not answered with status 200")

    def test_alive(self):
        port = self.portal.admin[1]
        for address in (f"127.0.0.1:{port}", f"0.0.0.0:{port}", f"localhost:{port}", f":{port}"):
            with self.subTest(address):
                self.assertEqual(self.ask(address).returncode, 0)


if __name__ == "__main__":
    unittest.main()
