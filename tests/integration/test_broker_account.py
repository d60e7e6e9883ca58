# SPDX-License-Identifier: Apache-2.0
"""The sandbox's OEM broker does what the account's state says: certificates, authorities, templates, and policies, which
decide everything. Seen by a client that is not ours."""
import hashlib
import json
import ssl
import subprocess
import unittest

from sandbox import CREATED, REGISTERED, Sandbox, eventually, random_thing

ARN = "arn:aws:iot:us-east-1:123456789012:"
REFUSED = 128
NOT_AUTHORISED = [(5, 0)]


def certificate_id(pem):
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def policy(*statements):
    return {"document": json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": effect, "Action": action, "Resource": ARN + resource} for effect, action, resource in statements]})}


class AccountTest(unittest.TestCase):
    def setUp(self):
        self.sandbox = self.enterContext(Sandbox())
        self.account = self.sandbox.account()
        (self.authority,) = self.account["cas"].values()
        self.thing = random_thing()

    def change(self):
        self.sandbox.set_account(self.account)

    def device(self, client_id=None, certificate=None):
        certificate = certificate or self.certificate
        return self.sandbox.device(certificate, client_id or self.thing, self.sandbox.oem_address)

    def birth_certificate(self, **options):
        self.certificate = self.sandbox.birth_certificate(self.thing, **options)

    def provisioned(self):
        self.birth_certificate()
        self.assertEqual(self.device().dropped(), [])
        return self.device()

    def observer(self):
        observer = self.sandbox.observer().accepted()
        for topic in (CREATED, REGISTERED):
            self.assertEqual(observer.subscribe(topic), 1, topic)
        return observer

    def log(self):
        return (self.sandbox.state / "oem" / "log").read_text()

    def self_signed(self, name, common_name):
        path = self.sandbox.state / f"{name}.pem"
        subprocess.run(["openssl", "req", "-x509", "-new", "-key", self.sandbox.certificates / "module.key", "-out", path,
                        "-days", "3660", "-subj", f"/CN={common_name}", "-addext", "basicConstraints=critical,CA:false"],
                       check=True, capture_output=True)
        return path

    def register(self, path, status="ACTIVE", policies=(), things=()):
        pem = path.read_text()
        self.account["certificates"][certificate_id(pem)] = {
            "pem": pem, "status": status, "policies": list(policies), "things": list(things)}


class Authorities(AccountTest):
    def test_one_that_is_not_active_or_does_not_register_lets_nobody_new_in(self):
        for key, value in (("status", "INACTIVE"), ("autoRegistrationStatus", "DISABLE")):
            with self.subTest(key):
                right, self.authority[key] = self.authority[key], value
                self.change()
                self.birth_certificate()
                for _ in range(2):
                    self.assertEqual(self.device().dropped(), NOT_AUTHORISED)
                self.authority[key] = right
        self.assertFalse((self.sandbox.state / "oem" / "registry.jsonl").read_text())

    def test_who_is_provisioned_already_stays(self):
        self.provisioned().accepted().close()
        self.authority["status"] = "INACTIVE"
        self.change()
        self.device().accepted()

    def test_without_a_template_a_certificate_waits_until_it_is_activated(self):
        del self.authority["registrationConfig"]
        self.change()
        observer = self.observer()
        self.birth_certificate()
        self.assertEqual(self.device().dropped(), [])
        (event,) = observer.wait_for("registered", "")
        pem = self.certificate.read_text()
        self.assertEqual((event["certificateId"], event["certificateStatus"]), (certificate_id(pem), "PENDING_ACTIVATION"))
        self.assertEqual(self.device().dropped(), NOT_AUTHORISED)
        (line,) = (self.sandbox.state / "oem" / "registry.jsonl").read_text().splitlines()
        self.assertEqual(json.loads(line)["pem"], pem[pem.index("-----BEGIN"):])
        self.sandbox.stop_oem()
        self.sandbox.start_oem()
        self.assertEqual(self.device().dropped(), NOT_AUTHORISED, "still after a restart")

        self.account["things"][self.thing] = {}
        self.register(self.certificate, policies=["expresslink-module"], things=[self.thing])
        self.change()
        self.device().accepted()

    def test_a_second_manufacturer_may_come_while_the_broker_runs(self):
        self.birth_certificate(authority="other-manufacturer-ca")
        self.assertEqual(self.device().dropped(), [], "unknown to TLS")
        pem = (self.sandbox.certificates / "other-manufacturer-ca.pem").read_text()
        self.account["cas"][certificate_id(pem)] = {**self.authority, "pem": pem}
        self.change()
        observer = self.observer()
        def arrived():
            self.device().dropped_or_in()  # unknown to TLS, provisioned, or let in if the event is late
            return observer.events("thing", self.thing)
        eventually(arrived, "created")
        self.device().accepted()


class Templates(AccountTest):
    def setUp(self):
        super().setUp()
        self.template = self.account["templates"]["expresslink"]

    def test_what_the_thing_gets_is_kept(self):
        self.account["billingGroups"] = {"lamps": {}}
        body = json.loads(self.template["body"])
        body["Resources"]["thing"]["Properties"]["BillingGroup"] = "lamps"
        self.template["body"] = json.dumps(body)
        self.change()
        self.provisioned().accepted()
        (line,) = (self.sandbox.state / "oem" / "registry.jsonl").read_text().splitlines()
        self.assertEqual((json.loads(line)["things"], json.loads(line)["billingGroups"]), ([self.thing], ["lamps"]))

    def fails(self, why):
        self.change()
        observer = self.observer()
        self.birth_certificate()
        for _ in range(2):
            self.assertEqual(self.device().dropped(), [])
        observer.wait_for("registered", "", 2)
        self.assertEqual(observer.events("thing", self.thing), [])
        self.assertIn(why, self.log())

    def body(self, resources):
        body = json.loads(self.template["body"])
        body["Resources"] |= resources
        self.template["body"] = json.dumps(body)

    def test_that_cannot_run(self):
        for change, why in (
                (lambda: self.template.update(enabled=False), "template expresslink is not enabled"),
                (lambda: self.template.update(type="FLEET_PROVISIONING"), "template expresslink has another type"),
                (lambda: self.template.update(body="{"), "the template is not JSON"),
                (lambda: self.account["policies"].pop("expresslink-module"), "policies: not in this account: expresslink-module"),
                (lambda: self.body({"thing": {"Type": "AWS::IoT::Thing", "Properties": {
                    "ThingName": "x", "ThingTypeName": "kettle"}}}), "thingTypes: not in this account: kettle"),
                (lambda: self.body({"thing": {"Type": "AWS::IoT::Thing", "Properties": {
                    "ThingName": "x", "ThingGroups": ["kettles"]}}}), "thingGroups: not in this account: kettles"),
                (lambda: self.body({"thing": {"Type": "AWS::IoT::Thing", "Properties": {
                    "ThingName": "x", "BillingGroup": "lamps"}}}), "billingGroups: not in this account: lamps"),
                (lambda: self.body({"thing": {"Type": "AWS::IoT::Thing", "Properties": {
                    "ThingName": "x", "AttributePayload": {"by": "Acme Inc."}}}}), "not a valid attribute name or value: Acme Inc."),
                (lambda: self.body({"thing": {"Type": "AWS::IoT::Thing", "Properties": {
                    "ThingName": "x", "AttributePayload": dict.fromkeys("abcd", "1")}}}), "more attributes than a thing can have"),
                (lambda: self.body({"policy": {"Type": "AWS::IoT::Policy", "Properties": {}}}), "a policy has"),
                (lambda: self.body({"more": {"Type": "AWS::IoT::Rule"}}), "resource of unknown type: more"),
                (lambda: self.account["templates"].pop("expresslink"), "template expresslink does not exist")):
            with self.subTest(why):
                self.thing = random_thing()
                right = json.dumps(self.account)
                change()
                self.fails(why)
                self.account = json.loads(right)
                self.template = self.account["templates"]["expresslink"]

    def test_one_that_is_mended_lets_them_in(self):
        self.template["enabled"] = False
        self.fails("is not enabled")
        self.template["enabled"] = True
        self.change()
        self.assertEqual(self.device().dropped(), [])
        self.device().accepted()

    def test_one_that_makes_inactive_certificates(self):
        self.body({"certificate": {"Type": "AWS::IoT::Certificate", "Properties": {
            "CertificateId": {"Ref": "AWS::IoT::Certificate::Id"}, "Status": "INACTIVE"}}})
        self.change()
        self.assertEqual(self.provisioned().dropped(), NOT_AUTHORISED)

    def test_one_that_brings_its_policy_along(self):
        self.body({"policy": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyDocument": json.loads(
            policy(("Allow", "iot:Connect", "client/*"))["document"])}}})
        self.change()
        device = self.provisioned().accepted()
        self.assertEqual(device.subscribe(f"{self.thing}/x"), REFUSED)


