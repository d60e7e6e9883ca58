# SPDX-License-Identifier: Apache-2.0
"""(i) Registrations that PostgreSQL has on disk when they are answered, against pgbench with the same statements, a
transaction each. One server for both, with fsync; an empty database each time."""
import os
import re
import secrets
import subprocess
from pathlib import Path

from machinery import TOOLS, QuietPortal, number
from rounds import Row, ratios, take_turns
from sandbox import ROOT

CLIENTS = 64
HERE = Path(__file__).resolve().parent
WRAPPER = ROOT / "tests" / "with_postgresql"
MIGRATIONS = sorted((ROOT / "server" / "store" / "migrations" / "postgresql").glob("*.sql"))


class Server:
    """`with Server() as server:` - its url."""

    def __enter__(self):
        environment = {**os.environ, "POSTGRESQL_FLAGS": "-c fsync=on -c shared_buffers=256MB -c max_connections=100"}
        self.process = subprocess.Popen(
            [WRAPPER, "sh", "-c", 'echo "$EXPRESSLINK_TEST_POSTGRESQL"; echo "$EXPRESSLINK_TEST_POSTGRESQL_BIN"; cat'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        self.url, self.bin = (self.process.stdout.readline().strip() for _ in range(2))
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()

    def run(self, program, *arguments):
        done = subprocess.run([f"{self.bin}/{program}", *map(str, arguments), self.url], capture_output=True, text=True)
        if done.returncode:
            raise AssertionError(done.stderr)
        return done.stdout

    def empty(self):
        self.run("psql", "--quiet", "-c", "SET client_min_messages = error; DROP SCHEMA public CASCADE; CREATE SCHEMA public")


def of_portal(sandbox, server, count):
    server.empty()
    with QuietPortal(sandbox, log={"requests": "no"}, store={"url": server.url}) as portal:
        return number(TOOLS / "register_load", portal.address[0], portal.port, CLIENTS, count, secrets.token_hex(8))


def of_pgbench(server, seconds):
    server.empty()
    for migration in MIGRATIONS:
        server.run("psql", "--quiet", "-f", migration)
    told = server.run("pgbench", "--no-vacuum", "--client", CLIENTS, "--jobs", 2, "--time", seconds, "--protocol", "prepared",
                      "--file", HERE / "postgresql_registration.sql")
    return float(re.search(r"^tps = ([0-9.]+)", told, re.M)[1])


def measure(sandbox, rounds, count, seconds):
    with Server() as server:
        given = take_turns(rounds, portal=lambda: of_portal(sandbox, server, count), pgbench=lambda: of_pgbench(server, seconds))
    yield Row(f"i  PostgreSQL registrations: portal, {CLIENTS} clients", given["portal"], "/s")
    yield Row(f"i  PostgreSQL registrations: pgbench, {CLIENTS} clients", given["pgbench"], "/s")
    yield Row("i  PostgreSQL registrations: portal / pgbench", ratios(given["portal"], given["pgbench"]), "x", 3.0)
