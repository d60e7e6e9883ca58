# SPDX-License-Identifier: Apache-2.0
"""From an account in which there is nothing to a claimed module, with AWS's own library for Python (botocore) and no command
of ours but the claim. And what becomes of a module where one step was left out or done otherwise."""
import json
import re
import subprocess
import unittest

import botocore.exceptions
import botocore.session

from patience import DEADLINE
from portal import CLAIM
from sandbox import CONNECTED, CREATED, REGISTERED, ROOT, Sandbox, eventually, random_thing

ARN = "arn:aws:iot:us-east-1:123456789012:"
NOT_AUTHORISED = [(5, 0)]
REFUSED = 128
TEMPLATE = json.loads((ROOT / "sandbox" / "provisioning_template.json").read_text())


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": action, "Resource": [ARN + resource for resource in resources]}
        for action, *resources in statements]})


# The claim command watches under a name of its own, so that a portal that runs keeps its connection.
OBSERVER = policy(("iot:Connect", "client/portal-observer", "client/portal-observer-claim", "client/portal-ears"),
                  ("iot:Subscribe", *(f"topicfilter/{topic}" for topic in (CREATED, CONNECTED, REGISTERED))),
                  ("iot:Receive", *(f"topic/{topic.replace('+', '*')}" for topic in (CREATED, CONNECTED, REGISTERED))))
MODULE = policy(("iot:Connect", "client/${iot:Connection.Thing.ThingName}"),
                ("iot:Subscribe", "topicfilter/${iot:Connection.Thing.ThingName}/*"),
                (["iot:Publish", "iot:Receive"], "topic/${iot:Connection.Thing.ThingName}/*"))
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "iot.amazonaws.com"}}]})


class EmptyAccount(unittest.TestCase):
    """The steps of OG appendices B and C, each as a call, each changeable."""

    def setUp(self):
        self.sandbox = self.enterContext(Sandbox("--empty-account"))
        self.told = json.loads(self.sandbox.run("status"))
        session = botocore.session.Session()
        session.set_credentials("sandbox", "sandbox")
        self.iot, self.iam = (session.create_client(name, region_name="us-east-1", endpoint_url=self.told["cloud_url"])
                              for name in ("iot", "iam"))
        self.addCleanup(self.iot.close)
        self.addCleanup(self.iam.close)
        self.thing = random_thing()

    def role(self):
        arn = self.iam.create_role(RoleName="provisioning", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        self.iam.attach_role_policy(RoleName="provisioning",
                                    PolicyArn="arn:aws:iam::aws:policy/service-role/AWSIoTThingsRegistration")
        return arn

    def template(self, module=MODULE, **options):
        self.iot.create_policy(policyName="expresslink-module", policyDocument=module)
        self.iot.create_provisioning_template(**{
            "templateName": "kettles", "templateBody": json.dumps(TEMPLATE), "enabled": True, "type": "JITP",
            "provisioningRoleArn": self.role(), **options})

    def authority(self, template="kettles", **options):
        pem = (self.sandbox.certificates / "manufacturer-ca.pem").read_text()
        return self.iot.register_ca_certificate(**{
            "caCertificate": pem, "certificateMode": "SNI_ONLY", "setAsActive": True, "allowAutoRegistration": True,
            **({"registrationConfig": {"templateName": template}} if template else {}), **options})["certificateId"]

    def events(self):
        self.iot.update_event_configurations(eventConfigurations={"THING": {"Enabled": True}})

    def observer(self):
        """Key and request are made here; returns the certificate's and the key's path."""
        key, request, certificate = (self.sandbox.state / f"own-observer.{kind}" for kind in ("key", "csr", "pem"))
        subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                        key, "-out", request, "-subj", "/CN=portal-observer"], check=True, capture_output=True)
        made = self.iot.create_certificate_from_csr(certificateSigningRequest=request.read_text(), setAsActive=True)
        certificate.write_text(made["certificatePem"])
        self.iot.create_policy(policyName="observer", policyDocument=OBSERVER)
        self.iot.attach_policy(policyName="observer", target=made["certificateArn"])
        return certificate, key

    def portal_ini(self, certificate, key):
        """What the sandbox has written, and the section of the account that was set up."""
        address = self.iot.describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]
        self.assertEqual(address, self.sandbox.oem_address)
        path = self.sandbox.state / "own.ini"
        path.write_text(self.sandbox.portal_ini.read_text() + f"""
[endpoint.kettles]
address = {address}
port = {self.sandbox.port}
ca_file = {self.sandbox.certificates}/server-ca.pem
cert_file = {certificate}
key_file = {key}
client_id = portal-observer
""")
        return path

    def ears(self, certificate, key):
        ears = self.sandbox.client("portal-ears", certificate, key, self.sandbox.oem_address).accepted()
        for topic in (CREATED, CONNECTED, REGISTERED):
            self.assertEqual(ears.subscribe(topic), 1, topic)
        return ears

    def device(self, certificate):
        return self.sandbox.device(certificate, self.thing, self.sandbox.oem_address)

    def arrives(self):
        """A birth certificate whose first connection is dropped, as it is when it is registered; the second connection."""
        certificate = self.sandbox.birth_certificate(self.thing)
        self.assertEqual(self.first(certificate), [])
        return self.device(certificate)

    def first(self, certificate):
        """TLS knows a new authority a moment after it was registered; that is when the first connection counts."""
        eventually(lambda: any((self.sandbox.state / "oem" / "trust").iterdir()), "the authority is known")
        return self.device(certificate).dropped()


