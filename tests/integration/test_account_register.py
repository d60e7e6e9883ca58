# SPDX-License-Identifier: Apache-2.0
"""Devices that are not claimed by their users: one certificate, thousands, just-in-time registration, and fleet provisioning,
by expresslink-claim account register against expresslink-cloud."""
import csv
import datetime
import fcntl
import json
import os
import pty
import re
import select
import signal
import subprocess
import tempfile
import termios
import unittest
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cloud import Cloud
from patience import DEADLINE, LONG_DEADLINE, fewer
from sandbox import BUILD, ROOT, eventually

CLAIM = BUILD / "command" / "expresslink-claim"
NOW = datetime.datetime.utcnow()
POLICY = "expresslink-module"


def pem(thing):
    return thing.public_bytes(serialization.Encoding.PEM).decode()


class Factory:
    """A manufacturer's CA. Its devices share a key, which makes them quick to make."""

    def __init__(self, name="Factory CA"):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.device_key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._sign(self.name, self.key.public_key(), 4000, True)

    def _sign(self, subject, public_key, days, authority=False):
        return (x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(public_key)
                .serial_number(x509.random_serial_number()).not_valid_before(NOW - datetime.timedelta(days=30))
                .not_valid_after(NOW + datetime.timedelta(days=days))
                .add_extension(x509.BasicConstraints(authority, None), True).sign(self.key, hashes.SHA256()))

    def device(self, common_name, serial_number=None, days=3650):
        subject = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else []
        if serial_number:
            subject.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, serial_number))
        return self._sign(x509.Name(subject), self.device_key.public_key(), days)

    def write(self, folder):
        (folder / "ca.pem").write_text(pem(self.certificate))
        (folder / "ca.key").write_bytes(self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


def identity(certificate):
    return certificate.fingerprint(hashes.SHA256()).hex()


class Register(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.factory = Factory()

    def setUp(self):
        self.cloud = self.enterContext(Cloud("--iot-endpoint", "oem.example.com"))
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="register-")))
        self.factory.write(self.folder)

    def environment(self, **changes):
        names = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return names | {"AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox", "AWS_REGION": "us-east-1",
                        "AWS_ENDPOINT_URL": self.cloud.url, "HOME": str(self.folder)} | changes

    @staticmethod
    def named(arguments):
        """With the field of the thing's name, unless the test says it: these devices have names of any form as their common name."""
        if arguments[0] == "fleet" or "--thing-name" in arguments:
            return arguments
        return (*arguments, "--thing-name", "common-name")

    def begin(self, *arguments, **options):
        return subprocess.Popen([CLAIM, "account", "register", *map(str, self.named(arguments))], env=self.environment(), text=True,
                                cwd=self.folder, stdin=subprocess.DEVNULL, **options)

    def run_register(self, *arguments, **changes):
        return subprocess.run([CLAIM, "account", "register", *map(str, self.named(arguments))], env=self.environment(**changes), text=True,
                              cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=LONG_DEADLINE)

    def register(self, *arguments, status=0, **changes):
        done = self.run_register(*arguments, **changes)
        self.assertEqual(done.returncode, status, done)
        return done.stdout

    def refuses(self, status, words, *arguments, **changes):
        done = self.run_register(*arguments, **changes)
        self.assertEqual(done.returncode, status, done)
        self.assertTrue(re.search(words, done.stderr), done)
        return done

    def file(self, name, content):
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else pem(content))
        return path

    @property
    def account(self):
        return json.loads((self.cloud.state / "cloud" / "iot.json").read_text())

    def expect_registered(self, certificate, thing, policy=POLICY):
        found = self.account["certificates"][identity(certificate)]
        self.assertEqual((found["status"], found["policies"], found["things"]), ("ACTIVE", [policy], [thing]))
        self.assertIn(thing, self.account["things"])

    def changes(self):
        """What an account is about, without what belongs to the cloud alone."""
        account = self.account
        return {name: account.get(name) for name in ("cas", "certificates", "policies", "templates", "things", "thingGroups")}


HEX, UUID = "0123456789abcdef0123456789abcdef", "01234567-89ab-cdef-0123-456789abcdef"
HOW = "--thing-name common-name or --thing-name serial-number"


