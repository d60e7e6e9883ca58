# SPDX-License-Identifier: Apache-2.0
"""deploy/oem-account.yaml: what CloudFormation refuses, AWS's resource schemas, cfn-lint, and that it makes the same as
`expresslink-claim account apply`. Rejections first."""
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

import botocore.session

from account import AccountCase
from aws_models import Judge
from cloud import Cloud
from cloudformation import Refused, Stack, combinations, mistakes, schemas
from patience import DEADLINE, LONG_DEADLINE
from sandbox import ROOT, eventually

TEMPLATE = ROOT / "deploy" / "oem-account.yaml"
TEXT = TEMPLATE.read_text()
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"
REQUEST = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----"
CHOICES = {
    "Name": [None, "vendor-b"],
    "ThingNameField": ["CommonName", "SerialNumber"],
    "ThingType": [None, "lamp"],
    "ThingGroups": [None, "home", "home,fleet:eu,a_1,b-2,c"],
    "MakeTypeAndGroups": [None, "no"],
    "Attributes": [None, '{"vendor":"acme","line":"7"}'],
    "ObserverRequest": [None, REQUEST],
    "ObserverClientId": [None, "watcher"],
    "EventsQueue": [None, "yes"],
}
MORE_CHOICES = {  # what has nothing to do with those
    "PublishTopics": [None, "data", "data,${thing}/x,c,d,e"],
    "SubscribeTopics": [None, "cmd/+/set", "a,b,c,d,#"],
    "BasicIngestRules": [None, "store", "store,b/${thing},c"],
    "BillingGroup": [None, "lamps"],
    "TemplateDescription": [None, "Lamps of Acme"],
    "MakeTypeAndGroups": [None, "no"],
}


NAME = ("--thing-name", "common-name")  # options after it count more


def stack(**parameters):
    return Stack(TEXT, {"ManufacturerCA": CERTIFICATE, "ThingNameField": "CommonName", **parameters})


class Parameters(unittest.TestCase):
    def test_what_would_make_something_else_than_was_meant_is_refused(self):
        rows = [("Name", "a" * 37), ("Name", "with space"), ("Name", ""), ("ThingNameField", "Country"),
                ("ManufacturerCA", ""), ("ManufacturerCA", CERTIFICATE.replace("\n", " ")),
                ("ManufacturerCA", "subject=CN = x\n" + CERTIFICATE), ("ManufacturerCA", CERTIFICATE + "\n" + CERTIFICATE),
                ("ManufacturerCA", CERTIFICATE.replace("MIIB", "M" * 4096)), ("ManufacturerCA", REQUEST),
                ("ObserverRequest", CERTIFICATE), ("ObserverRequest", REQUEST.replace("\n", " ")),
                ("ThingGroups", "a, b"), ("ThingGroups", "a,,b"), ("ThingGroups", "a,"), ("ThingGroups", "a,b,c,d,e,f"),
                ("Attributes", "vendor=acme"), ("Attributes", ""), ("ObserverClientId", ""), ("ObserverClientId", "a/#"),
                ("PublishTopics", "a/+"), ("PublishTopics", "a,,b"), ("PublishTopics", "a,b,c,d,e,f"), ("PublishTopics", "a/*"),
                ("PublishTopics", "${iot:ClientId}"), ("PublishTopics", "$aws/x"), ("SubscribeTopics", "a/*"),
                ("BasicIngestRules", "my-rule"), ("BasicIngestRules", "a/#"), ("BasicIngestRules", "$aws/rules/a"),
                ("MakeTypeAndGroups", "maybe"), ("EventsQueue", "maybe"), ("ThingType", "x y"), ("BillingGroup", "x y"), ("Other", "x")]
        for name, value in rows:
            with self.subTest(name, value=value[:40]), self.assertRaisesRegex(Refused, name):
                stack(**{name: value})
        with self.assertRaisesRegex(Refused, "ManufacturerCA"):
            Stack(TEXT, {})
        with self.assertRaisesRegex(Refused, "ThingNameField"):
            Stack(TEXT, {"ManufacturerCA": CERTIFICATE})

    def test_a_certificate_may_end_its_lines_as_windows_does(self):
        for text in (CERTIFICATE.replace("\n", "\r\n"), CERTIFICATE + "\n"):
            self.assertEqual(stack(ManufacturerCA=text).one("AWS::IoT::CACertificate")["CACertificatePem"], text)


