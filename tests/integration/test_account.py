# SPDX-License-Identifier: Apache-2.0
"""expresslink-claim account apply and show: an account is set up, mended, and set up further where that had stopped."""
import json
import unittest

from account import AccountCase, make_authority, make_request, openssl
from aws_models import LOST
from aws_service import Answer, refused

ARN = "arn:aws:iot:us-east-1:123456789012"
ROLE = "arn:aws:iam::123456789012:role/expresslink-provisioning"
CA = "O = Acme, CN = Acme Modules CA"


class FirstRun(AccountCase):
    def test_everything_is_made(self):
        said = self.apply()
        state = self.state()
        template, = state["templates"].values()
        self.assertEqual((template["type"], template["enabled"], template["provisioningRoleArn"]), ("JITP", True, ROLE))
        properties = json.loads(template["body"])["Resources"]["thing"]["Properties"]
        self.assertEqual(properties, {"ThingName": {"Ref": "AWS::IoT::Certificate::CommonName"}, "ThingTypeName": "sensor",
                                      "ThingGroups": ["all"], "AttributePayload": {"vendor": "acme"}})
        authority, = state["cas"].values()
        self.assertEqual([authority[name] for name in ("status", "autoRegistrationStatus", "certificateMode", "registrationConfig")],
                         ["ACTIVE", "ENABLE", "SNI_ONLY", {"templateName": "expresslink"}])
        observer, = state["certificates"].values()
        self.assertEqual((observer["status"], observer["policies"]), ("ACTIVE", ["expresslink-observer"]))
        self.assertEqual(set(state["policies"]), {"expresslink-module", "expresslink-observer"})
        self.assertEqual((list(state["thingTypes"]), list(state["thingGroups"])), (["sensor"], ["all"]))
        self.assertTrue(state["events"]["THING"])
        self.assertEqual((self.folder / "portal-observer.pem").read_text(), observer["pem"])
        self.assertIn("AttachRolePolicy", " ".join(self.judge.changing))
        self.assertIn("created template expresslink", said)

    def test_the_role_is_one_that_aws_iot_assumes(self):
        self.apply()
        made, = self.judge.inputs("iam:CreateRole")
        statement, = json.loads(made["AssumeRolePolicyDocument"])["Statement"]
        self.assertEqual((statement["Principal"], statement["Action"]), ({"Service": "iot.amazonaws.com"}, "sts:AssumeRole"))
        self.assertEqual(self.judge.inputs("iam:AttachRolePolicy"), [
            {"RoleName": "expresslink-provisioning", "PolicyArn": "arn:aws:iam::aws:policy/service-role/AWSIoTThingsRegistration"}])

    def test_the_name_may_be_elsewhere_in_the_certificate(self):
        self.apply("--thing-name", "serial-number")
        template, = self.state()["templates"].values()
        self.assertIn("AWS::IoT::Certificate::SerialNumber", json.loads(template["body"])["Parameters"])

    def test_a_second_run_changes_nothing(self):
        self.apply()
        before = self.state()
        said = self.does("apply", *self.STANDARD)
        self.assertIn("nothing to change", said)
        self.assertEqual((self.judge.changing, self.state()), ([], before))

    def test_a_dry_run_changes_nothing(self):
        steps = self.steps(self.does("apply", *self.STANDARD, "--dry-run", "--json"))
        self.assertEqual(steps[("CA", CA)], "create")
        self.assertEqual(steps[("events", "THING")], "change")
        self.assertEqual(self.judge.changing, [])
        self.assertFalse((self.folder / "portal.ini").exists() or (self.folder / "portal-observer.pem").exists())

    def test_nothing_is_done_unasked(self):
        self.assertIn("--yes", self.fails(64, "apply", *self.STANDARD))
        self.assertEqual(self.judge.changing, [])

    def test_a_role_that_is_too_new_is_waited_for(self):
        self.cloud.faults(role_delay=2)
        self.apply()
        self.assertEqual(self.judge.calls.count("iot:CreateProvisioningTemplate"), 3)

    def test_throttling_is_waited_for(self):
        self.cloud.faults(throttle=3)
        self.apply()

    def test_another_region(self):
        """IoT and STS are there once a region; IAM is not, and its requests are signed for another one."""
        self.judge.region = "eu-west-1"
        who = ("<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account><Arn>arn:x</Arn>"
               "</GetCallerIdentityResult></GetCallerIdentityResponse>")
        answers = {"GetCallerIdentity": Answer(200, who), "DescribeEndpoint": Answer(200, {"endpointAddress": "x-ats"}),
                   "DescribeEventConfigurations": Answer(200, {"eventConfigurations": {}})}
        self.judge.script = lambda call: None if call.service == "iam" else answers.get(
            call.operation, refused(404, "ResourceNotFoundException"))
        said = self.does("apply", "--ca", "ca.pem", "--dry-run", "--region", "eu-west-1")
        self.assertIn("region eu-west-1", said)
        self.assertIn("iam:GetRole", self.judge.calls)

    def test_several_manufacturers(self):
        make_authority(self.folder, "second", "/CN=Second CA")
        both = (self.folder / "ca.pem").read_text() + (self.folder / "second.pem").read_text()
        (self.folder / "both.pem").write_text(both)
        steps = self.steps(self.does("apply", "--ca", "both.pem", "--ca", "second.pem", "--yes", "--json"))
        self.assertEqual([name for kind, name in steps if kind == "CA"], [CA, "CN = Second CA"])
        self.assertEqual(len(self.state()["cas"]), 2)

    def test_what_is_no_longer_named_is_told(self):
        self.apply()
        make_authority(self.folder, "other", "/O=Other/CN=Other CA")
        identifier, = self.state()["cas"]
        said = self.does("apply", "--ca", "other.pem", "--thing-group", "hall", "--dry-run")
        self.assertIn(f"keep    CA           {CA} (not named by --ca: it stays, id {identifier})", said)
        self.assertIn("change  template     expresslink (a new version becomes the default: thing type sensor -> none; "
                      "thing groups all -> hall; attributes vendor=acme -> none)", said)
        self.assertIn("create  CA           O = Other, CN = Other CA", said)
        self.assertEqual(said.count("  CA  "), 2)


