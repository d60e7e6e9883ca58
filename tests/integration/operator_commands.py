# SPDX-License-Identifier: Apache-2.0
"""expresslink-portal's commands for operators, and those of docs/store.md, as a test calls them."""
import re
import subprocess
import time
from contextlib import closing

import sqlite3

from portal import PROGRAM
from sandbox import DEADLINE, ROOT

VERSION_1 = ROOT / "server" / "store" / "migrations" / "sqlite" / "0001_claims.sql"
PAGE = ROOT / "docs" / "store.md"
OK, CHECK, USAGE, CANNOT = 0, 1, 64, 69


def command(portal, *arguments, admin=None, **options):
    """Runs one with the portal's configuration; admin: where a portal that runs listens (host, port)."""
    environment = dict(portal.environment)
    if admin:
        environment["PORTAL_HTTP_ADMIN_LISTEN"] = f"{admin[0]}:{admin[1]}"
    return subprocess.run([PROGRAM, *map(str, arguments), "--config", portal.ini], env=environment, timeout=DEADLINE,
                          capture_output=True, text=True, **options)


def page_commands(name):
    """The block of the page after <!-- test: NAME -->."""
    return re.search(rf"^<!-- test: {name} -->\n```sh\n(.*?)^```$", PAGE.read_text(), re.M | re.S)[1]


def rows(database, sql, *values):
    """What a database file that nobody uses says."""
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql, values).fetchall()


def fill(database, count):
    """Ended claims with registrations, straight into the file of a portal that does not run."""
    now = int(time.time() * 1000)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executemany(
            "INSERT INTO claims (thing_name, endpoint, state, accepted_at, ended_at, expires_at) VALUES (?, 'sandbox', 'expired',"
            " ?, ?, ?)", ((f"{number:032x}", now, now, now) for number in range(count)))
        connection.execute(
            "INSERT INTO registrations (token, claim_id, accepted_at, contact_name, contact_email) SELECT lower(hex(randomblob(16))),"
            " id, accepted_at, 'Somebody', 'somebody' || id || '@example.com' FROM claims WHERE state = 'expired'")


def version_1(database):
    """A database as version 1 left it, with one registration of an expired claim. Its token."""
    now = int(time.time() * 1000)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executescript(VERSION_1.read_text())
        connection.execute("INSERT INTO claims VALUES (1, 'b', 'sandbox', 'expired', ?, NULL, NULL, NULL, ?, ?, 0, 0)",
                           (now, now, now))
        connection.execute("INSERT INTO registrations (token, claim_id, accepted_at) VALUES (?, 1, ?)", ("a" * 32, now))
        connection.execute("PRAGMA user_version = 1")
    return "a" * 32
