# SPDX-License-Identifier: Apache-2.0
"""AWS IoT's control plane of the simulated cloud: policies, provisioning templates, things, their types and groups."""
import json
import unittest

from iot_cloud import ACCOUNT, ARN, BODY, IotCase, policy


class Policies(IotCase):
    def test_versions(self):
        made = self.iot.create_policy(policyName="a@b", policyDocument=policy())
        self.assertEqual((made["policyArn"], made["policyVersionId"]), (f"{ARN}:policy/a@b", "1"))
        again = self.refused("ResourceAlreadyExistsException", self.iot.create_policy, policyName="a@b", policyDocument=policy())
        self.assertEqual(again["resourceId"], "a@b")
        for number in range(2, 6):
            added = self.iot.create_policy_version(policyName="a@b", policyDocument=policy(f"iot:{number}"), setAsDefault=number == 3)
            self.assertEqual((added["policyVersionId"], added["isDefaultVersion"]), (str(number), number == 3))
        self.refused("VersionsLimitExceededException", self.iot.create_policy_version, policyName="a@b", policyDocument=policy())
        self.assertEqual([(each["versionId"], each["isDefaultVersion"]) for each in
                          self.iot.list_policy_versions(policyName="a@b")["policyVersions"]],
                         [(str(number), number == 3) for number in range(1, 6)])
        self.assertEqual(self.iot.get_policy(policyName="a@b")["policyDocument"], policy("iot:3"))
        self.iot.set_default_policy_version(policyName="a@b", policyVersionId="5")
        self.assertEqual(self.iot.get_policy(policyName="a@b")["defaultVersionId"], "5")
        self.assertEqual(self.state()["policies"]["a@b"]["document"], policy("iot:5"))
        old = self.iot.get_policy_version(policyName="a@b", policyVersionId="3")
        self.assertEqual((old["policyDocument"], old["isDefaultVersion"]), (policy("iot:3"), False))
        self.refused("DeleteConflictException", self.iot.delete_policy_version, policyName="a@b", policyVersionId="5")
        self.refused("DeleteConflictException", self.iot.delete_policy, policyName="a@b")
        for number in range(1, 5):
            self.iot.delete_policy_version(policyName="a@b", policyVersionId=str(number))
        self.refused("ResourceNotFoundException", self.iot.get_policy_version, policyName="a@b", policyVersionId="1")
        self.assertEqual(self.iot.create_policy_version(policyName="a@b", policyDocument=policy())["policyVersionId"], "6")
        self.iot.delete_policy_version(policyName="a@b", policyVersionId="6")
        self.iot.delete_policy(policyName="a@b")
        self.refused("ResourceNotFoundException", self.iot.get_policy, policyName="a@b")

    def test_documents_that_are_none(self):
        statement = {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}
        for document in ("", "{", "[]", "{}", json.dumps({"Version": "2012-10-17", "Statement": []}),
                         json.dumps({"Version": "2012-10-18", "Statement": [statement]}),
                         *(json.dumps({"Version": "2012-10-17", "Statement": [{**statement, name: wrong}]})
                           for name, wrong in (("Effect", "allow"), ("Action", None), ("Resource", []), ("Action", [1]))),
                         policy("iot:" + "x" * 2048)):
            self.refused("MalformedPolicyException", self.iot.create_policy, policyName="p", policyDocument=document)
        self.iot.create_policy(policyName="p", policyDocument=json.dumps({"Version": "2012-10-17", "Statement": statement}) + " " * 4000)
        for name in ("a/b", "x" * 129, "a b"):
            self.refused("InvalidRequestException", self.client("iot", checked=False).create_policy, policyName=name, policyDocument=policy())

    def test_attached(self):
        self.iot.create_policy(policyName="p", policyDocument=policy())
        self.iot.create_thing_group(thingGroupName="g")
        targets = [self.certificate()["certificateArn"] for _ in range(3)] + [f"{ARN}:thinggroup/g"]
        for target in targets + targets[:1]:
            self.iot.attach_policy(policyName="p", target=target)
        listed = self.iot.list_targets_for_policy(policyName="p", pageSize=3)
        listed = listed["targets"] + self.iot.list_targets_for_policy(policyName="p", pageSize=3, marker=listed["nextMarker"])["targets"]
        self.assertEqual(sorted(listed), sorted(targets))
        for target in targets:
            self.assertEqual(self.iot.list_attached_policies(target=target)["policies"],
                             [{"policyName": "p", "policyArn": f"{ARN}:policy/p"}])
        self.refused("DeleteConflictException", self.iot.delete_policy, policyName="p")
        for number in range(9):
            self.iot.create_policy(policyName=f"p{number}", policyDocument=policy())
            self.iot.attach_policy(policyName=f"p{number}", target=targets[0])
        self.iot.create_policy(policyName="eleventh", policyDocument=policy())
        self.refused("LimitExceededException", self.iot.attach_policy, policyName="eleventh", target=targets[0])
        for target in targets:
            self.iot.detach_policy(policyName="p", target=target)
            self.iot.detach_policy(policyName="p", target=target)
        self.iot.delete_policy(policyName="p")

    def test_targets_that_are_none(self):
        self.iot.create_policy(policyName="p", policyDocument=policy())
        missing = f"{ARN}:cert/{'0' * 64}"
        for call in (self.iot.attach_policy, self.iot.detach_policy):
            self.refused("ResourceNotFoundException", call, policyName="p", target=missing)
            self.refused("ResourceNotFoundException", call, policyName="q", target=missing)
            self.refused("InvalidRequestException", call, policyName="p", target="us-east-1:identity")
        self.refused("ResourceNotFoundException", self.iot.list_attached_policies, target=missing)
        self.refused("ResourceNotFoundException", self.iot.list_targets_for_policy, policyName="q")