class Resources(unittest.TestCase):
    """Each combination of parameters against AWS's own schemas."""

    @classmethod
    def setUpClass(cls):
        cls.types = sorted(set(re.findall(r"^    Type: (AWS::\S+)$", TEXT, re.M)))
        cls.schemas = schemas(*cls.types)
        if cls.schemas is None:
            raise unittest.SkipTest("npm is not installed: nothing to compare with")

    def wrong(self, resources):
        return [line for name, (kind, properties) in resources.items()
                for line in mistakes({"type": "object", **self.schemas[kind]}, properties, name)]

    def test_mistakes_are_seen(self):
        changes = [("TemplateType: JITP", "TemplateType: JITR", "is none of"),
                   ("TemplateType: JITP", "TemplateKind: JITP", "is no property"),
                   ("Enabled: true", "Enabled: 'true'", "is no boolean"),
                   ("        TemplateName: !Ref ProvisioningTemplate", "        Template: x", "is no property"),
                   ("      CACertificatePem: !Ref ManufacturerCA\n", "", "is missing"),
                   ("      ManagedPolicyArns:\n        - ", "      ManagedPolicyArns:\n          ", "is no list")]
        for old, new, what in changes:
            with self.subTest(new):
                self.assertEqual(TEXT.count(old), 1, old)
                wrong = self.wrong(Stack(TEXT.replace(old, new), {"ManufacturerCA": CERTIFICATE, "ThingNameField": "CommonName"}).resources)
                self.assertTrue(any(what in line for line in wrong), wrong)

    def test_all_types_are_there(self):
        self.assertEqual(sorted(self.schemas), self.types)

    def test_every_combination_is_as_the_schemas_say(self):
        for parameters in (*combinations(CHOICES), *combinations(MORE_CHOICES)):
            made = stack(**parameters)
            with self.subTest(**parameters):
                self.assertEqual(self.wrong(made.resources), [])
            for kind, attribute in made.attributes:
                self.assertIn(attribute, self.schemas[kind]["attributes"], kind)

    def test_what_is_made_is_what_was_asked_for(self):
        made = stack(ThingGroups="a,b,c", ThingType="lamp", Attributes='{"vendor":"acme"}')
        self.assertEqual([group["ThingGroupName"] for group in made.of("AWS::IoT::ThingGroup")], ["a", "b", "c"])
        thing = json.loads(made.one("AWS::IoT::ProvisioningTemplate")["TemplateBody"])["Resources"]["thing"]["Properties"]
        self.assertEqual(thing, {"ThingName": {"Ref": "AWS::IoT::Certificate::CommonName"}, "ThingTypeName": "lamp",
                                 "ThingGroups": ["a", "b", "c"], "AttributePayload": {"vendor": "acme"}})
        self.assertEqual(len(made.of("AWS::IoT::ThingType")), 1)
        for left_out in (stack(), stack(ThingGroups="a,b", ThingType="lamp", MakeTypeAndGroups="no")):
            kinds = {kind for kind, _ in left_out.resources.values()}
            self.assertEqual(kinds, {"AWS::IAM::Role", "AWS::IoT::Policy", "AWS::IoT::ProvisioningTemplate",
                                     "AWS::IoT::CACertificate"})

    def test_outputs_are_what_the_portal_is_configured_with(self):
        made = stack(ObserverRequest=REQUEST, Name="acme")
        self.assertEqual(made.outputs, {
            "TemplateName": "acme", "ModulePolicyName": "acme-module", "ObserverPolicyName": "acme-observer",
            "ManufacturerAuthorityId": "<ManufacturerAuthority.Id>", "ObserverCertificateId": "<ObserverCertificate.Id>",
            "ObserverClientId": "portal-observer"})
        self.assertNotIn("ObserverCertificateId", stack().outputs)
        self.assertEqual(stack(EventsQueue="yes").outputs["EventsQueueUrl"], "<EventsQueueResource.QueueUrl>")


class Lint(unittest.TestCase):
    @unittest.skipUnless(shutil.which("cfn-lint"), "cfn-lint is not installed: Debian has none")
    def test_cfn_lint_is_clean(self):
        with tempfile.TemporaryDirectory() as folder:
            broken = Path(folder) / "broken.yaml"
            broken.write_text(TEXT.replace("TemplateType: JITP", "TemplateType: JITR"))
            for path, expected in ((broken, 2), (TEMPLATE, 0)):
                done = subprocess.run(["cfn-lint", "--regions", "us-east-1", "eu-west-1", "--", path], text=True,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LONG_DEADLINE)
                self.assertEqual(done.returncode & 2, expected, done.stdout)
                self.assertEqual(expected == 0, done.stdout == "", done.stdout)


