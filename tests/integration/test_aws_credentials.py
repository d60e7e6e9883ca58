# SPDX-License-Identifier: Apache-2.0
"""Where credentials come from: processes, the AWS CLI, roles by STS, web identities, containers, EC2 instances. Each source is one of
its kind here: a program, or an HTTP server that speaks what AWS's speaks."""
import datetime
import hashlib
import json
import os
import re
import socket
import stat
import subprocess
import unittest
from pathlib import Path
from urllib.parse import parse_qs

from aws_service import Answer
from sandbox import eventually
from test_aws import EXPIRED, HIDDEN, KEY, NEWER, NEWER_SECRET, NEWER_TOKEN, SECRET, SECRETS, Aws, FromFiles

ROLE = "arn:aws:iam::123456789012:role/portal"
IDENTITY = "eyJ.a.web-identity/token+of=the.test"
NONE = FromFiles.NONE
EXPORTS = next((folder for folder in os.environ["PATH"].split(":") if os.access(f"{folder}/aws", os.X_OK) and subprocess.run(
    [f"{folder}/aws", "configure", "export-credentials", "--profile", "none"], capture_output=True).returncode not in (2, 252)), None)
STS = "https://sts.amazonaws.com/doc/2011-06-15/"


def when(life):
    return f"{datetime.datetime.utcnow() + datetime.timedelta(seconds=life):%Y-%m-%dT%H:%M:%SZ}"


def printed(key=NEWER, life=3600, **more):
    """What a credential_process prints."""
    secret, token = SECRETS[key]
    values = {"Version": 1, "AccessKeyId": key, "SecretAccessKey": secret, "SessionToken": token, "Expiration": when(life)} | more
    return json.dumps({name: value for name, value in values.items() if value is not None})


def given(action, key=NEWER, life=3600):
    """What STS answers."""
    secret, token = SECRETS[key]
    return Answer(body=f'<{action}Response xmlns="{STS}"><{action}Result><Credentials><AccessKeyId>{key}</AccessKeyId>'
                       f"<SecretAccessKey>{secret}</SecretAccessKey><SessionToken>{token}</SessionToken>"
                       f"<Expiration>{when(life)}</Expiration></Credentials></{action}Result></{action}Response>")


def denied(status=403, code="AccessDenied"):
    return Answer(status, f'<ErrorResponse xmlns="{STS}"><Error><Type>Sender</Type><Code>{code}</Code><Message>not for you</Message>'
                          "</Error></ErrorResponse>")


class Sources(Aws):
    def config(self, text):
        return self.write(".aws/config", text)

    def used(self, service):
        """The access keys of the requests that a service has seen."""
        return [re.search("Credential=([^/]+)/", seen.headers["authorization"])[1] for seen in service.seen]

    def fails(self, words, error="no_credentials", arguments=(), **environment):
        service = self.service()
        result = self.send(service, *arguments, "GET", "/x", environment=NONE | environment)
        self.assertEqual((result["error"], service.seen), (error, []), result)
        self.assertRegex(result["why"], words)
        self.assertNotIn(IDENTITY, result["why"])
        return result["why"]

    def program(self, name, *lines):
        path = self.write(name, "\n".join(["#!/bin/sh", *lines, ""]))
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def saying(self, text, name="says", *lines):
        """A program that counts its runs and prints the text."""
        self.write(f"{name}.out", text)
        return self.program(name, f"echo run >> '{self.folder}/{name}.runs'", *lines, f"cat '{self.folder}/{name}.out'")

    def runs(self, name="says"):
        path = self.folder / f"{name}.runs"
        return path.read_text().count("run") if path.exists() else 0


