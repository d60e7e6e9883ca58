# SPDX-License-Identifier: Apache-2.0
"""What the portal does at start when PostgreSQL is not there, is not there yet, or is not what it should be."""
import os
import signal
import socket
import threading
import unittest

from brokers import make_certificate
from portal import Portal
from postgresql import NOBODY, Server, execute, for_database, new_database
from sandbox import Sandbox, random_thing


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())
        cls.server = cls.enterClassContext(Server())

    def portal(self, url, start=False, **store):
        portal = Portal(self.sandbox, start=start, store={"url": url, **store})
        self.addCleanup(portal.stop)
        return portal

    def cannot_start(self, portal, *words, code=69):
        """Ends at once, with a sentence that has these words."""
        portal.start(wait=False)
        self.assertEqual(portal.ended(), code, portal.lines)
        log = "\n".join(portal.lines)
        for word in words:
            self.assertIn(word, log)
        self.assertNotIn("store.connect_failed", log)


class Waits(Case):
    def setUp(self):
        self.late = self.enterContext(Server(start=False))

    def test_it_goes_on_by_itself_when_the_server_comes(self):
        self.late.start()
        self.late.create_database()
        self.late.stop()
        portal = self.portal(self.late.url)
        portal.start(wait=False)
        self.assertIn("refused", portal.log_has("store.connect_failed"))
        self.late.start()
        portal.wait_until_listening()
        portal.claim(random_thing())

    def test_it_can_be_ended_while_it_waits(self):
        portal = self.portal(self.late.url)
        portal.start(wait=False)
        portal.log_has("store.connect_failed")
        portal.process.send_signal(signal.SIGTERM)
        self.assertIn(portal.ended(), (0, 69))


class Unready:
    """Accepts connections, and does with each what the test says."""

    def __init__(self, serve):
        self._listener, self._serve = socket.create_server(("127.0.0.1", 0)), serve
        self.url = f"postgresql://portal@127.0.0.1:{self._listener.getsockname()[1]}/portal"
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(4096)
                self._serve(connection)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


def refusal(state, text):
    fields = b"".join(kind + value.encode() + b"\0" for kind, value in ((b"S", "FATAL"), (b"V", "FATAL"), (b"C", state), (b"M", text)))
    return b"E" + (len(fields) + 5).to_bytes(4, "big") + fields + b"\0"


class WaitsForWhatPasses(Case):
    """Whatever the words are in which it is told."""

    def waits(self, url, says, **store):
        portal = self.portal(url, **store)
        portal.start(wait=False)
        self.assertIn(says, portal.log_has("store.connect_failed"))
        return portal

    def test_a_server_that_starts_up_and_says_so_in_german(self):
        with Unready(lambda connection: connection.sendall(refusal("57P03", "das Datenbanksystem startet"))) as server:
            self.waits(f"{server.url}?sslmode=disable", "das Datenbanksystem startet")

    def test_a_server_that_goes_away_in_the_handshake_of_tls(self):
        with Unready(lambda connection: connection.sendall(b"S") or connection.recv(4096)) as server:
            self.waits(f"{server.url}?sslmode=require", "SSL")

    def test_a_host_that_has_no_address_yet(self):
        self.waits("postgresql://portal@invalid.example/portal", "invalid.example")

    def test_a_role_that_has_all_connections_it_may_have(self):
        self.server.execute("CREATE ROLE many LOGIN CONNECTION LIMIT 0")
        portal = self.waits(new_database(self.server.url).replace("portal@", "many@"), "too many connections")
        self.server.execute("ALTER ROLE many CONNECTION LIMIT 50", "GRANT ALL ON SCHEMA public TO many", "ALTER ROLE many SUPERUSER")
        portal.wait_until_listening()


