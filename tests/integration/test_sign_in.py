# SPDX-License-Identifier: Apache-2.0
"""Signing in: the app's signed tokens, a provider with Cognito's ways, "Your products", and the way back."""
import base64
import json
import re
import time
import unittest
from urllib.parse import parse_qs, urlencode, urlsplit

from identity_provider import Browser, Issuer, Key, b64url
from portal import Portal, random_thing, stored
from sandbox import eventually
from sign_in_case import PUBLIC, ProviderCase, SignIn

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256


class WithoutSigningIn(SignIn):
    def test_nothing_changes(self):
        portal = self.enterContext(Portal(self.sandbox))
        for method, path in (("GET", "/products"), ("GET", "/sign-in"), ("GET", "/sign-in/callback?state=x&code=y"),
                             ("GET", "/sign-in/token?token=x")):
            self.assertEqual(portal.request(method, path).status, 404, path)
        for path in ("/sign-out", "/sign-in/token"):
            self.assertEqual(portal.post_form(path, token="x").status, 404, path)
        self.assertNotIn("/products", portal.get("/").text)
        token = portal.claim(random_thing())["token"]
        self.assertEqual(portal.get(f"/registrations/{token}/return").status, 404)


class Configuration(SignIn):
    def mistakes(self, **sections):
        portal = Portal(self.sandbox, start=False, **{"http": {"public_url": PUBLIC}, **sections})
        portal.start(wait=False)
        code = portal.ended()
        lines = "\n".join(portal.lines)
        portal.stop()
        self.assertNotEqual(code, 0, sections)
        return lines

    def test_what_is_wrong_is_told_at_start(self):
        good = {"issuer": "https://id.example.com", "client_id": "portal"}
        tokens = {"token_issuer": "i", "token_audience": "a"}
        bad_file = self.sandbox.state / "no-keys.pem"
        bad_file.write_text("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n")
        for sign_in, text in (
                ({**good, "issuer": "http://id.example.com"}, "[sign_in] issuer: must be an https:// address"),
                ({**good, "issuer": "https://id.example.com/?a"}, "[sign_in] issuer: must not have a question mark"),
                ({**good, "client_id": None}, "[sign_in] issuer: needs client_id too"),
                ({"client_id": "portal"}, "[sign_in] client_id: needs issuer too"),
                ({**good, "scopes": "email"}, "[sign_in] scopes: must have openid among them"),
                ({**good, "client_secret_file": "/nowhere"}, "[sign_in] client_secret_file:"),
                ({**good, "return_urls": "http://shop.example/"}, "[sign_in] return_urls: has http://shop.example/"),
                ({**good, "return_urls": "javascript:alert(1)"}, "[sign_in] return_urls: has javascript:alert(1)"),
                (tokens, "[sign_in] token_issuer: needs token_keys too"),
                ({**tokens, "token_keys": "http://keys.example/"}, "[sign_in] token_keys: must be an https:// address"),
                ({**tokens, "token_keys": "/nowhere"}, "[sign_in] token_keys: /nowhere: No such file or directory"),
                ({**tokens, "token_keys": str(bad_file)}, "has a private key"),
                ({"token_keys": "https://keys.example/"}, "[sign_in] token_keys: needs token_issuer too")):
            with self.subTest(text):
                self.assertIn(text, self.mistakes(sign_in=sign_in))
        self.assertIn("[http] public_url: must be the portal's https:// address", self.mistakes(sign_in=good, http={"public_url": ""}))
        self.assertIn("[http] public_url: must be", self.mistakes(sign_in=good, http={"public_url": "http://portal.example"}))


