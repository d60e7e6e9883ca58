# SPDX-License-Identifier: Apache-2.0
"""Bulk provisioning from the check to the end, on good days and bad ones: sidewalk-import against expresslink-cloud."""
import base64
import hashlib
import json
import os
import pty
import signal
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path
from urllib.parse import quote

from aws_models import Judge
from aws_service import Answer, Service, signature_problem
from cloud import BUCKET
from patience import DEADLINE
from sandbox import eventually
from sidewalk import IMPORT, ROLE, Account, batch, serials

FAST = ("--interval", "0.02")


class Import(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="batches-")))
        cls.thousand = batch(folder / "thousand", 1000)
        cls.few = batch(folder / "few", 7, "few")
        cls.others = batch(folder / "others", 5, "others")

    def setUp(self):
        self.cloud = self.enterContext(Account())

    def start_arguments(self, folder, *more, s3=f"s3://{BUCKET}/lists/"):
        return ("start", "--csv", folder / "devices.csv", "--control-log", folder / "control-log.json", "--s3", s3,
                "--destination", "Destination", "--role", ROLE, *more)

    def start(self, folder, *more, **where):
        code, record = self.cloud.json(*self.start_arguments(folder, *more, **where))
        self.assertEqual(code, 0, record)
        return record

    def started(self, folder=None):
        """A task that waits for the control log."""
        record = self.start(folder or self.few)
        self.cloud.advance()
        return record["id"]

    def tasks(self):
        code, out, err = self.cloud.run("list", "--json")
        self.assertEqual(code, 0, err)
        return {task["id"]: task for task in map(json.loads, out.splitlines())}

    def watch(self, task, *more, **environment):
        return self.cloud.begin("watch", task, *FAST, "--json", *more, **environment)


