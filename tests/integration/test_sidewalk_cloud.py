# SPDX-License-Identifier: Apache-2.0
"""The simulated cloud: AWS's own clients work with it, wrong signatures do not, and tasks and devices go through their states."""
import base64
import datetime
import hashlib
import json
import random
import subprocess
import tempfile
import unittest
import urllib.request
from pathlib import Path
from unittest import mock

import botocore.auth
from botocore.credentials import Credentials

import aws_cli
from cloud import BATCH, BUCKET, ROLE, Cloud
from patience import DEADLINE, LONG_DEADLINE
from sandbox import BUILD, ROOT, eventually

SDK = ROOT / "tests" / "aws-sdk"
HTTP_OK = 200


def smsns(count):
    return [f"{i:064x}" for i in range(1, count + 1)]


class WithCloud(unittest.TestCase):
    def setUp(self):
        self.cloud = self.enterContext(Cloud())

    def folder(self):
        return Path(self.enterContext(tempfile.TemporaryDirectory()))


class Clients(WithCloud):
    def check_every_call(self, aws):
        folder, role = self.folder(), f"Role={ROLE}"
        for name, count in (("devices.csv", 5), ("more.csv", 1)):
            (folder / name).write_text("\n".join(["smsn", *[f"{count}{s[1:]}" for s in smsns(count)], ""]))
        aws("s3api", "put-object", "--bucket", BUCKET, "--key", "devices.csv", "--body", folder / "devices.csv")
        aws("s3", "cp", "--only-show-errors", folder / "more.csv", f"s3://{BUCKET}/a b/mö+re.csv")
        aws("s3", "cp", "--only-show-errors", f"s3://{BUCKET}/a b/mö+re.csv", folder / "back.csv")
        self.assertEqual((folder / "back.csv").read_bytes(), (folder / "more.csv").read_bytes())
        self.assertEqual(aws("s3api", "head-object", "--bucket", BUCKET, "--key", "devices.csv")["ContentLength"],
                         (folder / "devices.csv").stat().st_size)
        with self.assertRaisesRegex(AssertionError, "NoSuchBucket"):
            aws("s3api", "put-object", "--bucket", "no-such-bucket", "--key", "x", "--body", folder / "devices.csv")

        profile = aws.wireless("create-device-profile", "--name", "Door", "--sidewalk", "{}")
        described = aws.wireless("get-device-profile", "--id", profile["Id"])
        self.assertEqual((described["Name"], described["Arn"]), ("Door", profile["Arn"]))
        self.assertTrue(described["Sidewalk"]["DakCertificateMetadata"][0]["FactorySupport"])

        start = ["start-wireless-device-import-task", "--destination-name", "Sensors", "--client-request-token", "one", "--tags",
                 "Key=batch,Value=7", "--sidewalk"]
        task = aws.wireless(*start, f"DeviceCreationFile=s3://{BUCKET}/devices.csv,{role}")["Id"]
        self.assertEqual(aws.wireless(*start, f"DeviceCreationFile=s3://{BUCKET}/devices.csv,{role}")["Id"], task)
        with self.assertRaisesRegex(AssertionError, "ConflictException"):
            aws.wireless(*start, f"DeviceCreationFile=s3://{BUCKET}/other.csv,{role}")
        self.cloud.advance(hours=1)
        shown = aws.wireless("get-wireless-device-import-task", "--id", task)
        self.assertEqual((shown["Status"], shown["InitializedImportedDeviceCount"]), ("INITIALIZED", 5))
        aws.wireless("update-wireless-device-import-task", "--id", task, "--sidewalk",
                     f"DeviceCreationFile=s3://{BUCKET}/a b/mö+re.csv")
        self.cloud.advance(hours=1)
        page = aws.wireless("list-devices-for-wireless-device-import-task", "--id", task, "--max-results", 4)
        rest = aws.wireless("list-devices-for-wireless-device-import-task", "--id", task, "--next-token", page["NextToken"],
                            "--status", "INITIALIZED")
        found = [d["Sidewalk"]["SidewalkManufacturingSn"] for d in
                 page["ImportedWirelessDeviceList"] + rest["ImportedWirelessDeviceList"]]
        self.assertEqual(found, [f"5{s[1:]}" for s in smsns(5)] + [f"1{s[1:]}" for s in smsns(1)])
        self.assertNotIn("NextToken", rest)
        single = aws.wireless("start-single-wireless-device-import-task", "--destination-name", "Sensors", "--device-name", "One",
                              "--sidewalk", f"SidewalkManufacturingSn={'F' * 64}")["Id"]
        first = aws.wireless("list-wireless-device-import-tasks", "--max-results", 1)
        second = aws.wireless("list-wireless-device-import-tasks", "--next-token", first["NextToken"])
        listed = first["WirelessDeviceImportTaskList"] + second["WirelessDeviceImportTaskList"]
        self.assertEqual([each["Id"] for each in listed], [task, single])
        aws.wireless("delete-wireless-device-import-task", "--id", single)
        self.cloud.advance(hours=1)
        with self.assertRaisesRegex(AssertionError, "ResourceNotFoundException"):
            aws.wireless("get-wireless-device-import-task", "--id", single)

    def test_the_aws_cli_works_for_every_call(self):
        programs = aws_cli.programs()
        self.assertTrue(programs, "no AWS CLI is installed")
        for program, model in programs:
            with self.subTest(program=program, model=model), Cloud() as self.cloud:
                self.check_every_call(aws_cli.Cli(program, self.cloud.url, self.folder(), model))

    def test_the_aws_cli_with_another_secret_does_not(self):
        program, model = aws_cli.programs()[0]
        aws = aws_cli.Cli(program, self.cloud.url, self.folder(), model, secret="guessed")
        with self.assertRaisesRegex(AssertionError, "InvalidSignatureException"):
            aws.wireless("list-wireless-device-import-tasks")
        with self.assertRaisesRegex(AssertionError, "SignatureDoesNotMatch|403"):
            aws("s3api", "get-object", "--bucket", BUCKET, "--key", "x", self.folder() / "x")

    def test_a_file_in_parts(self):
        program, _ = aws_cli.programs()[0]
        aws, folder = aws_cli.Cli(program, self.cloud.url, self.folder()), self.folder()
        content = random.Random(1).randbytes(20_000_000)
        (folder / "large").write_bytes(content)
        aws("s3", "cp", "--only-show-errors", folder / "large", f"s3://{BUCKET}/large")
        aws("s3", "cp", "--only-show-errors", f"s3://{BUCKET}/large", folder / "back")
        self.assertTrue((folder / "back").read_bytes() == content)

    def test_the_javascript_sdk_works_for_every_call(self):
        done = subprocess.run([SDK / "run", BUILD / "tests" / "aws-sdk", "calls.mjs", self.cloud.url], capture_output=True, text=True,
                              timeout=LONG_DEADLINE)
        if done.returncode == 77:
            self.skipTest(done.stdout)
        self.assertEqual(done.returncode, 0, done.stderr)


