# SPDX-License-Identifier: Apache-2.0
"""deploy/nginx.conf as it is, in Debian's nginx, in front of the portal; proxy.py has what every proxy must keep to."""
import os
import re
import shutil
import unittest

from proxy import BehindProxy, Proxy
from sandbox import ROOT, eventually, random_thing

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")

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


class Nginx(Proxy):
    name = "nginx"

    def configure(self):
        local = self.folder / "expresslink-portal"
        local.mkdir()
        self.folder.chmod(0o711)  # its worker is another user, where the test is root
        (local / "listen.conf").write_text(f"listen 127.0.0.1:{self.port};\n")
        (local / "upstream.conf").write_text(self.upstream())
        shipped = (ROOT / "deploy" / "nginx" / "log.conf").read_text()
        (local / "log.conf").write_text(shipped.replace("/var/log/nginx/", f"{self.folder}/"))
        (self.folder / "nginx.conf").write_text(MAIN.format(folder=self.folder, root=ROOT))
        return [NGINX, "-p", self.folder, "-c", self.folder / "nginx.conf", "-e", "stderr"]

    def upstream(self):
        return f"server 127.0.0.1:{self.portal.address[1]};\n"


@unittest.skipUnless(NGINX, "nginx is not installed")
class BehindNginx(BehindProxy, unittest.TestCase):
    proxy_class = Nginx

    def logged(self):
        return self.accesses() + self.proxy.errors()

    def accesses(self):
        return (self.proxy.folder / "access.log").read_text()

    def last_is_logged(self):
        return '"POST /registrations/.../cancel HTTP/1.1" 303 ' in self.accesses()

    def test_the_log_has_what_an_operator_needs(self):
        thing = random_thing()
        token = self.proxy.register(thing, "127.0.0.18").json["token"]
        for path, logged in (("/", "/"), ("/?lang=de", "/"), ("/static/style.css?v=1", "/static/style.css"), (f"/r/{thing}", "/r/..."),
                             ("/01/09506000134352/21/A1?17=270101", "/01/..."), ("/own/01/09506000134352/21/A1", "/..."),
                             (f"/registrations/{token}", "/registrations/..."), ("/%72egistrations/" + token, "/..."),
                             ("/api/v1/openapi.json", "/api/v1/openapi.json"), (f"//registrations/{token}", "/..."),
                             (f"/api/v1/registrations/{token}/x/{token}", "/..."),
                             (f"/api/v1/registrations/{token}", "/api/v1/registrations/...")):
            with self.subTest(path):
                before = len(self.accesses())
                self.proxy.request("GET", path, source="127.0.0.18")
                line = eventually(lambda: self.accesses()[before:], "a line")
                self.assertRegex(line, rf'^127\.0\.0\.18 \[.*\] "GET {re.escape(logged)} HTTP/1\.1" ')

    def test_without_its_file_nothing_is_logged(self):
        text = (ROOT / "deploy" / "nginx.conf").read_text()
        self.assertRegex(text, r"access_log /dev/null expresslink_portal;.*\n +include expresslink-portal/log\*\.conf;")

    def test_browsers_are_told_to_stay_with_tls(self):
        self.assertNotIn("Strict-Transport-Security", self.proxy.request("GET", "/").headers)
        for path in ("/", "/metrics"):  # behind a load balancer that ends TLS
            headers = self.proxy.request("GET", path, headers={"X-Forwarded-Proto": "https"}).headers
            self.assertEqual(headers.get_all("Strict-Transport-Security"), ["max-age=31536000"])

    def test_a_flood_of_posts_ends_at_nginx(self):
        answers = [self.proxy.request("POST", "/register", "", source="127.0.0.14") for _ in range(60)]
        self.assertIn(429, {answer.status for answer in answers})
        self.assertIn("nginx", next(answer.text for answer in answers if answer.status == 429))


if __name__ == "__main__":
    unittest.main()
