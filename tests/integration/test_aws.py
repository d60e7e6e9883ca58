# SPDX-License-Identifier: Apache-2.0
"""aws_send() on the wire: signatures as AWS's own code computes them, repeats, refusals, credentials, TLS."""
import datetime
import json
import os
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from aws_service import Answer, Service, authority, refused
from patience import DEADLINE
from sandbox import BUILD, eventually

CLIENT = BUILD / "tests" / "integration" / "aws_client"
KEY, SECRET, TOKEN = "AKIATESTKEY000000001", "se+cret/Of=the:test", "to+ken/With==signs"
NEWER, NEWER_SECRET, NEWER_TOKEN = "ASIANEWER00000000002", "newer+secret/x", "newer//token=="
SECRETS = {KEY: (SECRET, None), NEWER: (NEWER_SECRET, NEWER_TOKEN)}
HIDDEN = (SECRET, TOKEN, NEWER_SECRET, NEWER_TOKEN)
EXPIRED = refused(403, "ExpiredTokenException", "The security token included in the request is expired")


class Aws(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def service(self, *answers, secrets=None, **options):
        return self.enterContext(Service(*answers, secrets=secrets or SECRETS, **options))

    def environment(self, url, changes):
        values = {"HOME": str(self.folder), "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
                  "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": url, "AWS_EC2_METADATA_DISABLED": "true"}
        values.update(changes or {})
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith("AWS_") and "proxy" not in name.lower()}
        return kept | {name: value for name, value in values.items() if value is not None}

    def start(self, url, *arguments, environment=None, retry="1"):
        process = subprocess.Popen([CLIENT, "--retry-ms", retry, *map(str, arguments)], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=self.environment(url, environment))
        self.addCleanup(lambda: process.returncode is None and (process.kill(), process.communicate()))
        return process

    def finish(self, process):
        out, err = process.communicate(timeout=DEADLINE)
        for hidden in HIDDEN:
            self.assertNotIn(hidden, out + err)
        return out, err

    def send(self, service, *arguments, **options):
        """All results, one a request."""
        process = self.start(getattr(service, "url", service), *arguments, **options)
        out, err = self.finish(process)
        self.assertEqual((process.returncode, err), (0, ""))
        results = [json.loads(line) for line in out.splitlines()]
        return results if "--times" in arguments else results[0]

    def refuses_to_start(self, **options):
        process = self.start("http://127.0.0.1:1", "GET", "/x", **options)
        out, err = self.finish(process)
        self.assertEqual((process.returncode, out), (78, ""))
        return err.strip()

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(text)
        return path

    def ok(self, result):
        self.assertEqual((result["error"], result["why"]), ("ok", ""))


