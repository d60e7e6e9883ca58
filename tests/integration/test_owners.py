# SPDX-License-Identifier: Apache-2.0
"""Whose device it is: arrivals and switched-off modules make owners in the portal, and staff decides. The rules alone:
tests/unit/test_ownership.c; the store: tests/unit/test_owners_store.c."""
import json
import time
import unittest

from operator_commands import CANNOT, OK, USAGE, command
from portal import Portal, store_change, store_url, stored
from sandbox import Sandbox, eventually, random_thing

CHALLENGE_MS = 180_000
LABEL, POWER_CYCLE, FRESH = 1, 4, 8  # proof.h


class Case(unittest.TestCase):
    sections = {}

    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def setUp(self):
        self.url = store_url(self.sandbox, random_thing())
        self.portal = self.enterContext(
            Portal(self.sandbox, claim={"schedule": "500ms"}, store={"url": self.url}, **self.sections)).connected()

    def device(self, thing):
        answer = self.portal.request("GET", f"/devices/{thing}", admin=True)
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def standings(self, thing):
        return {party["registration"]: party["standing"] for party in self.device(thing)["registrations"]}

    def owned_by(self, thing, token):
        eventually(lambda: [row[0] for row in stored(self.url, "SELECT owner FROM devices WHERE thing_name = ?", thing)] == [token],
                   lambda: stored(self.url, "SELECT * FROM devices"))

    def online(self, thing, wanted=1):
        eventually(lambda: [tuple(row) for row in stored(self.url, "SELECT is_connected FROM connections WHERE thing_name = ?", thing)]
                   == [(wanted,)], lambda: stored(self.url, "SELECT * FROM connections"))

    def modules(self, *things):
        modules = self.sandbox.modules(*things)
        for thing in things:
            modules.wait_for(thing, "subscribed")
        return modules

    def arrived(self, thing, *tokens):
        for token in tokens:
            self.portal.wait_for_state(token, "onboarded")
        self.online(thing)

    def contested(self):
        """A device that arrived while two people were waiting for it."""
        thing = random_thing()
        modules = self.modules(thing)
        tokens = [self.portal.claim(thing)["token"] for _ in range(2)]
        self.arrived(thing, *tokens)
        eventually(lambda: self.device(thing)["contested"], lambda: self.device(thing))
        return thing, modules, tokens

    def challenge(self, token):
        """As the private page begins one, where the first has been met already: it takes two where others wait."""
        now = int(time.time() * 1000)
        store_change(self.url, "UPDATE registrations SET challenge_at = ?, challenge_until = ?, challenges = 2, proofs = ? WHERE token = ?",
                     now, now + CHALLENGE_MS, LABEL | POWER_CYCLE | FRESH, token)

    def switch(self, modules, thing):
        modules.command(f"off {thing}")
        self.online(thing, 0)
        modules.command(f"on {thing}")
        self.online(thing)


class Arrivals(Case):
    def test_who_waits_alone_becomes_the_owner(self):
        thing = random_thing()
        self.modules(thing)
        token = self.portal.claim(thing)["token"]
        self.arrived(thing, token)
        self.owned_by(thing, token)
        device = self.device(thing)
        self.assertEqual((device["endpoint"], device["contested"]), ("sandbox", False))
        self.assertEqual([(event["kind"], event["actor"]) for event in device["events"]], [("granted", "portal"), ("proven", "portal")])
        other = self.portal.claim(thing)["token"]
        self.assertEqual(self.standings(thing), {token: "owner", other: "waiting"})

    def test_two_who_wait_contest_it(self):
        thing, _, tokens = self.contested()
        self.assertEqual(self.standings(thing), dict.fromkeys(tokens, "waiting"))
        self.assertIsNone(self.device(thing)["owner"])

    def test_registrations_of_an_older_program(self):
        """It runs beside, and knows nothing of owners."""
        thing = random_thing()
        self.modules(thing)
        first = self.portal.claim(thing)["token"]
        self.arrived(thing, first)
        self.owned_by(thing, first)
        for sql in ("DELETE FROM ownership_events", "DELETE FROM devices",
                    "UPDATE registrations SET thing_name = NULL, endpoint = NULL, standing = NULL, proofs = 0, due_at = NULL"):
            store_change(self.url, sql)
        self.owned_by(thing, first)
        second = self.portal.claim(thing)["token"]
        self.assertEqual(self.standings(thing), {first: "owner", second: "waiting"})


    def test_what_was_due_waits_for_a_claim_that_ends_later(self):
        """Another person has prolonged it meanwhile. It is not due again and again."""
        thing = random_thing()
        token = self.portal.claim(thing)["token"]
        store_change(self.url, "UPDATE registrations SET due_at = 1 WHERE token = ?", token)
        eventually(lambda: [tuple(row) for row in stored(self.url, "SELECT standing, due_at FROM registrations WHERE token = ?", token)]
                   == [("waiting", None)], lambda: stored(self.url, "SELECT * FROM registrations"))


class PowerCycle(Case):
    def test_the_one_who_switches_it_off_and_on_owns_it(self):
        thing, modules, tokens = self.contested()
        self.challenge(tokens[1])
        self.switch(modules, thing)
        self.owned_by(thing, tokens[1])
        self.assertEqual(self.standings(thing)[tokens[0]], "waiting")

    def test_another_device_proves_nothing(self):
        thing, _, tokens = self.contested()
        other = random_thing()
        modules = self.modules(other)
        token = self.portal.claim(other)["token"]
        self.arrived(other, token)
        self.challenge(tokens[1])
        self.switch(modules, other)
        self.assertIsNone(self.device(thing)["owner"])

    def test_across_a_restart_of_the_portal(self):
        """Each half of it is seen by another process, and the second happens while none runs."""
        thing, modules, tokens = self.contested()
        self.challenge(tokens[0])
        modules.command(f"off {thing}")
        self.online(thing, 0)
        self.portal.stop()
        modules.command(f"on {thing}")
        modules.wait_for(thing, "onboarded", 2)
        self.portal.start()
        self.portal.connected()
        self.owned_by(thing, tokens[0])


