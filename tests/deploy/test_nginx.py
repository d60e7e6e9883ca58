# SPDX-License-Identifier: Apache-2.0
"""deploy/nginx.conf as it is, in Debian's nginx, in front of the portal; proxy.py has what every proxy must keep to."""
import os
import shutil
import unittest

from proxy import BehindProxy, Proxy
from sandbox import ROOT

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
        (self.folder / "nginx.conf").write_text(MAIN.format(folder=self.folder, root=ROOT))
        return [NGINX, "-p", self.folder, "-c", self.folder / "nginx.conf", "-e", "stderr"]

    def upstream(self):
        return f"server 127.0.0.1:{self.portal.address[1]};\n"


@unittest.skipUnless(NGINX, "nginx is not installed")
class BehindNginx(BehindProxy, unittest.TestCase):
    proxy_class = Nginx

    def test_a_flood_of_posts_ends_at_nginx(self):
        answers = [self.proxy.request("POST", "/register", "", source="127.0.0.14") for _ in range(60)]
        self.assertIn(429, {answer.status for answer in answers})
        self.assertIn("nginx", next(answer.text for answer in answers if answer.status == 429))


if __name__ == "__main__":
    unittest.main()
