# SPDX-License-Identifier: Apache-2.0
"""Clients of the simulated cloud's AWS IoT, IAM and STS: Debian's botocore, whose models check what is asked, and here also,
strictly, what is answered."""
import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import botocore.config
import botocore.exceptions

from cloud import Cloud
from newer_models import new_session

ACCOUNT = "123456789012"
ARN = f"arn:aws:iot:us-east-1:{ACCOUNT}"
REGISTRATION = "arn:aws:iam::aws:policy/service-role/AWSIoTThingsRegistration"
ENDPOINT = "127.0.0.2"
SESSION = new_session()
# Errors that the service gives to calls whose model has none of them.
NOT_IN_MODEL = {("DetachPolicy", "ResourceNotFoundException")}
ANYWHERE = {"AccessDeniedException", "UnrecognizedClientException", "ExpiredTokenException", "SerializationException",
            "InvalidSignatureException", "UnknownOperationException"}


def trust(service="iot.amazonaws.com"):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]})


def policy(action="iot:Connect"):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": ["*"]}]})


BODY = json.dumps({
    "Parameters": {"AWS::IoT::Certificate::CommonName": {"Type": "String"}, "AWS::IoT::Certificate::Id": {"Type": "String"}},
    "Resources": {"certificate": {"Type": "AWS::IoT::Certificate",
                                  "Properties": {"CertificateId": {"Ref": "AWS::IoT::Certificate::Id"}, "Status": "ACTIVE"}}}})


# What is answered, against the model

def strict(shape, value, where):
    kinds = {"string": str, "boolean": bool, "integer": int, "long": int, "timestamp": (int, float), "list": list, "map": dict,
             "structure": dict}
    assert isinstance(value, kinds[shape.type_name]) and (shape.type_name == "boolean" or not isinstance(value, bool)), (where, value)
    if shape.type_name == "structure":
        named = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for name, member in value.items():
            assert name in named, f"{where}: {name} is no member"
            strict(named[name], member, f"{where}.{name}")
    elif shape.type_name == "list":
        for each in value:
            strict(shape.member, each, where)
    elif shape.type_name == "map":
        for name, each in value.items():
            strict(shape.key, name, where)
            strict(shape.value, each, where)
    elif shape.type_name == "string":
        facts = shape.metadata
        assert facts.get("min", 0) <= len(value) <= facts.get("max", 1 << 30), (where, value)
        assert value in facts.get("enum", [value]), (where, value)
        if "pattern" in facts and "\\p" not in facts["pattern"]:
            assert re.fullmatch(facts["pattern"], value), (where, value)
    elif shape.type_name == "timestamp":
        assert 1_700_000_000 < value < 2_600_000_000, (where, value)


def check_answer(http_response, model, **_):
    body, status = http_response.content, http_response.status_code
    if status == 200:
        if body:
            strict(model.output_shape, json.loads(body), model.name)
        return
    code = http_response.headers["x-amzn-ErrorType"]
    if status < 500 and code not in ANYWHERE and (model.name, code) not in NOT_IN_MODEL:
        errors = {shape.name: shape for shape in model.error_shapes}
        assert code in errors, (model.name, code)
        assert code == "ThrottlingException" or errors[code].metadata["error"]["httpStatusCode"] == status, (code, status)
        strict(errors[code], json.loads(body), code)


def openssl(*arguments, **options):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, text=True, **options).stdout


class Authority:
    """A CA and what it signs, in a folder."""

    def __init__(self, folder, name, authority=True, days=3650):
        self.path, self.key = folder / f"{name}.pem", folder / f"{name}.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.key, "-out", self.path,
                "-days", days, "-subj", f"/O=Vendor/CN={name}", "-addext", f"basicConstraints=critical,CA:{str(authority).upper()}")
        self.pem, self.folder = self.path.read_text(), folder

    def sign(self, common_name, key="ec"):
        kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if key == "ec" else ["-newkey", key]
        return openssl("req", "-x509", *kind, "-nodes", "-keyout", self.folder / "leaf.key", "-CA", self.path,
                       "-CAkey", self.key, "-days", 3650, "-subj", f"/CN={common_name}", "-addext", "basicConstraints=critical,CA:FALSE")


def signing_request(folder, subject="/O=OEM/CN=observer", *kind):
    return openssl("req", "-new", *(kind or ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")), "-nodes", "-keyout",
                   folder / "request.key", "-subj", subject)


class IotCase(unittest.TestCase):
    options = ()

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.cloud = self.enterContext(Cloud("--iot-endpoint", ENDPOINT, *self.options))
        self.connect()

    def connect(self):
        self.iot, self.iam, self.sts = self.client("iot"), self.client("iam"), self.client("sts")

    def client(self, service, key="sandbox", secret="sandbox", token=None, checked=True):
        client = SESSION.create_client(
            service, region_name="us-east-1", endpoint_url=self.cloud.url, aws_access_key_id=key, aws_secret_access_key=secret,
            aws_session_token=token, config=botocore.config.Config(parameter_validation=checked, retries={"max_attempts": 0}))
        self.addCleanup(client.close)
        if service == "iot":
            client.meta.events.register("after-call.iot", check_answer)
        return client

    def refused(self, code, call, **members):
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            call(**members)
        self.assertEqual(caught.exception.response["Error"]["Code"], code, caught.exception)
        return caught.exception.response

    def role(self, name="provisioning", service="iot.amazonaws.com"):
        return self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(service))["Role"]["Arn"]

    def template(self, name="modules", **more):
        try:
            role = self.role()
        except self.iam.exceptions.EntityAlreadyExistsException:
            role = self.iam.get_role(RoleName="provisioning")["Role"]["Arn"]
        return self.iot.create_provisioning_template(
            **{"templateName": name, "templateBody": BODY, "provisioningRoleArn": role, "type": "JITP", "enabled": True, **more})

    def certificate(self, active=False):
        return self.iot.create_certificate_from_csr(certificateSigningRequest=signing_request(self.folder), setAsActive=active)

    def state(self):
        return json.loads((self.cloud.state / "cloud" / "iot.json").read_text())
