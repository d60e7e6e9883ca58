# SPDX-License-Identifier: Apache-2.0
"""Several claim-things of one staging account, used side by side: all of them publish, each at the account's rate, and one
that is lost does not stop the others."""
import itertools
import socket
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from brokers import ACKNOWLEDGE, SILENT, FakeBroker
from patience import DEADLINE, patient
from portal import PROGRAM, Portal, store_url
from sandbox import Sandbox, eventually, random_thing

LABEL = '{staging="sandbox"}'
FIRST, SECOND = "claim-thing", "claim-thing-2"


def its(number):
    return f'{{staging="sandbox",claim_thing="{number}"}}'


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def portal(self, broker, claim=None, further=1, **staging):
        """The staging account is the broker, with so many further claim-things."""
        c, name = self.sandbox.certificates, random_thing()
        sections = {f"staging__sandbox__{number}": {"cert_file": c / "claim-thing.pem", "key_file": c / "claim-thing.key",
                                                    "client_id": f"claim-thing-{number}"}
                    for number in range(2, 2 + further)}
        self.store = store_url(self.sandbox, name)
        return self.enterContext(Portal(self.sandbox, claim=claim or {"schedule": "1h"}, store={"url": self.store},
                                        staging__sandbox={"port": broker.port, **staging}, **sections,
                                        endpoint__sandbox={"client_id": f"observer-{name}"}))

    def both(self, portal, broker):
        """The sessions of both claim-things, once they are connected and may publish."""
        eventually(lambda: broker.of(FIRST) and broker.of(SECOND), lambda: f"two connections: {broker.failures}")
        for number in (1, 2):
            eventually(lambda: portal.metric("claim_thing_connected" + its(number)) == 1, f"claim-thing {number}")
        return broker.of(FIRST)[0], broker.of(SECOND)[0]

    def published(self, portal, claims):
        for claim in claims:
            portal.wait_for_state(claim["token"], "published")


def things(session):
    return [publish["thing"] for publish in list(session.publishes)]


class SideBySide(Case):
    def test_all_of_them_publish_each_at_the_rate(self):
        """By the broker's clock: in any second about as many come as all of them may send, and from none of them more than
        it may."""
        rate, window, count = 10, patient(1), 100
        with FakeBroker(self.sandbox) as broker:
            portal = self.portal(broker, rate=rate)
            sessions = self.both(portal, broker)
            claims = [portal.claim(random_thing()) for _ in range(count)]
            self.published(portal, claims)
            counts = [len(things(session)) for session in sessions]
            self.assertEqual(sum(counts), count)
            self.assertEqual(len(set(things(sessions[0]) + things(sessions[1]))), count, "each once")
            self.assertLessEqual(abs(counts[0] - counts[1]), count / 10, "as many from each")
            for session in sessions:
                at = [publish["at"] for publish in session.publishes]
                busiest = max(sum(1 for other in at if start <= other < start + window) for start in at)
                self.assertLessEqual(busiest, rate * window * 1.2 + 1)
                self.assertLessEqual(at[-1] - at[0], (count / 2 - 1) / rate * 1.7, "half of the time that one needs")
            eventually(lambda: portal.metric("publishes_total" + LABEL) == count, lambda: portal.metrics())
            self.assertEqual([portal.metric("claim_thing_publishes_total" + its(number)) for number in (1, 2)], counts)
            self.assertEqual(portal.metric("staging_connects_total" + LABEL), 2)
            portal.stop()

    def test_each_has_a_window_of_its_own(self):
        """One hundred without PUBACK each, and no more."""
        with FakeBroker(self.sandbox, lambda publish: SILENT) as broker:
            portal = self.portal(broker, rate=0)
            sessions = self.both(portal, broker)
            for _ in range(220):
                portal.claim(random_thing())
            eventually(lambda: portal.metric("publishes_in_flight" + LABEL) == 200, lambda: portal.metrics())
            eventually(lambda: [len(session.publishes) for session in sessions] == [100, 100], "the broker has read them")
            sessions[0].acknowledge()
            eventually(lambda: len(sessions[0].publishes) == 101, "room for one more")
            self.assertEqual([session.most_unanswered for session in sessions], [100, 100])
            self.assertEqual(len(set(things(sessions[0]) + things(sessions[1]))), 201)
            portal.stop()


class OneIsLost(Case):
    def test_what_it_had_in_flight_goes_with_the_other(self):
        with FakeBroker(self.sandbox, lambda publish: SILENT) as broker:
            portal = self.portal(broker, rate=0)
            first, second = self.both(portal, broker)
            claims = [portal.claim(random_thing()) for _ in range(20)]
            eventually(lambda: len(things(first)) + len(things(second)) == 20, "all are sent")
            lost = things(second)
            self.assertGreater(len(lost), 1)
            broker.refused, broker.judge = SECOND, lambda publish: ACKNOWLEDGE
            second.connection.shutdown(socket.SHUT_RDWR)
            eventually(lambda: set(lost) <= set(things(first)), lambda: f"{lost} again; {things(first)}")
            while first.unanswered:
                first.acknowledge()
            self.published(portal, claims)
            self.assertEqual(sorted(things(first)), sorted({*things(first)}), "each once on this one")

            more = [portal.claim(random_thing()) for _ in range(20)]
            self.published(portal, more)
            self.assertEqual(len(things(first)), 40)
            self.assertEqual(portal.metric('claims{state="failed"}'), 0)
            self.assertEqual(portal.metric("staging_connected" + LABEL), 1)
            self.assertEqual(len(broker.of(FIRST)), 1, "the other was never disconnected")
            eventually(lambda: broker.refusals >= 2, "it is tried again")
            self.assertRegex(portal.log_has("staging.not_connected"), r'claim_thing"?[=:]"?2\b')
            eventually(lambda: portal.ready().json["reasons"].get("staging.sandbox", "").startswith("claim-thing 2: "),
                       lambda: f"the reason: {portal.ready().json}")
            self.assertEqual(portal.ready().json["checks"]["staging.sandbox"], "connected")

            broker.refused = None
            eventually(lambda: len(broker.of(SECOND)) == 2, "it comes back")
            eventually(lambda: portal.metric("claim_thing_connected" + its(2)) == 1, "and stays")
            back = broker.of(SECOND)[-1]
            last = []

            def used():
                last.append(portal.claim(random_thing()))
                return things(back)
            eventually(used, "it is used again")
            self.published(portal, last)
            portal.stop()


