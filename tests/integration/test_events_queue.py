# SPDX-License-Identifier: Apache-2.0
"""`events = sqs`: arrivals come through a queue, are recorded once, and stop nothing."""
import base64
import contextlib
import json
import signal
import sqlite3
import threading
import time
import unittest

from aws_models import LOST
from aws_service import Answer, Service, refused
from events_queue import ENDPOINT, VISIBILITY, Case
from patience import fewer, patient
from portal import stored
from sandbox import eventually, random_thing
from test_aws_credentials import Metadata

LESS_THAN_A_POLL = patient(15)


class Arrivals(Case):
    def test_a_module_arrives(self):
        """Broker, rule, queue and portal, without an observer's certificate."""
        portal = self.portal().connected()
        thing = random_thing()
        self.sandbox.modules(thing).wait_for(thing, "subscribed")
        token = portal.claim(thing)["token"]
        portal.wait_for_state(token, "onboarded")
        self.queue.wait_until_empty()
        self.assertLessEqual(set(self.judge.calls), {"sqs:ReceiveMessage", "sqs:DeleteMessageBatch"})
        self.assertEqual(portal.metric("events_unusable_total" + ENDPOINT), 0)
        eventually(lambda: portal.metric("arrivals_total" + ENDPOINT) == 1, lambda: portal.metrics())

    def test_created_stops_publishing_and_connected_ends(self):
        portal = self.portal().connected()
        (thing, token), = self.published(portal).items()
        self.queue.event(f"$aws/events/thing/{thing}/created", thingName=thing, timestamp=int(time.time() * 1000),
                         operation="CREATED", eventType="THING_EVENT")
        portal.log_has("claim.provisioned")
        self.connects(thing)
        portal.wait_for_state(token, "onboarded")

    def test_a_crowd(self):
        portal = self.portal().connected()
        claims = self.published(portal, fewer(200))
        for thing in claims:
            self.connects(random_thing())
            self.connects(thing)
        eventually(lambda: portal.metric('claims{state="onboarded"}') == len(claims), lambda: portal.metrics())
        self.queue.wait_until_empty()
        eventually(lambda: portal.metric("arrivals_total" + ENDPOINT) == len(claims), lambda: portal.metrics())
        self.assertEqual(portal.metric("events_total" + ENDPOINT), 2 * len(claims))

    def test_duplicates(self):
        """The account sends an event several times, and the answers to deletions are lost."""
        portal = self.portal().connected()
        lost = []

        def lose(call):
            if call.operation == "DeleteMessageBatch" and len(lost) < 4:
                lost.append(call)
                return LOST
            return None
        self.judge.script = lose
        (thing, token), = self.published(portal).items()
        for _ in range(5):
            self.connects(thing)
        portal.wait_for_state(token, "onboarded")
        self.queue.wait_until_empty()
        eventually(lambda: portal.metric("arrivals_total" + ENDPOINT) == 1, lambda: portal.metrics())
        self.assertGreaterEqual(len(lost), 1)

    def test_what_the_account_kept_is_older_than_the_claim(self):
        """Although it is the first thing that comes: the queue tells the account's clock. Without a time stamp, the time when
        it was sent counts."""
        portal = self.portal()
        portal.stop()
        old, undated = random_thing(), random_thing()
        self.connects(old, time.time() - 3600)
        portal.start()
        portal.connected()
        token = portal.claim(old)["token"]
        self.queue.wait_until_empty()
        portal.wait_for_state(token, "published")
        self.connects(old, time.time() - 600)
        self.queue.wait_until_empty()
        self.assertEqual(portal.show(token)["state"], "published")
        undated_token = portal.claim(undated)["token"]
        portal.wait_for_state(undated_token, "published")
        self.queue.event(f"$aws/events/presence/connected/{undated}", clientId=undated, eventType="connected")
        portal.wait_for_state(undated_token, "onboarded")
        self.connects(old)
        portal.wait_for_state(token, "onboarded")


class Killed(Case):
    def test_between_the_commit_and_the_deletion(self):
        """It comes again after the restart, and changes nothing."""
        portal = self.portal().connected()
        asked = []

        def hold(call):
            if call.operation != "DeleteMessageBatch":
                return None
            asked.append(call)
            return refused(503, "ServiceUnavailable")
        self.judge.script = hold
        (thing, token), = self.published(portal).items()
        self.connects(thing)
        portal.wait_for_state(token, "onboarded")
        eventually(lambda: asked, "the deletion is asked for")
        portal.kill()
        self.assertEqual(sum(self.queue.counts()), 1)
        self.judge.script = None
        portal.start()
        self.queue.wait_until_empty()
        self.assertEqual(portal.metric("arrivals_total" + ENDPOINT), 0)
        self.assertEqual(portal.show(token)["state"], "onboarded")

    def test_what_is_in_the_queue_meanwhile(self):
        portal = self.portal().connected()
        claims = self.published(portal, 15)
        portal.kill()
        for thing in claims:
            self.connects(thing)
        portal.start()
        for token in claims.values():
            portal.wait_for_state(token, "onboarded")
        self.queue.wait_until_empty()


