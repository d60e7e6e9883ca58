# SPDX-License-Identifier: Apache-2.0
"""docs/going-live.md as somebody follows it who has nothing else: its commands, in its order, in one shell, with no variable that
the page does not name. The test only does what the page says that others do: AWS takes the claim-thing's certificate into the
staging account, and somebody switches the device on. The sandbox stands in for AWS, so its root certificate for Amazon's. The
page's ports are the real ones, so that this needs a network of its own."""
import contextlib
import http.client
import json
import os
import random
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

from patience import DEADLINE
from portal import CLAIM, PROGRAM
from sandbox import BUILD, ROOT, Sandbox, eventually, random_thing

PAGE = ROOT / "docs" / "going-live.md"
END = "== the end of block"
SECONDS = 60
HTTP, ADMIN = "127.0.0.1:8080", "127.0.0.1:9090"  # as without a word about them in portal.ini


class Shell:
    """One bash, so that folders and variables last from block to block. It ends at the first command that fails."""

    def __init__(self, folder, environment):
        self.output, self.lines = [], threading.Condition()
        self.process = subprocess.Popen(["bash", "-eu"], cwd=folder, env=environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            with self.lines:
                self.output.append(line)
                self.lines.notify_all()
        with self.lines:
            self.output.append("")
            self.lines.notify_all()

    def text(self):
        return "".join(self.output)

    def type(self, block):
        self.process.stdin.write(block)
        self.process.stdin.flush()

    def run(self, block):
        """What it prints."""
        mark, before = f"{END} {secrets.token_hex(4)}", len(self.output)
        self.type(f"{block}\necho '{mark}'\n")
        with self.lines:
            self.lines.wait_for(lambda: mark + "\n" in self.output[before:] or "" in self.output[before:], SECONDS)
        if mark + "\n" not in self.output:
            raise AssertionError(f"this block of the page did not end well:\n{block}\n{self.text()}")
        return "".join(self.output[before:-1])

    def close(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(SECONDS)
        self.process.stdout.close()


def blocks():
    """Those of the numbered steps."""
    steps = PAGE.read_text().partition("\n## 1.")[2].partition("\n## Many devices")[0]
    return re.findall(r"^```sh\n(.*?)^```$", steps, re.S | re.M)


def rehearsal():
    """The lines that belong between the steps."""
    section = PAGE.read_text().partition("\n## Rehearse it first")[2].partition("\n## 1.")[0]
    block, = re.findall(r"^```sh\n(.*?)^```$", section, re.S | re.M)
    return block.splitlines()


class World:
    """What is not the reader: AWS, at addresses of a test's own and on AWS's port, and a module that is switched off."""

    def __init__(self, sandbox, folder):
        self.sandbox, self.folder, self.thing = sandbox, folder, random_thing()
        net = f"127.{random.randrange(64, 128)}.{random.randrange(256)}"
        sandbox.staging_address, sandbox.oem_address, sandbox.port = f"{net}.1", f"{net}.2", 8883
        self.where = ("--port", "8883", "--staging-address", f"{net}.1", "--oem-address", f"{net}.2")
        self.cloud = sandbox.start("--empty-account", "--only", "cloud", *self.where)["cloud_url"]
        shutil.copy(sandbox.certificates / "manufacturer-ca.pem", folder)
        shutil.copy(sandbox.birth_certificate(self.thing), folder / "birth-certificate.pem")

    def environment(self):
        return {
            "PATH": f"{CLAIM.parent}:{PROGRAM.parent}:{os.environ['PATH']}", "HOME": str(self.folder), "LC_ALL": "C.UTF-8",
            "AWS_ENDPOINT_URL": self.cloud, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "sandbox",
            "AWS_SECRET_ACCESS_KEY": "sandbox", "AWS_EC2_METADATA_DISABLED": "true",
            "TOPICS": "--publish data --subscribe cmd/${thing}/+", "CLAIM_THING": "claim-thing", "STAGING": self.sandbox.staging_address, "THING": self.thing,
        }

    def trust(self):
        """The sandbox's brokers are not Amazon's: their root in the place of Amazon's, which the page has copied."""
        root = self.folder / "expresslink" / "AmazonRootCA1.pem"
        assert "BEGIN CERTIFICATE" in root.read_text()
        shutil.copy(self.sandbox.certificates / "server-ca.pem", root)

    def take_claim_thing(self):
        """AWS gets the certificate, and has the staging account of the module vendor."""
        self.sandbox.start("--empty-account", *self.where, "--claim-thing",
                           str(self.folder / "expresslink" / "claim-thing.pem"))

    def switch_on(self, thing=None):
        modules = self.sandbox.modules(thing or self.thing, options=("--telemetry", "data"))
        modules.wait_for(thing or self.thing, "subscribed")
        return modules


class Page(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="expresslink-going-live-")))

    def starts(self, block):
        """The last step: the portal, which stays in the foreground. It serves, and both its accounts are there."""
        self.shell.type(block)
        eventually(lambda: json.dumps(self.get(ADMIN, "/readyz")).count('"connected"') == 2, self.shell.text)

    def get(self, address, path, body=None):
        host, port = address.split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=DEADLINE)
        with contextlib.closing(connection):
            try:
                connection.request("POST" if body else "GET", path, body, {"Content-Type": "application/json"})
                return json.loads(connection.getresponse().read())
            except OSError:
                return {}


