# SPDX-License-Identifier: Apache-2.0
"""SIGTERM ends the portal in good order: whoever was promised something finds it in the store, whoever was being served is
served to the end, and the next portal goes on where this one was."""
import http.client
import json
import os
import signal
import socket
import threading
import unittest

from patience import DEADLINE
from portal import Portal, store_url, stored
from sandbox import Sandbox, eventually, random_thing

THREADS = 6


class Held:
    """A registration under way: the portal has taken its header, and waits for the body."""

    def __init__(self, test, portal, thing):
        self.thing, self.body = thing, json.dumps({"identifier": thing}).encode()
        self.connection = test.enterContext(socket.create_connection(portal.address, timeout=DEADLINE))
        self.connection.sendall(b"POST /api/v1/registrations HTTP/1.1\r\nHost: portal\r\nContent-Type: application/json\r\n"
                                b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % len(self.body))
        interim = b""
        while b"\r\n\r\n" not in interim:
            interim += self.connection.recv(1024)
        if not interim.startswith(b"HTTP/1.1 100 "):
            raise AssertionError(interim)

    def finish(self):
        """Sends the body; returns everything until the portal closes. A reset is an error."""
        self.connection.sendall(self.body)
        received = b""
        while part := self.connection.recv(65536):
            received += part
        return received


class Drain(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def portal(self, **sections):
        self.store = store_url(self.sandbox, random_thing())
        http = {"request_timeout": "10m", "idle_timeout": "10m"}
        return self.enterContext(Portal(self.sandbox, http=http, store={"url": self.store}, **sections))

    def stored(self):
        """The tokens and the things that are in the store."""
        return ({token for token, in stored(self.store, "SELECT token FROM registrations")},
                {thing for thing, in stored(self.store, "SELECT thing_name FROM claims")})

    def terminate(self, portal):
        portal.process.send_signal(signal.SIGTERM)
        portal.log_has("portal.stop_requested")

    def ends_quickly(self, portal):
        """Nothing was waited for until a patience was over: connections would be kept for ten minutes, requests that it
        gives up end it with an error, and PUBACKs that do not come have a line in the log."""
        self.assertEqual(portal.ended(), 0)
        self.assertFalse(any("staging.no_puback" in line for line in portal.lines))
        self.assertTrue(any("portal.stopped" in line for line in portal.lines))

    def test_what_was_promised_under_load_is_kept(self):
        portal = self.portal()
        promised, cut_short, over = [], [], threading.Event()

        def load(form):
            while not over.is_set():
                try:
                    promised.append(self.register(portal, form))
                except ConnectionRefusedError:
                    return
                except http.client.IncompleteRead as error:
                    cut_short.append(error)
                except (OSError, http.client.HTTPException):
                    pass

        threads = [threading.Thread(target=load, args=(number % 2 == 0,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        eventually(lambda: len(promised) >= 200, "some load")
        self.terminate(portal)
        self.ends_quickly(portal)
        over.set()
        for thread in threads:
            thread.join(DEADLINE)
        self.assertEqual(cut_short, [], "no answer was broken off")
        tokens, _ = self.stored()
        self.assertEqual(set(promised) - tokens, set())
        portal.stop()
        portal.start()
        for token in (promised[0], promised[-1]):
            portal.wait_for_state(token, "published")
        metrics = portal.metrics()  # at one moment: claims are being published
        self.assertEqual(sum(metrics[f'expresslink_portal_claims{{state="{state}"}}'] for state in ("queued", "published")), len(tokens))

    @staticmethod
    def register(portal, form):
        """The token that was promised, by the API's 202 or the page's 303."""
        if form:
            answer = portal.post_form("/register", identifier=random_thing())
            if answer.status != 303:
                raise AssertionError(answer)
            return answer.headers["Location"].split("/")[2].split("?")[0]
        return portal.claim(random_thing())["token"]

    def test_requests_under_way_are_answered_to_the_end(self):
        portal = self.portal()
        held = [Held(self, portal, random_thing()) for _ in range(20)]
        self.terminate(portal)
        ready = portal.ready()
        self.assertEqual((ready.status, ready.json["checks"]["portal"]), (503, "shutting down"))
        with self.assertRaises(ConnectionRefusedError):
            portal.get("/")
        self.assertIsNone(portal.process.poll(), "it waits for them")
        answers = [each.finish() for each in held]
        self.ends_quickly(portal)
        tokens, things = self.stored()
        for each, answer in zip(held, answers):
            head, _, body = answer.partition(b"\r\n\r\n")
            self.assertTrue(head.startswith(b"HTTP/1.1 202 "), answer)
            self.assertIn(b"connection: close", head.lower())
            self.assertIn(json.loads(body)["token"], tokens)
            self.assertIn(each.thing, things)
        portal.stop()

    def test_more_cookies_than_fit_hold_nothing_up(self):
        """libmicrohttpd drops such a connection without a word to us."""
        portal = self.portal()
        for count in (400, 800):
            portal.raw(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: " + b"a=b; " * count + b"\r\n\r\n")
        self.terminate(portal)
        self.ends_quickly(portal)

    def test_connections_that_wait_hold_nothing_up(self):
        """Idle ones, one that has said half a line, and one that has been served before."""
        portal = self.portal()
        connections = [self.enterContext(socket.create_connection(portal.address, timeout=DEADLINE)) for _ in range(50)]
        connections[0].sendall(b"GET / HT")
        connections[1].sendall(b"GET / HTTP/1.1\r\nHost: portal\r\n\r\n")
        self.assertTrue(connections[1].recv(12).startswith(b"HTTP/1.1 200"))
        eventually(lambda: portal.metric("http_connections") >= 50, "they are all there")
        self.terminate(portal)
        self.ends_quickly(portal)
        portal.stop()

    def test_publishes_in_flight_are_not_waited_for_long_and_not_lost(self):
        portal = self.portal(claim={"schedule": "1h"}).connected()
        portal.wait_for_state(portal.claim(random_thing())["token"], "published")
        broker = self.sandbox.pid("staging")
        os.kill(broker, signal.SIGSTOP)
        try:
            tokens = [portal.claim(random_thing())["token"] for _ in range(30)]
            eventually(lambda: portal.metric('publishes_in_flight{staging="sandbox"}') == 30, "all in flight")
            self.terminate(portal)
            self.ends_quickly(portal)
        finally:
            os.kill(broker, signal.SIGCONT)
        portal.stop()
        portal.start()
        for token in tokens:
            portal.wait_for_state(token, "published")

    def test_a_second_sigterm_ends_it_at_once(self):
        portal = self.portal()
        token = portal.claim(random_thing())["token"]
        held = Held(self, portal, random_thing())
        self.terminate(portal)
        self.assertIsNone(portal.process.poll())
        portal.process.send_signal(signal.SIGTERM)
        self.assertEqual(portal.ended(), -signal.SIGTERM)
        portal.stop()
        portal.start()
        self.assertIn(portal.show(token)["state"], ("queued", "published"))
        self.assertNotIn(held.thing, self.stored()[1], "nobody was promised that one")


if __name__ == "__main__":
    unittest.main()