class Names(Register):
    """Which field of a certificate names the thing is a fact of the vendor: read, said or asked, never assumed."""

    @staticmethod
    def named(arguments):
        return arguments

    ROWS = ((UUID, None, UUID), (HEX, "17", HEX), ("module", HEX, HEX), (HEX, HEX, HEX))  # common name, serial number, thing
    UNCLEAR = (("module", None), ("lamp-1", "lamp-2"), (UUID, HEX))

    def test_one_certificate(self):
        for common_name, serial_number, thing in self.ROWS:
            with self.subTest(thing, cn=common_name):
                certificate = self.factory.device(common_name, serial_number)
                self.register("certificate", self.file("birth.pem", certificate), "--create-missing", "--add-certificate")
                self.expect_registered(certificate, thing)
        for names in self.UNCLEAR:
            with self.subTest(names):
                before = self.changes()
                done = self.refuses(65, HOW, "certificate", self.file("birth.pem", self.factory.device(*names)))
                self.assertIn(f"CommonName {names[0]} ", done.stderr)
                self.assertEqual(self.changes(), before)
        self.register("certificate", "birth.pem", "--thing", "lamp-9")
        self.assertIn("lamp-9", self.account["things"])

    def test_a_batch(self):
        folder = self.folder / "births"
        folder.mkdir()
        clear = self.factory.device("module", HEX)
        (folder / "clear.pem").write_text(pem(clear))
        (folder / "unclear.pem").write_text(pem(self.factory.device("lamp-1", "lamp-2")))
        self.register("batch", "births", "--create-missing", status=1)
        self.expect_registered(clear, HEX)
        self.assertEqual(list(self.account["things"]), [HEX])
        row, = (row for row in csv.reader((self.folder / "births.result.csv").read_text().splitlines()) if row[0].endswith("unclear.pem"))
        self.assertIn(HOW, " ".join(row))
        self.register("batch", "births", "--thing-name", "common-name", status=1)  # the other one has been registered by its serial number
        self.assertEqual(set(self.account["things"]), {HEX, "lamp-1"})

    def test_just_in_time(self):
        jitr = ("jitr", "--ca", "ca.pem", "--ca-key", "ca.key")
        for more in ([], ["--yes"], ["--dry-run"]):
            self.refuses(64, f"nothing was changed.*{HOW}", *jitr, *more)
        self.refuses(64, f"CommonName lamp-1 .*{HOW}", *jitr, "--yes", "--birth-certificate", self.file("birth.pem", self.factory.device("lamp-1")))
        self.refuses(65, "not a module's birth certificate", *jitr, "--yes", "--birth-certificate", "ca.pem")
        self.assertEqual((self.account["cas"], self.account["templates"]), ({}, {}))
        told = self.register(*jitr, "--yes", "--birth-certificate", self.file("birth.pem", self.factory.device("module", HEX)))
        self.assertIn("ThingName: SerialNumber (--thing-name serial-number), because in ", told)
        template, = self.account["templates"].values()
        self.assertIn('"Ref":"AWS::IoT::Certificate::SerialNumber"', template["body"].replace(" ", ""))
        self.register(*jitr, "--yes")  # the template says it


