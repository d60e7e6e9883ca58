# SPDX-License-Identifier: Apache-2.0
"""What people type for an identifier, by every way it can come in: the form, the API and the address on a label."""
import html
import re
import unittest
from urllib.parse import quote

from stdnum.iso7064 import mod_37_36

from portal import PortalCase, store_url, stored
from sandbox import random_thing

MEBIBYTE = 1 << 20


def check_of(thing):
    """Not computed by what is tested."""
    counted = thing.upper().replace("-", "")
    return mod_37_36.calc_check_digit(counted) + mod_37_36.calc_check_digit(counted[::2] + counted[1::2])


class Case(PortalCase):
    @classmethod
    def sections(cls):
        return {"http": {"public_url": "https://register.example.com"}, "labels": {"hosts": "example.com"}}

    def typed_in_form(self, typed):
        return self.portal.post_form("/register", identifier=typed)

    def typed_in_api(self, typed):
        return self.portal.post_json("/api/v1/registrations", {"identifier": typed})

    def followed_link(self, typed):
        return self.portal.get("/r/" + quote(typed, safe="/"))

    def field(self, page):
        """What stands in the field of a form that was sent back, or is hidden in one that is filled in."""
        found = re.search(r'<textarea[^>]* id="identifier"[^>]*>([^<]*)</textarea>'
                          r'|<input type="hidden" id="identifier"[^>]* value="([^"]*)"', page.text)
        self.assertTrue(found, page)
        return html.unescape(found[1] if found[1] is not None else found[2])

    def message(self, page):
        """What stands beside the field, which names it as its description."""
        found = re.search(r'id="identifier-error"[^>]*>.*<span>(.*?)</span>', page.text)
        self.assertTrue(found, page)
        self.assertIn('aria-invalid="true" aria-describedby="identifier-error', page.text)
        return html.unescape(found[1])

    def assert_refused_everywhere(self, typed, says):
        page = self.typed_in_form(typed)
        self.assertEqual(page.status, 422, page)
        self.assertIn(says, self.message(page))
        problem = self.typed_in_api(typed)
        self.assertEqual(problem.status, 422, problem)
        self.assertEqual(problem.headers["Content-Type"], "application/problem+json")
        self.assertEqual(problem.json["field"], "identifier")
        self.assertIn(says, problem.json["detail"])
        if typed:
            page = self.followed_link(typed)
            self.assertEqual(page.status, 422, page)
            self.assertIn(says, self.message(page))
        return problem.json


def spellings(thing):
    """How people write it, each with a word for the report."""
    groups = [thing[i:i + 4] for i in range(0, len(thing), 4)]
    return {
        "as it is": thing,
        "capitals": thing.upper(),
        "mixed": "".join(c.upper() if i % 2 else c for i, c in enumerate(thing)),
        "groups of four": " ".join(groups),
        "dashes": "-".join(groups),
        "as a UUID": f"{thing[:8]}-{thing[8:12]}-{thing[12:16]}-{thing[16:20]}-{thing[20:]}",
        "en dashes and non-breaking spaces": "\u2013".join(groups[:4]) + "\u00a0" + "\u00a0".join(groups[4:]),
        "spaces around": f"  \t{thing} \r\n",
        "quotes": f'"{thing}"',
        "typographic quotes": f"\u201e{thing}\u201c",
        "a full stop after it": thing + ".",
        "a label's address": f"https://register.example.com/r/{thing}",
        "in capitals as in a QR code": f"HTTPS://REGISTER.EXAMPLE.COM/R/{thing.upper()}",
        "an address with ?id=": f"https://example.com/start?lang=de&id={thing}#top",
        "an address without a scheme": f"register.example.com/r/{thing}?utm=label",
        "an escaped address": f"https://example.com/r/{thing[:4]}%2D{thing[4:]}",
        "as on the label": " ".join(groups) + " / " + check_of(thing),
        "with check characters, without the slash": thing + check_of(thing).lower(),
        "an address with check characters": f"https://register.example.com/r/{thing}/{check_of(thing)}",
        "a byte order mark and a NUL around it": f"\ufeff{thing}\0",
        "zero-width characters around it": f"\u200b\u2060{thing}\u200d",
        "a key before it": f"UID:{thing}",
        "as JSON": f'{{"ThingName":"{thing}"}}',
        "lines of a label": f"Pump X1\r\nDevice ID:\r\n{' '.join(groups[:4])}\r\n{' '.join(groups[4:])} / {check_of(thing)}\r\nSN 0042",
        "such an address in capitals": f"HTTPS://REGISTER.EXAMPLE.COM/R/{thing.upper()}{check_of(thing)}",
    }