class Policies(AccountTest):
    def rights(self, *statements):
        self.account["policies"]["expresslink-module"] = policy(*statements)
        self.change()

    def test_without_connect_there_is_no_connection(self):
        self.rights(("Allow", "iot:Publish", "*"))
        self.assertEqual(self.provisioned().dropped(), NOT_AUTHORISED)
        self.assertIn(f"may not connect as {self.thing}", self.log())

    def test_connect_alone(self):
        self.rights(("Allow", "iot:Connect", "client/*"))
        device = self.provisioned().accepted()
        self.assertEqual(device.subscribe(f"{self.thing}/x"), REFUSED)
        self.assertFalse(device.publish(f"{self.thing}/x", "{}"))

    def test_publish_subscribe_and_receive_are_rights_of_their_own(self):
        self.rights(("Allow", "iot:Connect", "client/*"), ("Allow", "iot:Publish", "topic/a/*"),
                    ("Allow", "iot:Subscribe", "topicfilter/a/*"), ("Allow", "iot:Receive", "topic/a/heard"))
        device = self.provisioned().accepted()
        self.assertEqual(device.subscribe("a/#"), 1)
        self.assertEqual(device.subscribe("b/#"), REFUSED)
        self.assertTrue(device.publish("a/unheard", "1"))
        self.assertTrue(device.publish("a/heard", "2"))
        eventually(lambda: device.messages, "the message")
        self.assertEqual(device.messages, [("a/heard", b"2")])
        self.assertFalse(device.publish("a/heard", "3", retain=True), "iot:RetainPublish")

    def test_quality_of_service_2_there_is_none(self):
        device = self.provisioned().accepted()
        device._mqtt.publish(f"{self.thing}/x", "{}", 2)
        device.dropped()

    def test_a_denial_of_one_policy_stands_against_all_others(self):
        self.account["policies"]["deny"] = policy(("Deny", "iot:Publish", "topic/secret"))
        self.account["policies"]["allow"] = policy(("Allow", "*", "*"))
        path = self.self_signed("device", "device")
        self.register(path, policies=["deny", "allow"])
        self.change()
        eventually(lambda: self.device("device", path).dropped_or_in() == (0, 0), "let in")
        device = self.device("device", path).accepted()
        self.assertTrue(device.publish("open", "1"))
        self.assertFalse(device.publish("secret", "1"))

    def test_a_right_that_is_taken_away_is_gone_at_once(self):
        device = self.provisioned().accepted()
        self.assertTrue(device.publish(f"{self.thing}/x", "1"))
        self.rights(("Allow", "iot:Connect", "client/*"))
        eventually(lambda: not device.publish(f"{self.thing}/x", "1"), "the connection is dropped")

    def test_a_policy_that_is_not_there_allows_nothing(self):
        self.provisioned().accepted().close()
        del self.account["policies"]["expresslink-module"]
        self.change()
        self.assertEqual(self.device().dropped(), NOT_AUTHORISED)


