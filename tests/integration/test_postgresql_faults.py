# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL's bad days under a running portal: nothing that was accepted is lost, nothing is done twice, and it goes on by
itself."""
import itertools
import threading
import time
import unittest
from urllib.parse import urlsplit

from patience import DEADLINE, patient
from portal import Load, Portal
from postgresql import CommitProxy, Server, Session, for_database, new_database, query
from sandbox import Sandbox, eventually, random_thing

API = "/api/v1/registrations"


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())
        cls.server = cls.enterClassContext(Server())

    def setUp(self):
        self.url = new_database(self.server.url)

    def portal(self, url=None, **store):
        return self.enterContext(Portal(self.sandbox, store={"url": url or self.url, "timeout": "2s", **store}))

    def load(self, portal, **options):
        load = Load(portal, **options)
        self.addCleanup(load.end)
        return load

    def rows(self, sql):
        with Session(self.url) as session:
            return session.say(sql).splitlines()

    def assert_kept(self, load):
        """Everything that was accepted is there; one open claim a thing, and the counts are those of the claims."""
        self.assertEqual(load.problems, [])
        self.assertEqual(set(load.tokens) - set(self.rows("SELECT token FROM registrations")), set(), "accepted, and lost")
        self.assertEqual(len(load.tokens), len(set(load.tokens)))
        self.assert_counted()

    def assert_counted(self):
        self.assertEqual(self.rows("SELECT thing_name FROM claims WHERE ended_at IS NULL GROUP BY 1 HAVING count(*) > 1"), [])
        self.assertEqual(self.rows("SELECT count(*) FROM claims WHERE ended_at IS NULL"),
                         self.rows("SELECT coalesce(sum(queued + published), 0) FROM claim_counts"))

    def assert_unavailable(self, portal):
        answer = portal.post_json(API, {"identifier": random_thing()})
        self.assertEqual(answer.status, 503, answer)
        self.assertGreater(int(answer.headers["Retry-After"]), 0)


class Stopped(Case):
    def goes_on_after(self, end):
        portal = self.portal()
        load = self.load(portal)
        load.more(50)
        end()
        try:
            refused = len(load.refused)
            eventually(lambda: len(load.refused) > refused, lambda: load.problems[:3], 30)
            self.assert_unavailable(portal)
            typed = random_thing()
            page = portal.post_form("/register", identifier=typed)
            self.assertEqual(page.status, 503, page)
            self.assertIn(f'>{typed}</textarea>', page.text)
            self.assertEqual(portal.get("/").status, 200)
            self.assertEqual(portal.get(f"{API}/{load.tokens[0]}").status, 503)
            self.assertEqual(portal.get(f"/registrations/{load.tokens[0]}").status, 503)
            eventually(lambda: portal.ready().status == 503, lambda: portal.ready())
            self.assertEqual(portal.request("GET", "/livez", admin=True).status, 200)
            portal.log_has("store.reconnect_failed")
        finally:
            self.server.start()
        eventually(lambda: portal.ready().status == 200, lambda: portal.ready())
        load.more(50)
        load.end()
        for token in load.tokens[:5] + load.tokens[-5:]:
            eventually(lambda: portal.get(f"{API}/{token}").status == 200, "each connection is back within a second")
        self.assert_kept(load)

    def test_a_server_that_is_stopped_and_started_again(self):
        self.goes_on_after(self.server.stop)

    def test_a_server_that_dies_and_comes_back(self):
        self.goes_on_after(self.server.kill)

    def test_connections_that_are_cut_again_and_again(self):
        portal = self.portal()
        load = self.load(portal)
        for _ in range(20):
            load.more(5)
            self.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'expresslink-portal'"
                      " AND datname = current_database()")
        load.more()
        load.end()
        self.assert_kept(load)

    def test_a_server_that_is_gone_does_not_keep_the_portal_from_ending(self):
        portal = self.portal()
        portal.claim(random_thing())
        self.server.stop()
        try:
            self.assertEqual(portal.stop(), 0)
        finally:
            self.server.start()


class Changed(Case):
    def test_tables_that_a_newer_version_has_changed(self):
        """What was prepared before gives columns of another type now: 0A000, on each connection, until it is a new one."""
        portal = self.portal(readers=2, writers=2)
        load = self.load(portal)
        load.more(50)
        for _ in range(20):
            portal.show(load.tokens[0])
        self.rows("ALTER TABLE claims ALTER attempts TYPE INTEGER")
        for token in load.tokens[:20]:
            self.assertEqual(portal.get(f"{API}/{token}").status, 200)
        load.more(50)
        load.end()
        self.assert_kept(load)


class Replaced(Case):
    """A connection that cannot do any more what it is for is replaced by a new one, which does it: nobody is refused."""

    def portal_pids(self, url=None):
        return {pid for pid, in query(url or self.url, "SELECT pid FROM pg_stat_activity WHERE application_name ="
                                                      " 'expresslink-portal' AND datname = current_database()")}

    def claims(self, url, thing):
        return query(url, f"SELECT count(*) AS n FROM claims WHERE thing_name = '{thing}'")[0][0]

    def test_one_whose_server_is_read_only_now(self):
        """25006, as after a switchover with the connections left open. The url names the other server too."""
        other = self.enterContext(Server("wal_level=replica", copy_of=self.replicated()))
        other.promote()
        here, there = (urlsplit(each).netloc.rpartition("@")[2] for each in (self.server.url, other.url))
        path = urlsplit(self.url).path
        portal = self.portal(f"postgresql://portal@{here},{there}{path}?target_session_attrs=read-write", readers=1, writers=1)
        moved = for_database(other.url, path[1:])
        portal.claim(random_thing())
        self.assertEqual(self.portal_pids(moved), set())
        before = self.portal_pids()
        self.assertEqual(len(before), 2)
        self.server.execute("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
        try:
            eventually(lambda: self.rows("SHOW default_transaction_read_only") == ["on"], "reloaded")
            thing = random_thing()
            portal.claim(thing)
            self.assertEqual((self.claims(self.url, thing), self.claims(moved, thing)), (0, 1))
            self.assertEqual(len(self.portal_pids(moved)), 1)
            self.assertFalse([line for line in portal.lines if "store.reconnect_failed" in line])
        finally:
            self.server.execute("SET default_transaction_read_only = off", "ALTER SYSTEM RESET default_transaction_read_only",
                                "SELECT pg_reload_conf()")

    def replicated(self):
        """The server, with this test's database ready in it."""
        with Portal(self.sandbox, store={"url": self.url}):
            return self.server

    def test_one_whose_statements_are_not_prepared_any_more(self):
        """26000, as behind a pooler that hands out another session."""
        portal = self.portal(readers=1, writers=1)
        portal.claim(random_thing())
        before = self.portal_pids()
        self.rows("CREATE SEQUENCE inserted; CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                  " IF nextval('inserted') = 1 THEN EXECUTE 'DEALLOCATE ALL'; END IF; RETURN NEW; END $$;"
                  "CREATE TRIGGER forget BEFORE INSERT ON deliveries FOR EACH ROW EXECUTE FUNCTION forget()")
        thing = random_thing()
        token = portal.claim(thing)["token"]
        self.assertEqual(self.claims(self.url, thing), 1)
        self.assertGreater(self.rows("SELECT last_value FROM inserted"), ["1"], "it was done again")
        self.assertEqual(len(before & self.portal_pids()), 1, "the writer's is a new one, the reader's is not")
        self.assertEqual(portal.show(token)["thing_name"], thing)
        self.assert_counted()


