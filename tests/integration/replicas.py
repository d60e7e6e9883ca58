# SPDX-License-Identifier: Apache-2.0
"""Portals that share one PostgreSQL database, clients that use whichever of them answers, and the end of the one that leads:
for test_postgresql_leaders.py, and for bench/ where it goes on for longer."""
import contextlib
import http.client
import math
import os
import queue
import random
import threading
import time

import postgresql
from brokers import Mosquitto, Tap
from patience import LONG_DEADLINE, patient
from portal import Portal
from sandbox import eventually

LEADS = "leader.began name=staging/sandbox "
CROSSING_SECONDS = patient(2)  # a publish that was in flight while the arrival was recorded
PORTALS = 3


def leader(url, name="staging/sandbox"):
    """(process, term) of the one that leads now; None while none does."""
    rows = postgresql.query(url, f"SELECT holder, term FROM leaders WHERE name = '{name}'"
                                 " AND ends_at > extract(epoch FROM clock_timestamp()) * 1000")
    return (int(rows[0][0].split("/")[1]), rows[0][1]) if rows else None


class Clients:
    """Threads that register things, each with its Idempotency-Key, at a portal that they choose by chance. Where that is
    away they ask another one."""

    def __init__(self, portals, things, a_second):
        self.portals, self.tokens, self.problems, self.cut_off = portals, {}, [], 0
        self._things, self._pause, self._over = queue.SimpleQueue(), 2 / a_second, threading.Event()
        for thing in things:
            self._things.put(thing)
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(2)]
        for thread in self._threads:
            thread.start()

    def _run(self):
        while not self._over.wait(self._pause):
            try:
                thing = self._things.get_nowait()
            except queue.Empty:
                return
            while not self._over.is_set() and not self._register(thing):
                time.sleep(0.02)

    def _register(self, thing):
        try:
            answer = random.choice(self.portals).post_json("/api/v1/registrations", {"identifier": thing},
                                                           Idempotency_Key=thing)
        except (OSError, http.client.HTTPException):
            self.cut_off += 1
            return False
        if answer.status == 202:
            self.tokens[thing] = answer.json["token"]
        elif answer.status != 503:
            self.problems.append((thing, answer))
        return answer.status != 503

    def end(self):
        self._over.set()
        for thread in self._threads:
            thread.join()


class Kills:
    """Three portals with clients and modules; the one that leads is killed, again and again. run() does it, then the fields
    are set: takeovers (seconds from the kill to the first publish of the next leader), lost, late, publishes, unrecorded."""

    def __init__(self, sandbox, url, kills, every, a_second):
        self.sandbox, self.url, self.kills, self.every, self.a_second = sandbox, url, kills, every, a_second
        self.takeovers, self.begun = [], []

    def run(self):
        with contextlib.ExitStack() as stack:
            staging = stack.enter_context(Mosquitto(self.sandbox, "staging", tap=True))
            self.tap = stack.enter_context(Tap(staging, "+/expresslink_config"))
            count = math.ceil(self.kills * self.every * self.a_second)
            modules = self.sandbox.modules(count=count, prefix=os.urandom(4).hex())
            eventually(lambda: modules.status()["subscribed"] == count, lambda: f"subscribed: {modules.status()}",
                       LONG_DEADLINE)
            self.portals = [stack.enter_context(Portal(self.sandbox, store={"url": self.url})) for _ in range(PORTALS)]
            clients = Clients(self.portals, modules.things(count), self.a_second)
            stack.callback(clients.end)
            for _ in range(self.kills):
                self._kill(time.monotonic() + self.every)
            eventually(lambda: len(clients.tokens) + len(clients.problems) == count,
                       lambda: f"all registered: {len(clients.tokens)}, {clients.problems[:3]}")
            self._wait_until_arrived(count)
            self._judge(clients)
        return self

    def _kill(self, until):
        led = eventually(lambda: leader(self.url), "one leads")
        victim = next(portal for portal in self.portals if portal.process.pid == led[0])
        others = [portal for portal in self.portals if portal is not victim]
        before = {portal: self._terms(portal) for portal in others}
        victim.kill()
        killed = time.time()
        eventually(lambda: any(self._terms(portal) > before[portal] for portal in others), "another one leads")
        began = time.time()
        self.begun.append(began)
        first = eventually(lambda: next((at for at, *_ in list(self.tap.heard) if at > began), None), "it publishes")
        self.takeovers.append(first - killed)
        victim.start()
        eventually(lambda: time.monotonic() > until, "the next kill", self.every + patient(60))

    @staticmethod
    def _terms(portal):
        return sum(LEADS in line for line in list(portal.lines))

    def _wait_until_arrived(self, count):
        arrived = f"SELECT count(*) FROM claims WHERE state = 'onboarded' HAVING count(*) >= {count}"
        with contextlib.suppress(AssertionError):  # what is lost is counted
            eventually(lambda: postgresql.query(self.url, arrived), "all arrive", patient(120))

    def _judge(self, clients):
        rows = postgresql.query(self.url, "SELECT c.thing_name, c.state, c.ended_at, d.attempts FROM claims c"
                                          " JOIN deliveries d ON d.claim_id = c.id")
        arrived = {thing: ended_at / 1000 for thing, state, ended_at, _ in rows if state == "onboarded"}
        heard = [(at, topic.split("/")[0]) for at, topic, _ in list(self.tap.heard)]
        self.problems, self.cut_off, self.things = clients.problems, clients.cut_off, len(clients.tokens)
        self.lost = sorted(set(clients.tokens) - set(arrived))
        self.late = [(at, thing) for at, thing in heard if thing in arrived and self._is_late(at, arrived[thing])]
        self.publishes = len(heard)
        self.unrecorded = len(heard) - sum(attempts for *_, attempts in rows)

    def _is_late(self, published, arrived):
        """Long after the arrival was recorded, or by a leader that began after it."""
        term = max((begun for begun in self.begun if begun < published), default=0)
        return published > arrived + CROSSING_SECONDS or arrived < term <= published
