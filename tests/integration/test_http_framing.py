# SPDX-License-Identifier: Apache-2.0
"""Requests as bytes on a socket: those whose end two servers could see in different places, slow ones, split ones, and
many at a time."""
import contextlib
import socket
import time
import unittest

from patience import DEADLINE, SHARE, patient
from portal import PortalCase
from sandbox import eventually

REQUEST_TIMEOUT, IDLE_TIMEOUT, MARGIN = patient(2), patient(3), patient(0.7)
# Nothing is ended by the clock: what waited for a timeout would not be there before the test's own deadline.
NEVER = {"http": {"request_timeout": "10m", "idle_timeout": "10m"}}


def request(*lines, body=b""):
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


GET = request("GET / HTTP/1.1", "Host: x")
LAST = request("GET /nothing HTTP/1.1", "Host: x", "Connection: close")
POST = ("POST /register HTTP/1.1", "Host: x", "Content-Type: application/x-www-form-urlencoded")


def statuses(received):
    """Of the answers to pipelined requests; every body must be as long as its header says."""
    found = []
    while received:
        head, _, rest = received.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        found.append(int(lines[0].split()[1]))
        headers = dict(line.lower().split(": ", 1) for line in lines[1:])
        received = rest[int(headers.get("content-length", "0")):] if found[-1] >= 200 else rest
    return found


class Case(PortalCase):
    def connect(self):
        return self.enterContext(socket.create_connection(self.portal.address, timeout=DEADLINE))

    def statuses(self, data):
        return statuses(self.portal.raw(data))


