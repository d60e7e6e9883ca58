# SPDX-License-Identifier: Apache-2.0
"""The container image: built by buildah without a Docker engine, over a base that debootstrap makes, and run with a
read-only root as the user that it names, with a sandbox beside it.

Exit code 77: skipped, and why is said.
"""
import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path

import images
from brokers import free_port
from portal import Portal
from sandbox import Sandbox, random_thing

images.need()

# As a container engine does it: only the volume can be written to, and the configuration is mounted.
CONTAINER = Path(__file__).with_name("container")


class Image(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        image = images.make("portal")
        cls.config = json.loads(images.buildah("inspect", "--type", "image", image))["Docker"]["config"]
        container = images.buildah("from", image).strip()
        cls.addClassCleanup(images.buildah, "rm", container)
        cls.root = Path(images.buildah("mount", container).strip())
        cls.sandbox = cls.enterClassContext(Sandbox())
        cls.prepare_mounts()
        cls.portal = cls.enterClassContext(cls.start_portal()).connected()

    @classmethod
    def prepare_mounts(cls):
        """What an operator mounts: a configuration with certificates, and an empty volume."""
        user = int(cls.config["User"].split(":")[0])
        cls.sandbox.state.chmod(0o711)
        cls.etc, cls.volume = cls.sandbox.state / "etc", cls.sandbox.state / "volume"
        shutil.copytree(cls.sandbox.certificates, cls.etc / "certificates")
        cls.volume.mkdir(mode=0o700)
        for path in (cls.volume, cls.etc, *cls.etc.rglob("*")):
            os.chown(path, user, user)

    @classmethod
    def start_portal(cls):
        def in_container(*names):
            return {f"{name}_file": f"/etc/expresslink-portal/certificates/{file}" for name, file in names}
        portal = Portal(cls.sandbox, start=False, wrapper=cls.wrapper(),
                        http={"listen": "127.0.0.1:0", "admin_listen": f"127.0.0.1:{free_port()}"},
                        store=None, pages=None,
                        staging__sandbox=in_container(("ca", "server-ca.pem"), ("cert", "claim-thing.pem"),
                                                      ("key", "claim-thing.key")),
                        endpoint__sandbox=in_container(("ca", "server-ca.pem"), ("cert", "observer.pem"),
                                                       ("key", "observer.key")))
        shutil.copyfile(portal.ini, cls.etc / "portal.ini")
        portal.start()
        return portal

    @classmethod
    def wrapper(cls, *command):
        """Runs a command in the container; without one, the image's own, whatever comes after."""
        own = [*cls.config["Entrypoint"], *cls.config["Cmd"]]
        environment = [each for each in cls.config["Env"] if not each.startswith("PORTAL_HTTP_LISTEN=")]
        words = ["env", "-i", *environment, *(command or own)]
        return [CONTAINER, cls.root, cls.etc, cls.volume, cls.config["User"], str(len(words)), *words]

    def inside(self, *command):
        return subprocess.run(self.wrapper(*command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def test_nobody_in_it_is_root_and_the_root_is_read_only(self):
        self.assertRegex(self.config["User"], r"^[1-9][0-9]*:[1-9][0-9]*$")
        self.assertEqual(self.inside("id", "-u").stdout.strip(), self.config["User"].split(":")[0])
        self.assertNotEqual(self.inside("touch", "/usr/local/bin/x").returncode, 0)
        self.assertEqual(self.inside("touch", "/var/lib/expresslink-portal/x").returncode, 0)

    def test_nothing_in_it_that_only_building_needs(self):
        for program in ("cc", "cmake", "git", "mosquitto", "python3"):
            with self.subTest(program):
                self.assertNotEqual(self.inside("sh", "-c", f"command -v {program}").returncode, 0)

    def test_labels_signal_and_volume(self):
        labels = self.config["Labels"]
        self.assertEqual(labels["org.opencontainers.image.title"], "expresslink-portal")
        self.assertEqual(labels["org.opencontainers.image.licenses"], "Apache-2.0")
        self.assertEqual(labels["org.opencontainers.image.revision"], images.REVISION)
        self.assertEqual(self.config["StopSignal"], "SIGTERM")
        self.assertIn("/var/lib/expresslink-portal", self.config["Volumes"])

    def test_its_health_check_tells_life_from_death(self):
        command = self.config["Healthcheck"]["Test"]
        self.assertEqual(command[0], "CMD")
        healthy = self.inside(*command[1:])
        self.assertEqual(healthy.returncode, 0, healthy.stdout)
        sick = self.inside("env", f"PORTAL_HTTP_ADMIN_LISTEN=127.0.0.1:{free_port()}", *command[1:])
        self.assertNotEqual(sick.returncode, 0, sick.stdout)

    def test_it_serves_a_page_and_claims_a_module(self):
        self.assertEqual(self.portal.request("GET", "/livez", admin=True).status, 200)
        self.assertIn("<form", self.portal.get("/").text)
        thing = random_thing()
        self.sandbox.modules(thing).wait_for(thing, "subscribed")
        self.portal.wait_for_state(self.portal.claim(thing)["token"], "onboarded")

    def test_it_reads_a_photograph_of_a_label(self):
        thing = random_thing()
        png = subprocess.run(["qrencode", "-o", "-", thing], check=True, capture_output=True).stdout
        answer = self.portal.request("POST", "/api/v1/labels/decode", png)
        self.assertEqual((answer.status, answer.json["identifier"]), (200, thing), answer)


if __name__ == "__main__":
    unittest.main()
