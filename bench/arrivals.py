# SPDX-License-Identifier: Apache-2.0
"""(k) A crowd arrives: the OEM account's events for claims that wait, at a rate far above AWS's limit, until all are recorded.
Meanwhile new claims are published. And events that concern no claim."""
import re
import secrets
import shutil
import sqlite3
import threading
import time

from brokers import Mosquitto, Tap
from machinery import TOOLS, QuietPortal, number
from publishes import SETTINGS, fill
from rounds import Row

CROWD, RATE = 5000, 2500
MEANWHILE = 300  # claims that are registered and published
STRANGERS, STRANGER_RATE = 20000, 5000
ONBOARDED = 'expresslink_portal_claims{state="onboarded"}'
PUBLISHED = 'expresslink_portal_claims{state="published"}'
EVENTS = 'expresslink_portal_events_total{endpoint="sandbox"}'
BUCKET = re.compile(r'puback_seconds_bucket{staging="sandbox",le="([^"]+)"}$')


def say(tap, things, rate):
    """Connects them, evenly. Returns when the last one was sent."""
    began = time.monotonic()
    for i, thing in enumerate(things):
        ahead = began + i / rate - time.monotonic()
        if ahead > 0.002:
            time.sleep(ahead)
        tap.say(f"$aws/events/presence/connected/{thing}",
                {"clientId": thing, "timestamp": int(time.time() * 1000), "eventType": "connected", "versionNumber": 1})
    return began


def wait_for(portal, name, count):
    while portal.metrics()[name] < count:
        time.sleep(0.02)
    return time.monotonic()


def buckets(portal):
    return {match[1]: value for name, value in portal.metrics().items() if (match := BUCKET.search(name))}


def share_within(before, after, bound):
    gained = {bound: after[bound] - before[bound] for bound in after}
    return gained[bound] / gained["+Inf"]


def crowd(sandbox, tap, kept):
    database = sandbox.state / "arrivals.db"
    for file in sandbox.state.glob("arrivals.db*"):
        file.unlink()
    shutil.copyfile(kept, database)
    with QuietPortal(sandbox, store={"url": f"sqlite:{database}"}, **SETTINGS) as portal:
        portal.connected()
        wait_for(portal, PUBLISHED, CROWD)
        with sqlite3.connect(database) as read:
            things = [thing for thing, in read.execute("SELECT thing_name FROM claims")]
        before = buckets(portal)
        others = threading.Thread(target=number, args=(TOOLS / "register_load", portal.address[0], portal.port, 4, MEANWHILE,
                                                       secrets.token_hex(8)))
        others.start()
        began = say(tap, things, RATE)
        ended = wait_for(portal, ONBOARDED, CROWD)
        others.join()
        wait_for(portal, PUBLISHED, MEANWHILE)
        within = share_within(before, buckets(portal), "0.05")
        events, jobs = portal.metrics()[EVENTS], portal.metrics()["expresslink_portal_store_commits_total"]
        strangers_began = say(tap, [secrets.token_hex(16) for _ in range(STRANGERS)], STRANGER_RATE)
        strangers_ended = wait_for(portal, EVENTS, events + STRANGERS)
        commits = portal.metrics()["expresslink_portal_store_commits_total"] - jobs
    return CROWD / (ended - began), 100 * within, STRANGERS / (strangers_ended - strangers_began), commits


def measure(sandbox, rounds):
    kept = fill(sandbox, CROWD)
    with Mosquitto(sandbox, "oem", tap=True) as oem, Tap(oem, "nothing/of/it") as tap:
        given = [crowd(sandbox, tap, kept) for _ in range(rounds)]
    rate, within, strangers, commits = zip(*given)
    yield Row(f"k  arrivals recorded, {CROWD} at {RATE} a second", list(rate), "/s", 2000)
    yield Row("k  PUBACKs meanwhile within 50 ms", list(within), "%", 99)
    yield Row(f"k  events of no claim taken, at {STRANGER_RATE} a second", list(strangers), "/s")
    yield Row("k  commits meanwhile", list(commits), "", 1, below=True)