class Framing(Case):
    @classmethod
    def sections(cls):
        return NEVER

    def assert_refused(self, data, *allowed):
        """Not by a timeout, with an answer; what comes behind it on the same connection is not looked at."""
        received = self.portal.raw(data + LAST)
        self.assertRegex(received, b"^HTTP/1.1 (%s) " % b"|".join(b"%d" % status for status in allowed))
        self.assertIn(b"Connection: close\r\n", received)
        self.assertNotIn(b" 404 ", received)

    def test_a_sound_request_is_answered_and_so_is_the_next(self):
        self.assertEqual(self.statuses(GET + LAST), [200, 404])

    def test_two_lengths(self):
        for second in ("3", "13", "3 "):
            self.assert_refused(request(*POST, "Content-Length: 3", f"Content-Length: {second}", body=b"a=b"), 400)

    def test_a_length_and_chunks(self):
        for lines in (("Content-Length: 5", "Transfer-Encoding: chunked"),
                      ("Transfer-Encoding: chunked", "Content-Length: 5")):
            self.assert_refused(request(*POST, *lines, body=b"0\r\n\r\n"), 400)

    def test_two_hosts_or_none(self):
        self.assert_refused(request("GET / HTTP/1.1", "Host: x", "Host: y"), 400)
        self.assert_refused(request("GET / HTTP/1.1", "Host: x", "Host: x"), 400)
        self.assert_refused(request("GET / HTTP/1.0", "Host: x", "Host: x"), 400)
        self.assert_refused(request("GET / HTTP/1.1"), 400)

    def test_a_host_that_is_none(self):
        for host in ("x y", "x,y", "a@b", "x/y"):
            with self.subTest(host):
                self.assert_refused(request("GET / HTTP/1.1", f"Host: {host}"), 400)

    def test_chunks_in_http_1_0(self):
        self.assert_refused(request("POST /register HTTP/1.0", "Host: x", "Connection: keep-alive",
                                    "Content-Type: application/x-www-form-urlencoded",
                                    "Transfer-Encoding: chunked", body=b"0\r\n\r\n"), 400)

    def test_http_1_0_is_answered_and_closed(self):
        self.assertEqual(self.statuses(request("GET / HTTP/1.0") + LAST), [200])

    def test_encodings_other_than_chunked(self):
        for encoding in ("identity", "gzip", "gzip, chunked", "chunked, chunked", "chunked, identity", "xchunked",
                         "\x0bchunked", "chunked;q=1", ""):
            with self.subTest(encoding):
                self.assert_refused(request(*POST, f"Transfer-Encoding: {encoding}", body=b"0\r\n\r\n"), 400)
        self.assert_refused(request(*POST, "Transfer-Encoding: chunked", "Transfer-Encoding: chunked",
                                    body=b"0\r\n\r\n"), 400)

    def test_a_blank_before_the_colon(self):
        for line in ("Content-Length : 3", "Content-Length\t: 3", "Transfer-Encoding : chunked", "X Y: z"):
            with self.subTest(line):
                self.assert_refused(request(*POST, line, body=b"a=b"), 400)

    def test_a_header_that_has_no_colon(self):
        self.assert_refused(request("GET / HTTP/1.1", "Host: x", "Content-Length 3"), 400)

    def test_a_nul_in_a_header(self):
        self.assert_refused(request("GET / HTTP/1.1", "Host: x", "Content-\0Length: 3", body=b"a=b"), 400)

    def assert_refused_once(self, data, status=400):
        """By the portal itself: one page, with its request id, and one line in the log."""
        received = self.portal.raw(data + LAST)
        head, _, body = received.partition(b"\r\n\r\n")
        self.assertRegex(head, b"^HTTP/1.1 %d " % status)
        request_id = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:])["X-Request-Id"]
        self.assertIn(b"<!doctype html>", body)
        self.assertEqual(received.count(b"HTTP/1.1 "), 1, received)
        self.portal.log_has(request_id)
        self.assertEqual(sum(request_id in line for line in self.portal.lines), 1)

    def test_a_nul_in_a_value(self):
        for line in ("X: a\0b", "X: \0", "X: a\0", "X: a\0\0b", "X: a\0\0b\0", "X: a\0\0b\0 c", "X:\0\0", "Cookie: a=b\0; c=d"):
            with self.subTest(line):
                self.assert_refused_once(request("GET / HTTP/1.1", "Host: x", line, "Y: z"))
                self.assert_refused_once(request("GET / HTTP/1.1", line, "Host: x"))
        for line in ("Transfer-Encoding: chunked\0x", "Content-Length: 3\0x", "Host: x\0y"):
            with self.subTest(line):
                self.assert_refused_once(request(*POST, line, body=b"a=b"))

    def test_a_control_character_in_a_value(self):
        for line in ("X: a\rb", "X: \x01", "X: a\x7f", "X: \x1b[31m"):
            with self.subTest(line):
                self.assert_refused_once(request("GET / HTTP/1.1", "Host: x", line))
        self.assertEqual(self.statuses(request("GET / HTTP/1.1", "Host: x", "X: a\tb \xe4") + LAST), [200, 404])

    def test_a_header_without_a_name(self):
        for line in (": x", ":", " : x", ":\r\nGET /nothing HTTP/1.1"):
            with self.subTest(line):
                self.assert_refused_once(request("GET / HTTP/1.1", "Host: x", line, "Y: z"))

    def test_a_header_on_two_lines(self):
        for line in ("X: a\r\n b", "Content-Length: 1\r\n 2", "X: a\r\n\tb"):
            with self.subTest(line):
                self.assert_refused_once(request("GET / HTTP/1.1", "Host: x", line, "Y: z"))

    def test_a_line_that_ends_with_lf_alone(self):
        for data in (GET.replace(b"\r\n", b"\n"), GET.replace(b"1.1\r\n", b"1.1\n"), GET.replace(b"x\r\n", b"x\n"),
                     request("GET / HTTP/1.1", "Host: x", "X: a\nY: b")):
            with self.subTest(data):
                self.assert_refused_once(data)

    def test_what_the_library_would_refuse_is_refused_by_the_portal(self):
        cases = {"no colon": request("GET / HTTP/1.1", "Host: x", "Content-Length 3"), "length": request(*POST, "Content-Length: 3a"),
                 "chunk": request(*POST, "Transfer-Encoding: chunked", body=b"x\r\nabc\r\n0\r\n\r\n"),
                 "trailer": request(*POST, "Transfer-Encoding: chunked", body=b"1\r\na\r\n0\r\nfoo\r\n\r\n"),
                 "no version": b"GET /\r\n\r\n"}
        for name, data in cases.items():
            with self.subTest(name):
                self.assert_refused_once(data)
        large = {"length": (413, request(*POST, "Content-Length: " + "9" * 30)), "header": (431, request("GET / HTTP/1.1", "X: " + "y" * 100000)),
                 "chunk": (413, request(*POST, "Transfer-Encoding: chunked", body=b"f" * 20 + b"\r\n")),
                 "address": (414, request("GET /" + "a" * 20000 + " HTTP/1.1", "Host: x"))}
        for name, (status, data) in large.items():
            with self.subTest(name):
                self.assert_refused_once(data, status)

    def test_a_program_is_refused_in_its_own_words(self):
        received = self.portal.raw(request("POST /api/v1/registrations HTTP/1.1", "Host: x", "Content-Length: 3a"))
        self.assertIn(b"Content-Type: application/problem+json\r\n", received)

    def test_what_is_no_http_is_counted(self):
        counted = 'http_requests_total{route="none",method="any",status="400"}'
        before = self.portal.metric(counted)
        self.portal.raw(request("GET / HTTP/1.1", "Host: x", "Content-Length 3"))
        eventually(lambda: self.portal.metric(counted) == before + 1, lambda: f"one more: {self.portal.metric(counted)}")

    def test_a_nul_in_the_address(self):
        self.assert_refused(request("GET /\0nothing HTTP/1.1", "Host: x"), 400)
        self.assert_refused(request("GET /r/abc\0def HTTP/1.1", "Host: x"), 400)

    def test_an_escaped_nul_in_the_address_is_looked_at_as_text(self):
        self.assertEqual(self.statuses(request("GET /r/abc%00 HTTP/1.1", "Host: x") + LAST), [422, 404])
        self.assertEqual(self.statuses(request("GET /%00 HTTP/1.1", "Host: x") + LAST), [404, 404])

    def test_an_address_that_is_no_path(self):
        for target in ("http://x/", "http://evil.example.com/", "*", "x:80", "r/abc", "?lang=de"):
            with self.subTest(target):
                self.assert_refused(request(f"GET {target} HTTP/1.1", "Host: x"), 400)

    def test_another_version(self):
        for version in ("HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/1.10", "http/1.1", "FTP/1.1", "HTTP/1.1x"):
            with self.subTest(version):
                self.assert_refused(request(f"GET / {version}", "Host: x"), 400, 505)

    def test_no_version(self):
        self.assert_refused(b"GET /\r\n\r\n", 400, 505)

    def test_lengths_that_are_no_numbers(self):
        for length in ("-1", "+3", "3a", "0x3", "", " ", "3 3", "3,3", "1e3", "٣", "99999999999999999999999999",
                       "18446744073709551616", "9223372036854775808"):
            with self.subTest(length):
                self.assert_refused(request(*POST, body=b"").replace(
                    b"\r\n\r\n", f"\r\nContent-Length: {length}\r\n\r\n".encode()), 400, 413)

    def test_chunks_that_are_no_chunks(self):
        for chunks in (b"x\r\nabc\r\n0\r\n\r\n", b"-1\r\na\r\n0\r\n\r\n", b"ffffffffffffffffff\r\nabc",
                       b"3 \r\nabcd\r\n0\r\n\r\n"):
            with self.subTest(chunks):
                self.assert_refused(request(*POST, "Transfer-Encoding: chunked", body=chunks), 400, 413)

    def test_a_chunk_line_that_ends_with_lf_alone(self):
        for chunks in (b"c\nidentifier=a\r\n0\r\n\r\n", b"c;x=y\nidentifier=a\r\n0\r\n\r\n",
                       b"6\r\nidenti\r\n6\nfier=a\r\n0\r\n\r\n"):
            with self.subTest(chunks):
                self.assert_refused_once(request(*POST, "Transfer-Encoding: chunked", body=chunks))
        sound = b"6;x=y\r\nidenti\r\n0006\r\nfier=a\r\n0\r\nX: y\r\n\r\n"
        self.assertEqual(self.statuses(request(*POST, "Transfer-Encoding: chunked", body=sound) + LAST), [422, 404])

    def test_noise(self):
        for noise in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200) + b"\r\n\r\n",
                      b"\0 / HTTP/1.1\r\nHost: x\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET\r\n\r\n"):
            with self.subTest(noise[:10]):
                received = self.portal.raw(noise + LAST)
                self.assertRegex(received, b"^(HTTP/1.1 (400|405|505) |$)")
                self.assertNotIn(b" 404 ", received)

    def test_too_much_header(self):
        for lines in (["X: " + "y" * 100000], [f"X-{i}: y" for i in range(10000)]):
            self.assert_refused(request("GET / HTTP/1.1", "Host: x", *lines), 413, 431)

    def test_every_number_of_headers_and_cookies_is_answered(self):
        """Up to what libmicrohttpd has memory for, and beyond: it keeps a record of each. Where cookies are too many for it,
        0.9.75 sends the head of its answer twice."""
        shapes = {
            "cookies": lambda count: "Cookie: " + "; ".join(f"a{i}=b" for i in range(count)),
            "short cookies": lambda count: "Cookie: " + ";".join("a" * count),
            "headers": lambda count: "\r\n".join(f"A{i}: b" for i in range(count)),
            "a long cookie": lambda count: "Cookie: c=" + "y" * (10 * count),
            "a long header": lambda count: "X: " + "y" * (20 * count),
        }
        for name, shape in shapes.items():
            last = 200
            for count in range(1, 370, 1 if SHARE == 1 else 7):
                received = self.portal.raw(request("GET / HTTP/1.1", "Host: x", "Connection: close", shape(count)))
                status = int(received[9:12] or b"0")
                self.assertIn(status, (200, 431) if last == 200 else (431,), (name, count, received))
                if status == 431:
                    self.assertRegex(received.partition(b"\r\n\r\n")[2], b"(?i)header", (name, count))
                last = status
            self.assertEqual(last, 431, name)

    def test_the_portal_is_still_there(self):
        self.assertEqual(self.portal.get("/").status, 200)


