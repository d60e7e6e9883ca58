# SPDX-License-Identifier: Apache-2.0
"""AWS IoT's control plane of the simulated cloud: the account, its authorities and certificates; IAM's roles and STS."""
import base64
import json
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import botocore.exceptions
from botocore import xform_name

from aws_cli import DEBIAN
from cloud import Cloud
from iot_cloud import ACCOUNT, ARN, BODY, ENDPOINT, REGISTRATION, Authority, IotCase, openssl, policy, signing_request, trust
from patience import DEADLINE

SOURCES = Path(__file__).parents[2] / "sandbox" / "cloud"


class Account(IotCase):
    def test_endpoints(self):
        address = {kind: self.iot.describe_endpoint(endpointType=kind)["endpointAddress"]
                   for kind in ("iot:Data-ATS", "iot:Data", "iot:CredentialProvider", "iot:Jobs")}
        self.assertEqual(address["iot:Data-ATS"], ENDPOINT)
        self.assertEqual(self.iot.describe_endpoint()["endpointAddress"], address["iot:Data"])
        self.assertRegex(address["iot:Data"], r"^\w+\.iot\.us-east-1\.amazonaws\.com$")
        self.refused("InvalidRequestException", self.iot.describe_endpoint, endpointType="iot:Date")

    def test_events_are_off_at_first(self):
        before = self.iot.describe_event_configurations()
        self.assertEqual((len(before["eventConfigurations"]), {each["Enabled"] for each in before["eventConfigurations"].values()}),
                         (11, {False}))
        self.iot.update_event_configurations(eventConfigurations={"THING": {"Enabled": True}})
        after = self.iot.describe_event_configurations()
        self.assertEqual([name for name, each in after["eventConfigurations"].items() if each["Enabled"]], ["THING"])
        self.assertIn("lastModifiedDate", after)
        self.assertIs(self.state()["events"]["THING"], True)
        self.refused("InvalidRequestException", self.client("iot", checked=False).update_event_configurations,
                     eventConfigurations={"THINGS": {"Enabled": True}})

    def test_who_asks(self):
        identity = self.sts.get_caller_identity()
        self.assertEqual((identity["Account"], identity["Arn"]), (ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/sandbox"))

    def test_every_call_is_tried_here(self):
        text = "".join(path.read_text() for path in Path(__file__).parent.glob("*iot_*.py"))
        for service, source in (("iot", "iot/iot.c"), ("iam", "iam.c"), ("sts", "sts.c"), ("sqs", "sqs.c")):
            actions = re.findall(rf'"{service}:(\w+)"', (SOURCES / source).read_text())
            self.assertTrue(actions)
            for action in actions:
                called = rf'\.sqs\("{action}' if service == "sqs" else rf"{service}\.{xform_name(action)}\b"
                self.assertTrue(re.search(called, text), action)


class Signatures(IotCase):
    def test_each_service_refuses_in_its_words(self):
        for service, call, codes in (
                ("iot", "get_registration_code", ("InvalidSignatureException", "UnrecognizedClientException")),
                ("iam", "list_role_policies", ("SignatureDoesNotMatch", "InvalidClientTokenId")),
                ("sts", "get_caller_identity", ("SignatureDoesNotMatch", "InvalidClientTokenId"))):
            members = {"RoleName": "r"} if service == "iam" else {}
            for credentials, code in zip((("sandbox", "wrong"), ("nobody", "sandbox")), codes):
                with self.subTest(service=service, code=code):
                    self.refused(code, getattr(self.client(service, *credentials), call), **members)
            self.refused(codes[1], getattr(self.client(service, token="one too many"), call), **members)

    def test_a_newer_signing_name_and_a_foreign_one(self):
        for service, status in (("iot", 200), ("execute-api", 200), ("iam", 400), ("s3", 501), ("iotdata", 400)):
            target, headers = self.cloud.signed(service, "GET", "/registrationcode")
            self.assertEqual(self.cloud.send("GET", target, headers=headers).status, status, service)

    def test_expired_credentials(self):
        given = self.cloud.admin("GET", "credentials")
        keys = given["AccessKeyId"], given["SecretAccessKey"], given["Token"]
        self.client("iot", *keys).get_registration_code()
        self.cloud.faults(expire_token=True)
        self.refused("ExpiredTokenException", self.client("iot", *keys).get_registration_code)
        self.refused("ExpiredToken", self.client("sts", *keys).get_caller_identity)

    def test_bad_days(self):
        self.cloud.faults(deny=["iot:CreatePolicy", "iam:GetRole"])
        denied = self.refused("AccessDeniedException", self.iot.create_policy, policyName="p", policyDocument=policy())
        self.assertIn("iot:CreatePolicy", denied["Error"]["Message"])
        self.refused("ResourceNotFoundException", self.iot.get_policy, policyName="p")
        self.assertIn("iam:GetRole", self.refused("AccessDenied", self.iam.get_role, RoleName="r")["Error"]["Message"])
        self.cloud.faults(deny=[], throttle=2)
        self.refused("ThrottlingException", self.iot.list_policies)
        self.refused("Throttling", self.sts.get_caller_identity)
        self.cloud.faults(errors=2)
        self.refused("InternalFailureException", self.iot.list_policies)
        self.refused("InternalFailure", self.sts.get_caller_identity)

    def test_the_cloud_goes_away_after_some_answers(self):
        self.cloud.faults(close_after=1)
        self.iot.create_policy(policyName="first", policyDocument=policy())
        for _ in range(2):
            with self.assertRaises(botocore.exceptions.ConnectionClosedError):
                self.iot.create_policy(policyName="second", policyDocument=policy())
        self.assertEqual(self.cloud.admin("GET", "faults")["close_after"], 0)
        self.cloud.faults(close_after=None)
        self.assertEqual([each["policyName"] for each in self.iot.list_policies()["policies"]], ["first"])


class Authorities(IotCase):
    def register(self, authority, **more):
        return self.iot.register_ca_certificate(
            **{"caCertificate": authority.pem, "certificateMode": "SNI_ONLY", "setAsActive": True, **more})

    def test_sni_only(self):
        vendor = Authority(self.folder, "Vendor CA")
        self.refused("ResourceNotFoundException", self.register, authority=vendor, registrationConfig={"templateName": "modules"})
        self.template()
        made = self.register(vendor, allowAutoRegistration=True, registrationConfig={"templateName": "modules"})
        digest = openssl("x509", "-in", vendor.path, "-noout", "-fingerprint", "-sha256")
        self.assertEqual(made["certificateId"], digest.split("=")[1].strip().replace(":", "").lower())
        self.assertEqual(made["certificateArn"], f"{ARN}:cacert/{made['certificateId']}")
        told = self.iot.describe_ca_certificate(certificateId=made["certificateId"])
        self.assertEqual(told["registrationConfig"], {"templateName": "modules"})
        description = told["certificateDescription"]
        self.assertEqual([description[name] for name in ("status", "autoRegistrationStatus", "certificateMode", "certificatePem", "ownedBy")],
                         ["ACTIVE", "ENABLE", "SNI_ONLY", vendor.pem, ACCOUNT])
        self.assertEqual(self.state()["cas"][made["certificateId"]]["registrationConfig"], {"templateName": "modules"})
        again = self.refused("ResourceAlreadyExistsException", self.register, authority=vendor)
        self.assertEqual((again["resourceId"], again["resourceArn"]), (made["certificateId"], made["certificateArn"]))

    def test_what_is_no_authority(self):
        vendor = Authority(self.folder, "Vendor CA")
        leaf = Authority(self.folder, "leaf", authority=False)
        self.refused("CertificateValidationException", self.register, authority=leaf)
        self.refused("CertificateValidationException", self.iot.register_ca_certificate, caCertificate="-----BEGIN", certificateMode="SNI_ONLY")
        self.refused("InvalidRequestException", self.register, authority=vendor, verificationCertificate=vendor.pem)
        self.refused("InvalidRequestException", self.register, authority=vendor, certificateMode="DEFAULT")
        self.refused("InvalidRequestException", self.client("iot", checked=False).register_ca_certificate,
                     caCertificate=vendor.pem, certificateMode="SNI")
        self.template("fleet", type="FLEET_PROVISIONING")
        self.refused("InvalidRequestException", self.register, authority=vendor, registrationConfig={"templateName": "fleet"})
        self.assertEqual(self.iot.list_ca_certificates()["certificates"], [])

    def test_default_mode_wants_the_key_shown(self):
        vendor, other = Authority(self.folder, "Vendor CA"), Authority(self.folder, "Other CA")
        code = self.iot.get_registration_code()["registrationCode"]
        self.assertEqual(self.iot.get_registration_code()["registrationCode"], code)
        for verification, error in ((vendor.sign("0" * 64), "RegistrationCodeValidationException"),
                                    (other.sign(code), "CertificateValidationException"), ("no certificate", "CertificateValidationException")):
            self.refused(error, self.register, authority=vendor, certificateMode="DEFAULT", verificationCertificate=verification)
        made = self.iot.register_ca_certificate(caCertificate=vendor.pem, verificationCertificate=vendor.sign(code))
        told = self.iot.describe_ca_certificate(certificateId=made["certificateId"])["certificateDescription"]
        self.assertEqual((told["certificateMode"], told["status"], told["autoRegistrationStatus"]), ("DEFAULT", "INACTIVE", "DISABLE"))

    def test_changing_and_deleting(self):
        made = self.register(Authority(self.folder, "Vendor CA"))["certificateId"]
        self.template()
        self.refused("ResourceNotFoundException", self.iot.update_ca_certificate, certificateId=made,
                     registrationConfig={"templateName": "none"})
        self.iot.update_ca_certificate(certificateId=made, newAutoRegistrationStatus="ENABLE", registrationConfig={"templateName": "modules"})
        told = self.iot.describe_ca_certificate(certificateId=made)
        self.assertEqual((told["certificateDescription"]["autoRegistrationStatus"], told["registrationConfig"]["templateName"]),
                         ("ENABLE", "modules"))
        self.assertEqual(told["certificateDescription"]["customerVersion"], 2)
        self.refused("DeleteConflictException", self.iot.delete_provisioning_template, templateName="modules")
        self.iot.update_ca_certificate(certificateId=made, removeAutoRegistration=True)
        self.assertNotIn("registrationConfig", self.iot.describe_ca_certificate(certificateId=made))
        self.refused("CertificateStateException", self.iot.delete_ca_certificate, certificateId=made)
        self.iot.update_ca_certificate(certificateId=made, newStatus="INACTIVE")
        self.iot.delete_ca_certificate(certificateId=made)
        self.refused("ResourceNotFoundException", self.iot.describe_ca_certificate, certificateId=made)

    def test_lists_have_pages_and_choose_by_template(self):
        self.template()
        ids = [self.register(Authority(self.folder, f"CA {number}"),
                             **({"registrationConfig": {"templateName": "modules"}} if number % 2 else {}))["certificateId"]
               for number in range(5)]
        found, marker = [], {}
        while True:
            page = self.iot.list_ca_certificates(pageSize=2, ascendingOrder=True, **marker)
            self.assertLessEqual(len(page["certificates"]), 2)
            found += [each["certificateId"] for each in page["certificates"]]
            if "nextMarker" not in page:
                break
            marker = {"marker": page["nextMarker"]}
        self.assertEqual(found, ids)
        self.assertEqual([each["certificateId"] for each in self.iot.list_ca_certificates()["certificates"]], ids[::-1])
        first = self.iot.list_ca_certificates(pageSize=3)
        rest = self.iot.list_ca_certificates(pageSize=3, marker=first["nextMarker"])
        self.assertEqual([each["certificateId"] for page in (first, rest) for each in page["certificates"]], ids[::-1])
        self.assertEqual([each["certificateId"] for each in self.iot.list_ca_certificates(templateName="modules", ascendingOrder=True)["certificates"]],
                         ids[1::2])
        self.refused("InvalidRequestException", self.iot.list_ca_certificates, marker="nonsense")


class Certificates(IotCase):
    def test_from_a_signing_request(self):
        made = self.certificate()
        (self.folder / "made.pem").write_text(made["certificatePem"])
        (self.folder / "ca.pem").write_bytes((self.cloud.state / "cloud" / "iot-ca.pem").read_bytes())
        self.assertIn("OK", openssl("verify", "-CAfile", self.folder / "ca.pem", self.folder / "made.pem"))
        shown = openssl("x509", "-in", self.folder / "made.pem", "-noout", "-subject", "-issuer", "-dates", "-pubkey")
        self.assertIn("subject=O = OEM, CN = observer", shown)
        self.assertIn("Amazon Web Services O=Amazon.com Inc.", shown)
        self.assertIn("2049", shown)
        self.assertIn(openssl("pkey", "-in", self.folder / "request.key", "-pubout"), shown)
        told = self.iot.describe_certificate(certificateId=made["certificateId"])["certificateDescription"]
        self.assertEqual((told["status"], told["certificatePem"], told["certificateMode"]), ("INACTIVE", made["certificatePem"], "DEFAULT"))

    def test_signing_requests_that_are_none(self):
        lines = signing_request(self.folder).splitlines()
        other_subject = base64.b64decode("".join(lines[1:-1])).replace(b"observer", b"observes")
        broken = "\n".join([lines[0], base64.b64encode(other_subject).decode(), lines[-1], ""])
        for request in ("", "nothing", broken, signing_request(self.folder, "/CN=weak", "-newkey", "rsa:1024"),
                        signing_request(self.folder, "/CN=other", "-newkey", "ed25519")):
            self.refused("InvalidRequestException", self.client("iot", checked=False).create_certificate_from_csr,
                         certificateSigningRequest=request)
        self.assertEqual(self.state()["certificates"], {})

    def test_with_keys(self):
        made = self.iot.create_keys_and_certificate(setAsActive=True)
        (self.folder / "key").write_text(made["keyPair"]["PrivateKey"])
        self.assertEqual(openssl("pkey", "-in", self.folder / "key", "-pubout"), made["keyPair"]["PublicKey"])
        self.assertEqual(openssl("x509", "-noout", "-pubkey", input=made["certificatePem"]), made["keyPair"]["PublicKey"])
        self.assertEqual(self.state()["certificates"][made["certificateId"]]["status"], "ACTIVE")

    def test_registered_by_its_authority(self):
        vendor, other = Authority(self.folder, "Vendor CA"), Authority(self.folder, "Other CA")
        pem = vendor.sign("module-1")
        self.refused("CertificateValidationException", self.iot.register_certificate, certificatePem=pem)
        ca = self.iot.register_ca_certificate(caCertificate=vendor.pem, certificateMode="SNI_ONLY")["certificateId"]
        self.refused("CertificateStateException", self.iot.register_certificate, certificatePem=pem)
        self.iot.update_ca_certificate(certificateId=ca, newStatus="ACTIVE")
        self.refused("CertificateValidationException", self.iot.register_certificate, certificatePem=pem, caCertificatePem=other.pem)
        self.refused("CertificateValidationException", self.iot.register_certificate, certificatePem=other.sign("module-1"))
        made = self.iot.register_certificate(certificatePem=pem, caCertificatePem=vendor.pem, status="ACTIVE")
        told = self.iot.describe_certificate(certificateId=made["certificateId"])["certificateDescription"]
        self.assertEqual((told["status"], told["caCertificateId"], told["certificateMode"]), ("ACTIVE", ca, "SNI_ONLY"))
        again = self.refused("ResourceAlreadyExistsException", self.iot.register_certificate, certificatePem=pem)
        self.assertEqual(again["resourceId"], made["certificateId"])
        self.certificate()
        self.assertEqual([each["certificateId"] for each in self.iot.list_certificates_by_ca(caCertificateId=ca)["certificates"]],
                         [made["certificateId"]])

    def test_two_authorities_of_one_name_and_key(self):
        vendor = Authority(self.folder, "Vendor CA")
        twin = openssl("req", "-x509", "-key", vendor.key, "-days", 1, "-subj", "/O=Vendor/CN=Vendor CA", "-addext",
                       "basicConstraints=critical,CA:TRUE")
        for pem in (vendor.pem, twin):
            self.iot.register_ca_certificate(caCertificate=pem, certificateMode="SNI_ONLY", setAsActive=True)
        pem = vendor.sign("module-1")
        self.refused("CertificateConflictException", self.iot.register_certificate, certificatePem=pem)
        self.iot.register_certificate(certificatePem=pem, caCertificatePem=twin)

    def test_registered_without_an_authority(self):
        pem = Authority(self.folder, "claim-thing", authority=False).pem
        made = self.iot.register_certificate_without_ca(certificatePem=pem, status="ACTIVE")
        told = self.iot.describe_certificate(certificateId=made["certificateId"])["certificateDescription"]
        self.assertEqual((told["status"], told["certificateMode"]), ("ACTIVE", "SNI_ONLY"))
        self.refused("ResourceAlreadyExistsException", self.iot.register_certificate_without_ca, certificatePem=pem)
        self.refused("CertificateValidationException", self.iot.register_certificate_without_ca, certificatePem="pem")
        other = Authority(self.folder, "other", authority=False).pem
        self.refused("InvalidRequestException", self.iot.register_certificate_without_ca, certificatePem=other, status="PENDING_TRANSFER")

    def test_changing_and_deleting(self):
        made = self.certificate(active=True)
        name, arn = made["certificateId"], made["certificateArn"]
        self.iot.create_policy(policyName="p", policyDocument=policy())
        self.iot.create_thing(thingName="module-1")
        self.iot.attach_policy(policyName="p", target=arn)
        self.iot.attach_thing_principal(thingName="module-1", principal=arn)
        self.refused("CertificateStateException", self.iot.delete_certificate, certificateId=name)
        self.refused("InvalidRequestException", self.iot.update_certificate, certificateId=name, newStatus="PENDING_ACTIVATION")
        self.iot.update_certificate(certificateId=name, newStatus="INACTIVE")
        self.refused("DeleteConflictException", self.iot.delete_certificate, certificateId=name, forceDelete=True)
        self.iot.detach_thing_principal(thingName="module-1", principal=arn)
        self.refused("DeleteConflictException", self.iot.delete_certificate, certificateId=name)
        self.iot.delete_certificate(certificateId=name, forceDelete=True)
        for call in (self.iot.delete_certificate, self.iot.describe_certificate):
            self.refused("ResourceNotFoundException", call, certificateId=name)
        self.assertEqual(self.iot.list_certificates()["certificates"], [])
        self.refused("InvalidRequestException", self.client("iot", checked=False).describe_certificate, certificateId="xyz")


class Roles(IotCase):
    def test_roles(self):
        made = self.iam.create_role(RoleName="r", Path="/service-role/", AssumeRolePolicyDocument=trust(), Description="a & b <c>",
                                    MaxSessionDuration=7200)["Role"]
        self.assertEqual(made["Arn"], f"arn:aws:iam::{ACCOUNT}:role/service-role/r")
        told = self.iam.get_role(RoleName="r")["Role"]
        self.assertEqual((told["AssumeRolePolicyDocument"], told["Description"], told["MaxSessionDuration"], told["RoleId"]),
                         (json.loads(trust()), "a & b <c>", 7200, made["RoleId"]))
        self.refused("EntityAlreadyExists", self.iam.create_role, RoleName="r", AssumeRolePolicyDocument=trust())
        self.iot.create_provisioning_template(templateName="t", templateBody=BODY, provisioningRoleArn=made["Arn"])
        self.iam.update_assume_role_policy(RoleName="r", PolicyDocument=trust("lambda.amazonaws.com"))
        self.refused("InvalidRequestException", self.iot.create_provisioning_template, templateName="u", templateBody=BODY,
                     provisioningRoleArn=made["Arn"])
        for document in ("{", "{}", policy()):
            self.refused("MalformedPolicyDocument", self.iam.update_assume_role_policy, RoleName="r", PolicyDocument=document)
            self.refused("MalformedPolicyDocument", self.iam.create_role, RoleName="s", AssumeRolePolicyDocument=document)
        self.refused("ValidationError", self.client("iam", checked=False).create_role, RoleName="a b", AssumeRolePolicyDocument=trust())

    def test_policies_of_roles(self):
        self.role("r")
        self.refused("NoSuchEntity", self.iam.attach_role_policy, RoleName="r", PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/none")
        for _ in range(2):
            self.iam.attach_role_policy(RoleName="r", PolicyArn=REGISTRATION)
        self.assertEqual(self.iam.list_attached_role_policies(RoleName="r")["AttachedPolicies"],
                         [{"PolicyName": "AWSIoTThingsRegistration", "PolicyArn": REGISTRATION}])
        self.assertEqual(self.iam.list_role_policies(RoleName="r")["PolicyNames"], [])
        document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]})
        self.refused("MalformedPolicyDocument", self.iam.put_role_policy, RoleName="r", PolicyName="own", PolicyDocument="{}")
        for _ in range(2):
            self.iam.put_role_policy(RoleName="r", PolicyName="own", PolicyDocument=document)
        self.assertEqual(self.iam.list_role_policies(RoleName="r")["PolicyNames"], ["own"])
        self.assertEqual(self.iam.get_role_policy(RoleName="r", PolicyName="own")["PolicyDocument"], json.loads(document))
        self.refused("NoSuchEntity", self.iam.get_role_policy, RoleName="r", PolicyName="other")
        self.assertEqual(self.iam.list_instance_profiles_for_role(RoleName="r")["InstanceProfiles"], [])
        self.refused("DeleteConflict", self.iam.delete_role, RoleName="r")
        self.iam.detach_role_policy(RoleName="r", PolicyArn=REGISTRATION)
        self.refused("NoSuchEntity", self.iam.detach_role_policy, RoleName="r", PolicyArn=REGISTRATION)
        self.refused("DeleteConflict", self.iam.delete_role, RoleName="r")
        self.iam.delete_role_policy(RoleName="r", PolicyName="own")
        self.refused("NoSuchEntity", self.iam.delete_role_policy, RoleName="r", PolicyName="own")
        self.iam.delete_role(RoleName="r")
        for call in (self.iam.get_role, self.iam.delete_role, self.iam.list_attached_role_policies):
            self.refused("NoSuchEntity", call, RoleName="r")