class OneCertificate(Register):
    def setUp(self):
        super().setUp()
        self.certificate = self.factory.device("birth-0001", "SN-7")
        self.file("birth.pem", self.certificate)

    def test_what_is_no_device_is_refused(self):
        self.refuses(65, "authority", "certificate", "ca.pem")
        self.refuses(65, "ca.key.*private key", "certificate", "ca.key")
        self.refuses(66, "nothing.pem", "certificate", "nothing.pem")
        self.refuses(65, "expired on", "certificate", self.file("old.pem", self.factory.device("old", days=-1)))
        self.refuses(65, "not a thing.s name", "certificate", self.file("odd.pem", self.factory.device("a b")))
        self.refuses(65, "no serial number.*--thing-name common-name", "certificate", "--thing-name", "serial-number",
                     self.file("plain.pem", self.factory.device("plain")))
        self.refuses(64, "is missing", "certificate")
        self.refuses(64, "unknown option", "certificate", "birth.pem", "--rate", "3")
        self.assertEqual(self.account["things"], {})

    def test_a_policy_that_is_missing_is_said_before_anything_is_made(self):
        self.refuses(69, f"policy {POLICY} is not in this account: run expresslink-claim account apply first", "certificate",
                     "birth.pem")
        self.assertEqual(self.account["certificates"], {})
        self.register("certificate", "birth.pem", "--create-missing", "--dry-run")
        self.assertEqual(self.account["policies"], {})

    def test_registered_with_type_and_group_and_again(self):
        arguments = ("certificate", "birth.pem", "--thing-type", "lamp", "--thing-group", "hall", "--thing-group", "attic")
        out = self.register(*arguments, "--create-missing")
        self.assertIn("RegisterCertificateWithoutCA", out)
        self.assertIn("connects to oem.example.com", out)
        self.expect_registered(self.certificate, "birth-0001")
        answer = self.cloud_call("GET", "/things/birth-0001")
        self.assertEqual(answer["thingTypeName"], "lamp")
        groups = self.cloud_call("GET", "/things/birth-0001/thing-groups")["thingGroups"]
        self.assertEqual({group["groupName"] for group in groups}, {"hall", "attic"})
        before = self.changes()
        self.assertIn("registered already; nothing is missing", self.register(*arguments))
        self.assertEqual(self.changes(), before)

    def cloud_call(self, method, path, body=b""):
        target, headers = self.cloud.signed("iot", method, path, None, body)
        answer = self.cloud.send(method, target, body, headers)
        self.assertEqual(answer.status, 200, answer)
        return answer.json if answer.body else None

    def test_names(self):
        self.register("certificate", "birth.pem", "--create-missing", "--thing-name", "serial-number")
        self.expect_registered(self.certificate, "SN-7")
        self.refuses(69, "belongs to the thing SN-7 already", "certificate", "birth.pem", "--thing", "another")
        self.assertNotIn("another", self.account["things"])
        self.file("twin.pem", self.factory.device("twin", "SN-7"))
        self.refuses(69, "SN-7 has another certificate already", "certificate", "twin.pem", "--thing-name", "serial-number")
        self.register("certificate", "twin.pem", "--thing-name", "serial-number", "--add-certificate")

    def test_every_step_may_have_been_done_before(self):
        self.register("certificate", "birth.pem", "--create-missing")
        arn = f"arn:aws:iot:us-east-1:123456789012:cert/{identity(self.certificate)}"
        undo = {
            "thing": lambda: (self.detach(arn), self.cloud_call("DELETE", "/things/birth-0001")),
            "attachment": lambda: self.detach(arn),
            "policy": lambda: self.cloud_call("POST", f"/target-policies/{POLICY}", json.dumps({"target": arn}).encode()),
        }
        for name, take_away in undo.items():
            with self.subTest(name):
                take_away()
                self.assertRaises(AssertionError, self.expect_registered, self.certificate, "birth-0001")
                self.register("certificate", "birth.pem")
                self.expect_registered(self.certificate, "birth-0001")

    def detach(self, arn):
        target, headers = self.cloud.signed("iot", "DELETE", "/things/birth-0001/principals", headers={"x-amzn-principal": arn})
        self.assertEqual(self.cloud.send("DELETE", target, None, headers).status, 200)

    def test_what_somebody_switched_off_stays_off(self):
        self.register("certificate", "birth.pem", "--create-missing")
        path = f"/certificates/{identity(self.certificate)}"
        for status, words in (("INACTIVE", "--activate makes it active"), ("REVOKED", "REVOKED: the device needs another")):
            target, headers = self.cloud.signed("iot", "PUT", path, {"newStatus": status})
            self.assertEqual(self.cloud.send("PUT", target, b"", headers).status, 200)
            self.refuses(69, words, "certificate", "birth.pem")
            self.assertEqual(self.account["certificates"][identity(self.certificate)]["status"], status)
            if status == "INACTIVE":
                self.register("certificate", "birth.pem", "--activate")
                self.expect_registered(self.certificate, "birth-0001")
            else:
                self.refuses(69, words, "certificate", "birth.pem", "--activate")

    def test_a_ca_of_mode_default_is_named(self):
        self.register("jitr", "--ca", "ca.pem", "--ca-key", "ca.key", "--yes")
        self.assertIn("RegisterCertificate: the account has its CA in mode DEFAULT (CN = Factory CA)",
                      self.register("certificate", "birth.pem"))
        self.expect_registered(self.certificate, "birth-0001")
        stranger = Factory("Factory CA").device("stranger")  # of the same name, not of the same key
        self.assertIn("RegisterCertificateWithoutCA", self.register("certificate", self.file("stranger.pem", stranger)))
        other = self.factory.device("other")
        self.assertIn("RegisterCertificateWithoutCA",
                      self.register("certificate", self.file("other.pem", other), "--without-ca"))

    def test_a_permission_that_is_missing_is_named(self):
        self.register("certificate", self.file("first.pem", self.factory.device("first")), "--create-missing",
                      "--thing-type", "lamp", "--thing-group", "hall")
        for action in ("sts:GetCallerIdentity", "iot:GetPolicy", "iot:DescribeThingType", "iot:DescribeThingGroup",
                       "iot:ListCACertificates", "iot:ListThingPrincipals", "iot:RegisterCertificateWithoutCA",
                       "iot:CreateThing", "iot:AttachPolicy", "iot:AttachThingPrincipal", "iot:AddThingToThingGroup"):
            with self.subTest(action):
                name = action.split(":")[1]
                self.file("new.pem", self.factory.device(name))
                self.cloud.faults(deny=[action])
                self.refuses(77, f"permission {action} is missing", "certificate", "new.pem", "--thing-type", "lamp",
                             "--thing-group", "hall")
                self.cloud.faults(deny=[])
                self.register("certificate", "new.pem", "--thing-type", "lamp", "--thing-group", "hall")


