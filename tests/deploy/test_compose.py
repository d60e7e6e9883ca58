# SPDX-License-Identifier: Apache-2.0
"""compose.replicas.yaml: that what it says fits compose.yaml, deploy/nginx and the portal. No container is started here."""
import re
import subprocess
import unittest

import yaml

from patience import DEADLINE
from portal import PROGRAM
from sandbox import ROOT

ONE, MORE = (yaml.safe_load((ROOT / name).read_text()) for name in ("compose.yaml", "compose.replicas.yaml"))
UPSTREAM = (ROOT / "deploy" / "nginx" / "upstream-replicas.conf").read_text()
NGINX = (ROOT / "deploy" / "nginx.conf").read_text()


def seconds(text):
    return int(re.fullmatch(r"(\d+)s;?", text)[1])


class Replicas(unittest.TestCase):
    def setUp(self):
        self.services = MORE["services"]
        self.portals = {name: each for name, each in self.services.items() if name.startswith("portal")}

    def test_nginx_knows_every_portal_and_shuns_none(self):
        servers = re.findall(r"^server ([\w-]+):8080 max_fails=0;$", UPSTREAM, re.M)
        self.assertEqual(servers, list(self.portals))
        self.assertEqual(len(servers), 2)
        self.assertIn("./deploy/nginx/upstream-replicas.conf:/etc/nginx/expresslink-portal/upstream.conf:ro",
                      self.services["nginx"]["volumes"])
        self.assertIn("./deploy/nginx:/etc/nginx/expresslink-portal:ro", ONE["services"]["nginx"]["volumes"])

    def test_the_portals_are_alike(self):
        first, second = self.portals.values()
        self.assertEqual(second.pop("extends"), {"file": "compose.yaml", "service": "portal"})
        self.assertEqual(first, second)

    def test_the_portal_knows_what_it_is_told(self):
        documented = subprocess.run([PROGRAM, "--document-config"], capture_output=True, text=True, timeout=DEADLINE).stdout
        for portal in self.portals.values():
            self.assertEqual([name for name in portal["environment"] if f"`{name}`" not in documented], [])

    def test_there_is_time_to_end(self):
        for portal in self.portals.values():
            drain = seconds(portal["environment"]["PORTAL_HTTP_DRAIN"])
            self.assertGreater(drain, seconds(re.search(r"^    keepalive_timeout (\d+s;)$", NGINX, re.M)[1]))
            self.assertGreaterEqual(seconds(portal["stop_grace_period"]),
                                    drain + seconds(ONE["services"]["portal"]["stop_grace_period"]))

    def test_the_password_is_one_file(self):
        file, = (volume.split(":") for volume in self.services["database"]["volumes"] if "password" in volume)
        self.assertEqual(file[1], self.services["database"]["environment"]["POSTGRES_PASSWORD_FILE"])
        self.assertIn("./deploy/secrets:/etc/expresslink-portal/secrets:ro", ONE["services"]["portal"]["volumes"])
        for portal in self.portals.values():
            self.assertEqual(portal["environment"]["PORTAL_STORE_PASSWORD_FILE"],
                             f"/etc/expresslink-portal/secrets/{file[0].rpartition('/')[2]}")


if __name__ == "__main__":
    unittest.main()
