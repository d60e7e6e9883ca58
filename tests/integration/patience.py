# SPDX-License-Identifier: Apache-2.0
"""How long a test waits before it takes something for hung. The times below are for a machine as fast as the one they were
measured on; EXPRESSLINK_TEST_PATIENCE, a factor, stretches all of them. ./test measures it: `patience.py` prints it.

A deadline is there against a hang, not to tell whether something is quick: ten times what it takes on a slow machine. Where a
test sets a time of the product's that it then sits out (doctor --timeout), it is patient() of the shortest that makes sense.
"""
import math
import os
import time
from multiprocessing import Pool

PATIENCE = max(1.0, float(os.environ.get("EXPRESSLINK_TEST_PATIENCE") or 1))
# A sanitized build does one in so many of what a test does many times, where the number is not the point.
SHARE = int(os.environ.get("EXPRESSLINK_TEST_SHARE") or 1)

MOST = 10.0
ROUNDS = 200
REFERENCE_SECONDS = 0.5  # what measure() takes with nothing else to do on a machine on which everything was measured


def patient(seconds):
    return seconds * PATIENCE


DEADLINE = patient(60)  # for one thing to happen, or a program to end
LONG_DEADLINE = patient(300)  # for a program with hundreds of things to do


def fewer(count):
    return math.ceil(count / SHARE)


def work(_):
    """Some of what the tests keep a processor busy with."""
    for _ in range(ROUNDS):
        sorted(str(number * 7919 % 10007) for number in range(10000))


def measure():
    """All processors at once, as the tests use them: what else keeps them busy now counts."""
    processors = len(os.sched_getaffinity(0))
    with Pool(processors) as pool:
        pool.map(time.sleep, [0] * processors)  # they are there
        began = time.monotonic()
        pool.map(work, range(processors), chunksize=1)
        return min(MOST, max(1.0, (time.monotonic() - began) / REFERENCE_SECONDS))


if __name__ == "__main__":
    print(f"{measure():.1f}")