class Undone(Case):
    """The server rolls a transaction back for others' sake, as often as the test says, in a statement or at the COMMIT."""

    MOST = 6  # attempts that the portal makes

    def undo(self, state, times, when):
        self.rows(f"CREATE SEQUENCE tried; CREATE FUNCTION undo() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                  f" IF nextval('tried') <= {times} THEN RAISE 'for others' USING ERRCODE = '{state}'; END IF; RETURN NEW; END $$;"
                  f"CREATE CONSTRAINT TRIGGER undo AFTER INSERT ON registrations {when} FOR EACH ROW EXECUTE FUNCTION undo()")

    def claims(self, thing):
        return self.rows(f"SELECT count(*) FROM claims WHERE thing_name = '{thing}'")

    def is_done_again(self, state, when):
        portal = self.portal(writers=1)
        self.undo(state, self.MOST - 1, when)
        thing = random_thing()
        token = portal.claim(thing)["token"]
        self.assertEqual(self.rows("SELECT last_value FROM tried"), [str(self.MOST)])
        self.assertEqual(self.claims(thing), ["1"])
        self.assertEqual(portal.show(token)["thing_name"], thing)
        self.assert_counted()

    def test_a_serialization_failure(self):
        self.is_done_again("40001", "")

    def test_a_serialization_failure_at_the_commit(self):
        self.is_done_again("40001", "INITIALLY DEFERRED")

    def test_a_deadlock(self):
        self.is_done_again("40P01", "")

    def test_a_deadlock_at_the_commit(self):
        self.is_done_again("40P01", "INITIALLY DEFERRED")

    def test_not_for_ever(self):
        portal = self.portal(writers=1)
        self.undo("40001", self.MOST, "")
        thing = random_thing()
        answer = portal.post_json(API, {"identifier": thing})
        self.assertEqual(answer.status, 503, answer)
        self.assertEqual(self.claims(thing), ["0"])
        portal.claim(thing)
        self.assertEqual(self.claims(thing), ["1"])
        self.assert_counted()