class Signatures(WithCloud):
    PATH = "/wireless_device_import_tasks"

    def refused(self, answer, status, *codes):
        self.assertEqual(answer.status, status, answer)
        self.assertIn(answer.code, codes)

    def test_not_signed_or_not_readable(self):
        self.refused(self.cloud.send("GET", self.PATH), 403, "MissingAuthenticationTokenException")
        self.refused(self.cloud.send("GET", f"/{BUCKET}/x"), 403, "AccessDenied")
        for authorization in ("Basic c2FuZGJveDpzYW5kYm94", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=a, Signature=b",
                              "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=b"):
            headers = {"Authorization": authorization, "X-Amz-Date": "20261122T000000Z"}
            self.refused(self.cloud.send("GET", self.PATH, headers=headers), 403, "IncompleteSignatureException")

    def test_another_secret_key_region_or_service(self):
        for credentials, code in ((Credentials("sandbox", "Sandbox"), "InvalidSignatureException"),
                                  (Credentials("nobody", "sandbox"), "UnrecognizedClientException"),
                                  (Credentials("sandbox", "sandbox", "token"), "UnrecognizedClientException")):
            self.refused(self.cloud.call("GET", self.PATH, credentials=credentials), 403, code)
        self.refused(self.cloud.s3("GET", f"/{BUCKET}/x", credentials=Credentials("sandbox", "x")), 403, "SignatureDoesNotMatch")
        self.refused(self.cloud.s3("GET", f"/{BUCKET}/x", credentials=Credentials("nobody", "x")), 403, "InvalidAccessKeyId")
        self.refused(self.cloud.call("GET", self.PATH, region="eu-west-1"), 403, "InvalidSignatureException")
        target, headers = self.cloud.signed("iot", "GET", self.PATH)
        self.refused(self.cloud.send("GET", target, headers=headers), 403, "InvalidSignatureException")

    def test_the_time_of_the_signature(self):
        for minutes, fine in ((-4, True), (4, True), (-6, False), (6, False)):
            moment = datetime.datetime.utcnow() + datetime.timedelta(minutes=minutes)
            with mock.patch("botocore.auth.datetime") as clock:
                clock.datetime.utcnow.return_value = moment
                answer = self.cloud.call("GET", self.PATH)
            if fine:
                self.assertEqual(answer.status, HTTP_OK, answer)
            else:
                self.refused(answer, 403, "InvalidSignatureException")
                self.assertIn("expired" if minutes < 0 else "not yet current", answer.json["Message"])

    def test_whatever_is_changed_after_signing_is_noticed(self):
        query, body = {"id": "a", "status": "FAILED"}, b'{"Name":"a","Sidewalk":{}}'
        target, headers = self.cloud.signed("iotwireless", "GET", "/wireless_device_import_task", query)
        self.assertEqual(self.cloud.send("GET", target, headers=headers).status, 404)
        for changed in (target + "&maxResults=1", target.replace("FAILED", "PENDING"), target.replace("id=a", "id=b"),
                        target.replace("&status=FAILED", ""), target.replace("_task", "_tasks")):
            self.refused(self.cloud.send("GET", changed, headers=headers), 403, "InvalidSignatureException")
        target, headers = self.cloud.signed("iotwireless", "POST", "/device-profiles", body=body)
        self.refused(self.cloud.send("POST", target, body.replace(b'"a"', b'"b"'), headers), 403, "InvalidSignatureException")
        self.refused(self.cloud.send("PATCH", target, body, headers), 403, "InvalidSignatureException")
        later = {**headers, "X-Amz-Date": headers["X-Amz-Date"][:-2] + ("1Z" if headers["X-Amz-Date"][-2] != "1" else "2Z")}
        self.refused(self.cloud.send("POST", target, body, later), 403, "InvalidSignatureException")
        self.refused(self.cloud.send("POST", target, body, {**headers, "X-Amz-Target": "x"}), 403, "InvalidSignatureException")
        shorter = {**headers, "Authorization": headers["Authorization"].replace("host;", "")}
        self.refused(self.cloud.send("POST", target, body, shorter), 403, "InvalidSignatureException")
        self.assertEqual(self.cloud.send("POST", target, body, headers).status, 201)

    def test_the_body_of_an_object(self):
        target, headers = self.cloud.signed("s3", "PUT", f"/{BUCKET}/x", body=b"smsn\n")
        self.refused(self.cloud.send("PUT", target, b"smsm\n", headers), 400, "XAmzContentSHA256Mismatch")
        other = {**headers, "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
        self.refused(self.cloud.send("PUT", target, b"smsn\n", other), 403, "SignatureDoesNotMatch")
        self.refused(self.cloud.s3("GET", f"/{BUCKET}/x"), 404, "NoSuchKey")
        target, headers = self.cloud.signed("iotwireless", "PUT", f"/{BUCKET}/x", body=b"")
        self.refused(self.cloud.send("PUT", target, b"", headers), 400, "AuthorizationHeaderMalformed")

    def test_the_checksum_of_an_object(self):
        right = base64.b64encode(hashlib.sha256(b"smsn\n").digest()).decode()
        answer = self.cloud.s3("PUT", f"/{BUCKET}/x", b"smsn\n", headers={"x-amz-checksum-sha256": right})
        self.assertEqual((answer.status, answer.headers["x-amz-checksum-sha256"]), (HTTP_OK, right))
        self.refused(self.cloud.s3("PUT", f"/{BUCKET}/y", b"smsm\n", headers={"x-amz-checksum-sha256": right}), 400, "BadDigest")
        self.refused(self.cloud.s3("GET", f"/{BUCKET}/y"), 404, "NoSuchKey")

    def test_a_bucket_in_another_region(self):
        self.assertEqual(self.cloud.s3("HEAD", f"/{BUCKET}").headers["x-amz-bucket-region"], "us-east-1")
        self.cloud.faults(bucket_region="eu-west-1")
        answer = self.cloud.s3("PUT", f"/{BUCKET}/x", b"smsn\n")
        self.assertEqual((answer.status, answer.headers["x-amz-bucket-region"]), (301, "eu-west-1"))
        self.assertEqual(self.cloud.s3("PUT", f"/{BUCKET}/x", b"smsn\n", region="eu-west-1").status, HTTP_OK)

    def test_a_body_in_chunks_with_a_trailer(self):
        """As newer SDKs send streams."""
        chunks = b"5\r\nsmsn\n\r\n2\r\nab\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"
        headers = {"X-Amz-Content-SHA256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "Content-Encoding": "aws-chunked",
                   "X-Amz-Decoded-Content-Length": "7"}
        with mock.patch.object(botocore.auth.S3SigV4Auth, "payload", lambda *_: headers["X-Amz-Content-SHA256"]):
            answer = self.cloud.s3("PUT", f"/{BUCKET}/chunks", chunks, headers=headers)
            self.assertEqual(answer.status, HTTP_OK, answer)
            self.assertEqual(self.cloud.s3("PUT", f"/{BUCKET}/cut", chunks[:12], headers=headers).status, 400)
        self.assertEqual(self.cloud.s3("GET", f"/{BUCKET}/chunks").body, b"smsn\nab")

    def test_any_path_and_query_that_botocore_signs_is_accepted(self):
        seed = random.randrange(2**32)
        print(f"seed {seed}")
        dice = random.Random(seed)
        letters = "ab/.~-_ +%&=:@$,;!*'()[]?#äß漢\"<>|"

        def text(most):
            return "".join(dice.choice(letters) for _ in range(dice.randrange(1, most)))

        for _ in range(150):
            query = {text(6): text(8) for _ in range(dice.randrange(4))}
            path = "/device-profiles/x" + urllib.request.quote(text(12), safe="/~")
            answer = self.cloud.call("GET", path, query=query)
            self.assertEqual(answer.status, 404, (path, query, answer))
            path = f"/{BUCKET}/" + urllib.request.quote("k" + text(12), safe="/~")
            answer = self.cloud.s3("PUT", path, b"", query=query)
            self.assertEqual(answer.status, HTTP_OK, (path, query, answer))

    def test_temporary_credentials_expire_and_are_replaced(self):
        def issued():
            given = self.cloud.admin("GET", "credentials")
            return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["Token"])

        first = issued()
        self.assertEqual(self.cloud.call("GET", self.PATH, credentials=first).status, HTTP_OK)
        wrong = Credentials(first.access_key, first.secret_key, "another")
        self.refused(self.cloud.call("GET", self.PATH, credentials=wrong), 403, "UnrecognizedClientException")
        self.cloud.faults(expire_token=True)
        self.refused(self.cloud.call("GET", self.PATH, credentials=first), 403, "ExpiredTokenException")
        self.refused(self.cloud.s3("GET", f"/{BUCKET}/x", credentials=first), 400, "ExpiredToken")
        self.assertEqual(self.cloud.call("GET", self.PATH, credentials=issued()).status, HTTP_OK)


