# SPDX-License-Identifier: Apache-2.0
"""`expresslink-claim account` against a simulated cloud, with AWS's models as the judge between them, and CAs to give it."""
import json
import os
import subprocess
import tempfile
import unittest
from contextlib import ExitStack
from pathlib import Path

from aws_models import Judge
from cloud import Cloud
from patience import DEADLINE, LONG_DEADLINE
from sandbox import BUILD

CLAIM = BUILD / "command" / "expresslink-claim"


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder, timeout=DEADLINE)


def make_authority(folder, name="ca", subject="/O=Acme/CN=Acme Modules CA"):
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key",
            "-out", f"{name}.pem", "-days", "60", "-subj", subject)
    return folder / f"{name}.pem"


def make_request(folder, name, subject="/CN=portal-observer"):
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key",
            "-out", f"{name}.csr", "-subj", subject)
    return folder / f"{name}.csr"


class AccountCase(unittest.TestCase):
    """An empty account, a folder with ca.pem and portal-observer.csr, and nobody's ~/.aws."""
    cloud_options = ()

    @classmethod
    def setUpClass(cls):
        cls.made = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="account.")))
        make_authority(cls.made)
        make_request(cls.made, "portal-observer")

    def setUp(self):
        stack = self.stack = self.enterContext(ExitStack())
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="account.")))
        for file in self.made.iterdir():
            (self.folder / file.name).write_bytes(file.read_bytes())
        self.judge = stack.enter_context(Judge())
        self.empty_account()

    def empty_account(self):
        self.cloud = self.stack.enter_context(Cloud(*self.cloud_options))
        self.judge.host, self.judge.script = self.cloud.host, None

    def environment(self, **more):
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "AWS_ACCESS_KEY_ID": "sandbox",
                "AWS_SECRET_ACCESS_KEY": "sandbox", "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": self.judge.url, **more,
                **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}}

    def account(self, *arguments, **environment):
        """The ended process; every request of it was one that AWS takes."""
        self.judge.made.clear()
        ended = subprocess.run([CLAIM, "account", *map(str, arguments)], cwd=self.folder, env=self.environment(**environment),
                               stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LONG_DEADLINE)
        self.assertEqual(self.judge.problems, [], ended)
        return ended

    def does(self, *arguments, **environment):
        ended = self.account(*arguments, **environment)
        self.assertEqual(ended.returncode, 0, ended)
        return ended.stdout

    def fails(self, status, *arguments):
        """What it says on standard error."""
        ended = self.account(*arguments)
        self.assertEqual(ended.returncode, status, ended)
        return ended.stderr

    STANDARD = ("--ca", "ca.pem", "--observer-request", "portal-observer.csr", "--portal-ini", "portal.ini",
                "--thing-type", "sensor", "--thing-group", "all", "--attribute", "vendor=acme", "--ca-file", "ca.pem",
                "--thing-name", "common-name")

    def apply(self, *more):
        return self.does("apply", *self.STANDARD, "--yes", *more)

    def iot(self, method, path, body=None, query=None):
        """A call of the test's own, past the judge."""
        body = b"" if body is None else json.dumps(body).encode()
        target, headers = self.cloud.signed("iot", method, path, query, body)
        answer = self.cloud.send(method, target, body, headers)
        self.assertEqual(answer.status // 100, 2, answer)
        return json.loads(answer.body) if answer.body else {}

    def steps(self, output):
        """{(kind, name): action} of --json."""
        return {(step["kind"], step["name"]): step["action"] for step in json.loads(output)["steps"]}

    def state(self):
        return json.loads((self.cloud.state / "cloud" / "iot.json").read_text())
