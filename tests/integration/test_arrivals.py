# SPDX-License-Identifier: Apache-2.0
"""Devices arrive in crowds and on bad days: no arrival is lost, and none stops anything else."""
import contextlib
import signal
import sqlite3
import time
import unittest

from brokers import FakeBroker, Mosquitto, Tap
from patience import SHARE, fewer
from portal import Portal, store_url
from sandbox import Sandbox, eventually, random_thing

ENDPOINT = '{endpoint="sandbox"}'


class Case(unittest.TestCase):
    """The OEM account's events are sent by the test."""

    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())
        oem = cls.enterClassContext(Mosquitto(cls.sandbox, "oem", tap=True))
        cls.tap = cls.enterClassContext(Tap(oem, "nothing/of/it"))

    def portal(self, **sections):
        sections.setdefault("store", {"url": self.url()})
        return self.enterContext(Portal(self.sandbox, claim={"schedule": "1h"}, **sections)).connected()

    def url(self):
        return store_url(self.sandbox, random_thing())

    def connects(self, thing, at=None):
        at = time.time() if at is None else at
        self.tap.say(f"$aws/events/presence/connected/{thing}",
                     {"clientId": thing, "timestamp": int(at * 1000), "eventType": "connected", "versionNumber": 1})

    def published(self, portal, count):
        """Claims whose message has been sent, so that nothing but arrivals is written from then on."""
        claims = {}
        for _ in range(count):
            thing = random_thing()
            claims[thing] = portal.claim(thing)["token"]
        eventually(lambda: portal.metric('claims{state="published"}') == count, lambda: portal.metrics())
        return claims

    def onboarded(self, portal, count):
        eventually(lambda: portal.metric('claims{state="onboarded"}') == count,
                   lambda: f"{count} onboarded: {portal.metrics()}")


class Crowd(Case):
    def test_many_share_a_commit(self):
        portal = self.portal()
        claims = self.published(portal, fewer(600))
        commits = portal.metric("store_commits_total")
        for thing in claims:
            self.connects(thing)
        self.onboarded(portal, len(claims))
        eventually(lambda: portal.metric("arrivals_total" + ENDPOINT) == len(claims), lambda: portal.metrics())
        self.assertLess(portal.metric("store_commits_total") - commits, len(claims) / 4)
        for token in list(claims.values())[::50]:
            self.assertEqual(portal.show(token)["state"], "onboarded")

    def test_what_concerns_no_claim_is_not_written(self):
        """Neither devices that nobody has claimed, nor those that were claimed long ago and connect every day."""
        portal = self.portal()
        thing, = self.published(portal, 1)
        self.tap.say(f"$aws/events/thing/{thing}/created",
                     {"thingName": thing, "timestamp": int(time.time() * 1000), "operation": "CREATED", "eventType": "THING_EVENT"})
        self.connects(thing)
        self.onboarded(portal, 1)
        events, commits = portal.metric("events_total" + ENDPOINT), portal.metric("store_commits_total")
        for _ in range(fewer(1000)):
            self.connects(random_thing())
            self.connects(thing)
        eventually(lambda: portal.metric("events_total" + ENDPOINT) == events + 2 * fewer(1000), "all are received")
        # A few for the leader's term and the records of networks, by time; none for events.
        self.assertLess(portal.metric("store_commits_total") - commits, 2 * fewer(1000) / 50)