class TwoPortals(Case):
    """On one database, of which one leads and receives."""

    def leader(self, *portals):
        return next((portal for portal in portals if portal.metric("endpoint_leads" + ENDPOINT)), None)

    def test_the_next_leader_receives(self):
        url = self.url()
        if url.startswith("sqlite:"):
            self.skipTest("a SQLite file has one portal")
        portals = [self.portal(store={"url": url}) for _ in range(2)]
        first = eventually(lambda: self.leader(*portals), "one leads")
        other, = (portal for portal in portals if portal is not first)
        (thing, token), = self.published(other).items()
        self.connects(thing)
        other.wait_for_state(token, "onboarded")
        self.assertEqual(other.metric("events_total" + ENDPOINT), 0)
        later = random_thing()
        later_token = other.claim(later)["token"]
        other.wait_for_state(later_token, "published")
        first.kill()
        self.connects(later)
        other.wait_for_state(later_token, "onboarded")
        self.assertTrue(self.leader(other))
        self.queue.wait_until_empty()


class BadStores(Case):
    """With SQLite, which a test can lock."""

    def url(self):
        self.file = self.sandbox.state / f"{random_thing()}.db"
        return f"sqlite:{self.file}"

    @contextlib.contextmanager
    def locked(self):
        with contextlib.closing(sqlite3.connect(self.file, isolation_level=None)) as foreign:
            foreign.execute("BEGIN IMMEDIATE")
            yield
            foreign.execute("ROLLBACK")

    def received(self, portal):
        return portal.metric("events_total" + ENDPOINT)

    def test_killed_before_the_commit(self):
        """What was acknowledged later has been deleted by then."""
        portal = self.portal().connected()
        (thing, token), = self.published(portal).items()
        with self.locked():
            self.connects(thing)
            eventually(lambda: self.received(portal) == 1, "it is received")
            for _ in range(2):
                self.queue.send("garbage")
                eventually(lambda: sum(self.queue.counts()) <= 1, self.queue.counts)
            self.assertEqual(sum(self.queue.counts()), 1)
            portal.kill()
        portal.start()
        portal.wait_for_state(token, "onboarded")
        self.queue.wait_until_empty()
        eventually(lambda: portal.metric("arrivals_total" + ENDPOINT) == 1, lambda: portal.metrics())

    def test_nothing_can_be_stored_for_longer_than_the_visibility_timeout(self):
        """The message comes again and again meanwhile. It is in the observer's queue once."""
        portal = self.portal().connected()
        (thing, token), = self.published(portal).items()
        with self.locked():
            self.connects(thing)
            eventually(lambda: self.received(portal) == 1, "it is received")
            time.sleep(3 * VISIBILITY)
            self.assertEqual(self.received(portal), 1)
        portal.wait_for_state(token, "onboarded")
        self.queue.wait_until_empty()
        eventually(lambda: portal.metric("arrivals_total" + ENDPOINT) == 1, lambda: portal.metrics())

    def test_what_was_received_is_stored_and_deleted_before_the_end(self):
        portal = self.portal().connected()
        (thing, token), = self.published(portal).items()
        with self.locked():
            self.connects(thing)
            eventually(lambda: self.received(portal) == 1, "it is received")
            portal.process.terminate()
        self.assertEqual(portal.ended(), 0, portal.lines)
        self.assertEqual(stored(f"sqlite:{self.file}", "SELECT state FROM claims WHERE thing_name = ?", thing), [("onboarded",)])
        self.queue.wait_until_empty()


