# SPDX-License-Identifier: Apache-2.0
"""What the doctor sees in the OEM's AWS account: an account that is right, made by botocore in a simulated cloud, and one
fault a row, each with the check that must tell of it and the mend that it must name. Nothing else may fail then."""
import json
import os
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

import botocore.session
from botocore.config import Config

from cloud import Cloud
from patience import DEADLINE
from portal import CLAIM

SESSION = botocore.session.Session()  # one: it remembers AWS's models, which take long to read
REGION, ACCOUNT = "us-east-1", "123456789012"
IOT = f"arn:aws:iot:{REGION}:{ACCOUNT}:"
ADDRESS = "127.0.0.2"  # of the account's endpoint
THING = "0123456789abcdef0123456789abcdef"
ROLE = "expresslink-provisioning"
REGISTRATION = "arn:aws:iam::aws:policy/service-role/AWSIoTThingsRegistration"
NAME = "${iot:Connection.Thing.ThingName}"
SUBJECT = f"/O=Sandbox Modules/serialNumber=17/CN={THING}"


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": actions, "Resource": [IOT + resource for resource in resources]}
        for actions, *resources in statements]})


def trust(service="iot.amazonaws.com"):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]})


def body(field="CommonName", parameters=(), **policies):
    """A JITP template that names the thing after a field of the subject."""
    names = [f"AWS::IoT::Certificate::{name}" for name in (field, *parameters)]
    return json.dumps({
        "Parameters": {name: {"Type": "String"} for name in [*names, "AWS::IoT::Certificate::Id"]},
        "Resources": {
            "thing": {"Type": "AWS::IoT::Thing", "Properties": {"ThingName": {"Ref": names[0]}}},
            "certificate": {"Type": "AWS::IoT::Certificate", "Properties": {
                "CertificateId": {"Ref": "AWS::IoT::Certificate::Id"}, "Status": "ACTIVE"}},
            "policy": {"Type": "AWS::IoT::Policy", "Properties": policies or {"PolicyName": "expresslink-module"}}}})


SERVICES = ("shadow", "jobs", "streams", "defender")


def module(services=SERVICES, own=NAME, speak=("iot:Publish", "iot:Receive")):
    below = [f"{own}/*", *(f"$aws/things/{own}/{service}/*" for service in services)]
    return policy(("iot:Connect", f"client/{own}"), (list(speak), *(f"topic/{each}" for each in below)),
                  ("iot:Subscribe", *(f"topicfilter/{each}" for each in below)))


EVENTS = ("$aws/events/thing/*/created", "$aws/events/presence/connected/*")


def observer(client="portal-observer", subscribe=EVENTS, receive=EVENTS, second="-claim"):
    return policy(("iot:Connect", f"client/{client}", f"client/{client}{second}"), ("iot:Subscribe", *(f"topicfilter/{each}" for each in subscribe)),
                  ("iot:Receive", *(f"topic/{each}" for each in receive)))


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Certificates:
    """Made once: authorities, a birth certificate of each, and the observer's signing request."""

    def __init__(self, folder):
        self.folder = Path(folder)
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.path("key"))
        for name, days in (("manufacturer", 3650), ("other", 3650), ("ending", 20)):
            self.sign(name, f"/O=Sandbox Modules/CN={name} CA", days, "-addext", "keyUsage=critical,keyCertSign")
        openssl("x509", "-in", self.path("manufacturer"), "-signkey", self.path("key"), "-days", -1, "-out", self.path("over"))
        self.sign("birth", SUBJECT, 3660, authority="manufacturer")
        self.sign("capitals", SUBJECT.replace(THING, THING.upper()), 3660, authority="manufacturer")
        self.sign("stranger", SUBJECT, 3660, authority="other")
        openssl("req", "-new", "-key", self.path("key"), "-subj", "/CN=portal-observer", "-out", self.path("request"))

    def path(self, name):
        return self.folder / f"{name}.pem"

    def pem(self, name):
        return self.path(name).read_text()

    def sign(self, name, subject, days, *more, authority=None):
        by = ["-CA", self.path(authority), "-CAkey", self.path("key")] if authority else []
        kind = f"basicConstraints=critical,CA:{'false' if authority else 'true'}"
        openssl("req", "-x509", "-new", "-key", self.path("key"), "-subj", subject, "-days", days, "-addext", kind, *by, *more,
                "-out", self.path(name))


