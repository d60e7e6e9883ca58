# SPDX-License-Identifier: Apache-2.0
"""Brokers that say no, that lie about who they are, or that never answer; and what the portal looks like from a broker's
side of the wire (PROTOCOL.md, sections 2, 3 and 6)."""
import json
import os
import socket
import unittest
import unittest.mock

from brokers import ACKNOWLEDGE, DROP, SILENT, FakeBroker, Mosquitto, make_certificate
from patience import patient
from portal import Portal, store_url
from sandbox import Sandbox, eventually, random_thing

LABEL = '{staging="sandbox"}'
STAGING = "staging.sandbox"


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def portal(self, broker=None, claim=None, **staging):
        """With the staging account at the broker, and what the test changes of its section."""
        if broker:
            staging = {"port": broker.port, **staging}
        name = random_thing()
        self.store = store_url(self.sandbox, name)
        return self.enterContext(Portal(self.sandbox, claim=claim or {}, staging__sandbox=staging,
                                        store={"url": self.store},
                                        endpoint__sandbox={"client_id": f"observer-{name}"}))

    def stays_queued(self, portal):
        """A claim is taken, and a failed attempt to connect later it still waits."""
        claim = portal.claim(random_thing())
        eventually(lambda: portal.metric("staging_connect_failures_total" + LABEL) >= 1, "a failed attempt")
        shown = portal.show(claim["token"])
        self.assertEqual((shown["state"], shown["attempts"]), ("queued", 0))
        ready = portal.ready()
        self.assertEqual((ready.status, ready.json["checks"][STAGING]), (200, "not connected"))
        self.assertTrue(ready.json["reasons"][STAGING])
        self.assertEqual(portal.metric("staging_connects_total" + LABEL), 0)
        self.assertEqual(portal.metric("publishes_total" + LABEL), 0)
        return claim