class BadDays(Case):
    """With SQLite, which a test can lock and damage."""

    def url(self):
        self.file = self.sandbox.state / f"{random_thing()}.db"
        return f"sqlite:{self.file}"

    @contextlib.contextmanager
    def locked(self):
        """Nothing can be written meanwhile."""
        with contextlib.closing(sqlite3.connect(self.file, isolation_level=None)) as foreign:
            foreign.execute("BEGIN IMMEDIATE")
            yield
            foreign.execute("ROLLBACK")

    def test_what_was_not_stored_comes_again(self):
        """It was received and not acknowledged when the portal died."""
        portal = self.portal()
        (thing, token), = self.published(portal, 1).items()
        events = portal.metric("events_total" + ENDPOINT)
        with self.locked():
            self.connects(thing)
            eventually(lambda: portal.metric("events_total" + ENDPOINT) > events, "it is received")
            portal.kill()
        portal.start()
        portal.wait_for_state(token, "onboarded")

    def test_connected_again_while_nothing_can_be_stored(self):
        """What was received before comes again, and is in the queue once."""
        portal = self.portal()
        claims = self.published(portal, 20)
        events = portal.metric("events_total" + ENDPOINT)
        with self.locked():
            for thing in claims:
                self.connects(thing)
            eventually(lambda: portal.metric("events_total" + ENDPOINT) >= events + 20, "they are received")
            portal.process.send_signal(signal.SIGHUP)
            eventually(lambda: portal.metric("events_total" + ENDPOINT) >= events + 40, "they come again")
        self.onboarded(portal, 20)
        self.assertEqual(portal.metric("events_set_aside_total" + ENDPOINT), 0)
        later = random_thing()
        token = portal.claim(later)["token"]
        portal.wait_for_state(token, "published")
        self.connects(later)
        portal.wait_for_state(token, "onboarded")
        self.assertEqual(portal.stop(), 0)

    def test_what_was_received_is_stored_before_the_end(self):
        portal = self.portal()
        (thing, token), = self.published(portal, 1).items()
        events = portal.metric("events_total" + ENDPOINT)
        with self.locked():
            self.connects(thing)
            eventually(lambda: portal.metric("events_total" + ENDPOINT) > events, "it is received")
            portal.process.send_signal(signal.SIGTERM)
        self.assertEqual(portal.ended(), 0, portal.lines)
        with contextlib.closing(sqlite3.connect(self.file)) as database:
            self.assertEqual(database.execute("SELECT state FROM claims WHERE thing_name = ?", (thing,)).fetchone(), ("onboarded",))

    def damage(self, thing):
        """Zeros in the page of this thing's claim. Returns the things whose claims are in it."""
        with contextlib.closing(sqlite3.connect(self.file)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            size, = database.execute("PRAGMA page_size").fetchone()
            root, = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'claims'").fetchone()
            names = [name for name, in database.execute("SELECT thing_name FROM claims")]
        data = self.file.read_bytes()
        for page in range(size, len(data), size):
            content = data[page:page + size]
            if page // size + 1 != root and content[0] == 13 and thing.encode() in content and b"published" in content:
                with self.file.open("r+b") as file:
                    file.seek(page)
                    file.write(bytes(size))
                return {name for name in names if name.encode() in content}
        self.fail("the claim is in no page")

    def test_one_damaged_page(self):
        """What is in it, or in the pages beside it, cannot be recorded: it is counted and named, and nothing else stops.
        SIGTERM is heard."""
        portal = self.portal()
        claims = self.published(portal, 500)
        portal.stop()
        lost = self.damage(list(claims)[250])
        portal.start()
        portal.connected()
        for thing in claims:
            self.connects(thing)
        aside = lambda: portal.metric("events_set_aside_total" + ENDPOINT)
        arrived = lambda: portal.metric("arrivals_total" + ENDPOINT)
        eventually(lambda: aside() + arrived() == len(claims), lambda: (aside(), arrived()))
        self.assertGreaterEqual(aside(), len(lost))
        self.assertGreater(arrived(), len(claims) / 2)
        portal.log_has("arrival.set_aside")
        later = random_thing()
        token = portal.claim(later)["token"]
        portal.wait_for_state(token, "published")
        self.connects(later)
        portal.wait_for_state(token, "onboarded")
        self.assertEqual(portal.stop(), 0)


class Strange(Case):
    """An OEM account that is none, or not well. Publishing goes on."""

    def portal(self, broker, **sections):
        return self.enterContext(Portal(self.sandbox, store={"url": self.url()}, claim={"schedule": "1h"},
                                        endpoint__sandbox={"port": broker.port}, **sections))

    def test_garbage(self):
        with FakeBroker(self.sandbox, address=self.sandbox.oem_address) as broker:
            portal = self.portal(broker)
            for count, garbage in enumerate((b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00" * 100, b"\x30\xff\xff\xff\x7f"), 1):
                broker.session(count).connection.sendall(garbage)
                portal.wait_for_state(portal.claim(random_thing())["token"], "published")
            broker.session(4)
            self.assertIn("does not speak MQTT", portal.log_has("endpoint.not_connected"))
            self.assertEqual(portal.stop(), 0)

    def test_a_message_in_pieces_and_many_at_once(self):
        """However the bytes come; and what is acknowledged is what was received."""
        with FakeBroker(self.sandbox, address=self.sandbox.oem_address) as broker:
            portal = self.portal(broker)
            session = broker.session()
            things = [random_thing() for _ in range(40)]
            tokens = [portal.claim(thing)["token"] for thing in things]
            for token in tokens:
                portal.wait_for_state(token, "published")
            data = b"".join(self.event(number, thing) for number, thing in enumerate(things, 1))
            for start in range(0, 700, 7):
                session.connection.sendall(data[start:start + 7])
            session.connection.sendall(data[700:])
            for token in tokens:
                portal.wait_for_state(token, "onboarded")
            eventually(lambda: broker.acknowledged == list(range(1, 41)), lambda: broker.acknowledged)
            self.assertEqual(portal.stop(), 0)

    @staticmethod
    def event(number, thing):
        topic = f"$aws/events/presence/connected/{thing}".encode()
        body = len(topic).to_bytes(2, "big") + topic + number.to_bytes(2, "big") + b'{"eventType":"connected","clientId":"%s"}' % thing.encode()
        assert 128 <= len(body) < 16384
        return bytes([0x32, len(body) % 128 | 128, len(body) // 128]) + body


class Clocks(Case):
    """The portal's clock and the account's. The portal runs with a clock of its own, which can be set while it runs."""

    LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"

    def setUp(self):
        if SHARE > 1:
            self.skipTest("a sanitizer's library must be the first that is loaded")

    def portal(self, ahead=0):
        self.clock = self.sandbox.state / f"{random_thing()}.clock"
        self.set_clock(ahead)
        return super().portal(environment={"LD_PRELOAD": self.LIBRARY, "FAKETIME_TIMESTAMP_FILE": str(self.clock),
                                           "FAKETIME_CACHE_DURATION": "1", "DONT_FAKE_MONOTONIC": "1", "FAKETIME_FORCE_MONOTONIC_FIX": "0"})

    def set_clock(self, ahead):
        new = self.clock.with_suffix(".new")
        new.write_text(f"{ahead:+d}s\n")
        new.rename(self.clock)

    def step(self, portal, ahead):
        """PostgreSQL's clock is the store's, and stays as it was."""
        self.set_clock(ahead)
        if store_url(self.sandbox).startswith("sqlite:"):
            portal.log_has("clock.stepped")

    def test_our_clock_is_a_minute_ahead(self):
        portal = self.portal(60)
        (thing, token), = self.published(portal, 1).items()
        self.connects(thing)
        portal.wait_for_state(token, "onboarded")
        self.assertLess(abs(portal.metric("endpoint_clock_skew_seconds" + ENDPOINT) - 60), 30)
        portal.log_has("endpoint.clock_differs")
        portal.stop()

    def test_our_clock_is_a_minute_behind(self):
        """From when it is connected: to a clock that is behind, the sandbox's new certificates are not valid yet."""
        portal = self.portal()
        self.step(portal, -60)
        (thing, token), = self.published(portal, 1).items()
        self.connects(thing)
        portal.wait_for_state(token, "onboarded")
        eventually(lambda: abs(portal.metric("endpoint_clock_skew_seconds" + ENDPOINT) + 60) < 30,
                   lambda: portal.metric("endpoint_clock_skew_seconds" + ENDPOINT))
        portal.stop()

    def test_our_clock_is_set_by_an_hour(self):
        """While a claim waits. It is published before, and its device arrives after."""
        for step in (-3600, 600):
            with self.subTest(step=step):
                portal = self.portal()
                (thing, token), = self.published(portal, 1).items()
                self.step(portal, step)
                self.connects(thing)
                portal.wait_for_state(token, "onboarded")
                later = random_thing()
                later_token = portal.claim(later)["token"]
                portal.wait_for_state(later_token, "published")
                self.connects(later)
                portal.wait_for_state(later_token, "onboarded")
                portal.stop()

    def test_what_the_account_kept_is_older_than_the_claim(self):
        portal = self.portal()
        (thing, token), = self.published(portal, 1).items()
        self.connects(random_thing())  # what comes at once tells the account's clock
        for age in (3600, 600, 160):
            self.connects(thing, time.time() - age)
        witness = random_thing()
        witness_token = portal.claim(witness)["token"]
        self.connects(witness)
        portal.wait_for_state(witness_token, "onboarded")
        self.assertEqual(portal.show(token)["state"], "published")
        self.connects(thing)
        portal.wait_for_state(token, "onboarded")


if __name__ == "__main__":
    unittest.main()
