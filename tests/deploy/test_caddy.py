# SPDX-License-Identifier: Apache-2.0
"""deploy/caddy/Caddyfile as it is, in Debian's Caddy, in front of the portal, with TLS; proxy.py has what every proxy must keep
to. Two things are changed in what Caddy has understood of the file: its ports, and who signs its certificate, an authority of its
own instead of one on the Internet."""
import contextlib
import http.client
import json
import os
import re
import secrets
import shutil
import socket
import ssl
import subprocess
import unittest
from pathlib import Path

from brokers import free_port
from patience import DEADLINE
from proxy import BehindProxy, Proxy
from sandbox import ROOT, eventually, random_thing

CADDY = shutil.which("caddy")
CADDYFILE = ROOT / "deploy" / "caddy" / "Caddyfile"
HOST = "register.example.com"
UPLOADS, UPLOAD_BYTES = 32, 9 << 20


class Caddy(Proxy):
    name = "Caddy"

    def configure(self):
        self.plain_port = free_port()
        self.environment = {**os.environ, "HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder / "data"),
                            "XDG_CONFIG_HOME": str(self.folder), "REGISTER_HOST": HOST,
                            "PORTAL_ADDRESS": f"127.0.0.1:{self.portal.address[1]}"}
        understood = json.loads(subprocess.run([CADDY, "adapt", "--config", CADDYFILE], check=True, capture_output=True,
                                               env=self.environment, timeout=DEADLINE).stdout)
        server, = understood["apps"]["http"]["servers"].values()
        server["listen"] = [f"127.0.0.1:{self.port}"]
        understood["apps"]["http"] |= {"http_port": self.plain_port, "https_port": self.port}
        understood["apps"]["tls"] = {"automation": {"policies": [{"issuers": [{"module": "internal"}]}]}}
        understood["admin"] = {"disabled": True}
        (self.folder / "caddy.json").write_text(json.dumps(understood))
        return [CADDY, "run", "--config", self.folder / "caddy.json"]

    def connection(self, source):
        """As a browser: the certificate is checked against Caddy's authority, the name against the certificate."""
        authority = self.folder / "data" / "caddy" / "pki" / "authorities" / "local" / "root.crt"
        context = ssl.create_default_context(cafile=eventually(lambda: authority.exists() and authority, "Caddy's authority"))
        connection = http.client.HTTPSConnection(HOST, timeout=DEADLINE)
        connection.sock = context.wrap_socket(
            socket.create_connection(("127.0.0.1", self.port), DEADLINE, (source, 0)), server_hostname=HOST)
        return connection

    def _listens(self):
        if not super()._listens():
            return False
        try:  # the certificate is made after the port is open
            self.request("GET", "/")
            return True
        except OSError:
            return False


class Nobody:
    """A portal that does not listen."""

    def __init__(self):
        self.address = "127.0.0.1", free_port()


@unittest.skipUnless(CADDY, "Caddy is not installed")
class BehindCaddy(BehindProxy, unittest.TestCase):
    proxy_class = Caddy

    def test_without_tls_people_are_only_sent_on(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.proxy.plain_port, DEADLINE)
        try:
            connection.request("POST", "/api/v1/registrations", "{}", {"Host": HOST})
            answer = connection.getresponse()
            self.assertEqual((answer.status // 100, answer.headers["Location"].split("/")[0]), (3, "https:"))
        finally:
            connection.close()

    def test_the_file_is_written_as_caddy_writes_it(self):
        done = subprocess.run([CADDY, "fmt", CADDYFILE], capture_output=True, text=True, timeout=DEADLINE)
        self.assertEqual(done.stdout, CADDYFILE.read_text())

    def test_browsers_are_told_to_stay_with_tls(self):
        self.assertIn("max-age=", self.proxy.request("GET", "/").headers["Strict-Transport-Security"])

    def test_what_fails_is_logged_without_what_opens_a_status_page(self):
        token, thing = secrets.token_hex(16), random_thing()
        with Caddy(Nobody()) as proxy:
            for path in (f"/registrations/{token}?lang=de", f"/api/v1/registrations/{token}/on?{token}", f"/r/{thing}?endpoint=x",
                         f"/01/09506000134352/21/{thing[:20]}?x={thing}", f"/own/path/01/09506000134352/21/{thing[:20]}"):
                answer = proxy.request("GET", path, headers={"Referer": f"https://{HOST}/registrations/{token}"})
                self.assertEqual(answer.status, 502)
            logged = eventually(lambda: '"/own/path/01/..."' in proxy.errors() and proxy.errors(), lambda: proxy.errors())
        self.assertIn('"/registrations/..."', re.sub(r"\.\.\.+", "...", logged))
        self.assertNotIn(token, logged)
        self.assertIn('"/r/..."', re.sub(r"\.\.\.+", "...", logged))
        self.assertNotIn(thing[:20], logged)

    def memory(self):
        """In bytes."""
        status = Path(f"/proc/{self.proxy._process.pid}/status").read_text()
        return int(re.search(r"^VmRSS:\s+(\d+) kB$", status, re.M)[1]) << 10

    def test_photographs_are_not_gathered_in_memory(self):
        """As many as are sent at once, each all but its end."""
        before = self.memory()
        with contextlib.ExitStack() as uploads:
            for number in range(UPLOADS):
                upload = uploads.enter_context(contextlib.closing(self.proxy.connection(f"127.0.1.{number + 1}")))
                upload.putrequest("POST", "/api/v1/labels/decode")
                upload.putheader("Content-Type", "image/jpeg")
                upload.putheader("Content-Length", str(UPLOAD_BYTES))
                with contextlib.suppress(OSError):  # the portal has no room for all
                    upload.endheaders(bytes(UPLOAD_BYTES - 1))
            self.assertLess(self.memory() - before, UPLOADS * UPLOAD_BYTES // 4)


if __name__ == "__main__":
    unittest.main()
