# SPDX-License-Identifier: Apache-2.0
"""What HTTP clients send that is not a plain claim: wrong bodies, types, methods and paths, too much of it, the same
twice; and what every answer has to carry."""
import contextlib
import http.client
import json
import re
import socket
import unittest

from patience import DEADLINE
from portal import Portal, PortalCase, store_url, stored
from sandbox import ROOT, Sandbox, random_thing

API = "/api/v1/registrations"
KIBIBYTE = 1024
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Case(PortalCase):
    def assert_problem(self, answer, status):
        """RFC 9457, and the request id that is in the header too."""
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        problem = answer.json
        self.assertEqual(problem["status"], status)
        self.assertEqual(problem["type"], "about:blank")
        self.assertTrue(problem["title"])
        self.assertTrue(problem["detail"])
        self.assertRegex(problem["request_id"], "^[0-9a-f]{16}$")
        self.assertEqual(problem["request_id"], answer.headers["X-Request-Id"])
        return problem

    def assert_page(self, answer, status):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers["Content-Type"], "text/html; charset=utf-8")
        self.assertIn("<!doctype html>", answer.text)


class Bodies(Case):
    def test_a_body_that_is_no_json_object_is_told_so(self):
        for body in (b"", b"{", b"null", b"[]", b'"text"', b"12", b"{}{}", b'{"identifier":"a"} x', b"identifier=abc",
                     b"\xff\xfe", b"{'identifier':'a'}", b'{"identifier":}', b"[" * 4000, b'{"a":' * 1000):
            with self.subTest(body[:20]):
                self.assertIn("JSON object", self.assert_problem(self.portal.post_json(API, body), 400)["detail"])

    def test_json_of_the_wrong_shape_is_told_what_is_wrong(self):
        thing = random_thing()
        shapes = {
            "identifier is missing": [{}, {"Identifier": thing}, {"identifier": None}, {"identifier": 12},
                                      {"identifier": [thing]}, {"identifier": {"identifier": thing}}],
            "endpoint must be": [{"identifier": thing, "endpoint": 1}, {"identifier": thing, "endpoint": ["sandbox"]},
                                 {"identifier": thing, "endpoint": "x" * 65}],
            "contact must be": [{"identifier": thing, "contact": "me"}, {"identifier": thing, "contact": []}],
            "contact.name must": [{"identifier": thing, "contact": {"name": 1}},
                                  {"identifier": thing, "contact": {"name": "x" * 201}}],
            "contact.email must": [{"identifier": thing, "contact": {"email": each}} for each in
                                   (1, "nobody", "a@b c", "a@b\r\nBcc: c@d", "x" * 250 + "@b.de")],
        }
        for says, documents in shapes.items():
            for document in documents:
                with self.subTest(says, document=str(document)[:60]):
                    problem = self.assert_problem(self.portal.post_json(API, document), 400)
                    self.assertIn(says, problem["detail"])

    def test_what_is_not_known_in_the_json_is_passed_over(self):
        self.portal.claim(random_thing(), colour="blue", contact={"name": "A", "email": "a@example.com", "phone": 1})

    def test_another_type_of_body_is_not_taken(self):
        body = json.dumps({"identifier": random_thing()}).encode()
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonx", "", None):
            with self.subTest(kind):
                headers = {} if kind is None else {"Content-Type": kind}
                self.assert_problem(self.portal.request("POST", API, body, headers), 415)
        self.assert_page(self.portal.request("POST", "/register", b"identifier=a",
                                             {"Content-Type": "multipart/form-data; boundary=x"}), 415)

    def test_a_type_with_parameters_is_taken(self):
        body = json.dumps({"identifier": random_thing()}).encode()
        answer = self.portal.request("POST", API, body, {"Content-Type": "Application/JSON; charset=utf-8"})
        self.assertEqual(answer.status, 202, answer)

    def test_a_body_that_is_too_large_is_refused_and_the_answer_can_be_read(self):
        self.assert_problem(self.portal.post_json(API, b" " * (8 * KIBIBYTE + 1)), 413)
        self.assert_problem(self.portal.post_json(API, b" " * (1024 * KIBIBYTE)), 413)
        self.assert_page(self.portal.request("POST", "/register", b"a" * (1024 * KIBIBYTE), FORM), 413)

    def test_a_body_of_just_the_limit_is_taken(self):
        body = json.dumps({"identifier": random_thing()}).encode()
        answer = self.portal.post_json(API, body + b" " * (8 * KIBIBYTE - len(body)))
        self.assertEqual(answer.status, 202, answer)

    def test_a_body_in_chunks_is_counted_as_it_comes(self):
        def post(pieces):
            connection = http.client.HTTPConnection(*self.portal.address, timeout=DEADLINE)
            with contextlib.closing(connection):
                connection.request("POST", API, iter(pieces), {"Content-Type": "application/json"},
                                   encode_chunked=True)
                return connection.getresponse().status
        body = json.dumps({"identifier": random_thing()}).encode()
        self.assertEqual(post([body[:7], body[7:20], body[20:]]), 202)
        self.assertEqual(post([b" " * KIBIBYTE] * 9), 413)
        self.assertEqual(post([b" " * 10 * KIBIBYTE] * 100), 413)

    def test_a_body_that_would_never_end_is_cut_off(self):
        with socket.create_connection(self.portal.address, timeout=DEADLINE) as connection:
            connection.sendall(f"POST {API} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n".encode())
            with self.assertRaises(OSError):
                for _ in range(40000):
                    connection.sendall(b"8000\r\n" + b" " * 0x8000 + b"\r\n")

    def test_a_huge_body_is_refused_before_it_is_sent(self):
        answer = self.portal.raw(f"POST {API} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                                 f"Content-Length: {1 << 40}\r\n\r\n".encode())
        self.assertTrue(answer.startswith(b"HTTP/1.1 413 "), answer)


class Addresses(Case):
    def test_the_wrong_method_is_told_the_right_ones(self):
        allowed = {"/": "GET, HEAD", "/register": "POST", API: "POST", f"{API}/{'0' * 32}": "GET, HEAD",
                   f"{API}/{'0' * 32}/retry": "POST", "/r/abc": "GET, HEAD", "/static/style.css": "GET, HEAD"}
        for path, methods in allowed.items():
            wrong = "GET" if methods == "POST" else "POST"
            for method in (wrong, "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "get", "FOO", "X" * 100):
                with self.subTest(path, method=method[:10]):
                    answer = self.portal.request(method, path)
                    self.assertEqual(answer.status, 405, answer)
                    self.assertEqual(answer.headers["Allow"], methods)

    def test_a_query_of_many_fields_is_answered(self):
        for count in (100, 120, 150, 1000):
            with self.subTest(count):
                self.assert_page(self.portal.get("/?" + "a&" * count + "lang=de"), 200)
                self.assertEqual(self.portal.request("GET", "/livez?" + "a=b&" * count, admin=True).status, 200)

    def test_an_unknown_path_is_not_found(self):
        self.assert_problem(self.portal.get("/api/v1/nothing"), 404)
        self.assert_problem(self.portal.get("/api/"), 404)
        for path in ("/nothing", "//", "/r/", "/registrations/", "/static/", "/static/../server/routes.c",
                     "/static/..%2f..%2fCMakeLists.txt", "/static/style.css%00.js", "/REGISTER", "/api"):
            with self.subTest(path):
                self.assert_page(self.portal.get(path), 404)

    def test_an_unknown_token_is_not_found(self):
        for token in ("0" * 32, "x", "A" * 32, "0" * 33, "%00" * 32, "..", "'%20OR%201=1"):
            with self.subTest(token):
                self.assert_problem(self.portal.get(f"{API}/{token}"), 404)
                self.assert_problem(self.portal.post_json(f"{API}/{token}/retry", {}), 404)
                self.assert_problem(self.portal.post_json(f"{API}/{token}/cancel", {}), 404)
                self.assert_page(self.portal.get(f"/registrations/{token}"), 404)
                self.assert_page(self.portal.post_form(f"/registrations/{token}/retry"), 404)

    def test_head_is_get_without_the_body(self):
        token = self.portal.claim(random_thing())["token"]
        for path in ("/", "/r/abc", "/static/style.css", "/api/v1/openapi.json", "/nothing",
                     f"/api/v1/registrations/{token}"):
            with self.subTest(path):
                get, head = self.portal.get(path), self.portal.request("HEAD", path)
                self.assertEqual((head.status, head.body), (get.status, b""))
                for name in ("Content-Type", "Content-Length", "Cache-Control"):
                    self.assertEqual(head.headers[name], get.headers[name], name)

    def test_health_and_metrics_are_not_public(self):
        for path in ("/livez", "/readyz", "/metrics"):
            with self.subTest(path):
                self.assertEqual(self.portal.get(path).status, 404)
                self.assertEqual(self.portal.request("GET", path, admin=True).status, 200)

    def test_the_portal_is_not_on_the_admin_listener(self):
        for path in ("/", "/r/abc", "/static/style.css", "/api/v1/openapi.json"):
            with self.subTest(path):
                self.assert_problem(self.portal.request("GET", path, admin=True), 404)
        self.assert_problem(self.portal.request("POST", API, b"{}", {"Content-Type": "application/json"}, admin=True),
                            404)


class Endpoints(Case):
    @classmethod
    def sections(cls):
        return {"endpoint__other": {"address": "other.example.com", "label": "The <other> one"},
                "claim": {"default_endpoint": "sandbox"}}

    def test_only_a_configured_key_chooses_the_endpoint(self):
        self.assertEqual(self.portal.claim(random_thing(), endpoint="other")["endpoint"], "other")
        self.assertEqual(self.portal.claim(random_thing())["endpoint"], "sandbox")
        for key in ("other.example.com", "evil.example.com", "OTHER", "nobody", ""):
            with self.subTest(key):
                answer = self.portal.post_json(API, {"identifier": random_thing(), "endpoint": key})
                self.assertIn("no endpoint", self.assert_problem(answer, 422)["detail"])

    def test_a_key_with_a_nul_is_none(self):
        """Not the part of it before the NUL."""
        for end in ("\0", "\0evil.example.com"):
            typed = random_thing()
            answer = self.portal.post_json(API, {"identifier": typed, "endpoint": "other" + end})
            self.assertIn("NUL", self.assert_problem(answer, 400)["detail"])
            answer = self.portal.post_json(API, json.dumps({"identifier": typed, "endpoint": "other"}).replace(
                "other", "other" + end).encode())
            self.assertIn("NUL", self.assert_problem(answer, 400)["detail"])
            self.assert_page(self.portal.post_form("/register", identifier=typed, endpoint="other" + end), 422)
            chosen = re.findall(r'<option value="([^"]*)" selected', self.portal.get(f"/r/{typed}?endpoint=other%00x").text)
            self.assertEqual(chosen, ["sandbox"])

    def test_a_form_cannot_name_another_either(self):
        for key in ("other.example.com", "nobody"):
            typed = random_thing()
            answer = self.portal.post_form("/register", identifier=typed, endpoint=key)
            self.assert_page(answer, 422)
            self.assertIn(f'>{typed}</textarea>', answer.text)
            self.assertIn("Select where you will use your product.", answer.text)
        answer = self.portal.post_form("/register", identifier=random_thing(), endpoint="other")
        self.assertEqual(answer.status, 303, answer)

    def test_a_link_may_choose_one_that_is_configured(self):
        thing = random_thing()
        for key, chosen in (("other", "other"), ("", "sandbox"), ("nobody", "sandbox"), ("evil.example.com", "sandbox")):
            with self.subTest(key):
                answer = self.portal.get(f"/r/{thing}?endpoint={key}")
                self.assert_page(answer, 200)
                self.assertEqual(re.findall(r'<option value="([^"]*)" selected', answer.text), [chosen])

    def test_an_address_in_a_request_is_no_endpoint(self):
        thing = random_thing()
        claim = self.portal.claim(thing, address="evil.example.com", Endpoint="evil.example.com")
        self.assertEqual(claim["endpoint"], "sandbox")

    def test_a_second_endpoint_for_an_open_claim_waits(self):
        """A stranger's claim to another endpoint locks nobody out, and nobody learns of it."""
        thing = random_thing()
        first = self.portal.claim(thing, endpoint="other")
        second = self.portal.claim(thing, endpoint="sandbox")
        self.assertEqual((first["endpoint"], second["endpoint"]), ("other", "sandbox"))
        self.assertEqual(stored(store_url(self.sandbox), "SELECT count(*) FROM claims WHERE thing_name = ?", thing), [(1,)])


class SameAgain(Case):
    def registrations(self, thing):
        return stored(store_url(self.sandbox), "SELECT count(*) FROM registrations r JOIN claims c ON c.id = r.claim_id"
                      " WHERE idempotency_key IS NOT NULL AND c.thing_name = ?", thing)[0][0]

    def test_the_same_key_and_request_are_one_registration(self):
        document = {"identifier": random_thing(), "contact": {"name": "A", "email": "a@example.com"}}
        first, again, third = (self.portal.post_json(API, document, Idempotency_Key="order-17") for _ in range(3))
        self.assertEqual({first.status, again.status, third.status}, {202})
        self.assertEqual({first.json["token"]}, {again.json["token"], third.json["token"]})
        self.assertEqual(self.registrations(document["identifier"]), 1)

    def test_another_spelling_of_the_same_identifier_is_the_same_request(self):
        thing = random_thing()
        first = self.portal.post_json(API, {"identifier": thing}, Idempotency_Key="spelt")
        again = self.portal.post_json(API, {"identifier": thing.upper()}, Idempotency_Key="spelt")
        self.assertEqual(first.json["token"], again.json["token"])

    def test_the_key_of_another_request_is_refused(self):
        thing = random_thing()
        self.assertEqual(self.portal.post_json(API, {"identifier": thing}, Idempotency_Key="k").status, 202)
        for document in ({"identifier": random_thing()}, {"identifier": thing, "contact": {"name": "B"}}):
            answer = self.portal.post_json(API, document, Idempotency_Key="k")
            self.assertIn("Idempotency-Key", self.assert_problem(answer, 422)["detail"])
        self.assertEqual(self.registrations(thing), 1)

    def test_a_key_is_kept_as_a_digest(self):
        self.portal.post_json(API, {"identifier": random_thing()}, Idempotency_Key="order-of-somebody")
        keys = [row[0] for row in stored(store_url(self.sandbox),
                                         "SELECT idempotency_key FROM registrations WHERE idempotency_key IS NOT NULL")]
        self.assertTrue(keys)
        for key in keys:
            self.assertRegex(key, "^[0-9a-f]{64}$")

    def test_without_a_key_each_request_is_a_registration_of_one_claim(self):
        thing = random_thing()
        first, second = self.portal.claim(thing), self.portal.claim(thing)
        self.assertNotEqual(first["token"], second["token"])
        self.assertEqual(first["expires_at"], second["expires_at"])

    def test_a_key_that_is_none_is_refused(self):
        for key in ("", "two words", "ä", "x" * 256, "tab\there"):
            with self.subTest(key[:10]):
                answer = self.portal.post_json(API, {"identifier": random_thing()}, Idempotency_Key=key)
                self.assertIn("Idempotency-Key", self.assert_problem(answer, 422)["detail"])


class Callers(Case):
    """Clients behind a proxy on this machine, which tells their addresses."""

    @classmethod
    def sections(cls):
        return {"http": {"trusted_proxies": "127.0.0.0/8"}}

    def claim_from(self, address, document, key="order-17"):
        return self.portal.post_json(API, document, Idempotency_Key=key, X_Forwarded_For=address)

    def test_a_key_is_its_callers(self):
        document = {"identifier": random_thing()}
        for first, second in (("198.51.100.7", "198.51.100.8"), ("2001:db8:1:1::1", "2001:db8:1:2::1"),
                              ("198.51.100.9", "::1:198.51.100.9")):
            with self.subTest(first):
                mine, theirs, again = (self.claim_from(address, document) for address in (first, second, first))
                self.assertEqual({mine.status, theirs.status, again.status}, {202})
                self.assertNotEqual(mine.json["token"], theirs.json["token"])
                self.assertEqual(mine.json["token"], again.json["token"])

    def test_nobody_is_blocked_by_anothers_key(self):
        self.assertEqual(self.claim_from("198.51.100.17", {"identifier": random_thing()}, "taken").status, 202)
        self.assertEqual(self.claim_from("198.51.100.18", {"identifier": random_thing()}, "taken").status, 202)
        self.assertEqual(self.claim_from("198.51.100.17", {"identifier": random_thing()}, "taken").status, 422)

    def test_addresses_of_one_ipv6_customer_are_one_caller(self):
        document = {"identifier": random_thing()}
        tokens = {self.claim_from(f"2001:db8:7:7::{host}", document).json["token"] for host in (1, 2, "ffff:1")}
        self.assertEqual(len(tokens), 1)

    def test_one_that_joins_sees_only_what_happens_from_then_on(self):
        thing = random_thing()
        first = self.claim_from("198.51.100.21", {"identifier": thing}, "first").json
        self.portal.connected()
        first = self.portal.wait_for_state(first["token"], "published")
        times = {step["at"] for step in first["steps"] if step["at"]}
        self.assertEqual(len(times), 2)
        joined = self.claim_from("203.0.113.21", {"identifier": thing}, "second").json
        self.assertGreater(joined["accepted_at"], max(times))
        for shown in (joined, self.portal.show(joined["token"])):
            self.assertFalse({step["at"] for step in shown["steps"]} & times, shown)
            self.assertTrue(all(step["at"] is None or step["at"] >= joined["accepted_at"] for step in shown["steps"]))
            self.assertNotIn(first["accepted_at"], shown.values())


class Forwarded(Case):
    @classmethod
    def sections(cls):
        return {"http": {"trusted_proxies": "127.0.0.0/8", "registrations_per_minute": "2"}}

    def statuses(self, *addresses):
        return [self.portal.post_json(API, {"identifier": random_thing()}, X_Forwarded_For=address).status
                for address in addresses]

    def test_ports_and_brackets_are_understood_and_each_client_has_its_own_limit(self):
        for mine, other in (("198.51.100.7:{}", "198.51.100.8:{}"), ('"[2001:db8:1::1]:{}"', '"[2001:db8:2::1]:{}"'),
                            ("[2001:db8:3::1]:{}", "[2001:db8:4::1]:{}")):
            with self.subTest(mine):
                self.assertEqual(self.statuses(*(mine.format(port) for port in (49152, 443, 80))), [202, 202, 429])
                self.assertEqual(self.statuses(other.format(49152)), [202])

    def test_what_is_not_understood_is_logged_once(self):
        self.statuses("198.51.100.77:http", "198.51.100.78:http", "unknown", "198.51.100.79:http")
        line = self.portal.log_has("http.forwarded_not_understood")
        self.assertIn("127.0.0.1", line)
        self.assertIn("999.99.999.99:xxxx", line)
        self.assertNotIn("198.51", "\n".join(self.portal.lines))
        self.portal.get("/")
        self.assertEqual(sum("http.forwarded_not_understood" in each for each in self.portal.lines), 1)


class Limits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def portal(self, **http_keys):
        return self.enterContext(Portal(self.sandbox, http={"registrations_per_minute": "3", **http_keys}))

    def statuses(self, portal, count, *forwarded):
        lines = "".join(f"X-Forwarded-For: {each}\r\n" for each in forwarded)
        answers = (portal.raw(f"POST {API} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{lines}"
                              "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}".encode())
                   for _ in range(count))
        return [int(answer.split()[1]) for answer in answers]

    def test_too_many_registrations_are_told_when_to_come_again(self):
        portal = self.portal()
        for _ in range(3):
            portal.claim(random_thing())
        typed = random_thing()
        page = portal.post_form("/register", identifier=typed)
        for answer in (page, portal.post_json(API, {"identifier": typed})):
            self.assertEqual(answer.status, 429, answer)
            self.assertIn(int(answer.headers["Retry-After"]), range(1, 21))
        self.assertIn(f'>{typed}</textarea>', page.text)
        self.assertIn("There have been too many attempts. Wait a minute, then try again.", page.text)
        self.assertEqual(portal.get("/").status, 200)

    def test_what_a_stranger_says_about_its_address_counts_for_nothing(self):
        portal = self.portal(trusted_proxies="10.0.0.0/8")
        statuses = [self.statuses(portal, 1, f"192.0.2.{i}")[0] for i in range(5)]
        self.assertEqual(statuses, [400, 400, 400, 429, 429])

    def test_a_trusted_proxy_is_believed(self):
        portal = self.portal(trusted_proxies="127.0.0.0/8 10.0.0.0/8")
        self.assertEqual(self.statuses(portal, 4, "192.0.2.1"), [400, 400, 400, 429])
        self.assertEqual(self.statuses(portal, 4, "192.0.2.2"), [400, 400, 400, 429])
        self.assertEqual(self.statuses(portal, 4, "2001:db8::1, 10.1.2.3"), [400, 400, 400, 429])

    def test_what_stands_before_the_proxys_own_entry_is_not_believed(self):
        portal = self.portal(trusted_proxies="127.0.0.1")
        statuses = [self.statuses(portal, 1, f"198.51.100.{i}, 192.0.2.9")[0] for i in range(4)]
        self.assertEqual(statuses, [400, 400, 400, 429])

    def test_a_proxy_that_adds_a_line_of_its_own_is_believed_in_that_line(self):
        portal = self.portal(trusted_proxies="127.0.0.1")
        statuses = [self.statuses(portal, 1, f"198.51.100.{i}", "192.0.2.9")[0] for i in range(4)]
        self.assertEqual(statuses, [400, 400, 400, 429])


class Caching(Case):
    def test_a_status_that_has_not_changed_is_not_sent_again(self):
        # Nothing can arrive: the module does not exist.
        token = self.portal.connected().claim(random_thing())["token"]
        self.portal.wait_for_state(token, "published")
        for path in (f"{API}/{token}", f"/registrations/{token}"):
            with self.subTest(path):
                first = self.portal.get(path)
                tag = first.headers["ETag"]
                self.assertRegex(tag, '^"[0-9a-f]+"$')
                for known in (tag, f'"other", {tag}', "*", "W/" + tag):
                    again = self.portal.get(path, If_None_Match=known)
                    self.assertEqual((again.status, again.body), (304, b""), known)
                    self.assertEqual(again.headers["ETag"], tag)
                self.assertEqual(self.portal.get(path, If_None_Match='"other"').status, 200)

    def test_a_status_that_has_changed_has_another_tag(self):
        token = self.portal.connected().claim(random_thing())["token"]
        self.portal.wait_for_state(token, "published")
        before = self.portal.get(f"{API}/{token}").headers["ETag"]
        self.assertEqual(self.portal.post_json(f"{API}/{token}/cancel", {}).status, 202)
        after = self.portal.get(f"{API}/{token}", If_None_Match=before)
        self.assertEqual(after.status, 200)
        self.assertNotEqual(after.headers["ETag"], before)

    def test_what_is_one_persons_is_kept_by_nobody_else(self):
        token = self.portal.claim(random_thing())["token"]
        for answer in (self.portal.get(f"{API}/{token}"), self.portal.get(f"/registrations/{token}"),
                       self.portal.post_json(API, {"identifier": random_thing()}), self.portal.get("/r/abc")):
            self.assertRegex(answer.headers["Cache-Control"], "^(private, no-cache|no-store)$")

    def test_files_are_kept_for_ever_under_their_version(self):
        page = self.portal.get("/").text
        linked = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
        self.assertGreaterEqual(len(linked), 2, page)
        for path in linked:
            with self.subTest(path):
                answer = self.portal.get(path)
                self.assertEqual(answer.status, 200)
                self.assertEqual(answer.headers["Cache-Control"], "public, max-age=31536000, immutable")
                self.assertEqual(answer.body, (ROOT / path[1:].split("?")[0]).read_bytes())
                for other in (path.split("?")[0], path.split("?")[0] + "?v=0123456789ab"):
                    self.assertEqual(self.portal.get(other).headers["Cache-Control"], "public, max-age=86400")

    def test_files_have_their_types(self):
        for path, kind in (("style.css", "text/css; charset=utf-8"), ("icon.svg", "image/svg+xml"),
                           ("openapi.json", "application/json"), ("robots.txt", "text/plain; charset=utf-8")):
            self.assertEqual(self.portal.get("/static/" + path).headers["Content-Type"], kind)


class Origins(Case):
    """A form is taken from our own pages only, as far as the browser says where it comes from."""

    @classmethod
    def sections(cls):
        return {"http": {"public_url": "https://register.example.com"}}

    FOREIGN = ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site", "Origin": "https://other.example.com"},
               {"Sec-Fetch-Site": "cross-site", "Origin": "null"}, {"Origin": "https://evil.example"},
               {"Origin": "http://register.example.com"})
    OWN = ({}, {"Sec-Fetch-Site": "same-origin", "Origin": "null"}, {"Sec-Fetch-Site": "none"},
           {"Origin": "https://register.example.com"}, {"Origin": "null"})

    def forms(self):
        token = self.portal.claim(random_thing())["token"]
        return ["/register", *(f"/registrations/{token}/{action}" for action in ("on", "cancel", "retry"))]

    def test_a_form_of_another_site_is_refused_in_words(self):
        for path in self.forms():
            for headers in self.FOREIGN:
                with self.subTest(path, **{name.replace("-", "_"): value for name, value in headers.items()}):
                    answer = self.portal.post_form(path, headers, identifier=random_thing())
                    self.assert_page(answer, 403)
                    self.assertIn("another website", answer.text)

    def test_a_form_of_another_site_changes_nothing(self):
        token = self.portal.claim(random_thing())["token"]
        self.portal.post_form(f"/registrations/{token}/cancel", self.FOREIGN[0])
        self.assertNotEqual(self.portal.show(token)["state"], "cancelled")

    def test_our_own_and_those_that_do_not_say_are_taken(self):
        for path in self.forms():
            for headers in (*self.OWN, {"Origin": "http://{}:{}".format(*self.portal.address)}):
                with self.subTest(path, **{name.replace("-", "_"): value for name, value in headers.items()}):
                    answer = self.portal.post_form(path, headers, identifier=random_thing())
                    self.assertEqual(answer.status, 303)

    def test_a_link_from_another_site_is_followed(self):
        for path in ("/", "/r/" + random_thing()):
            self.assertEqual(self.portal.get(path, Sec_Fetch_Site="cross-site").status, 200)

    def test_programs_are_not_asked(self):
        for headers in self.FOREIGN:
            answer = self.portal.request("POST", API, json.dumps({"identifier": random_thing()}).encode(),
                                         {"Content-Type": "application/json", **headers})
            self.assertEqual(answer.status, 202)


class Headers(Case):
    def test_every_answer_says_how_it_may_be_used(self):
        token = self.portal.claim(random_thing())["token"]
        answers = [self.portal.get(path) for path in
                   ("/", "/r/abc", f"/registrations/{token}", "/nothing", f"{API}/{token}", "/static/style.css")]
        for answer in answers:
            self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
            self.assertEqual(answer.headers["Cross-Origin-Resource-Policy"], "same-origin")
            if answer.headers["Content-Type"].startswith("text/html"):
                policy = answer.headers["Content-Security-Policy"]
                for part in ("default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"):
                    self.assertIn(part, policy)
                self.assertNotIn("unsafe", policy)
                self.assertEqual(answer.headers["Cross-Origin-Opener-Policy"], "same-origin")
                allowed = dict(part.strip().split("=") for part in answer.headers["Permissions-Policy"].split(","))
                self.assertEqual(allowed.pop("camera"), "(self)")
                self.assertLess({"microphone", "geolocation", "usb", "payment"}, set(allowed))
                self.assertEqual(set(allowed.values()), {"()"})

    def test_what_is_not_secure_is_not_told_of_its_opener(self):
        """Browsers report it as a mistake there."""
        token = self.portal.claim(random_thing())["token"]
        for path in ("/", f"/registrations/{token}", "/nothing"):
            for lines, there in ((("Host: portal.example",), False), (("Host: portal.example", "X-Forwarded-Proto: https"), True),
                                 (("Host: localhost:1",), True)):
                sent = "\r\n".join([f"GET {path} HTTP/1.1", *lines, "Connection: close", "", ""])
                self.assertEqual(b"\r\nCross-Origin-Opener-Policy: " in self.portal.raw(sent.encode()), there, (path, lines))

    def test_no_cache_keeps_a_private_page(self):
        token = self.portal.claim(random_thing())["token"]
        for path in (f"/registrations/{token}", f"{API}/{token}", "/r/" + random_thing(), "/r/abc", "/registrations/abc"):
            self.assertEqual(self.portal.get(path).headers["Cache-Control"], "no-store", path)
        tag = self.portal.get(f"/registrations/{token}").headers["ETag"]
        again = self.portal.get(f"/registrations/{token}", If_None_Match=tag)
        self.assertEqual((again.status, again.headers["Cache-Control"]), (304, "no-store"))

    def test_no_page_says_otherwise_where_it_was_opened_from(self):
        for path in ("/", "/r/" + random_thing(), "/nothing"):
            self.assertNotRegex(self.portal.get(path).text, "(?i)referrer")

    def test_pages_need_nothing_that_the_policy_forbids(self):
        token = self.portal.claim(random_thing())["token"]
        for path in ("/", "/r/" + random_thing(), f"/registrations/{token}", "/nothing"):
            page = self.portal.get(path).text
            self.assertNotRegex(page, r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|https?://(?!www\.w3\.org)",
                                path)

    def test_a_request_id_is_never_used_twice(self):
        ids = [self.portal.get("/nothing").headers["X-Request-Id"] for _ in range(20)]
        self.assertEqual(len(set(ids)), 20)


class Languages(Case):
    def language(self, path, **headers):
        return self.language_of(self.portal.get(path, **headers))

    def language_of(self, answer):
        return re.search(r'<html lang="(\w+)"', answer.text)[1]

    def test_the_browser_says_which_language(self):
        for path in ("/", "/r/abc", "/nothing"):
            for wanted, given in (("de", "de"), ("de-AT,de;q=0.9", "de"), ("en;q=0.1,de;q=0.2", "de"), ("fr", "en"),
                                  ("fr,de;q=0.1", "de"), ("de;q=0", "en"), ("", "en"), ("*" * 5000, "en")):
                with self.subTest(path, wanted=wanted[:20]):
                    self.assertEqual(self.language(path, Accept_Language=wanted), given)

    def test_the_person_has_the_last_word(self):
        self.assertEqual(self.language("/?lang=de", Accept_Language="en"), "de")
        self.assertEqual(self.language("/?lang=xx", Accept_Language="de"), "de")
        answer = self.portal.post_form("/register", identifier="", lang="de")
        self.assertIn('<html lang="de"', answer.text)
        answer = self.portal.post_form("/register", identifier=random_thing(), lang="de")
        self.assertTrue(answer.headers["Location"].endswith("?lang=de"), answer)

    def test_what_the_person_has_chosen_is_remembered(self):
        answer = self.portal.get("/?lang=de")
        self.assertEqual(answer.headers["Set-Cookie"], "lang=de; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly")
        for cookie, given in (("lang=de", "de"), ("a=b; lang=de; c=d", "de"), ("xlang=de", "en"), ("lang=xx", "en"),
                              ("lang=", "en"), ("lang", "en"), ("lang=" + "d" * 3000, "en"), (";;lang=de;", "de")):
            with self.subTest(cookie[:20]):
                self.assertEqual(self.language("/", Cookie=cookie, Accept_Language="en"), given)
        self.assertEqual(self.language("/?lang=en", Cookie="lang=de"), "en")
        for path, headers in (("/", {}), ("/?lang=xx", {}), ("/?lang=de", {"Cookie": "lang=de"}),
                              ("/?lang=de", {"X_Requested_With": "fetch"})):
            with self.subTest(path, **headers):
                self.assertNotIn("Set-Cookie", self.portal.get(path, **headers).headers)

    def test_the_switch_keeps_what_was_typed(self):
        answer = self.portal.post_form("/language", to="de", lang="en", identifier="0123 <4>")
        self.assertEqual((answer.status, self.language_of(answer)), (200, "de"))
        self.assertIn("lang=de;", answer.headers["Set-Cookie"])
        self.assertIn(">0123 &lt;4&gt;</textarea>", answer.text)
        thing = random_thing()
        filled = self.portal.post_form("/language", to="de", identifier=thing, filled="1")
        self.assertIn(f'<input type="hidden" id="identifier" name="identifier" value="{thing}">', filled.text)
        self.assertIn(">nothing</textarea>", self.portal.post_form("/language", identifier="nothing", filled="1").text)
        self.assertEqual(self.portal.post_form("/language", to="de").status, 200)
        self.assertEqual(self.portal.get("/language").headers["Location"], "/")

    def test_what_is_cached_says_that_the_language_matters(self):
        answer = self.portal.get("/")
        self.assertIn("Accept-Language", answer.headers["Vary"])
        self.assertEqual(answer.headers["Content-Language"], "en")

    def test_problems_with_an_identifier_are_told_in_the_language_too(self):
        english = self.portal.post_json(API, {"identifier": ""}).json["detail"]
        german = self.portal.post_json(API, {"identifier": ""}, Accept_Language="de").json["detail"]
        self.assertNotEqual(english, german)


SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)'
                    r'(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})?'
                    r' ([0-9.eE+-]+|NaN|[+-]Inf)')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)')