class Forgiving(Case):
    def assert_all_become(self, thing, typed):
        for how, text in typed.items():
            with self.subTest(how=how):
                answer = self.typed_in_api(text)
                self.assertEqual(answer.status, 202, answer)
                self.assertEqual(answer.json["thing_name"], thing)

    def test_the_api_understands_every_spelling(self):
        thing = random_thing()
        self.assert_all_become(thing, spellings(thing))

    def test_letters_that_look_like_digits_are_taken_for_them(self):
        thing = "0" * 4 + "1" * 6 + random_thing()[:22]
        self.assert_all_become(thing, {
            "O and o for 0": "OoO0" + thing[4:],
            "I, i, L and l for 1": "0000" + "IiLl1I" + thing[10:],
        })

    def test_the_form_understands_every_spelling(self):
        thing = random_thing()
        for how, text in spellings(thing).items():
            with self.subTest(how=how):
                answer = self.typed_in_form(text)
                self.assertEqual(answer.status, 303, answer)
                token = answer.headers["Location"].split("/")[2].split("?")[0]
                self.assertEqual(self.portal.show(token)["thing_name"], thing)

    def test_a_link_fills_the_form_in_whatever_its_spelling(self):
        thing = random_thing()
        for how, text in spellings(thing).items():
            with self.subTest(how=how):
                answer = self.followed_link(text)
                self.assertEqual(answer.status, 200, answer)
                self.assertEqual(self.field(answer), thing)

    def test_a_link_alone_registers_nothing(self):
        before = sum(value for name, value in self.portal.metrics().items() if "_portal_claims{" in name)
        self.assertEqual(self.followed_link(random_thing()).status, 200)
        after = sum(value for name, value in self.portal.metrics().items() if "_portal_claims{" in name)
        self.assertEqual(after, before)

    def test_all_spellings_are_one_claim(self):
        thing = random_thing()
        before = self.portal.metric('claims{state="queued"}') + self.portal.metric('claims{state="published"}')
        for text in spellings(thing).values():
            self.portal.claim(text)
        after = self.portal.metric('claims{state="queued"}') + self.portal.metric('claims{state="published"}')
        self.assertEqual(after - before, 1)


def with_character(character):
    """32 places, the fifth of them wrong."""
    return "abcd" + character + "0" * 27


VISIBLE = {"+": "plus", "#": "hash", "$": "dollar", "/": "slash", "é": "accent", "<": "less than", "g": "not hex",
           "%2f": "escaped slash", "\U0001f600": "emoji"}
HIDDEN = {"\x01": "control", "\x7f": "delete", "\x1b": "escape", "\u202e": "right to left override",
          "\u2066": "isolate", "\u200b": "zero width space", "\u0085": "C1 control", "\ufeff": "byte order mark"}