class Certificates(AccountTest):
    def test_one_that_signed_itself(self):
        path = self.self_signed("device", self.thing)
        self.assertEqual(self.device(certificate=path).dropped(), [], "unknown to TLS")
        self.account["things"][self.thing] = {}
        self.register(path, policies=["expresslink-module"], things=[self.thing])
        self.change()
        eventually(lambda: self.device(certificate=path).dropped_or_in() == (0, 0), "let in")

    def test_one_of_an_issuer_that_nobody_knows(self):
        self.birth_certificate(authority="other-manufacturer-ca")
        self.account["things"][self.thing] = {}
        self.register(self.certificate, policies=["expresslink-module"], things=[self.thing])
        self.change()
        eventually(lambda: self.device().dropped_or_in() == (0, 0), "let in")
        neighbour = self.sandbox.birth_certificate(random_thing(), "other-manufacturer-ca")
        self.assertEqual(self.device(certificate=neighbour).dropped(), [], "its issuer is still unknown")

    def test_one_that_is_not_active(self):
        self.birth_certificate()
        self.account["things"][self.thing] = {}
        for status in ("INACTIVE", "REVOKED", "PENDING_ACTIVATION"):
            with self.subTest(status):
                self.register(self.certificate, status, ["expresslink-module"], [self.thing])
                self.change()
                self.assertEqual(self.device().dropped(), NOT_AUTHORISED)

    def test_one_that_is_not_attached_to_its_thing(self):
        self.birth_certificate()
        self.account["things"][self.thing] = {}
        self.register(self.certificate, policies=["expresslink-module"])
        self.change()
        self.assertEqual(self.device().dropped(), NOT_AUTHORISED)


