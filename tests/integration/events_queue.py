# SPDX-License-Identifier: Apache-2.0
"""An OEM account whose events go to a queue, for tests: a sandbox with the simulated AWS, and a judge between it and the
portal."""
import http.client
import json
import time
import unittest
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from aws_models import Judge
from patience import DEADLINE
from portal import Portal, store_url
from sandbox import Sandbox, eventually, random_thing

NAME = "arrivals"
ENDPOINT = '{endpoint="sandbox"}'
VISIBILITY = 2  # seconds


class Queue:
    """The queue itself, past the judge."""

    def __init__(self, cloud_url):
        self.cloud_url, self.host = cloud_url, urlsplit(cloud_url).netloc
        self.url = f"{cloud_url}/123456789012/{NAME}"

    def _post(self, path, body, headers):
        connection = http.client.HTTPConnection(self.host, timeout=DEADLINE)
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200, text
            return json.loads(text)
        finally:
            connection.close()

    def call(self, operation, **members):
        body = json.dumps({"QueueUrl": self.url, **members}).encode()
        request = AWSRequest("POST", self.cloud_url + "/", data=body, headers={
            "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"AmazonSQS.{operation}"})
        SigV4Auth(Credentials("sandbox", "sandbox"), "sqs", "us-east-1").add_auth(request)
        return self._post("/", body, dict(request.headers.items()))

    def send(self, body):
        return self.call("SendMessage", MessageBody=body if isinstance(body, str) else json.dumps(body))

    def control(self, name, **body):
        return self._post(f"/_sandbox/{name}", json.dumps(body), {})

    def issue(self, seconds):
        """Temporary credentials."""
        connection = http.client.HTTPConnection(self.host, timeout=DEADLINE)
        try:
            connection.request("GET", f"/_sandbox/credentials?seconds={seconds}")
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def faults(self, **faults):
        return self.control("faults", **faults)

    def event(self, topic, **payload):
        """What the account's rules are given."""
        self.control("event", topic=topic, payload=payload)

    def counts(self):
        """(to be received, received and not deleted)"""
        told = self.call("GetQueueAttributes", AttributeNames=["All"])["Attributes"]
        return int(told["ApproximateNumberOfMessages"]), int(told["ApproximateNumberOfMessagesNotVisible"])

    def wait_until_empty(self):
        eventually(lambda: self.counts() == (0, 0), lambda: f"an empty queue: {self.counts()}")


class Case(unittest.TestCase):
    ENDPOINT_KEYS = {"events": "sqs", "cert_file": None, "key_file": None}

    @classmethod
    def setUpClass(cls):
        cls.judge = cls.enterClassContext(Judge())
        cls.sandbox = cls.enterClassContext(Sandbox("--events-queue", NAME))
        cls.queue = Queue(json.loads(cls.sandbox.run("status"))["cloud_url"])
        cls.queue.call("SetQueueAttributes", Attributes={"VisibilityTimeout": str(VISIBILITY)})
        cls.judge.host = cls.queue.host

    def setUp(self):
        self.judge.script = None
        self.judge.made.clear()
        self.queue.faults(deny=[], throttle=0, errors=0)

    def tearDown(self):
        self.assertEqual(self.judge.problems, [])

    def portal(self, environment=None, endpoint=None, **sections):
        sections.setdefault("store", {"url": self.url()})
        keys = {**self.ENDPOINT_KEYS, "queue_url": self.queue.url, **(endpoint or {})}
        aws = {"AWS_ENDPOINT_URL": self.judge.url, "AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox",
               "AWS_REGION": "us-east-1", **(environment or {})}
        return self.enterContext(Portal(self.sandbox, claim={"schedule": "1h"}, environment=aws, endpoint__sandbox=keys, **sections))

    def url(self):
        return store_url(self.sandbox, random_thing())

    def connects(self, thing, at=None, **more):
        at = time.time() if at is None else at
        self.queue.event(f"$aws/events/presence/connected/{thing}", clientId=thing, timestamp=int(at * 1000),
                         eventType="connected", versionNumber=1, **more)

    def published(self, portal, count=1):
        claims = {}
        for _ in range(count):
            thing = random_thing()
            claims[thing] = portal.claim(thing)["token"]
        eventually(lambda: portal.metric('claims{state="published"}') == count, lambda: portal.metrics())
        return claims