class GoodDays(Import):
    def test_a_thousand_devices_from_check_to_complete(self):
        code, out, _ = self.cloud.run("check", "--csv", self.thousand / "devices.csv", "--control-log",
                                      self.thousand / "control-log.json")
        self.assertEqual(code, 0, out)
        record = self.start(self.thousand, "--tag", "batch=47")
        content = (self.thousand / "devices.csv").read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        self.assertEqual((record["result"], record["sha256"]), ("started", digest))
        self.assertEqual(record["file"], f"s3://{BUCKET}/lists/{digest[:16]}.csv")
        self.assertEqual(self.cloud.uploads(), [content])
        self.assertLessEqual(len(record["token"]), 64)

        watch = self.watch(record["id"])
        watch.wait_for(event="state", status="INITIALIZING")
        self.cloud.advance()
        waiting = watch.wait_for(event="state", status="INITIALIZED")
        self.assertEqual((waiting["initialized"], waiting["files"]), (1000, [record["file"]]))
        self.cloud.deliver(self.thousand / "control-log.json")
        self.cloud.advance()
        pending = watch.wait_for(event="state", status="PENDING")
        self.assertEqual(pending["pending"] + pending["onboarded"], 1000)
        self.cloud.advance(2)
        self.assertEqual(watch.end(), 0, watch.errors)
        end = watch.events[-1]
        self.assertEqual((end["event"], end["status"], end["onboarded"], end["reasons"]), ("ended", "COMPLETE", 1000, []))

        code, out, _ = self.cloud.run("status", record["id"])
        self.assertEqual(code, 0)
        self.assertIn("COMPLETE: every device is onboarded", out)

    def test_a_second_start_of_the_same_content_is_the_same_task(self):
        first = self.start(self.few)
        for _ in range(2):
            again = self.start(self.few)
            self.assertEqual((again["result"], again["id"]), ("started_before", first["id"]))
        self.assertEqual(len(self.tasks()), 1)

    def test_a_second_start_is_the_same_task_where_tasks_may_not_be_listed_and_for_names_of_ones_own(self):
        self.cloud.faults(deny=["iotwireless:ListWirelessDeviceImportTasks"])
        first = self.start(self.few, s3=f"s3://{BUCKET}/my.csv")
        self.assertEqual(self.start(self.few, s3=f"s3://{BUCKET}/my.csv")["id"], first["id"])
        self.cloud.faults(deny=None)
        self.assertEqual(len(self.tasks()), 1)

    def test_other_content_under_the_same_name_is_another_task(self):
        first = self.start(self.few, s3=f"s3://{BUCKET}/my.csv")
        other = self.start(self.others, s3=f"s3://{BUCKET}/my.csv")
        self.assertNotEqual(other["id"], first["id"])
        self.assertEqual(other["result"], "started")
        self.assertEqual(self.cloud.uploads(), [(self.others / "devices.csv").read_bytes()])

    def test_the_same_list_with_another_destination_needs_again(self):
        first = self.start(self.few)
        arguments = [a if a != "Destination" else "Elsewhere" for a in self.start_arguments(self.few)]
        code, _, err = self.cloud.run(*arguments)
        self.assertEqual(code, 1)
        self.assertIn(f"already imported, by task {first['id']}", err)
        self.assertEqual(len(self.tasks()), 1)
        self.assertEqual(self.cloud.run(*arguments, "--again")[0], 0)
        self.assertEqual(len(self.tasks()), 2)

    def test_dry_run_changes_nothing(self):
        code, record = self.cloud.json(*self.start_arguments(self.few, "--dry-run"))
        self.assertEqual((code, record["result"], record["id"]), (0, "dry_run", None))
        self.assertEqual(self.tasks(), {})
        self.assertEqual(self.cloud.uploads(), [])
        _, out, _ = self.cloud.run(*self.start_arguments(self.few, "--dry-run", "--tag", "a=b"))
        self.assertIn('"Tags":[{"Key":"a","Value":"b"}]', out)

    def test_a_single_device(self):
        smsn = serials(self.few / "devices.csv")[0]
        code, record = self.cloud.json("start-one", smsn.upper(), "--destination", "Destination", "--name", "Kitchen")
        self.assertEqual(code, 0)
        again = self.cloud.json("start-one", smsn.upper(), "--destination", "Destination", "--name", "Kitchen")[1]
        self.assertEqual(again["id"], record["id"])
        self.cloud.deliver(self.few / "control-log.json")
        self.cloud.advance(4)
        watch = self.watch(record["id"])
        self.assertEqual(watch.end(), 0, watch.lines)
        self.assertEqual(watch.events[-1]["onboarded"], 1)

    def test_pages_of_devices_and_tasks(self):
        task = self.started(self.thousand)
        code, out, _ = self.cloud.run("devices", task, "--json")
        devices = [json.loads(line)["smsn"].lower() for line in out.splitlines()]
        self.assertEqual((code, sorted(devices)), (0, sorted(s.lower() for s in serials(self.thousand / "devices.csv"))))
        for smsn in serials(self.thousand / "devices.csv")[:260]:
            self.assertEqual(self.cloud.run("start-one", smsn, "--destination", "Destination")[0], 0)
        tasks = self.tasks()
        self.assertEqual(len(tasks), 261)
        self.assertIn(task, tasks)

    def test_update_adds_devices_before_they_are_made(self):
        task = self.started()
        update = ("update", task, "--csv", self.others / "devices.csv", "--s3", f"s3://{BUCKET}/lists/")
        code, record = self.cloud.json(*update)
        self.assertEqual((code, record["result"]), (0, "updated"))
        self.cloud.advance()
        self.assertEqual(self.cloud.json("status", task)[1]["initialized"], 12)

        for folder in (self.few, self.others):
            self.cloud.deliver(folder / "control-log.json")
        self.cloud.advance()
        self.assertEqual(self.cloud.json("status", task)[1]["status"], "PENDING")
        for arguments in (update, ("delete", task, "--yes")):
            code, _, err = self.cloud.run(*arguments)
            self.assertEqual(code, 69)
            self.assertIn("while AWS creates devices (PENDING)", err)
            self.assertRegex(err, r"(?i)request")
        self.cloud.advance(2)
        self.assertEqual(self.cloud.json("status", task)[1]["onboarded"], 12)

    def test_positioning(self):
        task = self.start(self.few, "--positioning-destination", "Places")["id"]
        self.assertEqual(self.cloud.task(task)["Positioning"], "Enabled")
        self.assertNotIn("Positioning", self.cloud.task(self.start(self.others)["id"]))
        _, out, _ = self.cloud.run(*self.start_arguments(self.few, "--dry-run", "--positioning", "disabled"))
        self.assertIn('"Positioning":"Disabled"', out)
        _, out, _ = self.cloud.run(*self.start_arguments(self.few, "--dry-run", "--positioning-destination", "Places"))
        self.assertIn('"Positioning":"Enabled","Sidewalk":{', out)
        self.assertIn('"Positioning":{"DestinationName":"Places"}', out)
        for more in (("--positioning", "yes"), ("--positioning-destination", "a b"),
                     ("--positioning", "disabled", "--positioning-destination", "Places")):
            self.assertEqual(self.cloud.run(*self.start_arguments(self.few, *more))[0], 64)

    def test_a_bucket_in_another_region_is_found(self):
        self.cloud.faults(bucket_region="eu-west-1")
        task = self.started()
        self.cloud.advance()
        code, record = self.cloud.json("update", task, "--csv", self.others / "devices.csv", "--s3", f"s3://{BUCKET}/lists/")
        self.assertEqual((code, record["result"]), (0, "updated"))
        self.assertEqual(len(self.cloud.uploads()), 2)

    def test_what_is_uploaded_has_a_checksum_and_goes_where_the_bucket_is(self):
        task = self.started()
        update = ("update", task, "--csv", self.others / "devices.csv", "--s3", f"s3://{BUCKET}/lists/")
        content = (self.others / "devices.csv").read_bytes()
        for status, code in ((301, "PermanentRedirect"), (307, "TemporaryRedirect"), (400, "AuthorizationHeaderMalformed")):
            elsewhere = Answer(status, f"<Error><Code>{code}</Code></Error>", {"x-amz-bucket-region": "eu-west-1"})
            with Service(elsewhere, Answer(), signed=False) as s3:
                self.assertEqual(self.cloud.run(*update, AWS_ENDPOINT_URL_S3=s3.url)[0], 0, code)
            first, second = s3.seen
            self.assertEqual(first.headers["x-amz-checksum-sha256"], base64.b64encode(hashlib.sha256(content).digest()).decode())
            secrets = {"sandbox": ("sandbox", None)}
            self.assertIsNone(signature_problem(first, secrets, "us-east-1"))
            self.assertIsNone(signature_problem(second, secrets, "eu-west-1"))
            self.assertEqual(second.body, content)

    def test_delete(self):
        task = self.started()
        code, _, err = self.cloud.run("delete", task)
        self.assertEqual(code, 64)
        self.assertIn("--yes is missing", err)
        watch = self.watch(task)
        watch.wait_for(event="state", status="INITIALIZED")
        self.assertEqual(self.cloud.run("delete", task, "--yes")[:2], (0, f"Import task {task} is deleted.\n"))
        watch.wait_for(event="state", status="DELETING")
        self.cloud.advance()
        self.assertEqual(watch.end(), 1)
        self.assertEqual(watch.events[-1], {"event": "deleted"})
        self.assertEqual(self.cloud.run("status", task)[0], 69)
        self.assertEqual(self.cloud.run("watch", task)[0], 69)
        self.assertNotEqual(self.start(self.few)["id"], task)

    def test_device_profiles(self):
        code, made = self.cloud.json("profile", "create", "--name", "Kitchen lamps")
        self.assertEqual(code, 0)
        code, found = self.cloud.json("profile", "get", made["id"])
        self.assertEqual((code, found["name"], found["factory_support"]), (0, "Kitchen lamps", True))
        self.assertEqual(found["certificates"][-1]["apid"], "eXpL")
        self.assertEqual(self.start(self.few, "--profile", made["id"])["device_profile_allows"], True)
        self.assertEqual(self.cloud.run("profile", "get", "not-there")[0], 69)

    def test_what_to_ask_the_sidewalk_team_for(self):
        nowhere = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_REGION": None, "AWS_ACCESS_KEY_ID": None}
        code, out, err = self.cloud.run("profile", "request", **nowhere)
        self.assertEqual((code, err), (0, ""))
        for words in ("factory support", "ApId", "YubiHSM", "signing tool", "AWS account", "profile get ID", "private keys"):
            self.assertRegex(out, rf"\[ \] (?:.*\n      )?.*{words}")
        self.assertTrue(all(len(line) < 80 for line in out.splitlines()), out)
        code, told = self.cloud.json("profile", "request", **nowhere)
        self.assertEqual((code, told["device_profile"], [len(told[part]) for part in ("ask", "tell", "check")]), (0, None, [5, 5, 4]))
        profile = self.cloud.json("profile", "create", "--name", "Kitchen lamps")[1]["id"]
        code, out, _ = self.cloud.run("profile", "request", profile)
        self.assertEqual(code, 0)
        self.assertRegex(out, rf"Device profile {profile} in us-east-1: (not )?qualified\n(  .*\n)*  factory: ApId eXpL, device type")
        self.assertEqual(self.cloud.run("profile", "request", "not-there")[0], 69)
        for wrong in (("request", "a", "b"), ("request", "../x"), ("request", "--name", "x"), ("ask",)):
            self.assertEqual(self.cloud.run("profile", *wrong)[0], 64)


