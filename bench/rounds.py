# SPDX-License-Identifier: Apache-2.0
"""Contestants take turns, round by round, so that whatever else the machine does meanwhile meets all of them alike. What
counts is the median over the rounds of the ratio within a round."""
import statistics
from dataclasses import dataclass, field


@dataclass
class Row:
    """A line of the table. goal: what the value must at least be, or at most where `below` is set."""
    name: str
    values: list
    unit: str = ""
    goal: float | None = None
    below: bool = False
    notes: list = field(default_factory=list)

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def met(self):
        if self.goal is None:
            return True
        return self.median < self.goal if self.below else self.median >= self.goal

    def __str__(self):
        goal = "" if self.goal is None else f"{'<' if self.below else '>='} {self.goal:g}"
        verdict = "" if self.goal is None else "met" if self.met else "MISSED"
        spread = f"{figure(min(self.values))} .. {figure(max(self.values))}"
        return f"{self.name:<58}{figure(self.median):>9} {self.unit:<5}{spread:>22}  {goal:>8}  {verdict}"


HEAD = f"{'':<58}{'median':>9} {'':<5}{'min .. max':>22}  {'goal':>8}"


def figure(value):
    return f"{value:.0f}" if value >= 1000 else f"{value:.3g}" if value < 100 else f"{value:.1f}"


def take_turns(rounds, **contestants):
    """Calls each contestant once a round, first and last changing places; returns {name: [what it gave]}."""
    given = {name: [] for name in contestants}
    for number in range(rounds):
        order = list(contestants) if number % 2 == 0 else list(reversed(contestants))
        for name in order:
            given[name].append(contestants[name]())
    return given


def ratios(ours, theirs):
    return [one / other for one, other in zip(ours, theirs)]
