# SPDX-License-Identifier: Apache-2.0
"""What modules, people and the OEM account do on ordinary and on bad days (PROTOCOL.md, sections 1 and 4)."""
import json
import time
import unittest
import uuid

from brokers import FakeBroker, Mosquitto, Tap, make_certificate
from patience import patient
from portal import Portal, store_url, stored
from sandbox import CONNECTED, CREATED, Sandbox, eventually, random_thing

STAGING, ENDPOINT = '{staging="sandbox"}', '{endpoint="sandbox"}'


def milliseconds(seconds):
    return f"{patient(seconds) * 1000:.0f}ms"


class NeverMoves(unittest.TestCase):
    """A PUBACK, and then nothing: the account has the message and the module does not."""

    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def portal(self, **sections):
        store = {"url": store_url(self.sandbox, random_thing())}
        return self.enterContext(Portal(self.sandbox, store=store, **sections))

    def test_it_is_published_again_on_the_schedule_until_the_window_ends(self):
        with FakeBroker(self.sandbox) as broker:
            portal = self.portal(claim={"schedule": f"{milliseconds(2)} {milliseconds(0.6)}", "window": milliseconds(5)},
                                 staging__sandbox={"port": broker.port})
            broker.session()
            things = [random_thing() for _ in range(10)]
            claims = [portal.claim(thing) for thing in things]
            for claim in claims:
                claim.update(portal.wait_for_state(claim["token"], "expired"))
            first_gaps = []
            for thing, claim in zip(things, claims):
                at = [publish["at"] for publish in broker.publishes(thing)]
                gaps = [after - before for before, after in zip(at, at[1:])]
                self.assertGreaterEqual(len(gaps), 3, gaps)
                first_gaps.append(gaps[0])
                for gap, delay in zip(gaps, map(patient, [2, 0.6, 0.6, 0.6, 0.6])):
                    self.assertGreaterEqual(gap, delay * 0.9 - 0.1, gaps)
                    self.assertLessEqual(gap, delay * 1.1 + patient(0.7), gaps)
                self.assertIn(len(at) - claim["attempts"], (0, 1), "the last PUBACK may come after the end")
                self.assertEqual(claim["next_action"], "retry")
                self.assertGreaterEqual(claim["ended_at"], claim["expires_at"])
            self.assertGreater(max(first_gaps) - min(first_gaps), 0.1, "no jitter: a tenth of two seconds either way")
            self.assertEqual(portal.metric('claims{state="expired"}'), 10)
            self.assertEqual(portal.metric("oldest_open_claim_seconds"), 0)
            self.assertIn("We could not find your product", portal.get(f"/registrations/{claims[0]['token']}?lang=en").text)
            # Long enough for another claim to be published twice more, nothing goes out for those: what was under way when
            # they ended is here before the other's first.
            later = random_thing()
            portal.claim(later)
            eventually(lambda: broker.publishes(later), "the later claim")
            before = {thing: len(broker.publishes(thing)) for thing in things}
            eventually(lambda: len(broker.publishes(later)) >= 3, "the later claim again")
            self.assertEqual({thing: len(broker.publishes(thing)) for thing in things}, before)
            portal.stop()

    def test_trying_again_starts_anew(self):
        """By the page's button and by the API; the module is off at first, and on for the second try."""
        things = [random_thing(), random_thing()]
        modules = self.sandbox.modules(*things, options=["--off"])
        portal = self.portal(claim={"schedule": "500ms", "window": milliseconds(2)})
        tokens = [portal.claim(thing)["token"] for thing in things]
        for token in tokens:
            portal.wait_for_state(token, "expired")
        modules.command("on")
        eventually(lambda: modules.status()["subscribed"] == 2, lambda: f"subscribed: {modules.status()}")
        answer = portal.post_form(f"/registrations/{tokens[0]}/retry", lang="en")
        self.assertEqual((answer.status, answer.headers["Location"]), (303, f"/registrations/{tokens[0]}?lang=en"))
        answer = portal.post_json(f"/api/v1/registrations/{tokens[1]}/retry", {})
        self.assertEqual((answer.status, answer.json["state"], answer.json["token"]), (202, "queued", tokens[1]))
        for token in tokens:
            portal.wait_for_state(token, "onboarded")
        self.assertEqual(portal.metric('claims{state="expired"}'), 2)
        self.assertEqual(portal.post_json(f"/api/v1/registrations/{tokens[1]}/retry", {}).status, 409)
        portal.stop()


