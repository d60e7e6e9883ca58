# SPDX-License-Identifier: Apache-2.0
"""AWS's own service models as the judge of every request: which operation it is, whether its input is one that the operation
takes, and whether botocore would have signed it so. What passes goes on to the simulated cloud as it came, Host header included.

    with Cloud() as cloud, Judge(cloud.host) as judge:
        ... AWS_ENDPOINT_URL=judge.url ...
        judge.calls        # ["sts:GetCallerIdentity", "iam:GetRole", ...]
        judge.problems     # must be empty
"""
import http.client
import json
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

from botocore.validate import ParamValidator

from aws_service import AUTHORIZATION, Answer, Service, refused, signature_problem
from newer_models import new_session
from patience import DEADLINE

LOST = object()  # what a script answers for a call that is carried out, and whose answer nobody gets

REST = ("iot", "iotwireless")
QUERY = {"iam": "2010-05-08", "sts": "2011-06-15"}
JSON = {"sqs": ("AmazonSQS.", "application/x-amz-json-1.0")}  # newer than Debian's botocore; the members are the same


@dataclass
class Call:
    service: str
    operation: str
    input: dict
    problem: str | None = None

    @property
    def name(self):
        return f"{self.service}:{self.operation}"

    @property
    def changes(self):
        """Whether it could change anything."""
        return not self.operation.startswith(("Get", "List", "Describe"))


def _models():
    session = new_session()
    return {name: session.get_service_model(name) for name in (*REST, *QUERY, *JSON)}


MODELS = _models()


def _routes(service):
    for name in MODELS[service].operation_names:
        operation = MODELS[service].operation_model(name)
        path = operation.http["requestUri"].partition("?")[0]
        pattern = "".join(f"(?P<{part[1:-1].rstrip('+')}>{'.+' if '+' in part else '[^/]+'})" if part.startswith("{")
                          else re.escape(part) for part in re.split(r"(\{[^}]+\})", path))
        yield operation.http["method"], re.compile(pattern), path.count("{"), operation


# The fewest variables first: /policies/x/version is not a policy whose name has a slash in it.
ROUTES = {service: sorted(_routes(service), key=lambda route: route[2]) for service in REST}


def _typed(shape, text):
    if shape.type_name in ("integer", "long"):
        return int(text)
    if shape.type_name == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text


def _rest_call(service, seen):
    url = urlsplit(seen.target)
    for method, pattern, _, operation in ROUTES[service]:
        found = method == seen.method and pattern.fullmatch(url.path)
        if not found:
            continue
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        body = json.loads(seen.body) if seen.body else {}
        shape, values = operation.input_shape, {}
        if shape and "payload" in shape.serialization:
            body = {shape.serialization["payload"]: body}
        for name, member in (shape.members.items() if shape else ()):
            place, key = member.serialization.get("location"), member.serialization.get("name", name)
            if place == "uri":
                values[name] = _typed(member, unquote(found[key]))
            elif place == "querystring" and key in query:
                values[name] = _typed(member, query.pop(key))
            elif place == "header" and key.lower() in seen.headers:
                values[name] = seen.headers[key.lower()]
            elif place is None and key in body:
                values[name] = body.pop(key)
        problem = f"unknown: {[*query, *body]}" if query or body else None
        return Call(service, operation.name, values, problem), operation
    return Call(service, f"{seen.method} {url.path}", {}, f"no operation of {service}"), None


def _lists(form):
    """{"Tags.member.1.Key": "a", ...} -> {"Tags": [{"Key": "a"}]}, as the query protocol writes lists of structures."""
    for name in [name for name in form if ".member." in name]:
        member, _, rest = name.partition(".member.")
        number, _, part = rest.partition(".")
        each = form.setdefault(member, [])
        each.extend({} for _ in range(int(number) - len(each)))
        each[int(number) - 1][part] = form.pop(name)
    return form


def _query_call(service, seen):
    form = _lists({name: values[0] for name, values in parse_qs(seen.body.decode(), keep_blank_values=True).items()})
    name = form.pop("Action", "")
    if form.pop("Version", None) != QUERY[service] or seen.method != "POST" or seen.target != "/":
        return Call(service, name, form, "no call of the query protocol"), None
    if name not in MODELS[service].operation_names:
        return Call(service, name, form, "no such operation"), None
    return Call(service, name, form), MODELS[service].operation_model(name)