def client(service, cloud):
    """Debian's own botocore, towards the simulated cloud."""
    return botocore.session.get_session().create_client(
        service, region_name="us-east-1", endpoint_url=cloud.url, aws_access_key_id="sandbox", aws_secret_access_key="sandbox")


def deploy(made, cloud, address=None):
    """Makes what the stack's resources say, each by the call that CloudFormation makes for its type. address: where others
    find the cloud."""
    with contextlib.closing(client("iot", cloud)) as iot, contextlib.closing(client("iam", cloud)) as iam:
        _deploy(made, iot, iam, cloud, address)


def _deploy(made, iot, iam, cloud, address):
    arns = {}

    def queue(of):
        body = json.dumps({"QueueName": of["QueueName"], "Attributes": {
            name: str(value) for name, value in of.items() if name != "QueueName"}}).encode()
        target, headers = cloud.signed("sqs", "POST", "/", body=body, headers={
            "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.CreateQueue"})
        answer = cloud.send("POST", target, body, headers)
        arns["<EventsQueueResource.QueueUrl>"] = answer.json["QueueUrl"].replace(cloud.url, address or cloud.url)

    def rule(of):
        payload = of["TopicRulePayload"]
        sqs, = (action["Sqs"] for action in payload["Actions"])
        iot.create_topic_rule(ruleName=of["RuleName"], topicRulePayload={
            "sql": payload["Sql"], "awsIotSqlVersion": payload["AwsIotSqlVersion"], "ruleDisabled": payload["RuleDisabled"],
            "actions": [{"sqs": {"queueUrl": arns["<EventsQueueResource.QueueUrl>"], "roleArn": sqs["RoleArn"],
                                 "useBase64": sqs["UseBase64"]}}]})

    def role(of):
        iam.create_role(RoleName=of["RoleName"], AssumeRolePolicyDocument=json.dumps(of["AssumeRolePolicyDocument"]))
        for arn in of.get("ManagedPolicyArns", []):
            iam.attach_role_policy(RoleName=of["RoleName"], PolicyArn=arn)
        for policy in of.get("Policies", []):
            iam.put_role_policy(RoleName=of["RoleName"], PolicyName=policy["PolicyName"],
                                PolicyDocument=json.dumps(policy["PolicyDocument"]))

    def authority(of):
        iot.register_ca_certificate(
            caCertificate=of["CACertificatePem"], certificateMode=of["CertificateMode"], setAsActive=of["Status"] == "ACTIVE",
            allowAutoRegistration=of["AutoRegistrationStatus"] == "ENABLE",
            registrationConfig={"templateName": of["RegistrationConfig"]["TemplateName"]})

    def certificate(of):
        answer = iot.create_certificate_from_csr(certificateSigningRequest=of["CertificateSigningRequest"],
                                                 setAsActive=of["Status"] == "ACTIVE")
        arns["<ObserverCertificate.Arn>"] = answer["certificateArn"]

    calls = {
        "AWS::IAM::Role": role,
        "AWS::IoT::Policy": lambda of: iot.create_policy(policyName=of["PolicyName"],
                                                         policyDocument=json.dumps(of["PolicyDocument"])),
        "AWS::IoT::ThingType": lambda of: iot.create_thing_type(thingTypeName=of["ThingTypeName"]),
        "AWS::IoT::ThingGroup": lambda of: iot.create_thing_group(thingGroupName=of["ThingGroupName"]),
        "AWS::IoT::ProvisioningTemplate": lambda of: iot.create_provisioning_template(
            templateName=of["TemplateName"], templateBody=of["TemplateBody"], type=of["TemplateType"], enabled=of["Enabled"],
            provisioningRoleArn=of["ProvisioningRoleArn"], description=of["Description"]),
        "AWS::IoT::BillingGroup": lambda of: iot.create_billing_group(billingGroupName=of["BillingGroupName"]),
        "AWS::IoT::CACertificate": authority,
        "AWS::IoT::Certificate": certificate,
        "AWS::IoT::PolicyPrincipalAttachment": lambda of: iot.attach_policy(policyName=of["PolicyName"],
                                                                            target=arns[of["Principal"]]),
        "AWS::SQS::Queue": queue,
        "AWS::IoT::TopicRule": rule,
    }
    for kind, call in calls.items():  # in the order in which each needs those before it
        for properties in made.of(kind):
            call(properties)


