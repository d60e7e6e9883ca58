# SPDX-License-Identifier: Apache-2.0
"""The backup of docs/store.md for PostgreSQL, its commands as they stand there: into a second database, on which the portal
goes on."""
import os
import subprocess
import sys
import unittest
from urllib.parse import urlsplit

from operator_commands import CANNOT, OK, command, page_commands
from portal import Portal
from sandbox import DEADLINE, ROOT, Sandbox, random_thing

SERVER = "EXPRESSLINK_TEST_POSTGRESQL"


class PostgresqlBackup(unittest.TestCase):
    def setUp(self):
        self.store = self.database("kept")
        self.restored = self.database("restored")
        self.sandbox = self.enterContext(Sandbox())

    @staticmethod
    def database(name):
        """A new and empty one in the server."""
        url = urlsplit(os.environ[SERVER])
        subprocess.run(["psql", "--quiet", os.environ[SERVER], "--command", f"CREATE DATABASE {name}"], check=True, timeout=DEADLINE)
        return f"postgresql://{url.netloc}/{name}?{url.query}"

    def test_the_page(self):
        thing = random_thing()
        with Portal(self.sandbox, store={"url": self.store}) as portal:
            token = portal.claim(thing, contact={"name": "Somebody", "email": "somebody@example.com"})["token"]
            done = subprocess.run(["bash", "-euc", page_commands("dump")], capture_output=True, text=True, timeout=DEADLINE,
                                  cwd=self.sandbox.state, env={**os.environ, "STORE": self.store, "RESTORED": self.restored})
            self.assertEqual(done.returncode, 0, done)
            self.assertEqual(done.stdout.split(), ["1"])
        with Portal(self.sandbox, store={"url": self.restored}) as portal:
            self.assertEqual(portal.show(token)["thing_name"], thing)
            portal.claim(random_thing())
        with Portal(self.sandbox, start=False, store={"url": self.restored}) as portal:
            answer = command(portal, "migrate")
            self.assertEqual(answer.returncode, OK, answer)
            self.assertIn("up to date", answer.stdout)

    def test_our_commands_name_its_tools(self):
        portal = self.enterContext(Portal(self.sandbox, start=False, store={"url": self.store}))
        for arguments in (["backup", "file"], ["restore", "file"], ["restore", "file", "--verify"]):
            answer = command(portal, *arguments)
            self.assertEqual(answer.returncode, CANNOT, answer)
            self.assertIn("docs/store.md", answer.stderr)

    def tearDown(self):
        for name in ("kept", "restored"):
            subprocess.run(["psql", "--quiet", os.environ[SERVER], "--command", f"DROP DATABASE {name} WITH (FORCE)"], check=True,
                           timeout=DEADLINE)


if __name__ == "__main__":
    if SERVER not in os.environ:
        wrapper = ROOT / "tests" / "with_postgresql"
        os.execv(wrapper, [wrapper, sys.executable, "-B", "-W", "error::ResourceWarning", os.path.abspath(__file__)])
    unittest.main()
