# SPDX-License-Identifier: Apache-2.0
"""The sandbox does what AWS and an ExpressLink module do, seen by a client that is not ours. Rejections first."""
import json
import os
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path

from patience import DEADLINE
from sandbox import (CONNECTED, CREATED, DISCONNECTED, REGISTERED, SANDBOX, Sandbox, eventually, random_thing)

ENDPOINT = json.dumps({"Endpoint": "127.0.0.2"})
REFUSED = 128
NOT_AUTHORISED = 5


def config_topic(thing):
    return f"{thing}/expresslink_config"


class SandboxTest(unittest.TestCase):
    def setUp(self):
        self.sandbox = Sandbox()
        self.sandbox.__enter__()
        self.addCleanup(self.sandbox.__exit__)
        self.thing = random_thing()

    def staging_device(self, thing, client_id=None, authority="manufacturer-ca"):
        certificate = self.sandbox.birth_certificate(thing, authority)
        return self.sandbox.device(certificate, client_id or thing, self.sandbox.staging_address)

    def oem_device(self, certificate, client_id=None):
        return self.sandbox.device(certificate, client_id or self.thing, self.sandbox.oem_address)

    def listening_observer(self, clean=True):
        observer = self.sandbox.observer(clean=clean).accepted()
        for topic in (CREATED, CONNECTED, DISCONNECTED, REGISTERED):
            self.assertEqual(observer.subscribe(topic), 1, topic)
        return observer


class StagingRefuses(SandboxTest):
    def test_other_topics_of_the_claim_thing(self):
        for topic in ("x", "/expresslink_config", f"{self.thing}/other", f"{self.thing}/expresslink_config/x",
                      f"a/{self.thing}/expresslink_config", "$aws/things/x/expresslink_config"):
            with self.subTest(topic):
                claim_thing = self.sandbox.claim_thing().accepted()
                self.assertFalse(claim_thing.publish(topic, ENDPOINT))

    def test_retained_endpoint_messages(self):
        self.assertFalse(self.sandbox.claim_thing().accepted().publish(config_topic(self.thing), ENDPOINT, True))

    def test_a_bad_publish_takes_the_connection_along(self):
        claim_thing = self.sandbox.claim_thing().accepted()
        self.assertTrue(claim_thing.publish(config_topic(self.thing), ENDPOINT))
        self.assertFalse(claim_thing.publish("x", ENDPOINT))
        claim_thing.dropped()

    def test_subscriptions_of_the_claim_thing(self):
        claim_thing = self.sandbox.claim_thing().accepted()
        for topic in ("#", "+/expresslink_config", config_topic("claim-thing")):
            self.assertEqual(claim_thing.subscribe(topic), REFUSED, topic)

    def test_topics_of_another_module(self):
        device = self.staging_device(self.thing).accepted()
        for topic in (config_topic(random_thing()), "+/expresslink_config", "#", f"{self.thing}/#"):
            self.assertEqual(device.subscribe(topic), REFUSED, topic)

    def test_a_module_that_publishes(self):
        self.assertFalse(self.staging_device(self.thing).accepted().publish(config_topic(self.thing), ENDPOINT))

    def test_client_ids_that_are_not_the_things_name(self):
        for client in (self.staging_device(self.thing, random_thing()), self.sandbox.claim_thing("x")):
            self.assertEqual(client.dropped(), [(NOT_AUTHORISED, 0)])

    def test_a_module_that_calls_itself_claim_thing(self):
        device = self.staging_device("claim-thing").accepted()
        self.assertFalse(device.publish(config_topic(self.thing), ENDPOINT))

    def test_modules_of_another_manufacturer(self):
        self.assertEqual(self.staging_device(self.thing, authority="other-manufacturer-ca").dropped(), [])

    def test_the_observer(self):
        c = self.sandbox.certificates
        observer = self.sandbox.client("observer", c / "observer.pem", c / "observer.key", "127.0.0.1")
        self.assertEqual(observer.dropped(), [(NOT_AUTHORISED, 0)])


