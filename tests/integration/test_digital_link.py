# SPDX-License-Identifier: Apache-2.0
"""GS1 Digital Links, one code for the till and for the customer: read by the page, the API, the scanner and the commands, and
resolved by the inventory."""
import concurrent.futures
import html
import re
import secrets
import subprocess
import unittest

from patience import DEADLINE
from portal import CLAIM, Portal, PortalCase, store_row, store_url, stored, without_row
from sandbox import Sandbox, random_thing

URL = "https://register.example.com"
GTIN = "09506000134352"
WRONG = "Check the product number (GTIN) in this link: at least one digit is wrong."
UNKNOWN = "We do not recognise this device ID."
REGISTRATIONS, READ = "/api/v1/registrations", "/api/v1/labels/read"


class Case(PortalCase):
    @classmethod
    def sections(cls):
        return {"http": {"public_url": URL}, "labels": {"pictures_per_minute": "0"}}

    @classmethod
    def have(cls, serial, thing=None, gtin=GTIN):
        """A row of the inventory; returns the thing name."""
        thing = thing or random_thing()
        store_row(store_url(cls.sandbox), "inventory", thing_name=thing, serial=serial, gtin=gtin, changed_at=1)
        return thing

    def serial(self):
        return secrets.token_hex(6).upper()

    def post(self, identifier, **headers):
        return self.portal.post_json(REGISTRATIONS + "?lang=en", {"identifier": identifier}, **headers)

    def sent(self, page):
        """The identifier that the filled form would send."""
        return html.unescape(re.search(r'type="hidden" id="identifier" name="identifier" value="([^"]*)"', page)[1])


class Page(Case):
    def test_what_is_wrong_is_said_in_a_sentence(self):
        for path, sentence in ((f"/01/{GTIN[:-1]}3/21/1", WRONG), (f"/shop/01/{GTIN[:-1]}3", WRONG),
                               ("/01/950600013/21/1", "must have 8, 12, 13 or 14 digits"),
                               (f"/01/{GTIN}", "This code has no serial number"),
                               (f"/01/{GTIN}/10/LOT", "This code has no serial number"),
                               (f"/01/{GTIN}/21/123456789012345678901", "must have 1 to 20 characters"),
                               (f"/01/{GTIN}/21/a%20b", "must have 1 to 20 characters"),
                               (f"/01/{GTIN}/21/1/10/LOT", "Part of this link is missing or in the wrong place."),
                               (f"/01/{GTIN}/21", "Part of this link is missing or in the wrong place.")):
            with self.subTest(path):
                answer = self.portal.get(f"{path}?lang=en")
                self.assertEqual(answer.status, 422, answer)
                self.assertIn(sentence, answer.text)
        self.assertIn("Mindestens eine Ziffer ist falsch", self.portal.get(f"/01/{GTIN[:-1]}3/21/1?lang=de").text)

    def test_other_paths_are_not_found(self):
        for path in ("/01/hello", "/2026/01/23", "/01/", "/a/b/c/01/" + GTIN, f"/a/01/{GTIN[:5]}"):
            self.assertEqual(self.portal.get(path).status, 404, path)
        self.assertEqual(self.portal.post_form(f"/01/{GTIN}/21/1").status, 405)

    def test_a_link_fills_in_the_form(self):
        for path in (f"/01/{GTIN}/21/A%2F1", f"/01/{GTIN[1:]}/21/A%2f1", f"/product/01/{GTIN}/21/A%2F1/",
                     f"/some-extra/pathinfo/01/{GTIN[1:]}/22/2A/10/ABC1/21/A%2F1?17=180426&99=XYZ&linkType=all&singleton",
                     f"/shop.v2/01/{GTIN}/235/TPX/21/A%2F1"):
            with self.subTest(path):
                answer = self.portal.get(path, Accept_Language="en")
                self.assertEqual(answer.status, 200, answer)
                self.assertIn('<code dir="ltr" translate="no">A/1</code>', answer.text)
                self.assertIn(f"Product number (GTIN): <code dir=\"ltr\" translate=\"no\">{GTIN}</code>", answer.text)
                self.assertEqual(self.sent(answer.text), f"/01/{GTIN}/21/A%2F1")

    def test_the_form_does_not_tell_whether_the_serial_number_is_known(self):
        known, unknown = self.serial(), self.serial()
        thing = self.have(known)
        pages = [self.portal.get(f"/01/{GTIN}/21/{serial}?lang=en").text for serial in (known, unknown)]
        pages = [re.sub(r"[0-9a-f]{16,}", "", page.replace(serial, "")) for page, serial in zip(pages, (known, unknown))]
        self.assertEqual(*pages)
        self.assertNotIn(thing, pages[0])

    def test_a_serial_number_with_markup_is_shown_as_it_is(self):
        page = self.portal.get(f"/01/{GTIN}/21/%3Cb%3E%22%26").text
        self.assertIn("&lt;b&gt;&quot;&amp;", page)
        self.assertNotIn("<b>", page)

    def test_the_link_stays_when_the_language_is_switched(self):
        answer = self.portal.post_form("/language", identifier=f"/01/{GTIN}/21/A%2F1", filled="1", to="de", lang="en")
        self.assertEqual(self.sent(answer.text), f"/01/{GTIN}/21/A%2F1")
        self.assertIn("Seriennummer", answer.text)

    def test_from_the_scan_to_the_device_of_the_inventory(self):
        serial = self.serial() + "/+"
        thing = self.have(serial)
        link = self.sent(self.portal.get(f"/01/{GTIN[1:]}/21/{serial.replace('/', '%2F')}").text)
        answer = self.portal.post_form("/register", identifier=link)
        self.assertEqual(answer.status, 303, answer)
        token = re.search("[0-9a-f]{32}", answer.headers["Location"])[0]
        self.assertEqual(self.portal.show(token)["thing_name"], thing)

    def test_a_serial_number_that_is_not_known(self):
        answer = self.portal.post_form("/register?lang=en", identifier=f"/01/{GTIN}/21/{self.serial()}", lang="en")
        self.assertEqual(answer.status, 422)
        self.assertIn(UNKNOWN, answer.text)