class LostCommit(Case):
    def setUp(self):
        super().setUp()
        self.proxy = self.enterContext(CommitProxy(self.server.port))
        self.through = self.url.replace(str(self.server.port), str(self.proxy.port)) + "?sslmode=disable"

    def claims(self, thing):
        return self.rows(f"SELECT count(*) FROM claims WHERE thing_name = '{thing}'")

    def test_one_that_was_made_is_told_as_accepted(self):
        portal = self.portal(self.through)
        for _ in range(3):
            thing = random_thing()
            self.proxy.lose(thing, after=True)
            token = portal.claim(thing)["token"]
            self.assertTrue(self.proxy.lost.is_set())
            self.assertIn("found=yes", portal.log_has("store.commit_looked_up"))
            self.assertEqual(portal.show(token)["thing_name"], thing)
            self.assertEqual(self.claims(thing), ["1"])
        self.assert_counted()

    def test_one_that_was_not_made_is_refused(self):
        portal = self.portal(self.through)
        for _ in range(3):
            thing = random_thing()
            self.proxy.lose(thing, after=False)
            answer = portal.post_json(API, {"identifier": thing})
            self.assertTrue(self.proxy.lost.is_set())
            self.assertEqual(answer.status, 503, answer)
            self.assertIn("found=no", portal.log_has("store.commit_looked_up"))
            self.assertEqual(self.claims(thing), ["0"])
            token = portal.claim(thing)["token"]
            self.assertEqual(portal.show(token)["thing_name"], thing)
        self.assert_counted()

    def test_it_is_looked_up_when_the_server_is_back(self):
        portal = self.portal(self.through)
        thing, answers = random_thing(), []
        self.proxy.lose(thing, after=True, for_long=True)
        client = threading.Thread(target=lambda: answers.append(portal.post_json(API, {"identifier": thing})))
        client.start()
        eventually(lambda: self.proxy.refused > 0, "it was looked for in vain")
        self.assertEqual(answers, [])
        self.proxy.let_in()
        client.join(DEADLINE)
        self.assertEqual([answer.status for answer in answers], [202])
        self.assertIn("found=yes", portal.log_has("store.commit_looked_up"))
        self.assertEqual(self.claims(thing), ["1"])

    def test_one_of_which_nobody_can_say_is_refused_and_can_be_repeated(self):
        """It is told as 503, made or not; repeated with its key it is made once."""
        portal = self.portal(self.through)
        for made in (True, False):
            thing = random_thing()
            self.proxy.lose(thing, after=made, for_long=True)
            answer = portal.post_json(API, {"identifier": thing}, Idempotency_Key=thing)
            self.assertEqual(answer.status, 503, answer)
            self.assertGreater(int(answer.headers["Retry-After"]), 0)
            portal.log_has("store.commit_unresolved")
            self.assertEqual(self.claims(thing), ["1" if made else "0"])
            self.proxy.let_in()
            again = eventually(lambda: self.accepted(portal, thing), "it is repeated")
            self.assertEqual(self.rows(f"SELECT r.token FROM registrations r JOIN claims c ON c.id = claim_id"
                                       f" WHERE c.thing_name = '{thing}'"), [again["token"]])
            portal.lines.clear()
        self.assert_counted()

    def test_a_claim_that_a_lane_has_taken_without_knowing_is_published_soon(self):
        """It would be offered again only after minutes."""
        portal = self.portal(self.through).connected()
        self.sandbox.stop_staging()
        portal.log_has("staging.not_connected")
        thing = random_thing()
        token = portal.claim(thing)["token"]
        self.server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            " WHERE application_name = 'expresslink-portal'")
        eventually(lambda: portal.get(f"{API}/{token}").status == 200, "it has other connections")
        self.proxy.lose("UPDATE deliveries SET due_at = $3 WHERE ctid", after=True, for_long=True)
        self.sandbox.start_staging()
        self.assertTrue(self.proxy.lost.wait(DEADLINE), "it was taken")
        portal.log_has("store.commit_unresolved")
        self.proxy.let_in()
        eventually(lambda: portal.get(f"{API}/{token}").status == 200, "the store is back")
        portal.wait_for_state(token, "published")

    def accepted(self, portal, thing):
        answer = portal.post_json(API, {"identifier": thing}, Idempotency_Key=thing)
        return answer.status == 202 and answer.json


