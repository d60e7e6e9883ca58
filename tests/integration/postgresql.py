# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL servers of a test's own, and second clients of them. They run as an ordinary user, since as root they would
refuse, and end with the test, however that ends."""
import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from brokers import free_port
from patience import DEADLINE, LONG_DEADLINE
from sandbox import eventually

NOBODY = 65534
MARK = "-- said --"


def programs():
    """The folder of the newest server's programs."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    if not versions:
        raise AssertionError("there is no PostgreSQL server here (Debian: postgresql)")
    return versions[-1]


def ordinary(*command):
    """The command as an ordinary user, which does not outlive us."""
    who = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *who, "--pdeathsig", "QUIT", *map(str, command)]


def own_folder():
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    return folder


def quoted(value):
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def query(url, sql):
    """The rows of one SELECT, as tuples."""
    wrapped = f"SELECT coalesce(json_agg(row_to_json(q)), '[]') FROM ({sql}) q"
    done = subprocess.run([programs() / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", wrapped, url], text=True,
                          capture_output=True, timeout=DEADLINE)
    if done.returncode:
        raise AssertionError(done.stderr)
    return [tuple(row.values()) for row in json.loads(done.stdout)]


def execute(url, *statements):
    commands = [part for statement in statements for part in ("-c", statement)]
    done = subprocess.run([programs() / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", *commands, url], text=True,
                          capture_output=True, timeout=DEADLINE)
    if done.returncode:
        raise AssertionError(done.stderr)
    return done.stdout


def for_database(url, name):
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def new_database(url):
    """The url of a new and empty database in the same server."""
    name = f"store_{secrets.token_hex(4)}"
    execute(url, f"CREATE DATABASE {name}")
    return for_database(url, name)


class Session:
    """A second client, whose transactions stay open between calls."""

    def __init__(self, url):
        self.process = subprocess.Popen([programs() / "psql", "-XqAt", url], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait(DEADLINE)
        self.process.stdout.close()

    def send(self, sql):
        """Does not wait for it."""
        self.process.stdin.write(f"{sql};\n\\echo {MARK}\n")
        self.process.stdin.flush()

    def answer(self):
        """What the oldest unanswered send() gave, errors included."""
        lines = []
        for line in self.process.stdout:
            if line.rstrip("\n") == MARK:
                return "\n".join(lines)
            lines.append(line.rstrip("\n"))
        raise AssertionError(f"psql has ended: {lines}")

    def say(self, sql):
        self.send(sql)
        return self.answer()


def children(pid):
    return [int(each) for path in Path(f"/proc/{pid}/task").glob("*/children") for each in path.read_text().split()]


class Server:
    """`with Server("max_connections=20") as server:` - server.url is that of an empty database."""

    def __init__(self, *settings, start=True, copy_of=None, name="standby"):
        self.settings, self.process = list(settings), None
        self.folder, self.port = own_folder(), free_port()
        self.data, self.log = self.folder / "data", self.folder / "log"
        self.url = f"postgresql://portal@127.0.0.1:{self.port}/portal"
        if copy_of:
            self._run("pg_basebackup", "--pgdata", self.data, "--write-recovery-conf", "--checkpoint=fast", "--no-sync",
                      "--dbname", f"host=127.0.0.1 port={copy_of.port} user=portal application_name={name}")
        else:
            self._run("initdb", "--pgdata", self.data, "--auth", "trust", "--username", "portal", "--no-sync",
                      "--encoding", "UTF8", "--locale", "C")
        if start:
            self.start()
        if start and not copy_of:
            self.create_database()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            self._end(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program, *arguments):
        done = subprocess.run(ordinary(programs() / program, *arguments), capture_output=True, text=True, timeout=LONG_DEADLINE,
                              cwd=self.folder)
        if done.returncode:
            raise AssertionError(f"{program}: {done.stdout}{done.stderr}")

    def create_database(self):
        execute(for_database(self.url, "postgres"), "CREATE DATABASE portal")

    def start(self):
        options = ["listen_addresses=127.0.0.1", f"port={self.port}", "fsync=off", "shared_buffers=16MB", *self.settings]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                ordinary(programs() / "postgres", "-D", self.data, "-k", self.folder, *[part for each in options
                                                                                       for part in ("-c", each)]),
                stdout=log, stderr=log, cwd=self.folder)
        eventually(self._answers, lambda: self.log.read_text(errors="replace")[-2000:], 60)

    def _answers(self):
        if self.process.poll() is not None:
            raise AssertionError(self.log.read_text(errors="replace")[-2000:])
        return subprocess.run([programs() / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)],
                              check=False).returncode == 0

    def stop(self):
        """Connections are closed, what is under way is rolled back."""
        self._end(signal.SIGINT)

    def kill(self):
        """All of it at once, as when the machine dies."""
        every = children(self.process.pid)
        self._end(signal.SIGKILL)
        for pid in every:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in every), "its processes are gone")

    def _end(self, how):
        self.process.send_signal(how)
        self.process.wait(DEADLINE)
        self.process = None

    def promote(self):
        self._run("pg_ctl", "promote", "--pgdata", self.data, "--wait")

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def session(self):
        return Session(self.url)

    def execute(self, *statements):
        return execute(self.url, *statements)

    def query(self, sql):
        return query(self.url, sql)


