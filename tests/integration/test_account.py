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
        said = self.does("apply", "--ca", "ca.pem", "--thing-name", "common-name", "--dry-run", "--region", "eu-west-1")
        self.assertIn("region eu-west-1", said)
        self.assertIn("iam:GetRole", self.judge.calls)

    def test_several_manufacturers(self):
        make_authority(self.folder, "second", "/CN=Second CA")
        both = (self.folder / "ca.pem").read_text() + (self.folder / "second.pem").read_text()
        (self.folder / "both.pem").write_text(both)
        steps = self.steps(self.does("apply", "--thing-name", "common-name", "--ca", "both.pem", "--ca", "second.pem", "--yes", "--json"))
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
                ("--publish", "0123456789abcdef0123456789abcdef/x", "write ${thing}"),
                ("--basic-ingest", "my-rule", "1 to 128 letters")]
        for option, value, said in rows:
            with self.subTest(value[:20]):
                told = self.fails(64, "apply", option, value, "--yes")
                self.assertIn(said, told)
                self.assertNotIn("\x1b", told)
        self.assertEqual(self.judge.calls, [])

    def test_too_many_are_told(self):
        many = [option for i in range(12) for option in ("--publish", f"{i}/" + "t" * 200)]
        self.assertIn("AWS IoT takes 2048", self.fails(69, "apply", "--thing-name", "common-name", *many, "--yes"))
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


