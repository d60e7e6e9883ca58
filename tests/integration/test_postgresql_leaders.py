# SPDX-License-Identifier: Apache-2.0
"""Several portals on one database: one leads for each account, and all take requests. Who was stopped or has lost its
term to another one writes and publishes nothing more. test_postgresql_takeovers.py kills them."""
import signal
import time
import unittest

import postgresql
from brokers import Mosquitto, Tap
from patience import SHARE, patient
from portal import Portal
from postgresql import Server, new_database
from replicas import leader
from sandbox import Sandbox, eventually, random_thing

STAGING, ENDPOINT = '{staging="sandbox"}', '{endpoint="sandbox"}'
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
CONNECTS = " as claim-thing "


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())
        cls.server = cls.enterClassContext(Server())

    def setUp(self):
        self.url = new_database(self.server.url)

    def portal(self, **options):
        return self.enterContext(Portal(self.sandbox, store={"url": self.url}, claim={"schedule": "300ms"}, **options))

    def leader(self, portals):
        """The one that leads everything, and the others."""
        def found():
            leads = [portal for portal in portals if portal.metric("staging_leads" + STAGING)
                     and portal.metric("endpoint_leads" + ENDPOINT)]
            return leads if len(leads) == 1 else None
        first, = eventually(found, lambda: [portal.lines for portal in portals])
        return first, [portal for portal in portals if portal is not first]

    def arrives(self, portal):
        """A new device: from the registration at this portal to its arrival."""
        modules = self.sandbox.modules(thing := random_thing())
        modules.wait_for(thing, "subscribed")
        token = portal.claim(thing)["token"]
        portal.wait_for_state(token, "onboarded")


class Leaders(Case):
    def setUp(self):
        super().setUp()
        self.staging = self.enterContext(Mosquitto(self.sandbox, "staging", tap=True))
        self.tap = self.enterContext(Tap(self.staging, "+/expresslink_config"))

    def connects(self):
        return self.staging.logged(CONNECTS)

    def test_one_leads_and_all_take_requests(self):
        first, (second,) = self.leader([self.portal(), self.portal()])
        first.connected()
        ready = second.ready()
        self.assertEqual(ready.status, 200)
        self.assertEqual({ready.json["checks"][name] for name in ("staging.sandbox", "endpoint.sandbox")}, {"another portal leads"})
        self.assertIn(f"/{first.process.pid}/", ready.json["reasons"]["staging.sandbox"])
        self.assertEqual(second.metric("staging_term" + STAGING), 1)
        self.assertEqual(second.metric("staging_terms_total" + STAGING), 0)
        self.assertEqual(second.metric("staging_connects_total" + STAGING), 0)
        self.assertEqual(second.metric("endpoint_connects_total" + ENDPOINT), 0)
        self.arrives(first)
        self.arrives(second)
        self.assertEqual(self.connects(), 1)

    def test_who_stops_hands_over(self):
        first, (second,) = self.leader([self.portal(), self.portal()])
        first.connected()
        self.assertEqual(first.stop(), 0)
        self.leader([second])
        self.assertIn('result=ok', next(line for line in first.lines if "leader.resigned" in line))
        self.arrives(second)
        self.assertEqual(self.staging.logged("already connected"), 0, "the first had disconnected before")
        first.start()
        self.arrives(first)
        self.assertEqual(first.metric("staging_terms_total" + STAGING), 0)

    def test_who_was_stopped_for_longer_than_a_term(self):
        portals = [self.portal(), self.portal()]
        first, (second,) = self.leader(portals)
        first.connected()
        things = [random_thing() for _ in range(20)]
        tokens = [first.claim(thing)["token"] for thing in things]
        eventually(lambda: all(self.tap.of(thing) for thing in things), "all are published, again and again")
        for _ in range(2):
            first.process.send_signal(signal.SIGSTOP)
            self.leader([second])
            second.connected()
            connects = self.connects()
            first.process.send_signal(signal.SIGCONT)
            first.log_has("leader.ended")
            eventually(lambda: first.metric("staging_leads" + STAGING) == 0, "it knows")
            self.assertEqual(first.ready().json["checks"]["staging.sandbox"], "another portal leads")
            self.arrives(first)  # on the same connection of the second
            self.assertEqual(self.connects(), connects)
            first, second = second, first
        self.assertEqual({first.show(token)["state"] for token in tokens}, {"published"})

    def test_a_term_that_is_over_writes_nothing(self):
        """It does not know yet: what it was about to record is refused. What it had heard is delivered again."""
        portal = self.portal()
        portal.connected()
        ghosts = [random_thing() for _ in range(40)]
        for ghost in ghosts:
            portal.claim(ghost)
        eventually(lambda: all(self.tap.of(ghost) for ghost in ghosts), "published, several times a second")

        def stolen():
            postgresql.execute(self.url, "BEGIN", "SELECT FROM leaders FOR UPDATE",
                               "UPDATE leaders SET holder = 'thief/0/0', term = term + 1,"
                               " ends_at = extract(epoch FROM clock_timestamp()) * 1000 + 3000", "COMMIT")
            before = self.attempts()
            refused = eventually(lambda: self.is_refused(portal), "a write is refused, or it has noticed before")
            self.assertEqual(self.attempts(), before, "written in a term that was over")
            self.leader([portal])
            return refused == "refused"
        eventually(stolen, "a write came first")
        heard = len(self.tap.of(ghost))
        eventually(lambda: len(self.tap.of(ghost)) > heard + 1, "it leads again, and publishes")
        self.arrives(portal)

    def attempts(self):
        return postgresql.query(self.url, "SELECT sum(attempts) FROM deliveries")

    @staticmethod
    def is_refused(portal):
        """Once a term."""
        lines = list(portal.lines)
        began = max(number for number, line in enumerate(lines) if "leader.began name=staging" in line)
        if any("not_recorded" in line and "not the leader" in line for line in lines[began:]):
            return "refused"
        return any("leader.ended name=staging" in line for line in lines[began:]) and "noticed"


@unittest.skipIf(SHARE > 1, "a sanitizer's library must be the first that is loaded")
class Clocks(Case):
    """The portals' clocks are twenty seconds apart, and each ten from the database's."""

    def portal(self, ahead):
        return super().portal(environment={"LD_PRELOAD": FAKETIME, "FAKETIME": f"{ahead:+d}s",
                                           "DONT_FAKE_MONOTONIC": "1", "FAKETIME_FORCE_MONOTONIC_FIX": "0"})

    def test_nobody_takes_a_term_that_lasts(self):
        first = self.portal(-10)
        self.leader([first])
        second = self.portal(10)
        led = leader(self.url)
        end = time.monotonic() + patient(4)  # longer than a term
        eventually(lambda: time.monotonic() > end, "renewals", patient(60))
        self.assertEqual(leader(self.url), led)
        self.assertEqual(self.leader([first, second])[0], first)
        self.assertEqual(first.stop(), 0)
        self.leader([second])
        third = self.portal(-10)
        led = leader(self.url)
        second.kill()
        self.leader([third])
        self.assertGreater(leader(self.url)[1], led[1])


if __name__ == "__main__":
    unittest.main()
