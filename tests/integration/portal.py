# SPDX-License-Identifier: Apache-2.0
"""A portal of one's own for a test: on free ports, with a configuration of the test's, and an HTTP client that can also
say things no sane client says."""
import configparser
import contextlib
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import unittest
from pathlib import Path
from urllib.parse import urlencode

import postgresql
from patience import DEADLINE
from sandbox import BUILD, ROOT, Sandbox, eventually, random_thing

PROGRAM = BUILD / "server" / "expresslink-portal"
CLAIM = BUILD / "command" / "expresslink-claim"


def store_url(sandbox, name="portal"):
    """An empty store the first time, the same one later: a file in the sandbox's state folder, or under
    tests/with_postgresql a database in its server."""
    server = os.environ.get("EXPRESSLINK_TEST_POSTGRESQL")
    if not server:
        return f"sqlite:{sandbox.state}/{name}.db"
    databases = sandbox.__dict__.setdefault("databases", {})
    if name not in databases:
        databases[name] = postgresql.new_database(server)
    return databases[name]


def stored(url, sql, *values):
    """The rows of a SELECT in that store, with values in the place of question marks."""
    if url.startswith("postgresql:"):
        for value in values:
            sql = sql.replace("?", postgresql.quoted(value), 1)
        return postgresql.query(url, sql)
    with contextlib.closing(sqlite3.connect(f"file:{url.partition(':')[2]}?mode=ro", uri=True)) as database:
        return database.execute(sql, values).fetchall()


def without_row(url, table, name, value):
    """Removes rows from that store, past the portal."""
    if url.startswith("postgresql:"):
        postgresql.execute(url, f"DELETE FROM {table} WHERE {name} = {postgresql.quoted(value)}")
        return
    with contextlib.closing(sqlite3.connect(url.partition(":")[2], timeout=DEADLINE, isolation_level=None)) as database:
        database.execute(f"DELETE FROM {table} WHERE {name} = ?", [value])


def store_row(url, table, **values):
    """Puts a row into that store, past the portal."""
    names = ", ".join(values)
    if url.startswith("postgresql:"):
        postgresql.execute(url, f"INSERT INTO {table} ({names}) VALUES ({', '.join(map(postgresql.quoted, values.values()))})")
        return
    with contextlib.closing(sqlite3.connect(url.partition(":")[2], timeout=DEADLINE, isolation_level=None)) as database:
        database.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})", list(values.values()))


def store_change(url, sql, *values):
    """Runs a statement that changes that store, past the portal, with values in the place of question marks."""
    if url.startswith("postgresql:"):
        for value in values:
            sql = sql.replace("?", postgresql.quoted(value), 1)
        postgresql.execute(url, sql)
        return
    with contextlib.closing(sqlite3.connect(url.partition(":")[2], timeout=DEADLINE, isolation_level=None)) as database:
        database.execute(sql, values)


@contextlib.contextmanager
def refused(url, table, condition):
    """The store fails every UPDATE of the table that makes such a row."""
    if url.startswith("postgresql:"):
        postgresql.execute(url, "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
                                " $$ BEGIN RAISE EXCEPTION 'refused'; END $$",
                           f"CREATE TRIGGER refuse BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({condition})"
                           " EXECUTE FUNCTION refuse()")
        yield
        postgresql.execute(url, f"DROP TRIGGER refuse ON {table}", "DROP FUNCTION refuse")
        return
    with contextlib.closing(sqlite3.connect(url.partition(":")[2], timeout=DEADLINE, isolation_level=None)) as database:
        database.execute(f"CREATE TRIGGER refuse BEFORE UPDATE ON {table} WHEN {condition}"
                         " BEGIN SELECT RAISE(ABORT, 'refused'); END")
        yield
        database.execute("DROP TRIGGER refuse")


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {dict(self.headers)} {self.body[:300]}>"