class Tags(IotCase):
    def tags(self, arn):
        return {tag["Key"]: tag["Value"] for tag in self.iot.list_tags_for_resource(resourceArn=arn)["tags"]}

    def test_of_aws_iot(self):
        given = [{"Key": "made", "Value": "x/y+z=="}]
        policy_arn = self.iot.create_policy(policyName="p", policyDocument=policy(), tags=given)["policyArn"]
        template_arn = self.template(tags=given)["templateArn"]
        authority = Authority(self.folder, "ca")
        ca_arn = self.iot.register_ca_certificate(caCertificate=authority.pem, certificateMode="SNI_ONLY", tags=given)["certificateArn"]
        for arn in (policy_arn, template_arn, ca_arn):
            self.assertEqual(self.tags(arn), {"made": "x/y+z=="}, arn)
            self.iot.tag_resource(resourceArn=arn, tags=[{"Key": "made", "Value": ""}, {"Key": "b", "Value": "2"}])
            self.assertEqual(self.tags(arn), {"made": "", "b": "2"})
            self.iot.untag_resource(resourceArn=arn, tagKeys=["b", "c"])
            self.assertEqual(self.tags(arn), {"made": ""})
        self.refused("ResourceNotFoundException", self.iot.list_tags_for_resource, resourceArn=policy_arn + "x")
        self.refused("InvalidRequestException", self.iot.list_tags_for_resource, resourceArn=f"{ARN}:cert/x")
        self.refused("InvalidRequestException", self.client("iot", checked=False).tag_resource, resourceArn=policy_arn,
                     tags=[{"Key": "a", "Value": "x" * 257}])

    def test_of_roles(self):
        self.role("r")
        self.assertNotIn("Tags", self.iam.get_role(RoleName="r")["Role"])
        for value in ("1", "2"):
            self.iam.tag_role(RoleName="r", Tags=[{"Key": "a", "Value": value}, {"Key": "b", "Value": ""}])
        self.assertEqual(self.iam.get_role(RoleName="r")["Role"]["Tags"], [{"Key": "a", "Value": "2"}, {"Key": "b", "Value": ""}])
        self.refused("NoSuchEntity", self.iam.tag_role, RoleName="x", Tags=[])

    def test_billing_groups(self):
        self.refused("ResourceNotFoundException", self.iot.describe_billing_group, billingGroupName="lamps")
        made = [self.iot.create_billing_group(billingGroupName="lamps") for _ in range(2)]
        self.assertEqual(made[0]["billingGroupId"], made[1]["billingGroupId"])
        told = self.iot.describe_billing_group(billingGroupName="lamps")
        self.assertEqual((told["billingGroupName"], told["billingGroupArn"]), ("lamps", f"{ARN}:billinggroup/lamps"))
        self.iot.delete_billing_group(billingGroupName="lamps")
        self.refused("ResourceNotFoundException", self.iot.describe_billing_group, billingGroupName="lamps")