class TheWholeWay(EmptyAccount):
    def test_from_nothing_to_a_claimed_module(self):
        self.assertNotIn("[endpoint.", self.sandbox.portal_ini.read_text())
        nobody = self.sandbox.birth_certificate(self.thing)
        self.assertEqual(self.device(nobody).dropped(), [], "nobody is known here yet")

        self.template()
        self.authority()
        self.events()
        certificate, key = self.observer()
        ears = self.ears(certificate, key)
        modules = self.sandbox.modules(self.thing)
        modules.wait_for(self.thing, "subscribed")
        claim = subprocess.run([CLAIM, "claim", "--config", self.portal_ini(certificate, key), "--wait", "--timeout", "30",
                                self.thing], capture_output=True, text=True, timeout=DEADLINE)
        self.assertEqual(claim.returncode, 0, claim.stdout + claim.stderr)
        self.assertIn("it has arrived", claim.stdout)
        self.assertEqual(modules.wait_for(self.thing, "onboarded")["endpoint"], self.sandbox.oem_address)
        (created,) = ears.wait_for("thing", f"{self.thing}/created")
        self.assertEqual((created["thingName"], created["accountId"]), (self.thing, "123456789012"))
        ears.wait_for("connected", self.thing)

    def test_what_was_set_up_is_there_after_a_restart(self):
        self.template()
        self.authority()
        self.sandbox.run("stop")
        stopped = json.loads(self.sandbox.run("status"))
        self.assertFalse(stopped["cloud"]["running"] or stopped["oem"]["running"])
        again = self.sandbox.start()
        self.assertTrue(again["cloud"]["running"])
        self.assertEqual(again["cloud_url"], self.told["cloud_url"])
        self.assertEqual(len(self.iot.list_ca_certificates()["certificates"]), 1)
        self.arrives().accepted()

    def test_a_claim_thing_whose_certificate_the_account_has_made(self):
        key, request, certificate = (self.sandbox.state / f"claim.{kind}" for kind in ("key", "csr", "pem"))
        subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                        key, "-out", request, "-subj", "/CN=kettle-maker"], check=True, capture_output=True)
        made = self.iot.create_certificate_from_csr(certificateSigningRequest=request.read_text(), setAsActive=False)
        certificate.write_text(made["certificatePem"])
        self.sandbox.start("--claim-thing", str(certificate))
        modules = self.sandbox.modules(self.thing)
        modules.wait_for(self.thing, "subscribed")
        claim_thing = self.sandbox.client("kettle-maker", certificate, key, self.sandbox.staging_address).accepted()
        self.assertTrue(claim_thing.publish(f"{self.thing}/expresslink_config", '{"Endpoint":"127.0.0.2"}'))
        modules.wait_for(self.thing, "endpoint")
        self.assertEqual(self.sandbox.client("kettle-maker", certificate, key, self.sandbox.oem_address).dropped(), NOT_AUTHORISED,
                         "inactive, and without a policy, in its own account")