class Account:
    """A simulated account that is right."""

    def __init__(self, certificates, folder):
        self.certificates, self.folder = certificates, Path(folder)
        self.environment, self.birth, self.address, self.arguments = {}, "birth", ADDRESS, ["--aws"]
        openssl("req", "-x509", "-new", "-key", certificates.path("key"), "-subj", "/O=Amazon Web Services", "-days", 3650,
                "-addext", "basicConstraints=critical,CA:true", "-out", self.folder / "iot-ca.pem")
        self.cloud = Cloud("--iot-endpoint", ADDRESS, "--iot-ca", f"{self.folder / 'iot-ca.pem'},{certificates.path('key')}")
        self.iot, self.iam = self._client("iot"), self._client("iam")
        self._make()

    def close(self):
        self.iot.close()
        self.iam.close()
        self.cloud.__exit__()

    def _client(self, service):
        return SESSION.create_client(service, REGION, endpoint_url=self.cloud.url, aws_access_key_id="sandbox",
                                     aws_secret_access_key="sandbox", config=Config(retries={"max_attempts": 1}))

    def _make(self):
        self.iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust())
        self.iam.attach_role_policy(RoleName=ROLE, PolicyArn=REGISTRATION)
        self.iot.create_policy(policyName="expresslink-module", policyDocument=module())
        self.template(body())
        self.authority = self.register("manufacturer")
        request = self.certificates.pem("request")
        made = self.iot.create_certificate_from_csr(certificateSigningRequest=request, setAsActive=True)
        self.observer, self.observer_arn = made["certificateId"], made["certificateArn"]
        (self.folder / "observer.pem").write_text(made["certificatePem"])
        self.iot.create_policy(policyName="expresslink-observer", policyDocument=observer())
        self.iot.attach_policy(policyName="expresslink-observer", target=self.observer_arn)
        self.iot.update_event_configurations(eventConfigurations={"THING": {"Enabled": True}})
        self.queue = self.sqs("CreateQueue", QueueName="expresslink-events")["QueueUrl"]
        for name, topic in (("connected", "presence/connected/+"), ("created", "thing/+/created"), ("disconnected", "presence/disconnected/+")):
            self.iot.create_topic_rule(ruleName=f"expresslink_{name}", topicRulePayload=self.rule(topic))
        self.index("STATUS")

    # What rows do

    def sqs(self, operation, **members):
        body = json.dumps(members).encode()
        target, headers = self.cloud.signed("sqs", "POST", "/", body=body, headers={
            "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"AmazonSQS.{operation}"})
        return self.cloud.send("POST", target, body, headers).json

    def rule(self, topic="presence/connected/+", queue=None, select="*, topic() AS topic", **more):
        action = {"sqs": {"queueUrl": queue or self.queue, "roleArn": f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"}}
        return {"sql": f"SELECT {select} FROM '$aws/events/{topic}'", "actions": [action], **more}

    def replace_rule(self, **more):
        self.iot.replace_topic_rule(ruleName="expresslink_connected", topicRulePayload=self.rule(**more))

    def delete_rules(self, *names):
        for name in names:
            self.iot.delete_topic_rule(ruleName=f"expresslink_{name}")

    def index(self, connectivity):
        self.iot.update_indexing_configuration(thingIndexingConfiguration={
            "thingIndexingMode": "REGISTRY", "thingConnectivityIndexingMode": connectivity})

    def template(self, text, kind="JITP", name="expresslink"):
        self.iot.create_provisioning_template(templateName=name, type=kind, enabled=True, templateBody=text,
                                              provisioningRoleArn=f"arn:aws:iam::{ACCOUNT}:role/{ROLE}")

    def new_version(self, text):
        self.iot.create_provisioning_template_version(templateName="expresslink", templateBody=text, setAsDefault=True)

    def delete_template(self):
        """AWS takes it away only when no CA provisions by it any more."""
        self.other_template()
        self.iot.delete_provisioning_template(templateName="expresslink")

    def for_fleets(self):
        self.delete_template()
        self.template(body(), "FLEET_PROVISIONING")

    def register(self, name, **more):
        return self.iot.register_ca_certificate(**{
            "caCertificate": self.certificates.pem(name), "setAsActive": True, "allowAutoRegistration": True,
            "registrationConfig": {"templateName": "expresslink"}, "certificateMode": "SNI_ONLY", **more})["certificateId"]

    def remove_authority(self):
        self.iot.update_ca_certificate(certificateId=self.authority, newStatus="INACTIVE")
        self.iot.delete_ca_certificate(certificateId=self.authority)

    def register_instead(self, name, **more):
        self.remove_authority()
        self.authority = self.register(name, **more)

    def register_verified(self):
        """In DEFAULT mode, which wants a certificate that shows that we hold the CA's key."""
        code = self.iot.get_registration_code()["registrationCode"]
        self.certificates.sign("verification", f"/CN={code}", 30, authority="manufacturer")
        self.register_instead("manufacturer", certificateMode="DEFAULT",
                              verificationCertificate=self.certificates.pem("verification"))

    def change_authority(self, **more):
        self.iot.update_ca_certificate(certificateId=self.authority, **more)

    def other_template(self):
        self.template(body(), name="vendor-b")
        self.change_authority(registrationConfig={"templateName": "vendor-b"})

    def change_policy(self, name, document):
        self.iot.create_policy_version(policyName=name, policyDocument=document, setAsDefault=True)

    def detach_observer(self):
        self.iot.detach_policy(policyName="expresslink-observer", target=self.observer_arn)

    def deny_observer(self):
        self.iot.create_policy(policyName="denial", policyDocument=policy(("*", "*")).replace("Allow", "Deny").replace(IOT + "*", "*"))
        self.iot.attach_policy(policyName="denial", target=self.observer_arn)

    def drop_role(self):
        self.iam.detach_role_policy(RoleName=ROLE, PolicyArn=REGISTRATION)
        self.iam.delete_role(RoleName=ROLE)

    def attach_another(self):
        self.iam.detach_role_policy(RoleName=ROLE, PolicyArn=REGISTRATION)
        self.iam.attach_role_policy(RoleName=ROLE, PolicyArn="arn:aws:iam::aws:policy/AWSIoTFullAccess")

    def authority_is_over(self):
        """AWS registers none that is, so time has passed since: in what the cloud keeps there is another one of its name
        and key."""
        self.cloud.stop()
        kept = self.cloud.state / "cloud" / "iot.json"
        text = kept.read_text()
        pem = [json.dumps(self.certificates.pem(name))[1:-1] for name in ("manufacturer", "over")]
        assert pem[0] in text
        kept.write_text(text.replace(*pem))
        self.cloud.start()

    def only_own_rights(self):
        self.iam.detach_role_policy(RoleName=ROLE, PolicyArn=REGISTRATION)
        self.iam.put_role_policy(RoleName=ROLE, PolicyName="register-things", PolicyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}))

    def apply(self):
        """What most mends name."""
        observer = [f"--observer-{kind}={path}" for kind, path in (
            ("request", self.certificates.path("request")), ("key", self.certificates.path("key")),
            ("certificate", self.folder / "observer.pem"))]
        done = subprocess.run([CLAIM, "account", "apply", "--events-queue", "--yes", "--thing-name", "common-name", "--ca", self.certificates.path("manufacturer"), *observer,
                               "--ca-file", self.certificates.path("manufacturer")], capture_output=True, text=True, timeout=DEADLINE,
                              env=self.variables(), cwd=self.folder)
        if done.returncode:
            raise AssertionError(f"{done.returncode}: {done.stderr} {done.stdout}")

    # The doctor

    def variables(self):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment |= {"AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox", "AWS_REGION": REGION,
                        "AWS_ENDPOINT_URL": self.cloud.url, "AWS_MAX_ATTEMPTS": "2", "HOME": str(self.folder), **self.environment}
        return {name: value for name, value in environment.items() if value is not None}

    def write_ini(self):
        """Accounts where nobody listens: what the network says is not looked at here."""
        c = self.certificates
        (self.folder / "portal.ini").write_text(f"""
[staging.acme]
address = 127.0.0.1
port = {closed_port()}
ca_file = {c.path('manufacturer')}
cert_file = {c.path('birth')}
key_file = {c.path('key')}
client_id = claim-thing
identifier_form = hex
[endpoint.home]
address = {self.address}
ca_file = {c.path('manufacturer')}
cert_file = {self.folder / 'observer.pem'}
key_file = {c.path('key')}
client_id = portal-observer
events = sqs
queue_url = {self.queue}
connectivity = yes
""")

    def doctor(self):
        """The findings about AWS, in their order."""
        self.write_ini()
        birth = ["--birth-certificate", self.certificates.path(self.birth)] if self.birth else []
        done = subprocess.run([CLAIM, "doctor", "--config", self.folder / "portal.ini", "--json", "--staging", "acme", *birth,
                               *self.arguments], capture_output=True, text=True, timeout=DEADLINE, env=self.variables())
        if done.stderr or done.returncode not in (0, 1):
            raise AssertionError(f"{done.returncode}: {done.stderr} {done.stdout}")
        findings = [json.loads(line) for line in done.stdout.splitlines()]
        return [each for each in findings if each.get("check", "").startswith("aws.")]


def closed_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def without(name):
    return lambda account: setattr(account, name, None)


def change(name, value):
    return lambda account: setattr(account, name, value)


def credentials(**changes):
    return lambda account: account.environment.update(changes)


def module_policy(document):
    return lambda account: account.change_policy("expresslink-module", document)


def observer_policy(document):
    return lambda account: account.change_policy("expresslink-observer", document)


def new_template(text):
    return lambda account: account.new_version(text)


def update_template(**more):
    return lambda account: account.iot.update_provisioning_template(templateName="expresslink", **more)


def several(*changes):
    def do(account):
        for each in changes:
            each(account)
    return do


def all_services(document):
    """Everything that modules are allowed, and more."""
    return json.dumps({**json.loads(module()), "Statement": json.loads(module())["Statement"] + json.loads(document)["Statement"]})


def denied(action):
    return lambda account: account.cloud.faults(deny=[action])


# What is broken, the check that tells, its level, a part of what was seen, a part of the mend.
FAULTS = (
    ("wrong secret", credentials(AWS_SECRET_ACCESS_KEY="wrong"), "aws.credentials", "failed", "GetCallerIdentity", "AWS_PROFILE"),
    ("no credentials", credentials(AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None), "aws.credentials", "failed", "",
     "--no-aws"),
    ("no region", credentials(AWS_REGION=None), "aws.credentials", "failed", "no region", "AWS_REGION"),
    ("not asked for", several(change("arguments", []), credentials(AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None)),
     "aws.credentials", "skipped", "", "AWS_PROFILE"),
    ("left out", change("arguments", ["--no-aws"]), "aws.credentials", "skipped", "", ""),
    ("no way to AWS", lambda account: account.environment.update(AWS_ENDPOINT_URL=f"http://127.0.0.1:{closed_port()}"),
     "aws.credentials", "failed", "127.0.0.1", "https_proxy"),
    ("another account's endpoint", change("address", "a1b2c3-ats.iot.us-east-1.amazonaws.com"), "aws.endpoint", "failed",
     f"does not belong to account {ACCOUNT}", f"address = {ADDRESS}"),
    ("an endpoint that is not ATS", change("address", "a1b2c3.iot.us-east-1.amazonaws.com"), "aws.endpoint", "failed", "a1b2c3.iot",
     f"address = {ADDRESS}"),
    ("a custom domain", change("address", "iot.example.com"), "aws.endpoint", "warning", "iot.example.com",
     "aws iot list-domain-configurations"),
    ("another manufacturer's module", change("birth", "stranger"), "aws.ca.registered", "failed", "none of the 1",
     "expresslink-claim account apply --ca"),
    ("no CA at all", several(Account.remove_authority, without("birth")), "aws.ca.registered", "failed", "template expresslink",
     "expresslink-claim account apply --ca"),
    ("CA inactive", lambda account: account.change_authority(newStatus="INACTIVE"), "aws.ca.active", "failed", "INACTIVE",
     "aws iot update-ca-certificate --certificate-id {authority} --new-status ACTIVE"),
    ("registration off", lambda account: account.change_authority(newAutoRegistrationStatus="DISABLE"), "aws.ca.registration",
     "failed", "off", "aws iot update-ca-certificate --certificate-id {authority} --new-auto-registration-status ENABLE"),
    ("a CA without template", lambda account: account.register_instead("manufacturer", registrationConfig={}), "aws.ca.registration",
     "failed", "no template", "--registration-config templateName=expresslink"),
    ("a CA with another template", Account.other_template, "aws.ca.registration", "warning", "by template vendor-b",
     "expresslink-claim doctor --name vendor-b"),
    ("a CA in DEFAULT mode", Account.register_verified, "aws.ca.mode", "warning", "DEFAULT",
     "--certificate-id {authority} --new-status INACTIVE, aws iot delete-ca-certificate --certificate-id {authority}, then "
     "expresslink-claim account apply --ca"),
    ("a CA that ends", several(lambda account: account.register_instead("ending"), without("birth")), "aws.ca.validity",
     "warning", "until", "expresslink-claim account apply --ca"),
    ("a CA that is over", Account.authority_is_over, "aws.ca.validity", "failed", "expired on",
     "Get the manufacturer's new CA certificate and run expresslink-claim account apply --ca"),
    ("registration removed", lambda account: account.change_authority(removeAutoRegistration=True), "aws.ca.registration",
     "failed", "", "aws iot update-ca-certificate"),
    ("no template", Account.delete_template, "aws.template.exists",
     "failed", "no expresslink", "expresslink-claim account apply"),
    ("another setup", change("arguments", ["--aws", "--name", "vendor-b"]), "aws.template.exists", "failed", "no vendor-b",
     "expresslink-claim account apply --name vendor-b"),
    ("template disabled", update_template(enabled=False), "aws.template.enabled", "failed", "disabled",
     "aws iot update-provisioning-template --template-name expresslink --enabled"),
    ("a template for fleet provisioning", Account.for_fleets, "aws.template.type", "failed",
     "FLEET_PROVISIONING", "aws iot delete-provisioning-template --template-name expresslink"),
    ("no role", Account.drop_role, "aws.template.role", "failed", f"no role {ROLE}", "expresslink-claim account apply"),
    ("a role for somebody else", lambda account: account.iam.update_assume_role_policy(
        RoleName=ROLE, PolicyDocument=trust("ec2.amazonaws.com")), "aws.template.role", "failed", "iot.amazonaws.com",
     "expresslink-claim account apply"),
    ("a role that may nothing", lambda account: account.iam.detach_role_policy(RoleName=ROLE, PolicyArn=REGISTRATION),
     "aws.template.role", "failed", "AWSIoTThingsRegistration", "expresslink-claim account apply"),
    ("a role with another policy", Account.attach_another, "aws.template.role", "warning", "AWSIoTThingsRegistration",
     "attach certificates"),
    ("a role with policies inside", Account.only_own_rights, "aws.template.role", "warning", "but register-things",
     "attach certificates"),
    ("a parameter that no module has", new_template(body(parameters=["Country"])), "aws.template.parameters", "failed", "Country",
     "--thing-name"),
    ("no sample", without("birth"), "aws.template.parameters", "skipped", "", "--birth-certificate FILE"),
    ("the wrong name", new_template(body("SerialNumber")), "aws.template.thing_name", "failed", "17",
     "expresslink-claim account apply --thing-name"),
    ("capitals", change("birth", "capitals"), "aws.template.thing_name", "failed", THING.upper(), "identifier_case"),
    ("no policy", new_template(body(PolicyName="nobody")), "aws.policy.module", "failed", "no policy nobody",
     "expresslink-claim account apply"),
    ("may not connect", module_policy(policy(("iot:Publish", "topic/x"))), "aws.policy.module", "failed",
     f"iot:Connect client/{THING}", "expresslink-claim account apply"),
    ("may not speak", module_policy(policy(("iot:Connect", f"client/{NAME}"))), "aws.policy.module", "failed",
     f"iot:Publish topic/{THING}/state", "expresslink-claim account apply"),
    ("may not publish", module_policy(module(speak=["iot:Receive"])), "aws.policy.module", "failed",
     f"iot:Publish topic/{THING}/state", "expresslink-claim account apply"),
    ("may not hear", module_policy(module(speak=["iot:Publish"])), "aws.policy.module", "failed",
     f"iot:Receive topic/{THING}/state", "expresslink-claim account apply"),
    ("no shadow", module_policy(module(["jobs", "streams", "defender"])), "aws.policy.module", "warning", "shadow/update",
     "expresslink-claim account apply"),
    ("no jobs", module_policy(module(["shadow", "streams", "defender"])), "aws.policy.module", "warning", "jobs/$next/get", ""),
    ("no streams", module_policy(module(["shadow", "jobs", "defender"])), "aws.policy.module", "warning", "streams/ota", ""),
    ("no defender", module_policy(module(["shadow", "jobs", "streams"])), "aws.policy.module", "warning", "defender/metrics", ""),
    ("a wildcard of MQTT", module_policy(module(own="+")), "aws.policy.module", "failed", "iot:Connect", ""),
    ("a policy in the template", new_template(body(PolicyDocument=policy(("iot:Connect", "client/x")))), "aws.policy.module",
     "failed", "iot:Connect", ""),
    ("connects as anybody", module_policy(all_services(policy(("iot:Connect", "client/*")))), "aws.policy.module.least", "warning",
     "iot:Connect client/another", NAME),
    ("speaks for others", module_policy(all_services(policy(("iot:Publish", "topic/*")))), "aws.policy.module.least", "warning",
     "iot:Publish topic/another/state", NAME),
    ("hears all", module_policy(all_services(policy(("iot:Subscribe", "topicfilter/#")))), "aws.policy.module.least", "warning",
     "iot:Subscribe topicfilter/#", NAME),
    ("everything", module_policy(policy(("iot:*", "*"), ("iot:Connect", f"client/{NAME}")).replace(IOT + "*", "*")),
     "aws.policy.module.least", "warning", "and 6 more", NAME),
    ("a topic of the product's", lambda account: account.arguments.extend(["--topic", "data"]), "aws.policy.module.topic", "failed",
     "data: modules may neither publish nor subscribe to it", "expresslink-claim account apply --publish 'data'"),
    ("observer inactive", lambda account: account.iot.update_certificate(
        certificateId=account.observer, newStatus="INACTIVE"), "aws.observer.certificate", "failed", "INACTIVE",
     "aws iot update-certificate --certificate-id {observer} --new-status ACTIVE"),
    ("observer of another account", lambda account: (account.folder / "observer.pem").write_text(
        account.certificates.pem("birth")), "aws.observer.certificate", "failed", "not registered",
     "expresslink-claim account apply --observer-request"),
    ("observer without policy", Account.detach_observer, "aws.observer.policy", "failed", "no policy is attached",
     "expresslink-claim account apply --observer-request"),
    ("observer under another name", observer_policy(observer(client="somebody")), "aws.observer.policy", "failed",
     "iot:Connect client/portal-observer", "--client-id portal-observer"),
    ("observer that may not watch twice", observer_policy(observer(second="-else")), "aws.observer.policy", "warning",
     "iot:Connect client/portal-observer-claim", "expresslink-claim claim --wait"),
    ("observer that may not subscribe to things", observer_policy(observer(subscribe=EVENTS[1:])), "aws.observer.policy", "failed",
     "iot:Subscribe topicfilter/$aws/events/thing/+/created", "expresslink-claim account apply --observer-request"),
    ("observer that may not subscribe to presence", observer_policy(observer(subscribe=EVENTS[:1])), "aws.observer.policy", "failed",
     "iot:Subscribe topicfilter/$aws/events/presence/connected/+", "expresslink-claim account apply --observer-request"),
    ("observer that is deaf to things", observer_policy(observer(receive=EVENTS[1:])), "aws.observer.policy", "failed",
     "iot:Receive topic/$aws/events/thing/", "expresslink-claim account apply --observer-request"),
    ("observer that is deaf to presence", observer_policy(observer(receive=EVENTS[:1])), "aws.observer.policy", "failed",
     "iot:Receive topic/$aws/events/presence/connected/", "expresslink-claim account apply --observer-request"),
    ("observer that another policy denies", Account.deny_observer, "aws.observer.policy", "failed", "iot:Connect",
     "detach the policy that denies it"),
    ("thing events off", lambda account: account.iot.update_event_configurations(
        eventConfigurations={"THING": {"Enabled": False}}), "aws.events", "failed", "off", "aws iot update-event-configurations"),
    ("a queue that does not exist", lambda account: account.sqs("DeleteQueue", QueueUrl=account.queue), "aws.queue.receive", "failed",
     "QueueDoesNotExist", "expresslink-claim account apply --events-queue"),
    ("a queue from which nothing may be received", denied("sqs:ReceiveMessage"), "aws.queue.receive", "failed",
     "the permission sqs:ReceiveMessage is missing", "Allow sqs:ReceiveMessage and sqs:DeleteMessage"),
    ("a queue from which nothing may be deleted", denied("sqs:DeleteMessage"), "aws.queue.delete", "failed",
     "the permission sqs:DeleteMessage is missing", "Allow sqs:ReceiveMessage and sqs:DeleteMessage"),
    ("no rules", lambda account: account.delete_rules("connected", "created"), "aws.queue.rules", "failed",
     "no enabled rule sends it the account's events", "expresslink-claim account apply --events-queue"),
    ("no rule for connections", lambda account: account.delete_rules("connected"), "aws.queue.rules", "failed", "that devices connect",
     "expresslink-claim account apply --events-queue"),
    ("no rule for things", lambda account: account.delete_rules("created"), "aws.queue.rules", "warning", "that things are made",
     "expresslink-claim account apply --events-queue"),
    ("no rule for ends", lambda account: account.delete_rules("disconnected"), "aws.queue.rules", "warning", "that devices disconnect",
     "expresslink-claim account apply --events-queue"),
    ("a rule that is disabled", lambda account: account.replace_rule(ruleDisabled=True), "aws.queue.rules", "failed",
     "that devices connect", "expresslink-claim account apply --events-queue"),
    ("a rule without the topic", lambda account: account.replace_rule(select="*"), "aws.queue.rules", "failed", "that devices connect",
     "expresslink-claim account apply --events-queue"),
    ("a rule for another queue", lambda account: account.replace_rule(queue="https://sqs.us-east-1.amazonaws.com/1/q"), "aws.queue.rules",
     "failed", "that devices connect", "expresslink-claim account apply --events-queue"),
    ("connectivity may not be asked for", denied("iot:GetThingConnectivityData"), "aws.connectivity", "failed",
     "the permission iot:GetThingConnectivityData is missing", "Allow iot:GetThingConnectivityData"),
    ("connectivity is not indexed", lambda account: account.index("OFF"), "aws.connectivity", "failed", "not indexed",
     "aws iot update-indexing-configuration"),
)

# Faults that cannot be alone, as AWS takes no template away that a CA provisions by, nor one for fleets for a CA.
ALSO = {name: [("aws.ca.registration", "warning")] for name in ("no template", "a template for fleet provisioning",
                                                                "another setup")}

# Where more is to be done than to run it again: another CA, another name, a file out of the way.
OTHERWISE = ("a topic of the product's", "another manufacturer's module", "a CA in DEFAULT mode", "a CA that ends", "a CA that is over", "another setup",
             "observer of another account")

# An action that is not allowed, and the first check that cannot be made then.
DENIED = (
    ("iot:DescribeEndpoint", "aws.endpoint"),
    ("iot:DescribeProvisioningTemplate", "aws.template.exists"),
    ("iam:GetRole", "aws.template.role"),
    ("iam:ListAttachedRolePolicies", "aws.template.role"),
    ("iot:ListCACertificates", "aws.ca.registered"),
    ("iot:DescribeCACertificate", "aws.ca.registered"),
    ("iot:GetPolicy", "aws.policy.module"),
    ("iot:DescribeCertificate", "aws.observer.certificate"),
    ("iot:ListAttachedPolicies", "aws.observer.policy"),
    ("iot:DescribeEventConfigurations", "aws.events"),
    ("iot:ListTopicRules", "aws.queue.rules"),
    ("iot:GetTopicRule", "aws.queue.rules"),
)

CHECKS = {check for _, _, check, *_ in FAULTS}  # what test_doctor.py need not break


class DoctorAws(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.certificates = Certificates(cls.folder)

    def account(self):
        account = Account(self.certificates, self.enterContext(tempfile.TemporaryDirectory()))
        self.addCleanup(account.close)
        return account

    def test_a_healthy_account_has_no_cross(self):
        account = self.account()
        account.arguments += ["--topic", "${thing}/state"]
        findings = account.doctor()
        self.assertEqual([each for each in findings if each["level"] != "ok"], [])
        checks = [line.split("\t")[0] for line in subprocess.run([CLAIM, "doctor", "--list-checks"], check=True, text=True,
                                                                capture_output=True).stdout.splitlines()]
        wanted = [check for check in checks if check.startswith("aws.")]
        self.assertEqual([each["check"] for each in findings], wanted)
        self.assertEqual(set(wanted), CHECKS)
        self.assertIn(f"account {ACCOUNT}", findings[0]["seen"])

    def test_each_fault_is_found_and_nothing_else_is(self):
        for name, damage, check, level, seen, mend in FAULTS:
            with self.subTest(name):
                account = self.account()
                damage(account)
                findings = account.doctor()
                told = [each for each in findings if each["level"] in ("failed", "warning")]
                if level == "skipped":
                    self.assertEqual(told, [])
                    told = [each for each in findings if each["level"] == "skipped"][:1]
                self.assertEqual([(each["check"], each["level"]) for each in told],
                                 [(check, level), *ALSO.get(name, [])], told)
                self.assertIn(seen, told[0]["seen"])
                self.assertIn(mend.format(**vars(account)) if mend != NAME else NAME, told[0]["mend"])

    def test_account_apply_mends_what_is_said_to_be_mended_by_it(self):
        for name, damage, check, _, _, mend in FAULTS:
            if not mend.startswith("expresslink-claim account apply") or name in OTHERWISE:
                continue
            with self.subTest(name):
                account = self.account()
                damage(account)
                account.apply()
                account.birth = account.birth or "birth"
                self.assertEqual([each for each in account.doctor() if each["level"] != "ok"], [])

    def test_a_missing_permission_is_named_and_hides_nothing_else(self):
        healthy = self.account()
        everything = [each["check"] for each in healthy.doctor()]
        for action, check in DENIED:
            with self.subTest(action):
                healthy.cloud.faults(deny=[action])
                findings = healthy.doctor()
                self.assertEqual([each["check"] for each in findings], everything)
                self.assertEqual({each["level"] for each in findings}, {"ok", "skipped"})
                first = next(each for each in findings if each["level"] == "skipped")
                self.assertEqual(first["check"], check)
                self.assertEqual(first["seen"], f"{action} is not allowed")
                self.assertIn(f"Allow {action} to arn:aws:iam::{ACCOUNT}:", first["mend"])

    TOPICS = (  # the topic, the level, what is said
        ("data", "ok", "data: may publish"),
        ("${thing}/x", "ok", f"{THING}/x: may publish, may subscribe"),
        ("cmd/+/set", "ok", "cmd/+/set: may not publish, may subscribe"),
        ("cmd/+", "failed", "cmd/+: modules may neither publish nor subscribe to it"),
        ("deaf", "failed", "deaf: may subscribe, but receives nothing"),
        ("any/a/b", "ok", "any/a/b: may publish"),
        ("any/a/c", "failed", "any/a/c: modules may neither publish nor subscribe to it"),
        ("any/denied/b", "failed", "any/denied/b: modules may neither publish nor subscribe to it"),
        ("$aws/rules/store/x/1/2/3/4/5/6/7", "ok", "$aws/rules/store/x/1/2/3/4/5/6/7: may publish"),
        ("$aws/rules/other/x", "failed", "$aws/rules/other/x: modules may neither publish nor subscribe to it"),
        ("1/2/3/4/5/6/7/8/9", "failed", "the topic 1/2/3/4/5/6/7/8/9 has 8 slashes, and AWS IoT takes 7"),
        ("x" * 257, "failed", f"the topic {'x' * 60}... can have 257 bytes (a ThingName up to 64), and AWS IoT takes 256"),
    )

    def test_a_topic_is_asked_for(self):
        account = self.account()
        document = json.loads(module())
        document["Statement"] += json.loads(policy(
            ("iot:Publish", "topic/data", "topic/any/*/b", "topic/$aws/rules/store/*"), ("iot:Receive", "topic/cmd/*/set"),
            ("iot:Subscribe", "topicfilter/cmd/+/set", "topicfilter/deaf")))["Statement"]
        document["Statement"] += json.loads(policy(("*", "topic/any/denied/*")).replace("Allow", "Deny"))["Statement"]
        account.change_policy("expresslink-module", json.dumps(document))
        for topic, _, _ in self.TOPICS:
            account.arguments += ["--topic", topic]
        found = [each for each in account.doctor() if each["check"] == "aws.policy.module.topic"]
        self.assertEqual([(each["level"], each["seen"]) for each in found], [(level, seen) for _, level, seen in self.TOPICS])
        filter_, = (each["mend"] for each in found if each["seen"].startswith("cmd/+: "))
        self.assertEqual(filter_[:29], "Let modules subscribe to it: ", "nobody publishes to a filter")

    def test_a_topic_of_one_module_is_asked_for_all(self):
        """Its name in a rule would be one for this module alone."""
        account = self.account()
        document = json.loads(module().replace(f"topic/{NAME}/*", f"topic/{NAME}/state"))
        account.change_policy("expresslink-module", json.dumps(document))
        other = "fedcba9876543210fedcba9876543210"
        account.arguments += [each for name in (THING, other) for each in ("--topic", f"{name}/state", "--topic", f"{name}/data")]
        found = [each for each in account.doctor() if each["check"] == "aws.policy.module.topic"]
        for name, (passes, fails) in zip((THING, other), (found[:2], found[2:])):
            self.assertEqual((passes["level"], passes["seen"]), ("ok", f"{name}/state, for all modules ${{thing}}/state: may publish, may subscribe"))
            self.assertEqual(fails["level"], "failed")
            self.assertTrue(fails["seen"].startswith(f"{name}/data, for all modules ${{thing}}/data: "), fails)
            self.assertIn("--publish '${thing}/data'", fails["mend"])
            self.assertNotIn(name, fails["mend"])

    def test_policies_inside_the_role_may_not_be_seen(self):
        account = self.account()
        account.only_own_rights()
        account.cloud.faults(deny=["iam:ListRolePolicies"])
        self.assertEqual([(each["check"], each["level"], each["seen"]) for each in account.doctor() if each["level"] != "ok"],
                         [("aws.template.role", "skipped", "iam:ListRolePolicies is not allowed")])

    def test_of_several_manufacturers_the_one_that_is_meant_is_named(self):
        account = self.account()
        account.birth = None
        account.register("other", setAsActive=False)
        told = [each for each in account.doctor() if each["level"] == "failed"]
        self.assertEqual([(each["check"], each["subject"]) for each in told],
                         [("aws.ca.active", "CA O = Sandbox Modules, CN = other CA")])
        account.birth = "birth"
        self.assertEqual([each for each in account.doctor() if each["level"] != "ok"], [])

    def test_an_aws_that_takes_the_call_and_says_nothing_is_not_waited_for(self):
        account = self.account()
        deaf = self.enterContext(socket.create_server(("127.0.0.1", 0), backlog=16))
        account.environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:%d" % deaf.getsockname()[1]
        account.arguments += ["--timeout", "1"]  # without it a minute for each attempt
        told = account.doctor()
        self.assertEqual([(each["check"], each["level"]) for each in told], [("aws.credentials", "failed")])

    def test_an_aws_that_falls_silent_costs_no_hour(self):
        account = self.account()
        account.cloud.faults(close_after=1)
        findings = account.doctor()
        self.assertEqual([(each["check"], each["level"]) for each in findings[:2]],
                         [("aws.credentials", "ok"), ("aws.endpoint", "warning")])
        self.assertEqual({each["level"] for each in findings[2:]}, {"skipped"})
        self.assertEqual([each for each in findings if each["level"] == "failed"], [])


if __name__ == "__main__":
    unittest.main()
