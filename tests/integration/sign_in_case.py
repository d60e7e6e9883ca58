# SPDX-License-Identifier: Apache-2.0
"""What tests of signing in share: portals with an issuer of tokens or a provider, and what people do there."""
import re
import unittest
from urllib.parse import urlencode, urlsplit

from identity_provider import Browser, Provider
from portal import Portal, random_thing
from sandbox import Sandbox

PUBLIC = "http://localhost:8080"
RETURN = "https://shop.example/app com.acme.app:/done"


class SignIn(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def start(self, **sign_in):
        return self.enterContext(Portal(self.sandbox, http={"public_url": PUBLIC}, sign_in=sign_in))

    def with_tokens(self, issuer, **more):
        return self.start(token_issuer=issuer.url, token_audience="portal", token_keys=f"{issuer.url}/jwks", return_urls=RETURN,
                          **more)

    def with_provider(self, provider, **more):
        secret = self.sandbox.state / "client-secret"
        secret.write_text(provider.SECRET + "\n")
        return self.start(issuer=provider.issuer, client_id=provider.CLIENT, client_secret_file=secret, return_urls=RETURN, **more)

    @staticmethod
    def hand_over(browser, token, **more):
        return browser.get("/sign-in/token?" + urlencode({"token": token, **more}))

    def is_signed_in(self, browser):
        return "/sign-out" in browser.get("/products").text

    def register(self, browser, **headers):
        answer = browser.post("/register", headers, identifier=random_thing())
        self.assertEqual(answer.status, 303, answer)
        return re.match(r"/registrations/([0-9a-f]{32})", answer.headers["Location"])[1]

    def assert_refused(self, answer, status, text, browser=None):
        self.assertEqual(answer.status, status, answer)
        self.assertIn(text, answer.text)
        if browser:
            self.assertNotIn("session", browser.cookies)


class ProviderCase(SignIn):
    def setUp(self):
        self.provider = self.enterContext(Provider())
        self.portal = self.with_provider(self.provider, label="ACME")
        self.portal.log_has("sign_in.keys_loaded")
        self.browser = Browser(self.portal)

    def begin(self, browser, query=""):
        answer = browser.get("/sign-in" + query)
        self.assertEqual(answer.status, 303, answer)
        return answer.headers["Location"]

    @staticmethod
    def path(address):
        parts = urlsplit(address)
        return f"{parts.path}?{parts.query}"

    def come_back(self, browser=None):
        """Where the provider sends the browser, which does not go there yet."""
        address = self.provider.visit(self.begin(browser or self.browser))
        self.assertTrue(address.startswith(f"{PUBLIC}/sign-in/callback?"))
        return self.path(address)