class Refusals(Import):
    def cut(self, folder):
        """The control log lacks the last device of the list, and the list has a line that is none."""
        copy = Path(self.enterContext(tempfile.TemporaryDirectory()))
        copy.joinpath("devices.csv").write_text(folder.joinpath("devices.csv").read_text() + "f" * 64 + "\nnothing\n")
        copy.joinpath("control-log.json").write_bytes(folder.joinpath("control-log.json").read_bytes())
        return copy

    def test_a_check_that_fails_starts_nothing(self):
        folder = self.cut(self.few)
        code, out, err = self.cloud.run(*self.start_arguments(folder))
        self.assertEqual((code, err), (1, ""))
        self.assertIn("7 of 9 devices agree", out)
        self.assertIn("Nothing was started.", out)
        self.assertIn(f"sidewalk-import check --csv {folder}/devices.csv", out)
        code, record = self.cloud.json(*self.start_arguments(folder))
        self.assertEqual((code, record["result"], record["id"], record["file"] is not None), (1, "refused", None, True))
        self.assertEqual(record["check"]["findings"], {"only_in_list": 1, "bad_row": 1})
        self.assertEqual(self.tasks(), {})
        self.assertEqual(self.cloud.uploads(), [])

    def test_force_starts_it_with_the_reason_on_record(self):
        folder = self.cut(self.few)
        arguments = self.start_arguments(folder, "--force", "Two prototypes - ticket 47")
        self.assertIn('{"Key":"expresslink:forced","Value":"Two prototypes - ticket 47"}',
                      self.cloud.run(*arguments, "--dry-run")[1])
        code, record = self.cloud.json(*arguments)
        self.assertEqual((code, record["result"], record["forced"]), (0, "started", "Two prototypes - ticket 47"))
        self.assertEqual(record["tags"], {"expresslink:forced": "Two prototypes - ticket 47"})
        # Where no force is needed, none is recorded.
        record = self.start(self.few, "--force", "just in case")
        self.assertEqual((record["forced"], record["tags"]), (None, {}))

    def test_a_devices_own_file_is_never_sent(self):
        task = self.started()
        private = Path(__file__).resolve().parents[1] / "cases" / "sidewalk-device.json"
        other = self.few.parent / "private.csv"
        for content in (private.read_bytes(), b"\xff\xfe" + private.read_text().encode("utf-16-le"),
                        b"smsn\n" * 13105 + b'"devicePrivKeyP256R1": "cut'):
            other.write_bytes(content)
            start = [other if a == self.few / "devices.csv" else a for a in self.start_arguments(self.few)]
            for arguments in (start, (*start, "--force", "it is a test"), ("update", task, "--csv", other, "--s3", f"s3://{BUCKET}/")):
                code, _, err = self.cloud.run(*arguments)
                self.assertEqual(code, 66)
                self.assertIn(f"{other}: this is a device's own file with private keys, not a list of serial numbers", err)
        self.assertEqual(len(self.cloud.uploads()), 1)

    def test_another_apid(self):
        code, record = self.cloud.json(*self.start_arguments(self.few, "--apid", "wrong"))
        self.assertEqual((code, record["check"]["findings"]), (1, {"wrong_apid": 7}))

    def test_limits_before_any_call(self):
        nowhere = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
        cases = (
            ({"Destination": "with space"}, "is not a valid destination"),
            ({"Destination": "x" * 129}, "is not a valid destination"),
            ({ROLE: "SidewalkImport"}, "is not a role's ARN"),
            ({ROLE: ROLE + "x" * 2048}, "at most 2048"),
            ({f"s3://{BUCKET}/lists/": "bucket/key"}, "is not the address of a file in S3"),
            ({f"s3://{BUCKET}/lists/": f"s3://{BUCKET}/" + "x" * 1024}, "at most 1024"),
        )
        for changes, words in cases:
            code, out, err = self.cloud.run(*(changes.get(a, a) for a in self.start_arguments(self.few)), **nowhere)
            self.assertEqual((code, out), (64, ""), words)
            self.assertIn(words, err)
        for more, words in ((("--tag", "novalue"), "KEY=VALUE"), (("--tag", "aws:x=1"), "reserved by AWS"),
                            (("--force", "a\nb"), "tags may contain only"), (("--tag", "a=1", "--tag", "a=2"), "twice")):
            code, _, err = self.cloud.run(*self.start_arguments(self.few, *more), **nowhere)
            self.assertEqual(code, 64)
            self.assertIn(words, err)
        code, _, err = self.cloud.run("start-one", "12", "--destination", "d", **nowhere)
        self.assertEqual(code, 65)
        self.assertIn("64 hex digits", err)
        self.assertEqual(self.cloud.run("status", "../x", **nowhere)[0], 64)

    def test_files_that_cannot_be_read(self):
        for missing in ("devices.csv", "control-log.json"):
            arguments = [Path(str(a) + ".not") if str(a).endswith(missing) else a
                         for a in self.start_arguments(self.few)]
            code, _, err = self.cloud.run(*arguments)
            self.assertEqual(code, 66)
            self.assertIn(f"{missing}.not", err)
        self.assertEqual(self.tasks(), {})

    def test_s3_refused(self):
        self.cloud.faults(deny=["s3:PutObject"])
        code, record = self.cloud.json(*self.start_arguments(self.few))
        self.assertEqual((code, record["error"], record["what"]),
                         (77, "forbidden", "the list could not be uploaded to S3, nothing was started"))
        _, _, err = self.cloud.run(*self.start_arguments(self.few))
        self.assertRegex(err, r"(?i)access ?denied")
        self.assertRegex(err, r"(?i)request")
        self.assertEqual(self.tasks(), {})

    def test_a_bucket_that_is_not_there(self):
        code, _, err = self.cloud.run(*self.start_arguments(self.few, s3="s3://not-there/"))
        self.assertEqual(code, 69)
        self.assertIn("could not be uploaded to S3", err)

    def test_a_wrong_role_fails_the_task_and_again_goes_past_it(self):
        self.cloud.faults(role="wrong")
        record = self.start(self.few)
        watch = self.watch(record["id"])
        watch.wait_for(event="state", status="INITIALIZING")
        self.cloud.advance()
        self.assertEqual(watch.end(), 1)
        self.assertIn("cannot be assumed", watch.events[-1]["status_reason"])
        code, out, _ = self.cloud.run("watch", record["id"], *FAST)
        self.assertEqual(code, 1)
        self.assertIn("The task failed: The role", out)

        self.cloud.faults(role="right")
        code, out, err = self.cloud.run(*self.start_arguments(self.few))
        self.assertEqual(code, 1)
        self.assertIn(f"task {record['id']} of the same list has failed", err)
        self.assertIn("use --again to start another one", err)
        second = self.start(self.few, "--again")
        self.assertEqual(second["result"], "started")
        self.assertNotEqual(second["id"], record["id"])
        for more in ((), ("--again",)):  # while it runs there is no need for a third
            self.assertEqual(self.start(self.few, *more)["id"], second["id"])
        self.assertEqual(len(self.tasks()), 2)

    def test_a_profile_without_factory_support(self):
        profile = self.cloud.json("profile", "create", "--name", "Prototype")[1]["id"]
        self.cloud.faults(factory_support=False)
        code, found = self.cloud.json("profile", "get", profile)
        self.assertEqual((code, found["factory_support"]), (1, False))
        code, out, _ = self.cloud.run(*self.start_arguments(self.few, "--profile", profile))
        self.assertEqual(code, 1)
        self.assertIn("no certificate has factory support", out)
        self.assertEqual(self.tasks(), {})
        code, _, err = self.cloud.run("check", "--csv", self.few / "devices.csv", "--control-log",
                                      self.few / "control-log.json", "--profile", profile)
        self.assertEqual(code, 1)
        self.assertIn("no certificate has factory support", err)

        task = self.started()
        self.cloud.deliver(self.few / "control-log.json")
        self.cloud.advance(4)
        code, end = self.cloud.json("status", task)
        self.assertEqual((code, end["status"], end["failed"]), (1, "COMPLETE", 7))
        self.assertEqual(end["reasons"][0]["devices"], 7)
        self.assertIn("factory support", end["reasons"][0]["reason"])

    def test_a_token_with_other_parameters_is_a_conflict(self):
        named = f"s3://{BUCKET}/my.csv"
        first = self.start(self.few, "--tag", "a=1", s3=named)
        code, out, err = self.cloud.run(*self.start_arguments(self.few, "--tag", "a=2", s3=named))
        self.assertEqual(code, 69)
        self.assertIn("ConflictException", err)
        self.assertIn("started before with other options", err)
        self.assertEqual(list(self.tasks()), [first["id"]])