class Signatures(Aws):
    def check(self, service, *arguments, **options):
        self.ok(self.send(service, *arguments, **options))
        self.assertIsNone(service.seen[-1].problem)
        return service.seen[-1]

    def test_the_verifier_refuses_another_secret(self):
        service = self.service(Answer())
        result = self.send(service, "GET", "/x", environment={"AWS_SECRET_ACCESS_KEY": "se+cret/Of=the:tesT"})
        self.assertEqual((result["error"], result["code"]), ("forbidden", "InvalidSignatureException"))
        self.assertIn("does not match", service.seen[0].problem)

    def test_every_method_with_and_without_a_body(self):
        service = self.service()
        body = self.write("body.json", '{"Name": "größer als €", "n": 1}')
        nothing = self.write("nothing", "")
        for method in ("GET", "DELETE", "POST", "PUT", "PATCH"):
            with self.subTest(method):
                self.assertEqual(self.check(service, method, "/wireless_device_import_task").length, 0)
                if method != "GET":
                    seen = self.check(service, "--body", body, method, "/a/b-c_d.e~f")
                    self.assertEqual((seen.method, seen.body), (method, body.read_bytes()))
                    self.assertEqual(seen.headers["content-type"], "application/json")
                    self.assertEqual(self.check(service, "--body", nothing, method, "/a").length, 0)
        self.assertEqual(self.check(service, "POST", "/x").headers["content-length"], "0")

    def test_queries(self):
        service = self.service()
        many = [f"{name}{number}=v{number}" for number in range(20) for name in "zaB"]
        for query in (["id=a b"], ["q=ä€😀"], ["q=a+b=c&d"], ["empty="], ["z=1", "a=2", "a=1", "A=3", "ä=4", "a-b=5"],
                      many, ["nextToken=abc/+=%20"], ["v=~*'()!"]):
            with self.subTest(query):
                seen = self.check(service, "GET", "/tasks", *query)
                self.assertEqual(seen.target.count("="), len(query))
        self.assertEqual(service.seen[0].target, "/tasks?id=a%20b")

    def test_paths(self):
        service = self.service()
        for path in ("/", "/a%20b/%C3%A4", "/device-profiles/%25%2F%3A", "/a%28b%29", "/~x"):
            with self.subTest(path):
                self.assertEqual(self.check(service, "GET", path, "q=1").target, path + "?q=1")
        for path in ("/a/../b", "/.", "/a b", "/\u00e4", "/a?b"):
            self.assertEqual(self.send(service, "GET", path)["error"], "refused")
        self.assertEqual(len(service.seen), 5)

    def test_session_token_and_headers_of_the_request(self):
        service = self.service(secrets={KEY: (SECRET, TOKEN)})
        token = {"AWS_SESSION_TOKEN": TOKEN}
        self.check(service, "GET", "/x", environment=token)
        body = self.write("body", "text")
        seen = self.check(service, "--body", body, "--header", "Content-Type: text/plain; charset=utf-8",
                          "--header", "X-Amz-Test: a  b", "POST", "/x", environment=token)
        self.assertEqual(seen.headers["content-type"], "text/plain; charset=utf-8")
        result = self.send(service, "GET", "/x", environment={"AWS_SESSION_TOKEN": TOKEN + "\r\nX-Evil: 1"})
        self.assertEqual((result["error"], len(service.seen)), ("unreachable", 2))

    def test_s3(self):
        service = self.service(Answer(headers={"ETag": '"abc"', "x-amz-request-id": "R1"}))
        body = self.write("body", b"smsn\n\x00\xff")
        for path in ("/bucket/key%20with%2Bsigns%28%29", "/bucket/a//b/../c/./d", "/bucket/%C3%A4"):
            with self.subTest(path):
                seen = self.check(service, "--service", "s3", "--body", body, "PUT", path)
                self.assertEqual((seen.target, seen.body), (path, body.read_bytes()))
                self.assertEqual(seen.headers["content-type"], "application/octet-stream")
        self.check(service, "--service", "s3", "GET", "/bucket", "list-type=2", "prefix=a b/")
        result = self.send(service, "--service", "s3", "DELETE", "/bucket/key")
        self.assertEqual((result["etag"], result["request_id"]), ('"abc"', "R1"))

    def test_a_stream_of_50_mb_is_sent_again_from_its_beginning(self):
        service = self.service(Answer(503), Answer(drop=True), Answer(), secrets={KEY: (SECRET, TOKEN)})
        stream = self.write("big", os.urandom(1 << 20) * 50)
        result = self.send(service, "--service", "s3", "--stream", stream, "PUT", "/bucket/big.csv",
                           environment={"AWS_SESSION_TOKEN": TOKEN})
        self.ok(result)
        self.assertEqual((result["sent"], result["rewound"]), (50 << 20, 2))
        self.assertEqual([seen.problem for seen in service.seen], [None] * 3)
        self.assertEqual({(seen.length, seen.digest) for seen in service.seen},
                         {(50 << 20, service.seen[0].headers["x-amz-content-sha256"])})

    def test_a_stream_on_a_kept_connection_that_turns_out_to_be_closed(self):
        service = self.service(Answer(), Answer(deaf=True), Answer())
        stream = self.write("stream", os.urandom(300_000))
        for result in self.send(service, "--times", 2, "--attempts", 2, "--service", "s3", "--stream", stream,
                                "PUT", "/b/k"):
            self.ok(result)
        self.assertEqual([(seen.problem, seen.length) for seen in service.seen], [(None, 300_000)] * 2)

    def test_what_is_asked_once_is_not_sent_again_by_libcurl_either(self):
        service = self.service(Answer(), Answer(drop=True), Answer())
        first, second = self.send(service, "--times", 2, "--attempts", 1, "GET", "/x")
        self.ok(first)
        self.assertEqual(second["error"], "unreachable")
        self.assertEqual(len(service.seen), 2)

    def test_a_stream_that_is_shorter_than_it_says_is_unreadable(self):
        service = self.service()
        stream = self.write("stream", "x" * 1000)
        result = self.send(service, "--service", "s3", "--stream", stream, "--shrunk", "PUT", "/b/k")
        self.assertEqual(result["error"], "unreadable")

    def test_many_requests_on_one_connection(self):
        service = self.service()
        for result in self.send(service, "--times", 30, "GET", "/x", "a=1"):
            self.ok(result)
        self.assertEqual([seen.problem for seen in service.seen], [None] * 30)