class Case(unittest.TestCase):
    def module(self, *options):
        thing = random_thing()
        modules = self.sandbox.modules(thing, options=options)
        if "--off" not in options:
            modules.wait_for(thing, "subscribed")
        return thing, modules

    def onboarded(self, claim):
        return self.portal.wait_for_state(claim["token"], "onboarded")

    def open_claims(self):
        metrics = self.portal.metrics()
        return sum(metrics[f'expresslink_portal_claims{{state="{state}"}}'] for state in ("queued", "published"))

    def arrived(self, count):
        """Counted a moment after the store has it."""
        eventually(lambda: self.portal.metric("arrivals_total" + ENDPOINT) >= count, f"{count} arrivals")
        self.assertEqual(self.portal.metric("arrivals_total" + ENDPOINT), count)

    def heard(self, count):
        """Waits until the portal has heard that many events, ever."""
        eventually(lambda: self.portal.metric("events_total" + ENDPOINT) >= count,
                   lambda: f"{count} events: {self.portal.metric('events_total' + ENDPOINT)}")


class Days(Case):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())
        cls.ears = cls.sandbox.observer("ears").accepted()
        for topic in (CREATED, CONNECTED):
            cls.ears.subscribe(topic)
        cls.portal = cls.enterClassContext(Portal(cls.sandbox, claim={"schedule": "500ms"})).connected()

    def setUp(self):
        self.sandbox.faults()

    def events(self, kind, thing):
        return [json.loads(payload) for topic, payload in list(self.ears.messages) if kind in topic and thing in topic]

    def test_a_module_that_is_off_and_comes_on_later(self):
        thing, modules = self.module("--off")
        claim = self.portal.claim(thing)
        eventually(lambda: self.portal.show(claim["token"])["attempts"] >= 3, "published again")
        shown = self.portal.show(claim["token"])
        self.assertEqual((shown["state"], shown["next_action"]), ("published", "switch_on"))
        modules.command(f"on {thing}")
        self.onboarded(claim)
        modules.wait_for(thing, "onboarded")

    def test_a_module_that_is_switched_off_between(self):
        thing, modules = self.module()
        modules.command(f"off {thing}")
        claim = self.portal.claim(thing)
        self.portal.wait_for_state(claim["token"], "published")
        modules.command(f"on {thing}")
        self.onboarded(claim)

    def test_a_module_that_is_reset_and_claimed_again(self):
        """The account knows the thing: there is no `created` this time, and `connected` is proof enough."""
        thing, modules = self.module()
        first = self.portal.claim(thing)
        self.assertFalse(first["onboarded_before"])
        self.onboarded(first)
        modules.wait_for(thing, "onboarded")
        eventually(lambda: self.events("connected", thing), "connected")
        # The portal grants the account's clock two seconds: an event as fresh as that would be taken for the next claim's.
        arrived = self.events("connected", thing)[-1]["timestamp"] / 1000
        eventually(lambda: time.time() > arrived + 2.2, "two seconds")
        modules.command(f"reset {thing}")
        modules.wait_for(thing, "subscribed", 2)
        eventually(lambda: not stored(store_url(self.sandbox), "SELECT is_connected FROM connections WHERE thing_name = ?", thing)[0][0],
                   "the portal has heard that it left")
        second = self.portal.claim(thing)
        self.assertNotEqual(second["token"], first["token"])
        self.assertTrue(second["onboarded_before"])
        self.assertEqual(second["state"], "queued")
        shown = self.onboarded(second)
        modules.wait_for(thing, "onboarded", 2)
        self.assertEqual(len(self.events("created", thing)), 1)
        self.assertEqual({step["state"] for step in shown["steps"]}, {"done"})
        self.assertEqual(self.portal.show(first["token"])["state"], "onboarded")

    def arrives_with(self, **faults):
        self.sandbox.faults(**faults)
        arrivals = self.portal.metric("arrivals_total" + ENDPOINT)
        thing, _ = self.module()
        claim = self.onboarded(self.portal.claim(thing))
        return thing, claim, arrivals

    def test_events_come_in_three_copies(self):
        before = self.portal.metric("events_total" + ENDPOINT)
        thing, claim, arrivals = self.arrives_with(copies=3)
        eventually(lambda: len(self.events("connected", thing)) == 3, "the copies")
        eventually(lambda: len(self.events("created", thing)) == 3, "of both")
        self.heard(before + 6)
        self.arrived(arrivals + 1)
        after = self.portal.show(claim["token"])
        self.assertEqual((after["state"], after["ended_at"]), ("onboarded", claim["ended_at"]))

    def test_created_comes_after_connected(self):
        thing, claim, arrivals = self.arrives_with(created_delay_ms=int(patient(4000)))
        self.assertEqual(self.events("created", thing), [])
        provisioned = claim["steps"][2]
        self.assertEqual((provisioned["name"], provisioned["state"]), ("provisioned", "done"))
        eventually(lambda: self.events("created", thing), "created")
        eventually(lambda: self.portal.show(claim["token"])["steps"][2]["at"], "its time is written down")
        self.arrived(arrivals + 1)
        self.assertEqual(self.portal.show(claim["token"])["ended_at"], claim["ended_at"])

    def test_events_come_late_and_twice(self):
        thing, _, arrivals = self.arrives_with(copies=2, created_delay_ms=700, presence_delay_ms=300)
        eventually(lambda: len(self.events("created", thing)) == 2, "all of them")
        self.arrived(arrivals + 1)

    def test_no_created_events(self):
        """As in an account where they were not switched on (PROTOCOL.md, section 4)."""
        thing, claim, _ = self.arrives_with(created=False)
        self.assertEqual(self.events("created", thing), [])
        self.assertEqual({step["state"] for step in claim["steps"]}, {"done"})

    def test_no_presence_events(self):
        thing, claim, _ = self.arrives_with(presence=False)
        self.assertEqual(self.events("connected", thing), [])
        self.assertEqual(claim["state"], "onboarded")

    def test_two_people_register_the_same_thing(self):
        thing, modules = self.module("--off")
        open_claims = self.open_claims()
        first = self.portal.claim(thing, contact={"name": "One", "email": "one@example.com"})
        second = self.portal.claim(thing.upper(), contact={"name": "Two", "email": "two@example.com"})
        self.assertNotEqual(first["token"], second["token"])
        self.assertEqual(self.open_claims(), open_claims + 1, "one claim for both")
        modules.command(f"on {thing}")
        self.onboarded(first)
        self.onboarded(second)

    def test_one_of_two_cancels(self):
        thing, modules = self.module("--off")
        first, second = self.portal.claim(thing), self.portal.claim(thing)
        self.assertEqual(self.portal.post_json(f"/api/v1/registrations/{first['token']}/cancel", {}).json["state"],
                         "cancelled")
        self.assertIn(self.portal.show(second["token"])["state"], ("queued", "published"))
        modules.command(f"on {thing}")
        self.onboarded(second)
        self.assertEqual(self.portal.show(first["token"])["state"], "cancelled")

    def test_a_module_written_by_someone_else(self):
        """Nothing of ours but the birth certificate: Paho for Python, doing what PROTOCOL.md section 1 says."""
        thing = random_thing()
        certificate = self.sandbox.birth_certificate(thing)
        topic = f"{thing}/expresslink_config"
        staging = self.sandbox.device(certificate, thing, self.sandbox.staging_address).accepted()
        self.assertIn(staging.subscribe(topic), (0, 1))
        claim = self.portal.claim(thing)
        eventually(lambda: staging.messages, "the endpoint message")
        heard_topic, payload = staging.messages[0]
        self.assertEqual(heard_topic, topic)
        self.assertEqual(list(json.loads(payload)), ["Endpoint"])
        address = json.loads(payload)["Endpoint"]
        staging.close()
        self.portal.wait_for_state(claim["token"], "published")  # a PUBACK is not success
        self.assertEqual(self.sandbox.device(certificate, thing, address).dropped(), [], "just-in-time provisioning")
        self.sandbox.device(certificate, thing, address).accepted()
        shown = self.onboarded(claim)
        self.assertTrue(shown["steps"][2]["at"], "created was heard")


