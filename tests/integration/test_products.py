# SPDX-License-Identifier: Apache-2.0
"""[product.KEY]: a scanned label shows the product, the form asks what the product asks, and keeps the consent."""
import configparser
import html
import json
import re
import struct
import unittest
import zlib

from portal import Portal, random_thing, store_url, stored
from sandbox import ROOT, Sandbox, eventually

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20"><path fill="#a00000" d="M0 0h60v20H0z"/></svg>'
HEBREW = "שלום <b>"
API = "/api/v1/registrations"


def png(width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


FILES = {"picture.svg": SVG, "label.png": png(30, 10), "instructions.txt": b"Press the red button.\nWait.\n",
         "instructions.de.txt": "Drücken Sie den roten Knopf.".encode(), "network.txt": b"It needs <2.4> GHz.",
         "consent.txt": b"We keep your answers.", "consent.de.txt": b"Wir behalten Ihre Antworten.", "marketing.txt": b"Send me news.",
         "words.de.txt": "name = Röster\ncolour = Farbe\ncolour.black = schwarz\ncountry.US = VSA\n".encode()}
TOASTER = {"product__toaster": {"name": "Toaster <2000>", "consent": "7", "marketing": "yes", "countries": "DE, US",
                                "fields": "who, colour, remark, mail, box", "manual": "https://a.example/manual?a=1&b=2"},
           "product__toaster.who": {"label": "Your name", "type": "name", "ask": "register"},
           "product__toaster.colour": {"label": "Colour", "type": "choice", "choices": "black, white", "required": "yes"},
           "product__toaster.remark": {"label": "Remark", "ask": "register"},
           "product__toaster.mail": {"label": "E-mail", "type": "email"},
           "product__toaster.box": {"label": "For work", "type": "checkbox"}}
ANSWERS = {"product": "toaster", "field-colour": "black", "country": "DE", "consent": "yes", "consent_version": "7"}


def sections(**changes):
    named = {name.replace("product__", "product.", 1): dict(keys) for name, keys in TOASTER.items()}
    for name, keys in changes.items():
        if keys is None:
            named.pop(name.replace("__", "."))
        else:
            named.setdefault(name.replace("__", "."), {}).update(keys)
    return named


class Products(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def portal(self, files=FILES, **changes):
        folder = self.sandbox.state / f"folder-{random_thing()}"
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        self.folder = folder
        changes.setdefault("product__toaster", {})
        changes["product__toaster"] = {"folder": folder, **changes["product__toaster"]}
        return self.enterContext(Portal(self.sandbox, **sections(**changes)))

    def row(self, portal, thing):
        url = portal_store(portal)
        rows = stored(url, "SELECT r.product, r.country, r.fields, r.contact_name, r.consent, r.consent_language,"
                           " r.consent_at, r.marketing_at, c.endpoint FROM registrations r JOIN claims c ON c.id = r.claim_id"
                           " WHERE c.thing_name = ?", thing)
        self.assertEqual(len(rows), 1, rows)
        names = ("product", "country", "fields", "contact_name", "consent", "language", "consent_at", "marketing_at", "endpoint")
        return dict(zip(names, rows[0]))

    def nothing_stored(self, portal, thing):
        self.assertEqual(stored(portal_store(portal), "SELECT 1 FROM claims WHERE thing_name = ?", thing), [])

    # -- the page

    def test_a_scanned_label_shows_its_product(self):
        portal = self.portal()
        page = portal.get(f"/r/{random_thing()}?lang=en").text
        self.assertIn("<bdi>Toaster &lt;2000&gt;</bdi>", page)
        self.assertIn("<p>Press the red button.</p><p>Wait.</p>", page)
        self.assertIn("It needs &lt;2.4&gt; GHz.", page)
        self.assertIn('<a href="https://a.example/manual?a=1&amp;b=2">', page)
        self.assertRegex(page, r'<img class="product-picture" src="/static/product-toaster-picture\.svg\?v=\w+" alt="" width="60" height="20" loading="lazy">')
        self.assertRegex(page, r'src="/static/product-toaster-label\.png\?v=\w+" alt="" width="30" height="10"')
        german = portal.get(f"/r/{random_thing()}?lang=de").text
        self.assertIn("<bdi>Röster</bdi>", german)
        self.assertIn("Drücken Sie den roten Knopf.", german)
        self.assertIn(">Farbe</bdi>", german)
        self.assertIn('<option value="black">schwarz</option>', german)
        self.assertIn('<option value="DE">Deutschland</option>', german)
        self.assertIn('<option value="US">VSA</option>', german)
        self.assertNotIn("checked", page)

    def test_pictures_are_only_pictures(self):
        portal = self.portal()
        page = portal.get(f"/r/{random_thing()}").text
        svg, label = re.findall(r'src="(/static/product-[^"]+)"', page)
        answer = portal.get(svg)
        self.assertEqual((answer.status, answer.body, answer.headers["Content-Type"]), (200, SVG, "image/svg+xml"))
        self.assertIn("sandbox", answer.headers["Content-Security-Policy"])
        self.assertIn("immutable", answer.headers["Cache-Control"])
        self.assertEqual(portal.get(label).headers["Content-Type"], "image/png")
        for path in ("/static/product-toaster-words.de.txt", "/static/product-toaster-consent.txt", "/static/product-other-picture.svg",
                     "/static/..%2fproduct-toaster-picture.svg", "/static/product-toaster-..%2f..%2fetc%2fpasswd"):
            self.assertEqual(portal.get(path).status, 404, path)

    def test_the_first_page_is_small(self):
        texts = {"instructions.txt": b"Long. " * 600, "network.txt": b"Long. " * 600, "consent.txt": b"Long. " * 1300}
        portal = self.portal({**FILES, **texts})
        page = portal.get(f"/r/{random_thing()}?lang=en")
        total = len(page.body)
        for address in re.findall(r'(?:src|href)="(/static/[^"]*)"', page.text):
            if "product-" not in address:
                total += len(portal.get(html.unescape(address)).body)
        self.assertLess(total, 50_000)
        self.assertEqual(page.text.count("Long. "), 2500)

    def test_without_a_product_nothing_is_asked(self):
        portal = self.enterContext(Portal(self.sandbox))
        thing = random_thing()
        page = portal.get(f"/r/{thing}?lang=en").text
        for part in ('class="card product"', 'name="product"', 'name="country"', "consent", "novalidate"):
            self.assertNotIn(part, page)
        self.assertEqual(portal.post_form("/register", identifier=thing).status, 303)
        self.assertIsNone(self.row(portal, thing)["product"])

    def test_another_device_is_another_product(self):
        portal = self.portal(product__toaster={"identifiers": "0"}, product__kettle={"name": "Kettle", "identifiers": "1*f"})
        for thing, name in (("0" * 32, "Toaster"), ("1" + "0" * 30 + "f", "Kettle"), ("1" + "0" * 31, None)):
            page = portal.get(f"/r/{thing}?lang=en").text
            self.assertEqual("Toaster" in page, name == "Toaster", thing)
            self.assertEqual("Kettle" in page, name == "Kettle", thing)

    # -- the form

    def register(self, portal, thing, **answers):
        fields = {"identifier": thing, "filled": "1", **ANSWERS, **{name.replace("_", "-", 1) if name.startswith("field_") else name: value
                                                                     for name, value in answers.items()}}
        return portal.post_form("/register?lang=en", **{name: value for name, value in fields.items() if value is not None})

    def test_what_a_person_answers_is_kept(self):
        portal = self.portal()
        thing = random_thing()
        answer = self.register(portal, thing, field_who=" Zoë ", field_remark=HEBREW, marketing="yes")
        self.assertEqual(answer.status, 303, answer)
        row = self.row(portal, thing)
        self.assertEqual((row["product"], row["country"], row["contact_name"], row["consent"], row["language"]),
                         ("toaster", "DE", "Zoë", "7", "en"))
        self.assertEqual(json.loads(row["fields"]), {"colour": "black", "remark": HEBREW})
        self.assertTrue(row["consent_at"] and int(row["consent_at"]) == int(row["marketing_at"]), row)
        other = random_thing()
        self.assertEqual(self.register(portal, other).status, 303)
        self.assertIsNone(self.row(portal, other)["marketing_at"])

    def test_a_typed_id_is_shown_the_questions_first(self):
        portal = self.portal()
        thing = random_thing()
        answer = portal.post_form("/register?lang=en", identifier=thing)
        self.assertEqual(answer.status, 200)
        self.assertIn('name="field-colour"', answer.text)
        self.assertNotIn('class="error"', answer.text)
        self.nothing_stored(portal, thing)

    def test_wrong_answers_are_told_and_the_others_kept(self):
        portal = self.portal()
        wrong = {"remark is far too long": ({"field_remark": "x" * 10_000}, "Use at most 200 characters. You entered 10000."),
                 "in Hebrew too": ({"field_remark": "ש" * 10_000}, "You entered 10000."),
                 "a required answer is missing": ({"field_colour": ""}, "Select one of the answers."),
                 "a choice that there is not": ({"field_colour": "red"}, "Select one of the answers."),
                 "an invisible character": ({"field_remark": "a\u202eb"}, "invisible character"),
                 "a NUL": ({"field_remark": "a\0b"}, "invisible character"),
                 "no country": ({"country": ""}, "Select the country"),
                 "another country": ({"country": "FR"}, "Select the country"),
                 "no consent": ({"consent": None}, "select “I agree”"),
                 "consent to nothing": ({"consent": "no"}, "select “I agree”")}
        for what, (answers, says) in wrong.items():
            with self.subTest(what):
                thing = random_thing()
                answer = self.register(portal, thing, **{"field_who": "Zoë <i>", "marketing": "yes", **answers})
                self.assertEqual(answer.status, 422)
                self.assertEqual(len(re.findall(r'class="error"', answer.text)), 1, answer.text)
                self.assertIn(says, answer.text)
                self.assertIn('value="Zoë &lt;i&gt;"', answer.text)
                self.assertIn('name="marketing" value="yes" checked', answer.text)
                self.assertIn("Please check:", answer.text)
                if answers.get("field_remark", "").startswith(("x", "ש")):
                    self.assertIn(f'value="{answers["field_remark"]}"', answer.text)
                self.nothing_stored(portal, thing)

    def test_consent_that_has_changed_is_asked_again(self):
        portal = self.portal()
        for version in ("6", "", None):
            with self.subTest(version):
                thing = random_thing()
                answer = self.register(portal, thing, consent_version=version, field_who="Zoë")
                self.assertEqual(answer.status, 422)
                self.assertIn("The text above has changed.", answer.text)
                self.assertIn('name="consent_version" value="7"', answer.text)
                self.assertNotRegex(answer.text, r'name="consent" value="yes" checked')
                self.assertIn('value="Zoë"', answer.text)
                self.nothing_stored(portal, thing)

    def test_the_other_language_keeps_what_was_typed(self):
        portal = self.portal()
        answer = portal.post_form("/language", identifier=random_thing(), filled="1", to="de", lang="en",
                                  **{**ANSWERS, "field-remark": HEBREW, "marketing": "yes"})
        self.assertEqual(answer.status, 200)
        self.assertIn("Farbe", answer.text)
        self.assertIn(f'value="{html.escape(HEBREW)}"', answer.text)
        self.assertIn('<option value="black" selected>schwarz', answer.text)
        self.assertIn('name="marketing" value="yes" checked', answer.text)
        self.assertIn('<option value="DE" selected>Deutschland', answer.text)

    def test_what_people_would_not_answer_is_refused_at_start(self):
        portal = self.enterContext(Portal(self.sandbox, start=False, **sections(product__toaster={
            "consent": "1", "gtin": "4006381333930", "fields": "who", "endpoint": "nowhere", "proof": "luck"})))
        portal.start(wait=False)
        self.assertEqual(portal.ended(), 78)
        for says in ("gtin: 4006381333930 is no GTIN", "consent.en.txt", "does not list colour", "nowhere is no endpoint", "] proof: must be"):
            self.assertTrue([line for line in portal.lines if says in line], (says, portal.lines))

    def test_a_product_with_codes_needs_their_key(self):
        portal = self.enterContext(Portal(self.sandbox, start=False, **sections(product__toaster={"proof": "label, code"})))
        portal.start(wait=False)
        self.assertEqual(portal.ended(), 78)
        self.assertTrue([line for line in portal.lines if "code_key_file: must be set, because [product.toaster]" in line], portal.lines)

    # -- the API

    def post(self, portal, thing, **members):
        return portal.post_json(API, {"identifier": thing, "country": "US", "consent": "7", "fields": {"colour": "white"}, **members},
                                Accept_Language="de")

    def test_a_program_answers_too(self):
        portal = self.portal()
        thing = random_thing()
        answer = self.post(portal, thing, marketing=True, fields={"colour": "white", "who": "Zoë", "box": True, "remark": HEBREW})
        self.assertEqual(answer.status, 202, answer)
        row = self.row(portal, thing)
        self.assertEqual((row["product"], row["country"], row["contact_name"], row["consent"], row["language"]),
                         ("toaster", "US", "Zoë", "7", "de"))
        self.assertEqual(json.loads(row["fields"]), {"colour": "white", "remark": HEBREW, "box": True})
        self.assertTrue(row["consent_at"] and row["marketing_at"], row)

    def test_the_language_is_that_of_the_text(self):
        files = {name: content for name, content in FILES.items() if name != "consent.de.txt"}
        portal = self.portal(files)
        thing = random_thing()
        self.assertIn("We keep your answers.", portal.get(f"/r/{thing}?lang=de").text)
        self.assertEqual(self.post(portal, thing).status, 202)
        self.assertEqual(self.row(portal, thing)["language"], "en")

    def test_what_a_program_answers_wrongly_is_refused(self):
        portal = self.portal()
        wrong = {"fields.colour is required.": {"fields": {}}, "fields.colour must be one of the choices.": {"fields": {"colour": "red"}},
                 "fields.colour must be a string.": {"fields": {"colour": 7}}, "fields.box must be a boolean.": {"fields": {"box": 7, "colour": "white"}},
                 "fields.mail must be an e-mail address.": {"fields": {"colour": "white", "mail": "x"}},
                 "fields.remark is too long.": {"fields": {"colour": "white", "remark": "x" * 201}},
                 "fields.remark must not have control characters.": {"fields": {"colour": "white", "remark": "a\nb"}},
                 "fields.other is no field of this product.": {"fields": {"colour": "white", "other": "x"}},
                 "country must be one of the product's countries, such as DE.": {"country": "FR"},
                 "consent must be the version of the text that the person has agreed to: 7.": {"consent": "6"}}
        for says, members in wrong.items():
            with self.subTest(says):
                thing = random_thing()
                answer = self.post(portal, thing, **members)
                self.assertEqual((answer.status, answer.json["detail"]), (422, says))
                self.nothing_stored(portal, thing)
        for members in ({"fields": "x"}, {"fields": []}, {"country": "Germany"}, {"country": "de"}, {"consent": 7}, {"marketing": "yes"}):
            with self.subTest(members):
                self.assertEqual(self.post(portal, random_thing(), **members).status, 400)
        missing = portal.post_json(API, {"identifier": random_thing()})
        self.assertEqual((missing.status, missing.json["detail"]), (422, "fields.colour is required."))

    def test_a_key_belongs_to_the_answers_too(self):
        portal = self.portal()
        thing = random_thing()
        answers = [portal.post_json(API, {"identifier": thing, "country": "US", "consent": "7", "fields": {"colour": colour}},
                                    Idempotency_Key="k1") for colour in ("white", "white", "black")]
        self.assertEqual([answer.status for answer in answers], [202, 202, 422])
        self.assertEqual(answers[0].json["token"], answers[1].json["token"])

    def test_without_a_product_there_is_nothing_to_answer(self):
        portal = self.enterContext(Portal(self.sandbox))
        for members in ({"fields": {}}, {"consent": "7"}, {"marketing": True}):
            answer = portal.post_json(API, {"identifier": random_thing(), **members})
            self.assertEqual(answer.status, 422, answer)
        self.assertEqual(portal.post_json(API, {"identifier": random_thing(), "fields": None, "marketing": False}).status, 202)

    def test_a_product_that_has_gone_leaves_its_devices_to_staff(self):
        """Another product may ask for less than what the person could not prove."""
        store = {"url": store_url(self.sandbox, random_thing())}
        thing = random_thing()
        before = self.portal(product__toaster={"proof": "power-cycle"}, store=store)
        token = self.post(before, thing).json["token"]
        self.assertEqual(before.stop(), 0)
        after = self.enterContext(Portal(self.sandbox, **{"store": store, "product.kettle": {"name": "Kettle"}}))
        modules = self.sandbox.modules(thing)
        modules.wait_for(thing, "subscribed")
        eventually(lambda: after.metric('claims{state="onboarded"}') == 1, lambda: after.metrics())
        self.assertEqual(after.show(token)["required_proofs"], ["label", "staff"])
        self.assertEqual(stored(store["url"], "SELECT owner FROM devices WHERE thing_name = ?", thing)[0][0], None)

    # -- the inventory knows better

    def put_into_inventory(self, portal, *rows):
        body = "thing_name,product\n" + "".join(f"{thing},{product}\n" for thing, product in rows)
        answer = portal.request("POST", "/inventory", body.encode(), {"Content-Type": "text/csv"}, admin=True)
        self.assertEqual(answer.status, 200, answer)

    def test_the_inventory_says_which_product_it_is(self):
        portal = self.portal(product__toaster={"identifiers": "zzz"}, product__kettle={"name": "Kettle"})
        thing, odd = random_thing(), random_thing()
        self.put_into_inventory(portal, (thing, "toaster"), (odd, "unheard-of"))
        self.assertIn("Kettle", portal.get(f"/r/{thing}?lang=en").text)
        asked = portal.post_form("/register?lang=en", identifier=thing, filled="1", product="kettle")
        self.assertEqual(asked.status, 200)
        self.assertIn('name="product" value="toaster"', asked.text)
        self.nothing_stored(portal, thing)
        self.assertEqual(self.register(portal, thing).status, 303)
        self.assertEqual(self.row(portal, thing)["product"], "toaster")
        self.assertEqual(portal.post_form("/register", identifier=odd).status, 303)
        self.assertEqual(self.row(portal, odd)["product"], "kettle")

    def test_no_other_product_is_chosen_by_the_form(self):
        portal = self.portal(product__kettle={"name": "Kettle", "identifiers": "zzz"})
        thing = random_thing()
        answer = portal.post_form("/register?lang=en", identifier=thing, filled="1", product="kettle")
        self.assertEqual(answer.status, 200)
        self.assertIn('name="product" value="toaster"', answer.text)
        self.nothing_stored(portal, thing)

    def test_what_needs_more_than_the_label_does_not_show_itself(self):
        portal = self.portal(product__toaster={"identifiers": "zzz", "proof": "power-cycle"}, product__kettle={"name": "Kettle"})
        thing, other = random_thing(), random_thing()
        self.put_into_inventory(portal, (thing, "toaster"))
        answers = [portal.post_form("/register?lang=en", identifier=name, filled="1", product="kettle") for name in (thing, other)]
        self.assertEqual([answer.status for answer in answers], [303, 303])
        self.assertEqual(self.row(portal, thing)["product"], "toaster")

    # -- which home

    def test_the_endpoint_is_chosen_by_page_country_product(self):
        sandbox_endpoint = {"address": "here.example.com"}
        portal = self.portal(claim={"default_endpoint": "sandbox"}, product__toaster={"endpoint": "eu", "countries": "DE, US, FR"},
                             endpoint__eu=sandbox_endpoint, endpoint__us={"address": "us.example.com", "countries": "US, CA"},
                             product__kettle={"name": "Kettle", "identifiers": "1"})
        page = portal.get(f"/r/{'0' * 32}?lang=en").text
        self.assertNotIn('<select id="endpoint"', page)
        self.assertNotIn('name="endpoint"', page)
        self.assertIn('<input type="hidden" name="endpoint" value="us">', portal.get(f"/r/{'0' * 32}?endpoint=us").text)
        cases = {"of the country": ({"country": "US"}, "us"), "of the product": ({"country": "FR"}, "eu"),
                 "of the page": ({"country": "US", "endpoint": "sandbox"}, "sandbox")}
        for what, (answers, endpoint) in cases.items():
            with self.subTest(what):
                thing = "0" + random_thing()[1:]
                self.assertEqual(self.register(portal, thing, **answers).status, 303)
                self.assertEqual(self.row(portal, thing)["endpoint"], endpoint)
                thing = "0" + random_thing()[1:]
                self.assertEqual(self.post(portal, thing, **answers).status, 202)
                self.assertEqual(self.row(portal, thing)["endpoint"], endpoint)
        thing = "1" + random_thing()[1:]
        self.assertEqual(portal.post_form("/register", identifier=thing).status, 303)
        self.assertEqual(self.row(portal, thing)["endpoint"], "sandbox")
        for address in ("us.example.com", "https://us.example.com", "nowhere"):
            self.assertEqual(self.register(portal, random_thing(), endpoint=address).status, 422)
            self.assertEqual(self.post(portal, random_thing(), endpoint=address).status, 422)

    def test_a_country_has_one_endpoint(self):
        portal = self.enterContext(Portal(self.sandbox, start=False, claim={"default_endpoint": "a"},
                                          endpoint__a={"address": "a.example.com", "countries": "DE"},
                                          endpoint__b={"address": "b.example.com", "countries": "FR, DE, Germany"}))
        portal.start(wait=False)
        self.assertEqual(portal.ended(), 78)
        for says in ("[endpoint.b] countries: DE is one of [endpoint.a]", "[endpoint.b] countries: Germany is no country"):
            self.assertTrue([line for line in portal.lines if says in line], (says, portal.lines))

    # -- after the arrival

    def arrived(self, portal):
        thing = random_thing()
        modules = self.sandbox.modules(thing)
        modules.wait_for(thing, "subscribed")
        claim = self.post(portal, thing).json
        portal.wait_for_state(claim["token"], "onboarded")
        return thing, f"/registrations/{claim['token']}"

    def details(self, portal, page, **answers):
        return portal.post_form(f"{page}/details?lang=en", product="toaster", **{name.replace("_", "-", 1): value for name, value in answers.items()})

    def test_the_rest_is_asked_after_the_arrival(self):
        portal = self.portal(product__toaster={"fields": "colour, mail, box, remark"}, **{"product__toaster.remark": {"ask": "after-arrival"},
                                                                                           "product__toaster.who": None})
        thing, page = self.arrived(portal)
        first = portal.get(f"{page}?lang=en").text
        self.assertIn('id="details"', first)
        self.assertIn("<dt><bdi>Colour</bdi></dt><dd><bdi>white</bdi></dd>", first)
        for name in ("mail", "box", "remark"):
            self.assertIn(f'name="field-{name}"', first)
        for name in ("field-colour", "country", "consent", "marketing"):
            self.assertNotIn(f'name="{name}"', first)
        wrong = self.details(portal, page, field_mail="x", field_remark=HEBREW, field_box="yes")
        self.assertEqual(wrong.status, 422)
        self.assertIn("Enter an e-mail address", wrong.text)
        self.assertIn(f'value="{html.escape(HEBREW)}"', wrong.text)
        self.assertIn('name="field-box" value="yes" checked', wrong.text)
        self.assertEqual(json.loads(self.row(portal, thing)["fields"]), {"colour": "white"})
        long = self.details(portal, page, field_remark="x" * 10_000, field_mail="a@b.example")
        self.assertEqual(long.status, 422)
        self.assertIn('value="a@b.example"', long.text)
        saved = self.details(portal, page, field_remark=HEBREW, field_box="yes")
        self.assertEqual((saved.status, saved.headers["Location"].partition("?")[0]), (303, page))
        self.assertEqual(json.loads(self.row(portal, thing)["fields"]), {"colour": "white", "remark": HEBREW, "box": True})
        second = portal.get(f"{page}?lang=en").text
        self.assertIn(f"<dd><bdi>{html.escape(HEBREW, quote=False)}</bdi></dd>", second)
        self.assertIn("<dt><bdi>For work</bdi></dt><dd><bdi>Yes</bdi></dd>", second)
        self.assertIn('name="field-mail"', second)
        self.assertNotIn('name="field-remark"', second)
        self.assertEqual(self.details(portal, page, field_mail="a@b.example").status, 303)
        rows = stored(portal_store(portal), "SELECT contact_email FROM registrations WHERE token = ?", page.rpartition("/")[2])
        self.assertEqual([tuple(row) for row in rows], [("a@b.example",)])
        self.assertNotIn('id="details"', portal.get(page).text)

    def test_the_next_owner_answers_too(self):
        portal = self.portal()
        thing, page = self.arrived(portal)
        link = re.search(r"/hand-over/[0-9a-f]{32}", portal.post_form(f"{page}/hand-over?lang=en").text)[0]
        shown = portal.get(f"{link}?lang=en").text
        self.assertIn('name="field-colour"', shown)
        self.assertIn("We keep your answers.", shown)
        self.assertIn("<bdi>Toaster &lt;2000&gt;</bdi>", shown)
        self.assertIn(f"<span>{thing[:4]}</span>", shown)
        self.assertEqual(portal.post_form(link, lang="en").status, 200, "the questions have not been seen")
        wrong = portal.post_form(link, **{"lang": "en", **ANSWERS, "consent": "", "field-remark": HEBREW})
        self.assertEqual(wrong.status, 422)
        self.assertIn("select “I agree”", wrong.text)
        self.assertIn(f'value="{html.escape(HEBREW)}"', wrong.text)
        self.assertEqual(portal.show(page.rpartition("/")[2])["standing"], "owner", "nothing has happened yet")
        taken = portal.post_form(link, **{"lang": "en", **ANSWERS, "field-who": "Zoë", "field-remark": HEBREW})
        self.assertEqual(taken.status, 303)
        token = re.search(r"/registrations/([0-9a-f]{32})", taken.headers["Location"])[1]
        self.assertEqual(portal.show(token)["standing"], "owner")
        row, = stored(portal_store(portal), "SELECT product, country, fields, contact_name, consent FROM registrations"
                      " WHERE token = ?", token)
        self.assertEqual((row[0], row[1], json.loads(row[2]), row[3], row[4]),
                         ("toaster", "DE", {"colour": "black", "remark": HEBREW}, "Zoë", "7"))
        self.assertEqual(portal.post_form(link, **ANSWERS).status, 410)

    def test_the_status_page_says_how_to_switch_it_on(self):
        portal = self.portal(product__toaster={"identifiers": "0"}, product__kettle={"name": "Kettle"})
        for thing, explained in (("0" + random_thing()[1:], True), ("1" + random_thing()[1:], False)):
            answer = self.post(portal, thing) if explained else portal.post_json(API, {"identifier": thing})
            page = f"/registrations/{answer.json['token']}?lang=en"
            eventually(lambda: "Switch on your product" in portal.get(page).text, page)
            for text in ("<p>Press the red button.</p>", "It needs &lt;2.4&gt; GHz."):
                self.assertEqual(text in portal.get(page).text, explained, thing)

    def test_nothing_is_asked_before_the_arrival_or_of_others(self):
        portal = self.portal(product__kettle={"name": "Kettle", "identifiers": "zzz"})
        thing = random_thing()
        page = f"/registrations/{self.post(portal, thing).json['token']}"
        self.assertNotIn('id="details"', portal.get(page).text)
        self.assertEqual(self.details(portal, page, field_mail="a@b.example").status, 303)
        self.assertEqual(json.loads(self.row(portal, thing)["fields"]), {"colour": "white"})
        self.assertEqual(portal.post_form(f"{page}/cancel").status, 303)
        self.assertNotIn('id="details"', portal.get(page).text)
        self.assertEqual(self.details(portal, page, field_mail="a@b.example").status, 303)
        self.assertEqual(json.loads(self.row(portal, thing)["fields"]), {"colour": "white"})
        self.assertEqual(self.details(portal, "/registrations/" + "0" * 32, field_mail="a@b.example").status, 404)
        self.assertEqual(portal.post_form(f"{page}/details", product="kettle").status, 303)
        self.assertEqual(portal.post_form(f"{page}/details", product="../x").status, 303)

    def test_answers_are_forgotten_with_the_contact(self):
        portal = self.portal(retention={"contacts": "1s"})
        thing = random_thing()
        self.assertEqual(self.register(portal, thing, field_who="Zoë", marketing="yes").status, 303)
        told = ("fields", "country", "contact_name", "consent", "language", "consent_at", "marketing_at")
        eventually(lambda: {self.row(portal, thing)[name] for name in told} == {None}, lambda: self.row(portal, thing))
        self.assertEqual(self.row(portal, thing)["product"], "toaster")

    # -- the documentation

    def test_the_example_in_the_documentation_is_right(self):
        example, listed = re.findall(r"```ini\n(.*?)```", (ROOT / "docs" / "products.md").read_text(), re.S)
        words = re.search(r"```\n(name = .*?)```", (ROOT / "docs" / "products.md").read_text(), re.S)[1]
        ini = configparser.RawConfigParser(interpolation=None)
        ini.read_string(example + listed)
        changes = {name: dict(keys) for name, keys in ini.items() if name != "DEFAULT"}
        folder = self.sandbox.state / "documented"
        folder.mkdir()
        for name, content in {**FILES, "words.de.txt": words.encode()}.items():
            (folder / name).write_bytes(content)
        changes["product.toaster"]["folder"] = folder
        portal = self.enterContext(Portal(self.sandbox, **changes))
        page = portal.get(f"/r/0123{random_thing()[4:]}?lang=de").text
        for text in ("Toaster 2000", "E-Mail-Adresse", '<option value="US">USA</option>'):
            self.assertIn(text, page)


def portal_store(portal):
    return re.search(r"^url = (.*)$", portal.ini.read_text(), re.M)[1]


if __name__ == "__main__":
    unittest.main()
