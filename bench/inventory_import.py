# SPDX-License-Identifier: Apache-2.0
"""(w) How many devices a second `expresslink-portal inventory import` adds, against the `sqlite3` shell's own `.import` and psql's
`COPY` of the same file into a table with the same indexes; and how long registrations take while a portal imports."""
import http.client
import json
import secrets
import statistics
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import machinery
import reading
from postgresql_registrations import Server
from rounds import Row, ratios, take_turns

PROGRAM = machinery.BUILD / "server" / "expresslink-portal"
TABLE = "CREATE TABLE {name} (thing_name TEXT NOT NULL PRIMARY KEY, serial TEXT, gtin TEXT, batch TEXT){more};" \
        " CREATE INDEX {name}_serial ON {name} (serial, gtin) WHERE serial IS NOT NULL;"


def write_list(path, count):
    with open(path, "w") as file:
        file.write("thing_name,serial,gtin,batch\n")
        for number in range(count):
            file.write(f"{secrets.token_hex(16)},SN{number:09},09506000134352,B{number // 1000:05}\n")
    return path


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if done.returncode:
        raise SystemExit(f"bench: {command}: {done.stdout[-1000:]}{done.stderr[-1000:]}")
    return done.stdout


def imported(folder, url, path):
    """The configuration of an empty store, and the seconds that our import takes."""
    ini = folder / "portal.ini"
    ini.write_text(f"[store]\nurl = {url}\n[log]\nlevel = warn\n")
    run(PROGRAM, "migrate", "--config", ini)
    begin = time.monotonic()
    report = json.loads(run(PROGRAM, "inventory", "import", path, "--json", "--config", ini))
    assert not report["refused"]
    return ini, time.monotonic() - begin


def into_sqlite(folder, path, count):
    for file in folder.glob("portal.db*"):
        file.unlink()
    return count / imported(folder, f"sqlite:{folder}/portal.db", path)[1]


def by_the_shell(folder, path, count):
    database = folder / "shell.db"
    database.unlink(missing_ok=True)
    run("sqlite3", database, TABLE.format(name="inventory", more=" STRICT, WITHOUT ROWID"))
    begin = time.monotonic()
    run("sqlite3", database, ".mode csv", f".import --skip 1 {path} inventory")
    return count / (time.monotonic() - begin)


def into_postgresql(server, folder, path, count):
    server.empty()
    return count / imported(folder, server.url, path)[1]


def by_copy(server, path, count):
    server.empty()
    server.run("psql", "--quiet", "-c", TABLE.format(name="copied", more=""))
    begin = time.monotonic()
    server.run("psql", "--quiet", "-c", f"\\copy copied FROM '{path}' CSV HEADER")
    return count / (time.monotonic() - begin)


def registration_times(portal, until):
    """Milliseconds of one registration after the other."""
    times = []
    connection = http.client.HTTPConnection(*portal.address, timeout=60)
    while not until.is_set():
        body = json.dumps({"identifier": secrets.token_hex(16)})
        begin = time.monotonic()
        connection.request("POST", "/api/v1/registrations", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 202, answer.status
        times.append(1000 * (time.monotonic() - begin))
        time.sleep(0.005)
    connection.close()
    return times


def beside_an_import(portal, work):
    """The times while work() runs."""
    until, times = threading.Event(), []
    registering = threading.Thread(target=lambda: times.extend(registration_times(portal, until)))
    registering.start()
    try:
        work()
    finally:
        until.set()
        registering.join()
    return times


def slowest_of_100(times):
    return statistics.quantiles(times, n=100)[98]


def through_a_portal(sandbox, folder, path):
    """(alone, beside): of registrations, the time that 99 of 100 take at most, and devices a second through the portal."""
    with machinery.QuietPortal(sandbox, log={"requests": "no"}, store={"url": f"sqlite:{folder}/running.db"},
                               http={"registrations_per_minute": "0"}) as portal:
        ini = folder / "running.ini"
        ini.write_text(f"[store]\nurl = sqlite:{folder}/running.db\n[http]\nadmin_listen = {portal.admin[0]}:{portal.admin[1]}\n")
        alone = beside_an_import(portal, lambda: time.sleep(5))
        begin = time.monotonic()
        beside = beside_an_import(portal, lambda: run(PROGRAM, "inventory", "import", path, "--config", ini))
        return slowest_of_100(alone), slowest_of_100(beside), time.monotonic() - begin


def measure(sandbox, rounds, count):
    with tempfile.TemporaryDirectory() as name, Server() as server:
        folder = Path(name)
        path = write_list(folder / "list.csv", count)
        given = take_turns(rounds,
                           ours=lambda: into_sqlite(folder, path, count), shell=lambda: by_the_shell(folder, path, count),
                           postgresql=lambda: into_postgresql(server, folder, path, count), copy=lambda: by_copy(server, path, count))
        yield Row(f"w  import of {count:,} devices, SQLite", given["ours"], "/s")
        yield Row("w  over the sqlite3 shell's .import", ratios(given["ours"], given["shell"]), "x", 0.5)
        yield Row(f"w  import of {count:,} devices, PostgreSQL", given["postgresql"], "/s")
        yield Row("w  over COPY", ratios(given["postgresql"], given["copy"]), "x", 0.5)
        for file in folder.glob("portal.db*"):
            file.unlink()
        ini, _ = imported(folder, f"sqlite:{folder}/portal.db", write_list(folder / "one.csv", 1))
        yield Row("w  memory of the import at its peak, SQLite",
                  [reading.run_alone(PROGRAM, "inventory", "import", path, "--config", ini).memory], "MiB", 128, below=True)
        few = write_list(folder / "few.csv", min(count, 100000))
        alone, beside, seconds = through_a_portal(sandbox, folder, few)
        yield Row("w  a registration (99 of 100), no import", [alone], "ms")
        yield Row("w  a registration (99 of 100), while the portal imports", [beside], "ms", 250, below=True)
        yield Row("w  import through a portal", [min(count, 100000) / seconds], "/s")