class Refusals(Aws):
    def result(self, *answers, **options):
        self.service_ = self.service(*answers)
        return self.send(self.service_, "GET", "/x", **options)

    def test_kinds(self):
        for status, code, error in ((400, "ValidationException", "refused"), (403, "AccessDeniedException", "forbidden"),
                                    (401, "X", "forbidden"), (404, "ResourceNotFoundException", "not_found"),
                                    (409, "ConflictException", "conflict"), (501, "NotImplemented", "refused")):
            with self.subTest(status):
                answer = refused(status, code, "Because\nof \x1b[31mthis")
                answer.headers["x-amzn-RequestId"] = "req-1"
                result = self.result(answer)
                self.assertEqual((result["error"], result["status"], result["code"]), (error, status, code))
                self.assertEqual(result["why"], f"iotwireless refuses: {code}: Because of  [31mthis "
                                                f"(HTTP {status}, request req-1)")
                self.assertEqual(len(self.service_.seen), 1)

    def test_xml(self):
        result = self.result(Answer(404, "<?xml version='1.0'?><Error><Code>NoSuchBucket</Code>"
                                         "<Message>a &amp; b</Message></Error>"))
        self.assertEqual((result["error"], result["code"], result["message"]), ("not_found", "NoSuchBucket", "a & b"))

    def test_an_answer_without_words(self):
        self.assertEqual(self.result(Answer(418, "<html>"))["why"], "iotwireless refuses: HTTP 418")
        self.assertEqual(self.result(Answer(204))["error"], "ok")

    def test_redirects_are_not_followed(self):
        other = self.service(signed=False)
        result = self.result(Answer(307, headers={"Location": other.url + "/x"}))
        self.assertEqual((result["error"], result["status"], other.seen), ("refused", 307, []))

    def test_a_wrong_clock_is_called_so(self):
        for code in ("SignatureDoesNotMatch", "RequestTimeTooSkewed", "InvalidSignatureException"):
            for skew, words in ((1800, "clock is 30 minutes behind"), (-1800, "clock is 30 minutes ahead")):
                result = self.result(refused(403, code, "Signature expired: 20261122T000000Z", skew=skew))
                self.assertEqual(result["error"], "forbidden")
                self.assertIn(words, result["why"])
        self.assertNotIn("clock", self.result(refused(403, "SignatureDoesNotMatch"))["why"])

    def test_an_answer_that_is_too_large(self):
        result = self.result(Answer(body=b"x" * (17 << 20)))
        self.assertEqual((result["error"], len(self.service_.seen)), ("unreachable", 1))
        self.assertIn("larger than 16 MiB", result["why"])
        self.assertEqual(self.result(Answer(body=b"x" * (16 << 20)))["length"], 16 << 20)


