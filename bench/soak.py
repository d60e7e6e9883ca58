# SPDX-License-Identifier: Apache-2.0
"""(m) Registrations that come and go in waves, under one portal and on both engines: with a short retention a wave finds room where
the last one was, and the store stops growing."""
import os
import secrets
import time

import postgresql
from machinery import TOOLS, QuietPortal, number
from patience import LONG_DEADLINE
from portal import stored
from postgresql_registrations import Server
from rounds import Row
from sandbox import eventually

CLIENTS = 16
WAVES = 20  # the size is looked at after each
STEADY = 5  # waves, after which it is steady
LEAST = 2  # MiB: below, a page more or less is much
TABLES = ("claims", "deliveries", "registrations")
SHORT = {"claim": {"window": "1s"}, "retention": {"ended_claims": "1s", "contacts": "1s", "idempotency_keys": "1s"},
         "http": {"open_claims_per_network": "0"}, "log": {"requests": "no"}}
MEBIBYTE = 1 << 20


def size(url):
    """MiB: the file with SQLite, which has what is free inside of it too; tables and indexes with PostgreSQL, after a VACUUM, which
    autovacuum makes within minutes."""
    if url.startswith("sqlite:"):
        return os.path.getsize(url.partition(":")[2]) / MEBIBYTE
    postgresql.execute(url, "VACUUM")
    return sum(stored(url, f"SELECT pg_total_relation_size('{table}')")[0][0] for table in TABLES) / MEBIBYTE


def rows(url):
    return sum(stored(url, f"SELECT count(*) FROM {table}")[0][0] for table in TABLES)


def measure_engine(sandbox, label, url, count):
    sizes, rates = [], []
    with QuietPortal(sandbox, store={"url": url}, **SHORT) as portal:
        for _ in range(WAVES):
            begin = time.monotonic()
            number(TOOLS / "register_load", portal.address[0], portal.port, CLIENTS, count // WAVES, secrets.token_hex(8))
            eventually(lambda: rows(url) == 0, lambda: f"{rows(url)} rows are left", LONG_DEADLINE)
            rates.append(count // WAVES / (time.monotonic() - begin))
            sizes.append(size(url))
    yield Row(f"m  {label}, {count / 1e6:g}M registered, expired, removed", rates, "/s")
    yield Row(f"m  {label}: size of the store", sizes[STEADY:], "MiB")
    yield Row(f"m  {label}: size at the end / after a quarter", [max(sizes[-STEADY:]) / max(LEAST, *sizes[:STEADY])], "x", 1.25, below=True)


def measure(sandbox, count):
    yield from measure_engine(sandbox, "SQLite", f"sqlite:{sandbox.state}/soak.db", count)
    with Server() as server:
        url = postgresql.new_database(server.url)
        yield from measure_engine(sandbox, "PostgreSQL", url, count)