class Addresses(Case):
    def test_a_typed_address_of_another_host_is_judged_as_a_scanned_one(self):
        thing = random_thing()
        for address in (f"https://example.org/r/{thing}", f"HTTPS://EXAMPLE.ORG/R/{thing.upper()}",
                        f"\ufeffhttps://example.org/r/{thing}", f"Label: https://example.org/r/{thing}"):
            with self.subTest(address):
                scanned = self.portal.post_json("/api/v1/labels/read", {"text": address}).json["problem"]
                self.assertEqual(scanned["reason"], "foreign")
                self.assert_refused_everywhere(address, scanned["detail"])
        self.assertEqual(self.typed_in_api(f"HTTPS://Register.Example.COM/R/{thing}").json["thing_name"], thing)

    def test_a_path_in_capitals_fills_the_form_in(self):
        thing = random_thing()
        for path in (f"/R/{thing.upper()}", f"/R/{thing.upper()}/{check_of(thing)}"):
            page = self.portal.get(path)
            self.assertEqual(page.status, 200, page)
            self.assertEqual(self.field(page), thing)


class Refusing(Case):
    def test_two_identifiers_are_told_to_be_two(self):
        one, other = random_thing(), random_thing()
        self.assert_refused_everywhere(f"UID: {one}, UID: {other}", "two different device IDs")

    def test_a_shops_barcode_is_told_to_be_one(self):
        self.assert_refused_everywhere("4006381333931", "the shop’s barcode")

    def test_a_character_that_cannot_be_is_shown_with_its_place(self):
        for character, name in VISIBLE.items():
            with self.subTest(name):
                problem = self.assert_refused_everywhere(with_character(character), f"Character 5 (“{character[0]}”) is not allowed")
                self.assertEqual(problem["position"], 5)

    def test_a_character_that_cannot_be_seen_is_told_by_its_place(self):
        for character, name in HIDDEN.items():
            with self.subTest(name):
                self.assert_refused_everywhere(with_character(character), "an invisible character at position 5")

    def test_a_nul_is_refused_however_it_comes(self):
        form = self.portal.request("POST", "/register", b"identifier=abcd%00" + b"0" * 27,
                                   {"Content-Type": "application/x-www-form-urlencoded"})
        raw = self.portal.request("POST", "/register", b"identifier=abcd\0" + b"0" * 27,
                                  {"Content-Type": "application/x-www-form-urlencoded"})
        link = self.portal.get("/r/abcd%00" + "0" * 27)
        for page in (form, raw, link):
            self.assertEqual(page.status, 422, page)
            self.assertIn("an invisible character at position 5", self.message(page))
            self.assertTrue(self.field(page).startswith("abcd"))
        for body in (b'{"identifier":"abcd\\u0000%s"}' % (b"0" * 27), b'{"identifier":"abcd\0%s"}' % (b"0" * 27)):
            problem = self.portal.post_json("/api/v1/registrations", body)
            self.assertEqual(problem.status, 400, problem)
            self.assertIn("NUL", problem.json["detail"])

    def test_a_slash_is_no_way_around_in_an_address(self):
        for path in ("/r/%2f" + "0" * 31, "/r/abc%2Fdef", "/r/..%2f..%2fetc", "/r/a/b/c"):
            with self.subTest(path):
                page = self.portal.get(path)
                self.assertEqual(page.status, 422, page)

    def test_bytes_that_are_no_utf8_are_refused(self):
        for bytes_ in ("%ff%fe", "%c0%af", "%ed%a0%80", "abc%e2%82"):
            with self.subTest(bytes_):
                page = self.portal.request("POST", "/register", b"identifier=" + bytes_.encode(),
                                           {"Content-Type": "application/x-www-form-urlencoded"})
                self.assertEqual(page.status, 422, page)
                self.assertEqual(self.portal.get("/r/" + bytes_).status, 422)
                page.body.decode()

    def test_nothing_is_told_to_be_missing(self):
        for typed in ("", "   ", "---", '""', "\t\r\n"):
            with self.subTest(repr(typed)):
                self.assert_refused_everywhere(typed, "Enter the device ID.")

    def test_a_form_without_the_field_is_told_the_same(self):
        page = self.portal.post_form("/register", other="field")
        self.assertEqual(page.status, 422, page)
        self.assertIn("Enter the device ID.", self.message(page))

    def test_a_wrong_length_is_told_in_numbers(self):
        self.assert_refused_everywhere("0" * 30, "A device ID has 32 characters. You entered 30.")
        self.assert_refused_everywhere("0000 " * 7 + "000", "A device ID has 32 characters. You entered 31.")
        self.assert_refused_everywhere("0" * 33, "A device ID has 32 characters, or 34 with the 2 after the slash. You entered 33.")
        self.assert_refused_everywhere("0" * 64, "A device ID has 32 characters, or 34 with the 2 after the slash. You entered 64.")

    def test_an_address_without_an_identifier_is_told_as_such(self):
        for typed in ("https://register.example.com/", "http://example.com/r/", "https://example.com/?id="):
            with self.subTest(typed):
                self.assert_refused_everywhere(typed, "This link has no device ID in it.")

    def test_what_was_typed_is_still_there_and_harmless(self):
        for typed in ('"><script>alert(1)</script>', "a&b;c<d>e'f\"g", "{{t.title}}", "12 34+x"):
            with self.subTest(typed):
                for page in (self.typed_in_form(typed), self.followed_link(typed)):
                    self.assertEqual(page.status, 422, page)
                    self.assertEqual(self.field(page), typed)
                    self.assertNotIn("<script>alert", page.text)

    def test_bidi_and_control_characters_do_not_come_back(self):
        page = self.typed_in_form("ab\u202ecd\x1bef")
        self.assertEqual(page.status, 422)
        self.assertEqual(self.field(page), "ab\ufffdcd\ufffdef")

    def test_a_mebibyte_is_too_much(self):
        self.assertEqual(self.typed_in_form("a" * MEBIBYTE).status, 413)
        self.assertEqual(self.typed_in_api("a" * MEBIBYTE).status, 413)
        self.assertIn(self.followed_link("a" * MEBIBYTE).status, (400, 414, 431))

    def test_longer_than_anybody_types_is_too_long(self):
        self.assert_refused_everywhere("a" * 1025, "You entered 1025.")

    def test_nothing_of_all_this_was_stored(self):
        for typed in ("a+b", "", "0" * 31, "\0"):
            self.typed_in_form(typed)
            self.typed_in_api(typed)
        self.assertEqual(sum(value for name, value in self.portal.metrics().items() if "_portal_claims{" in name), 0)