class Tasks(WithCloud):
    def test_a_batch_from_start_to_end(self):
        folder = self.folder()
        subprocess.run([BATCH, "--devices", "1000", folder], check=True, timeout=DEADLINE)
        self.assertEqual(self.cloud.s3("PUT", f"/{BUCKET}/devices.csv", (folder / "devices.csv").read_bytes()).status, HTTP_OK)
        task = self.cloud.start_task(f"s3://{BUCKET}/devices.csv")
        self.assertEqual(self.cloud.counts(task), ("INITIALIZING", 0, 0, 0, 0))
        self.assertEqual(self.cloud.devices(task), {})
        self.cloud.advance(hours=1)
        self.assertEqual(self.cloud.counts(task), ("INITIALIZED", 1000, 0, 0, 0))
        log = (folder / "control-log.json").read_bytes()
        self.assertEqual(self.cloud.admin("PUT", "control-log", log), {"Delivered": 1000, "Known": 0, "Unusable": 0})
        self.assertEqual(self.cloud.counts(task), ("INITIALIZED", 1000, 0, 0, 0))
        self.cloud.advance(hours=1)
        self.assertEqual(self.cloud.counts(task), ("PENDING", 0, 1000, 0, 0))
        self.cloud.advance(hours=1.5)
        status, _, pending, onboarded, _ = self.cloud.counts(task)
        self.assertEqual((status, pending + onboarded), ("PENDING", 1000))
        self.assertAlmostEqual(onboarded, 500, delta=50)
        self.assertEqual(len(self.cloud.devices(task, status="ONBOARDED", maxResults=7)), self.cloud.counts(task)[3])
        self.cloud.advance(hours=0.5)
        self.assertEqual(self.cloud.counts(task), ("COMPLETE", 0, 0, 1000, 0))
        self.assertEqual(set(self.cloud.devices(task)), set((folder / "devices.csv").read_text().split()[1:]))

    def test_rows_that_are_no_serial_numbers_fail_alone(self):
        good = smsns(2)
        rows = [good[0], base64.b64encode(bytes.fromhex(good[0])).decode(), good[1], "z" * 64, good[1][:-1], good[0].upper()]
        url = self.cloud.put_list([*rows[:-1], "", "a" * 63 + "B"])
        task = self.cloud.start_task(url)
        self.cloud.advance(hours=1)
        self.assertEqual(self.cloud.counts(task), ("INITIALIZED", 3, 0, 0, 3))
        devices = self.cloud.devices(task)
        self.assertIn("base64", devices[rows[1]][1])
        self.assertEqual({devices[row][0] for row in rows[1:5:2]}, {"FAILED"})
        self.cloud.deliver(good[0].upper(), good[1], "A" * 63 + "b")
        self.cloud.advance(hours=3)
        self.assertEqual(self.cloud.counts(task), ("COMPLETE", 0, 0, 3, 3))

    def test_a_serial_number_twice(self):
        first, second = "ab" * 32, "cd" * 32
        task = self.cloud.start_task(self.cloud.put_list([first, second, first.upper()]))
        self.cloud.advance(hours=1)
        self.assertEqual(self.cloud.counts(task), ("INITIALIZED", 2, 0, 0, 1))
        self.assertIn("more than once", self.cloud.devices(task)[first.upper()][1])

    def test_lists_that_cannot_be_used_fail_the_task(self):
        cases = {self.cloud.put_list(smsns(1), "header.csv", header="serial"): "first row is not smsn",
                 self.cloud.put_list(smsns(1), "bom.csv", header="\ufeffsmsn"): "first row is not smsn",
                 self.cloud.put_list([], "none.csv"): "no devices",
                 f"s3://{BUCKET}/nothing.csv": "does not exist",
                 "s3://no-such-bucket/devices.csv": "does not exist"}
        tasks = {self.cloud.start_task(url): reason for url, reason in cases.items()}
        self.cloud.advance(hours=1)
        for task, reason in tasks.items():
            self.assertEqual(self.cloud.task(task)["Status"], "FAILED")
            self.assertIn(reason, self.cloud.task(task)["StatusReason"])

    def test_ninety_days_without_a_control_log(self):
        task = self.cloud.start_task(self.cloud.put_list(smsns(3)))
        self.cloud.advance(hours=1)
        self.cloud.deliver(smsns(1)[0])
        self.cloud.advance(days=89)
        self.assertEqual(self.cloud.counts(task), ("INITIALIZED", 2, 0, 1, 0))
        self.cloud.advance(days=1)
        self.assertEqual(self.cloud.counts(task), ("COMPLETE", 0, 0, 1, 2))
        self.assertIn("90 days", self.cloud.devices(task, status="FAILED")[smsns(3)[2]][1])
        self.cloud.deliver(*smsns(3))
        self.cloud.advance(days=1)
        self.assertEqual(self.cloud.counts(task), ("COMPLETE", 0, 0, 1, 2))

    def test_the_log_may_come_before_the_task(self):
        self.cloud.deliver(*smsns(2))
        task = self.cloud.start_task(self.cloud.put_list(smsns(2)))
        self.cloud.advance(hours=4)
        self.assertEqual(self.cloud.counts(task), ("COMPLETE", 0, 0, 2, 0))

    def test_no_profile_with_factory_support(self):
        self.cloud.deliver(smsns(1)[0], apid="none")
        self.cloud.faults(factory_support=False)
        self.cloud.deliver(*smsns(2)[1:])
        profile = self.cloud.call("POST", "/device-profiles", {"Sidewalk": {}}).json["Id"]
        dak = self.cloud.call("GET", f"/device-profiles/{profile}").json["Sidewalk"]["DakCertificateMetadata"][0]
        self.assertEqual((dak["FactorySupport"], dak["MaxAllowedSignature"]), (False, 1000))
        task = self.cloud.start_task(self.cloud.put_list(smsns(2)))
        self.cloud.advance(hours=4)
        self.assertEqual(self.cloud.counts(task), ("COMPLETE", 0, 0, 0, 2))
        self.assertIn("factory support", self.cloud.devices(task)[smsns(1)[0]][1])

    def test_a_wrong_role_fails_the_task(self):
        self.cloud.faults(role="wrong")
        task = self.cloud.start_task(self.cloud.put_list(smsns(2)))
        self.cloud.advance(hours=1)
        self.assertEqual(self.cloud.task(task)["Status"], "FAILED")
        self.assertIn("cannot be assumed", self.cloud.task(task)["StatusReason"])

    def test_a_pending_task_is_left_alone(self):
        path = "/wireless_device_import_task/"
        url = self.cloud.put_list(smsns(1))
        task = self.cloud.start_task(url)
        self.cloud.deliver(*smsns(1))
        self.cloud.advance(hours=2)
        self.assertEqual(self.cloud.task(task)["Status"], "PENDING")
        for method, body in (("PATCH", {"Sidewalk": {"DeviceCreationFile": url}}), ("DELETE", None)):
            answer = self.cloud.call(method, path + task, body)
            self.assertEqual((answer.status, answer.code, answer.json["ResourceId"]), (409, "ConflictException", task))
        self.cloud.advance(hours=2)
        self.assertEqual(self.cloud.call("DELETE", path + task).status, 204)
        self.assertEqual(self.cloud.task(task)["Status"], "DELETING")
        self.cloud.advance(hours=1)
        answer = self.cloud.call("GET", path + task)
        self.assertEqual((answer.status, answer.json["ResourceType"]), (404, "ImportTask"))

    def test_one_device(self):
        body = {"DestinationName": "Sensors", "Sidewalk": {"SidewalkManufacturingSn": "AB" * 32}, "ClientRequestToken": "t"}
        ids = {self.cloud.call("POST", "/wireless_single_device_import_task", body).json["Id"] for _ in range(2)}
        self.assertEqual(len(ids), 1)
        self.cloud.advance(hours=1)
        self.cloud.deliver("ab" * 32)
        self.cloud.advance(hours=3)
        self.assertEqual(self.cloud.counts(*ids), ("COMPLETE", 0, 0, 1, 0))

    def test_what_is_not_valid(self):
        good = {"DestinationName": "D", "Sidewalk": {"DeviceCreationFile": "s3://bucket/key", "Role": ROLE}}

        def changed(**sidewalk):
            return {"DestinationName": "D", "Sidewalk": {key: value for key, value in {**good["Sidewalk"], **sidewalk}.items() if value}}

        for body in ({}, {"Sidewalk": good["Sidewalk"]}, {"DestinationName": "D"}, {**good, "DestinationName": "a b"},
                     {**good, "DestinationName": "d" * 129}, {**good, "DestinationName": 7}, {**good, "ClientRequestToken": "t" * 65},
                     {**good, "ClientRequestToken": ""}, {**good, "Tags": [{"Key": "", "Value": ""}]}, {**good, "Tags": "x"},
                     changed(DeviceCreationFile=None), changed(DeviceCreationFile="file.csv"), changed(Role=None), changed(Role="me"),
                     changed(DeviceCreationFile="s3://bucket/" + "k" * 1013), changed(Role=ROLE + "r" * 2048)):
            answer = self.cloud.call("POST", "/wireless_device_import_task", body)
            self.assertEqual((answer.status, answer.code), (400, "ValidationException"), (body, answer))
        for body in (b"", b"[]", b"{", b'{"DestinationName": "D"} x'):
            self.assertEqual(self.cloud.call("POST", "/wireless_device_import_task", body).code, "SerializationException")
        for query in ({}, {"id": ""}, {"id": "x", "status": "DONE"}, {"id": "x", "maxResults": "251"}, {"id": "x", "maxResults": "-1"},
                      {"id": "x", "nextToken": "made up"}, {"id": "x", "nextToken": "tasks.00000001"}):
            answer = self.cloud.call("GET", "/wireless_device_import_task", query=query)
            self.assertEqual((answer.status, answer.code), (400, "ValidationException"), (query, answer))
        self.cloud.faults(destinations=["Sensors"])
        answer = self.cloud.call("POST", "/wireless_device_import_task", good)
        self.assertEqual((answer.status, answer.json["ResourceType"]), (404, "Destination"))


