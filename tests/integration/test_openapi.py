# SPDX-License-Identifier: Apache-2.0
"""The description of the API has what the portal has: the routes of server/routes.c with their methods, and of each the statuses
that it answers with, no more and no less. Each of these is provoked here. Statuses that every address has (400 for what is no
HTTP, 405, 431, 500, 505) are in the description's own words at its beginning."""
import json
import re
import unittest

from operator_commands import OK, command
from portal import Portal, PortalCase, store_url
from postgresql import Server, new_database
from sandbox import ROOT, eventually, random_thing
from test_labels import blank, picture

DOCUMENT = json.loads((ROOT / "static" / "openapi.json").read_text())
API = "/api/v1/registrations"
TOKEN, RETRY, ON, CANCEL = (f"{API}/{{token}}{action}" for action in ("", "/retry", "/on", "/cancel"))
CODE, POWER, ASK, ANSWERS, HAND_OVER, REVOKE, RELEASE = OWNERSHIP = [f"{TOKEN}/{action}" for action in (
    "proofs/code", "proofs/power-cycle", "ask", "answers", "hand-over", "hand-over/revoke", "release")]
ACCOUNTS = "/api/v1/accounts/{digest}"
DECODE, READ, SELF = "/api/v1/labels/decode", "/api/v1/labels/read", "/api/v1/openapi.json"
NONE = "0" * 32
LARGE = b" " * 20 * 1024


def described():
    return {(path, method.upper()): {int(status) for status in operation["responses"]}
            for path, operations in DOCUMENT["paths"].items() for method, operation in operations.items()
            if method != "parameters"}


