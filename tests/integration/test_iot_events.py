# SPDX-License-Identifier: Apache-2.0
"""The simulated cloud's way from an event of the account to a queue, and what it knows of connections: topic rules, SQS,
indexing, connectivity. Events come from the broker's journal, which the test writes."""
import json
import tempfile
import time
import unittest
from pathlib import Path

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from iot_cloud import ACCOUNT, ARN, SESSION, Cloud, IotCase
from sandbox import eventually

THING = "0123456789abcdef0123456789abcdef"
CONNECTED = f"$aws/events/presence/connected/{THING}"
FILTER = "$aws/events/presence/connected/+"
SQL = f"SELECT *, topic() AS topic FROM '{FILTER}'"
SQS = SESSION.get_service_model("sqs")


class EventsCase(IotCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.journal = self.folder / "journal.jsonl"
        self.cloud = self.enterContext(Cloud("--journal", self.journal))
        self.connect()

    def write(self, **line):
        with self.journal.open("a") as journal:
            journal.write(json.dumps(line) + "\n")

    def sqs(self, operation, code=None, credentials=None, **members):
        """The answer, which must be as SQS's model says; code: the error."""
        body = json.dumps(members).encode()
        request = AWSRequest("POST", self.cloud.url + "/", data=body, headers={
            "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"AmazonSQS.{operation}"})
        SigV4Auth(credentials or Credentials("sandbox", "sandbox"), "sqs", "us-east-1").add_auth(request)
        answer = self.cloud.send("POST", "/", body, dict(request.headers.items()))
        if code:
            self.assertEqual((answer.status, answer.json["__type"].partition("#")[2]), (400, code), answer)
            return answer.json
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.headers["Content-Type"], "application/x-amz-json-1.0")
        output = SQS.operation_model(operation).output_shape
        self.assertLessEqual(set(answer.json), set(output.members) if output else set())
        return answer.json

    def queue(self, name="q", **attributes):
        return self.sqs("CreateQueue", QueueName=name, Attributes=attributes)["QueueUrl"]

    def receive(self, url, **members):
        return self.sqs("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10, **members).get("Messages", [])

    def rule(self, url, sql=SQL, **more):
        return {"sql": sql, "actions": [{"sqs": {"queueUrl": url, "roleArn": f"arn:aws:iam::{ACCOUNT}:role/events", "useBase64": False}}], **more}


class Rules(EventsCase):
    def test_life(self):
        url = self.queue()
        self.refused("UnauthorizedException", self.iot.get_topic_rule, ruleName="r")
        self.refused("InvalidRequestException", self.iot.create_topic_rule, ruleName="r", topicRulePayload=self.rule(url))
        self.role("events")
        self.refused("SqlParseException", self.iot.create_topic_rule, ruleName="r", topicRulePayload=self.rule(url, "SELECT"))
        self.iot.create_topic_rule(ruleName="r", topicRulePayload=self.rule(url, awsIotSqlVersion="2016-03-23"))
        self.refused("ResourceAlreadyExistsException", self.iot.create_topic_rule, ruleName="r", topicRulePayload=self.rule(url))
        told = self.iot.get_topic_rule(ruleName="r")
        self.assertEqual((told["ruleArn"], told["rule"]["sql"], told["rule"]["ruleDisabled"]), (f"{ARN}:rule/r", SQL, False))
        self.iot.replace_topic_rule(ruleName="r", topicRulePayload=self.rule(url, ruleDisabled=True))
        self.assertIs(self.iot.get_topic_rule(ruleName="r")["rule"]["ruleDisabled"], True)
        self.assertEqual([(each["ruleName"], each["topicPattern"]) for each in self.iot.list_topic_rules()["rules"]], [("r", FILTER)])
        self.refused("UnauthorizedException", self.iot.replace_topic_rule, ruleName="none", topicRulePayload=self.rule(url))
        for _ in range(2):
            self.iot.delete_topic_rule(ruleName="r")
        self.assertEqual(self.iot.list_topic_rules()["rules"], [])

    def test_an_event_reaches_the_queues_of_matching_rules(self):
        self.role("events")
        one, other = self.queue("one"), self.queue("other")
        self.iot.create_topic_rule(ruleName="one", topicRulePayload=self.rule(one))
        self.iot.create_topic_rule(ruleName="plain", topicRulePayload=self.rule(other, "SELECT * FROM '$aws/events/#'"))
        self.iot.create_topic_rule(ruleName="off", topicRulePayload=self.rule(one, ruleDisabled=True))
        self.write(started=True)
        before = time.time() - 0.001
        for topic in (f"$aws/events/thing/{THING}/created", CONNECTED):
            self.write(topic=topic, payload={"timestamp": 7})
        (message,) = self.receive(one, WaitTimeSeconds=20, AttributeNames=["All"])
        self.assertEqual(json.loads(message["Body"]), {"timestamp": 7, "topic": CONNECTED})
        self.assertTrue(before <= int(message["Attributes"]["SentTimestamp"]) / 1000 <= time.time(), message)
        self.assertEqual([json.loads(each["Body"]) for each in self.receive(other)], [{"timestamp": 7}] * 2)


class Queues(EventsCase):
    def test_life(self):
        url = self.queue("q", VisibilityTimeout="5")
        self.assertEqual(url, f"{self.cloud.url}/{ACCOUNT}/q")
        self.assertEqual(self.queue("q", VisibilityTimeout="5"), url)
        self.sqs("CreateQueue", "QueueNameExists", QueueName="q", Attributes={"VisibilityTimeout": "6"})
        self.sqs("CreateQueue", "InvalidParameterValue", QueueName="q.q")
        self.sqs("CreateQueue", "InvalidAttributeName", QueueName="p", Attributes={"Nothing": "1"})
        self.assertEqual(self.sqs("GetQueueUrl", QueueName="q")["QueueUrl"], url)
        self.sqs("SetQueueAttributes", QueueUrl=url, Attributes={"MessageRetentionPeriod": "691200"})
        told = self.sqs("GetQueueAttributes", QueueUrl=url, AttributeNames=["All"])["Attributes"]
        self.assertEqual((told["VisibilityTimeout"], told["MessageRetentionPeriod"], told["QueueArn"]),
                         ("5", "691200", f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"))
        self.cloud.kill()
        self.cloud.start()
        self.connect()
        url = self.sqs("GetQueueUrl", QueueName="q")["QueueUrl"]
        self.sqs("DeleteQueue", QueueUrl=url)
        for operation, more in (("GetQueueUrl", {"QueueName": "q"}), ("ReceiveMessage", {"QueueUrl": url}), ("DeleteQueue", {"QueueUrl": url})):
            self.sqs(operation, "QueueDoesNotExist", **more)

    def test_messages_come_again_until_they_are_deleted(self):
        url = self.queue("q", VisibilityTimeout="1")
        sent = {self.sqs("SendMessage", QueueUrl=url, MessageBody=str(number))["MessageId"] for number in range(12)}
        first, rest = self.receive(url), self.receive(url)
        self.assertEqual((len(first), len(rest), len(self.receive(url))), (10, 2, 0))
        again = self.receive(url, WaitTimeSeconds=20)
        self.assertLessEqual({each["MessageId"] for each in again}, sent)
        old = {each["MessageId"]: each["ReceiptHandle"] for each in first}
        both = next(each for each in again if each["MessageId"] in old)
        entries = [{"Id": "new", "ReceiptHandle": both["ReceiptHandle"]}, {"Id": "none", "ReceiptHandle": "x"}]
        told = self.sqs("DeleteMessageBatch", QueueUrl=url, Entries=[{"Id": "old", "ReceiptHandle": old[both["MessageId"]]}])
        self.assertEqual([(each["Id"], each["SenderFault"]) for each in told["Failed"]], [("old", True)])
        told = self.sqs("DeleteMessageBatch", QueueUrl=url, Entries=entries)
        self.assertEqual(([each["Id"] for each in told["Successful"]], [each["Id"] for each in told["Failed"]]), (["new"], ["none"]))

    def test_tags(self):
        url = self.sqs("CreateQueue", QueueName="tagged", tags={"made": "1"})["QueueUrl"]
        self.assertEqual(self.sqs("ListQueueTags", QueueUrl=url), {"Tags": {"made": "1"}})
        self.sqs("TagQueue", QueueUrl=url, Tags={"made": "2", "b": ""})
        self.assertEqual(self.sqs("ListQueueTags", QueueUrl=url), {"Tags": {"made": "2", "b": ""}})
        self.assertEqual(self.sqs("ListQueueTags", QueueUrl=self.queue("other")), {})
        self.assertNotIn("tags", self.sqs("GetQueueAttributes", QueueUrl=url, AttributeNames=["All"])["Attributes"])

    def test_refusals(self):
        url = self.queue()
        entry = {"Id": "a", "ReceiptHandle": "x"}
        for code, entries in (("EmptyBatchRequest", []), ("BatchEntryIdsNotDistinct", [entry, entry]),
                              ("TooManyEntriesInBatchRequest", [{**entry, "Id": str(number)} for number in range(11)])):
            self.sqs("DeleteMessageBatch", code, QueueUrl=url, Entries=entries)
        self.sqs("ReceiveMessage", "InvalidParameterValue", QueueUrl=url, MaxNumberOfMessages=11)
        self.sqs("ReceiveMessage", "InvalidParameterValue", QueueUrl=url, WaitTimeSeconds=21)
        self.sqs("SendMessage", "InvalidParameterValue", QueueUrl=url, MessageBody="")
        self.sqs("ReceiveMessage", "UnrecognizedClientException", credentials=Credentials("nobody", "x"), QueueUrl=url)
        self.cloud.faults(deny=["sqs:DeleteMessage"])
        told = self.sqs("DeleteMessageBatch", "AccessDeniedException", QueueUrl=url, Entries=[entry])
        self.assertIn("sqs:DeleteMessage", told["message"])
        self.cloud.faults(throttle=1)
        self.sqs("ReceiveMessage", "RequestThrottled", QueueUrl=url)


class Connectivity(EventsCase):
    def ask(self, thing=THING):
        told = self.iot.get_thing_connectivity_data(thingName=thing)
        return told["connected"], "timestamp" in told and int(told["timestamp"].timestamp())

    def test_what_is_connected(self):
        self.refused("IndexNotReadyException", self.iot.get_thing_connectivity_data, thingName=THING)
        self.assertEqual(self.iot.get_indexing_configuration()["thingIndexingConfiguration"]["thingConnectivityIndexingMode"], "OFF")
        self.iot.update_indexing_configuration(thingIndexingConfiguration={
            "thingIndexingMode": "REGISTRY", "thingConnectivityIndexingMode": "STATUS"})
        self.refused("ResourceNotFoundException", self.iot.get_thing_connectivity_data, thingName=THING)
        self.iot.create_thing(thingName="made-by-hand")
        self.assertEqual(self.ask("made-by-hand"), (False, False))
        self.write(thing=THING)
        eventually(lambda: THING in self.known(), "the thing is known")
        self.assertEqual(self.ask(), (False, False))
        self.write(thing=THING, connected=True, at=1_800_000_000_123)
        eventually(lambda: self.ask() == (True, 1_800_000_000), self.ask)
        self.write(thing=THING, connected=False, at=1_800_000_100_000)
        eventually(lambda: self.ask() == (False, 1_800_000_100), self.ask)
        self.write(thing=THING, connected=True, at=1_800_000_200_000)
        self.write(started=True)
        eventually(lambda: self.ask() == (False, 1_800_000_200), self.ask)

    def known(self):
        try:
            return [self.iot.get_thing_connectivity_data(thingName=THING)["thingName"]]
        except self.iot.exceptions.ResourceNotFoundException:
            return []


if __name__ == "__main__":
    unittest.main()
