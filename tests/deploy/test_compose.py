# SPDX-License-Identifier: Apache-2.0
"""compose.yaml, compose.replicas.yaml and sandbox/compose.yaml: that no container may do more than it needs, and that what they say
fits together, deploy/nginx, the portal, and the tools that Debian has. No container is started here; image.compose_up does that.
"""
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

from patience import DEADLINE
from portal import PROGRAM
from sandbox import ROOT

ONE, MORE = (yaml.safe_load((ROOT / name).read_text()) for name in ("compose.yaml", "compose.replicas.yaml"))
SANDBOX = yaml.safe_load((ROOT / "sandbox" / "compose.yaml").read_text())
SETS = (("compose.yaml",), ("sandbox/compose.yaml",), ("compose.yaml", "compose.replicas.yaml"))
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
        self.services = {**ONE["services"], "database": MORE["services"]["database"],
                         **{f"{name}-sandbox": service for name, service in SANDBOX["services"].items()}}

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


class EveryFile(unittest.TestCase):
    def files(self):
        for name, file in (("compose.yaml", ONE), ("sandbox/compose.yaml", SANDBOX)):
            with self.subTest(name):
                yield file

    def test_every_service_has_a_health_check(self):
        for file in self.files():
            self.assertEqual([name for name, service in file["services"].items() if "healthcheck" not in service], [])
        added = {name: service for name, service in MORE["services"].items() if name not in ONE["services"]}
        self.assertEqual([name for name, service in added.items() if "healthcheck" not in service and "extends" not in service], [])

    def test_nothing_that_older_tools_do_not_know(self):
        for file in [*self.files(), MORE]:
            self.assertEqual([key for key in file if key not in ("services", "networks", "volumes") and not key.startswith("x-")], [])
            for service in file["services"].values():
                self.assertEqual({"profiles", "network_mode", "init"} & service.keys(), set())
                self.assertIsInstance(service.get("networks", []), list)

    def test_images_are_named_with_their_registry(self):
        """podman searches none."""
        for file in [*self.files(), MORE]:
            for service in file["services"].values():
                if "build" not in service and "image" in service:
                    self.assertRegex(service["image"], r"^docker\.io/library/")
        self.assertRegex((ROOT / "Dockerfile").read_text(), r"(?m)^ARG BASE=docker\.io/library/debian:")

    def test_the_address_is_what_people_open(self):
        port, = re.findall(r"^127\.0\.0\.1:(\d+):80", SANDBOX["services"]["nginx"]["ports"][0])
        self.assertEqual(SANDBOX["services"]["portal"]["environment"]["PORTAL_HTTP_PUBLIC_URL"], f"http://127.0.0.1:{port}")
        port, = re.findall(r"^127\.0\.0\.1:(\d+):80", ONE["services"]["nginx"]["ports"][0])
        self.assertIn(f"\npublic_url = http://127.0.0.1:{port}\n", (ROOT / "deploy" / "portal.ini.example").read_text())

    def test_the_sandbox_is_confined_as_the_portal_is(self):
        same = ("read_only", "cap_drop", "security_opt", "restart", "stop_grace_period", "mem_limit", "pids_limit", "tmpfs", "user",
                "sysctls")
        for service in ("portal", "nginx"):
            one, other = ONE["services"][service], SANDBOX["services"][service]
            self.assertEqual([one.get(key) for key in same], [other.get(key) for key in same], service)

    def test_the_tools_of_debian_take_it(self):
        tools = [tool for tool in (["docker-compose", "config"], ["podman-compose", "--dry-run", "--podman-path", "true", "up", "--detach", "--no-build"])
                 if shutil.which(tool[0])]
        if not tools:
            self.skipTest("neither docker-compose nor podman-compose is installed")
        root = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="compose-"))) / "root"  # podman-compose makes missing folders
        shutil.copytree(ROOT / "deploy", root / "deploy", ignore=shutil.ignore_patterns("secrets", "portal.ini"))
        for name in {name for names in SETS for name in names}:
            (root / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(ROOT / name, root / name)
        for tool, *words in tools:
            for names in SETS:
                with self.subTest(tool=tool, names=names):
                    files = [word for name in names for word in ("-f", name)]
                    done = subprocess.run([tool, *files, *words], cwd=root, capture_output=True, text=True, timeout=DEADLINE)
                    self.assertEqual(done.returncode, 0, done.stderr)


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
