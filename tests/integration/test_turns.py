# SPDX-License-Identifier: Apache-2.0
"""Whose message is sent next while many devices are being registered, and "It's on now"."""
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from brokers import FakeBroker
from killed import slow_disk
from portal import Portal, refused, store_url
from sandbox import Sandbox, eventually, random_thing


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def setUp(self):
        self.broker = self.enterContext(FakeBroker(self.sandbox))

    def portal(self, schedule, url=None, **staging):
        url = url or store_url(self.sandbox, random_thing())
        portal = self.enterContext(Portal(self.sandbox, store={"url": url}, claim={"schedule": schedule},
                                          staging__sandbox={"port": self.broker.port, **staging},
                                          http={"trusted_proxies": "127.0.0.1"}))
        self.broker.session()
        return portal

    @staticmethod
    def claim_from(portal, address):
        thing = random_thing()
        answer = portal.post_json("/api/v1/registrations", {"identifier": thing}, **{"X-Forwarded-For": address})
        if answer.status != 202:
            raise AssertionError(answer)
        return thing, answer.json["token"]


class Turns(Case):
    def test_a_first_message_does_not_wait_behind_repeats(self):
        """Every open claim is to be repeated at once, and each message takes 50 ms."""
        portal = self.portal("100ms", rate=20)
        for number in range(40):
            self.claim_from(portal, f"10.0.{number}.1")
        eventually(lambda: len({publish["thing"] for publish in self.broker.publishes()}) == 40, "each was sent a message")
        for number in range(5):
            thing, _ = self.claim_from(portal, f"10.1.{number}.1")
            before = len(self.broker.publishes())
            eventually(lambda: self.broker.publishes(thing), "its first message")
            names = [publish["thing"] for publish in self.broker.publishes()]
            self.assertLessEqual(names.index(thing) - before, 5, "sent before it although it was there")

    def test_after_a_restart_it_is_known_what_was_sent_when(self):
        url = store_url(self.sandbox, random_thing())
        portal = self.portal("1h", url)
        things = [self.claim_from(portal, f"10.0.{number}.1")[0] for number in range(10)]
        eventually(lambda: portal.metric('claims{state="published"}') == 10, "all are published")
        portal.stop()
        portal = self.portal("1h", url)
        later, _ = self.claim_from(portal, "10.1.0.1")
        eventually(lambda: self.broker.publishes(later), "a new one")
        self.assertEqual([len(self.broker.publishes(thing)) for thing in things], [1] * 10)