THING = "0123456789abcdef0123456789abcdef"
MISTYPED = {
    "one digit": ("0123456789abcdef5123456789abcdef/3Q", "Check group 5 (“5123”). A character looks wrong.", 5),
    "one left out": ("0123 4567 8abc def0 1234 5678 9abc def 3Q", "Check group 3 (“8ab”). A character seems to be missing.", 3),
    "one too many": ("0123456789abcdef01234567899abcdef3Q", "Check group 7 (“899ab”). There seems to be one too many.", 7),
    "a check character": (THING + " / 3R", "Check the 2 characters after the slash. You entered “3R”.", 9),
    "one of two check characters": (THING + " / 3", "Check the 2 characters after the slash. You entered “3”.", 9),
    "in two possible places": ("0123456789abcdef1023456789abcdef/3Q", "Check the ID against the label, 4 characters at a time.", None),
}


class Mistyping(Case):
    """Of a device ID with its check characters."""

    def test_the_group_of_a_mistake_is_told(self):
        self.assertEqual(check_of(THING), "3Q")
        for what, (typed, says, group) in MISTYPED.items():
            with self.subTest(what):
                problem = self.assert_refused_everywhere(typed, says)
                self.assertEqual(problem["reason"], "wrong check characters")
                self.assertEqual(problem.get("group"), group)

    def test_it_is_told_in_german_too(self):
        page = self.portal.get("/r/0123456789abcdef5123456789abcdef/3Q?lang=de")
        self.assertEqual(page.status, 422, page)
        self.assertIn("Bitte prüfen Sie Gruppe 5 („5123“): Ein Zeichen scheint falsch zu sein.", self.message(page))

    def test_no_label_user_is_told_that_one_of_34_is_too_many(self):
        thing = random_thing()
        label = thing + check_of(thing)
        for place in range(len(label)):
            problem = self.typed_in_api(label[:place] + label[place + 1:])
            self.assertEqual(problem.status, 422, problem)
            self.assertNotIn("too many", problem.json["detail"])


