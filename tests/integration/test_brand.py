# SPDX-License-Identifier: Apache-2.0
"""Whose portal it is: [brand] on every page, and what is wrong with it at start."""
import re
import unittest

from portal import Portal, random_thing
from sandbox import Sandbox

LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20"><path fill="#a00000" d="M0 0h60v20H0z"/></svg>'


class Brand(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())
        cls.logo = cls.sandbox.state / "logo.svg"
        cls.logo.write_bytes(LOGO)

    def portal(self, **brand):
        return self.enterContext(Portal(self.sandbox, brand=brand))

    def test_every_page_says_whose_it_is(self):
        portal = self.portal(name="Acme <Toasters>", logo=self.logo, colour="#a00000", colour_dark="#ff9090",
                             support="https://acme.example/help?a=1&b=2", privacy="https://acme.example/privacy",
                             imprint="mailto:legal@acme.example", network="none")
        claim = portal.claim(random_thing())
        pages = {"the form": portal.get("/?lang=en"), "the empty form": portal.get("/"), "a link": portal.get(f"/r/{random_thing()}"),
                 "a bad link": portal.get("/r/nothing"), "a mistake": portal.post_form("/register", identifier="x"),
                 "the status": portal.get(f"/registrations/{claim['token']}"), "no page": portal.get("/nothing"),
                 "a wrong method": portal.request("PUT", "/")}
        for what, page in pages.items():
            with self.subTest(what):
                self.assertIn("<span>Acme &lt;Toasters&gt;</span>", page.text)
                self.assertIn("– Acme &lt;Toasters&gt;</title>", page.text)
                self.assertRegex(page.text, r'<img src="/static/brand-logo.svg\?v=\w+" alt="" width="96" height="32">')
                self.assertRegex(page.text, r'<link rel="stylesheet" href="/static/brand.css\?v=\w+">')
                self.assertIn('<a href="https://acme.example/help?a=1&amp;b=2">Help</a>', page.text)
                self.assertIn('<a href="https://acme.example/privacy">Privacy</a>', page.text)
                self.assertIn('<a href="mailto:legal@acme.example">Legal notice</a>', page.text)
                self.assertNotIn("Wi-Fi", page.text)
                for address in re.findall(r'(?:src|href)="(/static/[^"]*)"', page.text):
                    self.assertEqual(portal.get(address).status, 200, address)
        for what in ("a link", "a bad link", "a mistake", "no page", "a wrong method"):
            with self.subTest(what):  # what support finds in the log
                self.assertIn(f'>{pages[what].headers["X-Request-Id"]}</code>', pages[what].text)
        self.assertIn(f'>{claim["token"][:8]}</code>', pages["the status"].text)
        self.assertNotIn(f'>{claim["token"]}<', pages["the status"].text)
        german = portal.get("/nothing?lang=de").text
        for name in ("Hilfe", "Datenschutz", "Impressum"):
            self.assertIn(f">{name}</a>", german)

    def test_a_logo_is_only_a_picture(self):
        portal = self.portal(logo=self.logo)
        answer = portal.get("/static/brand-logo.svg")
        self.assertEqual((answer.status, answer.body), (200, LOGO))
        self.assertEqual(answer.headers["Content-Type"], "image/svg+xml")
        for address in ("/static/brand-logo.svg", "/static/icon.svg"):
            self.assertIn("sandbox", portal.get(address).headers["Content-Security-Policy"])
        self.assertEqual(portal.get("/static/brand.css").status, 404)

    def test_without_a_brand_nothing_is_added(self):
        page = self.portal().get("/").text
        self.assertIn("<span>Product registration</span>", page)
        self.assertIn("Wi-Fi", page)
        for part in ("brand.css", "brand-logo", ">Help<", ">Privacy<", ">Legal notice<"):
            self.assertNotIn(part, page)

    def test_what_people_could_not_read_or_reach_is_refused_at_start(self):
        script = self.sandbox.state / "script.svg"
        script.write_bytes(LOGO.replace(b"<path", b"<script>alert(1)</script><path"))
        wrong = {"colour": ("#ffd700", "contrast of 1.3"), "colour_dark": ("#333333", "Choose a lighter one"),
                 "support": ("javascript:alert(1)", "https:// or mailto:"), "privacy": ("http://acme.example", "https:// or mailto:"),
                 "imprint": ("acme.example", "https:// or mailto:"), "logo": (script, "<script"), "network": ("cable", "wifi")}
        portal = self.enterContext(Portal(self.sandbox, start=False, brand={key: value for key, (value, _) in wrong.items()}))
        portal.start(wait=False)
        portal.ended()
        for key, (_, says) in wrong.items():
            with self.subTest(key):
                self.assertTrue([line for line in portal.lines if f"[brand] {key}: " in line and says in line], portal.lines)

    def test_a_logo_that_is_not_there_is_told_once(self):
        portal = self.enterContext(Portal(self.sandbox, start=False, brand={"logo": "/nowhere.png"}))
        portal.start(wait=False)
        portal.ended()
        self.assertEqual(len([line for line in portal.lines if "/nowhere.png" in line]), 1, portal.lines)


if __name__ == "__main__":
    unittest.main()
