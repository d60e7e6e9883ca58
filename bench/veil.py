# SPDX-License-Identifier: Apache-2.0
"""(x) A product that asks for more than its label: registrations of devices that are unknown, in the inventory, or somebody's, and
looks at them. The times of their answers are compared by the Mann-Whitney test, the answers byte by byte."""
import http.client
import itertools
import json
import math
import re
import secrets
import sqlite3
import threading
import time
from contextlib import closing

import numpy

from machinery import QuietPortal
from rounds import Row

THREADS = 2  # more of them hide differences behind their own noise
API = "/api/v1/registrations"
OWN = re.compile(r"[0-9a-f]{32}|\d{4}-\d\d-\d\dT[0-9:.]+Z")


class Kind:
    def __init__(self, name, things):
        self.name, self.things = name, things
        self.creations, self.looks, self.answers = [], [], set()


def things(count):
    return [secrets.token_hex(16) for _ in range(count)]


def mann_whitney(one, other):
    """Two-sided, by the normal approximation with a correction for ties."""
    together = numpy.concatenate([one, other])
    _, places, counts = numpy.unique(together, return_inverse=True, return_counts=True)
    ranks = (numpy.cumsum(counts) - (counts - 1) / 2)[places]
    n, m = len(one), len(other)
    u = ranks[:n].sum() - n * (n + 1) / 2
    ties = ((counts ** 3 - counts).sum()) / ((n + m) * (n + m - 1))
    deviation = math.sqrt(n * m / 12 * (n + m + 1 - ties))
    return math.erfc(abs(u - n * m / 2) / deviation / math.sqrt(2))


def ask(connection, method, path, body=None):
    before = time.perf_counter()
    connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
    answer = connection.getresponse()
    text = answer.read().decode()
    took = time.perf_counter() - before
    return took, (answer.status, OWN.sub("", text), len(text), sorted(answer.headers.keys())), text


def work_off(portal, queue, lock):
    connection = http.client.HTTPConnection(*portal.address, timeout=60)
    with closing(connection):
        while True:
            with lock:
                kind, thing = next(queue, (None, None))
            if kind is None:
                return
            created, first, text = ask(connection, "POST", API, json.dumps({"identifier": thing}))
            shown, second, _ = ask(connection, "GET", f"{API}/{json.loads(text)['token']}")
            with lock:
                kind.creations.append(created)
                kind.looks.append(shown)
                kind.answers.add(repr((first, second)))


def run_all(portal, kinds):
    """In turns, so that whatever else the machine does meets all kinds alike."""
    queue, lock = iter([(kind, thing) for row in zip(*(kind.things for kind in kinds))
                        for kind, thing in zip(kinds, row)]), threading.Lock()
    threads = [threading.Thread(target=work_off, args=(portal, queue, lock)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def prepare(path, listed, owned):
    """As the inventory and arrivals would have made the rows, while no portal runs."""
    with closing(sqlite3.connect(path)) as database, database:
        database.executemany("INSERT INTO inventory (thing_name, changed_at) VALUES (?, 1)", [(thing,) for thing in listed + owned])
        rows = [(thing,) for thing in owned]
        database.executemany("UPDATE claims SET state = 'onboarded', provisioned_at = accepted_at + 1, connected_at = accepted_at + 2,"
                             " ended_at = accepted_at + 2 WHERE thing_name = ?", rows)
        database.executemany("UPDATE deliveries SET due_at = NULL WHERE thing_name = ?", rows)
        database.executemany("UPDATE registrations SET standing = 'owner', proofs = 3 WHERE thing_name = ?", rows)
        database.executemany("INSERT INTO devices (thing_name, owner, owned_at, arrived_at, endpoint) SELECT thing_name, token, accepted_at,"
                             " accepted_at, endpoint FROM registrations WHERE thing_name = ?", rows)
        database.executemany("INSERT INTO connections (thing_name, endpoint, is_connected, happened_at, session, version, heard_at)"
                             " SELECT thing_name, endpoint, 1, accepted_at, '', 1, accepted_at FROM registrations WHERE thing_name = ?",
                             rows)


def measure(sandbox, samples):
    path = sandbox.state / "veil.db"
    portal = QuietPortal(sandbox, store={"url": f"sqlite:{path}"}, claim={"schedule": "1h"},
                         http={"registrations_per_minute": 0, "open_claims_per_network": 0},
                         product__lock={"name": "Lock", "proof": "label, code"})
    unknown, listed, owned = (Kind(name, things(samples)) for name in ("unknown", "not registered", "owned"))
    with portal:
        run_all(portal, [Kind("before", owned.things)])
        portal.stop()
        prepare(path, listed.things, owned.things)
        portal.start()
        run_all(portal, [unknown, listed, owned])
    for what, times in (("registration", "creations"), ("look", "looks")):
        for one, other in itertools.combinations((unknown, listed, owned), 2):
            p = mann_whitney(getattr(one, times), getattr(other, times))
            yield Row(f"x {what}, {one.name} and {other.name}: p", [p], goal=0.01)
    yield Row("x different answers", [len(unknown.answers | listed.answers | owned.answers)], goal=2, below=True)