class SameAsApply(AccountCase):
    """What the stack makes is what `account apply` wants: afterwards it finds nothing to change but the thing events."""
    ROWS = [  # parameters of the stack, and the same as options
        ({}, []),
        ({"Name": "vendor-b", "ThingNameField": "SerialNumber"}, ["--name", "vendor-b", "--thing-name", "serial-number"]),
        ({"ThingType": "lamp", "ThingGroups": "home"}, ["--thing-type", "lamp", "--thing-group", "home"]),
        ({"ThingGroups": "e,d,c,b,a"}, [f"--thing-group={name}" for name in "edcba"]),
        ({"Attributes": '{"vendor": "acme", "line": "7"}'}, ["--attribute", "vendor=acme", "--attribute", "line=7"]),
        ({"ObserverRequest": True}, ["--observer-request", "portal-observer.csr"]),
        ({"ObserverRequest": True, "ObserverClientId": "watcher", "Name": "x"},
         ["--observer-request", "portal-observer.csr", "--client-id", "watcher", "--name", "x"]),
        ({"PublishTopics": "data"}, ["--publish", "data"]),
        ({"BasicIngestRules": "a,b,c/${thing}/x"}, ["--basic-ingest=a", "--basic-ingest=$aws/rules/b", "--basic-ingest=c/${thing}/x"]),
        ({"SubscribeTopics": "+/a,cmd/${thing}/#"}, ["--subscribe", "+/a", "--subscribe", "cmd/${thing}/#"]),
        ({"PublishTopics": "1,2,3,4,5", "SubscribeTopics": "1,2/+/3", "BasicIngestRules": "r"},
         [*(f"--publish={i}" for i in range(1, 6)), "--subscribe=1", "--subscribe=2/+/3", "--basic-ingest=r"]),
        ({"BillingGroup": "lamps", "TemplateDescription": "Lamps of Acme"},
         ["--billing-group", "lamps", "--description", "Lamps of Acme"]),
        ({"EventsQueue": "yes", "Name": "vendor-b"}, ["--events-queue", "--name", "vendor-b"]),
        ({"Name": "all", "ThingNameField": "SerialNumber", "ThingType": "lamp", "ThingGroups": "a,b", "Attributes": '{"v":"1"}',
          "ObserverRequest": True, "EventsQueue": "yes"},
         ["--name", "all", "--events-queue", "--thing-name", "serial-number", "--thing-type", "lamp", "--thing-group", "a", "--thing-group", "b",
          "--attribute", "v=1", "--observer-request", "portal-observer.csr"]),
    ]

    def deployed(self, cloud, parameters, text=TEXT):
        parameters = {"ManufacturerCA": (self.folder / "ca.pem").read_text(), "ThingNameField": "CommonName", **parameters}
        if "ObserverRequest" in parameters:
            parameters["ObserverRequest"] = (self.folder / "portal-observer.csr").read_text()
        deploy(Stack(text, parameters), cloud, self.judge.url)

    def planned(self, options):
        """The steps that are not "keep"."""
        steps = self.steps(self.does("apply", "--ca", "ca.pem", *NAME, *options, "--dry-run", "--json"))
        self.assertGreater(len(steps), 4)
        return {step: action for step, action in steps.items() if action != "keep"}

    def test_differences_are_seen(self):
        changes = [("/shadow/*", "/shadow", "policy"), ("Thing.IsAttached", "Thing.Attached", "policy"),
                   ("Enabled: true", "Enabled: false", "template"), ("Status: ENABLE", "Status: DISABLE", "CA"),
                   ('"Status": "ACTIVE"', '"Status": "INACTIVE"', "template"),
                   ("AWSIoTThingsRegistration", "AWSIoTLogging", "role"),
                   ("presence/connected/*", "presence/connected/x", "policy"),
                   ("SELECT *, topic() AS topic", "SELECT *", "rule"), ("VisibilityTimeout: 30", "VisibilityTimeout: 3", "queue"),
                   ("Action: sqs:SendMessage", "Action: sqs:*", "role"), ("UseBase64: false", "UseBase64: true", "rule"),
                   ("RuleDisabled: false", "RuleDisabled: true", "rule")]
        options = ["--observer-request", "portal-observer.csr", "--events-queue"]
        for old, new, kind in changes:
            with self.subTest(new), Cloud() as cloud, Judge(cloud.host) as self.judge:
                self.assertIn(old, TEXT)
                self.deployed(cloud, {"ObserverRequest": True, "EventsQueue": "yes"}, TEXT.replace(old, new))
                self.assertIn(kind, {step[0] for step in self.planned(options)})

    def test_nothing_is_left_but_the_events(self):
        for parameters, options in self.ROWS:
            with self.subTest(**parameters), Cloud() as cloud, Judge(cloud.host) as self.judge:
                self.deployed(cloud, parameters)
                self.assertEqual(self.planned(options), {("events", "THING"): "change"})
                self.does("apply", "--ca", "ca.pem", "--ca-file", "ca.pem", *NAME, *options, "--yes")
                self.assertEqual(self.judge.changing, ["iot:UpdateEventConfigurations"])
                self.assertEqual(self.planned(options), {})