class Certificates(Case):
    """With TLS 1.2 on the broker's side: a certificate is refused inside the handshake there. With TLS 1.3 the refusal comes
    after it and races with the CONNECT, and when the broker resets the connection the alert is lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        settings = cls.sandbox.state / "openssl.cnf"
        settings.write_text("openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = broker\n"
                            "[broker]\nMaxProtocol = TLSv1.2\n")
        cls.sandbox.stop_staging()
        with unittest.mock.patch.dict(os.environ, OPENSSL_CONF=str(settings)):
            cls.sandbox.start_staging()

    def refused(self, certificate, key, reason):
        """The broker refuses it; the log says why. With the right one the same claim goes on."""
        thing = random_thing()
        modules = self.sandbox.modules(thing)
        modules.wait_for(thing, "subscribed")
        portal = self.portal(cert_file=certificate, key_file=key)
        claim = portal.claim(thing)
        self.stays_queued(portal)
        self.assertIn("staging.not_connected", portal.log_has(reason))
        portal.stop()
        portal.write_ini(store={"url": self.store})
        portal.start()
        portal.wait_for_state(claim["token"], "onboarded")

    def test_a_claim_thing_of_another_authority(self):
        certificate, key = make_certificate(self.sandbox, "claim-thing", "other-manufacturer-ca", "clientAuth")
        self.refused(certificate, key, "unknown ca")

    def test_a_claim_thing_that_has_expired(self):
        certificate, key = make_certificate(self.sandbox, "claim-thing", "account-ca", "clientAuth", days=-1)
        self.refused(certificate, key, "certificate expired")

    def test_a_claim_thing_that_the_account_does_not_know(self):
        certificate, key = make_certificate(self.sandbox, "claim-thing", "account-ca", "clientAuth")
        self.refused(certificate, key, "not authorised")


class CertificatesWithTls13(Case):
    def test_a_claim_thing_of_another_authority(self):
        certificate, key = make_certificate(self.sandbox, "claim-thing", "other-manufacturer-ca", "clientAuth")
        portal = self.portal(cert_file=certificate, key_file=key)
        self.stays_queued(portal)
        portal.log_has("staging.not_connected")


class Impostors(Case):
    """The portal never speaks MQTT with a broker that cannot prove its name."""

    def never_spoken_to(self, broker, reason, **staging):
        with broker:
            portal = self.portal(broker, **staging)
            self.stays_queued(portal)
            self.assertRegex(portal.log_has("staging.not_connected"), reason)
            portal.stop()
            self.assertEqual(broker.sessions, [])
            self.assertGreaterEqual(broker.connections, 1)

    def test_a_certificate_for_another_name(self):
        certificate = make_certificate(self.sandbox, "other", "server-ca", "serverAuth", "DNS:other.example")
        self.never_spoken_to(FakeBroker(self.sandbox, certificate=certificate), "another host name", address="localhost")

    def test_a_certificate_for_another_address(self):
        self.never_spoken_to(FakeBroker(self.sandbox, address="127.0.0.9"), "another host name",
                             address="127.0.0.9")

    def test_a_certificate_of_an_unknown_authority(self):
        certificate = make_certificate(self.sandbox, "localhost", "other-manufacturer-ca", "serverAuth",
                                       "DNS:localhost,IP:127.0.0.1")
        self.never_spoken_to(FakeBroker(self.sandbox, certificate=certificate), "certificate verify failed")


class Drops(Case):
    """A publish that the account does not allow costs the connection that all claims share (PROTOCOL.md, section 3)."""

    def test_a_claim_that_costs_the_connection_fails_alone(self):
        """A policy fault on a real broker: no packet above 100 bytes, which only the longer ThingName is. (Mosquitto
        closes the connection for it, as AWS does for what a policy forbids.)"""
        poison, things = "f" * 60, [random_thing() for _ in range(20)]
        with Mosquitto(self.sandbox, "staging",
                       lambda lines: ["max_packet_size 100" if "max_packet_size" in line else line for line in lines]):
            modules = self.sandbox.modules(*things)
            eventually(lambda: modules.status()["subscribed"] == 20, lambda: f"subscribed: {modules.status()}")
            portal = self.portal(claim={"schedule": "300ms 600ms"}, identifier_form="[0-9a-f]{32}|[0-9a-f]{60}")
            first = [portal.claim(thing) for thing in things[:10]]
            bad = portal.claim(poison)
            last = [portal.claim(thing) for thing in things[10:]]
            shown = portal.wait_for_state(bad["token"], "failed")
            self.assertEqual((shown["attempts"], shown["next_action"]), (0, "retry"))
            self.assertIn("We could not register your product", portal.get(f"/registrations/{bad['token']}?lang=en").text)
            for claim in first + last:
                portal.wait_for_state(claim["token"], "onboarded")
            self.assertEqual(portal.metric('claims{state="failed"}'), 1)
            self.assertIn("claim.refused", portal.log_has("claim.refused"))
            self.assertEqual(portal.metric("refused_publishes_total" + LABEL), 3)
            sent = portal.metric("publishes_total" + LABEL)
            following = portal.claim(random_thing())
            portal.wait_for_state(following["token"], "published")
            self.assertLess(portal.metric("publishes_total" + LABEL), sent + 10, "nothing goes on for the one that failed")
            portal.stop()
        self.sandbox.start_staging()

    def test_a_broker_that_drops_at_every_publish_loses_nothing_for_others(self):
        """Until it is mended: what it took meanwhile is published afterwards."""
        bad, good = random_thing(), [random_thing() for _ in range(5)]
        with FakeBroker(self.sandbox, lambda publish: DROP if publish["thing"] == bad else ACKNOWLEDGE) as broker:
            portal = self.portal(broker, claim={"schedule": "300ms 60s"})
            claims = [portal.claim(thing) for thing in [*good, bad]]
            portal.wait_for_state(claims[-1]["token"], "failed")
            for claim in claims[:-1]:
                portal.wait_for_state(claim["token"], "published")
            refused = len(broker.publishes(bad))
            self.assertGreaterEqual(refused, 3)
            broker.judge = lambda publish: ACKNOWLEDGE
            answer = portal.post_json(f"/api/v1/registrations/{claims[-1]['token']}/retry", {})
            self.assertEqual(answer.status, 202)
            portal.wait_for_state(claims[-1]["token"], "published")
            self.assertEqual(len(broker.publishes(bad)), refused + 1)
            portal.stop()


class Flaps(Case):
    def test_an_account_that_drops_everybody_fails_nobody(self):
        """50 ms after each CONNACK. The claims wait, and are published once it is well again."""
        with FakeBroker(self.sandbox) as broker:
            portal = self.portal(broker, claim={"schedule": "300ms 1h"})
            broker.session()
            claims = [portal.claim(random_thing()) for _ in range(3)]
            for claim in claims:
                portal.wait_for_state(claim["token"], "published")
            broker.flaps = 3
            broker.session().connection.shutdown(socket.SHUT_RDWR)
            # A publish that is alone on a connection while it is lost would be a suspect.
            eventually(lambda: portal.metric("staging_connected" + LABEL) == 0, "the loss is noticed")
            waiting = [portal.claim(random_thing()) for _ in range(3)]
            broker.session(5)
            self.assertEqual(broker.flaps, 0)
            self.assertEqual(portal.metric('claims{state="failed"}'), 0)
            self.assertEqual(portal.metric("refused_publishes_total" + LABEL), 0)
            self.assertIn("another client uses this client id", portal.log_has("mqtt.evicted"))
            for claim in waiting:
                portal.wait_for_state(claim["token"], "published")
            portal.stop()


class Wire(Case):
    """What the broker sees."""

    def many(self, portal, count):
        """Registers so many at once."""
        return [portal.claim(random_thing()) for _ in range(count)]

    def test_connect_and_publish_are_as_the_account_wants_them(self):
        with FakeBroker(self.sandbox) as broker:
            portal = self.portal(broker, address="localhost")
            thing = random_thing()
            claim = portal.claim(thing)
            portal.wait_for_state(claim["token"], "published")
            session = broker.session()
            self.assertEqual((session.connect["protocol"], session.connect["level"]), ("MQTT", 4), "3.1.1, never 3.1")
            self.assertEqual(session.connect["client_id"], "claim-thing")
            self.assertTrue(30 <= session.connect["keep_alive"] <= 1200, session.connect)
            self.assertFalse(session.connect["will"])
            self.assertEqual(session.server_name, "localhost", "SNI")
            self.assertIsNone(session.alpn, "not on this port")
            publish, = broker.publishes()
            self.assertEqual(publish["topic"], f"{thing}/expresslink_config")
            self.assertEqual(json.loads(publish["payload"]), {"Endpoint": self.sandbox.oem_address})
            self.assertEqual((publish["qos"], publish["retain"], publish["duplicate"]), (1, False, False))
            portal.stop()
            eventually(lambda: session.ending, "the end")
            self.assertEqual(session.ending, "disconnect", "an orderly one")

    def test_alpn_on_port_443(self):
        try:
            broker = FakeBroker(self.sandbox, address="127.0.0.1", port=443)
        except OSError as error:
            self.skipTest(f"port 443 of 127.0.0.1 cannot be had here: {error}")
        with broker:
            portal = self.portal(broker, address="localhost")
            session = broker.session()
            self.assertEqual(session.alpn, "x-amzn-mqtt-ca")
            self.assertEqual(session.server_name, "localhost")
            portal.wait_for_state(portal.claim(random_thing())["token"], "published")
            portal.stop()

    def test_never_more_than_a_hundred_in_flight_and_a_broker_that_never_answers(self):
        """One hundred, and each PUBACK makes room for one more. When none comes any more, the connection is made anew, and
        no claim is lost or failed for it; not even a lone one, which was not refused: the next answer makes it
        published."""
        with FakeBroker(self.sandbox, lambda publish: SILENT) as broker, FakeBroker(self.sandbox) as other:
            other.judge = lambda publish: ACKNOWLEDGE if len(other.sessions) > 1 else SILENT
            lone = self.portal(other, claim={"schedule": "1h"})
            lone_claim = lone.claim(random_thing())
            portal = self.portal(broker, claim={"schedule": "1h"}, rate=0)
            claims = self.many(portal, 150)
            session = broker.session()
            eventually(lambda: len(session.publishes) >= 100, lambda: f"100 publishes: {len(session.publishes)}")
            for round_of in range(1, 21):
                session.acknowledge()
                eventually(lambda: len(session.publishes) >= 100 + round_of, "one more")
            self.assertEqual(portal.metric("publishes_in_flight" + LABEL), 100)
            self.assertEqual(len(session.publishes), 120)
            self.assertEqual(session.most_unanswered, 100)
            self.assertEqual(len({publish["id"] for publish in session.unanswered}), 100)
            portal.log_has("staging.no_puback")
            broker.judge = lambda publish: ACKNOWLEDGE
            again = broker.session(2)
            for claim in claims:
                portal.wait_for_state(claim["token"], "published")
            self.assertEqual(portal.metric('claims{state="failed"}'), 0)
            self.assertEqual(again.most_unanswered, 1, "what cost the connection is looked for, one at a time")
            self.assertEqual(portal.metric("publishes_in_flight" + LABEL), 0)
            portal.stop()

            lone.log_has("staging.no_puback")
            eventually(lambda: len(other.publishes()) >= 2, "sent again on the new connection")
            lone.wait_for_state(lone_claim["token"], "published")
            self.assertEqual(lone.metric("refused_publishes_total" + LABEL), 0)
            lone.stop()

    def test_the_rate_is_kept(self):
        """By the broker's own clock: in no second (longer on a slow machine) are there more than the rate, and a fifth for
        what the machine may hold up; and all together they take as long as the rate says."""
        rate, window = 25, patient(1)
        count = round(3.6 * rate * window)
        with FakeBroker(self.sandbox) as broker:
            portal = self.portal(broker, claim={"schedule": "1h"}, rate=rate)
            claims = self.many(portal, count)
            eventually(lambda: len(broker.publishes()) == count, lambda: f"{count}: {len(broker.publishes())}")
            for claim in claims:
                portal.wait_for_state(claim["token"], "published")
            at = [publish["at"] for publish in broker.publishes()]
            busiest = max(sum(1 for other in at if start <= other < start + window) for start in at)
            self.assertLessEqual(busiest, rate * window * 1.2 + 1)
            self.assertGreaterEqual(at[-1] - at[0], (count - 1) / rate * 0.9)
            self.assertLessEqual(at[-1] - at[0], (count - 1) / rate * 3, "the rate is used, too")
            portal.stop()


if __name__ == "__main__":
    unittest.main()
