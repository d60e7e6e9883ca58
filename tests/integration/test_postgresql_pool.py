# SPDX-License-Identifier: Apache-2.0
"""Connections are scarce: behind pgbouncer with a small pool, in transaction mode, and in a server that has none left."""
import contextlib
import unittest

from portal import Load, Portal
from postgresql import Bouncer, Server, Session, new_database
from sandbox import Sandbox, eventually, random_thing

API = "/api/v1/registrations"


class Pooled(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())
        cls.server = cls.enterClassContext(Server())
        cls.bouncer = cls.enterClassContext(Bouncer(cls.server, pool=2, query_wait_timeout=2, server_login_retry=1))

    def portal(self, **sections):
        sections = {"store": {"url": self.bouncer.url, "timeout": "2s", "writers": 4, "readers": 4}, **sections}
        return self.enterContext(Portal(self.sandbox, **sections))

    def test_the_whole_way_of_a_claim(self):
        thing = random_thing()
        portal = self.portal().connected()
        modules = self.sandbox.modules(thing)
        modules.wait_for(thing, "subscribed")
        token = portal.claim(thing)["token"]
        portal.wait_for_state(token, "onboarded")
        self.assertEqual(modules.status(thing)["endpoint"], self.sandbox.oem_address)

    def test_more_connections_than_the_pool_has(self):
        portal = self.portal()
        load = Load(portal, threads=16)
        self.addCleanup(load.end)
        load.more(300)
        for token in load.tokens[:20]:
            portal.show(token)
        load.end()
        self.assertEqual(load.problems, [])
        kept = {token for token, in self.server.query("SELECT token FROM registrations")}
        self.assertEqual(set(load.tokens) - kept, set(), "accepted, and lost")

    def test_the_whole_pool_is_used_up_by_others(self):
        portal = self.portal()
        token = portal.claim(random_thing())["token"]
        with contextlib.ExitStack() as others:
            for _ in range(2):
                others.enter_context(Session(self.bouncer.url)).say("BEGIN; SELECT 1")
            for _ in range(2):
                answer = portal.post_json(API, {"identifier": random_thing()})
                self.assertEqual(answer.status, 503, answer)
                self.assertGreater(int(answer.headers["Retry-After"]), 0)
            self.assertEqual(portal.get("/").status, 200)
        eventually(lambda: portal.post_json(API, {"identifier": random_thing()}).status == 202, "writes go on")
        eventually(lambda: portal.get(f"{API}/{token}").status == 200, "reads go on")

    def test_the_server_behind_it_goes_and_comes(self):
        portal = self.portal()
        load = Load(portal)
        self.addCleanup(load.end)
        load.more(50)
        self.server.kill()
        try:
            refused = len(load.refused)
            eventually(lambda: len(load.refused) > refused, lambda: load.problems[:3], 60)
            late = Portal(self.sandbox, start=False, store={"url": self.bouncer.url})
            self.addCleanup(late.stop)
            late.start(wait=False)
            late.log_has("store.connect_failed")
        finally:
            self.server.start()
        load.more(50)
        late.wait_until_listening()
        late.claim(random_thing())
        load.end()
        self.assertEqual(load.problems, [])
        kept = {token for token, in self.server.query("SELECT token FROM registrations")}
        self.assertEqual(set(load.tokens) - kept, set(), "accepted, and lost")


class NoneLeft(unittest.TestCase):
    def setUp(self):
        self.sandbox = self.enterContext(Sandbox())
        self.server = self.enterContext(Server("max_connections=10", "superuser_reserved_connections=0"))
        self.url = new_database(self.server.url)

    def take(self, others):
        """All connections that the server has left."""
        while True:
            session = Session(self.server.url)
            try:
                session.say("SELECT 1")
            except (AssertionError, BrokenPipeError):
                session.__exit__()
                return
            others.enter_context(session)

    def test_a_start_waits_for_one(self):
        portal = Portal(self.sandbox, start=False, store={"url": self.url})
        self.addCleanup(portal.stop)
        with contextlib.ExitStack() as others:
            self.take(others)
            portal.start(wait=False)
            self.assertIn("too many", portal.log_has("store.connect_failed"))
        portal.wait_until_listening()
        portal.claim(random_thing())

    def test_connections_that_were_lost_cannot_be_had_back(self):
        with Portal(self.sandbox, store={"url": self.url}) as portal, contextlib.ExitStack() as others:
            token = portal.claim(random_thing())["token"]
            administrator = others.enter_context(Session(self.server.url))
            self.take(others)
            administrator.say("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                              " WHERE application_name = 'expresslink-portal'")
            self.take(others)
            answer = portal.post_json(API, {"identifier": random_thing()})
            if answer.status == 202:  # it was faster than the others
                self.skipTest("the portal was faster")
            self.assertEqual(answer.status, 503, answer)
            others.close()
            eventually(lambda: portal.get(f"{API}/{token}").status == 200, "reads go on")
            eventually(lambda: portal.post_json(API, {"identifier": random_thing()}).status == 202, "writes go on")


if __name__ == "__main__":
    unittest.main()
