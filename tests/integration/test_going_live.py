# SPDX-License-Identifier: Apache-2.0
"""docs/going-live.md as somebody follows it who has nothing else: its commands, in its order, in one shell. The test only does
what the page says that others do: AWS takes the claim-thing's certificate into the staging account, and somebody switches the
device on. The sandbox stands in for AWS, so its root certificate for Amazon's."""
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
import tempfile
import threading
import unittest
from pathlib import Path

from brokers import free_port
from patience import DEADLINE
from portal import CLAIM, PROGRAM
from sandbox import ROOT, Sandbox, eventually, random_thing

PAGE = ROOT / "docs" / "going-live.md"
END = "== the end of block"
SECONDS = 60


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


def blocks():
    """Those of the numbered steps."""
    steps = PAGE.read_text().partition("\n## Many devices")[0]
    return re.findall(r"^```sh\n(.*?)^```$", steps, re.S | re.M)


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

    def environment(self, http, admin):
        return {
            "PATH": f"{CLAIM.parent}:{PROGRAM.parent}:{os.environ['PATH']}", "HOME": str(self.folder), "LC_ALL": "C.UTF-8",
            "AWS_ENDPOINT_URL": self.cloud, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "sandbox",
            "AWS_SECRET_ACCESS_KEY": "sandbox", "AWS_EC2_METADATA_DISABLED": "true",
            "TOPICS": "--publish data --subscribe cmd/${thing}/+", "CLAIM_THING": "claim-thing", "STAGING": self.sandbox.staging_address, "THING": self.thing,
            "PORTAL_STORE_URL": f"sqlite:{self.folder}/portal.db", "PORTAL_PAGES_TEMPLATES": str(ROOT / "templates"),
            "PORTAL_PAGES_STATIC": str(ROOT / "static"), "PORTAL_HTTP_LISTEN": http, "PORTAL_HTTP_ADMIN_LISTEN": admin,
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


class GoingLive(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="expresslink-going-live-")))
        self.sandbox = Sandbox()
        self.addCleanup(self.sandbox.__exit__)
        self.world = World(self.sandbox, self.folder)
        self.http, self.admin = (f"127.0.0.1:{port}" for port in (free_port(), free_port()))
        self.shell = Shell(self.folder, self.world.environment(self.http, self.admin))
        self.addCleanup(self.shell.close)

    def get(self, address, path, body=None):
        host, port = address.split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=DEADLINE)
        with contextlib.closing(connection):
            try:
                connection.request("POST" if body else "GET", path, body, {"Content-Type": "application/json"})
                return json.loads(connection.getresponse().read())
            except OSError:
                return {}

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

        self.shell.type(portal)
        eventually(lambda: json.dumps(self.get(self.admin, "/readyz")).count('"connected"') == 2, self.shell.text)
        thing = random_thing()
        self.world.switch_on(thing)
        claim = self.get(self.http, "/api/v1/registrations", json.dumps({"identifier": thing}))
        where = f"/api/v1/registrations/{claim['token']}"
        eventually(lambda: self.get(self.http, where).get("state") == "onboarded",
                   lambda: f"{self.get(self.http, where)} {self.shell.text()}", SECONDS)


if __name__ == "__main__":
    unittest.main(verbosity=2)