class BadDays(Case):
    def test_garbage_is_deleted_and_counted(self):
        portal = self.portal().connected()
        topic = f"$aws/events/presence/connected/{random_thing()}"
        garbage = ["no JSON", "[]", json.dumps({"hello": 1}), json.dumps({"topic": 7}), json.dumps({"topic": "dt/x"}),
                   json.dumps({"topic": f"$aws/events/subscriptions/subscribed/{random_thing()}", "eventType": "subscribed"}),
                   base64.b64encode(json.dumps({"topic": topic}).encode()).decode()]
        for body in garbage:
            self.queue.send(body)
        self.connects("portal-observer")
        self.connects("another client")  # the account's, too, but no module
        self.queue.send({"topic": topic, "clientId": "someone-else", "eventType": "connected"})
        self.queue.wait_until_empty()
        self.assertEqual(portal.metric("events_unusable_total" + ENDPOINT), len(garbage))
        self.assertEqual(sum("events.unusable" in line for line in portal.lines), 1)
        (thing, token), = self.published(portal).items()
        self.connects(thing)
        portal.wait_for_state(token, "onboarded")

    def told(self, portal, *words):
        def reason():
            told = portal.ready().json["reasons"].get("endpoint.sandbox", "")
            return all(word in told for word in words) and told
        return eventually(reason, lambda: portal.ready())

    def test_a_permission_is_missing(self):
        """Each is named, once a minute; publishing goes on."""
        for action in ("sqs:ReceiveMessage", "sqs:DeleteMessage"):
            with self.subTest(action=action):
                portal = self.portal()
                self.queue.faults(deny=[action])
                self.connects(random_thing())
                self.told(portal, f"the permission {action} is missing")
                self.assertIn(action, portal.log_has("endpoint.not_connected"))
                failures = portal.metric("endpoint_connect_failures_total" + ENDPOINT)
                eventually(lambda: portal.metric("endpoint_connect_failures_total" + ENDPOINT) >= failures + 3, "it is tried again")
                self.assertEqual(sum("endpoint.not_connected" in line for line in portal.lines), 1, portal.lines)
                (thing, token), = self.published(portal).items()
                self.queue.faults(deny=[])
                self.connects(thing)
                portal.wait_for_state(token, "onboarded")
                portal.connected()
                self.assertEqual(portal.ready().json["reasons"], {})
                self.queue.wait_until_empty()
                portal.stop()

    def test_there_is_no_such_queue(self):
        portal = self.portal(endpoint={"queue_url": self.queue.url + "-of-none"})
        self.told(portal, "sqs:ReceiveMessage: QueueDoesNotExist")
        self.published(portal)
        self.assertEqual(portal.stop(), 0)

    def test_throttled_and_failing(self):
        """What the service says passes is tried again."""
        portal = self.portal().connected()
        (thing, token), = self.published(portal).items()
        self.queue.faults(throttle=8, errors=8)
        self.connects(thing)
        portal.wait_for_state(token, "onboarded")
        self.queue.faults(throttle=0, errors=0)
        self.queue.wait_until_empty()
        portal.connected()

    def test_aws_cannot_be_reached(self):
        portal = self.portal(environment={"AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
        self.told(portal, "127.0.0.1")
        self.published(portal)
        self.assertEqual(portal.stop(), 0)

    def test_it_ends_while_it_waits_for_messages(self):
        """A long poll takes 20 s; the end does not wait for it."""
        portal = self.portal().connected()
        eventually(lambda: sum(call.input.get("WaitTimeSeconds") == 20 for call in self.judge.made) >= 4, "all poll")
        portal.process.terminate()
        self.assertEqual(portal.process.wait(LESS_THAN_A_POLL), 0)


class RoleOfAnInstance(Case):
    """EC2 gives the credentials; the portal runs longer than they are valid."""

    def setUp(self):
        super().setUp()
        self.issued, self.trouble, self.refused, self.lasting, self.issuing = [], False, 0, 120, threading.Lock()
        self.metadata = self.enterContext(Service(Metadata(self.answer), signed=False))

    def answer(self):
        with self.issuing:
            if self.trouble:
                self.refused += 1
                return Answer(500)
            self.issued.append(self.queue.issue(self.lasting))
            return Answer(body={"Code": "Success", **self.issued[-1]})

    def arrive(self, portal):
        """More than the portal has requests to the queue at a time: some begin now, with credentials of now."""
        for _ in range(12):
            thing = random_thing()
            token = portal.claim(thing)["token"]
            portal.wait_for_state(token, "published")
            self.connects(thing)
            portal.wait_for_state(token, "onboarded")

    def test_all_requests_share_them(self):
        """Six threads ask the queue, and one of them asks for credentials; after SIGHUP once more."""
        self.lasting = 3600
        portal = self.portal(self.instance()).connected()
        self.arrive(portal)
        self.assertEqual(len(self.issued), 1)
        portal.process.send_signal(signal.SIGHUP)
        portal.log_has("portal.reload_requested")
        self.arrive(portal)
        self.assertEqual(len(self.issued), 2)

    def instance(self):
        """The environment of a portal whose credentials come from the metadata service."""
        return {"AWS_ENDPOINT_URL": self.queue.cloud_url, "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "",
                "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", "AWS_CONFIG_FILE": "/nonexistent",
                "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.metadata.url, "AWS_EC2_METADATA_DISABLED": "false"}

    def test_renewed_and_the_old_ones_while_that_fails(self):
        portal = self.portal(self.instance()).connected()
        self.arrive(portal)
        with self.issuing:
            self.trouble, before = True, len(self.issued)
        self.arrive(portal)
        self.assertEqual((len(self.issued), self.refused > 0), (before, True))
        self.trouble = False
        self.queue.faults(expire_token=True)
        self.arrive(portal)
        self.assertGreater(len(self.issued), before)
        self.assertFalse([line for line in portal.lines if "endpoint.not_connected" in line])
        for line in portal.lines:
            for issued in self.issued:
                self.assertNotIn(issued["SecretAccessKey"], line)
                self.assertNotIn(issued["Token"], line)


if __name__ == "__main__":
    unittest.main()
