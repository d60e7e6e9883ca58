# SPDX-License-Identifier: Apache-2.0
"""A product that asks for more than its label: whoever only has an identifier cannot tell whether the device is unknown, not
registered, online, or somebody's. Pages and API answer the same, also to what such a person does; the right code ends that."""
import json
import re
import time
import unittest

from operator_commands import OK, command
from portal import Portal, store_url, stored
from sandbox import Sandbox, eventually, random_thing

API = "/api/v1/registrations"
CODE, WRONG = "7K3M-9QXT-2A4D", "AAAA-BBBB-CCCC"
PACE = 0.05  # PACE_MS in server/app.c
TIME = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z")


class Veil(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())
        cls.url = store_url(cls.sandbox, "veil")
        key = cls.sandbox.state / "key"
        key.write_text("0123456789abcdef" * 4 + "\n")
        key.chmod(0o600)
        cls.portal = cls.enterClassContext(Portal(
            cls.sandbox, claim={"schedule": "500ms"}, store={"url": cls.url}, inventory={"code_key_file": key},
            product__lock={"name": "Lock", "proof": "label, code"})).connected()

    # -- devices

    def listed(self, thing):
        path = self.sandbox.state / f"{thing}.csv"
        path.write_text(f"thing_name,code\n{thing},{CODE}\n")
        answer = command(self.portal, "inventory", "import", path, admin=self.portal.admin)
        self.assertEqual(answer.returncode, OK, answer)

    def arrived(self, thing):
        """By somebody who registered it, without a proof."""
        modules = self.sandbox.modules(thing)
        modules.wait_for(thing, "subscribed")
        token = self.portal.claim(thing)["token"]
        eventually(lambda: stored(self.url, "SELECT 1 FROM connections WHERE thing_name = ? AND is_connected = 1", thing), "online")
        return token

    def devices(self):
        """One of each kind, as its owner's token and thing name."""
        unknown, unregistered, online, owned = (random_thing() for _ in range(4))
        for thing in (unregistered, online, owned):
            self.listed(thing)
        self.arrived(online)
        token = self.arrived(owned)
        self.assertEqual(self.act(token, "proofs/code", {"code": CODE}).status, 202)
        self.assertEqual(self.portal.show(token)["standing"], "owner")
        return {"unknown": unknown, "unregistered": unregistered, "online": online, "owned": owned}

    # -- what a stranger does

    def act(self, token, what, document=None):
        if document is None:
            return self.portal.request("POST", f"{API}/{token}/{what}", b"")
        return self.portal.post_json(f"{API}/{token}/{what}", document)

    def normal(self, answer, thing, token):
        """Without what is each one's own: names and times."""
        text = answer.text.replace(thing, "THING").replace(token, "TOKEN").replace(token[:8], "REFERENCE")
        text = re.sub(r'(?s)<p class="thing">.*?</p>', "", TIME.sub("TIME", text))
        text = re.sub(r"data-left=\"\d+\">\d:\d\d|\"request_id\":\"[^\"]*\"|<code[^>]*>[0-9a-f]{16}</code>", "", text)
        headers = sorted((name, value) for name, value in answer.headers.items()
                         if name not in ("Date", "ETag", "X-Request-Id", "Content-Length"))
        headers = [(name, re.sub(r"browser=[0-9a-f]{32}", "browser=NUMBER", value)) for name, value in headers]
        headers = [(name, re.sub(r"\d+", "N", value) if name == "Retry-After" else value.replace(token, "TOKEN"))
                   for name, value in headers]
        return answer.status, headers, text

    def stranger(self, thing):
        """Everything that can be done with an identifier alone; every answer."""
        created = self.portal.post_json(API, {"identifier": thing})
        token = created.json["token"]
        answers = [("create", created)]

        def look(when):
            answers.append((f"API {when}", self.portal.get(f"{API}/{token}")))
            answers.append((f"page {when}", self.portal.get(f"/registrations/{token}?lang=en")))
        look("at first")
        for what, document in (("on", None), ("proofs/code", {"code": WRONG}), ("proofs/power-cycle", None),
                               ("proofs/power-cycle", None), ("ask", None), ("release", None), ("hand-over", None), ("retry", None),
                               ("cancel", None), ("retry", None), ("cancel", None)):
            answers.append((what, self.act(token, what, document)))
            look(f"after {what}")
        answers.append(("form", self.portal.post_form("/register", identifier=thing, lang="en")))
        form = answers[-1][1].headers["Location"].partition("?")[0].rpartition("/")[2]
        return [(what, self.normal(answer, thing, form if what == "form" else token)) for what, answer in answers]

    def test_no_answer_tells_them_apart(self):
        told = {kind: self.stranger(thing) for kind, thing in self.devices().items()}
        for kind in ("unregistered", "online", "owned"):
            for (what, wanted), (_, answer) in zip(told["unknown"], told[kind], strict=True):
                with self.subTest(kind=kind, what=what):
                    self.maxDiff = None
                    self.assertEqual(answer, wanted)

    def test_an_arrival_is_not_told(self):
        """While it waits under the veil, the device comes."""
        thing = random_thing()
        self.listed(thing)
        token = self.portal.claim(thing)["token"]
        before = self.portal.get(f"{API}/{token}")
        self.sandbox.modules(thing)
        eventually(lambda: stored(self.url, "SELECT 1 FROM claims WHERE thing_name = ? AND state = 'onboarded'", thing), "arrived")
        after = self.portal.get(f"{API}/{token}")
        self.assertEqual((after.text, after.headers["ETag"]), (before.text, before.headers["ETag"]))
        self.assertEqual(self.act(token, "proofs/code", {"code": WRONG}).status, 422)
        self.assertEqual(self.act(token, "proofs/code", {"code": CODE}).status, 202)
        shown = self.portal.show(token)
        self.assertEqual((shown["standing"], shown["state"], shown["next_action"]), ("owner", "onboarded", "done"))

    def test_how_long_it_takes_tells_nothing(self):
        """Answers leave at fixed times (server/portal/pacer.h): none as soon as its work is done. bench/veil.py compares the times."""
        for thing in self.devices().values():
            before = time.monotonic()
            token = self.portal.claim(thing)["token"]
            created = time.monotonic()
            self.portal.show(token)
            shown = time.monotonic()
            self.assertGreaterEqual(min(created - before, shown - created), PACE, thing)

    def test_wrong_codes_have_to_wait(self):
        for thing in (random_thing(), random_thing()):
            token = self.portal.claim(thing)["token"]
            statuses = [self.act(token, "proofs/code", {"code": WRONG}).status for _ in range(8)]
            self.assertEqual(statuses, [422] * 5 + [429] * 3)
            answer = self.portal.post_form(f"/registrations/{token}/code", lang="en", code=WRONG)
            self.assertRegex(answer.headers["Location"], r"&note=soon&wait=\d+$")
            page = self.portal.get(answer.headers["Location"]).text
            self.assertRegex(page, r"There were too many attempts. You can try again in \d+ seconds.")
            self.listed(thing)

    def test_the_page_asks_for_the_code(self):
        thing = random_thing()
        self.listed(thing)
        token = self.portal.claim(thing)["token"]
        page = self.portal.get(f"/registrations/{token}?lang=en").text
        self.assertIn("<h1 id=\"headline\" tabindex=\"-1\">Show that you have this product</h1>", page)
        answer = self.portal.post_form(f"/registrations/{token}/code", lang="en", code=WRONG)
        self.assertIn("We do not recognise this code.", self.portal.get(answer.headers["Location"]).text)
        answer = self.portal.post_form(f"/registrations/{token}/code", lang="en", code=CODE.lower())
        self.assertNotIn("note=", answer.headers["Location"])
        self.assertNotIn("Show that you have this product", self.portal.get(answer.headers["Location"]).text)
        self.assertEqual(json.loads(self.portal.get(f"{API}/{token}").text)["proofs"], ["label", "code"])


if __name__ == "__main__":
    unittest.main()
