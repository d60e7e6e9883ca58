# SPDX-License-Identifier: Apache-2.0
"""(q) A new claim behind a crowd: 20,000 claims are open and their devices are off, so each of them is to be repeated, at 100
messages a second. How long until a new claim's first message, and until a device that is on has arrived."""
import sqlite3
import statistics
import threading
import time

from machinery import QuietPortal
from publishes import fill
from rounds import Row
from sandbox import eventually, random_thing

OPEN = 20000
NEW, EVERY_S = 100, 0.2
SETTINGS = {"log": {"requests": "no"}, "claim": {"window": "7d"}, "staging__sandbox": {"rate": "100"},
            "http": {"trusted_proxies": "127.0.0.1", "registrations_per_minute": "0"}}


def publish_all_once(database):
    """As after a first message for each of them; from 2,000 networks."""
    with sqlite3.connect(database) as write:
        write.execute("UPDATE deliveries SET attempts = 1, published_at = accepted_at,"
                      " network = (1 << 56) + 655360 + claim_id % 2000")
        write.execute("UPDATE claims SET state = 'published', attempts = 1, published_at = accepted_at")
        write.execute("UPDATE claim_counts SET published = queued, queued = 0")


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


class Asking(threading.Thread):
    """Registers a device and waits until it is published and onboarded."""

    def __init__(self, portal, number, thing):
        super().__init__()
        self.portal, self.number, self.thing = portal, number, thing
        self.first = self.arrived = None

    def run(self):
        began = time.monotonic()
        answer = self.portal.post_json("/api/v1/registrations", {"identifier": self.thing},
                                       **{"X-Forwarded-For": f"10.77.{self.number}.1"})
        token = answer.json["token"]
        while self.arrived is None:
            claim = self.portal.show(token)
            now = time.monotonic() - began
            if self.first is None and claim["attempts"]:
                self.first = now
            if claim["state"] == "onboarded":
                self.arrived = now
            time.sleep(0.02)
        self.first = self.first or self.arrived


def measure(sandbox, _rounds):
    kept = fill(sandbox, OPEN)
    publish_all_once(kept)
    things = [random_thing() for _ in range(NEW)]
    modules = sandbox.modules(*things)
    eventually(lambda: modules.status()["subscribed"] == NEW, lambda: f"subscribed: {modules.status()}")
    with QuietPortal(sandbox, store={"url": f"sqlite:{kept}"}, **SETTINGS) as portal:
        portal.connected()
        eventually(lambda: portal.metrics()['expresslink_portal_pubacks_total{staging="sandbox"}'] > 200, "repeats")
        asking = [Asking(portal, number, thing) for number, thing in enumerate(things)]
        before, began = portal.metrics()['expresslink_portal_pubacks_total{staging="sandbox"}'], time.monotonic()
        for each in asking:
            each.start()
            time.sleep(EVERY_S)
        for each in asking:
            each.join()
        sent = portal.metrics()['expresslink_portal_pubacks_total{staging="sandbox"}'] - before
        rate = sent / (time.monotonic() - began)
    first, arrived = [each.first for each in asking], [each.arrived for each in asking]
    yield Row(f"q  first message of {NEW} new claims behind {OPEN}, median", [statistics.median(first)], "s")
    yield Row("q  the same, 99 %", [percentile(first, 0.99)], "s", 1, below=True)
    yield Row("q  arrival of their devices, which are on, 99 %", [percentile(arrived, 0.99)], "s", 5, below=True)
    yield Row("q  messages a second meanwhile", [rate], "/s", 90)
