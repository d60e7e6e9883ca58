# SPDX-License-Identifier: Apache-2.0
"""SQLite's bad days: the file goes away, is read-only or damaged, or somebody holds it."""
import contextlib
import os
import sqlite3
import subprocess
import threading
import time
import unittest

from operator_commands import OK, command
from patience import DEADLINE
from portal import Portal
from sandbox import Sandbox, eventually, random_thing

API = "/api/v1/registrations"


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def setUp(self):
        self.folder = self.sandbox.state / self._testMethodName
        self.folder.mkdir()
        self.file = self.folder / "portal.db"

    def portal(self, **options):
        return self.enterContext(Portal(self.sandbox, store={"url": f"sqlite:{self.file}"}, **options))

    def assert_refused(self, portal):
        answer = portal.post_json(API, {"identifier": random_thing()})
        self.assertEqual(answer.status, 503, answer)
        self.assertGreater(int(answer.headers["Retry-After"]), 0)


class Replaced(Case):
    def is_told(self, harm):
        portal = self.portal()
        tokens = {portal.claim(random_thing())["token"] for _ in range(20)}
        harm()
        for _ in range(3):
            self.assert_refused(portal)
        self.assertIn("restore", portal.log_has("store.file_replaced"))
        for token in tokens:
            portal.show(token)
            self.assertEqual(portal.get(f"/registrations/{token}").status, 200)
        self.assertEqual(portal.get("/").status, 200)
        eventually(lambda: portal.ready().status == 503, lambda: portal.ready())
        rescued = list(self.folder.glob("portal.db.rescued-*"))
        self.assertEqual(len(rescued), 1)
        self.assertIn(str(rescued[0]), portal.log_has("store.file_replaced"))
        self.assertEqual(sum("store.file_replaced" in line for line in portal.lines), 1, "told once")
        self.assertEqual(portal.stop(), 0)
        with contextlib.closing(sqlite3.connect(rescued[0])) as copy:
            self.assertEqual(copy.execute("PRAGMA integrity_check").fetchone(), ("ok",))
            self.assertEqual({token for token, in copy.execute("SELECT token FROM registrations")}, tokens)
        with Portal(self.sandbox, store={"url": f"sqlite:{rescued[0]}"}) as again:
            for token in tokens:
                again.show(token)
            again.claim(random_thing())

    def test_the_file_is_deleted(self):
        self.is_told(lambda: self.file.unlink())

    def test_the_wal_is_deleted(self):
        self.is_told(lambda: (self.folder / "portal.db-wal").unlink())

    def test_another_file_takes_its_place(self):
        def replace():
            other = self.folder / "other"
            sqlite3.connect(other).close()
            other.rename(self.file)
        self.is_told(replace)


class Held(Case):
    def test_reads_do_not_wait_for_a_foreign_writer(self):
        portal = self.portal()
        token = portal.claim(random_thing())["token"]
        answers, reads = [], 0
        with contextlib.closing(sqlite3.connect(self.file, isolation_level=None)) as foreign:
            foreign.execute("BEGIN IMMEDIATE")
            writer = threading.Thread(target=lambda: answers.append(
                portal.post_json(API, {"identifier": random_thing()})))
            writer.start()
            over = time.monotonic() + 4
            while time.monotonic() < over:
                self.assertEqual(portal.get(f"{API}/{token}").status, 200)
                self.assertEqual(portal.get(f"/registrations/{token}").status, 200)
                self.assertIn('claims{state="queued"}', str(portal.metrics()))
                reads += not answers
            foreign.execute("ROLLBACK")
        writer.join(DEADLINE)
        self.assertGreater(reads, 10, "reads are answered before the write is")
        self.assertIn(answers[0].status, (202, 503))
        eventually(lambda: portal.post_json(API, {"identifier": random_thing()}).status == 202, "writes go on")


