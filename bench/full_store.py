# SPDX-License-Identifier: Apache-2.0
"""(j) A store with millions of ended claims, and one thing that has 300,000 of them: start, registrations, status pages and
/metrics, on both engines; and what is read while the one writer of SQLite waits for somebody else's lock."""
import http.client
import json
import sqlite3
import subprocess
import threading
import time

from machinery import QuietPortal
from postgresql_registrations import MIGRATIONS as POSTGRESQL_MIGRATIONS
from postgresql_registrations import Server
from registrations import MIGRATIONS as SQLITE_MIGRATIONS
from rounds import Row

ASKED = 1000
CROWDED = "c0" * 16
CROWD = 300000
LOCKED_SECONDS = 4
ENDED = 1700000000000

# $N: how many; $SERIES: a table of numbers n from 1 on.
ROWS = f"""
INSERT INTO claims (thing_name, endpoint, state, accepted_at, published_at, provisioned_at, connected_at, ended_at, expires_at,
                    attempts, onboarded_before)
SELECT CASE WHEN n <= {CROWD} THEN '{CROWDED}' ELSE $HEX END, 'sandbox', CASE WHEN n % 10 = 0 THEN 'expired' ELSE 'onboarded' END,
       {ENDED} + n, {ENDED} + n + 5, {ENDED} + n + 10, {ENDED} + n + 15, {ENDED} + n + 15, {ENDED} + n + 900000, 1, 0 FROM $SERIES;
INSERT INTO deliveries (claim_id, staging, thing_name, endpoint, due_at, attempts)
SELECT id, 'sandbox', thing_name, endpoint, NULL, 1 FROM claims ORDER BY id;
INSERT INTO registrations (token, claim_id, accepted_at, request_digest)
SELECT $TOKEN, id, accepted_at, NULL FROM claims ORDER BY id;
"""


def fill_sqlite(path, count):
    database = sqlite3.connect(path)
    for migration in SQLITE_MIGRATIONS[:1]:
        database.executescript(migration.read_text())
    series = f"(WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}) SELECT n FROM s)"
    rows = ROWS.replace("$HEX", "printf('%032x', n)").replace("$SERIES", series).replace("$TOKEN", "printf('%032x', id)")
    database.executescript(f"PRAGMA synchronous = OFF; PRAGMA user_version = 1; BEGIN; {rows} COMMIT;")
    database.close()


def fill_postgresql(server, count):
    server.empty()
    for migration in POSTGRESQL_MIGRATIONS[:1]:
        server.run("psql", "--quiet", "-f", migration)
    series = f"generate_series(1, {count}) AS s (n)"
    rows = ROWS.replace("$HEX", "lpad(to_hex(n), 32, '0')").replace("$SERIES", series)
    rows = rows.replace("$TOKEN", "lpad(to_hex(id), 32, '0')")
    server.run("psql", "--quiet", "-c", "CREATE TABLE schema_migrations (version BIGINT PRIMARY KEY, oldest_program BIGINT NOT NULL,"
               " name TEXT NOT NULL, applied_at BIGINT NOT NULL); INSERT INTO schema_migrations VALUES (1, 1, 'claims', 0)")
    server.run("psql", "--quiet", "-c", rows)
    server.run("psql", "--quiet", "-c", "VACUUM ANALYZE")


class Client:
    """One kept connection; times of each request in ms."""

    def __init__(self, address):
        self.connection = http.client.HTTPConnection(*address, timeout=60)

    def ask(self, method, path, body=None, status=200):
        begin = time.monotonic()
        self.connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = self.connection.getresponse()
        text = answer.read()
        took = (time.monotonic() - begin) * 1000
        if answer.status != status:
            raise AssertionError(f"{method} {path}: {answer.status} {text[:300]}")
        return took


def p99(times):
    return sorted(times)[len(times) * 99 // 100]


def measure_portal(label, portal, count, start_ms):
    client, admin = Client(portal.address), Client(portal.admin)
    fresh = [json.dumps({"identifier": f"{n:032x}"}) for n in range(count + 10, count + 10 + ASKED)]
    again = json.dumps({"identifier": CROWDED})
    yield Row(f"j  {label}: from exec to listening", [start_ms], "ms", 1000, below=True)
    yield Row(f"j  {label}: registration, p99", [p99([client.ask("POST", "/api/v1/registrations", body, 202)
                                                             for body in fresh])], "ms", 20, below=True)
    yield Row(f"j  {label}: the crowded thing, p99",
              [p99([client.ask("POST", "/api/v1/registrations", again, 202) for _ in range(ASKED)])], "ms", 20, below=True)
    yield Row(f"j  {label}: status page, p99",
              [p99([client.ask("GET", f"/registrations/{n * 97 % count + 1:032x}") for n in range(ASKED)])], "ms", 10, below=True)
    yield Row(f"j  {label}: /metrics, p99", [p99([admin.ask("GET", "/metrics") for _ in range(200)])], "ms", 20, below=True)


def measure_locked(path, portal):
    """Somebody else's shell holds the lock; a registration waits, and nobody else does."""
    shell = sqlite3.connect(path, isolation_level=None)
    shell.execute("BEGIN IMMEDIATE")
    waiting = threading.Thread(target=lambda: Client(portal.address).ask(
        "POST", "/api/v1/registrations", json.dumps({"identifier": "f0" * 16}), status=503))
    waiting.start()
    client, times, end = Client(portal.address), [], time.monotonic() + LOCKED_SECONDS
    while time.monotonic() < end:
        times += [client.ask("GET", f"/registrations/{7:032x}"), client.ask("GET", f"/api/v1/registrations/{8:032x}")]
    shell.execute("ROLLBACK")
    shell.close()
    waiting.join()
    yield Row(f"j  SQLite, writer locked {LOCKED_SECONDS} s: status page, p99", [p99(times)], "ms", 50, below=True)


def started(sandbox, url):
    """A second start: the first one brings the schema up to date, which is done once."""
    with QuietPortal(sandbox, log={"requests": "no"}, store={"url": url}, retention={"ended_claims": "0"}):
        pass
    begin = time.monotonic()
    portal = QuietPortal(sandbox, log={"requests": "no"}, store={"url": url}, retention={"ended_claims": "0"})
    return portal, (time.monotonic() - begin) * 1000


def measure(sandbox, count):
    path = sandbox.state / "full.db"
    fill_sqlite(path, count)
    portal, start_ms = started(sandbox, f"sqlite:{path}")
    with portal:
        yield from measure_portal(f"SQLite, {count / 1e6:g}M ended", portal, count, start_ms)
        yield from measure_locked(path, portal)
    for file in sandbox.state.glob("full.db*"):
        file.unlink()
    with Server() as server:
        fill_postgresql(server, count)
        portal, start_ms = started(sandbox, server.url)
        with portal:
            yield from measure_portal(f"PostgreSQL, {count / 1e6:g}M ended", portal, count, start_ms)