class OpenApi(PortalCase):
    @classmethod
    def sections(cls):
        key = cls.sandbox.state / "key"
        key.write_text("0123456789abcdef" * 4 + "\n")
        key.chmod(0o600)
        return {"inventory": {"code_key_file": key}, "endpoint__other": {"address": "other.example.com"}, "claim": {"default_endpoint": "sandbox"}}

    def setUp(self):
        self.seen = {}

    def ask(self, portal, method, path, body=None, token=NONE, **headers):
        """Notes the status under the path of the description."""
        if method == "POST" and body is None:
            body = b""
        if isinstance(body, dict):
            body, headers = json.dumps(body).encode(), {"Content-Type": "application/json", **headers}
        answer = portal.request(method, path.replace("{token}", token).replace("{digest}", token), body, headers)
        self.seen.setdefault((path, method), set()).add(answer.status)
        return answer

    def test_the_routes(self):
        rows = re.findall(r'HTTP_PUBLIC, +HTTP_(\w+), +"(/api/[^"]*)"', (ROOT / "server" / "routes.c").read_text())
        self.assertGreater(len(rows), 5)
        self.assertEqual(sorted((path, method) for method, path in rows), sorted(described()))

    def test_the_statuses(self):
        self.registrations()
        self.ownership()
        self.labels()
        self.limits()
        self.store_that_is_gone()
        self.maxDiff = None
        self.assertEqual(self.seen, described())

    def register(self, portal, **more):
        return self.ask(portal, "POST", API, {"identifier": random_thing(), **more})

    def registrations(self):
        portal, thing = self.portal, random_thing()
        token = self.register(portal, identifier=thing, endpoint="sandbox").json["token"]
        self.register(portal, identifier=thing, endpoint="other")
        self.register(portal, identifier="short")
        self.ask(portal, "POST", API, b"{", **{"Content-Type": "application/json"})
        self.ask(portal, "POST", API, b"{}", **{"Content-Type": "text/plain"})
        tag = self.ask(portal, "GET", TOKEN, token=token).headers["ETag"]
        eventually(lambda: portal.show(token)["state"] == "published", "published")
        tag = self.ask(portal, "GET", TOKEN, token=token).headers["ETag"]
        self.ask(portal, "GET", TOKEN, token=token, **{"If-None-Match": tag})
        for path in (ON, CANCEL, RETRY):
            self.ask(portal, "POST", path, token=token)
        onboarded = self.onboarded()
        for path in (RETRY, ON, CANCEL):
            self.ask(portal, "POST", path, token=onboarded)
            self.ask(portal, "POST", path)
            self.ask(portal, "POST", path, LARGE)
        self.ask(portal, "POST", API, LARGE, **{"Content-Type": "application/json"})
        self.ask(portal, "GET", TOKEN)
        self.ask(portal, "GET", SELF)
        for digest in (portal.ready().json["accounts"], "0" * 64):
            self.ask(portal, "GET", ACCOUNTS, token=digest)

    def ownership(self):
        portal, json_type = self.portal, {"Content-Type": "application/json"}
        thing = random_thing()
        self.sandbox.modules(thing).wait_for(thing, "subscribed")
        owner = portal.claim(thing)["token"]
        eventually(lambda: portal.show(owner)["standing"] == "owner", "owner")
        other = portal.claim(thing)["token"]
        for path in (POWER, POWER, ASK, ASK, HAND_OVER, REVOKE, RELEASE):
            self.ask(portal, "POST", path, token=other)
        request = {"request": portal.show(owner)["requests"][0]["request"], "accept": False}
        self.ask(portal, "POST", ANSWERS, request, other)
        self.ask(portal, "POST", ANSWERS, request, owner)
        listed = self.sandbox.state / "listed.csv"
        listed.write_text(f"thing_name,code\n{thing},7K3M-9QXT-2A4D\n")
        self.assertEqual(command(portal, "inventory", "import", listed, admin=portal.admin).returncode, OK)
        for code in ("AAAA-BBBB-CCCC", "7K3M-9QXT-2A4D"):
            self.ask(portal, "POST", CODE, {"code": code}, other)
        self.ask(portal, "POST", CODE, {"code": "AAAA-BBBB-CCCC"}, owner)
        for path in (CODE, ANSWERS):
            self.ask(portal, "POST", path, b"", owner, **{"Content-Type": "text/plain"})
        for path in (CODE, ANSWERS, HAND_OVER, RELEASE):
            self.ask(portal, "POST", path, b"{", owner, **json_type)
        for path in (HAND_OVER, REVOKE, RELEASE):
            self.ask(portal, "POST", path, token=owner)
        for path in (POWER, ASK, RELEASE):
            self.ask(portal, "POST", path, token=owner)
        for path in OWNERSHIP:
            self.ask(portal, "POST", path, {CODE: {"code": "A"}, ANSWERS: request}.get(path))
            self.ask(portal, "POST", path, LARGE, **json_type)

    def onboarded(self):
        thing = random_thing()
        self.sandbox.modules(thing).wait_for(thing, "subscribed")
        token = self.portal.claim(thing)["token"]
        self.portal.wait_for_state(token, "onboarded")
        return token

    def labels(self):
        portal = self.portal
        self.ask(portal, "POST", DECODE, picture("anything"))
        self.ask(portal, "POST", DECODE, blank())
        self.ask(portal, "POST", DECODE, b"", **{"Content-Length": str(16 << 20)})
        self.ask(portal, "POST", READ, {"text": "anything"})
        self.ask(portal, "POST", READ, {"text": 5})
        self.ask(portal, "POST", READ, b"{}", **{"Content-Type": "text/plain"})
        self.ask(portal, "POST", READ, LARGE, **{"Content-Type": "application/json"})

    def limits(self):
        with Portal(self.sandbox, http={"registrations_per_minute": 1}, labels={"pictures_per_minute": 1},
                    store={"url": store_url(self.sandbox, "limits")}) as portal:
            token = portal.claim(random_thing())["token"]
            for path in (API, RETRY, ON, CANCEL, *OWNERSHIP):
                self.ask(portal, "POST", path, {"identifier": random_thing()}, token)
            portal.post_json(READ, {"text": "anything"})
            self.ask(portal, "POST", DECODE, blank())
            self.ask(portal, "POST", READ, {"text": "anything"})

    def store_that_is_gone(self):
        with Server() as server, Portal(self.sandbox, labels={"decoders": 0},
                                        store={"url": new_database(server.url), "timeout": "2s"}) as portal:
            server.kill()
            for path in (API, RETRY, ON, CANCEL, POWER, ASK, HAND_OVER, REVOKE, RELEASE):
                self.ask(portal, "POST", path, {"identifier": random_thing()})
            self.ask(portal, "POST", CODE, {"code": "A"})
            self.ask(portal, "POST", ANSWERS, {"request": "01234567", "accept": True})
            self.ask(portal, "GET", TOKEN)
            self.ask(portal, "POST", DECODE, blank())


if __name__ == "__main__":
    unittest.main()
