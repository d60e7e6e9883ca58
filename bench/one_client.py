# SPDX-License-Identifier: Apache-2.0
"""(l) One client with 300 addresses takes all it can get: every connection that it can open, and the time in which photographs
are read. What another one waits for, without that and with it, in turns."""
import contextlib
import http.client
import subprocess
import sys
import time
from pathlib import Path

from machinery import QuietPortal
from rounds import Row, ratios
from sandbox import eventually, random_thing
from test_shares import URL, costly_picture, picture

OTHER = "127.2.2.2"
TAKES = Path(__file__).with_name("one_client_takes.py")
PAGES, PHOTOS, CLAIMS = 300, 10, 20  # a round
SETTINGS = {"http": {"public_url": URL}, "labels": {"pictures_per_minute": "0"}, "log": {"requests": "no"}}


def request(portal, method, path, body=None, headers=None):
    """On a new connection from the other client's address: milliseconds, and the answer's body."""
    began = time.monotonic()
    connection = http.client.HTTPConnection(*portal.address, timeout=60, source_address=(OTHER, 0))
    with contextlib.closing(connection):
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        text = answer.read()
    if answer.status not in (200, 202):
        raise AssertionError(f"{method} {path}: {answer.status} {text[:200]}")
    return (time.monotonic() - began) * 1000, text


def page_ms(portal):
    took = sorted(request(portal, "GET", "/")[0] for _ in range(PAGES))
    return took[PAGES * 99 // 100]


def photo_ms(portal):
    thing = random_thing()
    took, answer = request(portal, "POST", "/api/v1/labels/decode", picture(f"{URL}/r/{thing}"))
    if thing.encode() not in answer:
        raise AssertionError(answer)
    return took


def claim_ms(portal):
    """Until its first message was acknowledged."""
    began = time.monotonic()
    body = b'{"identifier":"%s"}' % random_thing().encode()
    answer = request(portal, "POST", "/api/v1/registrations", body, {"Content-Type": "application/json"})[1]
    token = answer.split(b'"token":"')[1].split(b'"')[0].decode()
    while b'"state":"queued"' in request(portal, "GET", f"/api/v1/registrations/{token}")[1]:
        time.sleep(0.002)
    return (time.monotonic() - began) * 1000


def measure_round(portal):
    return page_ms(portal), max(photo_ms(portal) for _ in range(PHOTOS)), max(claim_ms(portal) for _ in range(CLAIMS))


@contextlib.contextmanager
def one_client(portal, costly):
    """Takes all it can while the block runs."""
    def start(*words):
        return subprocess.Popen([sys.executable, "-B", TAKES, words[0], *map(str, portal.address), *words[1:]],
                                stdin=subprocess.PIPE)
    takers = [start("connections"), start("pictures", costly)]
    try:
        eventually(lambda: portal.metric('http_exhausted_total{limit="share",what="closed"}') > 100, "connections are short")
        eventually(lambda: portal.metric("picture_processor_seconds_total") > 2, "pictures are read")
        yield
    finally:
        for taker in takers:
            taker.stdin.close()
        for taker in takers:
            taker.wait()


def measure(sandbox, rounds):
    costly = sandbox.state / "costly.png"
    costly.write_bytes(costly_picture())
    alone, beside = [], []
    with QuietPortal(sandbox, **SETTINGS) as portal:
        portal.connected()
        measure_round(portal)
        for _ in range(rounds):
            alone.append(measure_round(portal))
            with one_client(portal, costly):
                beside.append(measure_round(portal))
            eventually(lambda: portal.metric("http_connections") < 100, "it is gone")
    for what, goal, before, after in zip(("page, 99 %", "photograph read, the slowest", "first message acknowledged, the slowest"),
                                         (100, 3000, 1000), zip(*alone), zip(*beside)):
        yield Row(f"l  others' {what}", list(before), "ms")
        yield Row("l  the same beside a client that takes all", list(after), "ms", goal, below=True)
        yield Row("l  the same: ratio", ratios(after, before), "x")
