# SPDX-License-Identifier: Apache-2.0
"""(c) From the queue to the PUBACK with no rate limit, against Paho alone in a loop and against one mosquitto_pub a claim.

The queue is filled while the staging account cannot be reached, and kept: each round begins with a copy of it. The first
repetition is due after an hour and the claims end after a week, so that each is published exactly once."""
import secrets
import shutil
import statistics
import time

from machinery import TOOLS, QuietPortal, find, number, output
from rounds import Row, ratios, take_turns

WINDOWS = (5, 10, 20, 50, 100)
SETTINGS = {"log": {"requests": "no"}, "claim": {"window": "7d", "schedule": "1h"}, "staging__sandbox": {"rate": "0"}}
SAMPLE = 200  # processes of mosquitto_pub
PAYLOAD = '{"Endpoint":"%s"}'


def fill(sandbox, count):
    kept = sandbox.state / "kept"
    sandbox.stop_staging()
    with QuietPortal(sandbox, store={"url": f"sqlite:{kept}.db"}, **SETTINGS) as portal:
        number(TOOLS / "register_load", portal.address[0], portal.port, 64, count, secrets.token_hex(8))
    sandbox.start_staging()
    return kept.with_suffix(".db")


class Progress:
    def __init__(self, portal):
        metrics = portal.metrics()
        self.at = time.monotonic()
        self.sent = metrics['expresslink_portal_publishes_total{staging="sandbox"}']
        self.acknowledged = metrics['expresslink_portal_pubacks_total{staging="sandbox"}']
        self.recorded = metrics['expresslink_portal_claims{state="published"}']


def of_portal(sandbox, kept, count):
    """Publishes a second from before the first one to after the last PUBACK, and to when the store has it too."""
    database = sandbox.state / "queue.db"
    for file in sandbox.state.glob("queue.db*"):
        file.unlink()
    shutil.copyfile(kept, database)
    with QuietPortal(sandbox, store={"url": f"sqlite:{database}"}, **SETTINGS) as portal:
        before = now = Progress(portal)
        while now.sent == 0:
            before, now = now, Progress(portal)
        while now.acknowledged < count:
            time.sleep(0.01)
            now = Progress(portal)
        end = now.at
        while now.recorded < count:
            now = Progress(portal)
        if now.sent != count:
            raise AssertionError(f"{now.sent} publishes for {count} claims")
        return count / (end - before.at), count / (now.at - before.at)


def of_paho(sandbox, count, window):
    c = sandbox.certificates
    return number(TOOLS / "paho_alone", sandbox.staging_address, sandbox.port, c / "server-ca.pem",
                  c / "claim-thing.pem", c / "claim-thing.key", PAYLOAD % sandbox.oem_address, count, window)


def of_mosquitto_pub(sandbox):
    c, program = sandbox.certificates, find("mosquitto_pub")
    start = time.monotonic()
    for _ in range(SAMPLE):
        output(program, "-h", sandbox.staging_address, "-p", sandbox.port, "--cafile", c / "server-ca.pem", "--cert",
               c / "claim-thing.pem", "--key", c / "claim-thing.key", "-i", "claim-thing", "-q", 1, "-t",
               f"{secrets.token_hex(16)}/expresslink_config", "-m", PAYLOAD % sandbox.oem_address)
    return SAMPLE / (time.monotonic() - start)


def best_window(sandbox, rounds, count):
    """By the median of a few tries, so that no lucky one is taken."""
    given = take_turns(rounds, **{str(window): lambda window=window: of_paho(sandbox, count, window)
                                  for window in WINDOWS})
    return int(max(given, key=lambda window: statistics.median(given[window])))


def measure(sandbox, rounds, count):
    kept = fill(sandbox, count)
    window = best_window(sandbox, 3, count)
    given = take_turns(rounds, portal=lambda: of_portal(sandbox, kept, count),
                       paho=lambda: of_paho(sandbox, count, window))
    single = take_turns(3, single=lambda: of_mosquitto_pub(sandbox))["single"]
    portal, recorded = ([both[i] for both in given["portal"]] for i in (0, 1))
    yield Row(f"c  publishes: portal, {count} claims", portal, "/s")
    yield Row("c  publishes: portal, until all are recorded", recorded, "/s")
    yield Row(f"c  publishes: Paho alone, best window {window}", given["paho"], "/s")
    yield Row("c  publishes: portal / Paho alone", ratios(portal, given["paho"]), "x", 0.5)
    yield Row(f"c  publishes: a mosquitto_pub each, {SAMPLE} of them", single, "/s")
    yield Row("c  publishes: portal / a mosquitto_pub each", [each / statistics.median(single) for each in portal], "x")