class Staging(SandboxTest):
    def test_a_module_gets_its_own_message(self):
        device = self.staging_device(self.thing).accepted()
        self.assertEqual(device.subscribe(config_topic(self.thing)), 1)
        claim_thing = self.sandbox.claim_thing().accepted()
        self.assertTrue(claim_thing.publish(config_topic(random_thing()), ENDPOINT))
        self.assertTrue(claim_thing.publish(config_topic(self.thing), ENDPOINT))
        eventually(lambda: device.messages, "the message")
        self.assertEqual(device.messages, [(config_topic(self.thing), ENDPOINT.encode())])

    def test_a_message_to_a_module_that_is_away_is_acknowledged_and_gone(self):
        self.assertTrue(self.sandbox.claim_thing().accepted().publish(config_topic(self.thing), ENDPOINT))
        device = self.staging_device(self.thing).accepted()
        device.subscribe(config_topic(self.thing))
        claim_thing = self.sandbox.claim_thing().accepted()
        self.assertTrue(claim_thing.publish(config_topic(self.thing), "{}"))
        eventually(lambda: device.messages, "the second message")
        self.assertEqual(device.messages, [(config_topic(self.thing), b"{}")])

    def test_the_same_client_id_drops_the_older(self):
        older = self.sandbox.claim_thing().accepted()
        self.sandbox.claim_thing().accepted()
        older.dropped()


class OemRefuses(SandboxTest):
    def test_modules_of_another_manufacturer(self):
        certificate = self.sandbox.birth_certificate(self.thing, "other-manufacturer-ca")
        for _ in range(2):
            self.assertEqual(self.oem_device(certificate).dropped(), [])

    def test_the_claim_thing(self):
        c = self.sandbox.certificates
        claim_thing = self.sandbox.client("claim-thing", c / "claim-thing.pem", c / "claim-thing.key", "127.0.0.2")
        self.assertEqual(claim_thing.dropped(), [(NOT_AUTHORISED, 0)])

    def test_other_topics_of_the_observer(self):
        observer = self.sandbox.observer().accepted()
        for topic in ("#", "$aws/#", "$aws/events/#", f"{self.thing}/#", "$aws/events/thing/+/deleted"):
            self.assertEqual(observer.subscribe(topic), REFUSED, topic)
        self.assertFalse(observer.publish("$aws/events/thing/x/created", "{}"))

    def test_a_certificate_that_lacks_a_parameter_of_the_template(self):
        observer = self.listening_observer()
        certificate = self.sandbox.birth_certificate(self.thing, subject=f"/O=Sandbox Modules/CN={self.thing}")
        for _ in range(2):
            self.assertEqual(self.oem_device(certificate).dropped(), [])
        observer.wait_for("registered", "", 2)
        self.assertEqual(observer.events("created"), [])

    def test_names_that_would_not_fit_a_topic(self):
        certificate = self.sandbox.birth_certificate("x", subject=r"/O=Sandbox Modules/serialNumber=1/CN=a\/\+")
        for _ in range(2):
            self.assertEqual(self.oem_device(certificate, "x").dropped(), [])

    def test_another_things_name_and_topics(self):
        certificate = self.sandbox.birth_certificate(self.thing)
        self.assertEqual(self.oem_device(certificate).dropped(), [])
        self.assertEqual(self.oem_device(certificate, random_thing()).dropped(), [(NOT_AUTHORISED, 0)])
        device = self.oem_device(certificate).accepted()
        for topic in ("#", f"{random_thing()}/x", CREATED, f"{self.thing}x/y"):
            self.assertEqual(device.subscribe(topic), REFUSED, topic)
        self.assertFalse(device.publish(f"{random_thing()}/x", ""))


