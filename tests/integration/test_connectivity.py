# SPDX-License-Identifier: Apache-2.0
"""`connectivity = yes`: a device is found although its event was lost, by asking the account."""
import json
import time
import unittest

from aws_service import refused
from events_queue import ENDPOINT, Case
from patience import fewer
from sandbox import eventually, random_thing

NOT_READY = refused(400, "IndexNotReadyException", "The index is not ready.")


class ConnectivityCase(Case):
    """Events over MQTT, and none of presence."""

    ENDPOINT_KEYS = {"connectivity": "yes"}

    def setUp(self):
        super().setUp()
        self.sandbox.faults(presence=False, created=False)

    def questions(self, thing=None):
        asked = [made["thingName"] for made in self.judge.inputs("iot:GetThingConnectivityData")]
        return len(asked) if thing is None else asked.count(thing)

    def is_connected(self, thing, seconds_ago=0, connected=True):
        """As the broker writes it."""
        with (self.sandbox.state / "oem" / "journal.jsonl").open("a") as journal:
            for line in ({"thing": thing}, {"thing": thing, "connected": connected, "at": int((time.time() - seconds_ago) * 1000)}):
                journal.write(json.dumps(line) + "\n")


class Arrivals(ConnectivityCase):
    def test_a_module_whose_event_is_lost(self):
        portal = self.portal().connected()
        thing = random_thing()
        self.sandbox.modules(thing).wait_for(thing, "subscribed")
        token = portal.claim(thing)["token"]
        portal.wait_for_state(token, "onboarded")
        eventually(lambda: portal.metric("arrivals_total" + ENDPOINT) == 1, lambda: portal.metrics())
        self.assertGreater(self.questions(thing), 0)

    def test_what_is_no_arrival(self):
        """A thing that is not known, one that is gone, one that connected long before its claim was made."""
        portal = self.portal().connected()
        unknown, gone, old, witness = (random_thing() for _ in range(4))
        self.is_connected(gone, connected=False)
        self.is_connected(old, seconds_ago=600)
        tokens = [portal.claim(thing)["token"] for thing in (unknown, gone, old)]
        eventually(lambda: all(self.questions(thing) >= 2 for thing in (unknown, gone, old)), "each is asked about twice")
        self.is_connected(witness)
        portal.wait_for_state(portal.claim(witness)["token"], "onboarded")
        self.assertEqual([portal.show(token)["state"] for token in tokens], ["published"] * 3)
        self.is_connected(gone)
        portal.wait_for_state(tokens[1], "onboarded")

    def test_each_in_turn(self):
        """Also beyond the first page, and nobody twice before all others."""
        portal = self.portal().connected()
        count = max(70, fewer(200))
        claims = self.published(portal, count)
        eventually(lambda: all(self.questions(thing) for thing in claims), "all are asked about")
        for thing in claims:
            self.is_connected(thing)
        eventually(lambda: portal.metric('claims{state="onboarded"}') == count, lambda: portal.metrics())

    def test_through_a_queue_too(self):
        portal = self.portal(endpoint={"events": "sqs", "cert_file": None, "key_file": None}).connected()
        (thing, token), = self.published(portal).items()
        self.is_connected(thing)
        portal.wait_for_state(token, "onboarded")


class BadDays(ConnectivityCase):
    def told(self, portal, text):
        def reason():
            return text in portal.ready().json["reasons"].get("endpoint.sandbox", "")
        eventually(reason, lambda: portal.ready())

    def test_refused_and_throttled(self):
        """Named, and what the account's events say goes on."""
        portal = self.portal().connected()
        self.queue.faults(deny=["iot:GetThingConnectivityData"])
        (thing, token), = self.published(portal).items()
        self.told(portal, "the permission iot:GetThingConnectivityData is missing")
        self.assertEqual(portal.ready().json["checks"]["endpoint.sandbox"], "connected")
        self.assertEqual(sum("endpoint.not_connected" in line for line in portal.lines), 1)
        self.queue.faults(deny=[], throttle=3)
        self.is_connected(thing)
        portal.wait_for_state(token, "onboarded")
        eventually(lambda: portal.ready().json["reasons"] == {}, lambda: portal.ready())

    def test_connectivity_is_not_indexed(self):
        portal = self.portal().connected()
        self.judge.script = lambda call: NOT_READY if call.operation == "GetThingConnectivityData" else None
        self.published(portal)
        self.told(portal, "turn on fleet indexing of connectivity")
        self.assertEqual(portal.stop(), 0)


if __name__ == "__main__":
    unittest.main()