class Damaged(Case):
    def damage(self):
        """Zeros in the place of the table's last leaf."""
        with contextlib.closing(sqlite3.connect(self.file)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            size, = database.execute("PRAGMA page_size").fetchone()
            page, = database.execute("SELECT max(pageno) FROM dbstat WHERE name = 'registrations'"
                                     " AND pagetype = 'leaf'").fetchone()
        with open(self.file, "r+b") as file:
            file.seek((page - 1) * size)
            file.write(bytes(size))

    def test_one_page_is(self):
        portal = self.portal()
        tokens = [portal.claim(random_thing())["token"] for _ in range(200)]
        portal.stop()
        try:
            self.damage()
        except sqlite3.OperationalError as problem:
            self.skipTest(f"this Python's SQLite cannot say where pages are: {problem}")
        portal.start()
        answers = [portal.get(f"{API}/{token}") for token in tokens]
        self.assertIn("restore", portal.log_has("store.damaged"))
        statuses = [answer.status for answer in answers]
        self.assertIn(500, statuses)
        self.assertEqual(set(statuses), {200, 500})
        self.assertGreater(statuses.count(200), statuses.count(500), "what does not touch it goes on")
        self.assertEqual(portal.get("/").status, 200)
        self.assertIn(portal.get(f"/registrations/{tokens[statuses.index(200)]}").status, (200,))
        taken = [portal.post_json(API, {"identifier": random_thing()}).status for _ in range(20)]
        self.assertIn(202, taken)
        self.assertEqual(portal.stop(), 0)


class Housekeeping(Case):
    def test_what_cannot_be_removed_does_not_keep_claims_open(self):
        """Each chore is for itself."""
        portal = self.portal(claim={"window": "1s"}, retention={"ended_claims": "1ms"})
        portal.stop()
        with contextlib.closing(sqlite3.connect(self.file)) as database:
            database.execute("CREATE TRIGGER never BEFORE DELETE ON claims BEGIN SELECT RAISE(ABORT, 'never'); END")
        portal.start()
        tokens = [portal.claim(random_thing())["token"] for _ in range(2)]
        for token in tokens:
            portal.wait_for_state(token, "expired")
        self.assertIn("chore=remove_old", portal.log_has("housekeeping.failed"))
        later = portal.claim(random_thing())["token"]
        portal.wait_for_state(later, "expired")
        self.assertEqual(portal.stop(), 0)

    def test_commands_need_no_certificates(self):
        """With systemd's credentials they are there only while the service runs."""
        portal = self.portal()
        portal.claim(random_thing())
        portal.stop()
        portal.write_ini(store={"url": f"sqlite:{self.file}"}, staging__sandbox={"cert_file": "/nowhere/cert.pem"})
        done = command(portal, "migrate")
        self.assertEqual((done.returncode, done.stderr), (OK, ""), done)
        done = command(portal, "erase", "--email", "a@example.com")
        self.assertEqual(done.returncode, OK, done)


class Unusable(Case):
    def cannot_start(self, *words, **options):
        portal = Portal(self.sandbox, start=False, store={"url": f"sqlite:{self.file}"}, **options)
        self.addCleanup(portal.stop)
        portal.start(wait=False)
        self.assertEqual(portal.ended(), 69, portal.lines)
        for word in words:
            self.assertIn(word, "\n".join(portal.lines))

    def test_a_folder_that_does_not_exist(self):
        self.file = self.folder / "nowhere" / "portal.db"
        self.cannot_start(str(self.file.parent), "No such file or directory")

    def test_a_newer_database(self):
        self.portal().stop()
        with contextlib.closing(sqlite3.connect(self.file)) as database:
            database.execute("PRAGMA user_version = 999")
        self.cannot_start(str(self.file), "newer portal", "backup")

    def test_a_newer_one_that_this_program_can_work_with(self):
        portal = self.portal()
        token = portal.claim(random_thing())["token"]
        portal.stop()
        with contextlib.closing(sqlite3.connect(self.file)) as database, database:
            database.execute("INSERT INTO schema_migrations VALUES (999, 'later', 0)")
        portal.start()
        portal.show(token)
        portal.claim(random_thing())

    def test_a_read_only_disk(self):
        self.portal().stop()
        command = ["unshare", *([] if os.geteuid() == 0 else ["--map-root-user"]), "--mount", "sh", "-ec",
                   'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"', "sh", self.folder]
        probe = subprocess.run([*command, "true"], capture_output=True, text=True)
        if probe.returncode:
            self.skipTest(f"needs root or user namespaces, to make a folder read-only: {probe.stderr.strip()}")
        self.cannot_start(str(self.file.parent), "Read-only file system", wrapper=command)


if __name__ == "__main__":
    unittest.main()
