# SPDX-License-Identifier: Apache-2.0
"""A product that is connected already is registered again: a lost tab, a second scan. It ends at once, and can be claimed all
the same."""
import contextlib
import json
import sqlite3
import time
import unittest

import events_queue
import postgresql
from portal import Portal, store_url, stored
from sandbox import Sandbox, eventually, random_thing

AGAIN = "It was reset, or has a new owner"


def told_online(case, portal, claim):
    """All that the answer tells: nothing of the registration before."""
    case.assertEqual((claim["state"], claim["already_online"], claim["next_action"], claim["attempts"]), ("onboarded", True, "done", 0))
    case.assertEqual([step["at"] is None for step in claim["steps"]], [False, True, True, True])
    case.assertEqual(claim["steps"][0]["at"], claim["accepted_at"])
    case.assertEqual(portal.show(claim["token"]), claim)


class OverMqtt(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def setUp(self):
        self.sandbox.faults()
        self.url = store_url(self.sandbox, random_thing())
        self.portal = self.enterContext(Portal(self.sandbox, claim={"schedule": "500ms"}, store={"url": self.url})).connected()

    def connected(self, thing, wanted=1):
        eventually(lambda: [tuple(row) for row in stored(self.url, "SELECT is_connected FROM connections WHERE thing_name = ?", thing)]
                   == [(wanted,)], lambda: stored(self.url, "SELECT * FROM connections"))

    def arrived(self):
        """A product that is registered and stays connected."""
        thing = random_thing()
        modules = self.sandbox.modules(thing)
        modules.wait_for(thing, "subscribed")
        claim = self.portal.claim(thing, contact={"name": "The First", "email": "first@example.com"})
        self.assertFalse(claim["already_online"])
        self.portal.wait_for_state(claim["token"], "onboarded")
        modules.wait_for(thing, "onboarded")
        self.connected(thing)
        return thing, modules, claim

    def test_a_lost_tab(self):
        thing, _, first = self.arrived()
        published = self.portal.metric('publishes_total{staging="sandbox"}')
        claim = self.portal.claim(thing)
        self.assertNotEqual(claim["token"], first["token"])
        told_online(self, self.portal, claim)
        answer = self.portal.post_form("/register", identifier=thing, lang="en")
        self.assertEqual(answer.status, 303)
        page = self.portal.get(answer.headers["Location"]).text
        self.assertIn("This product is already registered and online</h1>", page)
        self.assertIn(AGAIN, page)
        for word in ("The First", "first@example.com", first["token"], "class=\"steps\"", "class=\"waiting\""):
            self.assertNotIn(word, page)
        german = self.portal.get(answer.headers["Location"].replace("lang=en", "lang=de")).text
        self.assertIn("Dieses Produkt ist bereits registriert und online</h1>", german)
        self.assertEqual(self.portal.metric('publishes_total{staging="sandbox"}'), published)

    def test_it_was_reset_or_has_a_new_owner(self):
        """By the page's button, without script, and by the API. The module is not in staging yet when it is pressed."""
        thing, modules, _ = self.arrived()
        token = self.portal.claim(thing)["token"]
        page = self.portal.get(f"/registrations/{token}?lang=en").text
        self.assertIn(f'action="/registrations/{token}/retry"', page)
        answer = self.portal.post_form(f"/registrations/{token}/retry", lang="en")
        self.assertEqual((answer.status, answer.headers["Location"]), (303, f"/registrations/{token}?lang=en"))
        shown = self.portal.wait_for_state(token, "published")
        self.assertFalse(shown["already_online"])
        other = self.portal.claim(thing)  # joins the one that is open
        self.assertEqual((other["state"], other["already_online"]), ("published", False))
        modules.command(f"reset {thing}")
        modules.wait_for(thing, "onboarded", 2)
        self.portal.wait_for_state(token, "onboarded")
        self.connected(thing)
        again = self.portal.claim(thing)
        told_online(self, self.portal, again)
        answer = self.portal.post_json(f"/api/v1/registrations/{again['token']}/retry", {})
        self.assertEqual((answer.status, answer.json["state"]), (202, "queued"))
        self.assertEqual(self.portal.post_json(f"/api/v1/registrations/{token}/retry", {}).status, 409, "that one has arrived")

    def test_one_that_was_switched_off_is_claimed(self):
        thing, modules, _ = self.arrived()
        modules.command(f"off {thing}")
        self.connected(thing, 0)
        claim = self.portal.claim(thing)
        self.assertEqual((claim["state"], claim["already_online"], claim["onboarded_before"]), ("queued", False, True))
        modules.command(f"on {thing}")
        self.portal.wait_for_state(claim["token"], "onboarded")
        self.connected(thing)

    def test_one_that_left_while_the_portal_was_down(self):
        """The account keeps what happens meanwhile; a restart forgets nothing."""
        thing, modules, _ = self.arrived()
        stays, _, _ = self.arrived()
        self.portal.stop()
        modules.command(f"off {thing}")
        modules.wait_for(thing, "off")
        self.portal.start()
        self.portal.connected()
        self.connected(thing, 0)
        self.assertEqual(self.portal.claim(thing)["state"], "queued")
        told_online(self, self.portal, self.portal.claim(stays))

    def test_what_is_older_than_a_connection_can_be_is_not_trusted(self):
        thing, _, _ = self.arrived()
        self.portal.stop()
        older = f"UPDATE connections SET heard_at = heard_at - {14 * 24 * 3600 * 1000}"
        if self.url.startswith("postgresql:"):
            postgresql.execute(self.url, older)
        else:
            with contextlib.closing(sqlite3.connect(self.url.partition(":")[2], isolation_level=None)) as database:
                database.execute(older)
        self.portal.start()
        self.assertEqual(self.portal.claim(thing)["state"], "queued")

    def test_an_account_that_does_not_tell_of_ends(self):
        """Its policy is older than this portal: arrivals are seen as ever, and the log says what is missing."""
        account = self.sandbox.account()
        before = json.dumps(account)
        self.assertIn("disconnected", before)
        self.portal.stop()
        self.sandbox.set_account(json.loads(before.replace("topicfilter/$aws/events/presence/disconnected", "topicfilter/none")))
        self.addCleanup(self.sandbox.set_account, json.loads(before))
        self.portal.start()
        self.portal.connected()
        self.portal.log_has("endpoint.subscription_refused")
        thing = random_thing()
        self.sandbox.modules(thing).wait_for(thing, "subscribed")
        self.portal.wait_for_state(self.portal.claim(thing)["token"], "onboarded")
        told_online(self, self.portal, self.portal.claim(thing))

    def test_what_concerns_nobody_costs_no_commit(self):
        """Things that were never registered, and news that are none."""
        thing, _, _ = self.arrived()
        before = self.portal.metric("store_commits_total")
        count = 20
        heard = self.portal.metric('events_total{endpoint="sandbox"}')
        for _ in range(count):
            stranger = random_thing()
            device = self.sandbox.device(self.sandbox.birth_certificate(stranger), stranger, self.sandbox.oem_address)
            device.dropped_or_in()
            device.close()
        eventually(lambda: self.portal.metric('events_total{endpoint="sandbox"}') >= heard + count, lambda: self.portal.metrics())
        self.assertLess(self.portal.metric("store_commits_total") - before, 5, "housekeeping's")
        self.assertEqual([row[0] for row in stored(self.url, "SELECT thing_name FROM connections")], [thing])


class OverAQueue(events_queue.Case):
    def test_a_second_scan(self):
        """`events = sqs`: twice and in any order."""
        portal = self.portal().connected()
        (thing, token), = self.published(portal).items()
        now = time.time()
        self.connects(thing, now, sessionIdentifier="a")
        portal.wait_for_state(token, "onboarded")
        told_online(self, portal, portal.claim(thing))
        self.leaves(thing, now + 2, sessionIdentifier="a")
        self.connects(thing, now, sessionIdentifier="a")
        self.queue.wait_until_empty()
        self.assertEqual(portal.claim(thing)["state"], "queued")

    def leaves(self, thing, at, **more):
        self.queue.event(f"$aws/events/presence/disconnected/{thing}", clientId=thing, timestamp=int(at * 1000),
                         eventType="disconnected", versionNumber=1, **more)


class ByQuestions(events_queue.Case):
    """`connectivity = yes`, and no events."""
    ENDPOINT_KEYS = {"connectivity": "yes", "cert_file": None, "key_file": None}

    def is_connected(self, thing, connected=True):
        with (self.sandbox.state / "oem" / "journal.jsonl").open("a") as journal:
            for line in ({"thing": thing}, {"thing": thing, "connected": connected, "at": int(time.time() * 1000)}):
                journal.write(json.dumps(line) + "\n")

    def test_a_second_scan(self):
        portal = self.portal()
        (thing, token), = self.published(portal).items()
        self.is_connected(thing)
        portal.wait_for_state(token, "onboarded")
        again = portal.claim(thing)
        told_online(self, portal, again)
        # It has left, which nobody hears of until it is claimed all the same and asked about.
        self.is_connected(thing, False)
        portal.post_json(f"/api/v1/registrations/{again['token']}/retry", {})
        eventually(lambda: stored(self.last_url, "SELECT is_connected FROM connections WHERE thing_name = ?", thing)[0][0] == 0,
                   lambda: stored(self.last_url, "SELECT * FROM connections"))
        self.assertEqual(portal.show(again["token"])["state"], "published")

    def url(self):
        self.last_url = super().url()
        return self.last_url


if __name__ == "__main__":
    unittest.main()