class Pieces(Case):
    def test_a_request_byte_by_byte(self):
        data = request(*POST, "Content-Length: 12", "Connection: close", body=b"identifier=a")
        connection = self.connect()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(len(data)):
            connection.sendall(data[i:i + 1])
        self.assertEqual(statuses(b"".join(iter(lambda: connection.recv(65536), b""))), [422])

    def test_chunks_byte_by_byte(self):
        data = request(*POST, "Transfer-Encoding: chunked", "Connection: close",
                       body=b"4\r\niden\r\n08;x=y\r\ntifier=a\r\n0\r\nTrailer: z\r\n\r\n")
        connection = self.connect()
        for i in range(len(data)):
            connection.sendall(data[i:i + 1])
        self.assertEqual(statuses(b"".join(iter(lambda: connection.recv(65536), b""))), [422])

    def test_requests_behind_each_other_are_answered_in_order(self):
        post = request(*POST, "Content-Length: 12", body=b"identifier=a")
        self.assertEqual(self.statuses((GET + post) * 20 + LAST), [200, 422] * 20 + [404])

    def test_a_client_that_asks_first_is_told_to_go_on(self):
        connection = self.connect()
        connection.sendall(request(*POST, "Content-Length: 12", "Expect: 100-continue", "Connection: close"))
        self.assertEqual(statuses(connection.recv(65536)), [100])
        connection.sendall(b"identifier=a")
        self.assertEqual(statuses(b"".join(iter(lambda: connection.recv(65536), b""))), [422])

    def test_a_client_that_asks_first_is_told_not_to(self):
        for lines, status in (((*POST, "Content-Length: 100000"), 413), (("POST / HTTP/1.1", "Host: x"), 405),
                              ((*POST[:2], "Content-Type: text/plain", "Content-Length: 12"), 415)):
            with self.subTest(status):
                connection = self.connect()
                connection.sendall(request(*lines, "Expect: 100-continue"))
                received = connection.recv(65536)
                self.assertTrue(received.startswith(f"HTTP/1.1 {status} ".encode()), received)

    def test_a_client_that_closes_its_half_is_answered(self):
        connection = self.connect()
        connection.sendall(request("GET / HTTP/1.1", "Host: x", "Connection: close"))
        connection.shutdown(socket.SHUT_WR)
        self.assertEqual(statuses(b"".join(iter(lambda: connection.recv(65536), b""))), [200])