class Crowds(Case):
    def test_while_first_messages_wait_people_are_told_for_how_long(self):
        """100 claims at once, and ten messages a second."""
        portal = self.portal("1h", rate=10)
        claims = [self.claim_from(portal, f"10.0.{number}.1") for number in range(100)]
        thing, token = claims[-1]
        told = eventually(lambda: portal.show(token)["estimated_at"], "when it is its turn")
        page = portal.get(f"/registrations/{token}?lang=en")
        if not self.broker.publishes(thing):
            self.assertIn("Many people are registering now.", page.text)
        answer = portal.get(f"/api/v1/registrations/{token}")
        if answer.json["state"] == "queued":
            self.assertGreater(int(answer.headers["Retry-After"]), 0)
        eventually(lambda: self.broker.publishes(thing), "its message")
        self.assertGreaterEqual(portal.show(token)["accepted_at"][:10], told[:10])
        eventually(lambda: portal.show(token)["estimated_at"] is None, "it was its turn")
        first = [publish["thing"] for publish in self.broker.publishes()]
        places = [first.index(thing) for thing, _ in claims]
        for place, wanted in zip(places, range(100)):
            self.assertLessEqual(abs(place - wanted), 15, "in the order in which they were registered")

    def test_what_is_told_is_true_when_the_crowd_has_come_at_once(self):
        """60 claims within a moment and none after it, at two messages a second."""
        portal = self.portal("1h", rate=2)
        claims = [self.claim_from(portal, f"10.0.{number}.1") for number in range(60)]
        told = []
        for thing, token in claims[30], claims[-1]:
            eventually(lambda: portal.show(token)["estimated_at"], "it is told")
        for thing, token in claims[30], claims[-1]:
            eventually(lambda: len(self.broker.publishes()) >= 10, "five seconds later")
            answer = portal.get(f"/api/v1/registrations/{token}")
            told.append((thing, time.monotonic(), int(answer.headers["Retry-After"])))
        for thing, at, wait in told:
            eventually(lambda: self.broker.publishes(thing), "its message")
            waited = self.broker.publishes(thing)[0]["at"] - at
            self.assertLess(abs(wait - waited), 3 + waited / 3)

    def test_a_network_has_a_limit_of_open_claims(self):
        url = store_url(self.sandbox, random_thing())
        portal = self.enterContext(Portal(self.sandbox, store={"url": url}, claim={"schedule": "1h"},
                                          staging__sandbox={"port": self.broker.port},
                                          http={"trusted_proxies": "127.0.0.1", "open_claims_per_network": "12"}))
        self.broker.session()
        tokens = []

        def ask(address):
            answer = portal.post_json("/api/v1/registrations", {"identifier": random_thing()}, **{"X-Forwarded-For": address})
            if answer.status == 202:
                tokens.append(answer.json["token"])
            return answer
        answer = eventually(lambda: (given := ask("10.0.0.99")).status == 429 and given, "it is full")
        self.assertEqual(answer.headers["Retry-After"], "60")
        self.assertIn("from your network", answer.json["detail"])
        self.assertEqual(portal.post_form("/register", headers={"X-Forwarded-For": "10.0.0.7"},
                                          identifier=random_thing()).status, 429)
        self.assertEqual(ask("10.0.1.1").status, 202, "another network")
        self.assertEqual(portal.post_json(f"/api/v1/registrations/{tokens[0]}/on", {}, **{"X-Forwarded-For": "10.0.0.1"}).status,
                         202, "what is open goes on")
        self.assertGreaterEqual(len(tokens), 12)
        for token in tokens:
            portal.post_json(f"/api/v1/registrations/{token}/cancel", {})
        eventually(lambda: ask("10.0.0.99").status == 202, "there is room again")


class Cap(Case):
    """Open claims of a network, counted by the lane and told to all portals through the store."""
    LIMITED = {"trusted_proxies": "127.0.0.1", "open_claims_per_network": "12"}

    def limited(self, url, **sections):
        portal = self.enterContext(Portal(self.sandbox, store={"url": url}, claim={"schedule": "1h"}, http=self.LIMITED,
                                          **{"staging__sandbox": {"port": self.broker.port}, **sections}))
        self.broker.session()
        return portal

    @staticmethod
    def ask(portal, tokens):
        answer = portal.post_json("/api/v1/registrations", {"identifier": random_thing()}, **{"X-Forwarded-For": "10.0.0.99"})
        if answer.status == 202:
            tokens.append(answer.json["token"])
        return answer.status

    def fill(self, portal):
        tokens = []
        eventually(lambda: self.ask(portal, tokens) == 429, "it is full")
        return tokens

    @staticmethod
    def cancel(portal, tokens):
        for token in tokens:
            portal.post_json(f"/api/v1/registrations/{token}/cancel", {})

    def test_there_is_room_again_after_the_store_failed(self):
        """It fails just when the lane tells that nothing is open any more."""
        url = store_url(self.sandbox, random_thing())
        portal = self.limited(url)
        tokens = self.fill(portal)
        with refused(url, "networks", "NEW.open = 0"):
            self.cancel(portal, tokens)
            portal.log_has("INSERT INTO networks")
        eventually(lambda: self.ask(portal, []) == 202, "there is room again")

    def test_a_retry_is_a_new_claim(self):
        portal = self.limited(store_url(self.sandbox, random_thing()))
        tokens = self.fill(portal)
        self.cancel(portal, tokens)
        eventually(lambda: self.ask(portal, []) == 202, "there is room again")
        self.fill(portal)
        answer = portal.post_json(f"/api/v1/registrations/{tokens[0]}/retry", {}, **{"X-Forwarded-For": "10.0.0.9"})
        self.assertEqual((answer.status, answer.headers["Retry-After"]), (429, "60"))
        self.assertIn("from your network", answer.json["detail"])
        page = portal.post_form(f"/registrations/{tokens[0]}/retry", {"X-Forwarded-For": "10.0.0.9"})
        self.assertEqual((page.status, page.headers["Retry-After"]), (429, "60"))
        self.assertEqual(portal.show(tokens[0])["state"], "cancelled")
        answer = portal.post_json(f"/api/v1/registrations/{tokens[0]}/retry", {}, **{"X-Forwarded-For": "10.0.1.9"})
        self.assertEqual(answer.status, 202, "from another network")

    def test_claims_of_an_account_that_was_removed_do_not_count(self):
        url = store_url(self.sandbox, random_thing())
        portal = self.limited(url)
        self.fill(portal)
        portal.stop()
        c = self.sandbox.certificates
        other = {"address": self.sandbox.staging_address, "port": self.broker.port, "ca_file": c / "server-ca.pem",
                 "cert_file": c / "claim-thing.pem", "key_file": c / "claim-thing.key", "client_id": "claim-thing", "identifier_form": "hex"}
        portal = self.limited(url, staging__sandbox=None, staging__other=other)
        eventually(lambda: self.ask(portal, []) == 202, "there is room")