class Process(Sources):
    def profile(self, program, more=""):
        self.config(f"[profile p]\ncredential_process = '{program}' --user \"a b\"\n{more}")
        return NONE | {"AWS_PROFILE": "p"}

    def test_its_credentials_are_used_and_kept(self):
        environment, service = self.profile(self.saying(printed())), self.service()
        for result in self.send(service, "--times", 3, "GET", "/x", environment=environment):
            self.ok(result)
        self.assertEqual((self.used(service), self.runs()), ([NEWER] * 3, 1))

    def test_keys_of_the_same_profile_go_before_it(self):
        environment = self.profile(self.saying(printed()), f"aws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n")
        service = self.service()
        self.ok(self.send(service, "GET", "/x", environment=environment))
        self.assertEqual((self.used(service), self.runs()), ([KEY], 0))

    def test_run_again_when_they_expire_soon_or_are_refused(self):
        environment = self.profile(self.saying(printed(life=120)))
        self.write("says.out", printed(KEY, life=120))

        def renew(_):
            self.write("says.out", printed())
            return Answer()

        service = self.service(renew, Answer())
        for result in self.send(service, "--times", 2, "GET", "/x", environment=environment):
            self.ok(result)
        self.assertEqual(self.used(service), [KEY, NEWER])
        self.write("says.out", printed(KEY))
        service = self.service(lambda _: (self.write("says.out", printed()), EXPIRED)[1], Answer())
        self.ok(self.send(service, "GET", "/x", environment=environment))
        self.assertEqual(self.used(service), [KEY, NEWER])

    def test_a_failed_one_while_the_old_ones_are_valid(self):
        program = self.saying(printed(life=200), "says", f"if [ -e '{self.folder}/broken' ]; then exit 3; fi")
        environment = self.profile(program)
        service = self.service(lambda _: (self.write("broken", ""), Answer())[1], Answer())
        for result in self.send(service, "--times", 3, "GET", "/x", environment=environment):
            self.ok(result)
        self.assertEqual((self.used(service), self.runs()), ([NEWER] * 3, 2))

    def test_what_is_none(self):
        for name, text, words in (
                ("rubbish", f"hello {SECRET}", "profile p: credential_process its output is not a JSON object"),
                ("nothing", "", "is not a JSON object"),
                ("version", printed(Version=2), "is not of Version 1"),
                ("half", printed(SecretAccessKey=None), "no SecretAccessKey"),
                ("time", printed(Expiration="soon"), "an Expiration that is not a time"),
                ("past", printed(life=-10), "have expired already"),
                ("endless", "x" * 100000, "prints too much")):
            with self.subTest(name):
                self.fails(words, **self.profile(self.saying(text, name)))

    def test_programs_that_fail(self):
        for name, line, words in (("status", f"echo {SECRET} >&2; exit 3", "ended with status 3; run it by hand"),
                                  ("killed", "kill -9 $$", "ended by signal 9")):
            with self.subTest(name):
                self.fails(words, **self.profile(self.program(name, line)))
        self.fails("a program that is not there", **self.profile(self.folder / "nowhere"))

    def test_one_that_hangs_is_ended_with_its_children(self):
        marker = self.folder / "alive"
        program = self.program("hangs", f"(sleep 3600; touch '{marker}') & echo $! > '{self.folder}/child'", "wait")
        self.fails("does not end within 1 s", arguments=("--process-ms", 300), **self.profile(program))
        child = int((self.folder / "child").read_text())
        eventually(lambda: not self.is_alive(child), lambda: f"the end of {child}")

    @staticmethod
    def is_alive(process):
        try:
            return Path(f"/proc/{process}/stat").read_text().split(")")[1].split()[0] != "Z"
        except OSError:
            return False

    def test_an_interruption_does_not_wait_for_it(self):
        environment = self.profile(self.program("hangs", f"touch '{self.folder}/begun'", "exec sleep 3600"))
        process = self.start(self.service().url, "GET", "/x", environment=environment)
        eventually((self.folder / "begun").exists, "its begin")
        process.terminate()
        self.assertIn('"interrupted"', self.finish(process)[0])