class Locked(Case):
    """An administrator's session holds a lock."""

    def connections(self):
        return int(self.rows("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'expresslink-portal'"
                             " AND datname = current_database()")[0])

    def test_everything_is_locked(self):
        portal = self.portal()
        token = portal.claim(random_thing())["token"]
        with Session(self.url) as session:
            session.say("BEGIN; LOCK TABLE claims IN ACCESS EXCLUSIVE MODE")
            for _ in range(3):
                self.assert_unavailable(portal)
                self.assertEqual(portal.get(f"{API}/{token}").status, 503)
                self.assertEqual(portal.get("/").status, 200)
                self.assertEqual(portal.request("GET", "/livez", admin=True).status, 200)
                self.assertLessEqual(self.connections(), 4)
            session.say("ROLLBACK")
        eventually(lambda: portal.get(f"{API}/{token}").status == 200, "reads go on")
        eventually(lambda: portal.post_json(API, {"identifier": random_thing()}).status == 202, "writes go on")
        self.assertLessEqual(self.connections(), 4)
        self.assert_counted()

    def test_reads_do_not_wait_for_writes(self):
        portal = self.portal(timeout="20s")
        token = portal.claim(random_thing())["token"]
        answers, reads = [], 0
        with Session(self.url) as session:
            session.say("BEGIN; LOCK TABLE claims, registrations IN EXCLUSIVE MODE")
            writers = [threading.Thread(target=lambda: answers.append(portal.claim(random_thing()))) for _ in range(8)]
            for writer in writers:
                writer.start()
            eventually(lambda: int(self.rows("SELECT count(*) FROM pg_locks WHERE NOT granted")[0]) > 0, "a writer waits")
            over = time.monotonic() + 4
            while time.monotonic() < over:
                self.assertEqual(portal.get(f"{API}/{token}").status, 200)
                self.assertEqual(portal.get(f"/registrations/{token}").status, 200)
                self.assertIn('claims{state="queued"}', str(portal.metrics()))
                reads += 1
            self.assertEqual(answers, [], "the lock held nobody up")
            session.say("ROLLBACK")
            for writer in writers:
                writer.join(DEADLINE)
        self.assertEqual(len(answers), 8)
        self.assertGreater(reads, 10)

    def test_deadlocks(self):
        """The others' transaction takes what the portal takes, in the opposite order. The server ends the one that looks first
        for the reason of its waiting: here the portal's."""
        self.rows("DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET deadlock_timeout ="
                  f" {int(patient(1000))}'; END $$")
        portal = self.portal(timeout=f"{int(patient(20))}s")
        things = [random_thing() for _ in range(6)]
        turn = itertools.cycle(things)
        load = self.load(portal, threads=8, thing=lambda: next(turn))
        with Session(self.url) as session:
            session.say(f"SET deadlock_timeout = '{int(DEADLINE)}s'")
            for _ in range(2):
                load.more()
                session.say("BEGIN; LOCK TABLE claim_counts IN SHARE MODE")
                eventually(lambda: self.rows("SELECT 1 FROM pg_locks WHERE relation = 'claim_counts'::regclass AND NOT granted"),
                           "the portal waits, and has written registrations")
                said = session.say("LOCK TABLE registrations IN SHARE MODE; COMMIT")
                self.assertNotIn("deadlock", said)
        load.more()
        load.end()
        eventually(lambda: self.rows("SELECT 1 FROM pg_stat_database WHERE datname = current_database() AND deadlocks > 1"),
                   "the server has seen deadlocks")
        self.assertEqual(load.refused, [])
        self.assert_kept(load)

    def test_serialization_failures(self):
        """The server's default is SERIALIZABLE: writers that read what others write are ended with 40001."""
        self.rows("DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET default_transaction_isolation ="
                  " serializable'; END $$")
        portal = self.portal(writers=4, timeout=f"{int(patient(20))}s")
        self.is_cancelled_after_another_has_changed_it(portal)
        things = [random_thing() for _ in range(4)]
        turn = itertools.cycle(things)
        load = self.load(portal, threads=8, thing=lambda: next(turn))
        with Session(self.url) as session:
            for _ in range(40):
                session.say("BEGIN; SELECT count(*) FROM claims; SELECT count(*) FROM registrations;"
                            "UPDATE registrations SET accepted_at = accepted_at; COMMIT")
        load.more()
        load.end()
        self.assert_kept(load)

    def is_cancelled_after_another_has_changed_it(self, portal):
        """The portal's transaction waits for a row that is another one when it gets it: only done again it can succeed."""
        token, answers = portal.claim(random_thing())["token"], []
        client = threading.Thread(target=lambda: answers.append(portal.post_json(f"{API}/{token}/cancel", {})))
        with Session(self.url) as session:
            session.say("BEGIN; UPDATE claims SET attempts = attempts; SELECT 1")
            client.start()
            eventually(lambda: self.rows("SELECT 1 FROM pg_locks WHERE NOT granted"), "the portal waits for the claim")
            self.assertNotIn("could not serialize", self.server.log.read_text(errors="replace"))
            session.say("COMMIT")
            client.join(DEADLINE)
        self.assertIn("could not serialize", self.server.log.read_text(errors="replace"))
        self.assertEqual([answer.status for answer in answers], [202], answers)
        self.assertEqual(portal.show(token)["state"], "cancelled")


