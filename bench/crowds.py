# SPDX-License-Identifier: Apache-2.0
"""(s) Crowds in simulated time: who waits how long for the first message and for the arrival. bench/crowd simulates; here are the
goals, on people and seeds other than those that the policy was designed with."""
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count

from machinery import TOOLS
from rounds import Row, ratios

PEOPLE = ("exponential", "humps", "uniform", "weibull")
SEEDS = (2, 3, 4)
RATES = (20, 30, 40, 50, 60, 70)
HOSTILE = (1, 50, 200, 1000, 20000)


@dataclass
class WorstRow(Row):
    """Each value has to meet the goal, not only their median."""

    @property
    def met(self):
        if self.goal is None:
            return True
        return max(self.values) < self.goal if self.below else min(self.values) >= self.goal


def simulate(arguments):
    done = subprocess.run([TOOLS / "crowd" / "crowd", "--values", *map(str, arguments)], check=True, capture_output=True, text=True)
    values = {}
    for line in done.stdout.splitlines():
        policy, name, value = line.split()
        values.setdefault(policy, {})[name] = float(value)
    return values


def on_all(*arguments, people=PEOPLE, beside=()):
    """The scenario for each kind of people and each seed, with the portal's policy and those it is compared with."""
    policies = [word for name in ("ours", *beside) for word in ("--policy", name)]
    wanted = [(*arguments, *policies, "--people", kind, "--seed", seed) for kind in people for seed in SEEDS]
    with ThreadPoolExecutor(cpu_count()) as pool:
        return list(pool.map(simulate, wanted))


def of(runs, name, policy="ours"):
    return [run[policy][name] for run in runs]


def first_row(what, runs, goal=None):
    return WorstRow(f"s  {what}: first, 99 %", of(runs, "all.first.99"), "s", goal, below=True)


def arrival_row(what, runs, goal=None):
    return WorstRow(f"s  {what}: arrival, 95 %", of(runs, "all.arrival.95"), "s", goal, below=True)


def carrier_row(what, runs):
    """How much longer those behind carriers wait than those at home: over the seeds together, since the last percents of so few people
    are chance."""
    carriers, homes = ([sum(values[i:i + len(SEEDS)]) for i in range(0, len(values), len(SEEDS))]
                       for values in (of(runs, "carrier.arrival.mean"), of(runs, "home.arrival.mean")))
    return WorstRow(f"s  {what}: arrival, mean, carriers to homes", ratios(carriers, homes), "x", 1.1, below=True)


def usual():
    runs = on_all("--rate", 20, beside=("due", "oracle"))
    yield first_row("20/s", runs, 0.3)
    yield WorstRow("s  20/s: arrival, median to the oracle's",
                   ratios(of(runs, "all.arrival.50"), of(runs, "all.arrival.50", "oracle")), "x", 1.4, below=True)
    yield arrival_row("20/s", runs, 20)
    yield WorstRow("s  20/s: arrival, 95 %, before, by due time", of(runs, "all.arrival.95", "due"), "s")
    yield carrier_row("20/s", runs)


def flooded():
    for networks in HOSTILE:
        runs = on_all("--rate", 20, "--hostile", networks)
        what = f"20/s, {networks} hostile"
        yield first_row(what, runs)
        yield arrival_row(what, runs, 30 if networks <= 1000 else None)
        yield WorstRow(f"s  {what}: lost", [100 * run["ours"]["all.lost"] / run["ours"]["all.claims"] for run in runs], "%")
        if networks <= 1000:
            yield carrier_row(what, runs)


def busy():
    for rate in RATES[1:]:
        runs = on_all("--rate", rate, beside=("due",))
        yield first_row(f"{rate}/s", runs, 1)
        yield WorstRow(f"s  {rate}/s: arrival, mean, to that by due time",
                       ratios(of(runs, "all.arrival.mean"), of(runs, "all.arrival.mean", "due")), "x")
        yield carrier_row(f"{rate}/s", runs)


def overloaded():
    runs = on_all("--overload", 150, "--minutes", 20, beside=("due", "firsts"))
    for other, words, goal in (("firsts", "in order of arrival", 1), ("due", "by due time", None)):
        yield WorstRow(f"s  150/s for 10 min: arrivals, to those {words}",
                       ratios(of(runs, "all.arrived"), of(runs, "all.arrived", other)), "x", goal)
    yield carrier_row("150/s for 10 min", runs)


def together():
    runs = on_all("--burst", 20000, people=("on",))
    yield WorstRow("s  20,000 on at once: all arrived, to 100/s", [value / 200 for value in of(runs, "last_arrival")], "x", 1.1,
                   below=True)
    runs = on_all("--backlog", 20000, "--rate", 20)
    yield first_row("20,000 open and off, 20/s", runs, 1)
    yield WorstRow("s  20,000 open and off, 20/s: arrival, median", of(runs, "all.arrival.50"), "s", 5, below=True)


def measure():
    for part in (usual, flooded, busy, overloaded, together):
        yield from part()
