# SPDX-License-Identifier: Apache-2.0
"""Signing in with the certified oidc-provider, by everything that a browser would send."""
import re
import subprocess
import sys
import unittest
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

from identity_provider import Browser
from patience import DEADLINE
from sandbox import BUILD, ROOT
from sign_in_case import PUBLIC, SignIn

CALLBACK = f"{PUBLIC}/sign-in/callback"
SECRET = "a secret+/=&"


class NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class OidcProvider:
    def __init__(self, *options):
        self.process = subprocess.Popen(
            [ROOT / "tests" / "openid" / "run", BUILD / "tests" / "openid", "provider.mjs", CALLBACK, *options],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.issuer = self.process.stdout.readline().strip()
        if not self.issuer.startswith("http"):
            code = self.stop()
            print(self.issuer, file=sys.stderr)
            raise unittest.SkipTest("npm") if code == 77 else AssertionError(f"the provider does not start: {code}")

    def stop(self):
        self.process.terminate()
        code = self.process.wait(DEADLINE)
        self.process.stdout.close()
        return code

    def visit(self, address, name):
        """A person who types a name at the provider and agrees; where the browser is sent at last."""
        opener = build_opener(HTTPCookieProcessor(), NoRedirects())
        request = Request(address)
        for _ in range(12):
            try:
                with opener.open(request, timeout=DEADLINE) as answer:
                    request = self.answered(answer.geturl(), answer.read().decode(), name)
            except HTTPError as redirect:
                with redirect:
                    self.assert_redirect(redirect)
                    address = redirect.headers["Location"]
                if address.startswith(CALLBACK):
                    parts = urlsplit(address)
                    return f"{parts.path}?{parts.query}"
                request = Request(address if "://" in address else self.issuer + address)
        raise AssertionError("the provider sends the browser in circles")

    @staticmethod
    def assert_redirect(answer):
        if answer.code not in (302, 303):
            raise AssertionError(f"{answer.code}: {re.sub('<[^>]*>', ' ', answer.read().decode())[-500:]}")

    @staticmethod
    def answered(url, page, name):
        prompt = re.search(r'name="prompt" value="(\w+)"', page)[1]
        fields = {"prompt": prompt, **({"login": name, "password": "x"} if prompt == "login" else {})}
        action = re.search(r'action="([^"]+)"', page)
        return Request(action[1] if action and "://" in action[1] else url, urlencode(fields).encode())


class Certified(SignIn):
    def sign_in(self, provider, client, has_secret):
        secret = self.sandbox.state / "secret"
        secret.write_text(SECRET)
        portal = self.start(issuer=provider.issuer, client_id=client, **({"client_secret_file": secret} if has_secret else {}))
        portal.log_has("sign_in.keys_loaded")
        browser = Browser(portal)
        answer = browser.get("/sign-in")
        self.assertEqual(answer.status, 303, answer)
        back = provider.visit(answer.headers["Location"], "alice")
        self.assertIn("&iss=", back)
        answer = browser.get(back)
        self.assertEqual((answer.status, answer.headers["Location"]), (303, "/products"), portal.lines[-5:])
        self.assertTrue(self.is_signed_in(browser))
        self.register(browser)
        self.assertEqual(browser.get(back).status, 400)

    def provider(self, *options):
        provider = OidcProvider(*options)
        self.addCleanup(provider.stop)
        return provider

    def test_a_client_with_a_secret(self):
        self.sign_in(self.provider(), "basic", True)

    def test_a_public_client(self):
        self.sign_in(self.provider(), "public", False)

    def test_a_provider_that_takes_secrets_in_forms_only(self):
        self.sign_in(self.provider("--post-only"), "post", True)

    def test_it_says_who_it_is(self):
        """oidc-provider promises iss in its redirects: an answer without it is not its own (RFC 9207)."""
        provider = self.provider()
        portal = self.start(issuer=provider.issuer, client_id="public")
        portal.log_has("sign_in.keys_loaded")
        browser = Browser(portal)
        back = provider.visit(browser.get("/sign-in").headers["Location"], "alice")
        self.assert_refused(browser.get(re.sub("&iss=[^&]*", "", back)), 403, "We could not sign you in", browser)

    def test_a_wrong_secret(self):
        provider = self.provider()
        secret = self.sandbox.state / "wrong"
        secret.write_text("wrong")
        portal = self.start(issuer=provider.issuer, client_id="basic", client_secret_file=secret)
        portal.log_has("sign_in.keys_loaded")
        browser = Browser(portal)
        back = provider.visit(browser.get("/sign-in").headers["Location"], "alice")
        self.assert_refused(browser.get(back), 403, "We could not sign you in", browser)
        portal.log_has("invalid_client")


if __name__ == "__main__":
    unittest.main()
