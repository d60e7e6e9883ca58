# SPDX-License-Identifier: Apache-2.0
"""What expresslink-claim account register has made is what a device needs: modules connect to a real broker with it, and to no
other."""
import json
import os
import subprocess
import unittest

from patience import DEADLINE
from portal import CLAIM
from sandbox import Sandbox, eventually, random_thing

NOT_AUTHORISED = [(5, 0)]
REFUSED = 128


class Registered(unittest.TestCase):
    def setUp(self):
        self.sandbox = self.enterContext(Sandbox("--empty-account"))
        self.url = json.loads(self.sandbox.run("status"))["cloud_url"]
        self.thing = random_thing()

    def register(self, *arguments):
        names = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        names |= {"AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox", "AWS_REGION": "us-east-1",
                  "AWS_ENDPOINT_URL": self.url, "HOME": str(self.sandbox.state)}
        done = subprocess.run([CLAIM, "account", "register", *map(str, arguments)], env=names, text=True, capture_output=True,
                              stdin=subprocess.DEVNULL, cwd=self.sandbox.state, timeout=DEADLINE)
        self.assertEqual(done.returncode, 0, done)
        self.assertIn(self.sandbox.oem_address, done.stdout)
        return done.stdout

    def connected(self, certificate, client_id, key=None):
        """The broker knows what was registered within a moment."""
        def accepted():
            device = self.sandbox.client(client_id, certificate, key or self.sandbox.certificates / "module.key",
                                         self.sandbox.oem_address)
            try:
                return device.accepted()
            except AssertionError:
                return None
        return eventually(accepted, lambda: f"{client_id} is let in")

    def expect_own_topics_only(self, device, thing):
        self.assertEqual(device.subscribe(f"{thing}/inbox"), 1)
        self.assertEqual(device.subscribe("another/inbox"), REFUSED)

    def test_one_certificate(self):
        certificate, stranger = self.sandbox.birth_certificate(self.thing), self.sandbox.birth_certificate(random_thing())
        self.register("certificate", certificate, "--create-missing")
        self.expect_own_topics_only(self.connected(certificate, self.thing), self.thing)
        self.assertEqual(self.sandbox.device(certificate, "another", self.sandbox.oem_address).dropped(), NOT_AUTHORISED)
        self.assertEqual(self.sandbox.device(stranger, self.thing, self.sandbox.oem_address).dropped(), [])

    def test_a_batch(self):
        things = [random_thing() for _ in range(5)]
        certificates = {thing: self.sandbox.birth_certificate(thing) for thing in things}
        bundle = self.sandbox.state / "all.pem"
        bundle.write_text("".join(path.read_text() for path in certificates.values()))
        self.register("batch", bundle, "--create-missing")
        for thing, certificate in certificates.items():
            self.expect_own_topics_only(self.connected(certificate, thing), thing)

    def test_just_in_time(self):
        c = self.sandbox.certificates
        certificate = self.sandbox.birth_certificate(self.thing)
        self.assertEqual(self.sandbox.device(certificate, self.thing, self.sandbox.oem_address).dropped(), [])
        self.register("jitr", "--ca", c / "manufacturer-ca.pem", "--ca-key", c / "manufacturer-ca.key",
                      "--birth-certificate", certificate, "--yes")
        self.expect_own_topics_only(self.connected(certificate, self.thing), self.thing)

    def test_by_claim(self):
        subprocess.run([CLAIM, "keygen", "--name", "fleet-claim"], cwd=self.sandbox.state, check=True, capture_output=True)
        self.register("fleet", "--claim-request", "fleet-claim.csr", "--prefix", "lamp-", "--yes")
        claim = self.connected(self.sandbox.state / "fleet-claim.pem", self.thing, self.sandbox.state / "fleet-claim.key")
        certificates, template = "$aws/certificates/create/json", "$aws/provisioning-templates/expresslink-fleet/provision/json"
        for topic in (certificates, template):
            self.assertEqual(claim.subscribe(f"{topic}/accepted"), 1, topic)
        self.assertEqual(claim.subscribe(f"lamp-{self.thing}/inbox"), REFUSED, "the claim is no device")
        self.assertTrue(claim.publish(certificates, "{}"))
        (made,) = claim.wait_for("create", "json/accepted")
        self.assertTrue(claim.publish(template, json.dumps({"certificateOwnershipToken": made["certificateOwnershipToken"],
                                                            "parameters": {"SerialNumber": self.thing}})))
        (provisioned,) = claim.wait_for("provision", "json/accepted")
        self.assertEqual(provisioned["thingName"], f"lamp-{self.thing}")
        own, key = self.sandbox.state / "own.pem", self.sandbox.state / "own.key"
        own.write_text(made["certificatePem"])
        key.write_text(made["privateKey"])
        self.expect_own_topics_only(self.connected(own, f"lamp-{self.thing}", key), f"lamp-{self.thing}")


if __name__ == "__main__":
    unittest.main()