class Changes(AccountCase):
    """What somebody can do to an account that was set up."""

    def setUp(self):
        super().setUp()
        self.apply()

    def ca_path(self):
        return "/cacertificate/" + next(iter(self.state()["cas"]))

    def observer(self):
        return next(iter(self.state()["certificates"]))

    def iam(self, role="expresslink-provisioning", **form):
        from urllib.parse import urlencode
        body = urlencode({"Version": "2010-05-08", "RoleName": role, **form}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        target, headers = self.cloud.signed("iam", "POST", "/", None, body, headers)
        answer = self.cloud.send("POST", target, body, headers)
        self.assertEqual(answer.status, 200, answer)

    def sqs(self, operation, **members):
        body = json.dumps(members).encode()
        target, headers = self.cloud.signed("sqs", "POST", "/", body=body, headers={
            "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"AmazonSQS.{operation}"})
        self.assertEqual(self.cloud.send("POST", target, body, headers).status, 200)

    def trust(self, *services):
        self.iam(Action="UpdateAssumeRolePolicy", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": list(services)}, "Action": "sts:AssumeRole"}]}))

    def document(self, name="expresslink-module"):
        return json.loads(self.state()["policies"][name]["document"])

    def change_policy(self, change, name="expresslink-module"):
        document = self.document(name)
        change(document["Statement"])
        self.iot("POST", f"/policies/{name}/version", {"policyDocument": json.dumps(document)}, {"setAsDefault": "true"})

    def allow(self, topic, name="expresslink-module"):
        self.change_policy(lambda statements: statements.append(
            {"Effect": "Allow", "Action": "iot:Publish", "Resource": f"{ARN}:topic/{topic}"}), name)

    def forbid_shadows(self):
        """One resource of several goes."""
        self.change_policy(lambda statements: statements[1]["Resource"].remove(
            f"{ARN}:topic/$aws/things/${{iot:Connection.Thing.ThingName}}/shadow/*"))

    def body(self):
        return json.loads(self.state()["templates"]["expresslink"]["body"])

    def thing(self):
        return self.body()["Resources"]["thing"]["Properties"]

    def change_thing(self, **properties):
        body = self.body()
        body["Resources"]["thing"]["Properties"].update(properties)
        self.iot("POST", "/provisioning-templates/expresslink/versions", {"templateBody": json.dumps(body)}, {"setAsDefault": "true"})


class Others(Changes):
    """What others have changed is shown, and kept: in the plan, in what is made, and until --overwrite."""
    # How it was changed, the step's kind and name, and what is said.
    ROWS = (
        ("a topic more", lambda self: self.allow("extra"), "policy", "expresslink-module", "iot:Publish topic/extra"),
        ("a topic less", lambda self: self.forbid_shadows(), "policy", "expresslink-module",
         "without iot:Publish topic/$aws/things/${thing}/shadow/*, without iot:Receive topic/$aws/things/${thing}/shadow/*"),
        ("the observer may more", lambda self: self.allow("x", "expresslink-observer"), "policy", "expresslink-observer",
         "iot:Publish topic/x"),
        ("a billing group", lambda self: self.change_thing(BillingGroup="lamps"), "template", "expresslink",
         "billing group none -> lamps"),
        ("a thing group more", lambda self: self.change_thing(ThingGroups=["all", "hall"]), "template", "expresslink",
         "thing groups all -> all, hall"),
        ("another thing type", lambda self: self.change_thing(ThingTypeName="lamp"), "template", "expresslink",
         "thing type sensor -> lamp"),
        ("an attribute more", lambda self: self.change_thing(AttributePayload={"vendor": "acme", "line/a~b": "7"}), "template",
         "expresslink", "attributes vendor=acme -> vendor=acme, line/a~b=7"),
        ("the template is disabled", lambda self: self.iot("PATCH", "/provisioning-templates/expresslink", {"enabled": False}),
         "template", "expresslink", "it is not enabled"),
        ("a role's policy more", lambda self: self.iam(Action="AttachRolePolicy", PolicyArn="arn:aws:iam::aws:policy/AWSIoTFullAccess"),
         "role", "expresslink-provisioning", "policy AWSIoTFullAccess"),
        ("an inline policy", lambda self: self.iam(Action="PutRolePolicy", PolicyName="own", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]})),
         "role", "expresslink-provisioning", "policy own"),
        ("a role's policy less", lambda self: self.iam(
            Action="DetachRolePolicy", PolicyArn="arn:aws:iam::aws:policy/service-role/AWSIoTThingsRegistration"),
         "role", "expresslink-provisioning", "AWSIoTThingsRegistration is not attached to it"),
        ("others assume the role", lambda self: self.trust("ec2.amazonaws.com"), "role", "expresslink-provisioning",
         "AWS IoT may not assume it"),
        ("others assume it too", lambda self: self.trust("iot.amazonaws.com", "ec2.amazonaws.com"), "role", "expresslink-provisioning",
         "its own trust policy"),
        ("the CA is inactive", lambda self: self.iot("PUT", self.ca_path(), query={"newStatus": "INACTIVE"}), "CA", CA, "it is not active"),
        ("the CA does not register", lambda self: self.iot("PUT", self.ca_path(), query={"newAutoRegistrationStatus": "DISABLE"}), "CA", CA,
         "automatic registration is off"),
        ("events are off", lambda self: self.iot("PATCH", "/event-configurations", {"eventConfigurations": {"THING": {"Enabled": False}}}),
         "events", "THING", "they are off"),
        ("the observer is inactive", lambda self: self.iot("PUT", f"/certificates/{self.observer()}", query={"newStatus": "INACTIVE"}),
         "observer", "portal-observer", "its certificate is not active"),
        ("the observer is detached", lambda self: self.iot(
            "POST", "/target-policies/expresslink-observer", {"target": f"{ARN}:cert/{self.observer()}"}),
         "observer", "portal-observer", "its certificate has no policy"),
        ("the queue keeps less", lambda self: self.sqs("SetQueueAttributes", QueueUrl=f"{self.judge.url}/123456789012/expresslink-events",
                                                       Attributes={"MessageRetentionPeriod": "60"}),
         "queue", "expresslink-events", "MessageRetentionPeriod is 60, not 691200"),
        ("the queue's role may more", lambda self: self.iam("expresslink-events", Action="PutRolePolicy", PolicyName="send-events",
                                                            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
                                                                {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]})),
         "role", "expresslink-events", "it may not send to the queue, or may do something else"),
        ("a rule is disabled", lambda self: self.iot("PATCH", "/rules/expresslink_connected", {**{
            name: value for name, value in self.iot("GET", "/rules/expresslink_connected")["rule"].items()
            if name not in ("ruleName", "createdAt")}, "ruleDisabled": True}), "rule", "expresslink_connected", "it is disabled"),
    )

    def planned(self, *more):
        """The steps by kind and name, of a plan that changes nothing."""
        told = json.loads(self.does("apply", *self.STANDARD, "--events-queue", *more, "--dry-run", "--json"))
        self.assertEqual(self.judge.changing, [])
        return {(step["kind"], step["name"]): step for step in told["steps"]}

    def test_each_is_shown_and_kept_and_can_be_taken_back(self):
        for name, change, kind, resource, said in self.ROWS:
            with self.subTest(name):
                self.empty_account()
                for file in ("portal.ini", "portal-observer.pem"):
                    (self.folder / file).unlink(missing_ok=True)
                self.apply("--events-queue")
                change(self)
                before = self.state()
                step = self.planned()[(kind, resource)]
                self.assertEqual((step["action"], step["kept"]), ("keep", f"changed by others, kept: {said}"))
                told = self.apply("--events-queue")
                self.assertEqual((self.judge.changing, self.state()), ([], before))
                grants = said.split(", ") if kind == "policy" else [said]
                if len(grants) > 1:  # in lines
                    self.assertIn("\n            ".join([f"{resource}\n          changed by others, kept:", *grants]) + "\n", told)
                else:
                    self.assertIn(f"{resource} (changed by others, kept: {said})", told)
                self.assertIn("Others have changed one of them, which stays so: --overwrite takes it back.", told)
                self.assertNotIn("Everything is as it should be", told)
                self.assertEqual(self.planned("--overwrite")[(kind, resource)]["action"], "change")
                self.apply("--events-queue", "--overwrite")
                steps = self.planned()
                self.assertEqual({(step["action"], step["kept"]) for step in steps.values()}, {("keep", "")})

    def test_ours_is_made_beside_theirs(self):
        self.allow("extra")
        self.change_thing(BillingGroup="lamps", ThingGroups=["all", "hall"])
        step = self.planned("--publish", "data")[("policy", "expresslink-module")]
        self.assertEqual(step["action"], "change")
        self.assertIn("a new version becomes the default: ", step["detail"])
        self.assertIn("iot:Publish topic/data", step["detail"])
        self.assertEqual(step["kept"], "changed by others, kept: iot:Publish topic/extra")
        told = self.apply("--publish", "data", "--attribute", "line=7")
        self.assertIn("A module may", told)
        self.assertIn("extra", told.partition("publish to")[2].partition("\n")[0])
        resources = str(self.document())
        self.assertIn(":topic/data'", resources)
        self.assertIn(":topic/extra'", resources)
        self.assertEqual(self.thing(), {"ThingName": {"Ref": "AWS::IoT::Certificate::CommonName"}, "ThingTypeName": "sensor",
                                        "ThingGroups": ["all", "hall"], "BillingGroup": "lamps",
                                        "AttributePayload": {"vendor": "acme", "line": "7"}})
        self.does("apply", *self.STANDARD, "--publish", "data", "--attribute", "line=7")
        self.assertEqual(self.judge.changing, [])
        self.apply()  # and what only we have made goes again
        resources = str(self.document())
        self.assertNotIn(":topic/data'", resources)
        self.assertIn(":topic/extra'", resources)
        self.assertEqual((self.thing()["AttributePayload"], self.thing()["BillingGroup"]), ({"vendor": "acme"}, "lamps"))

    def test_a_change_on_both_sides_is_shown_as_such(self):
        self.change_thing(ThingTypeName="lamp")
        steps = self.planned("--thing-type", "kettle")
        step = steps[("template", "expresslink")]
        self.assertEqual((step["action"], step["kept"]),
                         ("keep", "changed by others and by the options, kept: thing type kettle -> lamp"))
        self.apply("--thing-type", "kettle")
        self.assertEqual(self.thing()["ThingTypeName"], "lamp")
        self.apply("--thing-type", "kettle", "--overwrite")
        self.assertEqual(self.thing()["ThingTypeName"], "kettle")

    def test_a_policy_is_shown_in_lines_that_can_be_read(self):
        self.allow("extra")
        self.allow("sensors/kitchen/temperature")
        self.forbid_shadows()
        told = self.does("apply", *self.STANDARD, "--events-queue", "--publish", "data", "--overwrite", "--dry-run").splitlines()
        first = told.index("  change  policy       expresslink-module")
        self.assertEqual(told[first + 1:first + 3], ["          a new version becomes the default:",
                                                     "            iot:Publish topic/$aws/things/${thing}/*"])
        self.assertIn("            without iot:Subscribe topicfilter/$aws/things/${thing}/defender/*", told)
        told += self.does("apply", *self.STANDARD, "--events-queue", *(f"--publish=lamp/{i}/state" for i in range(9)), "--dry-run").splitlines()
        self.assertIn("          changed by others, kept:", told)
        self.assertIn("            iot:Publish topic/extra", told)
        self.assertEqual([line for line in told if len(line) > 79 and not line.startswith(("AWS account ", "  publish to "))], [])

    def test_what_others_have_made_as_wanted_is_fine(self):
        self.change_thing(ThingTypeName="kettle")
        self.apply("--thing-type", "kettle")
        self.assertEqual([step["kept"] for step in self.planned("--thing-type", "kettle").values() if step["kept"]], [])

    def test_without_a_record_what_is_there_beside_it_stays(self):
        """As of a setup of an earlier release, or of a stack: nobody knows who has made what."""
        self.iot("POST", "/untag", {"resourceArn": f"{ARN}:policy/expresslink-module", "tagKeys": ["expresslink-claim.made"]})
        self.iot("POST", "/untag", {"resourceArn": f"{ARN}:provisioningtemplate/expresslink", "tagKeys": ["expresslink-claim.made"]})
        self.allow("extra")
        self.forbid_shadows()
        self.change_thing(ThingTypeName="lamp", BillingGroup="lamps")
        steps = self.planned()
        self.assertEqual(steps[("policy", "expresslink-module")]["detail"], "a new version becomes the default: "
                         "iot:Publish topic/$aws/things/${thing}/shadow/*; iot:Receive topic/$aws/things/${thing}/shadow/*")
        self.assertEqual(steps[("policy", "expresslink-module")]["kept"], "not made by this, kept: iot:Publish topic/extra")
        self.assertEqual(steps[("template", "expresslink")]["detail"], "a new version becomes the default: thing type lamp -> sensor")
        self.assertEqual(steps[("template", "expresslink")]["kept"], "not made by this, kept: billing group none -> lamps")
        self.apply()
        self.assertEqual((self.thing()["ThingTypeName"], self.thing()["BillingGroup"]), ("sensor", "lamps"))
        self.assertIn(":topic/extra'", str(self.document()))

    def test_a_parameter_that_nothing_uses_does_not_stay(self):
        """A device whose certificate lacks it would not be provisioned."""
        self.iot("POST", "/untag", {"resourceArn": f"{ARN}:provisioningtemplate/expresslink", "tagKeys": ["expresslink-claim.made"]})
        body = self.body()
        body["Parameters"]["AWS::IoT::Certificate::SerialNumber"] = {"Type": "String"}
        body["Resources"]["thing"]["Properties"].update({
            "ThingName": {"Ref": "AWS::IoT::Certificate::SerialNumber"}, "BillingGroup": "lamps"})
        self.iot("POST", "/provisioning-templates/expresslink/versions", {"templateBody": json.dumps(body)}, {"setAsDefault": "true"})
        self.apply()
        self.assertEqual(sorted(self.body()["Parameters"]), ["AWS::IoT::Certificate::CommonName", "AWS::IoT::Certificate::Id"])
        self.assertEqual(self.thing()["BillingGroup"], "lamps")

    def test_registering_a_fleet_leaves_the_topics(self):
        self.apply("--publish", "data")
        make_request(self.folder, "claim", "/CN=claim")
        self.does("register", "fleet", "--claim-request", "claim.csr", "--yes")
        self.assertIn(":topic/data'", str(self.document()))

    def test_many_attributes_are_remembered_in_several_tags(self):
        many = [option for i in range(50) for option in ("--attribute", f"name{i}={i}")]
        standard = ("--ca", "ca.pem", "--thing-type", "sensor", "--name", "many", "--thing-name", "common-name")
        many += [option for i in range(10) for option in ("--thing-group", f"group{i}")]
        self.does("apply", *standard, *many, "--yes")
        tags = self.state()["templates"]["many"]["tags"]
        self.assertEqual(sorted(tags), ["expresslink-claim.made", "expresslink-claim.made.2"])
        self.assertLessEqual(max(map(len, tags.values())), 256)
        self.does("apply", *standard, "--yes")  # ours, all of them: they go
        self.assertNotIn("AttributePayload", json.loads(self.state()["templates"]["many"]["body"])["Resources"]["thing"]["Properties"])
        self.assertEqual(self.state()["templates"]["many"]["tags"]["expresslink-claim.made.2"], "")

    def test_billing_group_and_description(self):
        told = self.apply("--billing-group", "lamps", "--description", "Lamps of Acme")
        self.assertIn("created billing group lamps", told)
        self.assertEqual(self.thing()["BillingGroup"], "lamps")
        self.assertEqual(list(self.state()["billingGroups"]), ["lamps"])
        self.assertEqual(self.state()["templates"]["expresslink"]["description"], "Lamps of Acme")
        self.does("apply", *self.STANDARD, "--billing-group", "lamps", "--description", "Lamps of Acme")
        self.assertEqual(self.judge.changing, [])
        self.apply("--billing-group", "lamps", "--description", "Lamps")
        self.assertEqual(self.state()["templates"]["expresslink"]["description"], "Lamps")
        self.fails(64, "apply", "--billing-group", "a b", "--yes")
        self.fails(64, "apply", "--description", "a\x1bb", "--yes")


