# SPDX-License-Identifier: Apache-2.0
"""A standby that takes over while clients register. With synchronous_standby_names naming it and synchronous_commit on, a
commit is answered when both have it: everything that was accepted is in the standby."""
import os
import subprocess
import threading
import unittest

from operator_commands import page_commands
from patience import DEADLINE, LONG_DEADLINE
from portal import Load, Portal
from postgresql import Server, execute, ordinary, programs, query
from sandbox import Sandbox, eventually, random_thing

SYNCHRONOUS = ("synchronous_commit=on", "synchronous_standby_names=FIRST 1 (second)")


class Standby(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def setUp(self):
        self.primary = self.enterContext(Server("wal_level=replica", "wal_log_hints=on"))
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

    def tokens_at(self, server):
        return {token for token, in query(server.url, "SELECT token FROM registrations")}

    def fail_over(self):
        """The primary dies, and the standby takes over; the token of a registration from after that."""
        self.portal.claim(random_thing())
        self.primary.kill()
        self.standby.promote()
        return eventually(lambda: self.try_to_register(), "it goes on")

    def try_to_register(self, portal=None):
        answer = (portal or self.portal).post_json("/api/v1/registrations", {"identifier": random_thing()})
        return answer.status == 202 and answer.json["token"]

    def test_the_old_primary_comes_back_as_it_was(self):
        """Both are read-write now, and the url has the old one first. It waits for a standby that it does not have any more:
        whoever gets there is refused, and nothing is accepted that only it has."""
        self.portal.stop()
        self.portal = self.enterContext(Portal(self.sandbox, store={"url": self.url, "writers": 1, "readers": 1}))
        late = self.fail_over()
        self.primary.start()
        for _ in range(3):
            self.assertTrue(self.try_to_register(), "a connection to the new one stays there")
        accepted = self.tokens_at(self.standby)
        with Portal(self.sandbox, store={"url": self.url, "timeout": "1s"}) as lost:
            for _ in range(2):
                answer = lost.post_json("/api/v1/registrations", {"identifier": random_thing()})
                self.assertEqual(answer.status, 503, answer)
            self.assertIn("found=no", lost.log_has("store.commit_looked_up"))
            self.assertEqual(lost.get(f"/api/v1/registrations/{late}").status, 404, "what came later is not there")
        self.assertEqual(self.tokens_at(self.standby), accepted)
        self.assertTrue(self.try_to_register())

    def test_the_old_primary_comes_back_as_a_standby(self):
        """With the commands of the page: portals never take it for the primary, and see everything."""
        late = self.fail_over()
        self.primary.start()
        self.primary.stop()
        commands = page_commands("rejoin")
        environment = {"PATH": f"{programs()}:{os.environ['PATH']}", "PGDATA": str(self.primary.data),
                       "NEW": f"host=127.0.0.1 port={self.standby.port} user=portal dbname=postgres"}
        done = subprocess.run(ordinary("bash", "-euc", commands), env=environment, capture_output=True, text=True,
                              timeout=LONG_DEADLINE, cwd=self.primary.folder)
        self.assertEqual(done.returncode, 0, done)
        self.primary.start()
        eventually(lambda: self.standby.query("SELECT 1 AS streams FROM pg_stat_replication"), "it follows the new primary")
        with Portal(self.sandbox, store={"url": self.url}) as second:
            self.assertEqual(second.get(f"/api/v1/registrations/{late}").status, 200)
            token = self.try_to_register(second)
            self.assertIn(token, self.tokens_at(self.standby))
            eventually(lambda: token in self.tokens_at(self.primary), "the old one has it too")

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
