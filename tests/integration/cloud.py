# SPDX-License-Identifier: Apache-2.0
"""A simulated cloud of one's own for a test, and requests to it that Debian's botocore signs.

With its usual pace here, an hour, nothing happens by itself: a test moves the clock.
"""
import http.client
import json
import re
import subprocess
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from patience import DEADLINE
from sandbox import BUILD

PROGRAM = BUILD / "sandbox" / "expresslink-cloud"
BATCH = BUILD / "sandbox" / "sidewalk-batch"
HOUR = 3600 * 1000
BUCKET = "sandbox-imports"
ROLE = "arn:aws:iam::123456789012:role/import"


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The error's name, as either service says it."""
        found = re.search(rb"<Code>(\w+)</Code>", self.body)
        return self.headers["x-amzn-ErrorType"] or (found and found[1].decode())

    def __repr__(self):
        return f"<{self.status} {self.code} {self.body[:300]}>"


class Cloud:
    """`with Cloud() as cloud:`; its state is kept over kill() and start()."""

    def __init__(self, *options, state=None, pace=HOUR):
        self.cleanup = ExitStack()
        self.state = Path(state or self.cleanup.enter_context(tempfile.TemporaryDirectory()))
        self.options, self.pace, self.process = options, pace, None
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.cleanup.close()

    def start(self):
        self.log = []
        self.process = subprocess.Popen([PROGRAM, "--state", self.state / "cloud", "--pace", str(self.pace), *self.options],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=lambda: self.log.extend(self.process.stderr))
        self.reader.start()
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            self.stop()
            raise AssertionError(f"the cloud does not start: {self.log}")
        self.host = urlsplit(self.url).netloc

    def stop(self):
        if self.process:
            self.process.terminate()
            self._end()

    def kill(self):
        self.process.kill()
        self._end()

    def _end(self):
        self.process.wait(DEADLINE)
        self.reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
        self.process = None

    # Switches

    def admin(self, method, name, body=None):
        answer = self.send(method, f"/_sandbox/{name}", body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode())
        assert answer.status == 200, answer
        return answer.json

    def faults(self, **faults):
        return self.admin("POST", "faults", faults)

    def advance(self, hours=0, days=0):
        self.admin("POST", "clock", {"advance_ms": hours * HOUR} if hours else {"advance_days": days})

    def deliver(self, *smsns, apid="eXpL"):
        entries = [{"version": "4-0-1", "device": {"serialNumber": smsn, "productIdentifier": {"advertisedProductId": apid}}}
                   for smsn in smsns]
        return self.admin("PUT", "control-log", json.dumps({"controlLogs": entries}).encode())

    # Requests

    def send(self, method, target, body=None, headers=None):
        connection = http.client.HTTPConnection(self.host, timeout=DEADLINE)
        try:
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def signed(self, service, method, path, query=None, body=b"", headers=None, credentials=None, region="us-east-1"):
        """The target and headers of a request that botocore has signed."""
        target = path + ("?" + urlencode(query, quote_via=quote) if query else "")
        request = AWSRequest(method, self.url + target, data=body, headers=headers or {})
        signer = S3SigV4Auth if service == "s3" else SigV4Auth
        signer(credentials or Credentials("sandbox", "sandbox"), service, region).add_auth(request)
        return target, dict(request.headers.items())

    def call(self, method, path, body=None, query=None, **signing):
        body = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        target, headers = self.signed("iotwireless", method, path, query, body, **signing)
        return self.send(method, target, body, headers)

    def s3(self, method, path, body=b"", query=None, **signing):
        target, headers = self.signed("s3", method, path, query, body, **signing)
        return self.send(method, target, body, headers)

    def put_list(self, smsns, key="devices.csv", header="smsn"):
        answer = self.s3("PUT", f"/{BUCKET}/{key}", "\n".join([header, *smsns, ""]).encode())
        assert answer.status == 200, answer
        return f"s3://{BUCKET}/{key}"

    # Tasks

    def start_task(self, url, **more):
        body = {"DestinationName": "Sensors", "Sidewalk": {"DeviceCreationFile": url, "Role": ROLE}, **more}
        answer = self.call("POST", "/wireless_device_import_task", body)
        assert answer.status == 201, answer
        return answer.json["Id"]

    def task(self, task_id):
        answer = self.call("GET", f"/wireless_device_import_task/{task_id}")
        assert answer.status == 200, answer
        return answer.json

    def counts(self, task_id):
        """Status, and the devices that are initialized, pending, onboarded, failed."""
        task = self.task(task_id)
        return (task["Status"], *(task[f"{state}ImportedDeviceCount"] for state in ("Initialized", "Pending", "Onboarded", "Failed")))

    def devices(self, task_id, **query):
        """{SMSN: (status, reason)} of all pages."""
        found, token = {}, {}
        while True:
            page = self.call("GET", "/wireless_device_import_task", query={"id": task_id, **query, **token}).json
            for device in page["ImportedWirelessDeviceList"]:
                device = device["Sidewalk"]
                found[device["SidewalkManufacturingSn"]] = (device["OnboardingStatus"], device.get("OnboardingStatusReason"))
            if "NextToken" not in page:
                return found
            token = {"nextToken": page["NextToken"]}
