# SPDX-License-Identifier: Apache-2.0
"""A migration of a PostgreSQL database that is cut off at each of its statements leaves the schema of before or the one of
after, and every row: whether the program is killed, or the server too.

Triggers count the statements, in a sequence, which no rollback takes back. At the chosen one they wait for a lock that the test
holds, and the test kills whom it wants."""
import itertools
import secrets
import subprocess
import time
import unittest

from operator_commands import OK, command
from patience import DEADLINE
from portal import PROGRAM, Portal
from postgresql import Server, Session, execute, for_database, query
from sandbox import ROOT, Sandbox, eventually, random_thing

MIGRATIONS = ROOT / "server" / "store" / "migrations" / "postgresql"
TOKEN = "a" * 32

STOPS = """
CREATE SCHEMA stops;
CREATE SEQUENCE stops.passed;
CREATE TABLE stops.stop_at (number BIGINT);
INSERT INTO stops.stop_at VALUES (0);
CREATE FUNCTION stops.pass() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('stops.passed') = (SELECT number FROM stops.stop_at) THEN PERFORM pg_advisory_xact_lock(1); END IF;
END $$;
CREATE FUNCTION stops.command() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM stops.pass(); END $$;
CREATE FUNCTION stops.row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM stops.pass(); RETURN NEW; END $$;
CREATE EVENT TRIGGER begins ON ddl_command_start EXECUTE FUNCTION stops.command();
CREATE EVENT TRIGGER ends ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION stops.command();
"""
# What records a step, and the COMMIT.
STOPS_OF_RECORD = """
CREATE TRIGGER begins BEFORE INSERT ON schema_migrations FOR EACH ROW EXECUTE FUNCTION stops.row();
CREATE CONSTRAINT TRIGGER commits AFTER INSERT ON schema_migrations INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stops.row();
"""
STEPS_TABLE = """
CREATE TABLE schema_migrations (version BIGINT PRIMARY KEY, oldest_program BIGINT NOT NULL, name TEXT NOT NULL,
                                applied_at BIGINT NOT NULL);
"""
VERSION_1 = f"""
{STEPS_TABLE}
INSERT INTO schema_migrations VALUES (1, 1, 'claims', 0);
INSERT INTO claims (thing_name, endpoint, state, accepted_at, ended_at, expires_at)
VALUES ('b', 'sandbox', 'expired', $NOW, $NOW, $NOW);
INSERT INTO registrations (token, claim_id, accepted_at) SELECT '{TOKEN}', id, accepted_at FROM claims;
"""
SCHEMA = """
SELECT relname, attname, atttypid::regtype::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE relnamespace = 'public'::regnamespace AND attnum > 0 ORDER BY 1, 2
"""
WAITING = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


class Killed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())
        cls.server = cls.enterClassContext(Server())
        execute(cls.database("empty"), STOPS)
        now = str(int(time.time() * 1000))
        execute(cls.database("version_1"), (MIGRATIONS / "0001_claims.sql").read_text(), VERSION_1.replace("$NOW", now), STOPS,
                STOPS_OF_RECORD)

    @classmethod
    def database(cls, name, template="template0"):
        execute(cls.server.url, f"CREATE DATABASE {name} TEMPLATE {template}")
        return for_database(cls.server.url, name)

    def copy_of(self, template):
        url = self.database(f"copy_{secrets.token_hex(4)}", template)
        return url, self.enterContext(Portal(self.sandbox, start=False, store={"url": url}))

    def schema(self, url):
        """Its tables, indexes and their columns, and the steps that are recorded."""
        tables = query(url, SCHEMA)
        steps = query(url, "SELECT version FROM schema_migrations ORDER BY 1") if "schema_migrations" in dict.fromkeys(
            name for name, *_ in tables) else []
        return tables, steps

    def old_and_new(self, template):
        url, portal = self.copy_of(template)
        old = self.schema(url)
        self.assertEqual(command(portal, "migrate").returncode, OK)
        self.assertNotEqual(self.schema(url), old)
        return old, self.schema(url)

    def stopped_everywhere(self, template):
        """A migration that stands before its first statement, its second, ...; ends when it does not get that far. Yields
        url, portal, its process, and the session that holds it up."""
        for number in itertools.count(1):
            url, portal = self.copy_of(template)
            execute(url, f"UPDATE stops.stop_at SET number = nextval('stops.passed') + {number}")
            with Session(url) as session:
                session.say("SELECT pg_advisory_lock(1)")
                process = subprocess.Popen([PROGRAM, "migrate", "--config", portal.ini], stdout=subprocess.DEVNULL,
                                           stderr=subprocess.DEVNULL)
                self.addCleanup(process.wait, DEADLINE)
                self.addCleanup(process.kill)
                eventually(lambda: process.poll() is not None or query(url, WAITING), "it stands, or has ended")
                if process.poll() is not None:
                    self.assertEqual(process.returncode, OK)
                    self.assertGreater(number, 8, "the triggers have seen too little")
                    return
                yield url, portal, process, session
                process.kill()
                process.wait(DEADLINE)

    def assert_served(self, portal):
        portal.wait_until_listening()
        self.assertEqual(portal.show(TOKEN)["state"], "expired")
        self.assertEqual(portal.metric('claims{state="expired"}'), 1)
        portal.claim(random_thing())
        self.assertEqual(portal.stop(), 0)

    def schemas(self, template, applied):
        """That of the template, of which so many steps have been applied, and those after each further step."""
        url, _ = self.copy_of(template)
        found = [self.schema(url)]
        if not applied:
            execute(url, STEPS_TABLE)
        for version, file in list(enumerate(sorted(MIGRATIONS.glob("*.sql")), 1))[applied:]:
            execute(url, file.read_text(), f"INSERT INTO schema_migrations VALUES ({version}, 1, 'step', 0)")
            found.append(self.schema(url))
        self.assertEqual(found[-1], self.old_and_new(template)[1])
        return found

    def test_both_die_at_every_statement(self):
        schemas = self.schemas("version_1", 1)
        for url, portal, process, _ in self.stopped_everywhere("version_1"):
            process.kill()
            self.server.kill()
            self.server.start()
            execute(url, "UPDATE stops.stop_at SET number = 0")
            self.assertIn(self.schema(url), schemas[:-1], "half a migration")
            portal.start()
            self.assert_served(portal)
            self.assertEqual(self.schema(url), schemas[-1])

    def test_the_program_is_killed_at_every_statement(self):
        """And started again while the server is still at what it was given."""
        _, new = self.old_and_new("version_1")
        for url, portal, process, session in self.stopped_everywhere("version_1"):
            process.kill()
            process.wait(DEADLINE)
            portal.start(wait=False)
            portal.log_has("store.migration_started")
            session.say("SELECT pg_advisory_unlock_all()")
            self.assert_served(portal)
            self.assertEqual(self.schema(url), new)

    def test_a_new_database_at_every_statement(self):
        """The program is killed, and then the server's process for it."""
        schemas = self.schemas("empty", 0)
        for url, portal, process, session in self.stopped_everywhere("empty"):
            process.kill()
            process.wait(DEADLINE)
            execute(url, "UPDATE stops.stop_at SET number = 0")
            session.say("SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            self.assertIn(self.schema(url), schemas[:-1], "half a migration")
            self.assertEqual(command(portal, "migrate").returncode, OK)
            self.assertEqual(self.schema(url), schemas[-1])


if __name__ == "__main__":
    unittest.main()
