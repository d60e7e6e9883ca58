# SPDX-License-Identifier: Apache-2.0
"""Starting the portal: what it is told, what it says about it, what it refuses to start with, and what it logs."""
import configparser
import contextlib
import json
import os
import re
import socket
import sqlite3
import subprocess
import unittest

from patience import DEADLINE
from portal import CLAIM, PROGRAM, Portal
from sandbox import Sandbox, eventually, random_thing

USAGE, CANNOT, WRONG_CONFIGURATION = 64, 69, 78


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def portal(self, **options):
        return self.enterContext(Portal(self.sandbox, **options))

    def run_program(self, *arguments, environment=None):
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=DEADLINE,
                              env={**os.environ, **(environment or {})})

    def check(self, *arguments, environment=None, **sections):
        """--check-config, or another argument, with a portal.ini of these sections."""
        ini = self.portal(start=False, **sections).ini
        return self.run_program("--config", ini, *(arguments or ["--check-config"]), environment=environment)

    def refuses_to_start(self, portal, *says):
        """Ends by itself with status 69, and the last line says why."""
        portal.start(wait=False)
        self.assertEqual(portal.ended(), CANNOT, portal.lines)
        for text in says:
            self.assertIn(text, portal.lines[-1])


class CommandLine(Case):
    def test_help_names_every_option(self):
        done = self.run_program("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for option in ("--config", "--check-config", "--print-config", "--document-config", "--version", "--help"):
            self.assertIn(option, done.stdout)

    def test_version_is_one_line(self):
        done = self.run_program("--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^expresslink-portal \d+\.\d+\.\d+\S*\n$")

    def test_arguments_that_are_not_understood(self):
        for arguments in (["--nothing"], ["portal.ini"], ["--config"], ["--check-config", "x"], ["-x"]):
            with self.subTest(arguments):
                done = self.run_program(*arguments)
                self.assertEqual((done.returncode, done.stdout), (USAGE, ""))
                self.assertIn("--help", done.stderr)

    def test_documentation_names_every_key_that_is_printed(self):
        documented = self.run_program("--document-config").stdout
        printed = configparser.RawConfigParser()
        printed.read_string(self.check("--print-config").stdout)
        for section in printed.sections():
            for key in printed.options(section):
                self.assertIn(f"[{re.sub('[.].*', '.<NAME>', section)}]` `{key}`", documented)


class Checking(Case):
    def test_a_good_configuration_is_fine(self):
        done = self.check()
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_all_errors_are_told_with_file_and_line(self):
        ini = self.sandbox.state / "wrong.ini"
        lines = ["[http]", "listen = 127.0.0.1:0", "thraeds = 2", "threads = many", "idle_timeout = 1 fortnight",
                 "public_url = register.example.com", "trusted_proxies = 10.0.0.0/8 everybody", "[nothing]", "a = b",
                 "[log]", "level = loud", "level = info", "no equals sign", "[pages]", "static = /nowhere/at/all",
                 "[claim]", "default_endpoint = nobody"]
        ini.write_text("\n".join(lines) + "\n")
        done = self.run_program("--config", ini, "--check-config")
        self.assertEqual((done.returncode, done.stdout), (WRONG_CONFIGURATION, ""))
        for number in (3, 4, 5, 6, 7, 8, 11, 12, 13, 15, 17):
            self.assertIn(f"{ini}:{number}: ", done.stderr, lines[number - 1])
        self.assertNotIn(f"{ini}:2: ", done.stderr)
        self.assertIn("[staging.NAME]", done.stderr)
        self.assertIn("[endpoint.KEY]", done.stderr)

    def test_a_key_of_an_earlier_version(self):
        portal = self.portal(start=False, store={"replica": "first"})
        portal.start(wait=False)
        self.assertEqual(portal.ended(), WRONG_CONFIGURATION)
        self.assertIn("[store] replica: is not used any more: remove it.", portal.lines[0])

    def test_starting_tells_the_same_errors(self):
        portal = self.portal(start=False, log={"level": "loud", "colour": "blue"})
        portal.start(wait=False)
        self.assertEqual(portal.ended(), WRONG_CONFIGURATION)
        told = "\n".join(portal.lines)
        self.assertEqual(told, self.run_program("--config", portal.ini, "--check-config").stderr.rstrip("\n"))
        self.assertEqual(len(portal.lines), 2)

    def test_a_configuration_that_cannot_be_read(self):
        """Its own error alone: what it does not say is no mistake."""
        utf16 = self.sandbox.state / "utf16.ini"
        utf16.write_bytes(self.portal(start=False).ini.read_text().encode("utf-16"))
        nowhere, folder = "/nowhere/portal.ini", self.sandbox.state
        for path, says in ((nowhere, f"{nowhere}: cannot be read: No such file or directory"),
                           (folder, f"{folder}: cannot be read: Is a directory"),
                           (utf16, f"{utf16}:1: it is UTF-16; save it as UTF-8")):
            for more in (["--check-config"], ["--print-config"], []):
                with self.subTest(says, more=more):
                    done = self.run_program("--config", path, *more)
                    self.assertEqual((done.returncode, done.stdout, done.stderr), (WRONG_CONFIGURATION, "", f"{says}\n"))
            done = subprocess.run([CLAIM, "doctor", "--offline", "--json", "--config", path], capture_output=True, text=True, timeout=DEADLINE)
            findings = [json.loads(line) for line in done.stdout.splitlines()][:-1]
            self.assertEqual([line["seen"] for line in findings if line["level"] == "failed"], [says])

    def test_too_few_open_files(self):
        portal = self.portal(start=False, wrapper=["prlimit", "--nofile=64:64"])
        self.refuses_to_start(portal, "may open 64 files", "LimitNOFILE")
        portal = self.portal(start=False, wrapper=["prlimit", "--nofile=300:300"])
        portal.start()
        self.assertIn("allowed=136", portal.log_has("http.connections_limited"))
        self.assertEqual(portal.get("/").status, 200)

    def test_a_certificate_that_cannot_be_read(self):
        done = self.check(staging__sandbox={"cert_file": "/nowhere/claim-thing.pem"})
        self.assertEqual(done.returncode, WRONG_CONFIGURATION)
        self.assertIn("[staging.sandbox] cert_file: ", done.stderr)
        self.assertIn("/nowhere/claim-thing.pem", done.stderr)

    def test_client_ids_that_would_take_turns(self):
        sandbox = configparser.RawConfigParser()
        sandbox.read(self.sandbox.portal_ini)
        done = self.check(staging__second=dict(sandbox["staging.sandbox"]))
        self.assertEqual(done.returncode, WRONG_CONFIGURATION)
        self.assertIn("client_id", done.stderr)


    def test_what_is_printed_reads_back_the_same(self):
        printed = self.check("--print-config", claim={"schedule": "1s 2s", "window": "90s"},
                             http={"trusted_proxies": "10.0.0.0/8 ::1"}).stdout
        self.assertIn("\nschedule = 1s 2s\n", printed)
        again = self.sandbox.state / "again.ini"
        again.write_text(printed)
        done = self.run_program("--config", again, "--print-config")
        self.assertEqual((done.returncode, done.stdout), (0, printed))

    def test_a_private_key_is_never_printed(self):
        self.assertNotIn("PRIVATE KEY", self.check("--print-config").stdout)


    def test_a_key_in_a_wrong_place_is_never_printed(self):
        """Pasted where its file's name, an address or a colour should be."""
        line = "MHcCAQEEIFVqMVJ2Y0kxQ0pXbUo0bGZ5c3dMd2x3Y0d4b3VRbW1qoAoGCCqGSM49"
        for key in (f"-----BEGIN EC PRIVATE KEY-----\n{line}\n-----END EC PRIVATE KEY-----\n", line, "ed3321544a184d2e797c1c4b8ec10a8b" * 2):
            for name in ("STAGING_SANDBOX_KEY_FILE", "STAGING_SANDBOX_KEY_FILE_FILE", "BRAND_LOGO", "BRAND_COLOUR", "HTTP_LISTEN"):
                with self.subTest(name, key=key[:20]):
                    done = self.check(environment={f"PORTAL_{name}": key})
                    self.assertEqual(done.returncode, WRONG_CONFIGURATION)
                    self.assertIn("not shown, they may be a key", done.stderr)
                    self.assertNotIn(key.splitlines()[-1], done.stderr + done.stdout)
                    self.assertNotIn(line if line in key else key, done.stderr + done.stdout)


    def test_doctor_does_not_print_it_either(self):
        key = "MHcCAQEEIFVqMVJ2Y0kxQ0pXbUo0bGZ5c3dMd2x3Y0d4b3VRbW1qoAoGCCqGSM49"
        ini = self.portal(start=False).ini
        given = {f"PORTAL_STAGING_SANDBOX_{name}": key for name in ("KEY_FILE", "CERT_FILE", "CA_FILE")}
        done = subprocess.run([CLAIM, "doctor", "--config", ini], capture_output=True, text=True, timeout=DEADLINE,
                              env={**os.environ, "AWS_EC2_METADATA_DISABLED": "true", **given})
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("not shown, they may be a key", done.stdout)
        self.assertNotIn(key, done.stdout + done.stderr)


class Environment(Case):
    def test_a_variable_wins_over_the_file(self):
        done = self.check("--print-config", environment={"PORTAL_HTTP_THREADS": "7",
                                                         "PORTAL_STAGING_SANDBOX_RATE": "42"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("\nthreads = 7\n", done.stdout)
        self.assertIn("\nrate = 42\n", done.stdout)

    def test_a_variable_can_name_a_file_with_the_secret(self):
        secret = self.sandbox.state / "store-url"
        database = self.sandbox.state / "from-a-file.db"
        secret.write_text(f"sqlite:{database}\n")
        with Portal(self.sandbox, store=None, environment={"PORTAL_STORE_URL_FILE": str(secret)}) as portal:
            portal.claim(random_thing())
        self.assertTrue(database.exists())

    def test_variables_that_are_wrong_are_told_by_name(self):
        done = self.check(environment={"PORTAL_HTTP_THREADS": "many", "PORTAL_HTTP_LISTN": ":80",
                                       "PORTAL_STORE_URL_FILE": "/nowhere/secret"})
        self.assertEqual(done.returncode, WRONG_CONFIGURATION)
        for name in ("PORTAL_HTTP_THREADS", "PORTAL_HTTP_LISTN", "PORTAL_STORE_URL_FILE"):
            self.assertIn(name, done.stderr)

    def test_proxy_variables_do_not_lead_mqtt_astray(self):
        with socket.create_server(("127.0.0.1", 0)) as closed:
            nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
        names = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
        thing = random_thing()
        self.sandbox.modules(thing).wait_for(thing, "subscribed")
        with Portal(self.sandbox, environment=dict.fromkeys(names, nobody)) as portal:
            token = portal.connected().claim(thing)["token"]
            portal.wait_for_state(token, "onboarded")


class RefusingToStart(Case):
    def database(self, name):
        """A store as a portal has left it."""
        path = self.sandbox.state / name
        with Portal(self.sandbox, store={"url": f"sqlite:{path}"}) as portal:
            portal.claim(random_thing())
        return path

    def test_a_port_that_is_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            for key in ("listen", "admin_listen"):
                with self.subTest(key):
                    self.refuses_to_start(self.portal(start=False, http={key: address}), address, "in use")

    def test_addresses_that_are_none(self):
        for address in ("127.0.0.1", "203.0.113.7:0", "127.0.0.1:http", "nobody.invalid:80", "127.0.0.1:99999"):
            with self.subTest(address):
                self.refuses_to_start(self.portal(start=False, http={"listen": address}), address.split(":")[0])

    def test_a_store_that_another_portal_has(self):
        url = f"sqlite:{self.sandbox.state}/shared.db"
        first = self.portal(store={"url": url})
        self.refuses_to_start(self.portal(start=False, store={"url": url}), "shared.db", "another portal")
        first.claim(random_thing())
        first.kill()
        self.portal(store={"url": url}).claim(random_thing())

    def test_a_store_of_a_newer_version(self):
        path = self.database("newer.db")
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA user_version = 999")
        before = path.read_bytes()
        self.refuses_to_start(self.portal(start=False, store={"url": f"sqlite:{path}"}), str(path), "newer", "999")
        self.assertEqual(path.read_bytes(), before)

    def test_a_file_that_is_no_database(self):
        path = self.sandbox.state / "letter.db"
        path.write_text("Dear database,\n" * 1000)
        self.refuses_to_start(self.portal(start=False, store={"url": f"sqlite:{path}"}), str(path), "not a database")
        self.assertTrue(path.read_text().startswith("Dear database"))

    def test_somebody_elses_database(self):
        path = self.sandbox.state / "other.db"
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute("CREATE TABLE recipes (name TEXT)")
        self.refuses_to_start(self.portal(start=False, store={"url": f"sqlite:{path}"}), str(path), "not a database")

    def test_a_store_that_cannot_be(self):
        for url in ("sqlite:/nowhere/at/all/portal.db", f"sqlite:{self.sandbox.state}", "mysql://x", "sqlite:"):
            with self.subTest(url):
                self.refuses_to_start(self.portal(start=False, store={"url": url}), "portal.start_failed")

    def test_pages_that_are_not_there(self):
        empty = self.sandbox.state / "empty"
        empty.mkdir()
        for key in ("templates", "static"):
            with self.subTest(key):
                self.refuses_to_start(self.portal(start=False, pages={key: empty}), str(empty))

    def test_pages_come_with_the_program(self):
        portal = self.portal(pages={"templates": None, "static": None}, store={"url": f"sqlite:{self.sandbox.state}/own.db"})
        self.assertIn("<form", portal.get("/").text)
        self.assertEqual(portal.get("/static/style.css").status, 200)

    def test_a_certificate_that_is_none_is_told_and_serves_the_pages_meanwhile(self):
        garbage = self.sandbox.state / "garbage.pem"
        garbage.write_text("no certificate\n")
        portal = self.portal(staging__sandbox={"cert_file": garbage}, store={"url": f"sqlite:{garbage}.db"})
        portal.log_has("staging.not_connected")
        self.assertEqual(portal.get("/").status, 200)
        self.assertEqual(portal.ready().json["checks"]["staging.sandbox"], "not connected")


class BeforeTheStart(Case):
    """--check-config finds what the start would find, or only the days after it, all in one go; the start tells it too."""

    def made(self, name, *command):
        path = self.sandbox.state / name
        subprocess.run([*command, "-out", path], check=True, capture_output=True)
        return path

    def files(self):
        """What is wrong with [staging.sandbox], and what is said of it; {} is the file."""
        c, state = self.sandbox.certificates, self.sandbox.state
        key, certificate = c / "claim-thing.key", c / "claim-thing.pem"
        encrypted = self.made("encrypted.key", "openssl", "pkey", "-in", key, "-aes256", "-passout", "pass:secret")
        other = self.made("other.key", "openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
        request = self.made("x.csr", "openssl", "req", "-new", "-key", key, "-subj", "/CN=x")
        old = self.made("old.pem", "openssl", "x509", "-req", "-in", request, "-signkey", key, "-days", "-1")
        utf16, nothing = state / "utf16.key", state / "nothing.pem"
        utf16.write_bytes(key.read_text().encode("utf-16"))
        nothing.write_text("nothing\n")
        return [({"key_file": encrypted}, "key_file", f"{encrypted} has a pass phrase"),
                ({"key_file": other}, "key_file", f"{other} is not the key of the certificate {certificate}"),
                ({"key_file": certificate, "cert_file": key}, "cert_file", f"{key} is a private key and no certificate"),
                ({"key_file": certificate}, "key_file", f"{certificate} is a certificate and no private key"),
                ({"key_file": utf16}, "key_file", f"{utf16}: it is UTF-16"),
                ({"key_file": nothing}, "key_file", f"{nothing} holds no private key"),
                ({"cert_file": request}, "cert_file", f"{request} is a request"),
                ({"cert_file": old}, "cert_file", f"{old} expired on 20"),
                ({"ca_file": nothing}, "ca_file", f"{nothing} holds no certificate")]

    def test_files_that_cannot_be_used(self):
        secret = (self.sandbox.certificates / "claim-thing.key").read_text().splitlines()[1]
        for keys, key, says in self.files():
            with self.subTest(says):
                done = self.check(staging__sandbox=keys)
                self.assertEqual((done.returncode, done.stdout), (WRONG_CONFIGURATION, ""))
                self.assertRegex(done.stderr, rf"portal-\w+\.ini:\d+: \[staging\.sandbox\] {key}: {re.escape(says)}")
                self.assertNotIn(secret, done.stderr)
                portal = self.portal(staging__sandbox=keys, store={"url": f"sqlite:{self.sandbox.state}/{random_thing()}.db"})
                line = portal.log_has("connection.file_not_usable")
                self.assertIn(says, line)
                self.assertIn("section=staging.sandbox", line)

    def test_an_observer_too(self):
        other = self.made("observer-other.key", "openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
        done = self.check(endpoint__sandbox={"key_file": other})
        self.assertEqual(done.returncode, WRONG_CONFIGURATION)
        self.assertIn(f"[endpoint.sandbox] key_file: {other} is not the key", done.stderr)

    def test_places_that_are_not_there(self):
        state = self.sandbox.state
        (state / "file").write_text("")
        for url, says in (("sqlite:/nowhere/at/all/portal.db", "the folder /nowhere/at/all: No such file or directory; make it"),
                          (f"sqlite:{state}/file/portal.db", f"{state}/file is not a folder")):
            with self.subTest(url):
                done = self.check(store={"url": url})
                self.assertEqual((done.returncode, done.stdout), (WRONG_CONFIGURATION, ""))
                self.assertIn(says, done.stderr)
        for key in ("listen", "admin_listen"):
            with self.subTest(key):
                done = self.check(http={key: "192.0.2.1:80"})
                self.assertEqual(done.returncode, WRONG_CONFIGURATION)
                self.assertIn(f"[http] {key}: cannot listen on 192.0.2.1:80", done.stderr)

    def test_beside_the_running_portal(self):
        """Its addresses are in use, and that is right."""
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            done = self.check(http={"listen": f"127.0.0.1:{taken.getsockname()[1]}"})
        self.assertEqual((done.returncode, done.stdout), (0, "The configuration is valid.\n"), done.stderr)

    def test_everything_in_one_go(self):
        key = self.sandbox.certificates / "claim-thing.key"
        sections = {"http": {"listen": "192.0.2.1:80", "admin_listen": "192.0.2.1:81", "threads": "x"},
                    "store": {"url": "sqlite:/nowhere/at/all/portal.db"}, "claim": {"default_endpoint": "moon"},
                    "staging__sandbox": {"cert_file": key, "client_id": '"claim-thing"'}}
        says = ("[http] listen: cannot listen", "[http] admin_listen: cannot listen", "is not a whole number", "the folder /nowhere",
                "there is no [endpoint.moon]", "is a private key and no certificate", "has quotes around it")
        done = self.check(**sections)
        self.assertEqual(done.returncode, WRONG_CONFIGURATION)
        self.assertEqual([text for text in says if text not in done.stderr], [])
        portal = self.portal(start=False, **sections)
        portal.start(wait=False)
        self.assertEqual(portal.ended(), WRONG_CONFIGURATION)
        self.assertEqual([text for text in says if text not in "\n".join(portal.lines)], [])

    def test_what_only_this_machine_lacks(self):
        portal = self.portal(start=False, http={"listen": "192.0.2.1:80"}, store={"url": "sqlite:/nowhere/at/all/portal.db"})
        portal.start(wait=False)
        self.assertEqual(portal.ended(), CANNOT)
        self.assertEqual(sum("portal.start_failed" in line for line in portal.lines), 2, portal.lines)

    def test_the_endpoint_is_where_the_modules_are(self):
        done = self.check(endpoint__sandbox={"address": self.sandbox.staging_address, "port": self.sandbox.port})
        self.assertEqual(done.returncode, WRONG_CONFIGURATION)
        self.assertIn("is the address of [staging.sandbox]", done.stderr)


class Logs(Case):
    """The whole life of a claim at level debug, and what may not be found in the lines."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.thing, cls.name, cls.email = random_thing(), "Erika Mustermann", "erika@example.com"
        modules = cls.sandbox.modules(cls.thing)
        modules.wait_for(cls.thing, "subscribed")
        with Portal(cls.sandbox, log={"level": "debug", "format": "json"}) as portal:
            portal.connected()
            cls.claim(portal)
            cls.lines = portal.lines
            portal.stop()

    @classmethod
    def claim(cls, portal):
        answer = portal.post_json("/api/v1/registrations", {
            "identifier": cls.thing, "contact": {"name": cls.name, "email": cls.email}}, Idempotency_Key="key-4711")
        cls.token = answer.json["token"]
        portal.wait_for_state(cls.token, "onboarded")
        cls.answers = [
            answer, portal.get(f"/registrations/{cls.token}"), portal.get(f"/r/{cls.thing}?id={cls.thing}"),
            portal.post_form("/register", identifier=cls.thing + "+"), portal.get("/nothing/" + cls.thing),
            portal.post_json(f"/api/v1/registrations/{cls.token}/retry", {}), portal.request("PUT", "/register"),
            portal.post_json("/api/v1/registrations", cls.thing.encode())]
        portal.raw(f"GET /r/{cls.thing} HTTP/1.1\r\n\r\n".encode())
        portal.raw(f"GET /r/{cls.thing} {cls.thing} HTTP/1.1\r\n{cls.token}\r\nHost: x\r\n\r\n".encode())

    def test_every_line_is_json_of_its_own(self):
        for line in self.lines:
            event = json.loads(line)
            self.assertRegex(event["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            self.assertIn(event["level"], ("debug", "info", "warn", "error"))
            self.assertRegex(event["event"], r"^[a-z_]+\.[a-z_.]+$")

    def test_no_line_has_what_identifies_a_device_or_a_person(self):
        for secret in (self.thing, self.thing.upper(), self.thing[:16], self.token, self.token[:16], "key-4711",
                       self.name, "Erika", self.email, "erika"):
            self.assertEqual([line for line in self.lines if secret in line], [], secret)

    def test_every_request_has_a_line_with_the_id_of_its_answer(self):
        requests = {event["request_id"]: event for event in map(json.loads, self.lines)
                    if event["event"] == "http.request_answered"}
        for answer in self.answers:
            event = requests[answer.headers["X-Request-Id"]]
            self.assertEqual(int(event["status"]), answer.status)

    def test_a_device_can_be_followed_by_its_short_form(self):
        self.assertTrue(any(f'"{self.thing[:4]}~' in line for line in self.lines), self.lines)


class PlainLogs(Case):
    def test_nobody_can_write_lines_of_his_own_into_the_log(self):
        with Portal(self.sandbox, log={"level": "debug"}) as portal:
            portal.get("/r/a%0a2026-01-01T00:00:00.000Z%20error%20forged.line")
            portal.raw(b"GET /\x1b[31m HTTP/1.1\r\nHost: x\r\nConnection: close\r\nUser-Agent: a\x1b[31mb\r\n\r\n")
            eventually(lambda: len([line for line in portal.lines if "http.request_answered" in line]) >= 2, "two lines")
            portal.stop()
            self.assertEqual([line for line in portal.lines if "forged" in line or "\x1b" in line], [])
            for line in portal.lines:
                self.assertRegex(line, r"^\d{4}-\d\d-\d\dT[0-9:.]+Z (debug|info |warn |error) [a-z_]+\.")


if __name__ == "__main__":
    unittest.main()
