# SPDX-License-Identifier: Apache-2.0
"""A standby that takes over while clients register. With synchronous_standby_names naming it and synchronous_commit on, a
commit is answered when both have it: everything that was accepted is in the standby."""
import threading
import unittest

from patience import DEADLINE
from portal import Load, Portal
from postgresql import Server, execute, query
from sandbox import Sandbox, eventually, random_thing

SYNCHRONOUS = ("synchronous_commit=on", "synchronous_standby_names=FIRST 1 (second)")


class Standby(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def setUp(self):
        self.primary = self.enterContext(Server("wal_level=replica"))
        self.standby = self.enterContext(Server("hot_standby=on", copy_of=self.primary, name="second"))
        self.primary.stop()
        self.primary.settings += SYNCHRONOUS
        self.primary.start()
        eventually(lambda: self.primary.query("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"), "a standby", 60)
        hosts = f"127.0.0.1:{self.primary.port},127.0.0.1:{self.standby.port}"
        self.url = f"postgresql://portal@{hosts}/portal?target_session_attrs=read-write"
        self.portal = self.enterContext(Portal(self.sandbox, store={"url": self.url}))

    def test_it_takes_over_and_has_everything_that_was_accepted(self):
        load = Load(self.portal)
        self.addCleanup(load.end)
        load.more(200)
        self.primary.kill()
        refused = len(load.refused)
        eventually(lambda: len(load.refused) > refused, lambda: load.problems[:3], 60)
        before = list(load.tokens)
        self.standby.promote()
        load.more(200)
        load.end()
        self.assertEqual(load.problems, [])
        kept = {token for token, in query(self.standby.url, "SELECT token FROM registrations")}
        self.assertEqual(set(load.tokens) - kept, set(), "accepted, and lost")
        self.assertGreaterEqual(len(before), 200)
        eventually(lambda: self.portal.ready().status == 200, lambda: self.portal.ready())
        for token in (before[0], load.tokens[-1]):
            eventually(lambda: self.portal.get(f"/api/v1/registrations/{token}").status == 200, "reads go on")

    def test_a_commit_whose_wait_for_the_standby_is_cancelled_is_not_told_as_accepted(self):
        self.standby.stop()
        answers = []
        client = threading.Thread(target=lambda: answers.append(
            self.portal.post_json("/api/v1/registrations", {"identifier": random_thing()})))
        client.start()
        eventually(lambda: self.primary.query("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'"), "a commit waits")
        execute(self.primary.url, "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
        client.join(DEADLINE)
        self.assertEqual([answer.status for answer in answers], [503])
        self.portal.log_has("store.postgresql_warned")
        self.standby.start()
        eventually(lambda: self.portal.post_json("/api/v1/registrations", {"identifier": random_thing()}).status == 202,
                   "it goes on", 60)


if __name__ == "__main__":
    unittest.main()
