# SPDX-License-Identifier: Apache-2.0
"""Erasing what is known of a person: expresslink-portal erase, with a portal that runs and without one, and POST /erasures
for programs. The files of SQLite are searched for what is to be gone."""
import json
import os
import socket
import sqlite3
import subprocess
import unittest

from operator_commands import CANNOT, OK, command, fill
from patience import DEADLINE
from portal import PROGRAM, Portal
from sandbox import Sandbox, eventually, random_thing

POSTGRESQL = os.environ.get("EXPRESSLINK_TEST_POSTGRESQL")


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def setUp(self):
        self.folder = self.sandbox.state / self._testMethodName
        self.folder.mkdir()
        self.email = f"Nadia.Needle.{random_thing()[:8]}@Example.com"  # PostgreSQL's database is that of all these tests
        self.database = self.folder / "portal.db"
        url = POSTGRESQL or f"sqlite:{self.database}"
        self.portal = self.enterContext(Portal(self.sandbox, store={"url": url}))

    def registered(self, count=1, email=None, thing=None):
        return [self.portal.claim(thing or random_thing(), contact={"name": "Nadia Needle", "email": email or self.email})["token"]
                for _ in range(count)]

    def erase(self, *arguments, says, expect=OK):
        admin = self.portal.admin if self.portal.process else None
        answer = command(self.portal, "erase", *arguments, admin=admin)
        self.assertEqual(answer.returncode, expect, answer)
        self.assertIn(says, answer.stdout + answer.stderr)

    def post(self, document):
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        return self.portal.request("POST", "/erasures", body, {"Content-Type": "application/json"}, admin=True)

    def assert_gone(self, tokens):
        for token in tokens:
            self.assertEqual(self.portal.get(f"/api/v1/registrations/{token}").status, 404)

    def found(self, *words):
        """How often the words, in any case of letters, are in the store's files."""
        content = b"".join(file.read_bytes().lower() for file in self.folder.glob("portal.db*"))
        return sum(content.count(word.lower().encode()) for word in words)


class Erase(Case):
    def test_by_address_in_other_letters(self):
        mine = self.registered(3) + self.registered(2, self.email.upper())
        others = self.registered(email="somebody@example.com") + [self.portal.claim(random_thing())["token"]]
        self.erase("--email", self.email.lower(), says="5 registrations erased")
        self.assert_gone(mine)
        for token in others:
            self.portal.show(token)
        self.erase("--email", self.email, says="0 registrations erased")

    def test_more_than_fit_a_step(self):
        mine = self.registered(450)
        self.erase("--email", self.email, says="450 registrations erased")
        self.assert_gone(mine)

    def test_by_token(self):
        mine, = self.registered()
        other, = self.registered()
        self.erase("--token", mine, says="1 registration erased")
        self.assert_gone([mine])
        self.portal.show(other)

    def test_an_open_claim_that_nobody_else_waits_for_is_cancelled(self):
        cancelled = 'claims{state="cancelled"}'
        before = self.portal.metric(cancelled)
        thing = random_thing()
        mine, = self.registered(thing=thing)
        other, = self.registered(email="somebody@example.com", thing=thing)
        self.erase("--email", self.email, says="1 registration erased")
        self.assertIn(self.portal.show(other)["state"], ("queued", "published"))
        self.assertEqual(self.portal.metric(cancelled), before)
        self.erase("--token", other, says="1 registration erased")
        self.assertEqual(self.portal.metric(cancelled), before + 1)
        self.assert_gone([mine, other])

    def test_for_programs(self):
        mine, = self.registered()
        answer = self.post({"email": self.email})
        self.assertEqual((answer.status, answer.json), (200, {"registrations": 1}))
        self.assert_gone([mine])
        self.assertEqual(self.post({"token": mine}).json, {"registrations": 0})
        self.assertFalse([line for line in self.portal.lines if self.email.lower() in line.lower()], "the log names a person")

    def test_what_is_not_understood(self):
        mine, = self.registered()
        for body in ({}, {"email": ""}, {"email": 1}, {"email": self.email, "token": mine}, {"mail": self.email}, [self.email], b"no JSON",
                     b'{"email":"\xff@example.com"}', b'{"token":"\xff"}'):
            with self.subTest(body):
                self.assertEqual(self.post(body).status, 400)
        form = self.portal.request("POST", "/erasures", b"email=" + self.email.encode(),
                                   {"Content-Type": "application/x-www-form-urlencoded"}, admin=True)
        self.assertEqual(form.status, 415)
        self.assertEqual(self.portal.post_json("/erasures", {"email": self.email}).status, 404, "on the public side")
        self.portal.show(mine)

    def test_a_token_that_is_not_whole(self):
        mine, = self.registered()
        for token in ("01", mine[:-1], mine + "0", mine.upper() if mine.upper() != mine else "A" * 32, f" {mine}", "", "x" * 32):
            with self.subTest(token):
                self.assertEqual(self.post({"token": token}).status, 400)
                self.erase("--token", token, says="not a whole token", expect=CANNOT)
        self.portal.show(mine)

    def test_without_a_portal(self):
        mine = self.registered(3)
        self.portal.stop()
        self.erase("--email", self.email, says="3 registrations erased")
        self.portal.start()
        self.assert_gone(mine)