class Places(Import):
    """What a start needs before it: it looks at all, and makes what it may."""
    NEW = "arn:aws:iam::123456789012:role/lists/NewImport"

    def arguments(self, *more, role=NEW, destination="Lamps"):
        changes = {ROLE: role, "Destination": destination}
        return [changes.get(a, a) for a in self.start_arguments(self.few, *more)]

    def test_all_that_is_missing_is_told_at_once_and_nothing_is_made(self):
        self.cloud.faults(destinations=["Destination"])
        arguments = [a if a != f"s3://{BUCKET}/lists/" else "s3://not-there/" for a in self.arguments()]
        code, _, err = self.cloud.run(*arguments)
        self.assertEqual(code, 69)
        for words in ("there is no bucket", "there is no such role: make it with --create-role",
                      "there is no such destination in this region: make it with --create-destination TOPIC", "nothing was started"):
            self.assertIn(words, err)
        code, _, err = self.cloud.run(*self.arguments("--create-role"))
        self.assertEqual(code, 69)
        self.assertNotIn("role", err)
        code, record = self.cloud.json(*self.arguments())
        self.assertEqual((code, record["error"], record["what"]), (69, "not_found", "nothing was started"))
        self.assertEqual((self.tasks(), self.cloud.uploads()), ({}, []))

    def test_a_role_that_others_may_assume(self):
        with Judge(self.cloud.host) as judge:
            iam = {"AWS_ENDPOINT_URL_IAM": judge.url}
            self.assertEqual(self.cloud.run(*self.arguments("--create-role"), **iam)[0], 0)
            trust = judge.inputs("iam:CreateRole")[0]["AssumeRolePolicyDocument"]
        with Service(lambda seen: Answer(200, "<GetRoleResponse><GetRoleResult><Role><AssumeRolePolicyDocument>"
                                              + quote(trust.replace("iotwireless", "iot")) +
                                              "</AssumeRolePolicyDocument></Role></GetRoleResult></GetRoleResponse>"),
                     signed=False) as iam:
            code, _, err = self.cloud.run(*self.arguments("--create-role"), AWS_ENDPOINT_URL_IAM=iam.url)
        self.assertEqual(code, 69)
        self.assertIn("the role cannot be assumed by iotwireless.amazonaws.com: add it to the role's trust policy", err)

    def test_role_and_destination_are_made_as_awss_models_have_it(self):
        self.cloud.faults(destinations=["Destination"])
        more = ("--create-role", "--create-destination", "lamps/up")
        code, out, _ = self.cloud.run(*self.arguments(*more, "--dry-run"))
        self.assertEqual((code, out.count("would be made")), (0, 2))
        self.assertEqual(self.cloud.run(*self.arguments("--dry-run"))[0], 69)
        with Judge(self.cloud.host) as judge:
            code, out, err = self.cloud.run(*self.arguments(*more), AWS_ENDPOINT_URL=judge.url, AWS_ENDPOINT_URL_S3=self.cloud.url)
        self.assertEqual((code, judge.problems), (0, []), err)
        self.assertEqual(out.count(" made"), 2)
        self.assertEqual(judge.changing, ["iam:CreateRole", "iam:PutRolePolicy", "iotwireless:CreateDestination",
                                          "iotwireless:StartWirelessDeviceImportTask"])
        role, policy = judge.inputs("iam:CreateRole")[0], judge.inputs("iam:PutRolePolicy")[0]
        self.assertEqual((role["RoleName"], role["Path"]), ("NewImport", "/lists/"))
        allowed = {each["Action"]: each["Resource"] for each in json.loads(policy["PolicyDocument"])["Statement"]}
        self.assertEqual(allowed, {"s3:GetObject": f"arn:aws:s3:::{BUCKET}/*", "iot:DescribeEndpoint": "*",
                                   "iot:Publish": "arn:aws:iot:us-east-1:123456789012:topic/lamps/up"})
        destination = judge.inputs("iotwireless:CreateDestination")[0]
        self.assertEqual(destination, {"Name": "Lamps", "ExpressionType": "MqttTopic", "Expression": "lamps/up", "RoleArn": self.NEW})
        # Once more: only the role's own policy is written again, with the bucket's name in its name.
        with Judge(self.cloud.host) as judge:
            code, record = self.cloud.json(*self.arguments(*more), AWS_ENDPOINT_URL=judge.url, AWS_ENDPOINT_URL_S3=self.cloud.url)
        self.assertEqual((code, record["result"], judge.problems), (0, "started_before", []))
        self.assertEqual(judge.changing, ["iam:PutRolePolicy"])

    def test_another_ones_role_is_left_alone(self):
        with Judge(self.cloud.host) as judge:
            code, _, err = self.cloud.run(*self.start_arguments(self.few, "--create-role"), AWS_ENDPOINT_URL_IAM=judge.url)
        self.assertEqual((code, judge.calls, judge.problems), (0, ["iam:GetRole"], []), err)

    def test_where_it_may_not_look_it_goes_on(self):
        self.cloud.faults(deny=["iam:GetRole", "iotwireless:GetDestination", "s3:ListBucket"])
        code, out, _ = self.cloud.run(*self.arguments())
        self.assertEqual((code, out.count("not checked: ")), (0, 3))

    def test_a_bucket_elsewhere_is_named(self):
        self.cloud.faults(bucket_region="eu-west-1")
        code, out, _ = self.cloud.run(*self.start_arguments(self.few))
        self.assertEqual(code, 0)
        self.assertRegex(out, "bucket +is in eu-west-1, not in us-east-1")

    def test_what_cannot_be_made_ends_the_start(self):
        for action, what in (("iam:CreateRole", "the role could not be made"), ("iam:PutRolePolicy", "the role could not be made"),
                             ("iotwireless:CreateDestination", "the destination could not be made")):
            self.cloud.faults(deny=[action], destinations=["Destination"])
            code, _, err = self.cloud.run(*self.arguments("--create-role", "--create-destination", "lamps"))
            self.assertEqual(code, 77)
            self.assertIn(f"{what}, nothing was started", err)
        self.assertEqual(self.tasks(), {})