class Api(Case):
    def refused(self, identifier, reason):
        answer = self.post(identifier)
        self.assertEqual((answer.status, answer.json["reason"]), (422, reason), answer)
        return answer.json["detail"]

    def test_what_is_wrong_with_a_link(self):
        self.assertIn(WRONG, self.refused(f"{URL}/01/{GTIN[:-1]}3/21/1", "wrong check digit of the GTIN"))
        self.refused(f"{URL}/01/{GTIN}", "a Digital Link without a serial number")
        self.refused(f"{URL}/01/950600013435/21/1", "wrong check digit of the GTIN")
        self.refused(f"{URL}/01/95060001343/21/1", "not a GTIN of 8, 12, 13 or 14 digits")
        self.refused(f"{URL}/01/{GTIN}/21/123456789012345678901", "bad serial number in the Digital Link")
        self.refused(f"{URL}/01/{GTIN}/21/1/22/2A", "incomplete Digital Link")
        self.refused(GTIN, "the number of a shop's barcode")

    def test_a_link_of_another_host(self):
        serial = self.serial()
        self.have(serial)
        for host in ("https://id.gs1.org", "https://evil.example/shop", "evil.example", "HTTPS://EVIL.EXAMPLE:8443"):
            self.refused(f"{host}/01/{GTIN}/21/{serial}", "foreign")

    def test_a_serial_number_is_known_or_not(self):
        self.assertIn(UNKNOWN, self.refused(f"{URL}/01/{GTIN}/21/{self.serial()}", "not in the inventory"))
        serial = self.serial()
        self.have(serial)
        self.refused(f"{URL}/01/09520123456788/21/{serial}", "not in the inventory")  # of another product
        self.refused(f"{URL}/01/{GTIN}/21/{serial.lower()}", "not in the inventory")

    def test_a_serial_number_that_two_devices_have(self):
        serial = self.serial()
        self.have(serial)
        self.have(serial)
        self.refused(f"{URL}/01/{GTIN}/21/{serial}", "not in the inventory")

    def test_a_device_of_the_inventory_that_no_account_can_have(self):
        serial = self.serial()
        self.have(serial, thing="Not_Hexadecimal-" + serial)
        self.refused(f"{URL}/01/{GTIN}/21/{serial}", "not in the inventory")

    def test_a_link_however_it_was_typed(self):
        serial = self.serial()
        thing = self.have(serial)
        for text in (f"{URL}/01/{GTIN}/21/{serial}", f"register.example.com/01/{GTIN[1:]}/21/{serial}",
                     f"HTTPS://REGISTER.EXAMPLE.COM:443/01/{GTIN}/10/LOT/21/{serial}?17=270101#x",
                     f"{URL}/product/01/{GTIN}/21/{serial}.", f"/01/{GTIN}/21/{serial}",
                     f"Pump\n\u201c{URL}/01/{GTIN}/21/{serial}\u201d see https://id.gs1.org/01/{GTIN}/21/1",
                     f"{URL}/01/{GTIN}/21/{serial}?id={random_thing()}"):
            with self.subTest(text):
                answer = self.post(text)
                self.assertEqual(answer.status, 202, answer)
                self.assertEqual(answer.json["thing_name"], thing)

    def test_a_device_id_beside_a_link_goes_first(self):
        thing = random_thing()
        self.assertEqual(self.post(f"UID: {thing}\n{URL}/01/{GTIN}/21/{self.serial()}").json["thing_name"], thing)

    def test_a_repeated_key_is_of_one_link(self):
        serials = [self.serial(), self.serial()]
        for serial in serials:
            self.have(serial)
        key = secrets.token_hex(8)
        first = self.post(f"/01/{GTIN}/21/{serials[0]}", Idempotency_Key=key)
        again = self.post(f"{URL}/01/{GTIN[1:]}/21/{serials[0]}?x=1", Idempotency_Key=key)
        self.assertEqual((first.status, again.status), (202, 202))
        self.assertEqual(first.json["token"], again.json["token"])
        self.assertIn("already used", self.post(f"/01/{GTIN}/21/{serials[1]}", Idempotency_Key=key).json["detail"])

    def test_a_repeated_request_is_answered_as_the_first_when_the_inventory_has_changed(self):
        serial, key = self.serial(), secrets.token_hex(8)
        self.have(serial, thing=(first := random_thing()))
        made = self.post(f"/01/{GTIN}/21/{serial}", Idempotency_Key=key)
        self.assertEqual(made.json["thing_name"], first)
        without_row(store_url(self.sandbox), "inventory", "serial", serial)
        again = self.post(f"/01/{GTIN}/21/{serial}", Idempotency_Key=key)
        self.assertEqual((again.status, again.json["token"]), (202, made.json["token"]))
        self.assertEqual(self.post(f"/01/{GTIN}/21/{serial}", Idempotency_Key=key + "x").status, 422)
        second = self.have(serial)
        self.assertEqual(self.post(f"/01/{GTIN}/21/{serial}", Idempotency_Key=key).json["token"], made.json["token"])
        self.assertEqual(self.post(f"/01/{GTIN}/21/{serial}").json["thing_name"], second)

    def test_many_at_once_of_both_kinds(self):
        wanted = []
        for _ in range(30):
            serial, thing = self.serial(), random_thing()
            self.have(serial, thing)
            wanted += [(f"/01/{GTIN}/21/{serial}", thing)]
            thing = random_thing()
            wanted += [(thing, thing), (f"/01/{GTIN}/21/{self.serial()}", None)]
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda each: self.post(each[0]), wanted))
        for (identifier, thing), answer in zip(wanted, answers):
            self.assertEqual(answer.status, 202 if thing else 422, (identifier, answer))
            if thing:
                self.assertEqual(answer.json["thing_name"], thing)

    def test_the_claim_is_the_one_of_the_device(self):
        serial = self.serial()
        thing = self.have(serial)
        self.post(thing)
        self.post(f"/01/{GTIN}/21/{serial}")
        claims = stored(store_url(self.sandbox), "SELECT count(*) FROM claims WHERE thing_name = ?", thing)
        self.assertEqual(str(claims[0][0]), "1")


