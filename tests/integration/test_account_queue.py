# SPDX-License-Identifier: Apache-2.0
"""expresslink-claim account apply --events-queue: a queue, the rules that fill it and their role; put right, and removed."""
import configparser
import json
import unittest

from account import AccountCase
from aws_models import LOST
from aws_service import refused
from iot_cloud import SESSION

ACCOUNT = "123456789012"
QUEUE_ARN = f"arn:aws:sqs:us-east-1:{ACCOUNT}:expresslink-events"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/expresslink-events"
MADE = {("queue", "expresslink-events"), ("role", "expresslink-events"), ("rule", "expresslink_connected"), ("rule", "expresslink_created"),
        ("rule", "expresslink_disconnected")}


class QueueCase(AccountCase):
    def make(self, *more):
        return self.apply("--events-queue", *more)

    def changes(self, *more):
        """The steps that another run would make."""
        steps = self.steps(self.does("apply", *self.STANDARD, "--events-queue", *more, "--dry-run", "--json"))
        return {step: action for step, action in steps.items() if action != "keep"}

    def kept(self, name):
        return json.loads((self.cloud.state / "cloud" / name).read_text())

    def mended(self, step, action="change"):
        back = ["--overwrite"] if action == "change" else []  # others have changed it
        self.assertEqual(self.changes(), {} if back else {step: action})
        self.assertEqual(self.changes(*back), {step: action})
        self.make(*back)
        self.assertEqual(self.changes("--overwrite"), {})

    def rule(self, name="expresslink_connected"):
        return self.iot("GET", f"/rules/{name}")["rule"]

    def replace(self, name="expresslink_connected", **members):
        rule = self.rule(name)
        del rule["createdAt"], rule["ruleName"]
        self.iot("PATCH", f"/rules/{name}", {**rule, **members})


class FirstRun(QueueCase):
    def test_not_unless_it_is_asked_for(self):
        self.apply()
        self.assertFalse({call for call in self.judge.calls if "Queue" in call or "Rule" in call}, self.judge.calls)

    def test_everything_is_made(self):
        said = self.make()
        self.assertIn("created queue expresslink-events", said)
        self.assertIn("sqs:ReceiveMessage and sqs:DeleteMessage", said)
        queue = self.kept("sqs.json")["expresslink-events"]
        self.assertEqual(list(queue.pop("tags")), ["expresslink-claim.made"])
        self.assertEqual(queue, {"MessageRetentionPeriod": "691200", "VisibilityTimeout": "30"})
        role = self.kept("iam.json")["expresslink-events"]
        statement, = json.loads(role["documents"]["send-events"])["Statement"]
        self.assertEqual((statement["Action"], statement["Resource"]), ("sqs:SendMessage", QUEUE_ARN))
        url = f"{self.judge.url}/{ACCOUNT}/expresslink-events"
        for name, topic in (("connected", "presence/connected/+"), ("created", "thing/+/created"), ("disconnected", "presence/disconnected/+")):
            rule = self.rule(f"expresslink_{name}")
            self.assertEqual((rule["sql"], rule["ruleDisabled"]), (f"SELECT *, topic() AS topic FROM '$aws/events/{topic}'", False))
            self.assertEqual(rule["actions"], [{"sqs": {"queueUrl": url, "roleArn": ROLE_ARN, "useBase64": False}}])
        ini = configparser.ConfigParser(interpolation=None)
        ini.read(self.folder / "portal.ini")
        self.assertEqual((ini["endpoint.home"]["events"], ini["endpoint.home"]["queue_url"]), ("sqs", url))

    def test_a_second_run_changes_nothing(self):
        self.make()
        said = self.make()
        self.assertIn("nothing to change", said)
        self.assertEqual(self.judge.changing, [])

    def test_a_dry_run_changes_nothing(self):
        steps = self.steps(self.does("apply", *self.STANDARD, "--events-queue", "--dry-run", "--json"))
        self.assertEqual({step for step, action in steps.items() if action == "create"} & MADE, MADE)
        self.assertEqual(self.judge.changing, [])

    def test_a_name_with_hyphens(self):
        self.make("--name", "vendor-b", "--endpoint-key", "b")
        self.assertEqual(self.rule("vendor_b_created")["actions"][0]["sqs"]["roleArn"], f"arn:aws:iam::{ACCOUNT}:role/vendor-b-events")

    def test_a_section_without_the_queue_is_not_changed(self):
        self.apply()
        said = self.account("apply", *self.STANDARD, "--events-queue", "--yes")
        self.assertNotEqual(said.returncode, 0)
        self.assertIn('another events: "" instead of "sqs"', said.stderr)
        self.assertIn("events = sqs", said.stdout)

    def test_a_role_that_is_too_new_is_waited_for(self):
        late = [refused(400, "InvalidRequestException", "iot.amazonaws.com is unable to perform: sts:AssumeRole on resource: the role")] * 2
        self.judge.script = lambda call: late.pop() if call.operation == "CreateTopicRule" and late else None
        self.make()
        self.assertEqual((late, self.changes()), ([], {}))

    def test_interrupted_anywhere(self):
        """Also where only the answer was lost: the same command goes on."""
        for operation in ("CreateQueue", "CreateRole", "PutRolePolicy", "CreateTopicRule"):
            for answer in (LOST, refused(500, "InternalFailureException")):
                with self.subTest(operation=operation, lost=answer is LOST):
                    self.empty_account()
                    self.apply()
                    self.judge.script = lambda call: answer if call.operation == operation else None
                    self.account("apply", *self.STANDARD, "--events-queue", "--yes", AWS_MAX_ATTEMPTS="1")
                    self.judge.script = None
                    self.does("apply", *self.STANDARD, "--portal-ini", "other.ini", "--events-queue", "--yes")
                    self.assertEqual(self.changes(), {})