class Topics(AccountCase):
    """What modules may publish and subscribe to beside the topics of their own name."""
    OPTIONS = ("--publish", "data", "--publish", "sensor1/${thing}/state", "--subscribe", "cmd/+/set", "--basic-ingest", "store")

    def grants(self):
        """{(action, resource)} of the modules' policy."""
        policy = json.loads(self.state()["policies"]["expresslink-module"]["document"])
        lists = ((statement["Action"], statement["Resource"]) for statement in policy["Statement"])
        return {(action, resource.removeprefix(f"{ARN}:")) for actions, resources in lists
                for action in ([actions] if isinstance(actions, str) else actions) for resource in resources}

    def test_mistakes_are_told_before_anything_is_asked(self):
        rows = [("--publish", "data/#", "without + and #"), ("--publish", "1/2/3/4/5/6/7/8/9", "8 slashes"),
                ("--publish", "x" * 257, "257 bytes"), ("--publish", "$aws/rules/a/b", "--basic-ingest"),
                ("--publish", "$aws/events/x", "AWS's own"), ("--subscribe", "a/#/b", "whole last one"),
                ("--publish", "a\x1b[2J", "invisible character"), ("--publish", "${device}/x", "only variable"),
                ("--basic-ingest", "my-rule", "1 to 128 letters")]
        for option, value, said in rows:
            with self.subTest(value[:20]):
                told = self.fails(64, "apply", option, value, "--yes")
                self.assertIn(said, told)
                self.assertNotIn("\x1b", told)
        self.assertEqual(self.judge.calls, [])

    def test_too_many_are_told(self):
        many = [option for i in range(12) for option in ("--publish", f"{i}/" + "t" * 200)]
        self.assertIn("AWS IoT takes 2048", self.fails(69, "apply", *many, "--yes"))
        self.assertEqual(self.judge.changing, [])

    def test_they_are_allowed(self):
        said = self.apply(*self.OPTIONS)
        name = "${iot:Connection.Thing.ThingName}"
        self.assertLessEqual({("iot:Publish", "topic/data"), ("iot:Publish", f"topic/sensor1/{name}/state"),
                              ("iot:Subscribe", "topicfilter/cmd/+/set"), ("iot:Receive", "topic/cmd/*/set"),
                              ("iot:Publish", "topic/$aws/rules/store"), ("iot:Publish", "topic/$aws/rules/store/*"),
                              ("iot:Publish", f"topic/{name}/*"), ("iot:Receive", f"topic/$aws/things/{name}/*")}, self.grants())
        self.assertNotIn(("iot:Receive", "topic/data"), self.grants())
        self.assertIn("A module may (${thing} is its own ThingName):", said)
        self.assertIn("publish to    ${thing}/*, $aws/things/${thing}/*, data, sensor1/${thing}/state, $aws/rules/store, "
                      "$aws/rules/store/*\n", said)
        self.assertIn("subscribe to  ${thing}/*, $aws/things/${thing}/*, cmd/+/set\n", said)
        self.assertIn("receive       ${thing}/*, $aws/things/${thing}/*, cmd/*/set\n", said)
        self.does("apply", *self.STANDARD, *self.OPTIONS)
        self.assertEqual(self.judge.changing, [])

    def test_the_plan_says_so_first(self):
        told = json.loads(self.does("apply", *self.STANDARD, *self.OPTIONS, "--dry-run", "--json"))
        self.assertIn("data", told["module_may"]["publish"])
        self.assertEqual(told["module_may"]["subscribe"][-1], "cmd/+/set")
        self.assertIn("A module may", self.does("apply", *self.STANDARD, "--dry-run"))
        self.assertEqual(self.judge.changing, [])


