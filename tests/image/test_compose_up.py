# SPDX-License-Identifier: Apache-2.0
"""compose.yaml and sandbox/compose.yaml, started by podman-compose as Debian has it: a product is claimed through nginx, and the
registration is still there after a restart of the portal's container.

Everything runs in namespaces of its own: it needs no free port, meets no other engine, and all of it ends with the test.
Exit code 77: skipped, and why is said.
"""
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

import images
from example_ini import edited, put_secrets
from patience import DEADLINE, LONG_DEADLINE
from sandbox import ROOT, eventually

INSIDE = "EXPRESSLINK_COMPOSE_UP"  # set in the namespaces: the names of the images
THING = "00112233445566778899aabbccddeeff"
AS_NAMED_IN_THE_FILES = {"portal": "localhost/expresslink-portal:latest", "sandbox": "localhost/expresslink-sandbox:latest",
                         "nginx": "docker.io/library/nginx:stable-bookworm"}


def enter():
    """Builds the images while there is a network, and starts this file again in namespaces of its own."""
    images.need("podman", "podman-compose", "unshare", "ip")
    made = {"portal": images.make("portal"), "sandbox": images.make("sandbox"), "nginx": images.make_nginx()}
    os.environ[INSIDE] = json.dumps(made)
    os.execvp("unshare", ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation",
                          "private", sys.executable, *(["-B"] if sys.flags.dont_write_bytecode else []), __file__,
                          *sys.argv[1:]])


class Engine:
    """podman with the images of images.py, and nothing of this machine's own podman."""

    def __init__(self, folder):
        self.environment = {**os.environ, "CONTAINERS_CONF": str(folder / "containers.conf"),
                            "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf")}
        for place in ("/run", "/dev/shm"):  # where engines meet
            images.run("mount", "-t", "tmpfs", "tmpfs", place)
        # crun takes one kind of control groups, not both at once.
        if os.path.ismount("/sys/fs/cgroup/unified"):
            images.run("umount", "/sys/fs/cgroup/unified")
        images.run("ip", "link", "set", "lo", "up")
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        (folder / "storage.conf").write_text(f'[storage]\ndriver = "{images.driver()}"\n'
                                             f'graphroot = "{images.FOLDER / images.driver()}"\n'
                                             f'runroot = "{folder / "run"}"\n')
        # Where root may not raise limits, podman's own would be refused.
        (folder / "containers.conf").write_text(f'[containers]\ndefault_ulimits = ["nofile={files}:{files}", "nproc=1000:1000"]\n'
                                                '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n'
                                                f'[network]\nnetwork_config_dir = "{folder / "networks"}"\n')

    def run(self, *command):
        return subprocess.run(command, env=self.environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=LONG_DEADLINE)

    def podman(self, *arguments):
        return self.run("podman", *arguments)


class Project:
    def __init__(self, engine, name, file, root=ROOT):
        self.engine, self.name, self.file = engine, name, root / file

    def compose(self, *arguments):
        return self.engine.run("podman-compose", "--project-name", self.name, "--file", self.file, *arguments)

    def container(self, service):
        return f"{self.name}_{service}_1"

    def logs(self, service):
        return self.engine.podman("logs", "--tail", "40", self.container(service)).stdout

    def is_healthy(self, service):
        return self.engine.podman("healthcheck", "run", self.container(service)).returncode == 0


def fetch(url, body=None):
    """The status and the text; (0, why) where nothing answers."""
    asked = urllib.request.Request(url, body, {"Content-Type": "application/json"} if body else {})
    try:
        with urllib.request.urlopen(asked, timeout=DEADLINE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


class ComposeUp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = Path(tempfile.mkdtemp(prefix="compose-up."))
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.engine = Engine(folder)
        cls.folder = folder
        made = json.loads(os.environ[INSIDE])
        for kind, name in AS_NAMED_IN_THE_FILES.items():
            tagged = cls.engine.podman("tag", made[kind], name)
            if tagged.returncode:
                raise AssertionError(tagged.stdout)
        trial = cls.engine.podman("run", "--rm", "--network", "none", made["nginx"], "true")
        if trial.returncode:
            images.skip(f"podman cannot run a container here: {trial.stdout.strip()}")

    def start(self, name, file, root=ROOT):
        project = Project(self.engine, name, file, root)
        self.addCleanup(project.compose, "down", "--volumes")
        up = project.compose("up", "--detach", "--no-build")
        self.assertEqual(up.returncode, 0, up.stdout)
        return project

    def wait_until_healthy(self, project, *services):
        for service in services:
            with self.subTest(service):
                eventually(lambda: project.is_healthy(service), lambda: project.logs(service))

    def test_a_registration_outlives_a_restart(self):
        """compose.yaml itself, with deploy/portal.ini.example edited as it says; no account can be reached."""
        root = self.folder / "root"
        shutil.copytree(ROOT / "deploy", root / "deploy", ignore=shutil.ignore_patterns("secrets", "portal.ini"))
        shutil.copyfile(ROOT / "compose.yaml", root / "compose.yaml")
        secrets = root / "deploy" / "secrets"
        secrets.mkdir()
        put_secrets(secrets)
        for path in (secrets, *secrets.iterdir()):
            os.chown(path, 65532, 65532)
        (root / "deploy" / "portal.ini").write_text(edited())
        project = self.start("compose-up", "compose.yaml", root)
        self.wait_until_healthy(project, "portal", "nginx")
        status, text = fetch("http://127.0.0.1:8080/api/v1/registrations", json.dumps({"identifier": THING}).encode())
        self.assertEqual(status, 202, f"{text}\n{project.logs('portal')}")
        page = json.loads(text)["status_url"]
        self.assertTrue(page.startswith("http://127.0.0.1:8080/"), page)
        self.assertEqual(project.compose("restart", "portal").returncode, 0)
        eventually(lambda: fetch(page)[0] == 200, lambda: project.logs("portal"))

    def test_a_product_is_claimed_and_a_restart_forgets_nothing(self):
        project = self.start("compose-up-sandbox", "sandbox/compose.yaml")
        self.wait_until_healthy(project, "staging", "oem", "module", "portal", "nginx")
        status, text = fetch("http://127.0.0.1:8081/")
        self.assertIn("<form", text, f"{status}\n{project.logs('nginx')}")
        status, text = fetch("http://127.0.0.1:8081/api/v1/registrations", json.dumps({"identifier": THING}).encode())
        self.assertEqual(status, 202, f"{text}\n{project.logs('portal')}")
        page = json.loads(text)["status_url"]
        self.assertTrue(page.startswith("http://127.0.0.1:8081/"), page)
        address = f"http://127.0.0.1:8081/api/v1/registrations/{json.loads(text)['token']}"
        eventually(lambda: '"onboarded"' in fetch(address)[1], lambda: f"{fetch(address)}\n{project.logs('portal')}")
        before = self.engine.podman("inspect", "--format", "{{.State.StartedAt}}", project.container("portal")).stdout
        again = project.compose("restart", "portal")
        self.assertEqual(again.returncode, 0, again.stdout)
        after = self.engine.podman("inspect", "--format", "{{.State.StartedAt}}", project.container("portal")).stdout
        self.assertNotEqual(before, after)
        eventually(lambda: fetch(page)[0] == 200, lambda: project.logs("portal"))
        self.assertIn('"onboarded"', fetch(address)[1])


if __name__ == "__main__":
    if INSIDE not in os.environ:
        enter()
    unittest.main()