class Mended(QueueCase):
    def setUp(self):
        super().setUp()
        self.make()

    def test_queue_gone(self):
        """Its rules send to the same address."""
        self.cloud.stop()
        (self.cloud.state / "cloud" / "sqs.json").unlink()
        self.cloud.start()
        self.judge.host = self.cloud.host
        steps = self.changes()
        self.assertEqual(steps[("queue", "expresslink-events")], "create")

    def test_role_that_may_not_send(self):
        document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
        iam = SESSION.create_client("iam", region_name="us-east-1", endpoint_url=self.cloud.url, aws_access_key_id="sandbox",
                                    aws_secret_access_key="sandbox")
        self.addCleanup(iam.close)
        iam.put_role_policy(RoleName="expresslink-events", PolicyName="send-events", PolicyDocument=document)
        self.mended(("role", "expresslink-events"))
        iam.delete_role_policy(RoleName="expresslink-events", PolicyName="send-events")
        self.mended(("role", "expresslink-events"))
        iam.update_assume_role_policy(RoleName="expresslink-events", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))
        self.mended(("role", "expresslink-events"))

    def test_rules_that_do_something_else(self):
        action = self.rule()["actions"][0]["sqs"]
        for members in ({"ruleDisabled": True}, {"sql": "SELECT * FROM '$aws/events/presence/connected/+'"},
                        {"actions": [{"sqs": {**action, "useBase64": True}}]}, {"actions": [{"sqs": {**action, "queueUrl": "https://x/1/q"}}]},
                        {"actions": [{"sqs": {**action, "roleArn": f"arn:aws:iam::{ACCOUNT}:role/expresslink-provisioning"}}]}):
            with self.subTest(members):
                self.replace(**members)
                self.mended(("rule", "expresslink_connected"))

    def test_rule_gone(self):
        self.iot("DELETE", "/rules/expresslink_created")
        self.mended(("rule", "expresslink_created"), "create")


class Removed(QueueCase):
    def test_it_goes_with_the_rest(self):
        self.make()
        steps = self.steps(self.does("remove", "--yes", "--json"))
        self.assertEqual({step for step, action in steps.items() if action == "delete"} & MADE, MADE)
        roles = self.kept("iam.json")
        roles.pop("SidewalkImport", None)  # the sandbox's own
        self.assertEqual((self.kept("sqs.json"), roles, self.state()["rules"]), ({}, {}, {}))
        self.assertIn("nothing", self.does("remove"))
        self.make("--portal-ini", "other.ini")

    def test_a_missing_permission_is_named(self):
        self.make()
        for action in ("sqs:GetQueueUrl", "iot:ListTopicRules", "sqs:DeleteQueue", "iam:DeleteRolePolicy"):
            with self.subTest(action=action):
                self.cloud.faults(deny=[action])
                said = self.account("remove", "--yes")
                self.assertNotEqual(said.returncode, 0)
                self.assertIn(action, said.stderr)
        self.cloud.faults(deny=[])
        self.does("remove", "--yes")


if __name__ == "__main__":
    unittest.main()