class Staff(Case):
    def decide(self, thing, **decision):
        return self.portal.request("POST", f"/devices/{thing}/decisions", json.dumps(decision).encode(),
                                   {"Content-Type": "application/json"}, admin=True)

    def test_decisions_need_a_reason_and_a_registration_of_the_device(self):
        thing, _, (first, _) = self.contested()
        for wrong in ({}, {"action": "grant", "registration": first}, {"action": "grant", "registration": first, "reason": " "},
                      {"action": "own", "registration": first, "reason": "r"}, {"action": "grant", "reason": "r"},
                      {"action": "grant", "registration": "0", "reason": "r"}, {"action": "release", "registration": first, "reason": "r"},
                      {"action": "grant", "registration": first, "reason": "x" * 501}):
            self.assertEqual(self.decide(thing, **wrong).status, 400, wrong)
        self.assertEqual(self.decide(random_thing(), action="grant", registration=first, reason="r").status, 404)
        self.assertEqual(self.decide(thing, action="release", reason="r").status, 409, "it has no owner")
        self.assertEqual(self.portal.request("GET", f"/devices/{random_thing()}", admin=True).status, 404)
        self.assertEqual(self.portal.get(f"/devices/{thing}").status, 404, "not for the public")
        self.assertIsNone(self.device(thing)["owner"])

    def test_staff_decides_by_call(self):
        thing, _, (first, second) = self.contested()
        granted = self.decide(thing, action="grant", registration=second, reason="receipt 4711")
        self.assertEqual((granted.status, granted.json["owner"]), (200, second))
        event = granted.json["events"][0]
        self.assertEqual((event["kind"], event["actor"], event["reason"]), ("granted", "staff", "receipt 4711"))
        self.assertEqual(self.decide(thing, action="refuse", registration=first, reason="no receipt").status, 200)
        self.assertEqual(self.decide(thing, action="refuse", registration=second, reason="the owner").status, 409)
        self.assertEqual(self.standings(thing), {second: "owner"})
        released = self.decide(thing, action="release", reason="sold")
        self.assertEqual((released.status, released.json["owner"]), (200, None))

    def test_staff_finds_who_waits(self):
        thing, _, (first, second) = self.contested()
        self.assertNotIn(thing, self.portal.request("GET", "/disputes", admin=True).text)
        answer = self.portal.request("POST", f"/api/v1/registrations/{second}/ask", b"")
        self.assertEqual(answer.status, 202, answer)
        listed = self.portal.request("GET", "/disputes", admin=True).json["disputes"]
        self.assertEqual([(each["thing_name"], each["registration"]) for each in listed if each["thing_name"] == thing], [(thing, second)])
        self.assertEqual(self.portal.get("/disputes").status, 404, "not for the public")
        for stopped in (False, True):
            if stopped:
                self.portal.stop()
            answer = command(self.portal, "owner", "disputes", admin=None if stopped else self.portal.admin)
            self.assertEqual(answer.returncode, OK, answer)
            self.assertEqual(json.loads(answer.stdout)["disputes"], listed)

    def test_staff_decides_by_command(self):
        thing, _, (first, second) = self.contested()
        for stopped in (False, True):
            if stopped:
                self.portal.stop()
            admin = None if stopped else self.portal.admin
            with self.subTest(stopped=stopped):
                token = second if stopped else first
                answer = command(self.portal, "owner", "grant", token, "--reason", "by phone", admin=admin)
                self.assertEqual(answer.returncode, OK, answer)
                self.assertEqual(json.loads(answer.stdout)["owner"], token)
                answer = command(self.portal, "owner", "show", thing, admin=admin)
                self.assertEqual(json.loads(answer.stdout)["events"][0]["reason"], "by phone")
                as_on_the_label = " ".join(thing[i:i + 4] for i in range(0, 32, 4)).upper()
                answer = command(self.portal, "owner", "show", as_on_the_label, admin=admin)
                self.assertEqual(json.loads(answer.stdout)["thing_name"], thing, answer)
                for wrong, code, says in ((("grant", token), USAGE, "--reason"), (("steal", token, "--reason", "r"), USAGE, "steal"),
                                          (("show",), USAGE, "THING"), (("show", "0123"), USAGE, "not a device ID"),
                                          (("grant", token[:8], "--reason", "r"), CANNOT, "owner show THING"),
                                          (("refuse", token, "--reason", "r"), CANNOT, "waits for nothing"),
                                          (("show", random_thing()), CANNOT, "no such device")):
                    answer = command(self.portal, "owner", *wrong, admin=admin)
                    self.assertEqual(answer.returncode, code, answer)
                    self.assertIn(says, answer.stderr)
                    self.assertNotIn("request_id", answer.stderr, "words, not the answer's JSON")
        answer = command(self.portal, "owner", "release", thing, "--reason", "sold")
        self.assertEqual((answer.returncode, json.loads(answer.stdout)["owner"]), (OK, None), answer)


if __name__ == "__main__":
    unittest.main()