class Two(Case):
    """Two portals share the database."""

    def setUp(self):
        super().setUp()
        self.first = self.portal()
        self.second = self.portal()
        self.both = (self.first, self.second)

    def at_once(self, count, ask):
        """ask(number, portal) at both portals, `count` of them, as much at once as can be."""
        answers, start = [], threading.Barrier(2 * count)

        def run(number, portal):
            start.wait()
            answers.append((number, ask(number, portal)))
        threads = [threading.Thread(target=run, args=(number, portal)) for number in range(count) for portal in self.both]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(DEADLINE)
        return answers

    def test_the_same_things_at_once(self):
        for _ in range(3):
            things = [random_thing() for _ in range(20)]
            answers = self.at_once(20, lambda number, portal: portal.post_json(API, {"identifier": things[number]}))
            self.assertEqual({answer.status for _, answer in answers}, {202}, answers)
            listed = ",".join(f"'{thing}'" for thing in things)
            self.assertEqual(self.rows(f"SELECT count(*), count(DISTINCT thing_name) FROM claims WHERE thing_name IN ({listed})"),
                             ["20|20"])
        self.assert_counted()

    def test_the_same_keys_at_once(self):
        for _ in range(3):
            things = [random_thing() for _ in range(20)]
            answers = self.at_once(20, lambda number, portal: portal.post_json(API, {"identifier": things[number]},
                                                                               Idempotency_Key=things[number]))
            self.assertEqual({answer.status for _, answer in answers}, {202}, answers)
            tokens = {}
            for number, answer in answers:
                tokens.setdefault(number, set()).add(answer.json["token"])
            self.assertEqual({len(each) for each in tokens.values()}, {1}, "one registration a key")
        self.assert_counted()

    def test_one_sees_what_the_other_has_accepted(self):
        for one, other in (self.both, self.both[::-1]):
            token = one.claim(random_thing())["token"]
            self.assertEqual(other.show(token)["token"], token)


