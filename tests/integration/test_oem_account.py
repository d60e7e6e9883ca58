# SPDX-License-Identifier: Apache-2.0
"""deploy/oem-account.yaml: what CloudFormation refuses, AWS's resource schemas, cfn-lint, and that it makes the same as
`expresslink-claim account apply`. Rejections first."""
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from cloudformation import Refused, Stack, combinations, mistakes, schemas
from sandbox import DEADLINE, ROOT, eventually

TEMPLATE = ROOT / "deploy" / "oem-account.yaml"
TEXT = TEMPLATE.read_text()
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"
REQUEST = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----"
CHOICES = {
    "Name": [None, "vendor-b"],
    "ThingNameField": [None, "SerialNumber"],
    "ThingType": [None, "lamp"],
    "ThingGroups": [None, "home", "home,fleet:eu,a_1,b-2,c"],
    "MakeTypeAndGroups": [None, "no"],
    "Attributes": [None, '{"vendor":"acme","line":"7"}'],
    "ObserverRequest": [None, REQUEST],
    "ObserverClientId": [None, "watcher"],
}


def stack(**parameters):
    return Stack(TEXT, {"ManufacturerCA": CERTIFICATE, **parameters})


class Parameters(unittest.TestCase):
    def test_what_would_make_something_else_than_was_meant_is_refused(self):
        rows = [("Name", "a" * 37), ("Name", "with space"), ("Name", ""), ("ThingNameField", "Country"),
                ("ManufacturerCA", ""), ("ManufacturerCA", CERTIFICATE.replace("\n", " ")),
                ("ManufacturerCA", "subject=CN = x\n" + CERTIFICATE), ("ManufacturerCA", CERTIFICATE + "\n" + CERTIFICATE),
                ("ManufacturerCA", CERTIFICATE.replace("MIIB", "M" * 4096)), ("ManufacturerCA", REQUEST),
                ("ObserverRequest", CERTIFICATE), ("ObserverRequest", REQUEST.replace("\n", " ")),
                ("ThingGroups", "a, b"), ("ThingGroups", "a,,b"), ("ThingGroups", "a,"), ("ThingGroups", "a,b,c,d,e,f"),
                ("Attributes", "vendor=acme"), ("Attributes", ""), ("ObserverClientId", ""), ("ObserverClientId", "a/#"),
                ("MakeTypeAndGroups", "maybe"), ("ThingType", "x y"), ("Other", "x")]
        for name, value in rows:
            with self.subTest(name, value=value[:40]), self.assertRaisesRegex(Refused, name):
                stack(**{name: value})
        with self.assertRaisesRegex(Refused, "ManufacturerCA"):
            Stack(TEXT, {})

    def test_a_certificate_may_end_its_lines_as_windows_does(self):
        for text in (CERTIFICATE.replace("\n", "\r\n"), CERTIFICATE + "\n"):
            self.assertEqual(stack(ManufacturerCA=text).one("AWS::IoT::CACertificate")["CACertificatePem"], text)


class Resources(unittest.TestCase):
    """Each combination of parameters against AWS's own schemas."""

    @classmethod
    def setUpClass(cls):
        cls.types = sorted(set(re.findall(r"^    Type: (AWS::\S+)$", TEXT, re.M)))
        cls.schemas = schemas(*cls.types)
        if cls.schemas is None:
            raise unittest.SkipTest("npm is not installed: nothing to compare with")

    def wrong(self, resources):
        return [line for name, (kind, properties) in resources.items()
                for line in mistakes({"type": "object", **self.schemas[kind]}, properties, name)]

    def test_mistakes_are_seen(self):
        changes = [("TemplateType: JITP", "TemplateType: JITR", "is none of"),
                   ("TemplateType: JITP", "TemplateKind: JITP", "is no property"),
                   ("Enabled: true", "Enabled: 'true'", "is no boolean"),
                   ("        TemplateName: !Ref ProvisioningTemplate", "        Template: x", "is no property"),
                   ("      CACertificatePem: !Ref ManufacturerCA\n", "", "is missing"),
                   ("      ManagedPolicyArns:\n        - ", "      ManagedPolicyArns:\n          ", "is no list")]
        for old, new, what in changes:
            with self.subTest(new):
                self.assertEqual(TEXT.count(old), 1, old)
                wrong = self.wrong(Stack(TEXT.replace(old, new), {"ManufacturerCA": CERTIFICATE}).resources)
                self.assertTrue(any(what in line for line in wrong), wrong)

    def test_all_types_are_there(self):
        self.assertEqual(sorted(self.schemas), self.types)

    def test_every_combination_is_as_the_schemas_say(self):
        for parameters in combinations(CHOICES):
            made = stack(**parameters)
            with self.subTest(**parameters):
                self.assertEqual(self.wrong(made.resources), [])
            for kind, attribute in made.attributes:
                self.assertIn(attribute, self.schemas[kind]["attributes"], kind)

    def test_what_is_made_is_what_was_asked_for(self):
        made = stack(ThingGroups="a,b,c", ThingType="lamp", Attributes='{"vendor":"acme"}')
        self.assertEqual([group["ThingGroupName"] for group in made.of("AWS::IoT::ThingGroup")], ["a", "b", "c"])
        thing = json.loads(made.one("AWS::IoT::ProvisioningTemplate")["TemplateBody"])["Resources"]["thing"]["Properties"]
        self.assertEqual(thing, {"ThingName": {"Ref": "AWS::IoT::Certificate::CommonName"}, "ThingTypeName": "lamp",
                                 "ThingGroups": ["a", "b", "c"], "AttributePayload": {"vendor": "acme"}})
        self.assertEqual(len(made.of("AWS::IoT::ThingType")), 1)
        for left_out in (stack(), stack(ThingGroups="a,b", ThingType="lamp", MakeTypeAndGroups="no")):
            kinds = {kind for kind, _ in left_out.resources.values()}
            self.assertEqual(kinds, {"AWS::IAM::Role", "AWS::IoT::Policy", "AWS::IoT::ProvisioningTemplate",
                                     "AWS::IoT::CACertificate"})

    def test_outputs_are_what_the_portal_is_configured_with(self):
        made = stack(ObserverRequest=REQUEST, Name="acme")
        self.assertEqual(made.outputs, {
            "TemplateName": "acme", "ModulePolicyName": "acme-module", "ObserverPolicyName": "acme-observer",
            "ManufacturerAuthorityId": "<ManufacturerAuthority.Id>", "ObserverCertificateId": "<ObserverCertificate.Id>",
            "ObserverClientId": "portal-observer"})
        self.assertNotIn("ObserverCertificateId", stack().outputs)


class Lint(unittest.TestCase):
    @unittest.skipUnless(shutil.which("cfn-lint"), "cfn-lint is not installed: Debian has none")
    def test_cfn_lint_is_clean(self):
        with tempfile.TemporaryDirectory() as folder:
            broken = Path(folder) / "broken.yaml"
            broken.write_text(TEXT.replace("TemplateType: JITP", "TemplateType: JITR"))
            for path, expected in ((broken, 2), (TEMPLATE, 0)):
                done = subprocess.run(["cfn-lint", "--regions", "us-east-1", "eu-west-1", "--", path], text=True,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=200)
                self.assertEqual(done.returncode & 2, expected, done.stdout)
                self.assertEqual(expected == 0, done.stdout == "", done.stdout)


if __name__ == "__main__":
    unittest.main()