class Slow(Case):
    @classmethod
    def sections(cls):
        return {"http": {"request_timeout": f"{REQUEST_TIMEOUT * 1000:.0f}ms", "idle_timeout": f"{IDLE_TIMEOUT * 1000:.0f}ms"}}

    def assert_cut(self, connection, since, seconds, drip=None):
        """The portal closes the connection that many seconds after `since`, however it is fed meanwhile."""
        connection.settimeout(0.1)
        while time.monotonic() < since + seconds + DEADLINE:
            try:
                if drip:
                    connection.sendall(drip)
                if not connection.recv(65536):
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        else:
            self.fail("it is still open")
        self.assertGreater(time.monotonic() - since, seconds - 0.5)

    def test_a_header_that_drips_is_cut(self):
        since, connection = time.monotonic(), self.connect()
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX: ")
        self.assert_cut(connection, since, REQUEST_TIMEOUT, drip=b"y")

    def test_a_body_that_drips_is_cut(self):
        since, connection = time.monotonic(), self.connect()
        connection.sendall(request(*POST, "Content-Length: 1000"))
        self.assert_cut(connection, since, REQUEST_TIMEOUT, drip=b"a")

    def test_a_client_that_says_nothing_is_cut(self):
        since, connection = time.monotonic(), self.connect()
        self.assert_cut(connection, since, REQUEST_TIMEOUT)

    def test_a_kept_connection_is_closed_when_nothing_more_comes(self):
        connection = self.connect()
        connection.sendall(GET)
        self.assertEqual(statuses(connection.recv(65536)), [200])
        self.assert_cut(connection, time.monotonic(), IDLE_TIMEOUT)

    def test_a_second_request_has_its_own_time(self):
        connection = self.connect()
        connection.sendall(GET)
        self.assertEqual(statuses(connection.recv(65536)), [200])
        # Not waited for in hope: the time itself is what is tested.
        time.sleep(IDLE_TIMEOUT - MARGIN)
        connection.sendall(request(*POST, "Content-Length: 12"))
        time.sleep(REQUEST_TIMEOUT - MARGIN)
        connection.sendall(b"identifier=a")
        self.assertEqual(statuses(connection.recv(65536)), [422])

    def test_a_second_request_that_drips_is_cut(self):
        connection = self.connect()
        connection.sendall(GET)
        self.assertEqual(statuses(connection.recv(65536)), [200])
        since = time.monotonic()
        connection.sendall(request(*POST, "Content-Length: 1000"))
        self.assert_cut(connection, since, REQUEST_TIMEOUT, drip=b"a")


class Many(Case):
    @classmethod
    def sections(cls):
        return NEVER

    def test_two_hundred_idle_connections_stop_nobody(self):
        with contextlib.ExitStack() as idle:
            for i in range(200):
                connection = idle.enter_context(socket.create_connection(self.portal.address, timeout=DEADLINE))
                connection.sendall(b"" if i % 2 else b"GET / HTTP/1.1\r\nHost:")
            eventually(lambda: self.portal.metric("http_connections") >= 200, "200 connections")
            for _ in range(20):
                self.assertEqual(self.portal.get("/").status, 200)
            self.assertGreaterEqual(self.portal.metric("http_connections"), 200, "they are still there")
        eventually(lambda: self.portal.metric("http_connections") < 10, "they are gone")


if __name__ == "__main__":
    unittest.main()