class Repeats(Aws):
    def check(self, answers, error, requests, *arguments):
        service = self.service(*answers)
        result = self.send(service, *arguments, "GET", "/x")
        self.assertEqual((result["error"], len(service.seen)), (error, requests), result)
        self.assertEqual([seen.problem for seen in service.seen], [None] * requests)
        return result

    def test_a_storm_that_passes(self):
        storm = [Answer(429), refused(400, "ThrottlingException"), Answer(503, "<Error><Code>SlowDown</Code></Error>"),
                 Answer(429, headers={"Retry-After": "0"}), Answer(body="done")]
        self.assertEqual(self.check(storm, "ok", 5)["body"], "done")

    def test_a_storm_that_does_not(self):
        result = self.check([refused(429, "TooManyRequestsException", "slower")], "throttled", 5)
        self.assertEqual(result["why"], "iotwireless asks for fewer requests: TooManyRequestsException: slower "
                                        "(HTTP 429); tried 5 times")
        self.check([Answer(429)], "throttled", 2, "--attempts", 2)

    def test_trouble_of_the_service(self):
        self.check([Answer(500), Answer(502), Answer(504), Answer()], "ok", 4)
        self.check([Answer(503)], "unavailable", 5)

    def test_connections_that_break(self):
        self.check([Answer(drop=True), Answer(drop=True), Answer()], "ok", 3)
        self.check([Answer(drop=True)], "unreachable", 5)

    def test_answers_that_break_off(self):
        broken = Answer(body="half", promise=10)
        self.assertEqual(self.check([broken, broken, Answer(body="whole")], "ok", 3)["body"], "whole")
        self.assertEqual(self.check([broken], "unreachable", 5)["body"], "")

    def test_nobody_there(self):
        with Service() as gone:
            pass
        result = self.send(gone, "GET", "/x")
        self.assertEqual(result["error"], "unreachable")
        self.assertIn("tried 5 times", result["why"])

    def test_as_many_attempts_as_the_environment_says(self):
        service = self.service(Answer(500))
        self.send(service, "GET", "/x", environment={"AWS_MAX_ATTEMPTS": "3"})
        self.assertEqual(len(service.seen), 3)

    def interrupt(self, service, **options):
        process = self.start(service.url, "GET", "/x", **options)
        eventually(lambda: service.seen, "no request")
        process.send_signal(signal.SIGTERM)
        return json.loads(self.finish(process)[0])

    def test_an_interruption_while_it_waits_for_the_answer(self):
        self.assertEqual(self.interrupt(self.service(Answer(hold=True)))["error"], "interrupted")

    def test_an_interruption_while_it_waits_to_ask_again(self):
        service = self.service(Answer(429, headers={"Retry-After": "30"}))
        self.assertEqual(self.interrupt(service)["error"], "interrupted")
        self.assertEqual(len(service.seen), 1)