class Bouncer:
    """pgbouncer in front of a server, in transaction mode with a small pool."""

    def __init__(self, server, pool=2, **settings):
        self.folder, self.port = own_folder(), free_port()
        self.url = f"postgresql://portal@127.0.0.1:{self.port}/portal"
        users, ini = self.folder / "users", self.folder / "pgbouncer.ini"
        users.write_text('"portal" ""\n')
        lines = {"listen_addr": "127.0.0.1", "listen_port": self.port, "unix_socket_dir": "", "auth_type": "trust",
                 "auth_file": users, "pool_mode": "transaction", "default_pool_size": pool, "max_client_conn": 100,
                 **settings}
        ini.write_text(f"[databases]\nportal = host=127.0.0.1 port={server.port} user=portal\n[pgbouncer]\n" +
                       "".join(f"{key} = {value}\n" for key, value in lines.items()))
        self.log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(ordinary("/usr/sbin/pgbouncer", ini), stdout=self.log, stderr=self.log)

        eventually(lambda: subprocess.run([programs() / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)],
                                          check=False).returncode == 0, lambda: (self.folder / "log").read_text())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(DEADLINE)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class CommitProxy:
    """Between a portal and its server. lose(text, after): of the transaction in which that text came by, the COMMIT's answer
    is lost with the connection (after), or the COMMIT itself is. for_long: and nobody gets a new connection, until
    let_in(). Everything else goes through."""

    def __init__(self, port):
        self._to, self._lose, self.lost, self._closed = port, None, threading.Event(), False
        self.refused = 0  # while it was closed
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._open = []
        self._threads = []
        self._start(self._accept)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for each in list(self._open):
            self._cut(each)
        for thread in self._threads:
            thread.join(DEADLINE)
        for each in self._open:
            each.close()

    def lose(self, text, after, for_long=False):
        self.lost.clear()
        self._closes = for_long
        self._lose = (text.encode(), after)

    def let_in(self):
        self._closed = False

    def _start(self, run, *arguments):
        thread = threading.Thread(target=run, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    @staticmethod
    def _cut(connection):
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                if self._closed:
                    client.close()
                    self.refused += 1
                    continue
                server = socket.create_connection(("127.0.0.1", self._to))
                self._open += [client, server]
                silent = threading.Event()  # what the server says is kept from the client
                self._start(self._forward, client, server, silent)
                self._start(self._answer, server, client, silent)

    def _forward(self, client, server, silent):
        seen = b""
        with contextlib.suppress(OSError):
            while part := client.recv(65536):
                seen = part if b"BEGIN;" in part else seen + part
                if self._lose and b"COMMIT\0" in part and self._lose[0] in seen:
                    after, self._lose = self._lose[1], None
                    self._closed = self._closes
                    silent.set()
                    if not after:
                        self.lost.set()
                        break
                    server.sendall(part)
                    self.lost.wait(DEADLINE)
                    break
                server.sendall(part)
        self._cut(client)
        self._cut(server)

    def _answer(self, server, client, silent):
        with contextlib.suppress(OSError):
            while part := server.recv(65536):
                if silent.is_set():
                    self.lost.set()
                    break
                client.sendall(part)
        self._cut(client)
        self._cut(server)