class Drift(Changes):
    """Each row: what somebody has done to the account, the step that mends it, and by which calls. What exists as others have
    made it is taken back by --overwrite."""

    def setUp(self):
        super().setUp()
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
        steps = self.steps(self.does("apply", *self.STANDARD, "--yes", "--json", *(["--overwrite"] if action == "change" else [])))
        self.assertEqual({step: done for step, done in steps.items() if done != "keep"}, {(kind, name): action})
        self.assertEqual(self.judge.changing, list(calls))
        self.assertEqual(self.normal(), self.good)
        self.does("apply", *self.STANDARD)
        self.assertEqual(self.judge.changing, [])

    def test_ca_inactive(self):
        self.iot("PUT", self.ca_path(), query={"newStatus": "INACTIVE"})
        self.mended("CA", CA, "iot:UpdateCACertificate")

    def test_ca_without_automatic_registration(self):
        self.iot("PUT", self.ca_path(), query={"newAutoRegistrationStatus": "DISABLE"})
        self.mended("CA", CA, "iot:UpdateCACertificate")

    def test_ca_with_another_template(self):
        self.does("apply", "--name", "other", "--thing-name", "common-name", "--ca", "ca.pem", "--yes")
        self.assertEqual(self.state()["cas"][self.ca_path().split("/")[2]]["registrationConfig"], {"templateName": "other"})
        self.good = {**self.good, **{name: self.normal()[name] for name in ("policies", "templates")}}
        self.mended("CA", CA, "iot:TagResource", "iot:UpdateCACertificate", "iot:TagResource")  # the other setup had remembered its own

    def test_ca_gone(self):
        self.iot("PUT", self.ca_path(), query={"newStatus": "INACTIVE"})
        self.iot("DELETE", self.ca_path())
        self.mended("CA", CA, "iot:RegisterCACertificate", action="create")

    def test_template_disabled(self):
        self.iot("PATCH", "/provisioning-templates/expresslink", {"enabled": False})
        self.mended("template", "expresslink", "iot:UpdateProvisioningTemplate")

    def test_template_with_another_role(self):
        self.does("apply", "--name", "other", "--thing-name", "common-name", "--yes")
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

    def test_what_an_interrupted_change_made_is_still_ours(self):
        """And goes again when the options do not name it any more."""
        options = ("--publish", "data", "--attribute", "line=7")
        for answer in (Answer(drop=True), LOST):
            for count in range(6):  # policy and template: a record, the change, a record
                with self.subTest(calls=count, lost=answer is LOST):
                    self.empty_account()
                    for file in ("portal.ini", "portal-observer.pem"):
                        (self.folder / file).unlink(missing_ok=True)
                    self.apply()
                    before = {name: self.state()[name] for name in ("policies", "templates")}
                    self.judge.script = self.stops_after(count, answer)
                    ended = self.account("apply", *self.STANDARD, *options, "--yes", AWS_MAX_ATTEMPTS="1")
                    self.assertEqual(ended.returncode, 69, ended)
                    self.judge.script = None
                    self.apply(*options)
                    self.assertIn(":topic/data", self.state()["policies"]["expresslink-module"]["document"])
                    said = self.apply()
                    self.assertNotIn("kept: ", said)
                    after = self.state()
                    for name, member in (("policies", "document"), ("templates", "body")):
                        self.assertEqual({each: json.loads(value[member]) for each, value in after[name].items()},
                                         {each: json.loads(value[member]) for each, value in before[name].items()})

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
        actions -= {"iot:DescribeCertificate", "iot:ListTargetsForPolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"}
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
        for action in ("iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "iot:ListTargetsForPolicy", "iot:DescribeCertificate"):
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

    def dated(self, days):
        openssl(self.folder, "x509", "-in", "ca.pem", "-signkey", "ca.key", "-days", str(days), "-out", "dated.pem")
        return "dated.pem"

    def test_one_that_is_over_is_told(self):
        said = self.fails(69, "apply", "--thing-name", "common-name", "--ca", self.dated(-1), "--dry-run")
        self.assertRegex(said, r"nothing was changed: the CA O = Acme, CN = Acme Modules CA: it expired on \d{4}-\d\d-\d\d, and no device")
        self.assertEqual(self.judge.changing, [])

    def test_one_that_ends_soon_is_told(self):
        said = self.does("apply", "--thing-name", "common-name", "--ca", self.dated(10), "--dry-run")
        self.assertRegex(said, r"create  CA .*\(it expires on \d{4}-\d\d-\d\d: ask the manufacturer for the next one\)")

    def test_what_else_there_is_to_do_goes_on_beside_one_that_is_over(self):
        self.judge.script = lambda call: Answer(200, {
            "certificateDescription": {"certificateMode": "SNI_ONLY", "status": "ACTIVE", "autoRegistrationStatus": "ENABLE"},
            "registrationConfig": {"templateName": "expresslink"}}) if call.operation == "DescribeCACertificate" else None
        said = self.does("apply", "--thing-name", "common-name", "--ca", self.dated(-1), "--yes")
        self.assertRegex(said, r"keep    CA .*\(it expired on ")
        self.assertIn("created template expresslink", said)

    def test_files_that_hold_no_certificate(self):
        for name in ("portal-observer.csr", "ca.key", "missing.pem"):
            with self.subTest(name):
                self.assertIn(name, self.fails(66, "apply", "--ca", name, "--yes"))
        self.assertIn("ca.pem", self.fails(66, "apply", "--observer-request", "ca.pem", "--observer-certificate", "o.pem"))
        self.assertEqual(self.judge.calls, [])

    def test_the_same_one_twice_is_one(self):
        steps = json.loads(self.does("apply", "--thing-name", "common-name", "--ca", "ca.pem", "--ca", "ca.pem", "--yes", "--json"))["steps"]
        self.assertEqual([step["kind"] for step in steps].count("CA"), 1)

    def test_one_that_is_registered_in_another_mode(self):
        self.judge.script = lambda call: Answer(200, {"certificateDescription": {"certificateMode": "DEFAULT", "status": "ACTIVE"}}) \
            if call.operation == "DescribeCACertificate" else None
        said = self.fails(1, "apply", "--thing-name", "common-name", "--ca", "ca.pem", "--yes")
        self.assertIn("registered already in mode DEFAULT", said)
        self.assertEqual(self.judge.changing, [])

    def test_one_that_another_account_has(self):
        self.judge.script = lambda call: refused(409, "ResourceAlreadyExistsException", "exists") \
            if call.operation == "RegisterCACertificate" else None
        self.assertIn("by another AWS account", self.fails(1, "apply", "--thing-name", "common-name", "--ca", "ca.pem", "--yes"))

    def test_a_template_of_another_type(self):
        self.judge.script = lambda call: Answer(200, {"type": "FLEET_PROVISIONING", "templateBody": "{}"}) \
            if call.operation == "DescribeProvisioningTemplate" else None
        self.assertIn("whose type cannot be changed to JITP", self.fails(1, "apply", "--thing-name", "common-name", "--yes"))
        self.assertEqual(self.judge.changing, [])


if __name__ == "__main__":
    unittest.main()
