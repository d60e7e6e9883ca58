# SPDX-License-Identifier: Apache-2.0
"""deploy/nginx.conf as it is, in Debian's nginx, in front of the portal. Rejections first."""
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

from portal import Answer, Portal
from sandbox import DEADLINE, ROOT, Sandbox, eventually, random_thing

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
LIMIT = 3  # registrations a minute from one address

# All that a distribution's own nginx.conf would do, with every file in a folder of ours.
MAIN = """
daemon off; worker_processes 1; pid {folder}/pid; error_log stderr;
events {{ worker_connections 256; }}
http {{
    access_log off; default_type text/plain;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include "{root}/deploy/nginx.conf";
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Nginx:
    """`with Nginx(portal) as nginx:` - on a free port, in front of that portal."""

    def __init__(self, portal):
        self._temporary = tempfile.TemporaryDirectory(prefix="expresslink-nginx-")
        self.folder, self.port = Path(self._temporary.name), free_port()
        local = self.folder / "expresslink-portal"
        local.mkdir()
        (local / "listen.conf").write_text(f"listen 127.0.0.1:{self.port};\n")
        (local / "upstream.conf").write_text(f"server 127.0.0.1:{portal.address[1]};\n")
        (self.folder / "nginx.conf").write_text(MAIN.format(folder=self.folder, root=ROOT))

    def __enter__(self):
        self._errors = open(self.folder / "errors", "w+b")
        self._process = subprocess.Popen([NGINX, "-p", self.folder, "-c", self.folder / "nginx.conf", "-e", "stderr"],
                                         stderr=self._errors)
        try:
            eventually(self._listens, lambda: f"nginx listens: {self.errors()}")
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
            raise AssertionError(f"nginx has ended: {self.errors()}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def request(self, method, path, body=None, headers=None, source="127.0.0.1"):
        """From a loopback address of one's choice."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, DEADLINE, (source, 0))
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


@unittest.skipUnless(NGINX, "nginx is not installed")
class BehindNginx(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())
        http = {"trusted_proxies": "127.0.0.1/32", "registrations_per_minute": LIMIT}
        cls.portal = cls.enterClassContext(Portal(cls.sandbox, http=http)).connected()
        cls.nginx = cls.enterClassContext(Nginx(cls.portal))

    def test_bodies_that_are_too_large_are_refused(self):
        for size, refused_by in ((65 * 1024, "nginx"), (9 * 1024, "the portal")):
            with self.subTest(refused_by):
                self.assertEqual(self.nginx.register("a" * size, "127.0.0.11").status, 413)

    def test_admin_paths_are_not_there(self):
        for path in ("/livez", "/readyz", "/metrics", "/metrics/", "//metrics", "/%6detrics", "/static/../metrics"):
            with self.subTest(path):
                self.assertIn(self.nginx.request("GET", path).status, (400, 404))

    def test_one_address_is_limited_and_cannot_pretend_to_be_another(self):
        for _ in range(LIMIT):
            self.assertEqual(self.nginx.register(random_thing(), "127.0.0.12").status, 202)
        self.assertEqual(self.nginx.register(random_thing(), "127.0.0.12").status, 429)
        pretended = self.nginx.register(random_thing(), "127.0.0.12", X_Forwarded_For="192.0.2.1")
        self.assertEqual(pretended.status, 429)
        self.assertEqual(self.nginx.register(random_thing(), "127.0.0.13").status, 202)

    def test_a_flood_of_posts_ends_at_nginx(self):
        answers = [self.nginx.request("POST", "/register", "", source="127.0.0.14") for _ in range(60)]
        self.assertIn(429, {answer.status for answer in answers})
        self.assertIn("nginx", next(answer.text for answer in answers if answer.status == 429))

    def test_paths_reach_the_portal_as_they_were_sent(self):
        thing = random_thing()
        self.assertIn(thing, self.nginx.request("GET", f"/r/{thing}").text)
        for path in (f"/r/{thing}%2fx", f"/r/{thing}%252f", "/r/a%2F..%2Fb", f"/r//{thing}"):
            with self.subTest(path):
                behind, direct = self.nginx.request("GET", path), self.portal.get(path)
                self.assertEqual((behind.status, behind.text), (direct.status, direct.text))

    def test_a_claim_goes_through(self):
        thing = random_thing()
        self.sandbox.modules(thing).wait_for(thing, "subscribed")
        answer = self.nginx.register(thing, "127.0.0.15")
        self.assertEqual(answer.status, 202)
        self.assertEqual(answer.headers["Location"], f"/api/v1/registrations/{answer.json['token']}")
        eventually(lambda: self.nginx.request("GET", answer.headers["Location"]).json["state"] == "onboarded", "arrival")


if __name__ == "__main__":
    unittest.main()
