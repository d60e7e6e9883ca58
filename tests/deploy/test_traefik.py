# SPDX-License-Identifier: Apache-2.0
"""deploy/traefik: what can be said of it without Traefik, which is not started here: Debian has none, and no schema of its files is
to be had. Looked at are its names, which must lead somewhere, and what every proxy must keep to (proxy.py tries that with those
that can be started)."""
import copy
import re
import unittest

import yaml

from sandbox import ROOT

FOLDER = ROOT / "deploy" / "traefik"
MEBIBYTE = 1 << 20
INSIDE = ("/livez", "/readyz", "/metrics", "/metrics/")
PHOTOGRAPHS = "/api/v1/labels/decode"


def loose_ends(start, routes):
    """Names that nothing has, and things that nobody names."""
    http = routes["http"]
    entries, resolvers = set(start["entryPoints"]), set(start["certificatesResolvers"])
    used = {"middlewares": set(), "services": set(), "serversTransports": set(), "entryPoints": set()}
    for router in http["routers"].values():
        used["services"].add(router["service"])
        used["middlewares"].update(router["middlewares"])
        used["entryPoints"].update(router["entryPoints"])
    used["serversTransports"].update(each["loadBalancer"]["serversTransport"] for each in http["services"].values())
    for kind in ("middlewares", "services", "serversTransports"):
        yield from (f"{kind}: {name}" for name in used[kind] ^ set(http[kind]))
    for name, entry in start["entryPoints"].items():
        target = entry["http"].get("redirections", {}).get("entryPoint", {}).get("to")
        if not target and name not in used["entryPoints"] or target and target not in entries:
            yield f"entryPoints: {name}"
        if entry["http"].get("tls", {}).get("certResolver") not in (None, *resolvers):
            yield f"certResolver of {name}"
    yield from (f"entryPoints: {name}" for name in used["entryPoints"] - entries)


def matches(rule, path):
    """Of the matchers that the file uses; the host is the right one."""
    for kind, value in re.findall(r"(\w+)\(`([^`]*)`\)", rule):
        if not {"Host": lambda: True, "Path": lambda: path == value, "PathRegexp": lambda: re.search(value, path)}[kind]():
            return False
    return True


class Files(unittest.TestCase):
    def setUp(self):
        self.start, self.routes = (yaml.safe_load((FOLDER / name).read_text()) for name in ("traefik.yaml", "portal.yaml"))

    def router(self, path):
        """The one that gets a request: of those whose rule matches, that of the highest priority."""
        found = [each for each in self.routes["http"]["routers"].values() if matches(each["rule"], path)]
        return max(found, key=lambda each: each["priority"])

    def middlewares(self, path):
        merged = {}
        for name in self.router(path)["middlewares"]:
            merged.update(self.routes["http"]["middlewares"][name])
        return merged

    def test_a_name_that_leads_nowhere_is_seen(self):
        changes = [lambda start, http: http["routers"]["portal"].update(service="portl"),
                   lambda start, http: http["middlewares"].pop("plain"),
                   lambda start, http: http["routers"]["portal"].update(entryPoints=["secure"]),
                   lambda start, http: http["middlewares"].update(unused={}),
                   lambda start, http: start["entryPoints"]["websecure"]["http"]["tls"].update(certResolver="x"),
                   lambda start, http: start["entryPoints"]["web"]["http"]["redirections"]["entryPoint"].update(to="x")]
        for number, change in enumerate(changes):
            with self.subTest(number):
                start, routes = copy.deepcopy((self.start, self.routes))
                change(start, routes["http"])
                self.assertTrue(list(loose_ends(start, routes)))

    def test_every_name_leads_somewhere(self):
        self.assertEqual(list(loose_ends(self.start, self.routes)), [])
        self.assertEqual(self.start["providers"]["file"]["filename"], "/etc/traefik/portal.yaml")

    def test_admin_paths_are_not_there(self):
        for path in INSIDE:
            with self.subTest(path):
                self.assertEqual(self.middlewares(path), {"ipAllowList": {"sourceRange": ["255.255.255.255/32"]}})
        self.assertNotIn("ipAllowList", self.middlewares("/"))

    def test_bodies(self):
        self.assertLess(self.middlewares("/api/v1/registrations")["buffering"]["maxRequestBodyBytes"], MEBIBYTE)
        self.assertEqual(self.middlewares(PHOTOGRAPHS)["buffering"]["maxRequestBodyBytes"], 10 * MEBIBYTE)
        self.assertNotIn("retry", [kind for each in self.routes["http"]["middlewares"].values() for kind in each])

    def test_nobody_can_pretend_to_be_another_address(self):
        for name, entry in self.start["entryPoints"].items():
            with self.subTest(name):
                told = entry.get("forwardedHeaders", {})
                self.assertFalse(told.get("insecure") or told.get("trustedIPs"))

    def test_no_log_has_what_opens_a_status_page(self):
        log = self.start["accessLog"]
        self.assertEqual(log["format"], "json")  # the other format has the whole request line
        self.assertEqual(log["fields"]["headers"], {"defaultMode": "drop"})
        for name in ("RequestPath", "RequestLine"):
            self.assertEqual(log["fields"]["names"].get(name), "drop", name)

    def test_browsers_are_told_to_stay_with_tls(self):
        for path in ("/", PHOTOGRAPHS):
            self.assertGreaterEqual(self.middlewares(path)["headers"]["stsSeconds"], 31536000)

    def test_without_tls_people_are_only_sent_on(self):
        plain = [name for name, entry in self.start["entryPoints"].items() if "tls" not in entry["http"]]
        self.assertEqual(plain, ["web"])
        self.assertEqual(self.start["entryPoints"]["web"]["http"]["redirections"]["entryPoint"]["scheme"], "https")


if __name__ == "__main__":
    print("Traefik is not in Debian: it was not started, its files were only looked at")
    unittest.main()