class SlowDisk(Case):
    def test_messages_do_not_wait_for_commits(self):
        """A commit takes a third of a second, and every claim is to be repeated at once."""
        portal = self.enterContext(Portal(self.sandbox, environment=slow_disk(300), claim={"schedule": "100ms"},
                                          store={"url": f"sqlite:{self.sandbox.state}/{random_thing()}.db"},
                                          staging__sandbox={"port": self.broker.port},
                                          http={"trusted_proxies": "127.0.0.1"}))
        with ThreadPoolExecutor(10) as people:
            list(people.map(lambda number: self.claim_from(portal, f"10.0.{number}.1"), range(30)))
        eventually(lambda: len({publish["thing"] for publish in self.broker.publishes()}) == 30, "each was sent a message")
        commits, messages = portal.metric("store_commits_total"), len(self.broker.publishes())
        eventually(lambda: portal.metric("store_commits_total") >= commits + 5, "five commits")
        commits, messages = portal.metric("store_commits_total") - commits, len(self.broker.publishes()) - messages
        self.assertGreater(messages, 5 * commits)


class OnNow(Case):
    def test_it_is_sent_at_once_and_once_in_ten_seconds(self):
        portal = self.portal("1h")
        thing, token = self.claim_from(portal, "10.0.0.1")
        portal.wait_for_state(token, "published")
        page = portal.get(f"/registrations/{token}?lang=en")
        self.assertIn(f'action="/registrations/{token}/on"', page.text)
        self.press(portal, token)
        eventually(lambda: len(self.broker.publishes(thing)) > 1, "it is sent again")
        count = len(self.broker.publishes(thing))
        answer = portal.post_json(f"/api/v1/registrations/{token}/on", {})
        self.assertEqual((answer.status, answer.json["token"]), (202, token))
        other, _ = self.claim_from(portal, "10.0.1.1")
        eventually(lambda: self.broker.publishes(other), "another one's first message")
        self.assertEqual(len(self.broker.publishes(thing)), count, "not again within ten seconds")

    def press(self, portal, token):
        answer = portal.post_form(f"/registrations/{token}/on", lang="en")
        self.assertEqual((answer.status, answer.headers["Location"]), (303, f"/registrations/{token}?lang=en&on=1"))
        page = portal.get(answer.headers["Location"])
        self.assertIn("We’ve contacted your product again", page.text)

    def test_a_token_that_nobody_has(self):
        portal = self.portal("1h")
        self.assertEqual(portal.post_json(f"/api/v1/registrations/{'0' * 32}/on", {}).status, 404)
        self.assertEqual(portal.post_form(f"/registrations/{'x' * 32}/on", lang="en").status, 404)
        self.assertEqual(portal.get(f"/registrations/{'0' * 32}/on").status, 405)


if __name__ == "__main__":
    unittest.main()