class Scanner(Case):
    def read(self, text):
        answer = self.portal.post_json(READ + "?lang=en", {"text": text})
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def test_a_link_that_is_wrong(self):
        problem = self.read(f"{URL}/01/{GTIN[:-1]}3/21/1")["problem"]
        self.assertEqual(problem["reason"], "wrong check digit of the GTIN")
        self.assertIn(WRONG, problem["detail"])
        self.assertEqual(self.read(f"https://id.gs1.org/01/{GTIN}/21/1")["problem"]["reason"], "foreign")
        self.assertEqual(self.read(GTIN[1:])["problem"]["reason"], "shop_barcode")

    def test_what_was_read_can_be_opened_and_registered(self):
        serial = self.serial() + "%"
        thing = self.have(serial)
        text = f"{URL}/01/{GTIN[1:]}/21/{serial.replace('%', '%25')}"
        answer = self.read(text)
        self.assertEqual(answer, {"text": text, "identifier": f"/01/{GTIN}/21/{serial.replace('%', '%25')}", "gtin": GTIN,
                                  "serial": serial})
        self.assertIn(html.escape(serial), self.portal.get(answer["identifier"]).text)
        self.assertEqual(self.portal.claim(answer["identifier"])["thing_name"], thing)


class InventoryRequired(Case):
    @classmethod
    def sections(cls):
        return {**super().sections(), "claim": {"inventory": "required"}}

    def test_a_serial_number_and_an_identifier_that_are_not_known_get_the_same_answer(self):
        answers = [self.post(identifier) for identifier in (random_thing(), f"/01/{GTIN}/21/{self.serial()}")]
        self.assertEqual([answer.status for answer in answers], [422, 422])
        self.assertEqual(*[{key: value for key, value in answer.json.items() if key not in ("instance", "request_id")}
                           for answer in answers])

    def test_a_device_of_the_inventory_can_be_registered_by_its_link(self):
        serial = self.serial()
        thing = self.have(serial)
        self.assertEqual(self.post(f"/01/{GTIN}/21/{serial}").json["thing_name"], thing)


