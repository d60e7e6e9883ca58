# SPDX-License-Identifier: Apache-2.0
"""What the store knows of a person: the export, by command and by POST /exports, and docs/privacy.md, which lists every
column with personal data."""
import json
import os
import re
import sqlite3
import unittest
from contextlib import closing

from operator_commands import CANNOT, OK, command
from portal import Portal
from sandbox import ROOT, Sandbox, random_thing

POSTGRESQL = os.environ.get("EXPRESSLINK_TEST_POSTGRESQL")
PAGE = ROOT / "docs" / "privacy.md"
MIGRATIONS = ROOT / "server" / "store" / "migrations" / "sqlite"

# Columns that say nothing about a person; those of whole tables as "table *".
IMPERSONAL = {
    "claims *", "claim_counts *", "connections *", "inventory *", "leaders *", "schema_migrations *", "once *",
    "deliveries claim_id", "deliveries staging", "deliveries thing_name", "deliveries endpoint", "deliveries due_at",
    "deliveries attempts", "deliveries refusals", "deliveries leased_by", "deliveries leased_until", "deliveries accepted_at",
    "deliveries published_at", "deliveries pressed_at",
    "networks staging", "networks arrivals", "networks expiries", "networks as_of", "networks open", "networks waiting",
    "registrations claim_id", "registrations accepted_at", "registrations cancelled_at", "registrations due_at",
    "registrations requested_at", "registrations erased_at",
    "registrations challenge_until", "registrations challenge_off_at", "registrations challenge_on_at", "registrations challenges",
    "devices thing_name", "devices owned_at", "devices contested", "devices arrived_at", "devices endpoint", "devices hand_over",
    "devices hand_over_until", "devices guesses", "devices guess_at",
    "ownership_events id", "ownership_events thing_name", "ownership_events happened_at", "ownership_events kind",
    "ownership_events actor", "ownership_events proofs",
    "persons id", "persons seen_at", "sessions started_at", "sessions ends_at",
}


def schema():
    """Every "table column" of the newest schema."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for file in sorted(MIGRATIONS.glob("*.sql")):
            connection.executescript(file.read_text())
        tables = [name for name, in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {f"{table} {column[1]}" for table in tables for column in connection.execute(f"PRAGMA table_info({table})")
                if not table.startswith("sqlite_")}


def documented():
    """Every "table column" of the page's first table."""
    found = set()
    for line in PAGE.read_text().split("\n\n## ")[0].split("How long, by")[0].splitlines():
        if not line.startswith("| `"):
            continue
        table = None
        for word in re.findall(r"`([^`]+)`", line.split("|")[1]):
            if word in TABLES:
                table = word
            else:
                found.add(f"{table} {word}")
    return found


TABLES = {name.split()[0] for name in schema()}


class Page(unittest.TestCase):
    def test_every_column_is_personal_and_documented_or_declared_impersonal(self):
        declared = {name for name in schema() if name in IMPERSONAL or f"{name.split()[0]} *" in IMPERSONAL}
        self.assertEqual(documented() & declared, set())
        self.assertEqual(documented() | declared, schema())
        self.assertEqual({name for name in IMPERSONAL if not name.endswith("*")} - schema(), set())


class Export(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def setUp(self):
        self.folder = self.sandbox.state / self._testMethodName
        self.folder.mkdir()
        self.email = f"Nadia.{random_thing()[:8]}@Example.com"
        self.portal = self.enterContext(Portal(self.sandbox, store={"url": POSTGRESQL or f"sqlite:{self.folder / 'portal.db'}"}))

    def registered(self, name, email, thing=None):
        return self.portal.claim(thing or random_thing(), contact={"name": name, "email": email})["token"]

    def export(self, *arguments, expect=OK, says=""):
        admin = self.portal.admin if self.portal.process else None
        answer = command(self.portal, "export", *arguments, admin=admin)
        self.assertEqual(answer.returncode, expect, answer)
        self.assertIn(says, answer.stderr)
        return answer.stdout if expect else json.loads(answer.stdout)

    def post(self, document, **options):
        return self.portal.request("POST", "/exports", json.dumps(document).encode(), {"Content-Type": "application/json"},
                                   admin=True, **options)

    def test_all_of_one_person_and_nothing_of_others(self):
        thing = random_thing()
        mine = {self.registered("Nadia \u05d0", self.email, thing), self.registered("N. N.", self.email.upper())}
        self.registered("Somebody", "somebody@example.com", thing)
        found = self.export("--email", self.email.lower())
        self.assertTrue(found["complete"])
        self.assertEqual({one["token"] for one in found["registrations"]}, mine)
        first = next(one for one in found["registrations"] if one["thing_name"] == thing)
        self.assertEqual((first["name"], first["email"]), ("Nadia \u05d0", self.email))
        self.assertGreater(first["registered_at"], 1_700_000_000_000)
        self.assertNotIn("omebody", json.dumps(found))
        self.assertEqual(self.post({"email": self.email}).json, found)
        self.assertEqual(self.portal.post_json("/exports", {"email": self.email}).status, 404, "on the public side")

    def test_who_joins_a_claim_gets_nothing_from_before(self):
        thing = random_thing()
        first = self.portal.claim(thing)["token"]
        self.portal.wait_for_state(first, "published")
        joined, = self.export("--token", self.registered("Nadia", self.email, thing))["registrations"]
        self.assertFalse({"claimed_at", "published_at"} & set(joined), joined)
        own, = self.export("--token", first)["registrations"]
        self.assertTrue({"claimed_at", "published_at"} <= set(own), own)

    def test_nothing_is_left_after_erasing(self):
        token = self.registered("Nadia", self.email)
        self.assertEqual(command(self.portal, "erase", "--email", self.email, admin=self.portal.admin).returncode, OK)
        self.assertEqual(self.export("--email", self.email), {"registrations": [], "complete": True})
        self.assertEqual(self.export("--token", token), {"registrations": [], "complete": True})

    def test_without_a_running_portal(self):
        token = self.registered("Nadia", self.email)
        running = self.export("--token", token)
        self.assertEqual(self.portal.stop(), 0)
        self.assertEqual(self.export("--token", token)["registrations"][0]["name"], running["registrations"][0]["name"])
        self.export("--token", "abc", expect=CANNOT, says="not a whole token")

    def test_wrong_requests(self):
        for document in ({}, {"email": ""}, {"email": 1}, {"token": "abc"}, {"email": "a@b", "token": "a" * 32}, []):
            self.assertEqual(self.post(document).status, 400, document)


if __name__ == "__main__":
    unittest.main()
