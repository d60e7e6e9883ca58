# SPDX-License-Identifier: Apache-2.0
"""`kill -9` of the portal under load, twenty times: no accepted claim is lost, and none is published after it arrived.

What is proved about the second, exactly. A tap hears every endpoint message that the staging broker passes on. After each
kill the test waits until that broker has read the dead portal's connection to its end, and then for a message of its own
to come through the tap: so every publish belongs to one life of the portal. Likewise it hears the OEM account's events
through a tap, and reads in the store when the portal wrote down an arrival.

1. A thing whose arrival was written down in one life is not published to in any later life.
2. A thing whose events the OEM broker had passed on before a life began is not published to in that life: the observer's
   session has kept the event, and the portal hears what was kept before it publishes anything. The two things that could
   not be told otherwise, a session that was not kept and a portal that stopped waiting, are excluded by its log.
3. Within a life, a publish may cross with the arrival: it is in flight while the event is written down. Two seconds later
   (more on a slow machine) nothing is (claims that have not arrived are due again three times a second here, so this can fail).

For 1 and 2 to mean something, devices must arrive while no portal is there, with their claims due: it stays away for up to
a second after each kill.

Everything is one machine's wall clock; 1 and 2 allow no tolerance."""
import http.client
import itertools
import json
import os
import queue
import random
import sys
import threading
import time
import unittest

from brokers import Mosquitto, Tap
from patience import DEADLINE, patient
from portal import Portal, store_url, stored
from sandbox import Sandbox, eventually, random_thing

KILLS, MODULES, GHOSTS, THREADS = 20, 240, 8, 2
CROSSING_SECONDS = patient(2)


class Load:
    """Threads that register things through the API and go on when the portal is away. Each thing has its
    Idempotency-Key, so that an answer that was lost with the portal is asked for again. Meanwhile other threads register
    ghosts, things that nobody has, over and over: so that each kill finds requests under way."""

    def __init__(self, portal, things, ghosts):
        self.portal, self.ghosts = portal, ghosts
        self.tokens, self.ghost_tokens, self.problems, self.cut_off = {}, [], [], 0
        self._things = queue.SimpleQueue()
        for thing in things:
            self._things.put(thing)
        self.allowed = threading.Semaphore(0)
        self.over = False
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._run, self._haunt)
                         for _ in range(THREADS)]
        for thread in self._threads:
            thread.start()

    def _run(self):
        while True:
            self.allowed.acquire()
            try:
                thing = self._things.get_nowait()
            except queue.Empty:
                return
            while not self._register(thing, Idempotency_Key=thing):
                if self.over:
                    return
                time.sleep(0.02)

    def _haunt(self):
        for ghost in itertools.cycle(self.ghosts):
            if self.over:
                return
            self._register(ghost)
            time.sleep(0.005)

    def _register(self, thing, **headers):
        try:
            answer = self.portal.post_json("/api/v1/registrations", {"identifier": thing}, **headers)
        except ConnectionRefusedError:
            return False
        except (OSError, http.client.HTTPException):
            self.cut_off += 1
            return False
        if answer.status != 202:
            self.problems.append((thing, answer))
        elif headers:
            self.tokens[thing] = answer.json["token"]
        else:
            self.ghost_tokens.append(answer.json["token"])
        return True

    def end(self):
        self.over = True
        for _ in self._threads:
            self.allowed.release()
        for thread in self._threads:
            thread.join(DEADLINE)


