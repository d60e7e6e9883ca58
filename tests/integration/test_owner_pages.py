# SPDX-License-Identifier: Apache-2.0
"""Whose product it is, on the private page and through the API: owner, hand over, release, requests by others, and what a former
owner still reads."""
import json
import re
import time
import unittest

from portal import Portal, store_url, stored
from sandbox import Sandbox, eventually, random_thing

API = "/api/v1/registrations/"
FORMER = {"token", "standing", "erased_at", "next_action", "status_url"}


class OwnerPages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())
        cls.url = store_url(cls.sandbox, "owners")
        cls.portal = cls.enterClassContext(Portal(cls.sandbox, claim={"schedule": "500ms"}, store={"url": cls.url},
                                                  retention={"backups": "30d"})).connected()

    # -- what people do

    def owner(self, **contact):
        """A product that was bought, registered, and is online: its thing and the owner's token."""
        thing = random_thing()
        self.modules = self.sandbox.modules(thing)
        self.modules.wait_for(thing, "subscribed")
        token = self.portal.claim(thing, **({"contact": contact} if contact else {}))["token"]
        self.standing(token, "owner")
        eventually(lambda: stored(self.url, "SELECT 1 FROM connections WHERE thing_name = ? AND is_connected = 1", thing), "online")
        return thing, token

    def standing(self, token, wanted):
        return eventually(lambda: (shown := self.portal.show(token))["standing"] == wanted and shown,
                          lambda: f"{wanted}: {self.portal.show(token)}")

    def page(self, path, status=200):
        answer = self.portal.get(path + ("&" if "?" in path else "?") + "lang=en")
        self.assertEqual(answer.status, status, answer)
        return answer.text

    def post(self, token, what, status=303, **fields):
        answer = self.portal.post_form(f"/registrations/{token}/{what}", lang="en", **fields)
        self.assertEqual(answer.status, status, answer)
        return answer

    def act(self, token, what, document=None, status=202):
        answer = self.portal.request("POST", f"{API}{token}/{what}", b"") if document is None else \
            self.portal.post_json(f"{API}{token}/{what}", document)
        self.assertEqual(answer.status, status, answer)
        return answer

    def link(self, token, **fields):
        """Makes one on the page; its path."""
        page = self.post(token, "hand-over", 200, **fields).text
        return re.search(r"/hand-over/[0-9a-f]{32}", page)[0]

    def headline(self, page):
        return re.search(r"<h1[^>]*>([^<]*)</h1>", page)[1]

    # -- owners

    def test_the_owner_sees_what_to_do_with_it(self):
        _, token = self.owner()
        page = self.page(f"/registrations/{token}")
        self.assertEqual(self.headline(page), "Your product is registered")
        self.assertIn("This product is yours", page)
        for what in ("hand-over", "release"):
            self.assertIn(f'href="/registrations/{token}/{what}?lang=en"', page)
        shown = self.portal.show(token)
        self.assertEqual((shown["next_action"], shown["proofs"], shown["requests"], shown["hand_over_until"]),
                         ("done", ["label", "fresh"], [], None))

    def test_a_page_of_nobody(self):
        for what in ("hand-over", "release", "requests/01234567/accept", "requests/01234567/deny"):
            self.page(f"/registrations/{'0' * 32}/{what}", 404)
            self.post("0" * 32, what, 404)
        for what in ("ask", "power-cycle", "hand-over/revoke"):
            self.post("0" * 32, what, 404)

    def test_what_only_the_owner_may(self):
        thing, _ = self.owner()
        other = self.portal.claim(thing)["token"]
        for what in ("hand-over", "release"):
            answer = self.portal.get(f"/registrations/{other}/{what}?lang=en")
            self.assertEqual((answer.status, answer.headers["Location"]),
                             (303, f"/registrations/{other}?lang=en&note=changed"))
            self.assertEqual(self.post(other, what).headers["Location"], f"/registrations/{other}?lang=en&note=changed")
            self.act(other, what, status=409)
        self.assertIn("That was not possible any more.", self.page(f"/registrations/{other}?note=changed"))

    def test_a_refused_person_learns_and_moves_nothing(self):
        thing = random_thing()
        refused, other = (self.portal.claim(thing)["token"] for _ in range(2))
        decision = {"action": "refuse", "registration": refused, "reason": "no receipt"}
        self.assertEqual(self.portal.request("POST", f"/devices/{thing}/decisions", json.dumps(decision).encode(),
                                             {"Content-Type": "application/json"}, admin=True).status, 200)

        def answers():
            return [self.portal.request("POST", f"{API}{refused}/{what}", b"").status for what in ("retry", "cancel", "on")]

        before = answers()
        self.assertEqual(before[:2], [409, 409])
        modules = self.sandbox.modules(thing)
        modules.wait_for(thing, "subscribed")
        self.portal.wait_for_state(other, "onboarded")
        self.assertEqual(answers(), before, "the device has arrived, which is no business of theirs")

    # -- hand over

    def test_hand_over(self):
        thing, token = self.owner(name="Ann Before", email="ann@example.com")
        self.assertIn("Make a link", self.page(f"/registrations/{token}/hand-over"))
        answer = self.post(token, "hand-over", 200)
        self.assertIn("no-store", answer.headers["Cache-Control"])
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        self.assertIn("<svg class=\"hand-over-code\"", answer.text)
        link = re.search(r"/hand-over/[0-9a-f]{32}", answer.text)[0]
        self.assertNotIn(link, self.page(f"/registrations/{token}/hand-over"), "it is shown once")
        self.assertNotIn(link[11:], str(stored(self.url, "SELECT hand_over FROM devices WHERE thing_name = ?", thing)))
        for _ in range(3):  # messengers look at links
            answer = self.portal.get(link + "?lang=en")
            self.assertEqual((answer.status, answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]),
                             (200, "no-store", "no-referrer"))
            self.assertNotIn(thing, answer.text, "who has a link need not know the device")
        self.assertEqual(self.portal.show(token)["standing"], "owner")
        answer = self.portal.post_form(link, lang="en")
        self.assertEqual(answer.status, 303, answer)
        taken = answer.headers["Location"].partition("?")[0].rpartition("/")[2]
        shown = self.portal.show(taken)
        self.assertEqual((shown["standing"], shown["thing_name"], "hand-over" in shown["proofs"]), ("owner", thing, True))
        self.former(thing, token)
        self.ended(link)
        self.assertFalse([line for line in self.portal.lines if link[11:] in line], "a link in the log")

    def former(self, thing, token):
        """Reads nothing of the device, anywhere."""
        answer = self.portal.get(f"{API}{token}")
        self.assertEqual((set(answer.json), answer.json["standing"], answer.json["next_action"]), (FORMER, "former", "none"))
        page = self.page(f"/registrations/{token}")
        self.assertEqual(self.headline(page), "This product is no longer registered to you")
        for word in (thing, thing[:4], "class=\"steps\"", "/cancel", "/retry"):
            self.assertNotIn(word, page)
        for what in ("hand-over", "release"):
            self.assertEqual(self.portal.get(f"/registrations/{token}/{what}").status, 303)
            self.act(token, what, status=409)

    def ended(self, link):
        for answer in (self.portal.get(link + "?lang=en"), self.portal.post_form(link, lang="en")):
            self.assertEqual((answer.status, self.headline(answer.text)), (410, "This link cannot be used"))

    def test_links_that_cannot_be_used(self):
        never = f"/hand-over/{'0' * 32}"
        self.ended(never)
        self.ended("/hand-over/anything")
        page = self.portal.get(never + "?lang=en").text
        thing, token = self.owner()
        revoked = self.link(token)
        self.post(token, "hand-over/revoke")
        self.ended(revoked)
        self.assertEqual(self.portal.get(revoked + "?lang=en").text, page, "all of them look the same")
        earlier, later = self.link(token), self.link(token)
        self.ended(earlier)
        self.assertEqual(self.portal.get(later).status, 200)
        self.post(token, "release")
        self.ended(later)
        self.assertEqual(len(stored(self.url, "SELECT token FROM registrations WHERE thing_name = ?", thing)), 1,
                         "a link that cannot be used leaves no registration")

    def test_hand_over_and_erase(self):
        """Only when the link is used; revoked, it is forgotten."""
        thing, token = self.owner(name="Bob Before", email="bob@example.com")
        self.link(token, erase="1")
        self.post(token, "hand-over/revoke")
        self.assertEqual(self.portal.post_form(self.link(token), lang="en").status, 303)
        self.assertIsNone(self.portal.show(token)["erased_at"])
        self.assertEqual(self.contact(token), ("Bob Before", "bob@example.com"))
        next_owner = self.portal.show(self.token_of_owner(thing))
        link = self.link(next_owner["token"], erase="1")
        self.assertEqual(self.portal.show(next_owner["token"])["standing"], "owner")
        self.assertEqual(self.portal.post_form(link, lang="en").status, 303)
        self.assertIsNotNone(self.portal.show(next_owner["token"])["erased_at"])

    def contact(self, token):
        return tuple(stored(self.url, "SELECT contact_name, contact_email FROM registrations WHERE token = ?", token)[0])

    def token_of_owner(self, thing):
        return stored(self.url, "SELECT owner FROM devices WHERE thing_name = ?", thing)[0][0]

    # -- release

    def test_release(self):
        thing, token = self.owner(name="Cleo", email="cleo@example.com")
        page = self.page(f"/registrations/{token}/release")
        self.assertEqual(self.headline(page), "Give up your product?")
        self.assertEqual(self.portal.show(token)["standing"], "owner", "asking changes nothing")
        self.post(token, "release", erase="1")
        self.former(thing, token)
        page = self.page(f"/registrations/{token}")
        self.assertRegex(page, r"We erased what you had told us on \d+ \w+ \d{4}: ")
        self.assertIn("within 30 days", page)
        self.assertIn(self.contact(token), [(None, None), ("", "")])
        self.assertEqual(self.token_of_owner(thing) or "", "")
        self.assertEqual(self.portal.claim(thing)["standing"], "owner", "whoever has it registers it")

    # -- requests by others

    def asked(self):
        thing, owner = self.owner()
        other = self.portal.claim(thing)["token"]
        page = self.page(f"/registrations/{other}")
        self.assertIn(f'action="/registrations/{other}/ask"', page)
        self.post(other, "ask")
        self.assertEqual(self.headline(self.page(f"/registrations/{other}")), "We’ve sent your request")
        shown = self.portal.show(other)
        self.assertEqual((shown["standing"], shown["next_action"]), ("asking", "wait_for_owner"))
        request, = self.portal.show(owner)["requests"]
        self.assertEqual(request["proofs"], ["label"])
        return thing, owner, other, request["request"]

    def test_the_owner_passes_it_on(self):
        thing, owner, other, request = self.asked()
        page = self.page(f"/registrations/{owner}")
        self.assertIn(f'href="/registrations/{owner}/requests/{request}/accept?lang=en"', page)
        self.assertNotIn(other, page)
        page = self.page(f"/registrations/{owner}/requests/{request}/accept")
        self.assertEqual(self.headline(page), "Pass on your product?")
        self.assertEqual(self.portal.show(owner)["standing"], "owner", "asking changes nothing")
        self.post(owner, f"requests/{request}/accept")
        self.assertEqual(self.portal.show(other)["standing"], "owner")
        self.former(thing, owner)
        answer = self.portal.get(f"/registrations/{owner}/requests/{request}/accept")
        self.assertEqual(answer.status, 303)

    def test_the_owner_keeps_it(self):
        _, owner, other, request = self.asked()
        self.assertEqual(self.headline(self.page(f"/registrations/{owner}/requests/{request}/deny")), "Keep your product?")
        self.post(owner, f"requests/{request}/deny")
        self.assertEqual(self.portal.show(owner)["standing"], "owner")
        shown = self.portal.show(other)
        self.assertEqual((shown["standing"], shown["next_action"]), ("disputed", "wait_for_staff"))
        page = self.page(f"/registrations/{other}")
        self.assertEqual(self.headline(page), "Our support team will decide")
        self.assertIn(other[:8], page)

    def test_by_the_api(self):
        thing, owner, other, request = self.asked()
        self.act(owner, "answers", {"request": "nothing", "accept": True}, 400)
        self.act(owner, "answers", {"request": request}, 400)
        self.act(owner, "answers", {"request": "01234567", "accept": True}, 404)
        self.act(other, "answers", {"request": request, "accept": True}, 409)
        made = self.act(owner, "hand-over", {"erase": True}, 201).json
        self.assertRegex(made["link"], r"/hand-over/[0-9a-f]{32}$")
        self.assertEqual(self.portal.show(owner)["hand_over_until"], made["until"])
        self.assertIsNone(self.act(owner, "hand-over/revoke").json["hand_over_until"])
        self.act(owner, "release", b"{", 400)
        self.assertEqual(self.act(owner, "answers", {"request": request, "accept": False}).json["requests"][0]["answer_by"], None)
        self.act(owner, "answers", {"request": request, "accept": False})  # twice is no mistake
        self.act(owner, "answers", {"request": request, "accept": True})
        self.assertEqual(self.portal.show(other)["standing"], "owner")
        self.former(thing, owner)

    # -- proof

    def settled(self, thing):
        """What a device does in the first seconds after its arrival is no power cycle (ownership/challenge.h)."""
        arrived, = stored(self.url, "SELECT arrived_at FROM devices WHERE thing_name = ?", thing)[0]
        eventually(lambda: time.time() * 1000 > int(arrived) + 10000, "ten seconds after its arrival")

    def test_a_power_cycle_shows_that_it_is_at_hand(self):
        thing, owner, other, request = self.asked()
        page = self.page(f"/registrations/{other}")
        self.assertIn(f'action="/registrations/{other}/power-cycle"', page)
        self.post(other, "power-cycle")
        page = self.page(f"/registrations/{other}")
        self.assertIn("Switch the product off.", page)
        self.assertRegex(page, r'data-left="1[78]\d{4}">[23]:\d\d<')
        answer = self.act(other, "proofs/power-cycle", status=429)
        self.assertGreater(int(answer.headers["Retry-After"]), 180)
        self.assertRegex(self.post(other, "power-cycle").headers["Location"], rf"^/registrations/{other}\?lang=en&note=soon&wait=\d+$")
        self.assertNotIn("power-cycle", self.portal.show(other)["proofs"])
        self.settled(thing)
        self.modules.command(f"off {thing}")
        eventually(lambda: not stored(self.url, "SELECT 1 FROM connections WHERE thing_name = ? AND is_connected = 1", thing), "off")
        self.modules.command(f"on {thing}")
        eventually(lambda: "power-cycle" in self.portal.show(other)["proofs"], lambda: self.portal.show(other))
        self.assertEqual(self.portal.show(owner)["standing"], "owner", "a proof takes nothing from an owner")
        self.assertNotIn("Switch the product off.", self.page(f"/registrations/{other}"))
        self.assertIn("They have switched the product off and on", self.page(f"/registrations/{owner}/requests/{request}/accept"))


if __name__ == "__main__":
    unittest.main()