class Portal:
    """`with Portal(sandbox, http={"idle_timeout": "2s"}) as portal:` - sections and keys change what portal.ini says. Its
    store stays when it is stopped, so that another portal of this sandbox can go on with it."""

    def __init__(self, sandbox, start=True, environment=None, wrapper=(), program=PROGRAM, **sections):
        self.sandbox, self.lines, self.process = sandbox, [], None
        self.environment, self.command = dict(environment or {}), [*wrapper, program]
        self.ini = sandbox.state / f"portal-{id(self):x}.ini"
        self.write_ini(**sections)
        if start:
            self.start()

    def write_ini(self, **sections):
        """Section names with a dot are given with two underscores: staging__sandbox. A key of None is left out, a section
        of None too."""
        ini = configparser.RawConfigParser(interpolation=None)
        ini.read(self.sandbox.portal_ini)
        if ini.get("store", "url") == f"sqlite:{self.sandbox.state}/portal.db":
            ini.set("store", "url", store_url(self.sandbox))
        standard = {"http": {"listen": "127.0.0.1:0", "admin_listen": "127.0.0.1:0", "registrations_per_minute": "0"},
                    "pages": {"templates": ROOT / "templates", "static": ROOT / "static"}}
        for changes in (standard, {name.replace("__", "."): keys for name, keys in sections.items()}):
            for name, keys in changes.items():
                self._change(ini, name, keys)
        with open(self.ini, "w") as out:
            ini.write(out)

    @staticmethod
    def _change(ini, name, keys):
        if keys is None:
            ini.remove_section(name)
            return
        if not ini.has_section(name):
            ini.add_section(name)
        for key, value in keys.items():
            ini.remove_option(name, key)
            if value is not None:
                ini.set(name, key, str(value))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    # -- the process

    def start(self, wait=True):
        """Starts it; wait: until it listens."""
        self.lines = []
        self.process = subprocess.Popen([*self.command, "--config", self.ini], stderr=subprocess.PIPE,
                                        text=True, env={**os.environ, **self.environment})
        self.reader = threading.Thread(target=self._read, args=(self.process, self.lines), daemon=True)
        self.reader.start()
        if wait:
            self.wait_until_listening()

    def wait_until_listening(self):
        self.address = self._listening("portal.listening")
        self.admin = self._listening("portal.admin_listening")

    @staticmethod
    def _read(process, lines):
        for line in process.stderr:
            lines.append(line.rstrip("\n"))

    def _listening(self, event):
        def find():
            if self.process.poll() is not None:
                raise AssertionError("the portal has ended: " + "\n".join(self.lines))
            for line in list(self.lines):
                found = re.search(re.escape(event) + r'"?[ ,]"?address"?[=:]"?([0-9.]+):(\d+)', line)
                if found:
                    return found[1], int(found[2])
            return None
        return eventually(find, lambda: f"{event}; log: {self.lines}")

    def log_has(self, text, seconds=DEADLINE):
        """Waits for a log line with the text, and returns it."""
        return eventually(lambda: next((line for line in list(self.lines) if text in line), None),
                          lambda: f"{text} in the log: {self.lines[-20:]}", seconds)

    def stop(self):
        """SIGTERM; returns the exit code."""
        return self._end(signal.SIGTERM)

    def kill(self):
        """As if the machine had taken it away."""
        return self._end(signal.SIGKILL)

    def _end(self, how):
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(DEADLINE)
        self.reader.join(DEADLINE)
        self.process.stderr.close()
        self.process = None
        return code

    def ended(self):
        """Waits until it ends by itself; returns the exit code."""
        code = self.process.wait(DEADLINE)
        self.reader.join(DEADLINE)
        return code

    # -- HTTP

    def request(self, method, path, body=None, headers=None, admin=False):
        """On a connection of its own; path is sent as it is."""
        connection = http.client.HTTPConnection(*(self.admin if admin else self.address), timeout=DEADLINE)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if body is not None and "Content-Length" not in (headers or {}):
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def post_json(self, path, document, **headers):
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.request("POST", path, body, {"Content-Type": "application/json", **named})

    def post_form(self, path, headers=None, **fields):
        return self.request("POST", path, urlencode(fields).encode(),
                            {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})})

    def raw(self, data, admin=False, seconds=DEADLINE):
        """Sends bytes, then reads until the portal closes; returns what came. Half of the connection stays open."""
        with socket.create_connection(self.admin if admin else self.address, timeout=seconds) as connection:
            connection.sendall(data)
            received = b""
            while True:
                try:
                    part = connection.recv(65536)
                except ConnectionResetError:
                    return received
                if not part:
                    return received
                received += part

    # -- claims

    def claim(self, identifier, **more):
        """Registers through the API; the answer must be 202. Returns the registration."""
        answer = self.post_json("/api/v1/registrations", {"identifier": identifier, **more})
        if answer.status != 202:
            raise AssertionError(f"not accepted: {answer}")
        return answer.json

    def show(self, token):
        answer = self.get(f"/api/v1/registrations/{token}")
        if answer.status != 200:
            raise AssertionError(f"not shown: {answer}")
        return answer.json

    def wait_for_state(self, token, *states, seconds=DEADLINE):
        """Waits until the claim is in one of the states; returns the registration."""
        seen = []

        def reached():
            seen[:] = [self.show(token)]
            return seen[0]["state"] in states and seen[0]
        return eventually(reached, lambda: f"{states}; now {seen}", seconds)

    def metrics(self):
        """{'expresslink_portal_claims{state="queued"}': 0.0, ...}"""
        answer = self.request("GET", "/metrics", admin=True)
        lines = [line for line in answer.text.splitlines() if line and not line.startswith("#")]
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines}

    def metric(self, name):
        """0 while it is not there."""
        return self.metrics().get("expresslink_portal_" + name, 0.0)

    def ready(self):
        return self.request("GET", "/readyz", admin=True)

    def connected(self):
        """Waits until both accounts are."""
        eventually(lambda: set(self.ready().json["checks"].values()) <= {"ok", "connected"},
                   lambda: f"connected: {self.ready()}")
        return self


class Load:
    """Threads that register things until they are told to end: the tokens of those that were accepted, and what else was
    answered."""

    def __init__(self, portal, threads=4, thing=random_thing):
        self.portal, self.thing = portal, thing
        self.tokens, self.refused, self.problems, self.over = [], [], [], threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def _run(self):
        while not self.over.is_set():
            try:
                answer = self.portal.post_json("/api/v1/registrations", {"identifier": self.thing()})
            except (OSError, http.client.HTTPException) as problem:
                self.problems.append(problem)
                continue
            if answer.status == 202:
                self.tokens.append(answer.json["token"])
            elif answer.status == 503 and int(answer.headers["Retry-After"]) > 0:
                self.refused.append(answer)
                self.over.wait(0.02)
            else:
                self.problems.append(answer)

    def more(self, count=20):
        """Waits until that many more are accepted."""
        wanted = len(self.tokens) + count
        eventually(lambda: len(self.tokens) >= wanted,
                   lambda: f"{wanted} accepted; {len(self.tokens)}, {self.refused[-1:]}, {self.problems[:3]}", 60)

    def end(self):
        self.over.set()
        for thread in self._threads:
            thread.join(DEADLINE)


class PortalCase(unittest.TestCase):
    """Tests that share one sandbox and one portal; sections() says what its configuration has beyond the usual."""

    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())
        cls.portal = cls.enterClassContext(Portal(cls.sandbox, **cls.sections()))

    @classmethod
    def sections(cls):
        return {}
