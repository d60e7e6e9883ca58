# SPDX-License-Identifier: Apache-2.0
"""(t) Three portals on one PostgreSQL database; the one that leads is killed every ten seconds while clients register and
modules move."""
import statistics

from postgresql import Server
from replicas import Kills
from rounds import Row

EVERY_SECONDS, A_SECOND = 10, 4
WINDOW = 100  # publishes without PUBACK
TERM_SECONDS = 5  # in which another portal has to publish


def measure(sandbox, kills):
    with Server() as server:
        told = Kills(sandbox, server.url, kills, EVERY_SECONDS, A_SECOND).run()
    if told.problems:
        raise AssertionError(f"not accepted: {told.problems[:3]}")
    takeovers = sorted(told.takeovers)
    yield Row("takeover: from kill -9 to the next leader's first publish", takeovers, "s",
              notes=[f"{told.things} claims accepted, {told.cut_off} requests cut off"])
    yield Row(f"  takeovers within {TERM_SECONDS} s, of {kills}",
              [100 * statistics.fmean(each < TERM_SECONDS for each in takeovers)], "%", goal=99)
    yield Row(f"  accepted claims that were lost, of {told.things}", [len(told.lost)], goal=1, below=True)
    yield Row("  publishes after the arrival was recorded", [len(told.late)], goal=1, below=True)
    yield Row("  publishes", [told.publishes])
    yield Row("  publishes more than one a claim", [told.publishes - told.things], goal=kills * WINDOW, below=True)
    # Those that were in flight when their leader died, and those that crossed with the arrival.
    yield Row("  publishes that are not recorded", [told.unrecorded], goal=kills * WINDOW + told.things, below=True)