class Drift(AccountCase):
    """Each row: what somebody has done to the account, the step that mends it, and by which calls."""

    def setUp(self):
        super().setUp()
        self.apply()
        self.good = self.normal()

    def normal(self):
        """What counts of the account's state."""
        state = self.state()
        return {"cas": {name: {key: value[key] for key in ("status", "autoRegistrationStatus", "registrationConfig")}
                        for name, value in state["cas"].items()},
                "policies": {name: json.loads(value["document"]) for name, value in state["policies"].items()},
                "templates": {name: (json.loads(value["body"]), value["enabled"], value["provisioningRoleArn"])
                              for name, value in state["templates"].items()},
                "certificates": {name: (value["status"], value["policies"]) for name, value in state["certificates"].items()},
                "events": state["events"], "types": list(state["thingTypes"]), "groups": list(state["thingGroups"])}

    def mended(self, kind, name, *calls, action="change"):
        steps = self.steps(self.does("apply", *self.STANDARD, "--yes", "--json"))
        self.assertEqual({step: done for step, done in steps.items() if done != "keep"}, {(kind, name): action})
        self.assertEqual(self.judge.changing, list(calls))
        self.assertEqual(self.normal(), self.good)
        self.does("apply", *self.STANDARD)
        self.assertEqual(self.judge.changing, [])

    def ca_path(self):
        return "/cacertificate/" + next(iter(self.state()["cas"]))

    def test_ca_inactive(self):
        self.iot("PUT", self.ca_path(), query={"newStatus": "INACTIVE"})
        self.mended("CA", CA, "iot:UpdateCACertificate")

    def test_ca_without_automatic_registration(self):
        self.iot("PUT", self.ca_path(), query={"newAutoRegistrationStatus": "DISABLE"})
        self.mended("CA", CA, "iot:UpdateCACertificate")

    def test_ca_with_another_template(self):
        self.does("apply", "--name", "other", "--ca", "ca.pem", "--yes")
        self.assertEqual(self.state()["cas"][self.ca_path().split("/")[2]]["registrationConfig"], {"templateName": "other"})
        self.good = {**self.good, **{name: self.normal()[name] for name in ("policies", "templates")}}
        self.mended("CA", CA, "iot:UpdateCACertificate")

    def test_ca_gone(self):
        self.iot("PUT", self.ca_path(), query={"newStatus": "INACTIVE"})
        self.iot("DELETE", self.ca_path())
        self.mended("CA", CA, "iot:RegisterCACertificate", action="create")

    def test_template_disabled(self):
        self.iot("PATCH", "/provisioning-templates/expresslink", {"enabled": False})
        self.mended("template", "expresslink", "iot:UpdateProvisioningTemplate")

    def test_template_with_another_role(self):
        self.does("apply", "--name", "other", "--yes")
        self.iot("PATCH", "/provisioning-templates/expresslink", {"provisioningRoleArn": ROLE.replace("expresslink-", "other-")})
        self.iot("DELETE", "/provisioning-templates/other")
        self.iot("DELETE", "/policies/other-module")
        self.mended("template", "expresslink", "iot:UpdateProvisioningTemplate")

    def template_version(self):
        body = json.loads(self.state()["templates"]["expresslink"]["body"])
        body["Resources"]["thing"]["Properties"]["AttributePayload"] = {"vendor": "before"}
        self.iot("POST", "/provisioning-templates/expresslink/versions", {"templateBody": json.dumps(body)}, {"setAsDefault": "true"})

    def test_template_of_an_older_version(self):
        self.template_version()
        self.mended("template", "expresslink", "iot:CreateProvisioningTemplateVersion")

    def test_template_with_five_versions(self):
        for _ in range(4):
            self.template_version()
        self.mended("template", "expresslink", "iot:DeleteProvisioningTemplateVersion", "iot:CreateProvisioningTemplateVersion")
        left = self.iot("GET", "/provisioning-templates/expresslink/versions")["versions"]
        self.assertEqual(sorted(version["versionId"] for version in left), [2, 3, 4, 5, 6])

    def policy_version(self):
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}
        self.iot("POST", "/policies/expresslink-module/version", {"policyDocument": json.dumps(document)}, {"setAsDefault": "true"})

    def test_policy_that_allows_more(self):
        self.policy_version()
        self.mended("policy", "expresslink-module", "iot:CreatePolicyVersion")

    def test_policy_with_five_versions(self):
        for _ in range(4):
            self.policy_version()
        self.mended("policy", "expresslink-module", "iot:DeletePolicyVersion", "iot:CreatePolicyVersion")
        self.assertEqual(len(self.iot("GET", "/policies/expresslink-module/version")["policyVersions"]), 5)

    def test_events_off(self):
        self.iot("PATCH", "/event-configurations", {"eventConfigurations": {"THING": {"Enabled": False}}})
        self.mended("events", "THING", "iot:UpdateEventConfigurations")

    def test_other_events_are_left_alone(self):
        self.iot("PATCH", "/event-configurations", {"eventConfigurations": {"THING": {"Enabled": False}, "JOB": {"Enabled": True}}})
        self.good["events"]["JOB"] = True
        self.mended("events", "THING", "iot:UpdateEventConfigurations")

    def observer(self):
        return next(iter(self.state()["certificates"]))

    def test_observer_inactive(self):
        self.iot("PUT", f"/certificates/{self.observer()}", query={"newStatus": "INACTIVE"})
        self.mended("observer", "portal-observer", "iot:UpdateCertificate")

    def test_observer_without_its_policy(self):
        self.iot("POST", "/target-policies/expresslink-observer", {"target": f"{ARN}:cert/{self.observer()}"})
        self.mended("observer", "portal-observer", "iot:AttachPolicy")

    def test_its_certificate_is_fetched_again(self):
        (self.folder / "portal-observer.pem").unlink()
        (self.folder / "portal.ini").unlink()
        self.does("apply", *self.STANDARD)
        self.assertEqual(self.judge.changing, [])
        self.assertEqual((self.folder / "portal-observer.pem").read_text(), self.state()["certificates"][self.observer()]["pem"])
        self.assertIn("[endpoint.home]", (self.folder / "portal.ini").read_text())

    def iam(self, **form):
        from urllib.parse import urlencode
        body = urlencode({"Version": "2010-05-08", "RoleName": "expresslink-provisioning", **form}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        target, headers = self.cloud.signed("iam", "POST", "/", None, body, headers)
        answer = self.cloud.send("POST", target, body, headers)
        self.assertEqual(answer.status, 200, answer)

    def test_role_that_somebody_else_assumes(self):
        trust = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
        self.iam(Action="UpdateAssumeRolePolicy", PolicyDocument=json.dumps(trust))
        self.mended("role", "expresslink-provisioning", "iam:UpdateAssumeRolePolicy")

    def test_role_that_may_not_register_things(self):
        self.iam(Action="DetachRolePolicy", PolicyArn="arn:aws:iam::aws:policy/service-role/AWSIoTThingsRegistration")
        self.mended("role", "expresslink-provisioning", "iam:AttachRolePolicy")

    def test_show_tells_it(self):
        facts = {(fact["kind"], fact["name"]): fact["good"] for fact in json.loads(self.does("show", "--json"))["facts"]}
        self.assertTrue(all(facts.values()), facts)
        self.assertEqual(self.judge.changing, [])
        self.iot("PUT", self.ca_path(), query={"newStatus": "INACTIVE"})
        self.iot("PATCH", "/provisioning-templates/expresslink", {"enabled": False})
        shown = json.loads(self.does("show", "--json"))
        self.assertEqual([fact["kind"] for fact in shown["facts"] if not fact["good"]], ["template", "CA"])
        self.assertFalse(shown["good"])
        self.assertIn("not ok  template", self.does("show"))


class Interrupted(AccountCase):
    def stops_after(self, count, answer):
        """A script: from the count-th changing call on there are no answers."""
        seen = []

        def script(call):
            seen.append(call.changes)
            return answer if sum(seen) > count else None
        return script

    def goes_on(self, answer):
        self.apply()
        whole, calls = self.state(), len(self.judge.changing)
        for count in range(calls):
            with self.subTest(calls=count):
                self.empty_account()
                for file in ("portal.ini", "portal-observer.pem"):
                    (self.folder / file).unlink(missing_ok=True)
                self.judge.script = self.stops_after(count, answer)
                ended = self.account("apply", *self.STANDARD, "--yes", AWS_MAX_ATTEMPTS="1")
                self.assertEqual((ended.returncode, "run the same command again to continue" in ended.stderr), (69, True), ended)
                carried_out = self.judge.changing if answer is LOST else self.judge.changing[:count]
                self.judge.script = None
                self.apply()
                if "iot:CreateCertificateFromCsr" in carried_out:
                    self.assertNotIn("iot:CreateCertificateFromCsr", self.judge.calls)
                state = self.state()
                self.assertEqual({name: sorted(state[name]) for name in ("cas", "policies", "templates")},
                                 {name: sorted(whole[name]) for name in ("cas", "policies", "templates")})
                self.assertEqual([each["policies"] for each in state["certificates"].values()], [["expresslink-observer"]])
                self.does("apply", *self.STANDARD)
                self.assertEqual(self.judge.changing, [])

    def test_the_same_command_goes_on(self):
        self.goes_on(Answer(drop=True))

    def test_also_where_only_the_answer_was_lost(self):
        self.goes_on(LOST)

    def first(self, operation, answer):
        """A script: the first call of that operation is answered so, all others as ever."""
        left = [answer]

        def script(call):
            return left.pop() if left and call.operation == operation else None
        return script

    def test_a_lost_answer_costs_no_second_certificate(self):
        self.judge.script = self.first("CreateCertificateFromCsr", LOST)
        self.apply()
        certificate, = self.state()["certificates"].values()
        self.assertEqual((certificate["status"], certificate["policies"]), ("ACTIVE", ["expresslink-observer"]))

    def test_an_attempt_that_never_arrived_is_made_again(self):
        for answer in Answer(drop=True), refused(503, "ServiceUnavailableException"), refused(429, "ThrottlingException"):
            self.empty_account()
            (self.folder / "portal-observer.pem").unlink(missing_ok=True)
            self.judge.script = self.first("CreateCertificateFromCsr", answer)
            self.apply()
            self.assertEqual(len(self.state()["certificates"]), 1)


class Denied(AccountCase):
    def test_each_missing_permission_is_named(self):
        self.apply()
        actions = set(self.judge.calls)
        self.does("apply", *self.STANDARD)
        actions.update(self.judge.calls)
        actions -= {"iot:DescribeCertificate", "iot:ListTargetsForPolicy", "iam:ListAttachedRolePolicies"}
        self.assertGreater(len(actions), 18)
        for action in sorted(actions):
            with self.subTest(action):
                self.empty_account()
                self.cloud.faults(deny=[action])
                said = self.fails(77, "apply", *self.STANDARD, "--yes")
                self.assertIn(f"the permission {action} is missing", said)
                self.cloud.faults(deny=[])
                self.apply()

    def test_of_what_is_only_asked_later(self):
        self.apply()
        for action in ("iam:ListAttachedRolePolicies", "iot:ListTargetsForPolicy", "iot:DescribeCertificate"):
            with self.subTest(action):
                self.cloud.faults(deny=[action])
                said = self.fails(77, "apply", *self.STANDARD, "--yes")
                self.assertIn(f"the permission {action} is missing", said)
                self.assertEqual(self.judge.changing, [])

    def test_the_one_that_aws_names(self):
        """Handing a role over takes a permission of its own."""
        def script(call):
            if call.operation == "CreateProvisioningTemplate":
                return refused(403, "AccessDeniedException", "User: arn:aws:iam::1:user/x is not authorized to perform: "
                               f"iam:PassRole on resource: {ROLE}")
            return None
        self.judge.script = script
        self.assertIn("the permission iam:PassRole is missing", self.fails(77, "apply", *self.STANDARD, "--yes"))


class Authorities(AccountCase):
    def test_a_leaf_is_refused_before_anything_is_asked(self):
        make_request(self.folder, "leaf", "/CN=module-1")
        openssl(self.folder, "x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                "-out", "leaf.pem", "-days", "30")
        said = self.fails(65, "apply", "--ca", "leaf.pem", "--yes")
        self.assertIn("CN = module-1 is not a CA's certificate", said)
        self.assertEqual(self.judge.calls, [])

    def test_files_that_hold_no_certificate(self):
        for name in ("portal-observer.csr", "ca.key", "missing.pem"):
            with self.subTest(name):
                self.assertIn(name, self.fails(66, "apply", "--ca", name, "--yes"))
        self.assertIn("ca.pem", self.fails(66, "apply", "--observer-request", "ca.pem", "--observer-certificate", "o.pem"))
        self.assertEqual(self.judge.calls, [])

    def test_the_same_one_twice_is_one(self):
        steps = json.loads(self.does("apply", "--ca", "ca.pem", "--ca", "ca.pem", "--yes", "--json"))["steps"]
        self.assertEqual([step["kind"] for step in steps].count("CA"), 1)

    def test_one_that_is_registered_in_another_mode(self):
        self.judge.script = lambda call: Answer(200, {"certificateDescription": {"certificateMode": "DEFAULT", "status": "ACTIVE"}}) \
            if call.operation == "DescribeCACertificate" else None
        said = self.fails(1, "apply", "--ca", "ca.pem", "--yes")
        self.assertIn("registered already in mode DEFAULT", said)
        self.assertEqual(self.judge.changing, [])

    def test_one_that_another_account_has(self):
        self.judge.script = lambda call: refused(409, "ResourceAlreadyExistsException", "exists") \
            if call.operation == "RegisterCACertificate" else None
        self.assertIn("by another AWS account", self.fails(1, "apply", "--ca", "ca.pem", "--yes"))

    def test_a_template_of_another_type(self):
        self.judge.script = lambda call: Answer(200, {"type": "FLEET_PROVISIONING", "templateBody": "{}"}) \
            if call.operation == "DescribeProvisioningTemplate" else None
        self.assertIn("whose type cannot be changed to JITP", self.fails(1, "apply", "--yes"))
        self.assertEqual(self.judge.changing, [])


if __name__ == "__main__":
    unittest.main()