class FromFiles(Aws):
    NONE = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}

    def credentials(self, key=KEY, secret=SECRET, token=None, section="default", more=""):
        lines = [f"[{section}]", f"aws_access_key_id = {key}", f"aws_secret_access_key={secret}"]
        lines += [f"aws_session_token = {token}"] if token else []
        return self.write(".aws/credentials", "\n".join(lines) + "\n" + more)

    def test_the_profile_is_used(self):
        self.credentials(section="works")
        self.write(".aws/config", "[default]\nregion = nowhere\n[profile works]\nregion = eu-central-1 # home\n")
        service = self.service(region="eu-central-1")
        for arguments, named in ((("--profile", "works"), {}), ((), {"AWS_PROFILE": "works"})):
            self.ok(self.send(service, *arguments, "GET", "/x", environment=self.NONE | named | {"AWS_REGION": None}))

    def test_a_profile_that_is_named_goes_before_the_environment(self):
        self.credentials(NEWER, NEWER_SECRET, NEWER_TOKEN)
        service = self.service()
        self.ok(self.send(service, "--profile", "default", "GET", "/x"))
        self.ok(self.send(service, "GET", "/x"))
        self.assertIn(NEWER, service.seen[0].headers["authorization"])
        self.assertIn(KEY, service.seen[1].headers["authorization"])

    def test_files_at_other_places(self):
        service = self.service()
        credentials = self.write("c", f"[default]\naws_access_key_id={KEY}\naws_secret_access_key={SECRET}\n")
        config = self.write("f", "[default]\nregion=eu-west-1\nservices = mine\n[services mine]\niot_wireless =\n"
                                 f"  endpoint_url = {service.url}\n")
        self.ok(self.send(None, "GET", "/x", environment=self.NONE | {
            "AWS_REGION": None, "AWS_ENDPOINT_URL": None, "AWS_CONFIG_FILE": str(config),
            "AWS_SHARED_CREDENTIALS_FILE": str(credentials)}))

    def test_what_is_missing_or_not_supported_is_named(self):
        self.credentials(more="[half]\naws_access_key_id = x\n")
        config = self.write(".aws/config", "[profile role]\nrole_arn = arn:x\n"
                                           "[profile nobody]\nrole_arn = arn:x\nsource_profile = other\n"
                                           "[profile one]\nrole_arn = arn:x\nsource_profile = two\n"
                                           "[profile two]\nrole_arn = arn:x\nsource_profile = one\n"
                                           "[profile odd]\nrole_arn = arn:x\ncredential_source = Moon\n"
                                           "[profile mfa]\nrole_arn = arn:x\nsource_profile = default\nmfa_serial = arn:m\n"
                                           "[profile web]\nweb_identity_token_file = t\n")
        for profile, words in (("other", "there is no profile other"), ("role", "has role_arn, but none of source_profile"),
                               ("nobody", "source_profile = other, and there is no such profile"),
                               ("one", "in a circle by source_profile"), ("odd", "another credential_source than"),
                               ("mfa", "of a second factor (mfa_serial)"), ("web", "but no role_arn"),
                               ("half",
                                f"{self.folder}/.aws/credentials: profile half has no aws_secret_access_key")):
            with self.subTest(profile):
                said = self.refuses_to_start(environment=self.NONE | {"AWS_PROFILE": profile})
                self.assertIn(words, said)
                if profile == "mfa":
                    self.assertIn(f"aws configure export-credentials --profile {profile}", said)
        self.assertIn("no profile other", self.refuses_to_start(environment={"AWS_PROFILE": "other"}))
        self.assertIn("AWS_SECRET_ACCESS_KEY is not",
                      self.refuses_to_start(environment={"AWS_SECRET_ACCESS_KEY": None}))
        self.assertIn("no region", self.refuses_to_start(environment={"AWS_REGION": None}))
        self.assertIn("is not a region", self.refuses_to_start(environment={"AWS_REGION": "eu:west/1"}))
        config.write_text("[default]\nregion\n")
        self.assertIn(f"{config}:2: the line must be", self.refuses_to_start())

    def test_none_at_all(self):
        service = self.service()
        result = self.send(service, "GET", "/x", environment=self.NONE)
        self.assertEqual((result["error"], service.seen), ("no_credentials", []))
        self.assertIn(f"{self.folder}/.aws/credentials", result["why"])

    def test_expired_and_somebody_has_logged_in_since(self):
        path = self.credentials()

        def log_in(_):
            self.credentials(NEWER, NEWER_SECRET, NEWER_TOKEN)
            return EXPIRED

        service = self.service(log_in, Answer())
        self.ok(self.send(service, "GET", "/x", environment=self.NONE))
        self.assertEqual([seen.problem for seen in service.seen], [None, None])
        self.assertIn(NEWER, service.seen[1].headers["authorization"])
        self.assertTrue(path.exists())

    def test_expired_and_nobody_has(self):
        self.credentials()
        for environment, words in ((self.NONE, "log in again"), ({}, "set newer ones")):
            service = self.service(EXPIRED)
            result = self.send(service, "GET", "/x", environment=environment)
            self.assertEqual((result["error"], result["code"], len(service.seen)),
                             ("expired", "ExpiredTokenException", 1))
            self.assertIn(words, result["why"])


