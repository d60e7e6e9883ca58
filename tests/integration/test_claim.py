# SPDX-License-Identifier: Apache-2.0
"""The whole way of a claim, from the label to its new home."""
import unittest

from portal import Portal
from sandbox import Sandbox, random_thing


class Claim(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())
        cls.portal = cls.enterClassContext(Portal(cls.sandbox)).connected()

    def test_a_module_moves_from_staging_to_the_oem_account(self):
        thing = random_thing()
        modules = self.sandbox.modules(thing)
        modules.wait_for(thing, "subscribed")
        claim = self.portal.claim(thing.upper())
        self.assertEqual(claim["thing_name"], thing)
        self.assertEqual([step["name"] for step in claim["steps"]],
                         ["accepted", "published", "provisioned", "connected"])
        self.assertEqual(claim["steps"][0]["state"], "done")
        claim = self.portal.wait_for_state(claim["token"], "onboarded")
        self.assertEqual({step["state"] for step in claim["steps"]}, {"done"})
        self.assertEqual(claim["next_action"], "done")
        self.assertEqual(modules.status(thing)["endpoint"], self.sandbox.oem_address)

    def test_the_page_says_that_it_has_arrived(self):
        thing = random_thing()
        self.sandbox.modules(thing).wait_for(thing, "subscribed")
        answer = self.portal.post_form("/register", identifier=" ".join(thing[i:i + 4] for i in range(0, 32, 4)))
        self.assertEqual(answer.status, 303)
        page = answer.headers["Location"]
        self.portal.wait_for_state(page.split("/")[2].split("?")[0], "onboarded")
        self.assertIn("data-settled", self.portal.get(page).text)


if __name__ == "__main__":
    unittest.main()
