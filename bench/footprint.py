# SPDX-License-Identifier: Apache-2.0
"""(d) Memory at rest and with idle connections, and the time to start."""
import socket
import subprocess
import time

from machinery import QuietPortal, raise_file_limit
from portal import PROGRAM
from rounds import Row
from sandbox import eventually

IDLE = 10000
PATIENT = {"idle_timeout": "10m", "request_timeout": "10m", "max_connections": "20000"}
REQUEST = (b"GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0\r\n"
           b"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
           b"Accept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\n\r\n")


def settled(portal):
    """Memory once both accounts are connected and nothing happens any more."""
    portal.connected()
    time.sleep(0.5)
    return portal.memory()


def with_idle(portal, asked):
    """Memory with so many connections that say nothing, or, asked, that have been answered once."""
    connections = [socket.create_connection(portal.address, source_address=(f"127.9.{number % 200}.1", 0))
                   for number in range(IDLE)]  # of many clients: one alone may not have so many
    try:
        if asked:
            for each in connections:
                each.sendall(REQUEST)
            for each in connections:
                each.recv(65536)
        eventually(lambda: portal.metric("http_connections") >= IDLE, "all connections are taken")
        time.sleep(0.5)
        return portal.memory()
    finally:
        for each in connections:
            each.close()


def start_ms(sandbox):
    """From the exec to the line that says it listens."""
    portal = QuietPortal(sandbox, start=False)
    begin = time.monotonic()
    process = subprocess.Popen([PROGRAM, "--config", portal.ini], stderr=subprocess.PIPE)
    for line in process.stderr:
        if b"portal.listening" in line:
            break
    took = (time.monotonic() - begin) * 1000
    process.terminate()
    process.stderr.read()
    process.stderr.close()
    if process.wait():
        raise AssertionError("the portal did not end in good order")
    return took


def measure(sandbox, rounds):
    rest, silent, answered = [], [], []
    can = raise_file_limit() > IDLE + 1000
    for _ in range(rounds):
        for asked, grown in ((False, silent), (True, answered)):
            with QuietPortal(sandbox, http=PATIENT, log={"requests": "no"}) as portal:
                rest.append(settled(portal))
                if can:
                    grown.append(with_idle(portal, asked)[0] - rest[-1][0])
    yield Row("d  memory at rest, resident (libraries included)", [rss for rss, _ in rest], "MiB", 16, below=True)
    yield Row("d  memory at rest, proportional share", [pss for _, pss in rest], "MiB")
    if can:
        yield Row(f"d  {IDLE} idle connections more, nothing sent yet", silent, "MiB", 60, below=True)
        yield Row(f"d  {IDLE} idle connections more, answered once each", answered, "MiB")
    yield Row("d  from exec to listening", [start_ms(sandbox) for _ in range(max(5, rounds))], "ms", 100, below=True)
