# SPDX-License-Identifier: Apache-2.0
"""A CloudFormation template as the service reads it: parameters checked, conditions and functions worked out, and what is left
held against AWS's own resource schemas. Only the functions that deploy/oem-account.yaml uses; any other is an error."""
import functools
import itertools
import json
import re
import subprocess

import yaml

from patience import LONG_DEADLINE
from sandbox import BUILD, ROOT

SKIPPED = 77  # what tests/schemas/run says where it cannot be run
PARAMETER_MAX = 4096  # bytes
NO_VALUE = object()


class Refused(Exception):
    """What CloudFormation would not take, in words."""


class Loader(yaml.SafeLoader):
    """!Sub and the others become {"Fn::Sub": ...}, as in a template that is JSON."""


def _function(loader, suffix, node):
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        return {name: value.split(".", 1) if suffix == "GetAtt" else value}
    return {name: loader.construct_sequence(node, deep=True)}


Loader.add_multi_constructor("!", _function)


@functools.lru_cache
def _read(text):
    return yaml.load(text, Loader)


class Stack:
    """`Stack(text, {"Name": "acme"})`: resources is {logical name: (type, properties)}, outputs {name: value}."""

    PSEUDO = {"AWS::Region": "us-east-1", "AWS::AccountId": "123456789012", "AWS::Partition": "aws"}
    NAMES = {"AWS::IoT::Policy": "PolicyName", "AWS::IoT::ProvisioningTemplate": "TemplateName"}  # what Ref gives

    def __init__(self, text, parameters):
        self._template = _read(text)
        self.attributes = set()  # (type, attribute) that Fn::GetAtt has asked for
        self._values = {**self.PSEUDO, **dict(self._parameters(parameters))}
        self.resources = {name: (resource["Type"], self._evaluate(resource["Properties"]))
                          for name, resource in self._present("Resources")}
        self.outputs = {name: self._evaluate(output["Value"]) for name, output in self._present("Outputs")}

    def of(self, kind):
        """The properties of all resources of a type, "AWS::IoT::Policy"."""
        return [properties for its, properties in self.resources.values() if its == kind]

    def one(self, kind):
        properties, = self.of(kind)
        return properties

    def _parameters(self, given):
        declared = self._template["Parameters"]
        for name in given.keys() - declared.keys():
            raise Refused(f"there is no parameter {name}")
        for name, rules in declared.items():
            if name not in given and "Default" not in rules:
                raise Refused(f"parameter {name} is missing")
            value = given.get(name, rules.get("Default"))
            if rules["Type"] != "String":
                raise NotImplementedError(rules["Type"])
            if (len(value.encode()) > PARAMETER_MAX or value not in rules.get("AllowedValues", [value])
                    or not re.fullmatch(rules.get("AllowedPattern", r"[\s\S]*"), value)):
                raise Refused(f"parameter {name} must not be {value[:80]!r}")
            yield name, value

    def _present(self, section):
        for name, each in self._template[section].items():
            if "Condition" not in each or self._evaluate({"Condition": each["Condition"]}):
                yield name, each

    def _evaluate(self, value):
        if isinstance(value, list):
            evaluated = [self._evaluate(each) for each in value]
            return [each for each in evaluated if each is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        name = next(iter(value), "")
        if len(value) == 1 and (name.startswith("Fn::") or name in ("Ref", "Condition")) and value[name] != {}:
            function = getattr(self, "_" + name.removeprefix("Fn::").lower(), None)
            if not function:
                raise NotImplementedError(name)
            return function(value[name])
        return {key: self._evaluate(each) for key, each in value.items()}

    def _ref(self, name):
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self._values:
            return self._values[name]
        resource = self._template["Resources"].get(name)
        if not resource:
            raise Refused(f"Ref: there is no {name}")
        if "Condition" in resource and not self._evaluate({"Condition": resource["Condition"]}):
            raise Refused(f"Ref: {name} is not made")
        return self._evaluate(resource["Properties"][self.NAMES[resource["Type"]]])

    def _getatt(self, path):
        name, attribute = path
        resource = self._template["Resources"].get(name)
        if not resource or "Condition" in resource and not self._evaluate({"Condition": resource["Condition"]}):
            raise Refused(f"GetAtt: there is no {name}")
        self.attributes.add((resource["Type"], attribute))
        if resource["Type"] == "AWS::IAM::Role" and attribute == "Arn":
            return f"arn:aws:iam::123456789012:role/{self._evaluate(resource['Properties']['RoleName'])}"
        if resource["Type"] == "AWS::SQS::Queue" and attribute == "Arn":
            return f"arn:aws:sqs:us-east-1:123456789012:{self._evaluate(resource['Properties']['QueueName'])}"
        return f"<{name}.{attribute}>"

    def _sub(self, what):
        text, more = (what, {}) if isinstance(what, str) else (what[0], self._evaluate(what[1]))

        def value(found):
            if found[1].startswith("!"):
                return "${" + found[1][1:] + "}"
            return more[found[1]] if found[1] in more else self._ref(found[1])
        return re.sub(r"\$\{([^}]+)\}", value, text)

    def _condition(self, name):
        return self._evaluate(self._template["Conditions"][name])

    def _if(self, what):
        return self._evaluate(what[1] if self._condition(what[0]) else what[2])

    def _equals(self, what):
        left, right = self._evaluate(what)
        return left == right

    def _not(self, what):
        return not self._evaluate(what[0])

    def _and(self, what):
        return all(self._evaluate(what))

    def _or(self, what):
        return any(self._evaluate(what))

    def _join(self, what):
        if not isinstance(what[0], str):
            raise Refused("Join: what is put between must be a text, not a function")
        return what[0].join(self._evaluate(what[1]))

    def _split(self, what):
        return self._evaluate(what[1]).split(what[0])

    def _select(self, what):
        index, texts = what[0], self._evaluate(what[1])
        if index >= len(texts):
            raise Refused(f"Select: there is no {index} in {texts}")
        return texts[index]


def combinations(choices):
    """{"Name": ["a", "b"], ...} -> each {"Name": "a", ...}; None leaves one out."""
    for values in itertools.product(*choices.values()):
        yield {name: value for name, value in zip(choices, values) if value is not None}


def schemas(*types):
    """AWS's own, from npm; None where npm is not to be had, which is told."""
    done = subprocess.run([ROOT / "tests" / "schemas" / "run", BUILD / "tests" / "schemas", "resources.mjs", *types],
                          capture_output=True, text=True, timeout=LONG_DEADLINE)
    if done.returncode == SKIPPED:
        print(done.stdout, end="")
        return None
    if done.returncode:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def mistakes(schema, value, where):
    """What of a value is not as its schema has it, each as "Where.Property: what"."""
    kind = schema["type"]
    if kind == "object":
        yield from _object_mistakes(schema["properties"], value, where)
    elif kind == "array":
        if not isinstance(value, list):
            yield f"{where}: {value!r} is no list"
            return
        for index, each in enumerate(value):
            yield from mistakes(schema["element"], each, f"{where}[{index}]")
    elif kind == "union":
        if all(any(mistakes(each, value, where)) for each in schema["types"]):
            yield f"{where}: {value!r} is none of {[each['type'] for each in schema['types']]}"
    elif not isinstance(value, {"string": str, "boolean": bool, "integer": int, "json": dict}[kind]):
        yield f"{where}: {value!r} is no {kind}"
    elif value not in schema.get("values", [value]):
        yield f"{where}: {value!r} is none of {schema['values']}"


def _object_mistakes(properties, value, where):
    if not isinstance(value, dict):
        yield f"{where}: {value!r} is no object"
        return
    for name in properties.keys() | value.keys():
        if name not in properties:
            yield f"{where}.{name}: is no property of it"
        elif name in value:
            yield from mistakes(properties[name], value[name], f"{where}.{name}")
        elif properties[name]["required"]:
            yield f"{where}.{name}: is missing"