class Said(Case):
    """The OEM account's events are said by the test, in the account's words and in others."""

    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())
        oem = cls.enterClassContext(Mosquitto(cls.sandbox, "oem", tap=True))
        cls.tap = cls.enterClassContext(Tap(oem, "$aws/events/#"))
        cls.portal = cls.enterClassContext(Portal(cls.sandbox, claim={"schedule": "500ms"})).connected()

    def say_connected(self, thing, at=None):
        """What the account says when a device of that name connects."""
        at = time.time() if at is None else at
        before = self.portal.metric("events_total" + ENDPOINT)
        self.tap.say(f"$aws/events/presence/connected/{thing}",
                     {"clientId": thing, "timestamp": int(at * 1000), "eventType": "connected", "versionNumber": 7,
                      "sessionIdentifier": str(uuid.uuid4()), "principalIdentifier": "0" * 64, "ipAddress": "127.0.0.1"})
        self.heard(before + 1)

    def test_an_event_from_before_the_claim_proves_nothing(self):
        thing, modules = self.module("--off")
        claim = self.portal.claim(thing)
        self.portal.wait_for_state(claim["token"], "published")
        self.say_connected(thing, time.time() - 60)
        self.assertEqual(self.portal.show(claim["token"])["state"], "published")
        modules.command(f"on {thing}")
        self.onboarded(claim)

    def test_events_of_others_and_rubbish_change_nothing(self):
        thing, _ = self.module("--off")
        claim = self.portal.claim(thing)
        self.portal.wait_for_state(claim["token"], "published")
        arrivals, claims = self.portal.metric("arrivals_total" + ENDPOINT), self.portal.metric('claims{state="onboarded"}')
        stranger = random_thing()
        certificate = self.sandbox.birth_certificate(stranger)
        self.sandbox.device(certificate, stranger, self.sandbox.oem_address).dropped()
        self.sandbox.device(certificate, stranger, self.sandbox.oem_address).accepted()
        eventually(lambda: any("connected" in topic for _, topic, _ in self.tap.of(stranger)), "the stranger has arrived")
        before = self.portal.metric("events_total" + ENDPOINT)
        rubbish = [b"", b"{", b"[]", b"\xff\xfe", b'{"clientId":"' + thing.encode() + b'"', json.dumps(
            {"clientId": stranger, "eventType": "connected", "timestamp": int(time.time() * 1000)}).encode()]
        for payload in rubbish:
            self.tap.say(f"$aws/events/presence/connected/{thing}", payload)
        self.say_connected(random_thing())
        self.heard(before + len(rubbish) + 1)
        self.assertEqual(self.portal.metric("arrivals_total" + ENDPOINT), arrivals)
        self.assertEqual(self.portal.metric('claims{state="onboarded"}'), claims)
        self.assertEqual(self.portal.show(claim["token"])["state"], "published")

    def test_all_cancel(self):
        """Then nothing more is published, and a device that comes all the same is nobody's."""
        thing, modules = self.module("--off")
        first, second = self.portal.claim(thing), self.portal.claim(thing)
        self.portal.wait_for_state(first["token"], "published")
        for claim in (first, second):
            self.portal.post_json(f"/api/v1/registrations/{claim['token']}/cancel", {})
        self.assertEqual(self.portal.show(second["token"])["state"], "cancelled")
        attempts = self.portal.show(second["token"])["attempts"]
        modules.command(f"on {thing}")
        modules.wait_for(thing, "subscribed")
        other, _ = self.module("--off")
        following = self.portal.claim(other)
        eventually(lambda: self.portal.show(following["token"])["attempts"] >= 3, "another claim's publishes")
        self.assertLessEqual(self.portal.show(second["token"])["attempts"], attempts + 1, "one may have been on its way")
        self.assertEqual(modules.of(thing, "endpoint"), [])
        self.say_connected(thing)
        self.assertEqual(self.portal.show(second["token"])["state"], "cancelled")