class LeftOut(EmptyAccount):
    def refused(self):
        certificate = self.sandbox.birth_certificate(self.thing)
        for _ in range(2):
            self.assertEqual(self.first(certificate), NOT_AUTHORISED)

    def not_provisioned(self):
        ears = self.ears(*self.observer())
        for _ in range(2):
            self.assertEqual(self.arrives().dropped(), [])
        ears.wait_for("registered", "", 4)
        self.assertEqual(ears.events("thing", self.thing) + ears.events("connected", self.thing), [])

    def test_automatic_registration(self):
        self.template()
        authority = self.authority(allowAutoRegistration=False)
        self.refused()
        self.iot.update_ca_certificate(certificateId=authority, newAutoRegistrationStatus="ENABLE")
        self.arrives().accepted()

    def test_the_authority_is_not_active(self):
        self.template()
        authority = self.authority(setAsActive=False)
        self.refused()
        self.iot.update_ca_certificate(certificateId=authority, newStatus="ACTIVE")
        self.arrives().accepted()

    def test_the_template_is_not_enabled(self):
        self.template(enabled=False)
        self.authority()
        self.events()
        self.not_provisioned()
        self.iot.update_provisioning_template(templateName="kettles", enabled=True)
        self.arrives().accepted()

    def test_the_policy_is_too_narrow(self):
        self.template(policy(("iot:Connect", "client/*")))
        self.authority()
        device = self.arrives().accepted()
        self.assertEqual(device.subscribe(f"{self.thing}/x"), REFUSED)
        self.assertFalse(device.publish(f"{self.thing}/x", "{}"))

    def test_the_policy_is_mended_by_a_new_version(self):
        self.template(policy(("iot:Publish", "topic/*")))
        self.authority()
        certificate = self.sandbox.birth_certificate(self.thing)
        self.assertEqual(self.first(certificate), [])
        self.assertEqual(self.device(certificate).dropped(), NOT_AUTHORISED, "without iot:Connect")
        self.iot.create_policy_version(policyName="expresslink-module", policyDocument=MODULE, setAsDefault=True)
        device = self.device(certificate).accepted()
        self.assertTrue(device.publish(f"{self.thing}/x", "{}"))

    def test_thing_events(self):
        self.template()
        self.authority()
        ears = self.ears(*self.observer())
        self.arrives().accepted()
        ears.wait_for("connected", self.thing)
        self.assertEqual(ears.events("thing", self.thing), [])

    def test_the_observers_policy(self):
        certificate, key = self.observer()
        (target,) = self.iot.list_targets_for_policy(policyName="observer")["targets"]
        self.iot.detach_policy(policyName="observer", target=target)
        connect = lambda: self.sandbox.client("portal-observer", certificate, key, self.sandbox.oem_address)
        self.assertEqual(connect().dropped(), NOT_AUTHORISED)
        self.iot.attach_policy(policyName="observer", target=target)
        connect().accepted().close()
        self.iot.update_certificate(certificateId=re.search(r"[0-9a-f]{64}", target)[0], newStatus="INACTIVE")
        self.assertEqual(connect().dropped(), NOT_AUTHORISED)

    def test_the_template(self):
        """Just-in-time registration: the certificate waits for somebody to activate it."""
        self.authority(template=None)
        ears = self.ears(*self.observer())
        self.assertEqual(self.arrives().dropped(), NOT_AUTHORISED)
        (event,) = ears.wait_for("registered", "")
        self.assertEqual(event["certificateStatus"], "PENDING_ACTIVATION")

    def test_wrong_credentials_change_nothing(self):
        session = botocore.session.Session()
        session.set_credentials("sandbox", "wrong")
        iot = session.create_client("iot", region_name="us-east-1", endpoint_url=self.told["cloud_url"])
        self.addCleanup(iot.close)
        with self.assertRaises(botocore.exceptions.ClientError):
            iot.create_policy(policyName="x", policyDocument=MODULE)
        self.assertEqual(self.iot.list_policies()["policies"], [])


class OtherWays(EmptyAccount):
    def test_a_certificate_that_is_registered_by_itself(self):
        self.iot.create_policy(policyName="module", policyDocument=MODULE)
        self.iot.create_thing(thingName=self.thing)
        certificate = self.sandbox.birth_certificate(self.thing, "other-manufacturer-ca")
        arn = self.iot.register_certificate_without_ca(certificatePem=certificate.read_text(), status="ACTIVE")["certificateArn"]
        self.iot.attach_policy(policyName="module", target=arn)
        self.iot.attach_thing_principal(thingName=self.thing, principal=arn)
        eventually(lambda: self.device(certificate).dropped_or_in() == (0, 0), "let in")
        device = self.device(certificate).accepted()
        self.assertTrue(device.publish(f"{self.thing}/x", "{}"))
        self.assertFalse(device.publish("x", "{}"))


if __name__ == "__main__":
    unittest.main()