class FromContainer(Aws):
    def answer(self, key=KEY, expires_in=3600, **more):
        secret, token = SECRETS[key]
        time = datetime.datetime.utcnow() + datetime.timedelta(seconds=expires_in)
        return Answer(body={"AccessKeyId": key, "SecretAccessKey": secret, "Expiration": f"{time:%Y-%m-%dT%H:%M:%SZ}"}
                      | ({"Token": token} if token else {}) | more)

    def environment_of(self, endpoint, **more):
        return FromFiles.NONE | {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{endpoint.url}/v1/role/?a=b"} | more

    def test_with_a_token_file_that_changes(self):
        path = self.write("token", "Bearer one\n")

        def turn(_):
            path.write_text("Bearer two\n")
            return self.answer(expires_in=60)

        endpoint = self.service(turn, self.answer(NEWER), signed=False)
        service = self.service()
        for result in self.send(service, "--times", 3, "GET", "/x", environment=self.environment_of(
                endpoint, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(path),
                AWS_CONTAINER_AUTHORIZATION_TOKEN="not this")):
            self.ok(result)
        self.assertEqual([(seen.target, seen.headers["authorization"]) for seen in endpoint.seen],
                         [("/v1/role/?a=b", "Bearer one"), ("/v1/role/?a=b", "Bearer two")])
        self.assertEqual([NEWER in seen.headers["authorization"] for seen in service.seen], [False, True, True])

    def test_a_failed_refresh_is_no_error_while_the_old_ones_are_valid(self):
        endpoint = self.service(self.answer(expires_in=120), Answer(500), signed=False)
        service = self.service()
        for result in self.send(service, "--times", 3, "GET", "/x", environment=self.environment_of(endpoint)):
            self.ok(result)
        self.assertEqual(len(endpoint.seen), 4)

    def test_refused_as_expired_and_asked_for_again(self):
        endpoint = self.service(self.answer(), self.answer(NEWER), signed=False)
        service = self.service(EXPIRED, Answer())
        self.ok(self.send(service, "GET", "/x", environment=self.environment_of(endpoint)))
        self.assertEqual((len(endpoint.seen), len(service.seen)), (2, 2))

    def test_refused_as_expired_twice_is_the_end(self):
        endpoint = self.service(self.answer(), self.answer(NEWER), signed=False)
        service = self.service(EXPIRED)
        result = self.send(service, "GET", "/x", environment=self.environment_of(endpoint))
        self.assertEqual((result["error"], len(service.seen)), ("expired", 2))
        self.assertIn("the reloaded ones have expired too", result["why"])

    def test_asked_for_again_only_once_in_all_attempts(self):
        endpoint = self.service(self.answer(), self.answer(NEWER), signed=False)
        service = self.service(EXPIRED, Answer(503), EXPIRED)
        result = self.send(service, "GET", "/x", environment=self.environment_of(endpoint))
        self.assertEqual((result["error"], len(endpoint.seen), len(service.seen)), ("expired", 2, 3))

    def test_an_endpoint_that_gives_none(self):
        for answer, words, requests in ((Answer(500), "answers HTTP 500", 3), (Answer(403), "answers HTTP 403", 1),
                                        (Answer(body="<html>"), "is not a JSON object", 1),
                                        (Answer(body={"AccessKeyId": SECRET}), "no SecretAccessKey", 1)):
            with self.subTest(words):
                endpoint, service = self.service(answer, signed=False), self.service()
                result = self.send(service, "GET", "/x", environment=self.environment_of(endpoint))
                self.assertEqual((result["error"], len(endpoint.seen), service.seen), ("no_credentials", requests, []))
                self.assertIn(words, result["why"])

    def test_an_unreadable_token_file(self):
        endpoint = self.service(self.answer(), signed=False)
        result = self.send(self.service(), "GET", "/x", environment=self.environment_of(
            endpoint, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(self.folder / "none")))
        self.assertEqual((result["error"], endpoint.seen), ("no_credentials", []))

    def test_plain_http_only_to_where_it_is_safe(self):
        for url in ("http://example.com/x", "http://169.254.169.254/x", "http://10.0.0.1/", "http://127.0.0.1.example.com/",
                    "ftp://127.0.0.1/", "http://user:hidden@127.0.0.1/", "nothing"):
            with self.subTest(url):
                said = self.refuses_to_start(environment=FromFiles.NONE | {"AWS_CONTAINER_CREDENTIALS_FULL_URI": url})
                self.assertIn("AWS_CONTAINER_CREDENTIALS_FULL_URI", said)
                self.assertNotIn("hidden", said)
        self.assertIn("slash", self.refuses_to_start(
            environment=FromFiles.NONE | {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": ".evil.example.com/"}))


class Endpoints(Aws):
    def test_which_one_counts(self):
        good, bad = self.service(), "http://127.0.0.1:1"
        for arguments, environment in (((), {"AWS_ENDPOINT_URL_IOT_WIRELESS": good.url, "AWS_ENDPOINT_URL": bad}),
                                       (("--endpoint", good.url), {"AWS_ENDPOINT_URL_IOT_WIRELESS": bad}),
                                       (("--endpoint", good.url), {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}),
                                       (("--service", "s3"), {"AWS_ENDPOINT_URL_S3": good.url, "AWS_ENDPOINT_URL": bad})):
            with self.subTest(environment):
                self.ok(self.send(good, *arguments, "GET", "/x", environment=environment))
        result = self.send(good, "--host", "api.%s.test.invalid", "--attempts", 1, "GET", "/x",
                           environment={"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"})
        self.assertEqual(result["error"], "unreachable")
        self.assertIn("https://api.eu-west-1.test.invalid", result["why"])

    def test_one_with_a_path(self):
        service = self.service()
        self.ok(self.send(service.url + "/below/", "GET", "/x", "a=1"))
        self.assertEqual(service.seen[0].target, "/below/x?a=1")

    def test_one_that_is_none(self):
        for url, words in (("ftp://x", "must begin with https"), ("http://u:secret@x", "user name"),
                           ("http://x/?a=b", "query"), ("http://x/#a", "#"), ("http://", "URL"), ("x y", "URL")):
            result = self.send(url, "GET", "/x")
            self.assertEqual(result["error"], "refused")
            self.assertIn(words, result["why"])


class Tls(Aws):
    def setUp(self):
        super().setUp()
        self.ca, self.make = authority(self.folder)

    def test_an_authority_of_ones_own(self):
        service = self.service(tls=self.make("good", "IP:127.0.0.1"))
        self.ok(self.send(service, "--ca", self.ca, "GET", "/x"))
        self.ok(self.send(service, "GET", "/x", environment={"AWS_CA_BUNDLE": str(self.ca)}))

    def test_not_believed_without_it_and_tried_once(self):
        service = self.service(tls=self.make("good", "IP:127.0.0.1"))
        other = self.folder / "other"
        other.mkdir()
        for environment in ({}, {"AWS_CA_BUNDLE": str(authority(other)[0])}, {"AWS_CA_BUNDLE": "/nowhere"}):
            result = self.send(service, "GET", "/x", environment=environment)
            self.assertEqual((result["error"], service.seen), ("unreachable", []))
            self.assertNotIn("tried", result["why"])

    def test_a_wrong_name(self):
        service = self.service(tls=self.make("wrong", "DNS:example.com"))
        result = self.send(service, "--ca", self.ca, "GET", "/x")
        self.assertEqual((result["error"], service.seen), ("unreachable", []))
        self.assertIn("no alternative certificate subject name", result["why"])

    def test_the_proxy_of_https_proxy(self):
        service = self.service(tls=self.make("far", "DNS:api.test.invalid"))
        proxy = self.service(signed=False, beyond=("127.0.0.1", service.port))
        for name in ("https_proxy", "HTTPS_PROXY"):
            result = self.send("https://api.test.invalid", "--ca", self.ca, "GET", "/x", environment={name: proxy.url})
            self.ok(result)
        self.assertEqual(proxy.connects, ["api.test.invalid:443"] * 2)
        for environment in ({"https_proxy": proxy.url, "no_proxy": "test.invalid"}, {"all_proxy": proxy.url}):
            result = self.send("https://api.test.invalid", "--ca", self.ca, "--attempts", 1, "GET", "/x",
                               environment=environment)
            self.assertEqual(result["error"], "unreachable")
        self.assertEqual(len(proxy.connects), 2)
        result = self.send("https://api.test.invalid", "GET", "/x",
                           environment={"https_proxy": f"bad://u:{SECRET}@h"})
        self.assertEqual(result["error"], "unreachable")

    def test_no_proxy_for_this_machine_and_for_http(self):
        service, plain = self.service(tls=self.make("good", "IP:127.0.0.1")), self.service()
        proxies = {name: "http://127.0.0.1:1" for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY")}
        self.ok(self.send(service, "--ca", self.ca, "GET", "/x", environment=proxies))
        self.ok(self.send(plain, "GET", "/x", environment=proxies))


if __name__ == "__main__":
    unittest.main()