class BadDays(WithCloud):
    PATH = "/wireless_device_import_tasks"

    def statuses(self, count):
        return [self.cloud.call("GET", self.PATH).status for _ in range(count)]

    def test_throttled_broken_and_denied(self):
        self.cloud.faults(throttle=2, errors=1)
        self.assertEqual(self.statuses(4), [429, 429, 500, 200])
        self.cloud.faults(throttle=1)
        self.assertEqual(self.cloud.s3("GET", f"/{BUCKET}/x").code, "SlowDown")
        self.cloud.faults(deny=["s3:PutObject", "iotwireless:ListWirelessDeviceImportTasks"])
        self.assertEqual(self.cloud.s3("PUT", f"/{BUCKET}/x", b"x").code, "AccessDenied")
        self.assertEqual(self.cloud.call("GET", self.PATH).code, "AccessDeniedException")
        self.cloud.faults(deny=[])
        self.assertEqual(self.statuses(1), [200])
        self.assertEqual(self.cloud.s3("GET", f"/{BUCKET}/x").code, "NoSuchKey")

    def test_a_connection_that_is_closed_without_an_answer(self):
        self.cloud.faults(close=1)
        with self.assertRaises(ConnectionError):
            self.cloud.call("GET", self.PATH)
        self.assertEqual(self.statuses(1), [200])

    def test_a_switch_that_is_not_there(self):
        for name, body in (("faults", {"thunder": 1}), ("faults", {"throttle": -1}), ("faults", []), ("clock", {}), ("x", {})):
            answer = self.cloud.send("POST", f"/_sandbox/{name}", json.dumps(body).encode())
            self.assertIn(answer.status, (400, 404))
        self.assertEqual(self.cloud.admin("GET", "faults")["throttle"], 0)

    def test_control_logs_that_are_none(self):
        entry = b'{"device":{"serialNumber":"%s","productIdentifier":{"advertisedProductId":"eXpL"}}}' % (b"a" * 64)
        for log in (b"", b"[]", b'{"controlLogs":[', b'{"controlLogs":[' + entry, b'{"controlLogs":[' + entry + b",,]}",
                    b'{"controlLogs":[' + entry + b"]} x", b'{"controlLogs":[7]}', b'{"controlLogs":[{"device":}]}',
                    b'{"controlLogs":[' + b"{" * 100000):
            answer = self.cloud.send("PUT", "/_sandbox/control-log", log)
            self.assertEqual(answer.status, 400, (log[:100], answer))
            self.assertIn("not a control log", answer.json["Message"])
        fine = b' { "controlLogs" : [ ' + entry + b' , {"device":{"serialNumber":"]\\"}"}} ] } \n'
        self.assertEqual(self.cloud.admin("PUT", "control-log", fine), {"Delivered": 0, "Known": 1, "Unusable": 1})

    def test_it_goes_on_after_a_kill(self):
        self.cloud.deliver(smsns(1)[0])
        task = self.cloud.start_task(self.cloud.put_list(smsns(3)), ClientRequestToken="t")
        self.cloud.advance(hours=2)
        before = self.cloud.task(task)
        self.assertEqual(before["Status"], "PENDING")
        self.cloud.kill()
        self.cloud.start()
        self.assertEqual(self.cloud.task(task), before)
        self.assertEqual(self.cloud.start_task(f"s3://{BUCKET}/devices.csv", ClientRequestToken="t"), task)
        self.cloud.deliver(*smsns(3))
        self.cloud.advance(hours=3)
        self.assertEqual(self.cloud.counts(task), ("COMPLETE", 0, 0, 3, 0))

    def test_with_a_pace_it_moves_by_itself(self):
        with Cloud(pace=20) as cloud:
            cloud.deliver(*smsns(2))
            task = cloud.start_task(cloud.put_list(smsns(2)))
            eventually(lambda: cloud.task(task)["Status"] == "COMPLETE", lambda: cloud.task(task))
            self.assertEqual(cloud.counts(task), ("COMPLETE", 0, 0, 2, 0))


if __name__ == "__main__":
    unittest.main()
