# SPDX-License-Identifier: Apache-2.0
"""(u) A disk that takes 0, 5, 10 and 20 ms longer for every commit: messages a second at a rate of 100, while 100 devices arrive a
second. A library that is loaded before the portal's makes the disk slow."""
import shutil
import sqlite3
import subprocess
import threading
import time

from brokers import Mosquitto, Tap
from killed import slow_disk
from machinery import PROGRAM, QuietPortal
from publishes import fill
from rounds import Row

OPEN, SECONDS = 3000, 15
SETTINGS = {"log": {"requests": "no"}, "claim": {"window": "7d", "schedule": "4s"}, "staging__sandbox": {"rate": "100"}}
PUBACKS = 'expresslink_portal_pubacks_total{staging="sandbox"}'
ONBOARDED = 'expresslink_portal_claims{state="onboarded"}'


class SlowPortal(QuietPortal):
    ms = 0

    def start(self, wait=True):
        self.log = self.sandbox.state / "portal.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([PROGRAM, "--config", self.ini], stderr=log, env=slow_disk(self.ms))
        self.address = self._told("portal.listening")
        self.admin = self._told("portal.admin_listening")


def arrive(tap, things, ended):
    for i, thing in enumerate(things):
        if ended.wait(0.01):
            return
        tap.say(f"$aws/events/presence/connected/{thing}",
                {"clientId": thing, "timestamp": int(time.time() * 1000), "eventType": "connected", "versionNumber": 1})


def one(sandbox, tap, kept, ms):
    database = sandbox.state / "slow.db"
    for file in sandbox.state.glob("slow.db*"):
        file.unlink()
    shutil.copyfile(kept, database)
    SlowPortal.ms = ms
    with SlowPortal(sandbox, store={"url": f"sqlite:{database}"}, **SETTINGS) as portal:
        portal.connected()
        with sqlite3.connect(database) as read:
            things = [thing for thing, in read.execute("SELECT thing_name FROM claims ORDER BY id DESC")]
        while portal.metrics()[PUBACKS] < 100:
            time.sleep(0.05)
        ended = threading.Event()
        arriving = threading.Thread(target=arrive, args=(tap, things, ended))
        before, began = portal.metrics(), time.monotonic()
        arriving.start()
        time.sleep(SECONDS)
        after, seconds = portal.metrics(), time.monotonic() - began
        ended.set()
        arriving.join()
    return (after[PUBACKS] - before[PUBACKS]) / seconds, (after[ONBOARDED] - before[ONBOARDED]) / seconds


def measure(sandbox, _rounds):
    kept = fill(sandbox, OPEN)
    with Mosquitto(sandbox, "oem", tap=True) as oem, Tap(oem, "nothing/of/it") as tap:
        for ms in (0, 5, 10, 20):
            messages, arrivals = one(sandbox, tap, kept, ms)
            yield Row(f"u  messages a second, a commit {ms} ms slower", [messages], "/s", 90)
            yield Row("u  arrivals recorded meanwhile", [arrivals], "/s")
