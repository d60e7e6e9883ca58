# SPDX-License-Identifier: Apache-2.0
"""expresslink-claim account remove: what was set up goes, as far as nobody lives by it."""
import json
import unittest

from account import AccountCase, make_request
from aws_models import LOST
from aws_service import Answer

ARN = "arn:aws:iot:us-east-1:123456789012"


class Remove(AccountCase):
    def gone(self):
        state = self.state()
        self.assertEqual({name: state[name] for name in ("cas", "policies", "templates")}, {"cas": {}, "policies": {}, "templates": {}})
        self.does("remove")
        self.assertNotIn("iam:DeleteRole", self.judge.calls)
        self.assertEqual(self.judge.changing, [])
        return state

    def test_everything_goes_but_what_is_shared(self):
        self.apply()
        self.does("remove", "--yes")
        deleting = [name for name in self.judge.changing if "Delete" in name]
        self.assertEqual(deleting, ["iot:DeleteCACertificate", "iot:DeleteProvisioningTemplate", "iot:DeleteCertificate",
                                    "iot:DeletePolicy", "iot:DeletePolicy", "iam:DeleteRole"])
        state = self.gone()
        self.assertEqual((state["certificates"], list(state["thingTypes"]), list(state["thingGroups"]), state["events"]["THING"]),
                         ({}, ["sensor"], ["all"], True))
        self.apply()

    def test_another_setup_stays(self):
        self.apply()
        make_request(self.folder, "other")
        self.does("apply", "--name", "other", "--thing-name", "common-name", "--observer-request", "other.csr", "--yes")
        self.does("remove", "--yes")
        self.assertEqual(sorted(self.state()["policies"]), ["other-module", "other-observer"])
        self.assertEqual([each["policies"] for each in self.state()["certificates"].values()], [["other-observer"]])

    def test_fleet_provisioning_goes_too(self):
        make_request(self.folder, "claim", "/CN=claim")
        self.does("register", "fleet", "--claim-request", "claim.csr", "--yes")
        shown = self.does("show")
        self.assertIn("ok      template     expresslink-fleet: FLEET_PROVISIONING, enabled", shown)
        self.assertIn("ok      policy       expresslink-claim: version 1, 1 certificate", shown)
        said = self.does("remove", "--yes")
        self.assertIn("expresslink-claim (and 1 claim certificate: devices that have only that get none of their own)", said)
        self.assertEqual(self.gone()["certificates"], {})

    def test_a_fleet_alone_misses_nothing(self):
        self.does("register", "fleet", "--yes")
        shown = self.does("show")
        self.assertIn("ok      template     expresslink-fleet", shown)
        for word in ("missing", "not ok", "account apply", "events"):
            self.assertNotIn(word, shown)

    def test_a_claim_certificate_that_others_use_stays(self):
        make_request(self.folder, "claim", "/CN=claim")
        for name in ("expresslink", "other"):
            self.does("register", "fleet", "--name", name, "--claim-request", "claim.csr", "--yes")
        self.does("remove", "--yes")
        certificate, = self.state()["certificates"].values()
        self.assertEqual((certificate["policies"], certificate["status"]), (["other-claim"], "ACTIVE"))

    def test_an_observer_without_a_certificate_is_told(self):
        self.apply()
        certificate, = self.state()["certificates"]
        self.iot("POST", "/target-policies/expresslink-observer", {"target": f"{ARN}:cert/{certificate}"})
        self.assertIn("not ok  policy       expresslink-observer: version 1, 0 certificates", self.does("show"))

    def test_a_ca_is_told_by_its_name(self):
        self.apply()
        identifier, = self.state()["cas"]
        self.assertIn(f"delete  CA           O = Acme, CN = Acme Modules CA (id {identifier})", self.does("remove", "--dry-run"))

    def test_an_observer_that_others_use_stays(self):
        self.apply()
        self.does("apply", "--name", "other", "--thing-name", "common-name", "--observer-request", "portal-observer.csr", "--yes")
        certificate, = self.state()["certificates"].values()
        self.assertEqual(sorted(certificate["policies"]), ["expresslink-observer", "other-observer"])
        self.does("remove", "--name", "other", "--yes")
        certificate, = self.state()["certificates"].values()
        self.assertEqual((certificate["policies"], certificate["status"]), (["expresslink-observer"], "ACTIVE"))

    def test_policies_with_versions_go(self):
        self.apply()
        document = self.state()["policies"]["expresslink-module"]["document"]
        for _ in range(4):
            self.iot("POST", "/policies/expresslink-module/version", {"policyDocument": document}, {"setAsDefault": "true"})
        self.does("remove", "--yes")
        self.assertEqual(self.judge.changing.count("iot:DeletePolicyVersion"), 4)
        self.gone()

    def test_a_dry_run_and_a_question_nobody_answers(self):
        self.apply()
        before = self.state()
        self.assertIn("delete  template", self.does("remove", "--dry-run"))
        self.assertEqual(self.judge.changing, [])
        self.assertIn("--yes", self.fails(64, "remove"))
        self.assertEqual((self.judge.changing, self.state()), ([], before))

    def device(self, name):
        make_request(self.folder, name, f"/CN={name}")
        request = (self.folder / f"{name}.csr").read_text()
        arn = self.iot("POST", "/certificates", {"certificateSigningRequest": request}, {"setAsActive": "true"})["certificateArn"]
        self.iot("PUT", "/target-policies/expresslink-module", {"target": arn})
        return arn

    def test_not_while_devices_live_by_it(self):
        self.apply()
        for name in ("m1", "m2"):
            self.device(name)
        said = self.fails(1, "remove", "--yes")
        self.assertIn("2 device certificates have the policy", said)
        self.assertEqual(self.judge.changing, [])
        self.does("remove", "--yes", "--force")
        state = self.gone()
        self.assertEqual([(each["status"], each["policies"]) for each in state["certificates"].values()], [("ACTIVE", [])] * 2)

    def test_the_same_command_goes_on(self):
        self.apply()
        self.does("remove", "--yes")
        calls = len(self.judge.changing)
        for answer in (Answer(drop=True), LOST):
            for count in range(calls):
                with self.subTest(calls=count, lost=answer is LOST):
                    self.empty_account()
                    self.apply()
                    seen = []
                    self.judge.script = lambda call: seen.append(call.changes) or (answer if sum(seen) > count else None)
                    ended = self.account("remove", "--yes", AWS_MAX_ATTEMPTS="1")
                    self.assertEqual((ended.returncode, "run the same command again to continue" in ended.stderr), (69, True), ended)
                    self.judge.script = None
                    self.does("remove", "--yes")
                    self.gone()

    def test_each_missing_permission_is_named(self):
        self.apply()
        self.does("remove", "--yes")
        for action in sorted(set(self.judge.calls)):
            with self.subTest(action):
                self.empty_account()
                self.apply()
                self.cloud.faults(deny=[action])
                self.assertIn(f"the permission {action} is missing", self.fails(77, "remove", "--yes"))
                self.cloud.faults(deny=[])
                self.does("remove", "--yes")
                self.gone()

    def test_json(self):
        self.apply()
        said = json.loads(self.does("remove", "--yes", "--json"))
        self.assertTrue(said["removed"])
        self.assertEqual({step["action"] for step in said["done"]}, {"delete"})


if __name__ == "__main__":
    unittest.main()