class SerialIsTheName(Case):
    """A maker whose ThingNames are short enough to be serial numbers."""

    @classmethod
    def sections(cls):
        return {**super().sections(), "staging__sandbox": {"identifier_form": "PUMP-[0-9]{6}", "identifier_case": "upper"}}

    def test_a_serial_number_in_the_form_of_an_identifier(self):
        self.assertEqual(self.post(f"{URL}/01/{GTIN}/21/pump-000042").json["thing_name"], "PUMP-000042")
        self.assertEqual(self.post(f"{URL}/01/{GTIN}/21/PUMP-42").status, 422)

    def test_the_inventory_goes_first(self):
        self.have("PUMP-000001", thing="PUMP-777777")
        self.assertEqual(self.post(f"/01/{GTIN}/21/PUMP-000001").json["thing_name"], "PUMP-777777")


class Command(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())
        portal = cls.enterClassContext(Portal(cls.sandbox, start=False, http={"public_url": URL}))
        cls.ini = portal.ini

    def run_claim(self, identifier):
        done = subprocess.run([CLAIM, "claim", "--config", self.ini, "--direct", identifier], capture_output=True, text=True,
                              timeout=DEADLINE)
        return done.returncode, done.stderr

    def test_a_link_is_explained(self):
        for link, sentence in ((f"{URL}/01/{GTIN[:-1]}3/21/12345678", "is not an identifier: wrong check digit of the GTIN"),
                               (f"{URL}/01/{GTIN}", "is not an identifier: a Digital Link without a serial number"),
                               (f"{URL}/01/{GTIN}/21/12", "12 is a serial number, and which device has it is in the portal's"),
                               (f"{URL}/01/{GTIN}/21/12345678", "is not an identifier: too short (8 of 32 characters)")):
            code, said = self.run_claim(link)
            self.assertEqual(code, 65, said)
            self.assertIn(sentence, said)


if __name__ == "__main__":
    unittest.main()
