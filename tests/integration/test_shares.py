# SPDX-License-Identifier: Apache-2.0
"""One client that takes all it can get, of connections, of memory and of the time in which photographs are read: others
are served. Clients are addresses of this machine's 127.0.0.0/8, which are as different as those of strangers."""
import contextlib
import http.client
import io
import socket
import threading
import unittest

from PIL import Image

from patience import DEADLINE
from portal import Answer, Portal
from sandbox import Sandbox, eventually, random_thing
from test_labels import DECODE, MEBIBYTE, URL, blank, picture

HOSTILE, OTHER = "127.1.1.1", "127.2.2.2"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def costly_picture():
    """A few kilobytes that take all the processor time that a picture may use: wherever one looks, there is the corner
    of a code."""
    mark = Image.new("L", (9, 9), 255)
    for size, grey in ((7, 0), (5, 255), (3, 0)):
        mark.paste(grey, ((9 - size) // 2, (9 - size) // 2, (9 + size) // 2, (9 + size) // 2))
    whole = Image.new("L", (990, 990))
    for left in range(0, whole.width, 9):
        for top in range(0, whole.height, 9):
            whole.paste(mark, (left, top))
    out = io.BytesIO()
    whole.save(out, "PNG", optimize=True)
    return out.getvalue()


def connect(portal, source, admin=False):
    return socket.create_connection(portal.admin if admin else portal.address, timeout=DEADLINE, source_address=(source, 0))


def request(portal, source, method, path, body=None, headers=None):
    """From that address, on a connection of its own."""
    connection = http.client.HTTPConnection(*portal.address, timeout=DEADLINE, source_address=(source, 0))
    with contextlib.closing(connection):
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())


def reaches(portal, source):
    """A page, at the latest when it is asked for again: on a slow machine the connection that was given up for this one may not
    be closed yet, and then this one is closed."""
    def answered():
        with contextlib.suppress(OSError, http.client.HTTPException):
            return request(portal, source, "GET", "/").status == 200
        return False
    return eventually(answered, f"a page for {source}")


def is_closed(connection):
    """By the portal; what it has sent before does not count."""
    connection.setblocking(False)
    try:
        while connection.recv(65536):
            pass
        return True
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        connection.settimeout(DEADLINE)


def shortages(portal, limit, what):
    return portal.metric(f'http_exhausted_total{{limit="{limit}",what="{what}"}}')


def settled(portal, opened, most):
    """Waits until the portal has seen to so many connections that were opened, and has closed what it gave up."""
    def is_settled():
        metrics = portal.metrics()
        open_now = metrics["expresslink_portal_http_connections"]
        ended = sum(value for name, value in metrics.items() if "_http_exhausted_total{" in name)
        return open_now <= most and open_now + ended >= opened
    eventually(is_settled, lambda: f"{opened} connections are seen to: {portal.metrics()}")


class Case(unittest.TestCase):
    def portal(self, **sections):
        sandbox = self.enterContext(Sandbox())
        return self.enterContext(Portal(sandbox, **sections))

    def hold(self, portal, source, count, say=b""):
        """Opens so many connections one after the other, and keeps them."""
        held = []
        for _ in range(count):
            held.append(self.enterContext(connect(portal, source)))
            if say:
                held[-1].sendall(say)
        return held

    def assert_logged_once(self, portal, limit):
        portal.log_has(f" limit={limit} ")
        lines = [line for line in list(portal.lines) if f" limit={limit} " in line]
        self.assertEqual(len(lines), 1, lines)
        self.assertIn(" warn  http.connections_exhausted ", lines[0])


class Connections(Case):
    def test_a_client_has_no_more_than_its_limit_and_gives_up_the_one_that_was_idle_longest(self):
        portal = self.portal(http={"connections_per_client": "10", "threads": "1"})  # which takes them in their order
        first = self.hold(portal, HOSTILE, 1, GET)[0]
        self.assertTrue(first.recv(65536).startswith(b"HTTP/1.1 200 "))
        held = self.hold(portal, HOSTILE, 30)
        eventually(lambda: portal.metric("http_connections") == 10, "ten are left")
        self.assertTrue(is_closed(first))
        self.assertEqual([is_closed(each) for each in held], [True] * 20 + [False] * 10)
        self.assertEqual(shortages(portal, "connections_per_client", "closed"), 21)
        self.assertEqual(request(portal, HOSTILE, "GET", "/").status, 200)
        self.assertEqual(request(portal, OTHER, "GET", "/").status, 200)
        self.assert_logged_once(portal, "connections_per_client")

    def test_all_the_connections_that_one_client_can_open_leave_others_theirs(self):
        portal = self.portal(http={"max_connections": "60", "connections_per_client": "0"})
        for say in (b"", b"GET / HTTP/1.1\r\nHost: x\r\nX: ", GET):
            self.hold(portal, HOSTILE, 200, say)
            kept = self.hold(portal, OTHER, 5, GET)
            for each in kept:
                self.assertTrue(each.recv(65536).startswith(b"HTTP/1.1 200 "))
            self.hold(portal, HOSTILE, 200, say)
            self.assertFalse(any(map(is_closed, kept)), "what others have is not given up for it")
        self.assertLess(portal.metric("http_connections"), 60 + 16)
        self.assertGreater(shortages(portal, "share", "closed") + shortages(portal, "share", "refused"), 600)
        self.assert_logged_once(portal, "share")

    def test_three_hundred_addresses_leave_others_theirs(self):
        portal = self.portal(http={"max_connections": "120"})
        for number in range(300):
            self.hold(portal, f"127.1.{number // 250}.{number % 250 + 1}", 2)
        settled(portal, 600, 120)
        reaches(portal, OTHER)
        reaches(portal, "127.1.1.200")  # one of its neighbours in the network

    def test_many_networks_give_up_in_turn(self):
        portal = self.portal(http={"max_connections": "200", "connections_per_client": "0"})
        for network in range(1, 30):
            self.hold(portal, f"127.3.{network}.1", 100)
        settled(portal, 29 * 100, 200)
        for _ in range(20):
            reaches(portal, OTHER)
        self.assertGreater(shortages(portal, "max_connections", "closed"), 0)

    def test_health_and_metrics_are_answered_while_the_public_side_is_full(self):
        portal = self.portal(http={"max_connections": "30", "connections_per_client": "0"})
        for network in range(1, 60):
            self.hold(portal, f"127.3.{network}.1", 2)
            self.assertEqual(portal.request("GET", "/livez", admin=True).status, 200)
        self.assertEqual(portal.ready().status, 200)

    def test_a_request_in_hand_is_not_cut_for_another_connection(self):
        """A picture that is being read has a connection that only waits for the portal."""
        portal = self.portal(http={"connections_per_client": "4"}, labels={"pictures_per_minute": "0"})
        answers = []
        reading = threading.Thread(target=lambda: answers.append(
            request(portal, HOSTILE, "POST", DECODE, costly_picture())))
        reading.start()
        eventually(lambda: portal.metric("picture_processor_seconds_total") > 0, "it is being read")
        while reading.is_alive():
            with contextlib.ExitStack() as others:
                for _ in range(8):
                    others.enter_context(connect(portal, HOSTILE))
        reading.join()
        self.assertEqual(answers[0].status, 422, answers)


class Proxies(Case):
    """Connections of a trusted proxy are nobody's; requests through it are its client's."""

    def proxied(self, portal, client, method="GET", path="/", body=None, **headers):
        return request(portal, "127.0.0.1", method, path, body, {"X-Forwarded-For": client, **headers})

    def test_a_proxy_has_as_many_connections_as_it_wants(self):
        portal = self.portal(http={"trusted_proxies": "127.0.0.1", "connections_per_client": "3", "max_connections": "100"})
        held = self.hold(portal, "127.0.0.1", 80, GET)
        for each in held:
            self.assertTrue(each.recv(65536).startswith(b"HTTP/1.1 200 "))
        self.assertFalse(any(map(is_closed, held)))
        self.assertEqual(self.proxied(portal, "192.0.2.1").status, 200)

    def test_requests_in_hand_are_counted_for_the_client_behind_it(self):
        portal = self.portal(http={"trusted_proxies": "127.0.0.1", "connections_per_client": "3"})
        head = (b"POST /register HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                b"X-Forwarded-For: %s\r\nContent-Length: 12\r\n\r\n")
        held = self.hold(portal, "127.0.0.1", 3, head % b"192.0.2.1" + b"identif")
        eventually(lambda: self.proxied(portal, "192.0.2.1").status == 429, "the fourth is refused")
        answer = self.proxied(portal, "192.0.2.1", path="/api/v1/openapi.json")
        self.assertEqual((answer.status, answer.headers["Retry-After"]), (429, "1"))
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        self.assertEqual(self.proxied(portal, "192.0.2.2").status, 200)
        self.assertEqual(self.proxied(portal, "2001:db8::1").status, 200)
        self.assertGreater(shortages(portal, "connections_per_client", "refused"), 0)
        for each in held:
            each.sendall(b"ier=a")
            self.assertIn(b"HTTP/1.1 422 ", each.recv(65536))
        eventually(lambda: self.proxied(portal, "192.0.2.1").status == 200, "its places are free again")


class Pictures(Case):
    def upload(self, portal, source, sent, promised=9 * MEBIBYTE):
        """Sends the head and so much of a picture, and no more."""
        connection = self.enterContext(connect(portal, source))
        connection.sendall(f"POST {DECODE} HTTP/1.1\r\nHost: x\r\nContent-Length: {promised}\r\n\r\n".encode())
        with contextlib.suppress(OSError):
            connection.sendall(bytes(sent))
        return connection

    def test_slow_uploads_hold_no_place(self):
        portal = self.portal(labels={"pictures_per_minute": "0"})
        for _ in range(100):
            self.upload(portal, HOSTILE, 1000)
        self.assertEqual(request(portal, OTHER, "POST", DECODE, blank()).status, 422)
        self.assertEqual(request(portal, HOSTILE, "POST", DECODE, blank()).status, 422)

    def test_memory_for_pictures_that_one_client_fills_leaves_others_theirs(self):
        portal = self.portal(labels={"pictures_per_minute": "0"})
        for _ in range(16):
            self.upload(portal, HOSTILE, 8 * MEBIBYTE)
        eventually(lambda: shortages(portal, "body memory", "refused") > 0, "it is refused more")
        self.assertEqual(request(portal, OTHER, "POST", DECODE, blank() + bytes(9 * MEBIBYTE)).status, 422)
        answer = request(portal, HOSTILE, "POST", DECODE, blank() + bytes(9 * MEBIBYTE))
        self.assertEqual((answer.status, answer.json["reason"], answer.headers["Retry-After"]), (503, "unavailable", "5"))
        self.assert_logged_once(portal, '"body memory"')

    def test_twenty_costly_pictures_at_a_time_keep_no_one_else_waiting(self):
        """How long others wait, bench/run measures; here, that they are read before those that came first."""
        portal = self.portal(http={"public_url": URL}, labels={"pictures_per_minute": "0"})
        costly, over, answered = costly_picture(), threading.Event(), []
        self.assertLess(len(costly), 5000)

        def send(number):
            while not over.is_set():
                answered.append(request(portal, f"127.1.{number % 2}.{number + 1}", "POST", DECODE, costly))
        senders = [threading.Thread(target=send, args=(number,)) for number in range(20)]
        for sender in senders:
            sender.start()
        try:
            eventually(lambda: portal.metric("picture_processor_seconds_total") > 1, "they are being read")
            for _ in range(5):
                thing = random_thing()
                before = len(answered)
                answer = request(portal, OTHER, "POST", DECODE, picture(f"{URL}/r/{thing}"))
                self.assertEqual((answer.status, answer.json.get("identifier")), (200, thing), answer)
                self.assertLess(len(answered) - before, 20)
            # One in the same network comes after those of it that have used nothing yet: on a slow machine it is told to
            # come again before that.
            eventually(lambda: request(portal, "127.1.0.200", "POST", DECODE, picture(f"{URL}/r/{thing}")).status == 200,
                       "a neighbour is read, too")
            self.assertEqual(request(portal, OTHER, "GET", "/").status, 200)
        finally:
            over.set()
            for sender in senders:
                sender.join()
        self.assertGreater(portal.metric("pictures_put_back_total"), 0)
        for answer in answered:
            self.assertIn(answer.status, (422, 503), answer)
            if answer.status == 503:
                self.assertEqual((answer.json["reason"], answer.headers["Retry-After"]), ("unavailable", "5"))


if __name__ == "__main__":
    unittest.main()
