# SPDX-License-Identifier: Apache-2.0
"""Two portals on one PostgreSQL database behind deploy/nginx.conf. Each is restarted in turn, under load: no request is refused,
and the claims go on."""
import http.client
import threading
import unittest

from brokers import free_port
from patience import DEADLINE, patient
from portal import Portal
from postgresql import Server
from sandbox import Sandbox, eventually, random_thing
from test_nginx import NGINX, Nginx

DRAIN_SECONDS = 7  # more than nginx keeps a connection to a portal that nobody uses
THREADS = 4


class TwoBehindNginx(Nginx):
    def __init__(self, portals):
        super().__init__(portals[0])
        self.portals = portals

    def upstream(self):
        return "".join(f"server 127.0.0.1:{portal.address[1]} max_fails=0;\n" for portal in self.portals)


class Load:
    """Threads that register things and look at pages, through the proxy, from many addresses and on kept connections, too."""

    def __init__(self, proxy):
        self.proxy, self.tokens, self.wrong, self.over = proxy, [], [], threading.Event()
        self.pages = 0
        self._threads = [threading.Thread(target=self._run, args=(number,), daemon=True) for number in range(THREADS)]
        for thread in self._threads:
            thread.start()

    def _run(self, number):
        turn = 0
        while not self.over.wait(0.02):
            turn += 1
            source = f"127.0.{number + 1}.{turn % 200 + 1}"
            try:
                answer = self.proxy.register(random_thing(), source)
                page = self.proxy.request("GET", "/", source=source)
            except (OSError, http.client.HTTPException) as problem:
                self.wrong.append(problem)
                continue
            if answer.status == 202:
                self.tokens.append(answer.json["token"])
            self.pages += page.status == 200
            self.wrong += [each for each, good in ((answer, 202), (page, 200)) if each.status != good]

    def more(self, count=50):
        wanted = len(self.tokens) + count
        eventually(lambda: len(self.tokens) >= wanted or self.wrong, lambda: f"{wanted} accepted", DEADLINE)

    def end(self):
        self.over.set()
        for thread in self._threads:
            thread.join(DEADLINE)


@unittest.skipUnless(NGINX, "nginx is not installed")
class RollingRestart(unittest.TestCase):
    def setUp(self):
        self.sandbox = self.enterContext(Sandbox())
        self.server = self.enterContext(Server())

    def portal(self):
        http_keys = {"listen": f"127.0.0.1:{free_port()}", "trusted_proxies": "127.0.0.1/32",
                     "drain": f"{patient(DRAIN_SECONDS):.0f}s"}
        return self.enterContext(Portal(self.sandbox, store={"url": self.server.url}, http=http_keys))

    def test_no_request_is_refused(self):
        portals = [self.portal(), self.portal()]
        with TwoBehindNginx(portals) as proxy:
            load = Load(proxy)
            self.addCleanup(load.end)
            for portal in portals:
                load.more()
                self.assertEqual(portal.stop(), 0)
                self.assertEqual(load.wrong, [])
                load.more()
                portal.start()
            load.more()
            load.end()
            self.assertEqual(load.wrong, [])
            self.assertGreater(load.pages, 100)
            thing = random_thing()
            self.sandbox.modules(thing).wait_for(thing, "subscribed")
            token = proxy.register(thing, "127.0.9.1").json["token"]
            portals[0].wait_for_state(token, "onboarded")
            for token in load.tokens:
                self.assertIn(portals[1].show(token)["state"], ("queued", "published"))


class Ready(unittest.TestCase):
    def test_says_that_it_goes_and_still_serves(self):
        with Sandbox() as sandbox, Portal(sandbox, http={"drain": "10m"}) as portal:
            portal.process.terminate()
            eventually(lambda: portal.ready().status == 503, "not ready")
            self.assertEqual(portal.ready().json["checks"]["portal"], "shutting down")
            answer = portal.post_json("/api/v1/registrations", {"identifier": random_thing()})
            self.assertEqual((answer.status, answer.headers["Connection"]), (202, "close"))
            portal.process.terminate()  # whoever cannot wait says it again
            self.assertEqual(portal.ended(), -15)


if __name__ == "__main__":
    unittest.main()
