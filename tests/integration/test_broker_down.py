# SPDX-License-Identifier: Apache-2.0
"""A broker is away for a while, in staging or at the OEM, or the portal itself is: nothing is lost, and people are told
how things stand."""
import os
import signal
import unittest

from portal import Portal
from sandbox import Sandbox, eventually, random_thing

STAGING, OEM = "staging.sandbox", "endpoint.sandbox"
LABEL = '{staging="sandbox"}'


class BrokerDown(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def setUp(self):
        self.sandbox.start()
        self.portal = self.enterContext(Portal(self.sandbox, claim={"schedule": "500ms 1s"}))
        self.portal.connected()

    def module(self, *options):
        thing = random_thing()
        modules = self.sandbox.modules(thing, options=options)
        if "--off" not in options:
            modules.wait_for(thing, "subscribed")
        return thing, modules

    def publishing(self):
        """Waits until the portal publishes: at its start it listens first for who has arrived meanwhile."""
        claim = self.portal.claim(random_thing())
        self.portal.wait_for_state(claim["token"], "published")
        self.portal.post_json(f"/api/v1/registrations/{claim['token']}/cancel", {})

    def readiness(self, account):
        return self.portal.ready().json["checks"][account]

    def wait_for_readiness(self, account, word):
        eventually(lambda: self.readiness(account) == word, lambda: f"{account} {word}: {self.portal.ready()}")

    def headline(self, token):
        return self.portal.get(f"/registrations/{token}?lang=en").text

    def states_in_order(self, token):
        return [step["state"] for step in self.portal.show(token)["steps"]]

    def test_staging_is_down_before_the_claim(self):
        thing, _ = self.module()
        self.sandbox.stop_staging()
        self.wait_for_readiness(STAGING, "not connected")
        self.portal.log_has("staging.not_connected")
        self.assertEqual(self.portal.ready().status, 200, "claims are accepted all the same")
        claim = self.portal.claim(thing)
        self.assertEqual(claim["state"], "queued")
        eventually(lambda: self.portal.metric("staging_connect_failures_total" + LABEL) >= 1, "an attempt that failed")
        self.assertEqual(self.portal.show(claim["token"])["state"], "queued")
        self.assertEqual(self.states_in_order(claim["token"]), ["done", "active", "waiting", "waiting"])
        self.assertEqual(self.portal.show(claim["token"])["attempts"], 0)
        self.assertIn("Setting things up", self.headline(claim["token"]))
        self.assertEqual(self.portal.metric('claims{state="queued"}'), 1)
        self.assertGreater(self.portal.metric("oldest_open_claim_seconds"), 0)
        connects = self.portal.metric("staging_connects_total" + LABEL)
        self.sandbox.start_staging()
        claim = self.portal.wait_for_state(claim["token"], "onboarded")
        self.assertGreaterEqual(claim["attempts"], 1)
        self.assertEqual(self.readiness(STAGING), "connected")
        self.assertEqual(self.portal.metric("staging_connects_total" + LABEL), connects + 1)
        self.assertEqual(self.portal.metric('claims{state="queued"}'), 0)

    def test_staging_is_killed_with_publishes_in_flight(self):
        modules = self.sandbox.modules(count=30, prefix=random_thing()[:8])
        things = [module["thing"] for module in self.all_of(modules, 30)]
        eventually(lambda: modules.status()["subscribed"] == 30, lambda: f"subscribed: {modules.status()}")
        broker = self.sandbox.pid("staging")
        os.kill(broker, signal.SIGSTOP)
        claims = [self.portal.claim(thing) for thing in things]
        eventually(lambda: self.portal.metric("publishes_in_flight" + LABEL) == 30,
                   lambda: f"30 in flight: {self.portal.metrics()}")
        self.assertEqual({self.portal.show(claim["token"])["state"] for claim in claims}, {"queued"},
                         "sent is not acknowledged")
        os.kill(broker, signal.SIGKILL)
        self.portal.log_has("staging.not_connected")
        self.assertEqual(self.portal.metric('claims{state="queued"}'), 30)
        self.sandbox.start_staging()
        for claim in claims:
            self.portal.wait_for_state(claim["token"], "onboarded")
        self.assertEqual(self.portal.metric('claims{state="failed"}'), 0)
        self.assertGreaterEqual(self.portal.metric("staging_connects_total" + LABEL), 2)
        self.assertEqual(self.portal.metric("publishes_in_flight" + LABEL), 0)

    @staticmethod
    def all_of(modules, count):
        modules.command("list", count)
        return modules._answers[-count:]

    def test_staging_goes_down_after_the_publish(self):
        thing, modules = self.module("--off")
        claim = self.portal.claim(thing)
        claim = self.portal.wait_for_state(claim["token"], "published")
        self.assertEqual(self.states_in_order(claim["token"])[:2], ["done", "done"])
        os.kill(self.sandbox.pid("staging"), signal.SIGKILL)
        self.wait_for_readiness(STAGING, "not connected")
        claim = self.portal.show(claim["token"])
        self.assertEqual((claim["state"], claim["next_action"]), ("published", "switch_on"))
        self.assertIn("Switch on your product", self.headline(claim["token"]))
        self.sandbox.start_staging()
        modules.command(f"on {thing}")
        self.portal.wait_for_state(claim["token"], "onboarded")

    def test_the_oem_account_is_down_when_the_device_wants_to_arrive(self):
        thing, modules = self.module()
        self.publishing()
        self.sandbox.stop_oem()
        self.wait_for_readiness(OEM, "not connected")
        self.portal.log_has("endpoint.not_connected")
        claim = self.portal.claim(thing)
        modules.wait_for(thing, "endpoint")
        modules.wait_for(thing, "lost", 2)
        claim = self.portal.wait_for_state(claim["token"], "published", "onboarded")  # the module may be faster than our disk
        self.assertEqual((claim["state"], claim["ended_at"]), ("published", None))
        self.sandbox.start_oem()
        self.portal.wait_for_state(claim["token"], "onboarded")
        self.wait_for_readiness(OEM, "connected")
        self.assertGreaterEqual(self.portal.metric('endpoint_connects_total{endpoint="sandbox"}'), 2)
        eventually(lambda: self.portal.metric('arrivals_total{endpoint="sandbox"}') >= 1, "an arrival")

    def test_the_portal_is_down_when_the_device_arrives(self):
        """The module has the message, but its new home is away until the portal is dead: what the account then says about
        the device can only have been kept in the observer's session. The portal must not publish before it has heard it,
        although the claim is due again."""
        thing, modules = self.module()
        self.publishing()
        self.sandbox.stop_oem()
        claim = self.portal.claim(thing)
        modules.wait_for(thing, "endpoint")
        self.portal.wait_for_state(claim["token"], "published")
        self.portal.kill()
        self.sandbox.start_oem()
        modules.wait_for(thing, "onboarded")
        before = len(modules.events)
        self.portal.start()
        self.portal.wait_for_state(claim["token"], "onboarded")
        self.portal.connected()
        self.assertEqual(self.portal.metric("publishes_total" + LABEL), 0)
        eventually(lambda: self.portal.metric('arrivals_total{endpoint="sandbox"}') == 1, "an arrival")
        self.assertIn("session=kept", self.portal.log_has("endpoint.connected"))
        self.assertFalse([event for event in modules.events[before:] if event["event"] == "endpoint"])

    def test_the_portal_restarts_with_open_claims(self):
        things = [random_thing() for _ in range(10)]
        modules = self.sandbox.modules(*things, options=["--off"])
        claims = [self.portal.claim(thing) for thing in things]
        for claim in claims:
            self.portal.wait_for_state(claim["token"], "published")
        for end in (self.portal.stop, self.portal.kill):
            end()
            self.portal.start()
            self.portal.connected()
            self.assertEqual(self.portal.metric('claims{state="published"}'), 10)
            attempts = self.portal.show(claims[0]["token"])["attempts"]
            eventually(lambda: self.portal.show(claims[0]["token"])["attempts"] > attempts, "published again")
        modules.command("on")
        for claim in claims:
            self.portal.wait_for_state(claim["token"], "onboarded")

    def test_both_are_down_when_the_portal_starts(self):
        thing, _ = self.module()
        self.portal.stop()
        self.sandbox.stop_staging()
        self.sandbox.stop_oem()
        self.portal.start()
        claim = self.portal.claim(thing)
        self.portal.log_has("staging.not_connected")
        self.portal.log_has("endpoint.not_connected")
        self.assertEqual({self.readiness(STAGING), self.readiness(OEM)}, {"not connected"})
        self.sandbox.start()
        self.portal.wait_for_state(claim["token"], "onboarded")


if __name__ == "__main__":
    unittest.main()