class Cancelled(Case):
    """A cancellation reads who else waits for the claim and what state it is in. Another writer must not change that before
    the commit."""

    def setUp(self):
        super().setUp()
        self.the_portal = self.portal(timeout="20s")
        self.thing = random_thing()
        self.token = self.the_portal.claim(self.thing)["token"]
        self.the_portal.wait_for_state(self.token, "published")

    def waiting(self):
        return int(self.rows("SELECT count(*) FROM pg_locks WHERE NOT granted")[0])

    def beside(self, ask, answers):
        thread = threading.Thread(target=lambda: answers.append(ask()))
        thread.start()
        self.addCleanup(thread.join, DEADLINE)
        return thread

    def cancel(self):
        return self.the_portal.post_json(f"{API}/{self.token}/cancel", {})

    def test_while_somebody_else_registers_the_thing(self):
        cancelled, registered = [], []
        with Session(self.url) as session:
            session.say("BEGIN; SELECT 1 FROM claims FOR SHARE")
            threads = [self.beside(self.cancel, cancelled)]
            eventually(lambda: self.waiting() == 1, "the cancellation waits")
            threads.append(self.beside(lambda: self.the_portal.post_json(API, {"identifier": self.thing}), registered))
            eventually(lambda: self.waiting() > 1 or registered, "the registration waits, or has been answered")
            session.say("COMMIT")
            for thread in threads:
                thread.join(DEADLINE)
        self.assertEqual([answer.status for answer in cancelled + registered], [202, 202])
        self.assertIn(self.the_portal.show(registered[0].json["token"])["state"], ("queued", "published"), "accepted, and cancelled")
        self.assertEqual(self.the_portal.show(self.token)["state"], "cancelled")
        self.assert_counted()

    def test_while_the_state_of_the_claim_changes(self):
        cancelled = []
        with Session(self.url) as session:
            session.say("BEGIN; UPDATE claims SET state = 'queued'")
            thread = self.beside(self.cancel, cancelled)
            eventually(lambda: self.waiting() == 1, "the cancellation waits")
            session.say("COMMIT")
            thread.join(DEADLINE)
        self.assertEqual(cancelled[0].status, 202)
        self.assertEqual(self.rows("SELECT state, ended_at IS NOT NULL FROM claims"), ["cancelled|t"], "it is published on and on")


if __name__ == "__main__":
    unittest.main()