class TwoVendors(Case):
    """Two module vendors, each with an account and a way of writing names: only one of them has the device, and the portal
    cannot know which."""

    ADDRESS = "127.0.0.3"

    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())
        server = make_certificate(cls.sandbox, "vendor", "server-ca", "serverAuth", f"IP:{cls.ADDRESS}")
        cls.claim_thing = make_certificate(cls.sandbox, "second-claim-thing", "account-ca", "clientAuth")
        cls.enterClassContext(Mosquitto(cls.sandbox, "staging", lambda lines: cls.change(lines, server), beside=True))

    @classmethod
    def change(cls, lines, server):
        changes = {"listener": f"listener {cls.sandbox.port} {cls.ADDRESS}",
                   "certfile": f"certfile {server[0]}", "keyfile": f"keyfile {server[1]}",
                   "plugin_opt_claim_thing": f"plugin_opt_claim_thing {cls.claim_thing[0]}"}
        return [changes.get(line.split()[0], line) for line in lines]

    def test_a_claim_goes_to_each_and_arrives_from_either(self):
        second = {"address": self.ADDRESS, "port": self.sandbox.port,
                  "ca_file": self.sandbox.certificates / "server-ca.pem",
                  "cert_file": self.claim_thing[0], "key_file": self.claim_thing[1], "client_id": "second-claim-thing",
                  "identifier_form": "uuid", "identifier_case": "upper"}
        portal = Portal(self.sandbox, staging__second=second, claim={"schedule": "500ms"})
        self.portal = self.enterContext(portal).connected()
        plain, dashed = random_thing(), str(uuid.uuid4()).upper()
        one = self.sandbox.modules(plain)
        other = self.sandbox.modules(dashed, options=["--staging-address", self.ADDRESS])
        one.wait_for(plain, "subscribed")
        other.wait_for(dashed, "subscribed")
        claims = [portal.claim(plain), portal.claim(dashed)]
        for claim in claims:
            portal.wait_for_state(claim["token"], "onboarded")
        one.wait_for(plain, "onboarded")
        other.wait_for(dashed, "onboarded")
        for staging in ("sandbox", "second"):
            self.assertGreaterEqual(portal.metric(f'pubacks_total{{staging="{staging}"}}'), 2, staging)
        self.assertEqual(portal.metric('claims{state="onboarded"}'), 2)
        # Typed either way it is the same device; here one that both accounts have published to and nobody has.
        nobody = str(uuid.uuid4())
        first = portal.claim(nobody)
        portal.claim(nobody.replace("-", "").upper())
        self.assertEqual(self.open_claims(), 1)
        portal.wait_for_state(first["token"], "published")
        portal.stop()


if __name__ == "__main__":
    unittest.main()