class BadDays(Import):
    def test_throttling_is_waited_out(self):
        self.cloud.faults(throttle=3)
        self.assertEqual(self.start(self.few)["result"], "started")

    def test_a_storm_of_429_while_watching(self):
        task = self.started()
        watch = self.watch(task, AWS_MAX_ATTEMPTS="1")
        watch.wait_for(event="state", status="INITIALIZED")
        self.cloud.faults(throttle=30)
        self.assertEqual(watch.wait_for(event="trouble")["error"], "throttled")
        self.cloud.deliver(self.few / "control-log.json")
        self.cloud.advance(4)
        self.assertEqual(watch.end(), 0, watch.lines)
        self.assertEqual(self.cloud.admin("GET", "faults")["throttle"], 0)
        self.assertEqual([event["event"] for event in watch.events if event["event"] in ("trouble", "recovered")],
                         ["trouble", "recovered"])

    def test_errors_and_broken_connections_while_watching(self):
        task = self.started()
        watch = self.watch(task, AWS_MAX_ATTEMPTS="1")
        watch.wait_for(event="state", status="INITIALIZED")
        self.cloud.faults(errors=5)
        watch.wait_for(event="trouble", error="unavailable")
        watch.wait_for(event="recovered")
        self.cloud.faults(close=5)
        watch.wait_for(event="trouble", error="unreachable")
        self.cloud.deliver(self.few / "control-log.json")
        self.cloud.advance(4)
        self.assertEqual(watch.end(), 0, watch.lines)

    def test_container_credentials_that_expire_are_renewed(self):
        task = self.started()
        container = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None,
                     "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self.cloud.url}/_sandbox/credentials"}
        watch = self.watch(task, **container)
        watch.wait_for(event="state", status="INITIALIZED")
        self.cloud.faults(expire_token=True)
        self.cloud.deliver(self.few / "control-log.json")
        self.cloud.advance(4)
        self.assertEqual(watch.end(), 0, watch.lines)

    def credentials_file(self):
        """Temporary ones, as an operator has them from a login."""
        issued = self.cloud.admin("GET", "credentials")
        path = self.cloud.path / "credentials"
        path.with_suffix(".new").write_text(
            f"[default]\naws_access_key_id = {issued['AccessKeyId']}\naws_secret_access_key = "
            f"{issued['SecretAccessKey']}\naws_session_token = {issued['Token']}\n")
        path.with_suffix(".new").rename(path)
        return {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_SHARED_CREDENTIALS_FILE": str(path)}

    def test_a_file_of_credentials_that_is_renewed_while_watching(self):
        task = self.started()
        watch = self.watch(task, "--interval", "0.2", **self.credentials_file())
        watch.wait_for(event="state", status="INITIALIZED")
        self.cloud.faults(expire_token=True)
        self.assertEqual(watch.wait_for(event="trouble")["error"], "expired")
        self.credentials_file()
        self.cloud.deliver(self.few / "control-log.json")
        self.cloud.advance(4)
        self.assertEqual(watch.end(), 0, watch.lines)

    def test_credentials_that_nobody_renews_end_the_watch_with_advice(self):
        task = self.started()
        watch = self.watch(task, "--interval", "0.001", **self.credentials_file())
        watch.wait_for(event="state", status="INITIALIZED")
        self.cloud.faults(expire_token=True)
        self.assertEqual(watch.end(), 77)
        self.assertIn(f"Watch it again with: sidewalk-import watch {task}", "".join(watch.errors))

    def test_a_start_with_expired_credentials(self):
        environment = self.credentials_file()
        self.cloud.faults(expire_token=True)
        code, _, err = self.cloud.run(*self.start_arguments(self.few), **environment)
        self.assertEqual(code, 77)
        self.assertRegex(err, "(?i)expired")
        self.cloud.faults(expire_token=False)
        self.assertEqual(self.tasks(), {})

    def test_no_credentials_and_nobody_there(self):
        code, _, err = self.cloud.run("list", AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None)
        self.assertEqual(code, 77)
        self.assertRegex(err, "(?i)credentials")
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{unused.getsockname()[1]}"
            code, _, err = self.cloud.run("list", "--endpoint-url", url, AWS_MAX_ATTEMPTS="1")
        self.assertEqual(code, 69)
        self.assertEqual(self.cloud.run("list", AWS_SECRET_ACCESS_KEY="wrong")[0], 77)

    def test_the_machine_is_killed_while_watching(self):
        task = self.started()
        watch = self.watch(task)
        watch.wait_for(event="state", status="INITIALIZED")
        watch.process.send_signal(signal.SIGKILL)
        self.assertEqual(watch.end(), -signal.SIGKILL)
        self.cloud.deliver(self.few / "control-log.json")
        self.cloud.advance(2)
        again = self.watch(task)
        again.wait_for(event="state")
        self.cloud.advance(2)
        self.assertEqual(again.end(), 0, again.lines)
        self.assertEqual(again.events[-1]["onboarded"], 7)

    def test_interrupted_it_says_how_to_go_on(self):
        task = self.started()
        watch = self.cloud.begin("watch", task, "--region", "us-east-1")
        eventually(lambda: any("INITIALIZED" in line for line in watch.lines), "the first line")
        watch.process.send_signal(signal.SIGINT)
        self.assertEqual(watch.end(), 130)
        self.assertIn(f"sidewalk-import watch {task} --region us-east-1", "".join(watch.errors))
        self.assertNotIn("\033", "".join(watch.lines))

    def test_ninety_days_without_a_control_log(self):
        task = self.started(self.thousand)
        log = json.loads((self.thousand / "control-log.json").read_text())
        log["controlLogs"] = log["controlLogs"][:700]
        part = self.cloud.path / "part.json"
        part.write_text(json.dumps(log))
        self.cloud.deliver(part)
        self.cloud.advance(4)
        watch = self.watch(task)
        watch.wait_for(event="state", onboarded=700, initialized=300)
        self.cloud.advance(days=91)
        self.assertEqual(watch.end(), 1)
        end = watch.events[-1]
        self.assertEqual((end["status"], end["onboarded"], end["failed"]), ("COMPLETE", 700, 300))
        self.assertEqual([reason["devices"] for reason in end["reasons"]], [300])

        code, out, _ = self.cloud.run("watch", task, *FAST)
        self.assertEqual(code, 1)
        self.assertIn("The task is COMPLETE, but 300 of 1,000 devices failed.", out)
        self.assertRegex(out, r"(?m)^ +300  No control log with this SMSN was received within 90 days\.$")
        code, out, _ = self.cloud.run("status", task)
        self.assertEqual(code, 1)
        self.assertIn("300 devices failed:", out)

        again = self.cloud.path / "again.csv"
        self.assertEqual(self.cloud.run("devices", task, "--status", "FAILED", "--list", again)[0], 0)
        made = {entry["device"]["serialNumber"].lower() for entry in log["controlLogs"]}
        wanted = {smsn.lower() for smsn in serials(self.thousand / "devices.csv")} - made
        self.assertEqual({smsn.lower() for smsn in serials(again)}, wanted)
        table = self.cloud.path / "failed.csv"
        self.assertEqual(self.cloud.run("devices", task, "--status", "FAILED", "--csv", table)[0], 0)
        rows = table.read_text().splitlines()
        self.assertEqual((rows[0], len(rows)), ("smsn,status,reason,updated", 301))
        self.assertRegex(rows[1], r"^[0-9a-f]{64},FAILED,No control log .*,2\d{3}-.*Z$")

    def test_a_list_that_changes_while_it_is_sent(self):
        """S3 must not get the whole of what nobody checked."""
        csv = self.cloud.path / "large.csv"
        csv.write_bytes(b"0" * 30_000_000)
        with socket.create_server(("127.0.0.1", 0)) as s3:
            s3.settimeout(DEADLINE)
            update = self.cloud.begin("update", "some-task", "--csv", csv, "--s3", f"s3://{BUCKET}/lists/",
                                      "--endpoint-url", f"http://127.0.0.1:{s3.getsockname()[1]}",
                                      AWS_MAX_ATTEMPTS="1")
            connection, _ = s3.accept()
            with connection:
                connection.settimeout(DEADLINE)
                with connection.makefile("rb", buffering=0) as head:
                    lines = list(iter(head.readline, b"\r\n"))
                with open(csv, "r+b") as file:
                    file.seek(29_999_999)
                    file.write(b"1")
                if any(line.lower().startswith(b"expect:") for line in lines):
                    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                got = 0
                while part := connection.recv(1 << 20):
                    got += len(part)
            self.assertEqual(update.end(), 66)
        self.assertIn(f"{csv} was changed while it was sent", "".join(update.errors))
        self.assertLess(got, 30_000_000)

    def test_a_file_that_cannot_be_made_leaves_nothing(self):
        task = self.started()
        self.assertEqual(self.cloud.run("devices", task, "--csv", self.cloud.path / "not" / "there.csv")[0], 73)
        table = self.cloud.path / "table.csv"
        self.cloud.faults(deny=["iotwireless:ListDevicesForWirelessDeviceImportTask"])
        self.assertEqual(self.cloud.run("devices", task, "--csv", table)[0], 77)
        self.assertEqual(list(self.cloud.path.glob("table*")), [])


class AtATerminal(Import):
    def terminal(self, *arguments):
        """Everything that a terminal of 80 columns would get."""
        controller, screen = pty.openpty()
        with subprocess.Popen([IMPORT, *map(str, arguments)], env=self.cloud.environment(), stdout=screen, stderr=screen,
                              stdin=subprocess.DEVNULL) as process:
            os.close(screen)
            seen = b""
            while True:
                try:
                    part = os.read(controller, 4096)
                except OSError:
                    break
                if not part:
                    break
                seen += part
        os.close(controller)
        return process.returncode, seen.decode()

    def test_bars_are_for_terminals(self):
        task = self.started()
        code, screen = self.terminal("status", task)
        self.assertEqual(code, 0)
        self.assertRegex(screen, r"\[\.{60}\]")
        self.assertNotIn("[..", self.cloud.run("status", task)[1])
        self.cloud.deliver(self.few / "control-log.json")
        self.cloud.advance(4)
        code, screen = self.terminal("watch", task, *FAST)
        self.assertEqual(code, 0)
        self.assertIn("100 %", screen)
        self.assertIn("\033[3A", screen)
        self.assertIn("Done: 7 devices are onboarded.", screen)
        for line in screen.replace("\r", "").split("\n"):
            self.assertLessEqual(len(line), 80, line)

    def test_helps_fit(self):
        for command in ("", "profile", "start", "start-one", "status", "watch", "devices", "update", "delete", "list"):
            code, out, err = self.cloud.run(*command.split(), "--help")
            self.assertEqual((code, err), (0, ""))
            self.assertTrue(all(len(line) < 80 for line in out.splitlines()), out)


del Import

if __name__ == "__main__":
    unittest.main()