class Batch(Register):
    def setUp(self):
        super().setUp()
        self.register("certificate", self.file("first.pem", self.factory.device("first")), "--create-missing")

    def births(self, count, name="births"):
        """{certificate id: thing name} of a folder's."""
        folder, made = self.folder / name, {}
        folder.mkdir()
        for number in range(count):
            certificate = self.factory.device(f"{name}-{number:04}")
            (folder / f"{number:04}.pem").write_text(pem(certificate))
            made[identity(certificate)] = f"{name}-{number:04}"
        return made

    def results(self, name="births.result.csv"):
        with open(self.folder / name, newline="") as file:
            return list(csv.DictReader(file))

    def expect_all(self, made):
        """In a large account the file follows in a moment."""
        def all_attached():
            return sum(len(entry["things"]) for entry in self.account["certificates"].values()) == len(made) + 1
        eventually(all_attached, lambda: f"{len(made) + 1} certificates with their things")
        found = {each: (entry["status"], entry["policies"], entry["things"])
                 for each, entry in self.account["certificates"].items() if entry["things"] != ["first"]}
        self.assertEqual(found, {each: ("ACTIVE", [POLICY], [thing]) for each, thing in made.items()})
        self.assertEqual(set(self.account["things"]), {"first", *made.values()})

    def test_thousands_and_again(self):
        count = fewer(2000)
        made = self.births(count)
        out = self.register("batch", "births/", "--rate", "1000")
        self.assertRegex(out, rf"{count} devices:\n +{count} registered\n[\d.]+ devices per second")
        self.assertIn("connect to oem.example.com", out)
        self.expect_all(made)
        rows = self.results()
        self.assertEqual({row["certificate_id"]: row["thing"] for row in rows}, made)
        self.assertEqual(len(rows), count)
        self.assertEqual({(row["result"], row["account"], row["region"], row["policy"]) for row in rows},
                         {("registered", "123456789012", "us-east-1", POLICY)})
        self.cloud.faults(deny=["iot:CreateThing", "iot:RegisterCertificateWithoutCA", "iot:AttachPolicy"])
        self.assertRegex(self.register("batch", "births"), f"{count} were skipped: the result file has them")
        self.assertEqual(self.results(), rows)

    def test_a_bad_one_costs_no_other(self):
        made = self.births(6)
        births = self.folder / "births"
        (births / "0007.pem").write_text((births / "0001.pem").read_text())
        (births / "0008.pem").write_text((births / "0002.pem").read_text()[:200])
        (births / "0009.pem").write_text("no certificate\n")
        (births / "0010.crt").write_text(pem(self.factory.device("births-0003")))
        (births / "0011.pem").write_text(pem(self.factory.device("old", days=-2)))
        (births / "0012.pem").write_text(pem(self.factory.certificate))
        (births / "0013.pem").write_text((self.folder / "ca.key").read_text())
        (births / "notes.txt").write_text("not looked at\n")
        done = self.refuses(1, "", "batch", "births")
        self.assertRegex(done.stdout, r"(?s)11 devices:\n +6 registered\n +1 are duplicates\n +4 failed\n +1 cert.*\n +1 private key")
        for place, words in (("0007.pem", "the same certificate as births/0001.pem"), ("0008.pem", "END line is missing"),
                             ("0009.pem", "no certificate"), ("0010.crt", "births-0003 is also that of births/0003.pem"),
                             ("0011.pem", "expired")):
            self.assertRegex(done.stderr, f"births/{place}: .*{words}")
            self.assertTrue(any(row["source"] == f"births/{place}" and re.search(words, row["why"]) for row in self.results()))
        self.expect_all(made)
        before = self.results()
        again = self.refuses(1, "", "batch", "births")
        self.assertRegex(again.stdout, "6 were skipped: the result file has them as registered")
        self.assertEqual(self.results(), before)

    def test_what_may_be_a_key_is_not_quoted(self):
        self.file("c.pem", self.factory.device("c"))
        key = "ed3321544a184d2e797c1c4b8ec10a8ba9a4b7be5a842d4c6c2711c5bf9cf74a"  # made up
        self.file("keys.csv", f'certificate,thing\n{key},x\nc.pem,{key} \u200b\nc.pem,a {key}\n')
        done = self.refuses(1, r"keys.csv:2: 64 hex digits \(not shown, they may be a key\): neither a certificate", "batch", "keys.csv")
        self.assertIn(r"keys.csv:3: there is an invisible character (\u200B) in column 72; delete it", done.stderr)
        self.assertIn("66 characters (not shown, they may be a key) is not a thing's name", done.stderr)
        self.assertNotIn(key, done.stdout + done.stderr)
        self.assertNotIn(key, (self.folder / "keys.result.csv").read_text())

    def test_lists_and_bundles(self):
        made = {name: self.factory.device(name) for name in ("bundle-a", "bundle-b", "list-a", "list-b", "list-c", "list-e")}
        texts = {name: pem(certificate) for name, certificate in made.items()}
        self.file("all.pem", "subject=CN\n" + texts["bundle-a"] + pem(self.factory.certificate) + texts["bundle-b"][:300] + "\n"
                  + texts["bundle-b"])
        done = self.refuses(1, "all.pem:[0-9]+: its END line is missing", "batch", "all.pem")
        self.assertIn("2 registered", done.stdout)
        self.file("c.pem", texts["list-c"])
        one_line = texts["list-e"].replace("\n", "\\n")
        self.file("births.csv", f'Batch;Certificate PEM;Thing name\r\n1;"{texts["list-a"]}";named-a\r\n2;"{texts["list-b"]}";\r\n'
                  f'3;c.pem;named-c\r\n4;d.pem;\r\n5;"{one_line}";\r\n6;;x\r\n')
        done = self.refuses(1, r"births.csv:\d+: .*d.pem", "batch", "births.csv")
        self.assertRegex(done.stderr, r"births.csv:\d+: the certificate is missing")
        self.assertIn("4 registered", done.stdout)
        names = {"bundle-a": "bundle-a", "bundle-b": "bundle-b", "list-a": "named-a", "list-b": "list-b", "list-c": "named-c",
                 "list-e": "list-e"}
        self.expect_all({identity(made[name]): thing for name, thing in names.items()})
        self.refuses(66, "no column is called certificate", "batch", self.file("wrong.csv", "thing name,serial\na,b\n"))
        how = "the first row must name the columns, as in certificate,thing_name"
        self.refuses(66, how, "batch", self.file("wrong.csv", "thing name,serial\na,b\n"))
        self.refuses(66, how, "batch", self.file("headerless.csv", "lamp-1,c.pem\nlamp-2,c.pem\n"))
        self.refuses(66, "nowhere", "batch", "nowhere")
        (self.folder / "empty").mkdir()
        self.refuses(66, "there is no .pem", "batch", "empty")

    def test_dry_run_changes_nothing(self):
        self.births(5)
        before = self.changes()
        self.assertIn("5 would be registered", self.register("batch", "births", "--dry-run"))
        self.assertEqual(self.changes(), before)
        self.assertFalse((self.folder / "births.result.csv").exists())

    def test_the_result_file_belongs_to_one_account_region_and_policy(self):
        made = self.births(2)
        self.register("batch", "births")
        self.refuses(73, "policy expresslink-module, not other", "batch", "births", "--policy", "other")
        self.refuses(73, "not a result file", "batch", "births", "--result", "first.pem")
        rows = (self.folder / "births.result.csv").read_text().splitlines(keepends=True)
        for old, new, words in (("123456789012", "999999999999", "AWS account 999999999999, not 123456789012"),
                                ("us-east-1", "eu-west-1", "region eu-west-1, not us-east-1")):
            (self.folder / "births.result.csv").write_text(rows[0] + rows[1].replace(old, new))
            self.refuses(73, words + ".*--result", "batch", "births")
        self.assertIn("2 were registered already", self.register("batch", "births", "--result", "new.csv"))
        self.expect_all(made)

    def killed(self, signal_number, made, after):
        running = self.begin("batch", "births", "--rate", "200", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        result = self.folder / "births.result.csv"
        eventually(lambda: result.exists() and result.read_text().count("\n") > after, lambda: "rows")
        running.send_signal(signal_number)
        status = running.wait(DEADLINE)
        rows = self.results()
        self.assertLess(len(rows), len(made))
        return status, rows

    def test_killed_in_the_middle_nothing_is_missing_and_nothing_twice(self):
        made = self.births(300)
        for after in (20, 90, 170):
            status, rows = self.killed(signal.SIGKILL, made, after)
            self.assertEqual(status, -signal.SIGKILL)
            self.assertGreater(len(rows), after - 1)
        with open(self.folder / "births.result.csv", "a") as file:
            file.write("births/0299.pem,births-02")  # half a row, of a machine that stopped
        self.assertRegex(self.register("batch", "births", "--rate", "1000"), f"{len(rows)} were skipped: the result file has them")
        self.expect_all(made)
        ended = self.results()
        self.assertEqual({row["certificate_id"]: row["thing"] for row in ended}, made)
        self.assertEqual(len(ended), 300)
        self.assertEqual({row["result"] for row in ended} - {"registered", "there"}, set())

    def test_interrupted_by_a_signal_it_says_how_to_go_on(self):
        made = self.births(300)
        status, _ = self.killed(signal.SIGINT, made, 10)
        self.assertEqual(status, 130)
        self.register("batch", "births", "--rate", "1000")
        self.expect_all(made)

    def test_two_at_once_are_one_too_many(self):
        self.births(300)
        first = self.begin("batch", "births", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        eventually(lambda: (self.folder / "births.result.csv").exists(), lambda: "the file")
        self.refuses(73, "another batch writes to it", "batch", "births")
        first.send_signal(signal.SIGTERM)
        self.assertEqual(first.wait(DEADLINE), 130)

    def test_throttling_and_lost_connections_are_gone_through(self):
        made = self.births(20)
        self.cloud.faults(throttle=3)
        self.register("batch", "births", status=0)
        self.expect_all(made)
        more = self.births(20, "more")
        self.cloud.faults(close=3)
        self.register("batch", "more")
        self.expect_all(made | more)

    def test_what_nobody_may_stops_the_batch_and_it_goes_on_later(self):
        made = self.births(30)
        self.cloud.faults(deny=["iot:AttachPolicy"])
        done = self.refuses(77, "the batch was stopped.*permission iot:AttachPolicy is missing", "batch", "births")
        self.assertIn("3 failed", done.stdout)
        self.cloud.faults(deny=[])
        self.assertIn("30 devices", self.register("batch", "births"))
        self.expect_all(made)

    def test_several_at_the_same_time_below_the_limits_of_aws(self):
        made = self.births(50)
        self.cloud.faults(slow_ms=100, limits={
            "iot:RegisterCertificateWithoutCA": 10, "iot:AttachPolicy": 15, "iot:CreateThing": 100, "iot:AttachThingPrincipal": 100})
        self.register("batch", "births")
        seen = self.cloud.faults(slow_ms=0)
        self.expect_all(made)
        self.assertEqual(seen["throttled"], 0)
        self.assertGreaterEqual(seen["most_at_once"], 3)

    def test_an_account_with_lower_limits_makes_it_slower(self):
        made = self.births(24)
        self.cloud.faults(limits={"iot:RegisterCertificateWithoutCA": 4})
        self.register("batch", "births", "--rate", "100")
        self.expect_all(made)
        self.assertEqual({row["result"] for row in self.results()}, {"registered"})

    def test_results_are_in_the_order_of_the_list(self):
        self.births(60)
        (self.folder / "births" / "0030.pem").write_text("no certificate\n")
        (self.folder / "births" / "0031.pem").write_text((self.folder / "births" / "0001.pem").read_text())
        self.cloud.faults(throttle=4, slow_ms=20)
        done = self.refuses(1, "", "batch", "births", "--rate", "300")
        self.assertEqual([row["source"] for row in self.results()], [f"births/{number:04}.pem" for number in range(60)], done)

    def test_rate(self):
        self.births(8)
        out = self.register("batch", "births", "--rate", "20")
        self.assertLessEqual(float(re.search(r"([\d.]+) devices per second", out)[1]), 23.5)

    def test_a_terminal_sees_a_bar(self):
        self.births(60)
        control, terminal = pty.openpty()
        running = self.begin("batch", "births", "--rate", "100", stdout=subprocess.DEVNULL, stderr=terminal)
        os.close(terminal)
        shown = b""
        while select.select([control], [], [], 60)[0]:
            try:
                part = os.read(control, 4096)
            except OSError:
                break
            shown += part
        os.close(control)
        self.assertEqual(running.wait(DEADLINE), 0)
        self.assertRegex(shown.decode(), r"\[#+\.+\] +\d+ %  \d+ devices  \d+ a second  0:\d\d left")

    def test_a_full_disk_loses_nothing(self):
        made = self.births(40)
        limited = subprocess.run(["bash", "-c", 'ulimit -f 4; trap "" XFSZ; exec "$@"', "-", CLAIM, "account", "register",
                                  *self.named(("batch", "births"))], env=self.environment(), cwd=self.folder, text=True, capture_output=True,
                                 timeout=DEADLINE, stdin=subprocess.DEVNULL)
        self.assertEqual(limited.returncode, 74, limited)
        self.assertRegex(limited.stderr, "births.result.csv: .*same command again to continue")
        self.assertTrue((self.folder / "births.result.csv").read_text().endswith("\n"))
        self.register("batch", "births")
        self.expect_all(made)


class JustInTime(Register):
    def test_what_does_not_fit_is_refused(self):
        self.file("birth.pem", self.factory.device("birth"))
        self.refuses(64, "--ca FILE is missing", "jitr")
        self.refuses(64, "give one of --ca-key", "jitr", "--ca", "ca.pem")
        self.refuses(64, "give one of --ca-key", "jitr", "--ca", "ca.pem", "--ca-key", "ca.key", "--verification-request", "x")
        self.refuses(65, "not a CA's certificate", "jitr", "--ca", "birth.pem", "--ca-key", "ca.key")
        self.refuses(65, "it is self-signed, basicConstraints CA:TRUE is missing", "jitr", "--ca",
                     ROOT / "tests" / "cases" / "ca-without-basicconstraints.pem", "--ca-key", "ca.key")
        other = self.folder / "other"
        other.mkdir()
        Factory("Other").write(other)
        self.refuses(65, "other/ca.key", "jitr", "--ca", "ca.pem", "--ca-key", "other/ca.key", "--yes")
        self.refuses(65, "common name is birth, not this account's registration code", "jitr", "--ca", "ca.pem",
                     "--verification-certificate", "birth.pem", "--yes")
        self.refuses(65, "this CA has not signed it", "jitr", "--ca", "other/ca.pem", "--verification-certificate", "birth.pem")
        self.assertEqual(self.account["cas"], {})

    def test_nothing_without_being_asked(self):
        done = self.refuses(64, "use --yes to change without asking, or --dry-run", "jitr", "--ca", "ca.pem", "--ca-key", "ca.key")
        self.assertRegex(done.stdout, "create +CA +CN = Factory CA")
        self.register("jitr", "--ca", "ca.pem", "--ca-key", "ca.key", "--dry-run")
        self.assertEqual((self.account["cas"], self.account["policies"]), ({}, {}))

    def answered(self, key):
        """The exit status, and what a terminal shows, of a run whose question is answered with that key."""
        control, terminal = pty.openpty()
        modes = termios.tcgetattr(terminal)
        modes[3] |= termios.NOFLSH  # otherwise what is said right behind Ctrl-C may be thrown away with what was typed
        termios.tcsetattr(terminal, termios.TCSANOW, modes)
        running = subprocess.Popen([CLAIM, "account", "register", "jitr", "--ca", "ca.pem", "--ca-key", "ca.key", *self.named(("jitr",))[1:]], cwd=self.folder,
                                   env=self.environment(), stdin=terminal, stdout=terminal, stderr=terminal,
                                   preexec_fn=lambda: (os.setsid(), fcntl.ioctl(0, termios.TIOCSCTTY, 0)))
        os.close(terminal)
        shown = b""
        while select.select([control], [], [], 60)[0]:
            try:
                part = os.read(control, 4096)
            except OSError:
                break
            shown += part
            if shown.endswith(b"[y/N] "):
                os.write(control, key)
        os.close(control)
        return running.wait(DEADLINE), shown.decode()

    def test_the_answer_of_a_terminal(self):
        status, shown = self.answered(b"\x03")
        self.assertEqual((status, "interrupted: nothing was changed" in shown, self.account["cas"]), (130, True, {}), shown)
        status, shown = self.answered(b"n\n")
        self.assertEqual((status, "nothing was changed" in shown, self.account["cas"]), (1, True, {}), shown)
        status, shown = self.answered(b"y\n")
        self.assertEqual((status, "5 changes in account 123456789012. Continue?" in shown), (0, True), shown)
        self.expect_authority()

    def expect_authority(self):
        authority = self.account["cas"][identity(self.factory.certificate)]
        self.assertEqual((authority["status"], authority["autoRegistrationStatus"], authority["certificateMode"],
                          authority["registrationConfig"]["templateName"]), ("ACTIVE", "ENABLE", "DEFAULT", "expresslink"))
        self.assertTrue(self.account["templates"]["expresslink"]["enabled"])

    def test_with_the_key_here(self):
        out = self.register("jitr", "--ca", "ca.pem", "--ca-key", "ca.key", "--yes")
        self.assertIn("connect to oem.example.com", out)
        self.expect_authority()
        self.assertIn("nothing to change", self.register("jitr", "--ca", "ca.pem", "--ca-key", "ca.key", "--yes"))

    def test_with_the_key_elsewhere(self):
        out = self.register("jitr", "--ca", "ca.pem", "--verification-request", "verification.csr")
        self.assertEqual(self.account["cas"], {})
        self.refuses(73, "not overwritten", "jitr", "--ca", "ca.pem", "--verification-request", "verification.csr")
        command = re.search(r"openssl .*\\\n.*", out)[0].replace("\\\n", "").replace("CA.key", "ca.key")
        subprocess.run(command.split(), cwd=self.folder, check=True, capture_output=True)
        self.register("jitr", "--ca", "ca.pem", "--verification-certificate", "verification.pem", "--yes")
        self.expect_authority()

    def test_a_permission_that_is_missing_is_named(self):
        for action in ("iot:GetRegistrationCode", "iam:GetRole", "iot:RegisterCACertificate"):
            with self.subTest(action):
                self.cloud.faults(deny=[action])
                self.refuses(77, f"permission {action} is missing", "jitr", "--ca", "ca.pem", "--ca-key", "ca.key", "--yes")
        self.cloud.faults(deny=[])
        self.register("jitr", "--ca", "ca.pem", "--ca-key", "ca.key", "--yes")
        self.expect_authority()


class Fleet(Register):
    def setUp(self):
        super().setUp()
        subprocess.run([CLAIM, "keygen", "--name", "fleet-claim"], cwd=self.folder, check=True, capture_output=True)

    def fleet(self, *more, **options):
        return self.register("fleet", "--claim-request", "fleet-claim.csr", "--prefix", "lamp-", "--yes", *more, **options)

    def claim(self):
        return x509.load_pem_x509_certificate((self.folder / "fleet-claim.pem").read_bytes())

    def test_template_policy_and_certificate(self):
        out = self.fleet()
        self.assertIn("$aws/provisioning-templates/expresslink-fleet/provision/json", out)
        self.assertIn("connects to oem.example.com", out)
        template = self.account["templates"]["expresslink-fleet"]
        self.assertEqual((template["type"], template["enabled"]), ("FLEET_PROVISIONING", True))
        self.assertIn("lamp-", template["body"])
        found = self.account["certificates"][identity(self.claim())]
        self.assertEqual((found["status"], found["policies"]), ("ACTIVE", ["expresslink-claim"]))
        allowed = json.dumps(json.loads(self.account["policies"]["expresslink-claim"]["document"]))
        for words in ("iot:Connect", "$aws/certificates/create", "$aws/provisioning-templates/expresslink-fleet/provision/"):
            self.assertIn(words, allowed)
        before = self.changes()
        self.assertIn("it existed already", self.fleet())
        self.assertEqual(self.changes(), before)

    def test_what_was_interrupted_goes_on_with_the_same_certificate(self):
        self.cloud.faults(deny=["iot:AttachPolicy"])
        self.refuses(77, "iot:AttachPolicy", "fleet", "--claim-request", "fleet-claim.csr", "--prefix", "lamp-", "--yes")
        self.cloud.faults(deny=[])
        self.fleet()
        first = identity(self.claim())
        (self.folder / "fleet-claim.pem").unlink()
        self.fleet()
        self.assertEqual((identity(self.claim()), list(self.account["certificates"])), (first, [first]))

    def test_a_file_of_something_else_is_left_alone(self):
        self.file("fleet-claim.pem", self.factory.device("else"))
        before = (self.folder / "fleet-claim.pem").read_text()
        self.refuses(73, "certificate of another key: name another file with --output", "fleet", "--claim-request",
                     "fleet-claim.csr", "--yes")
        self.assertEqual((self.folder / "fleet-claim.pem").read_text(), before)
        self.assertEqual(self.account["templates"], {})
        self.refuses(65, "fleet-claim.key", "fleet", "--claim-request", "fleet-claim.key", "--yes")
        self.refuses(64, "30 characters", "fleet", "--name", "x" * 31)


class Json(Register):
    """One object on standard output, whatever happens."""

    def answer(self, *arguments, status=0, **changes):
        return json.loads(self.register(*arguments, "--json", status=status, **changes))

    def setUp(self):
        super().setUp()
        answer = self.answer("jitr", "--ca", "ca.pem", "--ca-key", "ca.key", "--yes")
        self.assertEqual((answer["way"], answer["setup"], answer["changed"], answer["endpoint"]),
                         ("jitr", "expresslink", True, "oem.example.com"))
        self.assertEqual({step["action"] for step in answer["steps"]}, {"create", "change"})

    def test_one_certificate(self):
        answer = self.answer("certificate", "birth.pem", status=66)
        self.assertEqual((answer["error"], answer["why"]), ("wrong", "birth.pem: cannot be read: No such file or directory"))
        self.file("birth.pem", self.factory.device("SN-7"))
        answer = self.answer("certificate", "birth.pem")
        self.assertEqual({name: answer[name] for name in ("account", "region", "result", "thing", "policy", "endpoint", "by")},
                         {"account": "123456789012", "region": "us-east-1", "result": "registered", "thing": "SN-7",
                          "policy": POLICY, "endpoint": "oem.example.com", "by": "RegisterCertificate"})
        self.assertEqual(self.answer("certificate", "birth.pem")["result"], "there")
        answer = self.answer("certificate", "birth.pem", "--policy", "none", status=69)
        self.assertRegex(answer["why"], "policy none is not in this account")

    def test_a_batch(self):
        (self.folder / "births").mkdir()
        for name in "first", "second":
            self.file(f"births/{name}.pem", self.factory.device(name))
        self.file("births/bad.pem", "nothing")
        answer = self.answer("batch", "births", status=1)
        self.assertEqual({name: answer[name] for name in ("devices", "registered", "failed", "dry_run", "results")},
                         {"devices": 3, "registered": 2, "failed": 1, "dry_run": False, "results": "births.result.csv"})

    def test_fleet(self):
        answer = self.answer("fleet", "--prefix", "lamp-", "--yes")
        self.assertEqual((answer["way"], answer["changed"]), ("fleet", True))

    def test_what_no_thing_may_have_is_refused_before_anything_is_made(self):
        for words, *options in (("attributes have only letters", "--attribute", "a=b c"), ("not a valid thing group", "--thing-group", "a b"),
                                ("not a valid thing type", "--thing-type", ""),
                                ("more than 3 attributes", *(f"--attribute={name}=1" for name in "abcd"))):
            self.refuses(64, words, "fleet", "--yes", *options)

    def test_it_asks_nothing(self):
        self.refuses(64, "--json cannot ask: add --yes or --dry-run", "fleet", "--json")


if __name__ == "__main__":
    unittest.main()