class Oem(SandboxTest):
    def test_just_in_time_provisioning(self):
        observer = self.listening_observer()
        certificate = self.sandbox.birth_certificate(self.thing)
        self.assertEqual(self.oem_device(certificate).dropped(), [], "the first connection ends without a CONNACK")
        (created,) = observer.wait_for("thing", f"{self.thing}/created")
        self.assertEqual((created["thingName"], created["operation"]), (self.thing, "CREATED"))
        self.assertEqual(observer.events("connected", self.thing), [])

        device = self.oem_device(certificate).accepted()
        (connected,) = observer.wait_for("connected", self.thing)
        self.assertEqual((connected["clientId"], connected["eventType"]), (self.thing, "connected"))
        self.assertLess(created["timestamp"], connected["timestamp"] + 1)
        self.assertEqual(device.subscribe(f"{self.thing}/x"), 1)
        self.assertTrue(device.publish(f"$aws/things/{self.thing}/shadow/update", "{}"))

        device.close()
        (disconnected,) = observer.wait_for("disconnected", self.thing)
        self.assertEqual(disconnected["sessionIdentifier"], connected["sessionIdentifier"])
        self.assertGreater(disconnected["versionNumber"], connected["versionNumber"])
        self.assertEqual(len(observer.events("thing", "created")), 1)

    def test_an_observer_that_was_away_hears_it_later(self):
        self.listening_observer(clean=False).close()
        certificate = self.sandbox.birth_certificate(self.thing)
        self.oem_device(certificate).dropped()
        self.oem_device(certificate).accepted()
        observer = self.sandbox.observer(clean=False).accepted()
        self.assertEqual(observer.connacks, [(0, 1)], "the session is still there")
        observer.wait_for("thing", f"{self.thing}/created")
        observer.wait_for("connected", self.thing)

    def test_a_restart_forgets_nothing(self):
        self.listening_observer(clean=False).close()
        certificate = self.sandbox.birth_certificate(self.thing)
        self.oem_device(certificate).dropped()
        self.sandbox.stop_oem()
        self.sandbox.start_oem()
        self.oem_device(certificate).accepted()
        observer = self.sandbox.observer(clean=False).accepted()
        observer.wait_for("connected", self.thing)
        self.assertEqual(len(observer.wait_for("thing", f"{self.thing}/created")), 1)

    def test_a_new_certificate_of_an_old_thing(self):
        observer = self.listening_observer()
        for _ in range(2):
            certificate = self.sandbox.birth_certificate(self.thing)
            self.assertEqual(self.oem_device(certificate).dropped(), [])
            self.oem_device(certificate).accepted()
        observer.wait_for("connected", self.thing, 2)
        self.assertEqual(len(observer.events("thing", "created")), 1)

    def test_the_template_names_the_thing(self):
        self.sandbox.template({
            "Parameters": {"AWS::IoT::Certificate::SerialNumber": {"Type": "String"},
                           "Line": {"Type": "String", "Default": "kettle"}},
            "Resources": {"device": {"Type": "AWS::IoT::Thing", "Properties": {
                "ThingName": {"Fn::Join": ["-", [{"Ref": "Line"}, {"Ref": "AWS::IoT::Certificate::SerialNumber"}]]}}},
                "policy": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyName": "expresslink-module"}}},
        })
        certificate = self.sandbox.birth_certificate(self.thing)
        self.assertEqual(self.oem_device(certificate).dropped(), [])
        self.assertEqual(self.oem_device(certificate).dropped(), [(NOT_AUTHORISED, 0)])
        self.oem_device(certificate, f"kettle-{self.thing}").accepted()

    def test_duplicates_disorder_and_silence(self):
        observer = self.listening_observer()
        self.sandbox.faults(copies=2, created_delay_ms=700)
        certificate = self.sandbox.birth_certificate(self.thing)
        self.oem_device(certificate).dropped()
        self.oem_device(certificate).accepted()
        observer.wait_for("thing", f"{self.thing}/created", 2)
        kinds = [topic.split("/")[-1] == "created" for topic, _ in observer.messages if self.thing in topic]
        self.assertEqual(kinds, [False, False, True, True], "connected twice, then created twice")

        self.sandbox.faults(created=False)
        self.thing = random_thing()
        certificate = self.sandbox.birth_certificate(self.thing)
        self.oem_device(certificate).dropped()
        self.oem_device(certificate).accepted()
        observer.wait_for("connected", self.thing)
        self.assertEqual(observer.events("thing", self.thing), [])


class Module(SandboxTest):
    def publish(self, payload, thing=None):
        claim_thing = self.sandbox.claim_thing().accepted()
        self.assertTrue(claim_thing.publish(config_topic(thing or self.thing), payload))
        claim_thing.close()

    def test_messages_that_are_none_are_ignored(self):
        modules = self.sandbox.modules(self.thing)
        modules.wait_for(self.thing, "subscribed")
        bad = ["", "x", "{}", "[]", '{"endpoint":"127.0.0.2"}', '{"Endpoint":7}', '{"Endpoint":""}',
               json.dumps({"Endpoint": "a" * 129}), '{"Endpoint":"a b"}']
        for payload in bad:
            self.publish(payload)
        modules.wait_for(self.thing, "ignored", len(bad))
        status = modules.status()
        self.assertEqual((status["state"], status["endpoint"]), ("staging", "127.0.0.1"))
        self.assertFalse((modules.folder / f"{self.thing}.endpoint").exists())

    def test_the_whole_move_reset_and_the_move_again(self):
        observer = self.listening_observer()
        modules = self.sandbox.modules(self.thing)
        modules.wait_for(self.thing, "subscribed")
        self.assertEqual(modules.status()["state"], "staging")

        self.publish('{"Endpoint" : "127.0.0.2", "more": 1}')
        self.assertEqual(modules.wait_for(self.thing, "onboarded")["endpoint"], "127.0.0.2")
        observer.wait_for("thing", f"{self.thing}/created")
        observer.wait_for("connected", self.thing)
        self.assertEqual((modules.folder / f"{self.thing}.endpoint").read_text(), "127.0.0.2")
        status = modules.status()
        self.assertEqual((status["state"], status["subscribed"]), ("onboarded", False))

        modules.command("reset")
        modules.wait_for(self.thing, "subscribed", 2)
        self.publish(ENDPOINT)
        modules.wait_for(self.thing, "onboarded", 2)
        observer.wait_for("connected", self.thing, 2)
        self.assertEqual(len(observer.events("thing", f"{self.thing}/created")), 1, "the thing is there already")

    def test_off_and_on(self):
        modules = self.sandbox.modules(self.thing, options=["--off"])
        self.assertEqual(modules.status()["power"], "off")
        self.publish(ENDPOINT)
        self.assertEqual(modules.command(f"on {self.thing}")["power"], "on")
        modules.wait_for(self.thing, "subscribed")
        self.assertEqual(modules.status()["state"], "staging", "what was sent while it was off is lost")
        modules.command("off")
        self.assertFalse(modules.status()["connected"])
        modules.command("on")
        modules.wait_for(self.thing, "subscribed", 2)
        self.publish(ENDPOINT)
        modules.wait_for(self.thing, "onboarded")
        modules.command("off")
        modules.command("on")
        modules.wait_for(self.thing, "onboarded", 2)
        self.assertEqual(len(modules.of(self.thing, "subscribed")), 2, "never outside staging")

    def telemetry(self, topic):
        modules = self.sandbox.modules(self.thing, options=("--telemetry", topic))
        modules.wait_for(self.thing, "subscribed")
        self.publish(ENDPOINT)
        modules.wait_for(self.thing, "onboarded")
        return modules

    def test_telemetry_that_the_policy_does_not_allow_cuts_it_off(self):
        modules = self.telemetry("data")
        self.assertEqual(modules.wait_for(self.thing, "cut-off")["topic"], "data")
        self.assertEqual(modules.status()["published"], 0)

    def test_telemetry_that_the_policy_allows(self):
        modules = self.telemetry("${thing}/up/${thing}")
        self.assertEqual(modules.wait_for(self.thing, "published")["topic"], f"{self.thing}/up/{self.thing}")
        eventually(lambda: modules.status()["published"] >= 1, "it is counted")
        self.assertEqual(modules.of(self.thing, "cut-off"), [])

    def test_telemetry_to_a_rule(self):
        """Basic ingest: cut off without the right, published with it."""
        topic = "$aws/rules/store/${thing}/up"
        modules = self.telemetry(topic)
        expanded = topic.replace("${thing}", self.thing)
        self.assertEqual(modules.wait_for(self.thing, "cut-off")["topic"], expanded)
        self.assertEqual(modules.stop(), 0)
        account = self.sandbox.account()
        policy = account["policies"]["expresslink-module"]
        document = json.loads(policy["document"])
        document["Statement"].append({"Effect": "Allow", "Action": "iot:Publish",
                                      "Resource": "arn:aws:iot:us-east-1:123456789012:topic/$aws/rules/store/*"})
        policy["document"] = json.dumps(document)
        self.sandbox.set_account(account)
        self.assertEqual(self.sandbox.modules(self.thing, folder=modules.folder, options=("--telemetry", topic))
                         .wait_for(self.thing, "published")["topic"], expanded)

    def test_a_new_process_is_the_same_module(self):
        modules = self.sandbox.modules(self.thing)
        modules.wait_for(self.thing, "subscribed")
        self.publish(ENDPOINT)
        modules.wait_for(self.thing, "onboarded")
        self.assertEqual(modules.stop(), 0)
        observer = self.listening_observer()
        again = self.sandbox.modules(self.thing, folder=modules.folder)
        again.wait_for(self.thing, "onboarded")
        observer.wait_for("connected", self.thing)
        self.assertEqual(observer.events("registered"), [], "with the same birth certificate")

    def test_it_comes_back_after_the_broker_does(self):
        modules = self.sandbox.modules(self.thing)
        modules.wait_for(self.thing, "subscribed")
        self.sandbox.stop_staging()
        modules.wait_for(self.thing, "lost", 2)
        self.sandbox.start_staging()
        modules.wait_for(self.thing, "subscribed", 2)

    def test_another_manufacturers_module_never_gets_in(self):
        modules = self.sandbox.modules(self.thing, options=["--manufacturer", "other-manufacturer-ca"])
        modules.wait_for(self.thing, "lost", 3)
        self.assertEqual(modules.of(self.thing, "connected"), [])

    def test_commands_that_are_none(self):
        modules = self.sandbox.modules(self.thing, options=["--off"])
        self.assertIn("error", modules.command("dance"))
        self.assertIn("error", modules.command("on nobody"))

    def test_two_hundred_in_one_process(self):
        count = 200
        modules = self.sandbox.modules(count=count, prefix="aa")
        eventually(lambda: modules.status()["subscribed"] == count, lambda: f"all subscribed: {modules.status()}")
        things = modules.things(count)
        self.assertEqual(len(set(things)), count)
        claim_thing = self.sandbox.claim_thing().accepted()
        for thing in things:
            self.assertTrue(claim_thing.publish(config_topic(thing), ENDPOINT))
        eventually(lambda: modules.status()["arrived"] == count, lambda: f"all arrived: {modules.status()}")
        self.assertEqual(modules.stop(), 0)


class Command(SandboxTest):
    def test_start_is_idempotent_and_stop_ends_it(self):
        first = json.loads(self.sandbox.run("status"))
        for arguments in ((), ("--port", "0")):
            again = self.sandbox.start(*arguments)
            self.assertEqual((again["staging"], again["oem"]), (first["staging"], first["oem"]))
            self.assertEqual(again["port"], first["port"])
        for other in (("--port", str(first["port"] + 1)), ("--empty-account",)):
            with self.assertRaisesRegex(AssertionError, "stop it first"):
                self.sandbox.start(*other)
        again = json.loads(self.sandbox.run("status"))
        self.assertEqual((again["staging"], again["oem"]), (first["staging"], first["oem"]), "it still runs")
        self.sandbox.run("stop")
        stopped = json.loads(self.sandbox.run("status"))
        self.assertFalse(stopped["staging"]["running"] or stopped["oem"]["running"])
        self.sandbox.run("stop")

    def test_a_pid_that_belongs_to_somebody_else_is_left_alone(self):
        self.sandbox.stop_staging()
        (self.sandbox.state / "staging" / "pid").write_text(f"{os.getpid()} 1\n")
        self.assertFalse(json.loads(self.sandbox.run("status"))["staging"]["running"])
        self.sandbox.stop_staging()

    def test_a_port_that_is_in_use_is_told(self):
        other = Sandbox()
        self.addCleanup(other.__exit__)
        with self.assertRaisesRegex(AssertionError, "is in use"):
            other.start("--port", str(self.sandbox.port))

    def test_keys_are_for_the_owner_only(self):
        keys = [*self.sandbox.certificates.glob("*.key")]
        self.assertEqual(len(keys), 8)
        for key in keys:
            self.assertEqual(stat.S_IMODE(key.stat().st_mode), 0o600, key)

    def test_modules_by_command(self):
        self.sandbox.start("--thing", self.thing)
        answer = lambda *command: json.loads(self.sandbox.run("module", *command))
        eventually(lambda: answer("status")["subscribed"], "the module is there")
        self.assertEqual(answer("off", self.thing)["power"], "off")

    def test_where_there_is_none_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            for action in (["status"], ["module", "list"], ["stop"]):
                done = subprocess.run([SANDBOX, *action, "--state", folder], capture_output=True, text=True, timeout=DEADLINE)
                self.assertEqual((done.returncode, done.stdout), (0 if action == ["stop"] else 1, ""), action)
                self.assertIn(f"there is no sandbox in {folder}: start one", done.stderr)

    def test_no_modules_is_told(self):
        with self.assertRaisesRegex(AssertionError, "runs no modules: start some with --thing"):
            self.sandbox.run("module", "list")

    def claim_thing(self, *issuer):
        """A claim-thing that the OEM has made by itself; returns its certificate."""
        path = self.sandbox.state / "own.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                        path.with_suffix(".key"), "-out", path, "-days", "3660", "-subj", "/CN=kettle-maker", *issuer],
                       check=True, capture_output=True)
        return path

    def test_a_claim_thing_of_ones_own(self):
        c = self.sandbox.certificates
        other = ("-CA", c / "other-manufacturer-ca.pem", "-CAkey", c / "other-manufacturer-ca.key")
        for issuer in ((), ("-addext", "basicConstraints=critical,CA:false"), other):
            with self.subTest(issuer=bool(issuer)):
                path = self.claim_thing(*issuer)
                connect = lambda client_id: self.sandbox.client(client_id, path, path.with_suffix(".key"), "127.0.0.1")
                before = json.loads(self.sandbox.run("status"))
                self.assertEqual(connect("kettle-maker").dropped(), [], "not registered yet")
                told = self.sandbox.start("--claim-thing", str(path))
                self.assertEqual(told["oem"], before["oem"])
                self.assertEqual(connect("claim-thing").dropped(), [(NOT_AUTHORISED, 0)])
                claim_thing = connect("kettle-maker").accepted()
                self.assertTrue(claim_thing.publish(config_topic(self.thing), ENDPOINT))
                self.assertFalse(claim_thing.publish("x", ENDPOINT))
                for line in (f"cert_file = {path}", f"key_file = {path.with_suffix('.key')}", "client_id = kettle-maker"):
                    self.assertIn(line, self.sandbox.portal_ini.read_text())
                self.assertEqual(self.sandbox.start()["staging"], self.sandbox.start()["staging"], "only when it is new")
                self.sandbox.claim_thing().accepted()

    def test_a_claim_thing_that_is_none(self):
        for path, said in ((self.sandbox.certificates / "module.key", "is not a certificate with a common name"),
                           (self.sandbox.state / "missing.pem", "missing.pem is not there")):
            with self.assertRaisesRegex(AssertionError, said):
                self.sandbox.start("--claim-thing", str(path))
        self.sandbox.claim_thing().accepted()

    def test_portal_ini_names_files_that_are_there(self):
        lines = [line.split(" = ") for line in self.sandbox.portal_ini.read_text().splitlines() if "_file = " in line]
        self.assertEqual(len(lines), 6)
        for _, path in lines:
            self.assertTrue(Path(path).exists(), path)


if __name__ == "__main__":
    unittest.main()
