# SPDX-License-Identifier: Apache-2.0
"""A migration of a SQLite database that is killed at each of its statements, and at each of its writes to disk, leaves the
schema of before or the one of after, and every row. tests/deploy/test_upgrade.py does it with the version before."""
import contextlib
import itertools
import shutil
import sqlite3
import unittest

from killed import disk_calls, killed_at_call, killed_at_statement
from operator_commands import OK, command, rows, version_1
from portal import PROGRAM, Portal
from sandbox import ROOT, Sandbox, random_thing

MIGRATIONS = ROOT / "server" / "store" / "migrations" / "sqlite"
SCHEMA = "SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2"


class Killed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def setUp(self):
        self.folder = self.sandbox.state / self._testMethodName
        self.folder.mkdir()
        self.database, self.before = self.folder / "portal.db", self.folder / "before.db"
        self.portal = self.enterContext(Portal(self.sandbox, start=False, store={"url": f"sqlite:{self.database}"}))

    def old_database(self):
        """As a portal of version 1 has left it; its schema."""
        self.token = version_1(self.before)
        with contextlib.closing(sqlite3.connect(self.before)) as database:
            database.execute("PRAGMA journal_mode = WAL")
        return rows(self.before, SCHEMA)

    def put_back(self):
        for file in self.folder.glob("portal.db*"):
            file.unlink()
        if self.before.exists():
            shutil.copy(self.before, self.database)

    def migrate(self):
        return PROGRAM, "migrate", "--config", self.portal.ini

    def killed_at_statements(self):
        """At the first one, the second, ... until there are no more; yields after each."""
        for number in itertools.count(1):
            self.put_back()
            code = killed_at_statement(number, *self.migrate())
            if code is not None:
                self.assertEqual(code, OK)
                return
            yield number

    def killed_at_calls(self):
        self.put_back()
        for moment in disk_calls(*self.migrate()):
            self.put_back()
            self.assertIsNone(killed_at_call(*moment, *self.migrate()), moment)
            yield moment

    def schema_found(self):
        """What a reader of the files finds, which are left as they are: that belongs to the programs."""
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for file in self.folder.glob("portal.db*"):
            shutil.copy(file, copy)
        self.assertEqual(rows(copy / "portal.db", "PRAGMA integrity_check"), [("ok",)])
        return rows(copy / "portal.db", SCHEMA)

    def the_new_schema(self):
        self.put_back()
        self.assertEqual(command(self.portal, "migrate").returncode, OK)
        return rows(self.database, SCHEMA)

    def is_served(self):
        self.portal.start()
        self.assertEqual(self.portal.show(self.token)["state"], "expired")
        self.assertEqual(self.portal.metric('claims{state="expired"}'), 1)
        self.portal.claim(random_thing())
        self.assertEqual(self.portal.stop(), 0)

    def schemas(self):
        """Those of version 1, of each version after it, and of this one."""
        old = self.old_database()
        new = self.the_new_schema()
        steps = [row for row in new if row[1] == "schema_migrations"]
        copy = self.folder / "steps.db"
        shutil.copy(self.before, copy)
        found = [old]
        for file in sorted(MIGRATIONS.glob("*.sql"))[1:]:
            with contextlib.closing(sqlite3.connect(copy)) as database:
                database.executescript(file.read_text())
            found.append(sorted(rows(copy, SCHEMA) + steps))
        self.assertEqual(found[-1], new)
        return found

    def assert_whole(self, found, schemas):
        """Its version; none has a part of a step."""
        self.assertTrue(found in schemas, f"half a migration: {[name for _, name, _ in set(found) - set(schemas[0])]}")
        return schemas.index(found) + 1

    def version_migrated_from(self, schemas):
        """Whichever it is, migrate goes on from there; says which."""
        version = self.assert_whole(self.schema_found(), schemas)
        answer = command(self.portal, "migrate")
        self.assertEqual(answer.returncode, OK, answer)
        self.assertIn("up to date" if version == len(schemas) else f"from schema {version} to", answer.stdout)
        self.assertEqual(rows(self.database, SCHEMA), schemas[-1])
        return version

    def assert_in_order(self, versions, schemas):
        self.assertEqual(versions, sorted(versions), "first the old one, then the new one")
        self.assertEqual(set(versions), set(range(1, len(schemas) + 1)))

    def test_at_every_statement(self):
        schemas = self.schemas()
        versions = []
        for number in self.killed_at_statements():
            if number % 2:  # the portal does what migrate does
                versions.append(self.assert_whole(self.schema_found(), schemas))
                self.is_served()
                self.assertEqual(rows(self.database, SCHEMA), schemas[-1])
            else:
                versions.append(self.version_migrated_from(schemas))
                self.is_served()
        self.assert_in_order(versions, schemas)

    def test_at_every_write_and_flush(self):
        schemas = self.schemas()
        versions = []
        for _ in self.killed_at_calls():
            versions.append(self.version_migrated_from(schemas))
            if versions[-2:] != versions[-1:] * 2:
                self.is_served()
        self.assert_in_order(versions, schemas)

    def test_a_new_database_at_every_statement(self):
        new = self.the_new_schema()
        killed = 0
        for _ in self.killed_at_statements():
            killed += 1
            self.assertEqual(command(self.portal, "migrate").returncode, OK)
            self.assertEqual(rows(self.database, SCHEMA), new)
            self.assertEqual(rows(self.database, "SELECT version FROM schema_migrations"), [(1,), (2,), (3,), (4,), (5,)])
        self.assertGreater(killed, 20)


if __name__ == "__main__":
    unittest.main()
