# SPDX-License-Identifier: Apache-2.0
"""Signing in while its servers have bad days: they hang, drip, grow, redirect, answer nonsense, change their keys, or are down."""
import concurrent.futures
import unittest

from identity_provider import Browser, Issuer, Key, Provider
from patience import patient
from sandbox import eventually
from sign_in_case import ProviderCase, SignIn


class Keys(SignIn):
    def setUp(self):
        self.issuer = self.enterContext(Issuer())
        self.portal = self.with_tokens(self.issuer)
        self.portal.log_has("sign_in.keys_loaded")
        self.browser = Browser(self.portal)

    def test_keys_that_are_there_count_while_the_server_is_not(self):
        for day in ("hang", "html", "error"):
            self.issuer.day = day
            self.assertEqual(self.hand_over(Browser(self.portal), self.issuer.token()).status, 303, day)

    def test_rotation(self):
        """A new key counts within a minute, an old one no more."""
        old, new = self.issuer.keys[0], Key("ES256")
        self.issuer.keys = [new]
        eventually(lambda: self.hand_over(Browser(self.portal), self.issuer.token()).status == 303, "the new key", patient(120))
        self.assert_refused(self.hand_over(self.browser, self.issuer.token(key=old)), 403, "We could not", self.browser)


class BadDays(SignIn):
    def test_whatever_the_key_server_does_the_rest_goes_on(self):
        for day in ("hang", "drip", "grow", "redirect", "html", "error"):
            with self.subTest(day), Issuer() as issuer:
                issuer.day = day
                portal = self.with_tokens(issuer)
                browser = Browser(portal)
                self.assert_refused(self.hand_over(browser, issuer.token()), 503, "Signing in is not working", browser)
                self.assertEqual(portal.request("GET", "/readyz", admin=True).status, 200)
                self.register(browser)
                self.assertNotIn("/elsewhere", issuer.asked)
                issuer.day = None
                eventually(lambda: self.hand_over(Browser(portal), issuer.token()).status == 303, "it works again", patient(60))
                self.assertEqual(portal.stop(), 0)

    def test_many_who_wait_hold_up_nobody(self):
        with Issuer() as issuer:
            issuer.day = "hang"
            portal = self.with_tokens(issuer)
            with concurrent.futures.ThreadPoolExecutor(16) as pool:
                waiting = [pool.submit(self.hand_over, Browser(portal), issuer.token()) for _ in range(16)]
                self.register(Browser(portal))
                self.assertTrue(any(not each.done() for each in waiting))
                self.assertEqual({each.result().status for each in waiting}, {503})


class ProviderDays(ProviderCase):
    def test_a_provider_that_has_bad_days(self):
        for day in ("hang", "drip", "grow", "redirect", "html", "error"):
            with self.subTest(day):
                back = self.come_back()
                self.provider.day = day
                self.assert_refused(self.browser.get(back), 503, "Signing in is not working", self.browser)
                self.provider.day = None
        self.assertEqual(self.browser.get(self.come_back()).status, 303)


class OpenIdAtStart(SignIn):
    def test_the_portal_starts_without_its_provider(self):
        with Provider() as provider:
            provider.day = "error"
            portal = self.with_provider(provider)
            browser = Browser(portal)
            self.assert_refused(browser.get("/sign-in"), 503, "Signing in is not working")
            self.register(browser)
            self.assertEqual(portal.request("GET", "/readyz", admin=True).status, 200)
            provider.day = None
            eventually(lambda: browser.get("/sign-in").status == 303, "the provider is found")

    def test_a_description_of_somebody_else(self):
        with Provider() as provider:
            provider.pages["/pool_AbC/.well-known/openid-configuration"]["issuer"] += "/"
            portal = self.with_provider(provider)
            portal.log_has("write that to [sign_in] issuer")
            self.assert_refused(Browser(portal).get("/sign-in"), 503, "Signing in is not working")


if __name__ == "__main__":
    unittest.main()