class TwoOnARealBroker(unittest.TestCase):
    """The account knows two claim-things, each by its certificate. The devices of all claims arrive."""

    @classmethod
    def setUpClass(cls):
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="claim-things-")))
        certificate, key = folder / "other.pem", folder / "other.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                        key, "-out", certificate, "-subj", "/CN=other-claim-thing"], check=True, capture_output=True)
        cls.sandbox = cls.enterClassContext(Sandbox("--claim-thing", certificate))

    def start(self, count):
        """A portal with both, and so many modules."""
        c, name = self.sandbox.certificates, random_thing()
        modules = self.sandbox.modules(*[random_thing() for _ in range(count)])
        eventually(lambda: modules.status()["subscribed"] == count, "the modules")
        portal = self.enterContext(Portal(
            self.sandbox, claim={"schedule": "300ms 1s"}, staging__sandbox={"rate": 10},
            store={"url": store_url(self.sandbox, name)}, endpoint__sandbox={"client_id": f"observer-{name}"},
            staging__sandbox__2={"cert_file": c / "claim-thing.pem", "key_file": c / "claim-thing.key", "client_id": FIRST}))
        for number in (1, 2):
            eventually(lambda: portal.metric("claim_thing_connected" + its(number)) == 1, f"claim-thing {number}")
        return portal, modules.things(count)

    def test_both_may_publish(self):
        portal, names = self.start(40)
        claims = [portal.claim(name) for name in names]
        for claim in claims:
            portal.wait_for_state(claim["token"], "onboarded")
        for number in (1, 2):
            self.assertGreaterEqual(portal.metric("claim_thing_publishes_total" + its(number)), 10)
        portal.stop()

    def test_another_client_takes_the_client_id_of_one(self):
        """Again and again."""
        portal, names = self.start(40)
        over = threading.Event()

        def evict():
            while not over.is_set():
                self.sandbox.claim_thing(FIRST).dropped_or_in()
                over.wait(0.2)
        thread = threading.Thread(target=evict, daemon=True)
        thread.start()
        try:
            portal.log_has("staging.not_connected")
            for claim in [portal.claim(name) for name in names]:
                portal.wait_for_state(claim["token"], "onboarded")
        finally:
            over.set()
            thread.join(DEADLINE)
        self.assertEqual(portal.metric("claim_thing_connects_total" + its(1)), 1)
        self.assertEqual(portal.metric('claims{state="failed"}'), 0)
        portal.stop()


class Start(Case):
    def test_one_client_id_twice_is_refused(self):
        c = self.sandbox.certificates
        portal = Portal(self.sandbox, start=False, staging__sandbox__2={
            "cert_file": c / "claim-thing.pem", "key_file": c / "claim-thing.key", "client_id": FIRST})
        for more in ([], ["--check-config"]):
            done = subprocess.run([PROGRAM, "--config", portal.ini, *more], capture_output=True, text=True, timeout=DEADLINE)
            self.assertEqual(done.returncode, 78, done.stderr)
            self.assertIn("[staging.sandbox.2] client_id: is that of [staging.sandbox] at the same address", done.stderr)

    def test_the_environment_sets_the_keys_of_a_section_in_the_file(self):
        c = self.sandbox.certificates
        with FakeBroker(self.sandbox) as broker:
            name = random_thing()
            variables = {"PORTAL_STAGING_SANDBOX_2_CERT_FILE": str(c / "claim-thing.pem"),
                         "PORTAL_STAGING_SANDBOX_2_KEY_FILE": str(c / "claim-thing.key"),
                         "PORTAL_STAGING_SANDBOX_2_CLIENT_ID": SECOND}
            portal = self.enterContext(Portal(self.sandbox, environment=variables, staging__sandbox={"port": broker.port},
                                              staging__sandbox__2={}, store={"url": store_url(self.sandbox, name)},
                                              endpoint__sandbox={"client_id": f"observer-{name}"}))
            self.both(portal, broker)
            portal.stop()


class Kill(Case):
    def test_no_claim_is_lost(self):
        """`kill -9` while both publish and some PUBACKs are missing: all are acknowledged after the next start."""
        numbers, acknowledged = itertools.count(), set()

        def acknowledge(publish):
            acknowledged.add(publish["thing"])
            return ACKNOWLEDGE
        with FakeBroker(self.sandbox, lambda publish: SILENT if next(numbers) % 4 == 3 else acknowledge(publish)) as broker:
            portal = self.portal(broker, rate=20)
            first, second = self.both(portal, broker)
            claims = [portal.claim(random_thing()) for _ in range(80)]
            eventually(lambda: min(len(things(first)), len(things(second))) >= 10, "both publish")
            portal.kill()
            broker.judge = acknowledge
            self.assertLess(len(things(first) + things(second)), 80, "it was killed before the end")
            portal.start()
            self.published(portal, claims)
            self.assertEqual(len(acknowledged), 80)
            portal.stop()


if __name__ == "__main__":
    unittest.main()