class SeveralVendors(Case):
    """Three staging accounts that write ThingNames in their own ways; the broker is the same one three times."""

    @classmethod
    def sections(cls):
        connection = {"address": cls.sandbox.staging_address, "port": cls.sandbox.port}
        files = {f"{kind}_file": cls.sandbox.certificates / name for kind, name in
                 (("ca", "server-ca.pem"), ("cert", "claim-thing.pem"), ("key", "claim-thing.key"))}

        def account(form, case):
            return {**connection, **files, "client_id": f"test-{case}-{len(form)}", "identifier_form": form,
                    "identifier_case": case}
        return {"staging__sandbox": None,
                "staging__hexed": account("hex", "upper"),
                "staging__uuids": account("uuid", "lower"),
                "staging__letters": account("[A-Z]{3}-?[0-9]{6}", "upper"),
                "staging__kept": account("dev_[A-Za-z0-9]{12}", "keep")}

    def deliveries(self, token):
        """The ThingName for each account that a claim goes to."""
        return dict(stored(store_url(self.sandbox),
                           "SELECT d.staging, d.thing_name FROM deliveries d JOIN registrations r"
                           " ON r.claim_id = d.claim_id WHERE r.token = ?", token))

    def test_a_claim_goes_to_each_account_whose_form_fits_in_its_own_case(self):
        thing = random_thing()
        uuid = spellings(thing)["as a UUID"]
        for typed in (thing.upper(), uuid):
            self.assertEqual(self.deliveries(self.portal.claim(typed)["token"]),
                             {"hexed": thing.upper(), "uuids": uuid})

    def test_a_pattern_takes_what_it_describes_and_nothing_else_does(self):
        self.assertEqual(self.deliveries(self.portal.claim("abc-123456")["token"]), {"letters": "ABC-123456"})
        self.assertEqual(self.deliveries(self.portal.claim("xyz 123 456")["token"]), {"letters": "XYZ123456"})

    def test_where_the_case_matters_it_is_kept(self):
        self.assertEqual(self.deliveries(self.portal.claim("dev_aBcDeFgHiJ12")["token"]),
                         {"kept": "dev_aBcDeFgHiJ12"})
        self.assertEqual(self.typed_in_api("DEV_aBcDeFgHiJ12").status, 422)

    def test_check_characters_are_of_the_name_in_every_account(self):
        thing = random_thing()
        uuid = spellings(thing)["as a UUID"]
        self.assertEqual(self.deliveries(self.portal.claim(f"{thing}/{check_of(thing)}")["token"]),
                         {"hexed": thing.upper(), "uuids": uuid})
        self.assertEqual(self.deliveries(self.portal.claim("abc-654321/" + check_of("abc654321"))["token"]),
                         {"letters": "ABC-654321"})
        answer = self.typed_in_api("0123456789abcdef5123456789abcdef/3Q")
        self.assertEqual((answer.status, answer.json["reason"], answer.json["group"]),
                         (422, "wrong check characters", 5))

    def test_the_message_is_of_the_form_that_was_meant(self):
        answer = self.typed_in_api(random_thing()[:31])
        self.assertEqual(answer.status, 422)
        self.assertIn("A device ID has 32 characters. You entered 31.", answer.json["detail"])


if __name__ == "__main__":
    unittest.main()
