# SPDX-License-Identifier: Apache-2.0
"""expresslink-claim account against moto_server, somebody else's idea of AWS, as far as that goes: it has no provisioning
templates and no event configurations. Those two are answered here; what was made is read back through botocore."""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

import botocore.config
import botocore.session

from account import CLAIM, make_authority, make_request
from aws_models import Judge
from aws_service import Answer, refused
from patience import DEADLINE, LONG_DEADLINE
from sandbox import eventually

PLACES = os.pathsep.join((os.environ.get("PATH", ""), str(Path.home() / ".pyenv" / "shims"), "/usr/local/bin"))
MOTO = shutil.which("moto_server", path=PLACES)


class Missing:
    """What moto lacks, as a script of the judge's."""

    def __init__(self):
        self.templates, self.events = {}, {"THING": {"Enabled": False}, "JOB": {"Enabled": True}}

    def __call__(self, call):
        template = self.templates.get(call.input.get("templateName"))
        if call.operation == "DescribeProvisioningTemplate":
            return Answer(200, template) if template else refused(404, "ResourceNotFoundException")
        if call.operation == "CreateProvisioningTemplate":
            self.templates[call.input["templateName"]] = call.input
            return Answer(200, {"templateName": call.input["templateName"]})
        if call.operation == "DeleteProvisioningTemplate":
            return Answer(200, {}) if self.templates.pop(call.input["templateName"]) else None
        if call.operation == "ListTagsForResource":
            return Answer(200, {"tags": []})
        if call.operation == "TagResource":
            return Answer(200, {})
        if call.operation == "ListCACertificates":
            return Answer(200, {"certificates": []})
        if call.operation == "DescribeEventConfigurations":
            return Answer(200, {"eventConfigurations": self.events})
        if call.operation == "UpdateEventConfigurations":
            self.events.update(call.input["eventConfigurations"])
            return Answer(200, {})
        return None


@unittest.skipUnless(MOTO, "moto_server is not installed: what it would have said is not looked at")
class Moto(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="moto.")))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            cls.host = f"127.0.0.1:{free.getsockname()[1]}"
        with open(cls.folder / "moto.log", "wb") as log:
            cls.process = subprocess.Popen([MOTO, "-H", "127.0.0.1", "-p", cls.host.rpartition(":")[2]], stdout=log, stderr=log,
                                           env={**os.environ, "MOTO_IAM_LOAD_MANAGED_POLICIES": "true"})
        cls.addClassCleanup(cls.process.wait)
        cls.addClassCleanup(cls.process.terminate)
        eventually(cls._answers, lambda: (cls.folder / "moto.log").read_text())
        make_authority(cls.folder)
        make_request(cls.folder, "portal-observer")
        session = botocore.session.Session()
        session.set_credentials("sandbox", "sandbox")
        config = botocore.config.Config(retries={"total_max_attempts": 1})
        cls.iot, cls.iam = (session.create_client(name, region_name="us-east-1", endpoint_url=f"http://{cls.host}", config=config)
                            for name in ("iot", "iam"))
        cls.addClassCleanup(cls.iot.close)
        cls.addClassCleanup(cls.iam.close)

    @classmethod
    def _answers(cls):
        try:
            with urllib.request.urlopen(f"http://{cls.host}/moto-api/data.json", timeout=DEADLINE):
                return True
        except OSError:
            return False

    def setUp(self):
        urllib.request.urlopen(urllib.request.Request(f"http://{self.host}/moto-api/reset", method="POST"), timeout=DEADLINE).close()
        for name in ("portal.ini", "portal-observer.pem"):
            (self.folder / name).unlink(missing_ok=True)
        self.judge = self.enterContext(Judge(self.host, script=Missing()))

    def account(self, *arguments, **environment):
        self.judge.made.clear()
        ended = subprocess.run(
            [CLAIM, "account", *arguments], cwd=self.folder, capture_output=True, text=True, timeout=LONG_DEADLINE, stdin=subprocess.DEVNULL,
            env={"HOME": str(self.folder), "AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox",
                 "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": self.judge.url, **environment,
                 **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}})
        self.assertEqual(self.judge.problems, [], ended)
        return ended

    def apply(self):
        ended = self.account("apply", "--ca", "ca.pem", "--observer-request", "portal-observer.csr", "--thing-type", "sensor", "--thing-name", "common-name",
                             "--thing-group", "all", "--portal-ini", "portal.ini", "--yes")
        self.assertEqual(ended.returncode, 0, ended)
        return ended.stdout

    def test_what_was_made(self):
        self.apply()
        role = self.iam.get_role(RoleName="expresslink-provisioning")["Role"]
        self.assertEqual(role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"], {"Service": "iot.amazonaws.com"})
        attached = self.iam.list_attached_role_policies(RoleName="expresslink-provisioning")["AttachedPolicies"]
        self.assertEqual([each["PolicyName"] for each in attached], ["AWSIoTThingsRegistration"])
        document = json.loads(self.iot.get_policy(policyName="expresslink-module")["policyDocument"])
        self.assertEqual(document["Statement"][0]["Resource"],
                         ["arn:aws:iot:us-east-1:123456789012:client/${iot:Connection.Thing.ThingName}"])
        target, = self.iot.list_targets_for_policy(policyName="expresslink-observer")["targets"]
        observer = self.iot.describe_certificate(certificateId=target.rpartition("/")[2])["certificateDescription"]
        self.assertEqual((observer["status"], observer["certificatePem"]),
                         ("ACTIVE", (self.folder / "portal-observer.pem").read_text()))
        self.assertEqual(self.iot.describe_thing_type(thingTypeName="sensor")["thingTypeName"], "sensor")
        self.assertEqual(self.iot.describe_thing_group(thingGroupName="all")["thingGroupName"], "all")
        registered, = self.judge.inputs("iot:RegisterCACertificate")
        self.assertEqual((registered["certificateMode"], registered["registrationConfig"]), ("SNI_ONLY", {"templateName": "expresslink"}))
        self.assertEqual(self.judge.script.events, {"THING": {"Enabled": True}, "JOB": {"Enabled": True}})
        self.assertIn(self.iot.describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"].split(".", 1)[1],
                      (self.folder / "portal.ini").read_text())

    def test_what_it_lacks_is_told_in_words(self):
        self.judge.script = None
        ended = self.account("apply", "--ca", "ca.pem", "--thing-name", "common-name", "--yes", AWS_MAX_ATTEMPTS="1")
        self.assertEqual(ended.returncode, 69)
        self.assertIn("nothing was changed: iot:DescribeEventConfigurations: iot is not available: HTTP 500", ended.stderr)
        self.assertEqual(self.judge.changing, [])


if __name__ == "__main__":
    if not MOTO:
        sys.exit(77)
    unittest.main()