class Templates(IotCase):
    def test_roles_that_will_not_do(self):
        members = {"templateName": "modules", "templateBody": BODY}
        for arn in (f"arn:aws:iam::{ACCOUNT}:role/none", f"arn:aws:iam::{ACCOUNT}:role", self.role("lambda", "lambda.amazonaws.com")):
            self.refused("InvalidRequestException", self.iot.create_provisioning_template, provisioningRoleArn=arn, **members)
        other = self.role().replace(ACCOUNT, "210987654321")
        self.refused("InvalidRequestException", self.iot.create_provisioning_template, provisioningRoleArn=other, **members)

    def test_a_role_is_not_everywhere_at_once(self):
        self.cloud.faults(role_delay=2)
        for _ in range(2):
            self.assertIn("assumed", self.refused("InvalidRequestException", self.template)["Error"]["Message"])
        self.template()

    def test_from_beginning_to_end(self):
        made = self.template(description="A template, für alle", preProvisioningHook={"targetArn": "arn:aws:lambda:us-east-1:1:function:f"})
        self.assertEqual((made["templateArn"], made["defaultVersionId"]), (f"{ARN}:provisioningtemplate/modules", 1))
        again = self.refused("ResourceAlreadyExistsException", self.template)
        self.assertEqual(again["resourceArn"], made["templateArn"])
        told = self.iot.describe_provisioning_template(templateName="modules")
        self.assertEqual((told["templateBody"], told["type"], told["enabled"], told["description"]), (BODY, "JITP", True, "A template, für alle"))
        self.assertEqual(told["preProvisioningHook"]["payloadVersion"], "2020-04-01")
        self.iot.update_provisioning_template(templateName="modules", enabled=False, description="", removePreProvisioningHook=True)
        told = self.iot.describe_provisioning_template(templateName="modules")
        self.assertEqual((told["enabled"], told["description"], "preProvisioningHook" in told), (False, "", False))
        self.refused("ResourceNotFoundException", self.iot.update_provisioning_template, templateName="modules", defaultVersionId=2)
        self.refused("InvalidRequestException", self.iot.update_provisioning_template, templateName="modules",
                     provisioningRoleArn=f"arn:aws:iam::{ACCOUNT}:role/none")
        self.iot.delete_provisioning_template(templateName="modules")
        for call in (self.iot.describe_provisioning_template, self.iot.delete_provisioning_template,
                     self.iot.list_provisioning_template_versions):
            self.refused("ResourceNotFoundException", call, templateName="modules")

    def test_versions(self):
        self.template()
        bodies = [BODY] + [BODY.replace("ACTIVE", f"ACTIVE{number}") for number in range(2, 6)]
        for number, body in enumerate(bodies[1:], 2):
            added = self.iot.create_provisioning_template_version(templateName="modules", templateBody=body, setAsDefault=number == 2)
            self.assertEqual((added["versionId"], added["isDefaultVersion"]), (number, number == 2))
        self.refused("VersionsLimitExceededException", self.iot.create_provisioning_template_version, templateName="modules", templateBody=BODY)
        first = self.iot.list_provisioning_template_versions(templateName="modules", maxResults=4)
        rest = self.iot.list_provisioning_template_versions(templateName="modules", nextToken=first["nextToken"])
        self.assertEqual([(each["versionId"], each["isDefaultVersion"]) for page in (first, rest) for each in page["versions"]],
                         [(number, number == 2) for number in range(1, 6)])
        self.assertEqual(self.state()["templates"]["modules"]["body"], bodies[1])
        self.iot.update_provisioning_template(templateName="modules", defaultVersionId=5)
        told = self.iot.describe_provisioning_template(templateName="modules")
        self.assertEqual((told["templateBody"], told["defaultVersionId"]), (bodies[4], 5))
        old = self.iot.describe_provisioning_template_version(templateName="modules", versionId=2)
        self.assertEqual((old["templateBody"], old["isDefaultVersion"]), (bodies[1], False))
        self.refused("DeleteConflictException", self.iot.delete_provisioning_template_version, templateName="modules", versionId=5)
        self.iot.delete_provisioning_template_version(templateName="modules", versionId=1)
        self.refused("ResourceNotFoundException", self.iot.describe_provisioning_template_version, templateName="modules", versionId=1)

    def test_bodies_that_are_none(self):
        for body in ("", "{", "[]", "{}", '{"Resources":{}}', '{"Resources":{"t":{"Type":"AWS::IoT::Thing","Properties":{}}}}',
                     BODY.replace("AWS::IoT::Certificate\"", "AWS::IoT::Certificates\""), BODY.replace('"Type": "String"', '"Kind": "String"'),
                     BODY + " " * 10240):
            self.refused("InvalidRequestException", self.client("iot", checked=False).create_provisioning_template, templateName="t",
                         templateBody=body, provisioningRoleArn=f"arn:aws:iam::{ACCOUNT}:role/provisioning")
        self.template()
        for name in ("x" * 37, "a.b", "a b"):
            self.refused("InvalidRequestException", self.client("iot", checked=False).create_provisioning_template, templateName=name,
                         templateBody=BODY, provisioningRoleArn=f"arn:aws:iam::{ACCOUNT}:role/provisioning")
        self.template("b")
        self.assertEqual([each["templateName"] for each in self.iot.list_provisioning_templates()["templates"]], ["modules", "b"])