@unittest.skipIf(POSTGRESQL, "with PostgreSQL the portal does not hold the store")
class ErasedFromFiles(Case):
    def test_from_elsewhere_than_this_machine(self):
        mine, = self.registered()
        self.portal.stop()
        self.portal.write_ini(http={"trusted_proxies": "127.0.0.1"}, store={"url": f"sqlite:{self.database}"})
        self.portal.start()
        answer = self.portal.request("POST", "/erasures", json.dumps({"token": mine}).encode(),
                                     {"Content-Type": "application/json", "X-Forwarded-For": "192.0.2.1"}, admin=True)
        self.assertEqual(answer.status, 403)
        self.portal.show(mine)

    def test_from_behind_a_proxy_on_this_machine(self):
        mine, = self.registered()
        answer = self.portal.request("POST", "/erasures", json.dumps({"token": mine}).encode(),
                                     {"Content-Type": "application/json", "X-Forwarded-For": "192.0.2.1"}, admin=True)
        self.assertEqual(answer.status, 403)
        self.portal.show(mine)

    def test_from_a_trusted_proxy_that_claims_to_be_this_machine(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:  # sends nothing
            try:
                probe.connect(("192.0.2.1", 9))
            except OSError:
                self.skipTest("this machine has the loopback address alone")
            address = probe.getsockname()[0]
        mine, = self.registered()
        self.portal.stop()
        self.portal.write_ini(http={"trusted_proxies": address, "admin_listen": f"{address}:0"}, store={"url": f"sqlite:{self.database}"})
        self.portal.start()
        answer = self.portal.request("POST", "/erasures", json.dumps({"token": mine}).encode(),
                                     {"Content-Type": "application/json", "X-Forwarded-For": "127.0.0.1"}, admin=True)
        self.assertEqual(answer.status, 403)
        self.portal.show(mine)

    def test_from_this_machine_where_the_portal_listens_on_its_address_in_a_network(self):
        """In a network namespace with such an address, where the command runs as well."""
        mine, = self.registered()
        self.portal.stop()
        self.portal.write_ini(http={"admin_listen": "192.0.2.9:9090"}, store={"url": f"sqlite:{self.database}"})
        self.portal.command = ["unshare", *([] if os.geteuid() == 0 else ["--map-root-user"]), "--net", "sh", "-ec",
                               'ip link set lo up; ip address add 192.0.2.9/32 dev lo; exec "$@"', "-", *self.portal.command]
        self.portal.start()
        inside = ["nsenter", "-t", str(self.portal.process.pid), *([] if os.geteuid() == 0 else ["-U"]), "-n"]
        proxied = subprocess.run([*inside, "curl", "-s", "-w", "%{http_code}", "-H", "X-Forwarded-For: 127.0.0.1", "-H",
                                  "Content-Type: application/json", "-d", json.dumps({"token": mine}),
                                  "http://192.0.2.9:9090/erasures"], capture_output=True, text=True, timeout=DEADLINE)
        self.assertTrue(proxied.stdout.endswith("403"), proxied)
        answer = subprocess.run([*inside, PROGRAM, "erase", "--token", mine, "--config", self.portal.ini],
                                capture_output=True, text=True, timeout=DEADLINE)
        self.assertEqual((answer.returncode, answer.stdout), (OK, "1 registration erased.\n"), answer)

    def test_nobody_to_ask(self):
        self.registered()
        answer = command(self.portal, "erase", "--email", self.email, admin=("127.0.0.1", 1))
        self.assertEqual(answer.returncode, CANNOT)
        self.assertIn("cannot connect", answer.stderr)

    def test_no_byte_is_left_while_it_runs(self):
        self.registered(200)
        self.registered(50, email="somebody@example.com")
        self.assertGreater(self.found(self.email), 0)
        self.erase("--email", self.email, says="200 registrations")
        self.assertEqual(self.found(self.email, "Needle.", "Nadia.N"), 0)
        self.portal.stop()
        self.assertEqual(self.found(self.email, "Needle.", "Nadia.N"), 0)

    def test_while_something_reads_for_long(self):
        """A backup keeps the old pages in the -wal: they go when it ends."""
        self.registered(5)
        reader = sqlite3.connect(self.database, isolation_level=None)
        self.addCleanup(reader.close)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM claims").fetchone()
        self.erase("--email", self.email, says="5 registrations")
        self.assertGreater(self.found(self.email), 0, "nothing was in the way")
        reader.execute("COMMIT")
        eventually(lambda: self.found(self.email) == 0, "no byte is left")

    def test_what_a_growing_table_leaves_behind(self):
        """A large file is not written anew while the portal serves; erase without a portal does it."""
        self.portal.stop()
        fill(self.database, 230000)
        self.assertGreater(self.database.stat().st_size, 64 << 20)
        self.portal.start()
        self.registered(100)
        size = self.database.stat().st_size
        self.erase("--email", self.email, says="100 registrations")
        self.portal.log_has("store.rewrite_skipped")
        self.assertGreaterEqual(self.database.stat().st_size, size)
        self.assertEqual(self.portal.stop(), 0)
        self.erase("--email", self.email, says="0 registrations")
        self.assertLess(self.database.stat().st_size, size)
        self.assertEqual(self.found(self.email, "Needle.", "Nadia.N"), 0)


if __name__ == "__main__":
    unittest.main()