def _json_call(service, seen):
    prefix, kind = JSON[service]
    name, given = seen.headers.get("x-amz-target", "").removeprefix(prefix), json.loads(seen.body)
    if seen.headers.get("content-type") != kind or seen.method != "POST" or seen.target != "/":
        return Call(service, name, given, "no call of the JSON protocol"), None
    if name not in MODELS[service].operation_names:
        return Call(service, name, given, "no such operation"), None
    operation = MODELS[service].operation_model(name)
    unknown = [member for member in given if member not in operation.input_shape.members]
    return Call(service, name, given, f"unknown: {unknown}" if unknown else None), operation


def _limits(shape, value, path=""):
    """Lengths, patterns and choices, which botocore leaves to the service; not patterns of Java's own classes."""
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name in value:
                yield from _limits(member, value[name], f"{path}.{name}")
    elif shape.type_name == "string":
        pattern = shape.metadata.get("pattern", "").replace("\\u10FFFF", "\\U0010FFFF")
        if len(value) > shape.metadata.get("max", len(value)):
            yield f"{path} is longer than {shape.metadata['max']}"
        if pattern and "\\p{" not in pattern and not re.fullmatch(pattern, value, re.S):
            yield f"{path} is not {pattern}: {value!r}"
        if shape.enum and value not in shape.enum:
            yield f"{path} is none of {shape.enum}: {value!r}"


def understand(seen):
    """The call that a request is; its problem is None where AWS's model takes it."""
    scope = AUTHORIZATION.fullmatch(seen.headers.get("authorization", ""))
    service = scope[4] if scope else ""
    try:
        reader = _query_call if service in QUERY else _json_call if service in JSON else _rest_call
        call, operation = reader(service if service in MODELS else "iot", seen)
    except (ValueError, KeyError) as problem:
        return Call(service, f"{seen.method} {seen.target}", {}, f"not read: {problem!r}")
    if service not in MODELS:
        call.problem = f"signed for {service!r}"
    if operation and operation.input_shape and not call.problem:
        report = ParamValidator().validate(call.input, operation.input_shape)
        call.problem = report.generate_report() or "; ".join(_limits(operation.input_shape, call.input)) or None
    elif call.input and not call.problem:
        call.problem = f"takes nothing, and was given {call.input}"
    return call


class Judge(Service):
    """`script` may answer a call instead of the cloud: a function of it that gives an Answer, or None to pass it on."""

    def __init__(self, host=None, region="us-east-1", secrets=None, script=None):
        super().__init__(region=region, secrets=secrets or {"sandbox": ("sandbox", None)})
        self.host, self.script, self.made = host, script, []

    @property
    def calls(self):
        return [call.name for call in self.made]

    @property
    def changing(self):
        return [call.name for call in self.made if call.changes]

    @property
    def problems(self):
        return [f"{call.name}: {call.problem}" for call in self.made if call.problem]

    def inputs(self, name):
        return [call.input for call in self.made if call.name == name]

    def take(self, seen):
        if seen.target.startswith("/moto-api/"):  # the cloud's own page in a browser that is open on this port; no AWS client asks for it
            return refused(404, "NotFoundException", seen.target)
        call = understand(seen)
        if not call.problem:
            region = "us-east-1" if call.service == "iam" else self.region
            call.problem = signature_problem(seen, self.secrets, region)
        with self.lock:
            self.made.append(call)
            answer = self.script(call) if self.script else None
        if call.problem:
            return refused(400, "InvalidRequestException", call.problem)
        if answer is LOST:
            self._pass_on(seen)
            return Answer(drop=True)
        return answer or self._pass_on(seen)

    def _pass_on(self, seen):
        connection = http.client.HTTPConnection(self.host, timeout=DEADLINE)
        try:
            connection.request(seen.method, seen.target, seen.body, seen.headers)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            return Answer(drop=True)
        finally:
            connection.close()
        names = ("content-type", "x-amzn-errortype", "x-amzn-requestid")
        return Answer(answer.status, body, {name: answer.headers[name] for name in names if name in answer.headers})