class Kill(unittest.TestCase):
    def setUp(self):
        self.seed = int(os.environ.get("EXPRESSLINK_TEST_SEED", random.randrange(1 << 32)))
        print(f"EXPRESSLINK_TEST_SEED={self.seed}", file=sys.stderr, flush=True)
        self.random = random.Random(self.seed)
        self.sandbox = self.enterContext(Sandbox())
        self.staging = self.enterContext(Mosquitto(self.sandbox, "staging", tap=True))
        self.oem = self.enterContext(Mosquitto(self.sandbox, "oem", tap=True))
        self.published = self.enterContext(Tap(self.staging, "+/expresslink_config"))
        self.arrived = self.enterContext(Tap(self.oem, "$aws/events/#"))

    def drained(self):
        """Every publish of the dead portal has come through the tap."""
        def closed():
            log = self.staging.log.read_text(errors="replace")
            ends = ("claim-thing closed", "on client claim-thing", "claim-thing disconnected",
                    "claim-thing already connected")
            return log.count(" as claim-thing ") == sum(log.count(end) for end in ends)
        eventually(closed, lambda: self.staging.log.read_text(errors="replace")[-2000:])
        marker = f"marker-{random_thing()}"
        self.published.say(f"{marker}/expresslink_config", "{}")
        eventually(lambda: self.published.of(marker), "the marker")

    def pass_time(self, least, most):
        moment = time.monotonic() + self.random.uniform(least, most)
        eventually(lambda: time.monotonic() > moment, "the moment")

    def test_no_claim_is_lost_and_none_is_published_after_it_arrived(self):
        modules = self.sandbox.modules(count=MODULES, prefix=random_thing()[:8])
        things = modules.things(MODULES)
        eventually(lambda: modules.status()["subscribed"] == MODULES, lambda: f"subscribed: {modules.status()}")
        portal = self.enterContext(Portal(self.sandbox, start=False, claim={"schedule": "300ms"}))
        lives = []
        began = time.time()
        portal.start()
        self.ghosts = [random_thing() for _ in range(GHOSTS)]
        load = Load(portal, things, self.ghosts)
        self.addCleanup(load.end)
        for kill in range(KILLS + 1):
            share = MODULES // (2 * (KILLS + 1)) + 1
            load.allowed.release(share)
            last = kill == KILLS
            if last:
                load.allowed.release(MODULES)
                eventually(lambda: len(load.tokens) + len(load.problems) == MODULES,
                           lambda: f"all are registered: {len(load.tokens)}, {load.problems[:3]}")
                load.end()
                self.all_onboarded(portal, load)
            else:
                self.pass_time(0.5, 1)
                load.allowed.release(share)
                self.pass_time(0, 0.5)
            end = portal.stop if last else portal.kill
            end()
            ended = time.time()
            self.drained()
            lives.append({"began": began, "ended": ended, "log": list(portal.lines),
                          "publishes": [each for each in list(self.published.heard) if not each[1].startswith("marker-")]})
            if not last:
                self.pass_time(0, 1)
                began = time.time()
                portal.start()
        self.assertEqual(load.problems, [])
        self.check(lives, self.arrivals(load), load)

    def all_onboarded(self, portal, load):
        def states():
            metrics = portal.metrics()
            return {state: metrics[f'expresslink_portal_claims{{state="{state}"}}']
                    for state in ("queued", "published", "onboarded", "expired", "failed", "cancelled")}
        eventually(lambda: states()["onboarded"] >= MODULES, lambda: f"all are onboarded: {states()}")
        now = states()
        self.assertEqual((now["onboarded"], now["queued"] + now["published"]), (MODULES, GHOSTS))
        self.assertEqual(sum(now.values()), MODULES + GHOSTS)
        for token in load.tokens.values():
            self.assertEqual(portal.show(token)["state"], "onboarded")

    def arrivals(self, load):
        """{thing: when the portal wrote down its arrival}"""
        url = store_url(self.sandbox)
        rows = stored(url, "SELECT thing_name, state, ended_at FROM claims")
        tokens = {token for token, in stored(url, "SELECT token FROM registrations")}
        if url.startswith("sqlite:"):
            self.assertEqual(stored(url, "PRAGMA integrity_check"), [("ok",)])
        self.assertEqual(set(load.ghost_tokens) - tokens, set(), "accepted, and lost")
        self.assertEqual(len({thing for thing, _, _ in rows}), len(rows), "one claim a thing")
        self.assertEqual({state for thing, state, _ in rows if thing not in self.ghosts}, {"onboarded"})
        return {thing: ended_at / 1000 for thing, _, ended_at in rows if thing not in self.ghosts}

    def check(self, lives, written, load):
        self.assertEqual(set(written), set(load.tokens))
        told = {}  # thing: when the OEM broker passed on the first event about it
        for at, topic, payload in list(self.arrived.heard):
            if "/created" in topic or "/connected/" in topic:
                document = json.loads(payload)
                told.setdefault(document.get("thingName") or document["clientId"], at)
        heard = 0
        republished = 0
        for number, life in enumerate(lives):
            self.assertFalse([line for line in life["log"] if "publishing_unheard" in line])
            if number:
                self.assertFalse([line for line in life["log"] if "endpoint.connected" in line and "session=new" in line])
            for at, topic, _ in life["publishes"][heard:]:
                thing = topic.split("/")[0]
                if thing in self.ghosts:
                    continue
                where = f"life {number}, {thing}, seed {self.seed}"
                self.assertGreaterEqual(written[thing], life["began"], f"published in a life after its arrival: {where}")
                self.assertGreaterEqual(told[thing], life["began"], f"published although the account had told: {where}")
                self.assertLess(at, written[thing] + CROSSING_SECONDS, f"published long after its arrival: {where}")
                republished += 1
            heard = len(life["publishes"])
        lives_with_arrivals = sum(any(life["began"] <= at <= life["ended"] for at in written.values()) for life in lives)
        deaths = list(zip((life["ended"] for life in lives), (life["began"] for life in lives[1:])))
        unheard = sum(any(ended <= at <= began for ended, began in deaths) for at in told.values())
        print(f"{len(lives)} lives, arrivals in {lives_with_arrivals} of them and {unheard} between, {republished} publishes "
              f"for {len(written)} things, {len(load.ghost_tokens)} more registrations, {load.cut_off} requests cut off",
              file=sys.stderr, flush=True)
        self.assertGreaterEqual(unheard, 5, "too few devices came while the portal was away")
        self.assertGreater(load.cut_off, 0, "no kill found a request under way")
        self.assertGreaterEqual(lives_with_arrivals, 5, "the kills came too fast to mean anything")


if __name__ == "__main__":
    unittest.main()
