# SPDX-License-Identifier: Apache-2.0
"""compose.yaml and compose.replicas.yaml: that no container may do more than it needs, and that the second fits the first,
deploy/nginx and the portal. No container is started here."""
import re
import subprocess
import unittest

import yaml

from patience import DEADLINE
from portal import PROGRAM
from sandbox import ROOT

ONE, MORE = (yaml.safe_load((ROOT / name).read_text()) for name in ("compose.yaml", "compose.replicas.yaml"))
UPSTREAM = (ROOT / "deploy" / "nginx" / "upstream-replicas.conf").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
NGINX = (ROOT / "deploy" / "nginx.conf").read_text()


def seconds(text):
    return int(re.fullmatch(r"(\d+)s;?", text)[1])


def may_do_too_much(service):
    """What a container may do without need."""
    if service.get("cap_drop") != ["ALL"]:
        yield "keeps capabilities"
    if not set(service.get("cap_add", [])) <= {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}:
        yield "gets capabilities"
    if service.get("security_opt") != ["no-new-privileges:true"]:
        yield "may gain privileges"
    if not re.fullmatch(r"\d+[mg]", str(service.get("mem_limit", ""))):
        yield "may take all memory"
    if not 0 < service.get("pids_limit", 0) <= 512:
        yield "may start any number of processes"
    if service.get("privileged") or service.get("pid") or service.get("ipc") or service.get("devices"):
        yield "sees the machine"


class Confined(unittest.TestCase):
    OWN = ("user", "read_only", "cap_drop", "security_opt", "mem_limit", "pids_limit")

    def setUp(self):
        self.services = {**ONE["services"], "database": MORE["services"]["database"]}

    def test_a_container_that_may_do_too_much_is_seen(self):
        for change in ({"cap_drop": []}, {"cap_add": ["SYS_ADMIN"]}, {"security_opt": []}, {"mem_limit": None}, {"pids_limit": -1},
                       {"privileged": True}):
            self.assertEqual(len(list(may_do_too_much({**self.services["portal"], **change}))), 1, change)

    def test_none_may(self):
        for name, service in self.services.items():
            self.assertEqual(list(may_do_too_much(service)), [], name)
        for name, service in MORE["services"].items():
            if name != "database":  # nothing of that is taken back
                self.assertFalse(set(self.OWN) & set(service), name)

    def test_nothing_is_written_but_to_volumes(self):
        for name in ("portal", "portal-sandbox", "nginx", "nginx-sandbox", "database"):
            self.assertIs(self.services[name]["read_only"], True, name)

    def test_none_is_root_that_need_not_be(self):
        self.assertNotIn("USER root", DOCKERFILE)
        self.assertEqual(len(re.findall(r"^USER ", DOCKERFILE, re.M)), 2)  # portal and sandbox
        for name in ("nginx", "nginx-sandbox"):
            self.assertEqual(self.services[name]["user"], "101:101")
            self.assertIn("net.ipv4.ip_unprivileged_port_start=0", self.services[name]["sysctls"])

    def test_nginx_has_room_for_what_it_keeps(self):
        for name in ("nginx", "nginx-sandbox"):
            folders = dict((each + ":").split(":")[:2] for each in self.services[name]["tmpfs"])
            room = int(re.fullmatch(r"size=(\d+)m", folders.pop("/var/cache/nginx"))[1])
            self.assertLess(room, int(self.services[name]["mem_limit"][:-1]))
            self.assertIn("/run", folders)


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