class Tokens(SignIn):
    def setUp(self):
        self.issuer = self.enterContext(Issuer())
        self.portal = self.with_tokens(self.issuer)
        self.portal.log_has("sign_in.keys_loaded")
        self.browser = Browser(self.portal)

    def test_tokens_that_are_refused(self):
        now, issuer, (rsa, ecc) = int(time.time()), self.issuer, self.issuer.keys
        good = issuer.token()
        head, claims, signature = good.split(".")
        stranger, none = Key("RS256", kid=rsa.kid), b64url(b'{"alg":"none"}')
        denied = {
            "no token": "x",
            "alg none": f"{none}.{claims}.",
            "alg none with a signature": f"{none}.{claims}.{signature}",
            "no signature": f"{head}.{claims}.",
            "forged": stranger.sign(issuer.claims()),
            "claims of another token": f"{head}.{b64url(json.dumps(issuer.claims('admin')).encode())}.{signature}",
            "unknown kid": Key("RS256").sign(issuer.claims()),
            "the other key's kid": ecc.sign(issuer.claims(), kid=rsa.kid),
            "another algorithm": rsa.sign(issuer.claims(), alg="RS512"),
            "HS256": rsa.sign(issuer.claims(), alg="HS256"),
            "crit": rsa.sign(issuer.claims(), crit=["exp"]),
            "another issuer": issuer.token(iss="https://evil.example"),
            "another audience": issuer.token(aud="shop"),
            "other audiences": issuer.token(aud=["shop", "app"]),
            "no audience": issuer.token(aud=None),
            "not yet": issuer.token(nbf=now + 120),
            "made in the future": issuer.token(iat=now + 120),
            "no subject": issuer.token(""),
            "a subject that is a number": issuer.token(7),
            "a subject that is too long": issuer.token("x" * 256),
            "for years": issuer.token(exp=now + 10 ** 8),
            "no end": issuer.token(exp=None),
        }
        for what, token in denied.items():
            with self.subTest(what):
                self.assert_refused(self.hand_over(self.browser, token), 403, "We could not sign you in", self.browser)
        self.assert_refused(self.hand_over(self.browser, issuer.token(exp=now - 120)), 400, "took too long", self.browser)
        self.assert_refused(self.hand_over(self.browser, ""), 400, "We could not sign you in", self.browser)
        self.assert_refused(self.browser.post("/sign-in/token", token="x" * 9000), 403, "We could not sign you in", self.browser)
        self.assertEqual(self.browser.get("/sign-in/token?token=" + "x" * 9000).status, 414)
        self.assertEqual(stored(self.store(), "SELECT count(*) FROM persons")[0][0], self.persons_before())

    def store(self):
        return re.search(r"^url = (.*)$", self.portal.ini.read_text(), re.M)[1]

    def persons_before(self):
        return stored(self.store(), "SELECT count(*) FROM persons WHERE issuer <> ?", self.issuer.url)[0][0]

    def test_a_person_and_their_products(self):
        self.assertFalse(self.is_signed_in(self.browser))
        answer = self.hand_over(self.browser, self.issuer.token())
        self.assertEqual((answer.status, answer.headers["Location"], answer.headers["Cache-Control"]), (303, "/products", "no-store"))
        self.assertRegex(answer.headers["Set-Cookie"],
                         r"^session=[0-9a-f]{64}; Path=/; Max-Age=2592000; SameSite=Lax; HttpOnly$")
        self.assertIn("You have not registered", self.browser.get("/products").text)
        own = self.register(self.browser)
        somebody = Browser(self.portal)
        other = self.register(somebody)
        page = self.browser.get("/products").text
        self.assertIn(f"/registrations/{own}", page)
        self.assertNotIn(other, page)
        self.assertNotIn(own, somebody.get("/products").text)

        again = Browser(self.portal)  # on another day, by the other key
        self.assertEqual(self.hand_over(again, self.issuer.token(key=self.issuer.keys[1])).status, 303)
        self.assertIn(own, again.get("/products").text)
        self.hand_over(somebody, self.issuer.token("person-2"))
        self.assertNotIn(own, somebody.get("/products").text)

        session = dict(self.browser.cookies)
        self.assertEqual(self.browser.post("/sign-out").status, 303)
        self.assertFalse(self.is_signed_in(self.browser))
        self.browser.cookies = session  # one that was copied before
        self.assertFalse(self.is_signed_in(self.browser))
        self.assertTrue(self.is_signed_in(again))

    def test_two_people_at_one_browser(self):
        thing = random_thing()

        def register(browser):
            return browser.post("/register", identifier=thing).headers["Location"].partition("?")[0]

        self.hand_over(self.browser, self.issuer.token())
        first = register(self.browser)
        self.assertEqual(register(self.browser), first, "the same person again")
        self.hand_over(self.browser, self.issuer.token("person-2"))
        second = register(self.browser)
        self.assertNotEqual(second, first, "another one has signed in")
        self.browser.post("/sign-out")
        self.assertNotIn(register(self.browser), (first, second), "nobody is signed in any more")

    def test_a_product_that_was_handed_over_is_listed(self):
        thing = random_thing()
        modules = self.sandbox.modules(thing)
        modules.wait_for(thing, "subscribed")
        owner = self.portal.claim(thing)["token"]
        eventually(lambda: self.portal.show(owner)["standing"] == "owner", lambda: self.portal.show(owner))
        link = self.portal.post_json(f"/api/v1/registrations/{owner}/hand-over", {}).json["link"]
        self.hand_over(self.browser, self.issuer.token("person-3"))
        taken = self.browser.post(urlsplit(link).path).headers["Location"].partition("?")[0]
        self.assertIn(taken, self.browser.get("/products").text)

    def test_once(self):
        for token in (self.issuer.token(), self.issuer.token(jti=None), self.issuer.token(key=self.issuer.keys[1])):
            claims = json.loads(self.decoded(token))
            if claims["jti"] is None:
                del claims["jti"]
                token = self.issuer.keys[1].sign(claims)
            self.assertEqual(self.hand_over(Browser(self.portal), token).status, 303)
            for _ in range(2):
                thief = Browser(self.portal)
                self.assert_refused(self.hand_over(thief, token), 400, "took too long", thief)
                self.assert_refused(thief.post("/sign-in/token", token=token), 400, "took too long", thief)

    @staticmethod
    def decoded(token):
        part = token.split(".")[1]
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))

    def test_the_other_signature_of_es256(self):
        claims = self.issuer.claims()
        del claims["jti"]
        token = self.issuer.keys[1].sign(claims)
        data, _, signature = token.rpartition(".")
        raw = base64.urlsafe_b64decode(signature + "==")
        twin = raw[:32] + (ORDER - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
        self.assertEqual(self.hand_over(Browser(self.portal), token).status, 303)
        self.assert_refused(self.hand_over(self.browser, f"{data}.{b64url(twin)}"), 400, "took too long", self.browser)

    def test_clocks_that_differ(self):
        now = int(time.time())
        for more in ({"exp": now - 30, "iat": now - 300}, {"nbf": now + 30}, {"iat": now + 30, "exp": now + 300},
                     {"aud": ["shop", "portal"]}):
            self.assertEqual(self.hand_over(Browser(self.portal), self.issuer.token(**more)).status, 303, more)

    def test_a_form_of_the_oems_own_page(self):
        cross = {"Sec_Fetch_Site": "cross-site", "Origin": "https://shop.example"}
        self.assertEqual(self.browser.post("/sign-in/token", cross, token=self.issuer.token()).status, 303)
        self.assertTrue(self.is_signed_in(self.browser))
        self.assertEqual(self.browser.post("/sign-out", cross).status, 403)
        self.assertTrue(self.is_signed_in(self.browser))

    def test_nothing_secret_is_logged(self):
        tokens = [self.issuer.token(), self.issuer.token(aud="other")]
        for token in tokens:
            self.hand_over(self.browser, token)
        self.portal.log_has("reason=audience")
        log = "\n".join(self.portal.lines)
        self.assertIn("/sign-in/token", log)
        for secret in (*tokens, *self.browser.cookies.values(), "person-1"):
            self.assertNotIn(secret[:60], log)

    def test_the_store_has_no_secret(self):
        self.hand_over(self.browser, self.issuer.token())
        ids = [row[0] for row in stored(self.store(), "SELECT id FROM sessions")]
        self.assertTrue(ids)
        self.assertNotIn(self.browser.cookies["session"], ids)

    def test_the_way_back_with_the_result(self):
        for back, more in (("https://shop.example/app/orders?id=7", "&"), ("com.acme.app:/done", "?")):
            browser = Browser(self.portal)
            self.assertEqual(self.hand_over(browser, self.issuer.token(), return_to=back).headers["Location"], "/products")
            token = self.register(browser)
            self.assertIn(f'href="/registrations/{token}/return"', browser.get(f"/registrations/{token}").text)
            answer = browser.get(f"/registrations/{token}/return")
            self.assertEqual((answer.status, answer.headers["Location"]),
                             (303, f"{back}{more}registration={token[:8]}&state=waiting"))
            self.assertNotIn(token, answer.headers["Location"])
            browser.post(f"/registrations/{token}/cancel")
            self.assertTrue(browser.get(f"/registrations/{token}/return").headers["Location"].endswith("&state=cancelled"))
            stranger = Browser(self.portal)  # with the private page, but no session
            self.assertNotIn("/return", stranger.get(f"/registrations/{token}").text)
            self.assertEqual(stranger.get(f"/registrations/{token}/return").status, 404)

    def test_no_open_redirect(self):
        for back in ("https://evil.example", "//evil.example", "/\\evil.example", "https://shop.example.evil.example/app",
                     "https://shop.example@evil.example/app", "https://shop.example/app/../x", "https://shop.example/application",
                     "https://shop.example/app\r\nX: y", "javascript:alert(1)", "com.acme.app:/done\x00", "https://shop.example"):
            browser = Browser(self.portal)
            answer = self.hand_over(browser, self.issuer.token(), return_to=back, then=back)
            self.assertEqual((answer.status, answer.headers["Location"]), (303, "/products"), back)
            token = self.register(browser)
            self.assertEqual(browser.get(f"/registrations/{token}/return").status, 404, back)
            self.assertNotIn("evil", browser.get("/products").text)
        thing = random_thing()
        self.assertEqual(self.hand_over(Browser(self.portal), self.issuer.token(), then=f"/r/{thing}").headers["Location"],
                         f"/r/{thing}")

    def test_many_products(self):
        self.hand_over(self.browser, self.issuer.token("collector"))
        tokens = [self.register(self.browser) for _ in range(23)]
        first, second = self.browser.get("/products").text, self.browser.get("/products?page=2").text
        self.assertEqual([token in first for token in tokens], [False] * 3 + [True] * 20)
        self.assertEqual([token in second for token in tokens], [True] * 3 + [False] * 20)
        self.assertIn("/products?page=2", first)
        self.assertNotIn("/products?page=3", second)
        for page in ("0", "-1", "x", "99999999999999999999", "1001"):
            self.assertEqual(self.browser.get(f"/products?page={page}").text, first, page)


class PageThatMakesTokens(SignIn):
    """[sign_in] token_url: the sign-in begins here, and its nonce comes back."""

    def setUp(self):
        self.issuer = self.enterContext(Issuer())
        self.portal = self.with_tokens(self.issuer, token_url="https://shop.example/hand-over?for=portal")
        self.portal.log_has("sign_in.keys_loaded")
        self.browser = Browser(self.portal)

    def begin(self, browser, query=""):
        answer = browser.get("/sign-in" + query)
        self.assertEqual(answer.status, 303, answer)
        self.assertTrue(answer.headers["Location"].startswith("https://shop.example/hand-over?for=portal&nonce="))
        asked = parse_qs(urlsplit(answer.headers["Location"]).query)
        self.assertEqual(asked["redirect_uri"], [f"{PUBLIC}/sign-in/token"])
        return asked["nonce"][0]

    def test_only_with_the_nonce_of_this_browser(self):
        self.assert_refused(self.hand_over(self.browser, self.issuer.token()), 403, "We could not", self.browser)
        nonce = self.begin(Browser(self.portal))
        self.begin(self.browser)
        self.assert_refused(self.hand_over(self.browser, self.issuer.token(nonce=nonce)), 400, "another browser", self.browser)
        self.assert_refused(self.hand_over(self.browser, self.issuer.token(nonce="x")), 400, "another browser", self.browser)
        nonce = self.begin(self.browser, "?" + urlencode({"return_to": "com.acme.app:/done", "then": "/"}))
        answer = self.hand_over(self.browser, self.issuer.token(nonce=nonce))
        self.assertEqual((answer.status, answer.headers["Location"]), (303, "/"))
        self.assertIn("com.acme.app:/done", self.browser.get("/products").text)
        self.assert_refused(self.hand_over(self.browser, self.issuer.token(nonce=nonce)), 400, "took too long")


class OpenId(ProviderCase):
    def test_a_person_signs_in(self):
        page = self.browser.get("/products").text
        self.assertIn("Sign in with ACME", page)
        self.assertIn("/products", self.browser.get("/").text)
        address = self.begin(self.browser, "?" + urlencode({"return_to": "https://shop.example/app", "then": "/"}))
        asked = parse_qs(urlsplit(address).query)
        self.assertEqual(asked["scope"], ["openid"])
        self.assertEqual({name: len(asked[name][0]) for name in ("state", "nonce", "code_challenge")},
                         {"state": 64, "nonce": 64, "code_challenge": 43})
        answer = self.browser.get(self.path(self.provider.visit(address)))
        self.assertEqual((answer.status, answer.headers["Location"]), (303, "/"))
        token = self.register(self.browser)
        page = self.browser.get("/products").text
        self.assertIn(token, page)
        self.assertIn("Back to ACME", page)
        self.assertTrue(self.browser.get(f"/registrations/{token}/return").headers["Location"].startswith("https://shop.example/app?"))

    def test_answers_that_are_not_of_this_browser(self):
        theirs = self.come_back(Browser(self.portal))
        self.assert_refused(self.browser.get(theirs), 400, "another browser", self.browser)  # no cookie at all
        theirs = self.come_back(Browser(self.portal))
        self.come_back()
        self.assert_refused(self.browser.get(theirs), 400, "another browser", self.browser)
        for query in ("", "?code=x", "?state=" + "0" * 64 + "&code=x", "?state=x%00&code=y"):
            self.assert_refused(self.browser.get("/sign-in/callback" + query), 400, "took too long", self.browser)

    def test_an_answer_counts_once(self):
        back = self.come_back()
        self.assertEqual(self.browser.get(back).status, 303)
        self.assert_refused(self.browser.get(back), 400, "took too long")

    def test_two_tabs(self):
        first, second = self.come_back(), self.come_back()
        self.assertEqual(self.browser.get(first).status, 303)
        self.assertEqual(self.browser.get(second).status, 303)

    def test_who_says_no(self):
        state = parse_qs(urlsplit(self.begin(self.browser)).query)["state"][0]
        answer = self.browser.get(f"/sign-in/callback?error=access_denied&error_description=<script>&state={state}")
        self.assert_refused(answer, 403, "We could not sign you in", self.browser)
        self.assertNotIn("<script>", answer.text.replace('<script src="/static', ""))
        back = self.come_back()
        self.assert_refused(self.browser.get(back + "&iss=https%3A%2F%2Fevil.example"), 403, "We could not", self.browser)
        self.assert_refused(self.browser.get(re.sub("code=[^&]*", "code=guessed", self.come_back())), 403, "We could not", self.browser)
        self.portal.log_has("invalid_grant")

    def test_id_tokens_that_are_refused(self):
        provider = self.provider

        stranger = Key("RS256", kid=provider.keys[0].kid)
        changes = {
            "another nonce": lambda answer: answer.update(id_token=provider.id_token("x")),
            "no nonce": lambda answer: answer.update(id_token=provider.id_token(None)),
            "forged": lambda answer: answer.update(id_token=provider.id_token(self.nonce, stranger)),
            "another issuer": lambda answer: answer.update(id_token=provider.token(iss="https://evil.example", nonce=self.nonce)),
            "another client": lambda answer: answer.update(
                id_token=provider.token(iss=provider.issuer, aud="other", nonce=self.nonce)),
            "for several, of another": lambda answer: answer.update(
                id_token=provider.token(iss=provider.issuer, aud=["portal", "other"], azp="other", nonce=self.nonce)),
            "an access token": lambda answer: answer.update(id_token=answer["access_token"]),
            "alg none": lambda answer: answer.update(
                id_token=b64url(b'{"alg":"none"}') + "." + answer["id_token"].split(".")[1] + "."),
        }
        for what, change in changes.items():
            with self.subTest(what):
                address = self.begin(self.browser)
                self.nonce = parse_qs(urlsplit(address).query)["nonce"][0]
                provider.change = change
                self.assert_refused(self.browser.get(self.path(provider.visit(address))), 403, "We could not", self.browser)
        for what, change in {"no ID token": lambda answer: answer.pop("id_token"), "nothing": lambda answer: answer.clear()}.items():
            with self.subTest(what):
                provider.change = change
                self.assert_refused(self.browser.get(self.come_back()), 503, "Signing in is not working", self.browser)
        provider.change = lambda answer: answer.update(
            id_token=provider.token(iss=provider.issuer, aud=["other", "portal"], azp="portal", nonce=self.nonce))
        address = self.begin(self.browser)
        self.nonce = parse_qs(urlsplit(address).query)["nonce"][0]
        self.assertEqual(self.browser.get(self.path(provider.visit(address))).status, 303)


if __name__ == "__main__":
    unittest.main()
