# SPDX-License-Identifier: Apache-2.0
"""What a reverse proxy in front of the portal must keep to, whichever it is: a program for a test to start, and the tests that
all of them have in common."""
import http.client
import json
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from brokers import free_port
from patience import DEADLINE
from portal import Answer, Portal
from sandbox import Sandbox, eventually, random_thing

LIMIT = 3  # registrations a minute from one address


class Proxy:
    """`with Nginx(portal) as proxy:` - on a free port, in front of that portal. Those that inherit say configure(), which writes
    what is needed into the folder and gives the command line, and the environment where it is not the test's."""
    name = "the proxy"
    environment = None

    def __init__(self, portal):
        self._temporary = tempfile.TemporaryDirectory(prefix="expresslink-proxy-")
        self.folder, self.port, self.portal = Path(self._temporary.name), free_port(), portal

    def configure(self):
        raise NotImplementedError

    def __enter__(self):
        command = self.configure()
        self._errors = open(self.folder / "errors", "w+b")
        self._process = subprocess.Popen(command, stderr=self._errors, env=self.environment)
        try:
            eventually(self._listens, lambda: f"{self.name} listens: {self.errors()}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(DEADLINE)
        self._errors.close()
        self._temporary.cleanup()

    def errors(self):
        return (self.folder / "errors").read_text()

    def _listens(self):
        if self._process.poll() is not None:
            raise AssertionError(f"{self.name} has ended: {self.errors()}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def connection(self, source):
        """From a loopback address of one's choice."""
        return http.client.HTTPConnection("127.0.0.1", self.port, DEADLINE, (source, 0))

    def request(self, method, path, body=None, headers=None, source="127.0.0.1"):
        connection = self.connection(source)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def register(self, identifier, source, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.request("POST", "/api/v1/registrations", json.dumps({"identifier": identifier}),
                            {"Content-Type": "application/json", **named}, source)


class BehindProxy:
    """Tests for a TestCase that says which proxy. Rejections first."""
    proxy_class = Proxy

    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())
        http_keys = {"trusted_proxies": "127.0.0.1/32", "registrations_per_minute": LIMIT}
        cls.portal = cls.enterClassContext(Portal(cls.sandbox, http=http_keys)).connected()
        cls.proxy = cls.enterClassContext(cls.proxy_class(cls.portal))

    def test_bodies_that_are_too_large_are_refused(self):
        for size, refused_by in ((128 * 1024, self.proxy.name), (9 * 1024, "the portal")):
            with self.subTest(refused_by):
                answer = self.proxy.register("a" * size, "127.0.0.11")
                self.assertEqual(answer.status, 413)
                self.assertEqual("problem+json" in answer.headers.get("Content-Type", ""), refused_by == "the portal")

    def test_admin_paths_are_not_there(self):
        for path in ("/livez", "/readyz", "/metrics", "/metrics/", "//metrics", "/%6detrics", "/static/../metrics"):
            with self.subTest(path):
                self.assertIn(self.proxy.request("GET", path).status, (400, 404))

    def test_one_address_is_limited_and_cannot_pretend_to_be_another(self):
        for _ in range(LIMIT):
            self.assertEqual(self.proxy.register(random_thing(), "127.0.0.12").status, 202)
        self.assertEqual(self.proxy.register(random_thing(), "127.0.0.12").status, 429)
        for pretended in ({"X_Forwarded_For": "192.0.2.1"}, {"X_Forwarded_For": "192.0.2.1, 127.0.0.1"},
                          {"Connection": "X-Forwarded-For", "X_Forwarded_For": "192.0.2.1"}):
            with self.subTest(**pretended):
                self.assertEqual(self.proxy.register(random_thing(), "127.0.0.12", **pretended).status, 429)
        self.assertEqual(self.proxy.register(random_thing(), "127.0.0.13").status, 202)

    def test_photographs_are_larger_than_other_bodies_may_be(self):
        for size, refused in ((11 * 1024 * 1024, True), (9 * 1024 * 1024, False)):
            with self.subTest(size):
                try:
                    answer = self.proxy.request("POST", "/api/v1/labels/decode", b"\xff\xd8" + bytes(size),
                                                {"Content-Type": "image/jpeg"}, "127.0.0.16")
                except OSError:  # refused before all of it was sent
                    answer = None
                if refused:
                    self.assertTrue(answer is None or answer.status == 413, answer)
                else:  # the portal has looked at it, and it is no picture
                    self.assertIn("problem+json", answer.headers["Content-Type"])
                    self.assertNotEqual(answer.status, 413)

    def test_paths_reach_the_portal_as_they_were_sent(self):
        thing = random_thing()
        self.assertIn(thing, self.proxy.request("GET", f"/r/{thing}").text)
        for path in (f"/r/{thing}%2fx", f"/r/{thing}%252f", "/r/a%2F..%2Fb", f"/r//{thing}"):
            with self.subTest(path):
                behind, direct = self.proxy.request("GET", path), self.portal.get(path)
                texts = [each.text.replace(each.headers["X-Request-Id"], "") for each in (behind, direct)]
                self.assertEqual((behind.status, texts[0]), (direct.status, texts[1]))

    def test_the_language_that_was_chosen_is_remembered(self):
        chosen = self.proxy.request("POST", "/language", "lang=de", {"Content-Type": "application/x-www-form-urlencoded"}, "127.0.0.19")
        cookie = chosen.headers["Set-Cookie"].partition(";")[0]
        large = "of-another-site=" + "x" * 6500  # more than the portal takes
        for sent, language in ((cookie, "de"), (f"{large}; {cookie}", "de"), (large, "en")):
            answer = self.proxy.request("GET", "/", headers={"Cookie": sent, "Accept-Language": "en"})
            self.assertEqual(answer.status, 200)
            self.assertIn(f'<html lang="{language}"', answer.text)

    def logged(self):
        """All that the proxy has written of requests, on purpose or because one failed."""
        return self.proxy.errors()

    def test_no_log_has_what_opens_a_status_page(self):
        thing = random_thing()
        token = self.proxy.register(thing, "127.0.0.17").json["token"]
        paths = (f"/registrations/{token}?lang=de", f"/api/v1/registrations/{token}", f"/r/{thing}?endpoint=x", "/?typed=" + thing)
        for path in paths:
            self.proxy.request("GET", path, headers={"Referer": f"https://x/registrations/{token}"})
        self.proxy.request("POST", f"/registrations/{token}/cancel", "", {"Content-Type": "application/x-www-form-urlencoded"},
                           "127.0.0.17")
        eventually(lambda: self.last_is_logged(), "what was asked last in the log")
        for secret in (token, thing):
            self.assertNotIn(secret, self.logged())

    def last_is_logged(self):
        """Where there is no access log there is nothing to wait for."""
        return True

    def test_a_claim_goes_through(self):
        thing = random_thing()
        self.sandbox.modules(thing).wait_for(thing, "subscribed")
        answer = self.proxy.register(thing, "127.0.0.15")
        self.assertEqual(answer.status, 202)
        self.assertEqual(answer.headers["Location"], f"/api/v1/registrations/{answer.json['token']}")
        eventually(lambda: self.proxy.request("GET", answer.headers["Location"]).json["state"] == "onboarded", "arrival")