class Kills(IotCase):
    def test_everything_is_there_after_a_kill(self):
        self.template()
        made = self.certificate(active=True)
        code = self.iot.get_registration_code()["registrationCode"]
        self.iot.create_policy(policyName="p", policyDocument=policy())
        self.iot.attach_policy(policyName="p", target=made["certificateArn"])
        before = self.state()
        self.cloud.kill()
        self.cloud.start()
        self.connect()
        self.assertEqual(self.state(), before)
        self.assertEqual(self.iot.get_registration_code()["registrationCode"], code)
        self.assertEqual(self.iot.list_targets_for_policy(policyName="p")["targets"], [made["certificateArn"]])
        self.assertEqual(self.iam.get_role(RoleName="provisioning")["Role"]["RoleName"], "provisioning")
        self.iot.create_policy(policyName="q", policyDocument=policy())
        self.assertGreater(self.state()["policies"]["q"]["number"], before["last"])


class OwnIssuer(IotCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.issuer = Authority(self.folder, "Account CA")

    def test_an_issuer_of_ones_own(self):
        self.cloud = self.enterContext(Cloud("--iot-ca", f"{self.issuer.path},{self.issuer.key}"))
        self.connect()
        (self.folder / "made.pem").write_text(self.certificate()["certificatePem"])
        self.assertIn("OK", openssl("verify", "-CAfile", self.issuer.path, self.folder / "made.pem"))
        self.assertRegex(self.iot.describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"], r"-ats\.iot\.us-east-1\.amazonaws\.com$")

    def test_files_that_are_none(self):
        other = Authority(self.folder, "Other CA")
        for files in (f"{self.issuer.path}", f"{self.issuer.path},{other.key}", f"{self.issuer.path},/nowhere"):
            with self.assertRaisesRegex(AssertionError, "does not start.*expresslink-cloud: "):
                Cloud("--iot-ca", files)


class CommandLine(IotCase):
    def programs(self):
        return {path for path in (DEBIAN, shutil.which("aws")) if path and Path(path).exists()}

    def aws(self, program, *arguments):
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox",
                       "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1", "AWS_PAGER": ""}
        return subprocess.run([program, "--endpoint-url", self.cloud.url, "--output", "json", *map(str, arguments)], env=environment,
                              capture_output=True, text=True, timeout=DEADLINE)

    def ok(self, *arguments):
        done = self.aws(*arguments)
        self.assertEqual(done.returncode, 0, done)
        return json.loads(done.stdout) if done.stdout.strip() else None

    def test_the_way_of_the_guide(self):
        programs = self.programs()
        if not programs:
            self.skipTest("there is no AWS CLI")
        vendor = Authority(self.folder, "Vendor CA")
        (self.folder / "template.json").write_text(BODY)
        for number, program in enumerate(sorted(programs)):
            with self.subTest(program=program):
                role = self.ok(program, "iam", "create-role", "--role-name", f"r{number}", "--assume-role-policy-document", trust())["Role"]["Arn"]
                self.ok(program, "iam", "attach-role-policy", "--role-name", f"r{number}", "--policy-arn", REGISTRATION)
                self.ok(program, "iot", "create-provisioning-template", "--template-name", f"t{number}", "--type", "JITP", "--enabled",
                        "--template-body", f"file://{self.folder}/template.json", "--provisioning-role-arn", role)
                ca = self.ok(program, "iot", "register-ca-certificate", "--ca-certificate", f"file://{vendor.path}", "--certificate-mode",
                             "SNI_ONLY", "--set-as-active", "--allow-auto-registration", "--registration-config",
                             f"templateName=t{number}")["certificateId"]
                again = self.aws(program, "iot", "register-ca-certificate", "--ca-certificate", f"file://{vendor.path}", "--certificate-mode",
                                 "SNI_ONLY")
                self.assertIn("ResourceAlreadyExistsException", again.stderr)
                self.assertEqual(len(self.ok(program, "iot", "list-ca-certificates")["certificates"]), 1)
                self.assertEqual(self.ok(program, "iot", "describe-endpoint", "--endpoint-type", "iot:Data-ATS"), {"endpointAddress": ENDPOINT})
                self.assertEqual(self.ok(program, "sts", "get-caller-identity")["Account"], ACCOUNT)
                self.ok(program, "iot", "update-ca-certificate", "--certificate-id", ca, "--new-status", "INACTIVE")
                self.ok(program, "iot", "delete-ca-certificate", "--certificate-id", ca)


if __name__ == "__main__":
    unittest.main()