class Things(IotCase):
    def test_attributes_of_another_kind(self):
        for attributes in (["a"], "a", {"a": None}, {"a": ["b"]}):
            body = json.dumps({"attributePayload": {"attributes": attributes}}).encode()
            target, headers = self.cloud.signed("iot", "POST", "/things/x", body=body)
            with self.subTest(attributes):
                self.assertEqual(self.cloud.send("POST", target, body, headers).code, "InvalidRequestException")

    def test_things(self):
        members = {"thingName": "module:1", "attributePayload": {"attributes": {"vendor": "Acme"}}}
        made = self.iot.create_thing(**members)
        self.assertEqual(self.iot.create_thing(**members)["thingId"], made["thingId"])
        again = self.refused("ResourceAlreadyExistsException", self.iot.create_thing, thingName="module:1")
        self.assertEqual((again["resourceId"], again["resourceArn"]), ("module:1", made["thingArn"]))
        self.refused("ResourceNotFoundException", self.iot.create_thing, thingName="other", thingTypeName="none")
        many = {"attributes": {f"a{number}": "1" for number in range(4)}}
        self.refused("InvalidRequestException", self.iot.create_thing, thingName="other", attributePayload=many)
        self.refused("InvalidRequestException", self.iot.create_thing, thingName="other", attributePayload={"attributes": {"a b": "1"}})
        self.iot.create_thing_type(thingTypeName="type")
        self.iot.update_thing(thingName="module:1", thingTypeName="type", attributePayload={**many, "merge": True}, expectedVersion=1)
        self.refused("VersionConflictException", self.iot.update_thing, thingName="module:1", expectedVersion=1)
        told = self.iot.describe_thing(thingName="module:1")
        self.assertEqual((told["version"], told["thingTypeName"], told["attributes"]), (2, "type", {"vendor": "Acme", **many["attributes"]}))
        self.refused("InvalidRequestException", self.iot.update_thing, thingName="module:1", removeThingType=True)
        self.iot.update_thing(thingName="module:1", removeThingType=True, attributePayload={"attributes": {"vendor": "Other"}})
        told = self.iot.describe_thing(thingName="module:1")
        self.assertEqual((told.get("thingTypeName"), told["attributes"]), (None, {"vendor": "Other"}))
        self.refused("VersionConflictException", self.iot.delete_thing, thingName="module:1", expectedVersion=1)
        self.iot.delete_thing(thingName="module:1", expectedVersion=3)
        for call in (self.iot.describe_thing, self.iot.delete_thing, self.iot.update_thing, self.iot.list_thing_principals):
            self.refused("ResourceNotFoundException", call, thingName="module:1")
        self.refused("InvalidRequestException", self.client("iot", checked=False).describe_thing, thingName="a b")

    def test_lists(self):
        self.iot.create_thing_type(thingTypeName="type")
        for number in range(30):
            self.iot.create_thing(thingName=f"m{number}", attributePayload={"attributes": {"vendor": f"Acme{number % 3}"}},
                                  **({"thingTypeName": "type"} if number % 2 else {}))
        page = self.iot.list_things()
        self.assertEqual(len(page["things"]), 25)
        rest = self.iot.list_things(nextToken=page["nextToken"])
        self.assertEqual([each["thingName"] for each in page["things"] + rest["things"]], [f"m{number}" for number in range(30)])
        self.assertEqual(len(self.iot.list_things(thingTypeName="type", maxResults=250)["things"]), 15)
        self.assertEqual(len(self.iot.list_things(attributeName="vendor", attributeValue="Acme1")["things"]), 10)
        self.assertEqual(len(self.iot.list_things(attributeName="vendor", attributeValue="Ac", usePrefixAttributeValue=True,
                                                  maxResults=250)["things"]), 30)
        for wrong in (0, 251):
            self.refused("InvalidRequestException", self.client("iot", checked=False).list_things, maxResults=wrong)

    def test_principals(self):
        self.iot.create_thing(thingName="m")
        arns = [self.certificate()["certificateArn"] for _ in range(2)]
        for arn in arns + arns:
            self.iot.attach_thing_principal(thingName="m", principal=arn)
        self.assertEqual(self.iot.list_thing_principals(thingName="m")["principals"], arns)
        self.assertEqual(self.iot.list_principal_things(principal=arns[0])["things"], ["m"])
        self.assertEqual(self.state()["certificates"][arns[0].split("/")[1]]["things"], ["m"])
        self.refused("InvalidRequestException", self.iot.delete_thing, thingName="m")
        for arn in arns:
            self.iot.detach_thing_principal(thingName="m", principal=arn)
        self.assertEqual(self.iot.list_principal_things(principal=arns[0])["things"], [])
        self.refused("ResourceNotFoundException", self.iot.attach_thing_principal, thingName="m", principal=f"{ARN}:cert/{'0' * 64}")
        self.refused("InvalidRequestException", self.iot.attach_thing_principal, thingName="m", principal="someone")
        self.iot.delete_thing(thingName="m")

    def test_types(self):
        members = {"thingTypeName": "type", "thingTypeProperties": {"thingTypeDescription": "Modules", "searchableAttributes": ["vendor"]}}
        made = self.iot.create_thing_type(**members)
        self.assertEqual(self.iot.create_thing_type(**members)["thingTypeId"], made["thingTypeId"])
        self.refused("ResourceAlreadyExistsException", self.iot.create_thing_type, thingTypeName="type")
        told = self.iot.describe_thing_type(thingTypeName="type")
        self.assertEqual(told["thingTypeProperties"], members["thingTypeProperties"])
        self.refused("InvalidRequestException", self.iot.delete_thing_type, thingTypeName="type")
        self.iot.deprecate_thing_type(thingTypeName="type")
        self.refused("InvalidRequestException", self.iot.create_thing, thingName="m", thingTypeName="type")
        self.iot.deprecate_thing_type(thingTypeName="type", undoDeprecate=True)
        self.iot.create_thing(thingName="m", thingTypeName="type")
        self.iot.deprecate_thing_type(thingTypeName="type")
        self.refused("InvalidRequestException", self.iot.delete_thing_type, thingTypeName="type")
        self.iot.delete_thing(thingName="m")
        self.assertIn("5 minutes", self.refused("InvalidRequestException", self.iot.delete_thing_type, thingTypeName="type")["Error"]["Message"])
        self.cloud.admin("POST", "clock", {"advance_ms": 5 * 60 * 1000})
        self.assertEqual([each["thingTypeMetadata"]["deprecated"] for each in self.iot.list_thing_types()["thingTypes"]], [True])
        self.iot.delete_thing_type(thingTypeName="type")
        self.refused("ResourceNotFoundException", self.iot.describe_thing_type, thingTypeName="type")

    def test_groups(self):
        top = self.iot.create_thing_group(thingGroupName="top", thingGroupProperties={"thingGroupDescription": "All"})
        self.assertEqual(self.iot.create_thing_group(thingGroupName="top", thingGroupProperties={"thingGroupDescription": "All"})["thingGroupId"],
                         top["thingGroupId"])
        self.refused("ResourceAlreadyExistsException", self.iot.create_thing_group, thingGroupName="top")
        self.refused("ResourceNotFoundException", self.client("iot").describe_thing_group, thingGroupName="none")
        self.iot.create_thing_group(thingGroupName="inner", parentGroupName="top")
        told = self.iot.describe_thing_group(thingGroupName="inner")
        self.assertEqual([each["groupName"] for each in told["thingGroupMetadata"]["rootToParentThingGroups"]], ["top"])
        self.iot.create_thing(thingName="m")
        self.iot.add_thing_to_thing_group(thingGroupName="inner", thingName="m")
        self.iot.add_thing_to_thing_group(thingGroupArn=top["thingGroupArn"], thingArn=f"{ARN}:thing/m")
        self.assertEqual(self.iot.list_things_in_thing_group(thingGroupName="inner")["things"], ["m"])
        self.assertEqual([each["groupName"] for each in self.iot.list_thing_groups_for_thing(thingName="m")["thingGroups"]], ["top", "inner"])
        self.refused("ResourceNotFoundException", self.iot.add_thing_to_thing_group, thingGroupName="inner", thingName="none")
        self.refused("InvalidRequestException", self.iot.add_thing_to_thing_group, thingName="m")
        self.iot.remove_thing_from_thing_group(thingGroupName="top", thingName="m")
        self.refused("InvalidRequestException", self.iot.delete_thing_group, thingGroupName="top")
        for name in ("inner", "top", "top"):
            self.iot.delete_thing_group(thingGroupName=name)
        self.assertEqual(self.iot.list_thing_groups()["thingGroups"], [])


if __name__ == "__main__":
    unittest.main()
