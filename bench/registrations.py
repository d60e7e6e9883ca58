# SPDX-License-Identifier: Apache-2.0
"""(b) Registrations that are on disk when they are answered, against a program that writes the same rows with one commit
each."""
import secrets

from machinery import TOOLS, QuietPortal, number
from rounds import Row, ratios, take_turns
from sandbox import ROOT

CLIENTS = 64
MIGRATIONS = sorted((ROOT / "server" / "store" / "migrations" / "sqlite").glob("*.sql"))


def remove(folder, name):
    for file in folder.glob(f"{name}*"):
        file.unlink()


def of_portal(sandbox, count):
    """A new database each time, as for the other."""
    remove(sandbox.state, "bench-portal.db")
    with QuietPortal(sandbox, log={"requests": "no"}, store={"url": f"sqlite:{sandbox.state}/bench-portal.db"}) as portal:
        return number(TOOLS / "register_load", portal.address[0], portal.port, CLIENTS, count, secrets.token_hex(8))


def of_one_commit_each(sandbox, count):
    remove(sandbox.state, "bench-single.db")
    return number(TOOLS / "one_commit_each", sandbox.state / "bench-single.db", count, *MIGRATIONS)


def measure(sandbox, rounds, count):
    given = take_turns(rounds, portal=lambda: of_portal(sandbox, count),
                       single=lambda: of_one_commit_each(sandbox, count // 4))
    yield Row(f"b  registrations: portal, {CLIENTS} clients", given["portal"], "/s")
    yield Row("b  registrations: SQLite, one commit each", given["single"], "/s")
    yield Row("b  registrations: portal / one commit each", ratios(given["portal"], given["single"]), "x", 2.0)