class Moto:
    """`with Moto() as moto:` - a simulation of CloudFormation, IAM and parts of IoT that is not ours, and the AWS CLI for it."""

    def __enter__(self):
        self._temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self._temporary.name)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self._log = open(self.folder / "log", "wb")
        self._process = subprocess.Popen(["moto_server", "-H", "127.0.0.1", "-p", str(self._port)], stdout=self._log,
                                         stderr=self._log)
        try:
            eventually(self._listens, "moto_server listens")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(DEADLINE)
        self._log.close()
        self._temporary.cleanup()

    def _listens(self):
        if self._process.poll() is not None:
            raise AssertionError((self.folder / "log").read_text())
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

    def aws(self, *arguments):
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith("AWS_") and "proxy" not in name.lower()}
        done = subprocess.run(["/usr/bin/aws", "--endpoint-url", f"http://127.0.0.1:{self._port}", "--output", "json",
                               *arguments], capture_output=True, text=True, timeout=LONG_DEADLINE,
                              env={**kept, "HOME": str(self.folder), "AWS_DEFAULT_REGION": "us-east-1",
                                   "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"})
        if done.returncode:
            raise AssertionError(done.stderr)
        return done.stdout

    def ask(self, *arguments):
        return json.loads(self.aws(*arguments))


def pem(folder, *arguments):
    """What openssl makes of a new key: a certificate (-x509) or a signing request."""
    return subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                           "-keyout", folder / "key", "-days", "10", *arguments], check=True, capture_output=True,
                          text=True).stdout


@unittest.skipUnless(shutil.which("moto_server"), "moto_server is not installed: Debian has none")
@unittest.skipUnless(os.access("/usr/bin/aws", os.X_OK), "the AWS CLI is not installed (Debian: apt-get install awscli)")
class Deployed(unittest.TestCase):
    """By the command that stands in the template, in a simulation that is not ours. It makes role and policies; it knows
    AWS::IoT::CACertificate, ProvisioningTemplate, Certificate and ThingGroup not at all, and leaves them out. So what is seen here
    is that our own reading of the template's functions is right, and that PEM texts come through the command line."""

    def test_role_and_policies_are_the_same(self):
        with Moto() as moto:
            parameters = {"ManufacturerCA": pem(moto.folder, "-x509", "-subj", "/CN=Vendor CA").rstrip("\n"),
                          "ObserverRequest": pem(moto.folder, "-subj", "/CN=portal-observer").rstrip("\n"),
                          "Name": "acme", "ThingNameField": "CommonName", "ThingType": "lamp", "ThingGroups": "a,b",
                          "Attributes": '{"vendor":"acme"}'}
            moto.aws("cloudformation", "deploy", "--template-file", str(TEMPLATE), "--stack-name", "acme",
                     "--capabilities", "CAPABILITY_NAMED_IAM", "--parameter-overrides",
                     *(f"{name}={value}" for name, value in parameters.items()))
            here = Stack(TEXT, parameters)
            role = moto.ask("iam", "get-role", "--role-name", "acme-provisioning")["Role"]
            self.assertEqual(role["AssumeRolePolicyDocument"], here.one("AWS::IAM::Role")["AssumeRolePolicyDocument"])
            for policy in here.of("AWS::IoT::Policy"):
                there = moto.ask("iot", "get-policy", "--policy-name", policy["PolicyName"])
                document = there["policyDocument"]  # moto keeps the object, and nothing where AWS::NoValue was
                document["Statement"] = [statement for statement in document["Statement"] if statement]
                self.assertEqual(document, policy["PolicyDocument"])
            told, = moto.ask("cloudformation", "describe-stacks", "--stack-name", "acme")["Stacks"]
            came = {each["ParameterKey"]: each["ParameterValue"] for each in told["Parameters"]}
            self.assertEqual({name: came.get(name) for name in parameters}, parameters)


if __name__ == "__main__":
    unittest.main()