class GoingLive(Page):
    def setUp(self):
        super().setUp()
        self.sandbox = Sandbox()
        self.addCleanup(self.sandbox.__exit__)
        self.world = World(self.sandbox, self.folder)
        self.shell = Shell(self.folder, self.world.environment())
        self.addCleanup(self.shell.close)

    def test_every_command_of_the_page(self):
        folder, certificate, _names, ini, account, doctor, first, portal = blocks()

        self.shell.run(folder)
        self.world.trust()
        self.shell.run(certificate)
        self.world.take_claim_thing()
        self.shell.run(_names)
        self.shell.run(ini)
        told = self.shell.run(account)
        self.assertIn("[endpoint.home]", (self.folder / "expresslink" / "portal.ini").read_text(), told)
        told = self.shell.run(doctor)
        self.assertNotIn("\u2717", told, "the doctor has found something")

        told = self.shell.run("expresslink-claim doctor --config portal.ini --topic data --topic 'cmd/${thing}/+' --aws")
        self.assertEqual(told.count("Topic passes the policy"), 2, told)

        modules = self.world.switch_on()
        self.assertIn("it has arrived", self.shell.run(first))
        modules.wait_for(self.world.thing, "published")  # and its first message does not cut it off
        self.assertEqual(modules.of(self.world.thing, "cut-off"), [])

        self.starts(portal)
        thing = random_thing()
        self.world.switch_on(thing)
        claim = self.get(HTTP, "/api/v1/registrations", json.dumps({"identifier": thing}))
        where = f"/api/v1/registrations/{claim['token']}"
        eventually(lambda: self.get(HTTP, where).get("state") == "onboarded",
                   lambda: f"{self.get(HTTP, where)} {self.shell.text()}", SECONDS)


class Rehearsal(Page):
    """The page's five lines, in a tree with nothing but the sandbox in it."""

    def setUp(self):
        super().setUp()
        (self.folder / "sandbox").symlink_to(ROOT / "sandbox")
        self.shell = Shell(self.folder, {
            "PATH": f"{CLAIM.parent}:{PROGRAM.parent}:{os.environ['PATH']}", "HOME": str(self.folder), "LC_ALL": "C.UTF-8",
            "AWS_EC2_METADATA_DISABLED": "true", "EXPRESSLINK_BUILD_DIR": str(BUILD)})
        self.addCleanup(subprocess.run, [ROOT / "sandbox" / "sandbox", "stop", "--state", self.folder / ".sandbox"],
                        capture_output=True, env={**os.environ, "EXPRESSLINK_BUILD_DIR": str(BUILD)})
        self.addCleanup(self.shell.close)

    def test_five_lines(self):
        cloud, export, root, claim_thing, birth = rehearsal()
        folder, certificate, names, ini, account, doctor, first, portal = blocks()

        for block in (cloud, export, folder, root, certificate, claim_thing, names, ini, birth, account, doctor):
            self.assertNotIn("\u2717", self.shell.run(block))
        self.assertIn("it has arrived", self.shell.run(first))
        log = self.folder / ".sandbox" / "modules" / "log"
        eventually(lambda: '"published"' in log.read_text(), log.read_text)  # telemetry, as a product does
        self.assertNotIn("cut-off", log.read_text())
        self.starts(portal)
        answer = self.get(HTTP, "/api/v1/registrations", json.dumps({"identifier": random_thing()}))
        self.assertEqual(answer["state"], "queued")


def in_a_network_of_its_own():
    """This program again, where no other uses the page's ports; as it is where the system does not allow that."""
    command = ["unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    if "EXPRESSLINK_OWN_NETWORK" in os.environ or subprocess.run([*command, "true"], capture_output=True).returncode:
        return
    os.environ["EXPRESSLINK_OWN_NETWORK"] = "yes"
    os.execvp(command[0], [*command, sys.executable, *sys.orig_argv[1:]])


if __name__ == "__main__":
    in_a_network_of_its_own()
    unittest.main(verbosity=2)