class Events(AccountTest):
    def test_no_created_where_thing_events_are_off(self):
        for events in ({}, {"THING": False}):
            with self.subTest(events):
                self.thing = random_thing()
                self.account["events"] = events
                self.change()
                observer = self.observer()
                observer.subscribe("$aws/events/presence/connected/+")
                self.provisioned().accepted()
                observer.wait_for("connected", self.thing)
                self.assertEqual(observer.events("thing", self.thing), [])

    def test_no_created_where_the_thing_was_there(self):
        self.account["things"][self.thing] = {}
        self.change()
        observer = self.observer()
        observer.subscribe("$aws/events/presence/connected/+")
        self.provisioned().accepted()
        observer.wait_for("connected", self.thing)
        self.assertEqual(observer.events("thing", self.thing), [])


class Claim(AccountTest):
    """Fleet provisioning by claim."""
    KEYS, REQUEST, PROVISION = ("$aws/certificates/create/json", "$aws/certificates/create-from-csr/json",
                                "$aws/provisioning-templates/kettles/provision/json")

    def setUp(self):
        super().setUp()
        topics = (self.KEYS, self.REQUEST, self.PROVISION)
        answers = [f"{topic}/{outcome}" for topic in topics for outcome in ("accepted", "rejected")]
        self.account["policies"]["claim"] = policy(
            ("Allow", "iot:Connect", "client/*"), *(("Allow", "iot:Publish", f"topic/{topic}") for topic in topics),
            *(("Allow", "iot:Subscribe", f"topicfilter/{topic}") for topic in answers),
            *(("Allow", "iot:Receive", f"topic/{topic}") for topic in answers))
        self.account["templates"]["kettles"] = {"type": "FLEET_PROVISIONING", "enabled": True, "body": json.dumps({
            "Parameters": {"SerialNumber": {"Type": "String"}, "AWS::IoT::Certificate::Id": {"Type": "String"}},
            "Resources": {
                "thing": {"Type": "AWS::IoT::Thing", "Properties": {
                    "ThingName": {"Fn::Join": ["", ["kettle-", {"Ref": "SerialNumber"}]]}}},
                "certificate": {"Type": "AWS::IoT::Certificate", "Properties": {
                    "CertificateId": {"Ref": "AWS::IoT::Certificate::Id"}, "Status": "ACTIVE"}},
                "policy": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyName": "expresslink-module"}}}})}
        self.claim = self.self_signed("claim", "claim")
        self.register(self.claim, policies=["claim"])
        self.change()
        eventually(lambda: self.device("first", self.claim).dropped_or_in() == (0, 0), "the claim certificate is known")
        self.answers = answers

    def claimer(self, client_id):
        device = self.device(client_id, self.claim).accepted()
        for topic in self.answers:
            self.assertEqual(device.subscribe(topic), 1, topic)
        return device

    def ask(self, device, topic, question):
        before = len(device.messages)
        self.assertTrue(device.publish(topic, question if isinstance(question, str) else json.dumps(question)))
        eventually(lambda: len(device.messages) > before, f"an answer on {topic}")
        heard, payload = device.messages[before]
        self.assertTrue(heard.startswith(topic + "/"), heard)
        return heard.rpartition("/")[2], json.loads(payload)

    def rejected(self, device, topic, question):
        outcome, answer = self.ask(device, topic, question)
        self.assertEqual((outcome, answer["statusCode"]), ("rejected", 400), answer)
        return answer["errorCode"]

    def test_what_is_rejected(self):
        device = self.claimer("a")
        for request in ("", "x", {}, {"certificateSigningRequest": 7}, {"certificateSigningRequest": "x"}):
            self.assertEqual(self.rejected(device, self.REQUEST, request), "InvalidPayload")
        for question in ("", {}, {"certificateOwnershipToken": "x"}):
            self.assertEqual(self.rejected(device, self.PROVISION, question), "InvalidCertificateOwnershipToken")
        _, made = self.ask(device, self.KEYS, {})
        question = {"certificateOwnershipToken": made["certificateOwnershipToken"]}
        for parameters in (None, {}, {"Other": "1"}, {"SerialNumber": 7}, {"SerialNumber": "a/b"}):
            more = {} if parameters is None else {"parameters": parameters}
            self.assertEqual(self.rejected(device, self.PROVISION, {**question, **more}), "InvalidParameters")
        self.account["templates"]["kettles"]["enabled"] = False
        self.change()
        eventually(lambda: self.ask(device, self.PROVISION, question)[1]["errorMessage"] == "template kettles is not enabled",
                   "the template's state counts")
        self.assertFalse(device.publish("$aws/provisioning-templates/expresslink/provision/json", "{}"), "policy")

    def test_an_answer_comes_to_who_has_subscribed_and_may_receive(self):
        hearing, deaf = self.claimer("a"), self.device("b", self.claim).accepted()
        self.assertTrue(deaf.publish(self.KEYS, "{}"))
        eventually(lambda: "b gets no answer" in self.log(), "the broker says why")
        self.account["policies"]["claim"]["document"] = self.account["policies"]["claim"]["document"].replace(
            f"topic/{self.KEYS}/accepted", "topic/x")
        self.change()
        def unheard():
            self.assertTrue(hearing.publish(self.KEYS, "{}"))
            return "a gets no answer" in self.log()
        eventually(unheard, "the policy counts")
        self.assertEqual(deaf.messages, [])

    def arrives(self, device, made, certificate, key):
        provision = {"certificateOwnershipToken": made["certificateOwnershipToken"],
                     "parameters": {"SerialNumber": self.thing}}
        name = f"kettle-{self.thing}"
        certificate.write_text(made["certificatePem"])
        connect = lambda: self.sandbox.client(name, certificate, key, self.sandbox.oem_address)
        self.assertEqual(connect().dropped(), NOT_AUTHORISED, "before it is provisioned")
        observer = self.observer()
        self.assertEqual(self.ask(device, self.PROVISION, provision), ("accepted", {"deviceConfiguration": {}, "thingName": name}))
        observer.wait_for("thing", f"{name}/created")
        self.assertTrue(connect().accepted().publish(f"{name}/x", "{}"))
        self.assertEqual(self.rejected(device, self.PROVISION, provision), "InvalidCertificateOwnershipToken", "once only")
        self.sandbox.stop_oem()
        self.sandbox.start_oem()
        connect().accepted()

    def test_with_a_key_that_the_account_has_made(self):
        other, device = self.claimer("b"), self.claimer("a")
        outcome, made = self.ask(device, self.KEYS, {})
        self.assertEqual((outcome, made["certificateId"]), ("accepted", certificate_id(made["certificatePem"])))
        told = subprocess.run(["openssl", "pkey", "-noout", "-text"], input=made["privateKey"], capture_output=True, text=True)
        self.assertIn("2048 bit", told.stdout.splitlines()[0])
        key = self.sandbox.state / "own.key"
        key.write_text(made["privateKey"])
        self.arrives(device, made, self.sandbox.state / "own.pem", key)
        self.assertEqual(other.messages, [], "a key is for the one who has asked")

    def test_with_a_key_of_its_own(self):
        key, request = self.sandbox.state / "own.key", self.sandbox.state / "own.csr"
        subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                        key, "-out", request, "-subj", "/CN=own"], check=True, capture_output=True)
        device = self.claimer("a")
        outcome, made = self.ask(device, self.REQUEST, {"certificateSigningRequest": request.read_text()})
        self.assertEqual((outcome, "privateKey" in made), ("accepted", False))
        self.arrives(device, made, self.sandbox.state / "own.pem", key)


class State(AccountTest):
    def test_a_file_that_is_none_changes_nothing(self):
        for text in ("", "{", "[]", '{"policies": [{"document": "{}"}]}', '{"cas": [{"pem": "x"}]}', '{"certificates": 7}'):
            with self.subTest(text):
                (self.sandbox.state / "oem" / "iot.json").write_text(text)
                self.thing = random_thing()
                self.provisioned().accepted()
        self.assertIn("is not the JSON of an account; the previous state stays", self.log())

    def test_the_account_is_kept_over_starts(self):
        self.account["events"] = {}
        self.change()
        self.sandbox.stop_oem()
        self.sandbox.start_oem()
        self.assertEqual(self.sandbox.account()["events"], {})

    def test_a_registry_of_before_there_were_policies(self):
        self.sandbox.stop_oem()
        self.birth_certificate()
        line = {"certificateId": certificate_id(self.certificate.read_text()), "thingName": self.thing}
        (self.sandbox.state / "oem" / "registry.jsonl").write_text(json.dumps(line) + "\n")
        self.sandbox.start_oem()
        self.device().accepted()


if __name__ == "__main__":
    unittest.main()