def parse_prometheus(text):
    """The exposition format, strictly: {family: (type, {(name, labels): value})}. Raises ValueError."""
    families, family = {}, None
    if not text.endswith("\n"):
        raise ValueError("no newline at the end")
    for line in text[:-1].split("\n"):
        words = line.split(" ", 3)
        if words[0] == "#" and words[1] == "HELP":
            if words[2] in families:
                raise ValueError(f"twice: {line}")
            family = words[2]
            families[family] = [None, {}]
        elif words[0] == "#" and words[1] == "TYPE":
            if words[2] != family or families[family][0] or families[family][1]:
                raise ValueError(f"TYPE does not follow its HELP: {line}")
            if words[3] not in ("counter", "gauge", "histogram"):
                raise ValueError(f"unknown type: {line}")
            families[family][0] = words[3]
        else:
            _add_sample(families[family], family, line)
    return families


def _add_sample(into, family, line):
    kind, samples = into
    found = SAMPLE.fullmatch(line)
    if not found:
        raise ValueError(f"no sample: {line}")
    suffixes = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
    if kind is None or found[1] not in [family + suffix for suffix in suffixes]:
        raise ValueError(f"not of {family}: {line}")
    if kind == "counter" and not (family.endswith("_total") and float(found[3]) >= 0):
        raise ValueError(f"no counter: {line}")
    key = found[1], tuple(sorted(LABEL.findall(found[2] or "")))
    if key in samples:
        raise ValueError(f"twice: {line}")
    samples[key] = float(found[3])