class Tls(Case):
    """What both sides expect of TLS is a matter of the configuration: waiting would not help."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.secure = cls.enterClassContext(Server(start=False))
        names = [cls.secure.data / f"server.{ending}" for ending in ("crt", "key")]
        for path, made in zip(names, make_certificate(cls.sandbox, "server", "server-ca", "serverAuth", "IP:127.0.0.1")):
            path.write_bytes(made.read_bytes())
            path.chmod(0o600)
            if os.geteuid() == 0:
                os.chown(path, NOBODY, NOBODY)
        cls.secure.settings += ["ssl=on"]
        cls.secure.start()
        cls.secure.create_database()

    def test_a_certificate_that_its_authority_has_not_signed(self):
        other = self.sandbox.certificates / "manufacturer-ca.pem"
        self.cannot_start(self.portal(f"{self.secure.url}?sslmode=verify-full&sslrootcert={other}"), "certificate verify failed")

    def test_no_file_of_authorities(self):
        self.cannot_start(self.portal(f"{self.secure.url}?sslmode=verify-full&sslrootcert=/nowhere/ca.pem"), "/nowhere/ca.pem")

    def test_a_server_without_tls(self):
        self.cannot_start(self.portal(f"{self.server.url}?sslmode=require"), "server does not support SSL")

    def test_the_right_one(self):
        right = self.sandbox.certificates / "server-ca.pem"
        with Portal(self.sandbox, store={"url": f"{self.secure.url}?sslmode=verify-full&sslrootcert={right}"}) as portal:
            portal.claim(random_thing())


class Refused(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.execute("CREATE ROLE guarded LOGIN PASSWORD 'open sesame'", "GRANT ALL ON SCHEMA public TO guarded")
        hba = cls.server.data / "pg_hba.conf"
        hba.write_text("host all guarded 127.0.0.1/32 scram-sha-256\n" + hba.read_text())
        cls.server.reload()
        cls.guarded = cls.server.url.replace("portal@", "guarded@")

    def password(self, text):
        path = self.sandbox.state / f"password-{random_thing()}"
        path.write_text(text)
        return path

    def test_a_wrong_password(self):
        self.cannot_start(self.portal(self.guarded, password_file=self.password("guess\n")), "password", "guarded")

    def test_no_password(self):
        self.cannot_start(self.portal(self.guarded), "password")

    def test_no_password_file(self):
        self.cannot_start(self.portal(self.guarded, password_file="/nowhere/password"), "/nowhere/password", "No such file",
                          code=78)

    def test_a_password_file_from_windows(self):
        """A byte order mark and CRLF are not part of it."""
        password = self.password("\ufeffopen sesame\r\n")
        with Portal(self.sandbox, store={"url": self.guarded, "password_file": password}) as portal:
            portal.claim(random_thing())

    def test_the_password_from_a_file(self):
        with Portal(self.sandbox, store={"url": self.guarded, "password_file": self.password("open sesame\n")}) as portal:
            portal.claim(random_thing())

    def test_a_password_in_the_url(self):
        portal = self.portal(self.guarded.replace("guarded@", "guarded:sesame@"))
        self.cannot_start(portal, "password_file", code=78)
        self.assertNotIn("sesame", "\n".join(portal.lines))

    def test_a_password_among_the_options_of_the_url(self):
        portal = self.portal(f"{self.guarded}?password=sesame")
        self.cannot_start(portal, "password_file", code=78)
        self.assertNotIn("sesame", "\n".join(portal.lines))

    def test_a_missing_database(self):
        self.cannot_start(self.portal(for_database(self.server.url, "missing")), "missing", "does not exist")

    def test_a_missing_role(self):
        self.cannot_start(self.portal(self.server.url.replace("portal@", "nobody@")), "nobody", "does not exist")

    def test_a_mode_of_tls_that_nobody_knows(self):
        self.cannot_start(self.portal(f"{self.server.url}?sslmode=sometimes"), "sometimes")

    def test_options_that_nobody_knows(self):
        self.cannot_start(self.portal(f"{self.server.url}?no_such_option=1"), "no_such_option")

    def test_another_programs_database(self):
        url = new_database(self.server.url)
        execute(url, "CREATE TABLE claims (id int)")
        self.cannot_start(self.portal(url), "not a database of this portal")

    def test_a_role_that_may_not_make_tables(self):
        self.server.execute("CREATE ROLE reader LOGIN", "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        self.cannot_start(self.portal(new_database(self.server.url).replace("portal@", "reader@")), "permission denied")


class Versions(Case):
    def setUp(self):
        self.url = new_database(self.server.url)
        with Portal(self.sandbox, store={"url": self.url}) as portal:
            self.token = portal.claim(random_thing())["token"]

    def newer(self, oldest):
        execute(self.url, f"INSERT INTO schema_migrations VALUES (999, {oldest}, 'later', 0)")

    def test_a_newer_database_is_left_alone(self):
        self.newer(999)
        self.cannot_start(self.portal(self.url), "newer portal", "999", "backup")

    def test_a_newer_one_that_this_program_can_work_with(self):
        self.newer(1)
        with Portal(self.sandbox, store={"url": self.url}) as portal:
            portal.show(self.token)
            portal.claim(random_thing())

    def test_two_that_start_at_once_on_an_empty_database(self):
        for _ in range(3):
            url = new_database(self.server.url)
            first, second = self.portal(url), self.portal(url)
            first.start(wait=False)
            second.start()
            first.log_has("portal.admin_listening")
            self.assertEqual(first.stop(), 0)
            token = second.claim(random_thing())["token"]
            second.show(token)
            self.assertEqual(second.stop(), 0)


if __name__ == "__main__":
    unittest.main()
