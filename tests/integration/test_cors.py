# SPDX-License-Identifier: Apache-2.0
"""Pages of the OEM's own, on other origins, use the API in a browser: those of [http] cors_origins, and no others."""
import json
import unittest

from portal import Portal, random_thing
from sandbox import Sandbox

API = "/api/v1/registrations"
SHOP, APP = "https://shop.example.com", "http://localhost:3000"
FOREIGN = ("null", "https://evil.example.com", "https://shop.example.com.evil.example", "http://shop.example.com", "https://shop.example.com:8443",
           "https://shop.example.com/", "https://SHOP.example.com", "shop.example.com", "https://shop.example.co", "*", "")
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,idempotency-key"}


def allowed(answer):
    return {name: value for name, value in answer.headers.items() if name.startswith("Access-Control-")}


class Cors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())
        cls.portal = cls.enterClassContext(Portal(cls.sandbox, http={"cors_origins": f"{SHOP}, {APP}"}))

    def test_other_origins_are_told_nothing(self):
        for origin in FOREIGN:
            with self.subTest(origin):
                for answer in (self.portal.request("OPTIONS", API, headers={"Origin": origin, **PREFLIGHT}),
                               self.portal.post_json(API, {"identifier": random_thing()}, Origin=origin)):
                    self.assertEqual(allowed(answer), {})
                    self.assertEqual(answer.headers["Vary"], "Origin")
                self.assertEqual(self.portal.request("OPTIONS", API, headers={"Origin": origin, **PREFLIGHT}).status, 405)

    def test_only_the_api(self):
        for path in ("/", "/register", f"/r/{random_thing()}", "/static/style.css", "/api/v2/registrations", "/api"):
            for method in ("GET", "OPTIONS", "POST"):
                with self.subTest(path, method=method):
                    self.assertEqual(allowed(self.portal.request(method, path, headers={"Origin": SHOP, **PREFLIGHT})), {})
        self.assertEqual(allowed(self.portal.request("GET", "/metrics", headers={"Origin": SHOP}, admin=True)), {})

    def test_a_listed_page_asks_and_registers(self):
        for origin in (SHOP, APP):
            asked = self.portal.request("OPTIONS", API, headers={"Origin": origin, **PREFLIGHT})
            self.assertEqual((asked.status, asked.body), (204, b""))
            told = allowed(asked)
            self.assertEqual(told["Access-Control-Allow-Origin"], origin)
            self.assertIn("POST", told["Access-Control-Allow-Methods"].split(", "))
            self.assertIn("Idempotency-Key", told["Access-Control-Allow-Headers"])
            self.assertNotIn("Access-Control-Allow-Credentials", told)
            answer = self.portal.post_json(API, {"identifier": random_thing()}, Origin=origin, Idempotency_Key=random_thing())
            self.assertEqual((answer.status, allowed(answer)["Access-Control-Allow-Origin"]), (202, origin))
            self.assertIn("Location", allowed(answer)["Access-Control-Expose-Headers"])
            shown = self.portal.get(answer.headers["Location"], Origin=origin)
            self.assertEqual((shown.status, allowed(shown)["Access-Control-Allow-Origin"]), (200, origin))
            self.assertEqual(json.loads(shown.body)["token"], answer.json["token"])

    def test_it_may_read_what_was_wrong(self):
        for answer in (self.portal.post_json(API, b"{", Origin=SHOP), self.portal.post_json(API, {"identifier": "x"}, Origin=SHOP),
                       self.portal.get(f"{API}/{'0' * 32}", Origin=SHOP), self.portal.get("/api/v1/nothing", Origin=SHOP),
                       self.portal.post_json(API, b" " * 9000, Origin=SHOP)):
            self.assertGreaterEqual(answer.status, 400)
            self.assertEqual(allowed(answer)["Access-Control-Allow-Origin"], SHOP)

    def test_what_is_no_preflight_is_no_route(self):
        for headers in ({}, {"Origin": SHOP}, PREFLIGHT):
            answer = self.portal.request("OPTIONS", API, headers=headers)
            self.assertEqual((answer.status, "POST" in answer.headers["Allow"]), (405, True))
        self.assertEqual(self.portal.request("OPTIONS", "/api/v1/nothing", headers={"Origin": SHOP, **PREFLIGHT}).status, 404)

    def test_without_a_list_nothing_is_said(self):
        portal = self.enterContext(Portal(self.enterContext(Sandbox())))
        for answer in (portal.post_json(API, {"identifier": random_thing()}, Origin=SHOP),
                       portal.request("OPTIONS", API, headers={"Origin": SHOP, **PREFLIGHT})):
            self.assertEqual((allowed(answer), answer.headers["Vary"]), ({}, None))

    def test_what_no_browser_sends_is_refused_at_start(self):
        for origin in ("*", "null", "https://a.example/", "https://a.example/x", "https://A.example", "a.example", "https://", "ftp://a.example",
                       "https://*.example", "https://a.example:443", "http://a.example:80", "https://a.example:"):
            with self.subTest(origin):
                portal = self.enterContext(Portal(self.sandbox, start=False, http={"cors_origins": f"https://fine.example {origin}"}))
                portal.start(wait=False)
                self.assertEqual(portal.ended(), 78)
                self.assertTrue([line for line in portal.lines if f"[http] cors_origins: {origin} is no origin" in line], portal.lines)


if __name__ == "__main__":
    unittest.main()