class Metrics(Case):
    def scrape(self):
        answer = self.portal.request("GET", "/metrics", admin=True)
        self.assertEqual(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        return parse_prometheus(answer.text)

    def requests(self, route, method, status):
        samples = self.scrape()["expresslink_portal_http_requests_total"][1]
        key = (("method", method), ("route", route), ("status", str(status)))
        return samples.get(("expresslink_portal_http_requests_total", key), 0)

    def test_the_text_is_what_prometheus_reads(self):
        self.portal.connected().claim(random_thing())
        self.portal.get("/nothing")
        families = self.scrape()
        for name in ("claims", "oldest_open_claim_seconds", "publishes_total", "puback_seconds",
                     "staging_connects_total", "http_requests_total", "http_connections", "build_info"):
            self.assertTrue(families["expresslink_portal_" + name][1], name)
        states = {dict(labels)["state"] for _, labels in families["expresslink_portal_claims"][1]}
        self.assertEqual(states, {"queued", "published", "onboarded", "expired", "failed", "cancelled"})

    def test_a_histogram_grows_and_ends_at_its_count(self):
        token = self.portal.connected().claim(random_thing())["token"]
        self.portal.wait_for_state(token, "published")
        for name in ("puback_seconds", "first_message_seconds"):
            with self.subTest(name):
                self.assert_is_histogram(self.scrape()["expresslink_portal_" + name][1])

    def assert_is_histogram(self, samples):
        buckets = [(float(dict(labels)["le"].replace("+Inf", "inf")), value)
                   for (name, labels), value in samples.items() if name.endswith("_bucket")]
        self.assertEqual(buckets, sorted(buckets))
        count = next(value for (name, _), value in samples.items() if name.endswith("_count"))
        self.assertEqual(buckets[-1], (float("inf"), count))
        self.assertGreaterEqual(count, 1)

    def test_requests_are_counted_by_route_and_status_never_by_address(self):
        token = self.portal.claim(random_thing())["token"]
        for what, route, method, status in (
                (lambda: self.portal.get("/"), "/", "GET", 200),
                (lambda: self.portal.get(f"{API}/{token}"), API + "/{token}", "GET", 200),
                (lambda: self.portal.get(f"{API}/{'0' * 32}"), API + "/{token}", "GET", 404),
                (lambda: self.portal.get("/a/b/c"), "none", "any", 404),
                (lambda: self.portal.post_json(API, b"x"), API, "POST", 400),
                (lambda: self.portal.post_json(API, b" " * 9000), API, "POST", 413),
                (lambda: self.portal.request("PUT", API), "none", "any", 405)):
            with self.subTest(route, status=status):
                before = self.requests(route, method, status)
                what()
                self.assertEqual(self.requests(route, method, status), before + 1)
        self.assertNotIn(token, self.portal.request("GET", "/metrics", admin=True).text)

    def test_the_parser_of_this_test_is_strict(self):
        good = "# HELP a_total b\n# TYPE a_total counter\na_total 1\n"
        self.assertEqual(parse_prometheus(good), {"a_total": ["counter", {("a_total", ()): 1.0}]})
        for bad in (good[:-1], good + "a_total 1\n", good + "b 1\n", good + good, good.replace("1", "x"),
                    good.replace("a_total 1", "a_total{b=c} 1"), good.replace("counter", "number"),
                    good.replace("a_total 1", "a_total  1"), good.replace("a_total 1", 'a_total{b="\\x"} 1')):
            with self.assertRaises(ValueError, msg=bad):
                parse_prometheus(bad)


if __name__ == "__main__":
    unittest.main()