class Cli(Sources):
    """SSO and `aws login`: what the AWS CLI knows."""
    PROFILES = ("[profile sso]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = r\n[sso-session s]\nsso_region = eu-west-1\n"
                "sso_start_url = https://example.com\n[profile login]\nlogin_session = arn:aws:iam::123456789012:user/me\n")

    def with_cli(self, *lines):
        self.config(self.PROFILES)
        self.program("bin/aws", *lines)
        return {"PATH": f"{self.folder}/bin:/usr/bin:/bin"}

    def test_through_it(self):
        self.write("out", printed())
        path = self.with_cli(f"echo \"$*\" >> '{self.folder}/asked'", f"cat '{self.folder}/out'")
        for profile in "sso", "login":
            service = self.service()
            self.ok(self.send(service, "GET", "/x", environment=NONE | path | {"AWS_PROFILE": profile}))
            self.assertEqual(self.used(service), [NEWER])
        self.assertEqual((self.folder / "asked").read_text().splitlines(),
                         [f"configure export-credentials --format process --profile {name}" for name in ("sso", "login")])

    def test_without_it_and_without_a_login(self):
        self.config(self.PROFILES)
        self.write("bin/none", "")
        self.fails("by sso_session, for which the AWS CLI is needed.*eval .*--profile sso", AWS_PROFILE="sso", PATH=f"{self.folder}/bin")
        path = self.with_cli("exit 255")
        self.fails(r"ended with status 255.*Log in first: aws sso login --profile sso", AWS_PROFILE="sso", **path)
        self.fails(r"Log in first: aws login --profile login", AWS_PROFILE="login", **path)

    @unittest.skipUnless(EXPORTS, "there is no AWS CLI here that exports credentials")
    def test_the_real_one(self):
        """With what it keeps after a login."""
        self.config(self.PROFILES)
        key = json.dumps({"accountId": "123456789012", "roleName": "r", "sessionName": "s"}, sort_keys=True, separators=(",", ":"))
        values = json.loads(printed())
        self.write(f".aws/cli/cache/{hashlib.sha1(key.encode()).hexdigest()}.json", json.dumps(
            {"ProviderType": "sso", "Credentials": {name: values[name] for name in
                                                    ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")}}))
        service = self.service()
        self.ok(self.send(service, "GET", "/x", environment=NONE | {"AWS_PROFILE": "sso", "PATH": f"{EXPORTS}:/usr/bin:/bin"}))
        self.assertEqual(self.used(service), [NEWER])


class Roles(Sources):
    def keys(self):
        self.write(".aws/credentials", f"[base]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n")

    def form(self, seen):
        return {name: values[0] for name, values in parse_qs(seen.body.decode()).items()}

    def assumes(self, profile, sts=None, **environment):
        sts, service = sts or self.service(given("AssumeRole")), self.service()
        self.ok(self.send(service, "GET", "/x", environment=NONE | {"AWS_PROFILE": profile, "AWS_ENDPOINT_URL_STS": sts.url} | environment))
        self.assertEqual(self.used(service), [NEWER])
        return sts

    def test_of_another_profile(self):
        self.keys()
        self.config(f"[profile role]\nrole_arn = {ROLE}\nsource_profile = base\nexternal_id = 4711\nduration_seconds = 900\n"
                    f"role_session_name = me\n[profile far]\nrole_arn = {ROLE}2\nsource_profile = role\n")
        sts = self.assumes("role")
        self.assertEqual(self.form(sts.seen[0]), {"Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": ROLE, "ExternalId": "4711",
                                                  "DurationSeconds": "900", "RoleSessionName": "me"})
        self.assertEqual((sts.seen[0].problem, self.used(sts)), (None, [KEY]))
        chain = self.assumes("far")
        self.assertEqual([self.form(seen)["RoleArn"] for seen in chain.seen], [ROLE, ROLE + "2"])
        self.assertEqual(self.used(chain), [KEY, NEWER])

    def test_of_the_same_profile_and_of_the_environment(self):
        self.config(f"[profile self]\nrole_arn = {ROLE}\nsource_profile = self\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"
                    f"[profile variables]\nrole_arn = {ROLE}\ncredential_source = Environment\n")
        self.assertEqual(self.used(self.assumes("self")), [KEY])
        sts, service = self.service(given("AssumeRole")), self.service()
        self.ok(self.send(service, "--profile", "variables", "GET", "/x", environment={"AWS_ENDPOINT_URL_STS": sts.url}))
        self.assertEqual((self.used(sts), self.used(service)), ([KEY], [NEWER]))

    def test_of_a_process(self):
        self.config(f"[profile role]\nrole_arn = {ROLE}\nsource_profile = p\n[profile p]\ncredential_process = {self.saying(printed(KEY))}\n")
        self.assertEqual(self.used(self.assumes("role")), [KEY])

    def test_renewed_in_time_and_kept_when_that_fails(self):
        self.keys()
        self.config(f"[profile role]\nrole_arn = {ROLE}\nsource_profile = base\n")
        sts = self.service(given("AssumeRole", life=100), given("AssumeRole"))
        service = self.service()
        environment = NONE | {"AWS_PROFILE": "role", "AWS_ENDPOINT_URL_STS": sts.url}
        for result in self.send(service, "--times", 4, "GET", "/x", environment=environment):
            self.ok(result)
        self.assertEqual(len(sts.seen), 2)
        sts = self.service(given("AssumeRole", life=100), denied())
        for result in self.send(service, "--times", 4, "GET", "/x", environment=environment | {"AWS_ENDPOINT_URL_STS": sts.url}):
            self.ok(result)
        self.assertEqual(len(sts.seen), 2)

    def test_refused(self):
        self.keys()
        self.config(f"[profile role]\nrole_arn = {ROLE}\nsource_profile = base\n")
        for answers, words, requests in (((denied(),), f"sts:AssumeRole of {ROLE}: AccessDenied: not for you", 1),
                                         ((Answer(503),), "HTTP 503", 3), ((Answer(body="<a/>"),), "no credentials", 1),
                                         ((given("AssumeRole", life=-5),), "have expired already", 1)):
            with self.subTest(words):
                sts = self.service(*answers)
                self.fails(words, AWS_PROFILE="role", AWS_ENDPOINT_URL_STS=sts.url)
                self.assertEqual(len(sts.seen), requests)


class WebIdentity(Sources):
    ACTION = "AssumeRoleWithWebIdentity"

    def environment_of(self, sts, **more):
        return NONE | {"AWS_ROLE_ARN": ROLE, "AWS_WEB_IDENTITY_TOKEN_FILE": str(self.write("token", IDENTITY + "\n")),
                       "AWS_ROLE_SESSION_NAME": "pod", "AWS_ENDPOINT_URL_STS": sts.url} | more

    def test_of_variables(self):
        """As EKS sets them; it replaces the file."""
        sts, service = self.service(given(self.ACTION, life=60), given(self.ACTION), signed=False), self.service()
        environment = self.environment_of(sts)
        service = self.service(lambda _: (self.write("token", "another"), Answer())[1], Answer())
        for result in self.send(service, "--times", 3, "GET", "/x", environment=environment):
            self.ok(result)
        forms = [{name: values[0] for name, values in parse_qs(seen.body.decode()).items()} for seen in sts.seen]
        self.assertEqual(forms[0], {"Action": self.ACTION, "Version": "2011-06-15", "RoleArn": ROLE, "RoleSessionName": "pod",
                                    "WebIdentityToken": IDENTITY})
        self.assertEqual([form["WebIdentityToken"] for form in forms], [IDENTITY, "another"])
        self.assertNotIn("authorization", sts.seen[0].headers)
        self.assertEqual(self.used(service), [NEWER] * 3)

    def test_of_a_profile(self):
        sts, service = self.service(given(self.ACTION), signed=False), self.service()
        self.config(f"[profile web]\nrole_arn = {ROLE}\nweb_identity_token_file = {self.write('token', IDENTITY)}\n")
        self.ok(self.send(service, "GET", "/x", environment=NONE | {"AWS_PROFILE": "web", "AWS_ENDPOINT_URL_STS": sts.url}))
        self.assertEqual(self.used(service), [NEWER])

    def test_order(self):
        """Keys in variables, then the web identity, then the profile; a profile that is named goes before both."""
        self.write(".aws/credentials", f"[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n")
        sts = self.service(given(self.ACTION), signed=False)
        for arguments, more, key, asked in (((), {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}, KEY, 0), ((), {}, NEWER, 1),
                                            (("--profile", "default"), {}, KEY, 1)):
            service = self.service()
            self.ok(self.send(service, *arguments, "GET", "/x", environment=self.environment_of(sts, **more)))
            self.assertEqual((self.used(service), len(sts.seen)), ([key], asked))

    def test_refused(self):
        sts = self.service(denied(400, "ExpiredTokenException"), signed=False)
        self.fails(f"sts:AssumeRoleWithWebIdentity of {ROLE}: ExpiredTokenException", **self.environment_of(sts))
        self.assertEqual(len(sts.seen), 1)
        sts = self.service(denied(400, "IDPCommunicationError"), given(self.ACTION), signed=False)
        self.ok(self.send(self.service(), "GET", "/x", environment=self.environment_of(sts)))
        self.fails("web identity token .*/none cannot be read", **self.environment_of(sts, AWS_WEB_IDENTITY_TOKEN_FILE=str(self.folder / "none")))
        said = self.refuses_to_start(environment=self.environment_of(sts, AWS_ROLE_ARN=None))
        self.assertIn("AWS_ROLE_ARN is not", said)


class Metadata:
    """The script of an EC2 instance's metadata service, version 2."""

    def __init__(self, *roles):
        self.answers, self.seen = list(roles), []

    def __call__(self, seen):
        self.seen.append((seen.method, seen.target))
        if (seen.method, seen.target) == ("PUT", "/latest/api/token"):
            return Answer(body="the-token") if seen.headers.get("x-aws-ec2-metadata-token-ttl-seconds") == "21600" else Answer(400)
        if seen.headers.get("x-aws-ec2-metadata-token") != "the-token":
            return Answer(401)
        if seen.target == "/latest/meta-data/iam/security-credentials/":
            return Answer(body="portal-role\n") if self.answers else Answer(404)
        if seen.target != "/latest/meta-data/iam/security-credentials/portal-role":
            return Answer(404)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer() if callable(answer) else answer


def of_instance(key=NEWER, life=3600, **more):
    secret, token = SECRETS[key]
    return Answer(body={"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": key, "SecretAccessKey": secret, "Token": token or "",
                        "Expiration": when(life)} | more)


class Instance(Sources):
    def metadata(self, *roles):
        script = Metadata(*roles)
        return script, self.service(script, signed=False)

    def environment_of(self, endpoint, **more):
        return NONE | {"AWS_EC2_METADATA_DISABLED": None, "AWS_EC2_METADATA_SERVICE_ENDPOINT": getattr(endpoint, "url", endpoint)} | more

    def test_version_2(self):
        (script, endpoint), service = self.metadata(of_instance(KEY, 100), of_instance()), self.service()
        for result in self.send(service, "--times", 3, "GET", "/x", environment=self.environment_of(endpoint)):
            self.ok(result)
        self.assertEqual(self.used(service), [KEY, NEWER, NEWER])
        self.assertEqual(script.seen[:3], [("PUT", "/latest/api/token"), ("GET", "/latest/meta-data/iam/security-credentials/"),
                                           ("GET", "/latest/meta-data/iam/security-credentials/portal-role")])
        self.assertEqual(len(script.seen), 6)

    def test_a_failed_refresh_is_no_error_while_the_old_ones_are_valid(self):
        (script, endpoint), service = self.metadata(of_instance(life=100), Answer(500)), self.service()
        for result in self.send(service, "--times", 4, "GET", "/x", environment=self.environment_of(endpoint)):
            self.ok(result)

    def test_for_a_role_of_a_profile(self):
        self.config(f"[profile role]\nrole_arn = {ROLE}\ncredential_source = Ec2InstanceMetadata\n")
        (_, endpoint), sts, service = self.metadata(of_instance(KEY)), self.service(given("AssumeRole")), self.service()
        self.ok(self.send(service, "GET", "/x", environment=self.environment_of(endpoint, AWS_PROFILE="role", AWS_ENDPOINT_URL_STS=sts.url)))
        self.assertEqual((self.used(sts), self.used(service)), ([KEY], [NEWER]))

    def test_a_container_goes_before_it(self):
        (script, endpoint), service = self.metadata(of_instance(KEY)), self.service()
        container = self.service(of_instance(), signed=False)
        self.ok(self.send(service, "GET", "/x", environment=self.environment_of(
            endpoint, AWS_CONTAINER_CREDENTIALS_FULL_URI=container.url + "/role")))
        self.assertEqual((self.used(service), script.seen), ([NEWER], []))

    def test_none(self):
        for roles, words in (((), "has no role: attach an instance profile"), ((of_instance(Code="AssumeRoleUnauthorizedAccess"),),
                             "portal-role says AssumeRoleUnauthorizedAccess"), ((of_instance(life=-1),), "have expired already"),
                             ((Answer(500),), "HTTP 500")):
            with self.subTest(words):
                said = self.fails(words, **self.environment_of(self.metadata(*roles)[1]))
                self.assertIn("no credentials: set AWS_ACCESS_KEY_ID", said)

    def test_switched_off(self):
        script, endpoint = self.metadata(of_instance())
        self.fails("no credentials", **self.environment_of(endpoint, AWS_EC2_METADATA_DISABLED="TRUE"))
        self.assertEqual(script.seen, [])

    def test_nobody_there_costs_a_moment(self):
        """A listener that takes no connection is like an address that never answers; one that answers nothing is like a container
        whose packets end after one hop."""
        with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
            port = full.getsockname()[1]
            waiting = []
            for _ in range(4):
                waiting.append(socket.socket())
                waiting[-1].setblocking(False)
                waiting[-1].connect_ex(("127.0.0.1", port))
            self.fails(r"does not give a token: .*after 1\d{3} ms.*AWS_EC2_METADATA_DISABLED=true", **self.environment_of(f"http://127.0.0.1:{port}"))
            for each in waiting:
                each.close()
        endpoint = self.service(Answer(hold=True), signed=False)
        self.fails(r"after 2\d{3} milliseconds.*hop limit must be 2", **self.environment_of(endpoint))


if __name__ == "__main__":
    unittest.main()
