# SPDX-License-Identifier: Apache-2.0
"""(e) How many labels are read, kind by kind, beside zbarimg and ZXingReader from Debian. (f) A photograph of 12 megapixels
against libjpeg-turbo's own decoding. (g) Bombs."""
import statistics
import tempfile
import time
from collections import Counter
from itertools import groupby
from pathlib import Path

import numpy

import bombs
import degraded
import machinery
import reading
from rounds import Row, ratios

SEED = 20261121
FEW = {"photo": 2, "far": 2}  # of each strength: they take long to make


class Line(str):
    """Of a table: told, and no goal."""
    met = True


class Tally:
    """What one reader made of the pictures of one kind."""

    def __init__(self):
        self.verdicts, self.times = Counter(), []

    def ask(self, read, picture, wanted):
        found, took = timed(read, picture)
        self.times.append(took)
        self.verdicts[reading.judge(found, wanted)] += 1

    @property
    def right(self):
        return self.verdicts[reading.Verdict.RIGHT]

    @property
    def wrong(self):
        return self.verdicts[reading.Verdict.WRONG]

    def add(self, other):
        self.verdicts += other.verdicts
        self.times += other.times

    def __str__(self):
        return f"{self.right} {self.wrong:>3} {statistics.median(self.times):>8.1f}"


class Started(Tally):
    """A process for each picture: only how long it takes."""

    def __str__(self):
        return f"{statistics.median(self.times):.1f}"


READERS = ("ours, kept", "started", "zbarimg", "ZXingReader")
WIDTHS = (19, 9, 19, 19)
TITLES = Line(f"{'':<25}" + "".join(f"{name:>{width}}" for name, width in zip(READERS, WIDTHS)) + "\n"
              + f"{'kind, strength':<20}{'all':>5}"
              + "".join(f"{'right wrong ms' if width > 9 else 'ms':>{width}}" for width in WIDTHS))


def tallies():
    return [Tally(), Started(), Tally(), Tally()]


def table_line(name, row):
    return Line(f"{name:<20}{len(row[0].times):>5}"
                + "".join(f"{str(tally):>{width}}" for tally, width in zip(row, WIDTHS)))


def add_all(total, row):
    for tally, sum_ in zip(row, total):
        sum_.add(tally)


def ask_all(kept, pictures, total, far):
    """pictures: (name of a row, path, Expected), those of a row together. Each reader has a picture before the next one
    comes. Adds to total, tallies, and to far, those of the far kind; yields the table's lines."""
    readers = (kept, reading.ours, reading.zbar, reading.zxing)
    for name, group in groupby(pictures, key=lambda each: each[0]):
        row = tallies()
        for _, picture, wanted in group:
            for read, tally in zip(readers, row):
                tally.ask(read, picture, wanted)
        add_all(total, row)
        if name.startswith("far "):
            add_all(far, row)
        yield table_line(name, row)


def against(name, total):
    """Right, beside the two others."""
    for reader, tally in ((READERS[2], total[2]), (READERS[3], total[3])):
        yield Row(f"e  {name}: right against {reader}", [total[0].right / max(1, tally.right)], "x", 1)


def far_rows(far):
    """The kind whose code is only in the full picture: no fewer, and within the same time."""
    yield Row("e  far: wrong texts", [far[0].wrong], "", 1, below=True)
    yield from against("far", far)
    yield Row("e  far: ours kept over ZXingReader, time", ratios(far[0].times, far[3].times), "x", 1, below=True)


def rates(name, pictures):
    total, far = tallies(), tallies()
    with reading.Kept() as kept:
        yield TITLES
        yield from ask_all(kept, pictures, total, far)
    yield table_line("all", total)
    ours, count = total[0], len(total[0].times)
    yield Row(f"e  {name}: wrong texts", [ours.wrong], "", 1, below=True)
    yield Row(f"e  {name}: processes that died of them", [kept.deaths], "", 1, below=True)
    yield Row(f"e  {name}: right, of {count}", [ours.right])
    yield from against(name, total)
    yield Row(f"e  {name}: all of them, one after the other", [sum(ours.times) / 1000], "s")
    yield Row(f"e  {name}: memory of the kept process at its peak", [kept.peak / 1024], "MiB", 64, below=True)
    if far[0].times:
        yield from far_rows(far)


def generated(folder, count):
    for kind, (_, strengths) in degraded.KINDS.items():
        for _, strength, path in degraded.make_all(folder, SEED, FEW.get(kind, count), (kind,)):
            yield f"{kind} {strengths[strength]:g}", path, reading.expected(path)
            for each in Path(folder).glob(path.stem + ".*"):
                each.unlink()


def photographs(folder):
    found = reading.photographs(folder)
    if not found:
        raise SystemExit(f"bench: no pictures with a .txt beside them in {folder}")
    for path in found:
        yield path.parent.name, path, reading.expected_whole(path)


def big_photographs(folder, rounds, progressive):
    """12 megapixels: time against libjpeg's, in one process, and memory of a process of its own."""
    kind = "progressive" if progressive else "baseline"
    pictures = [degraded.make(SEED, "photo", strength, number, progressive=progressive)
                for strength in range(4) for number in range(2)]
    paths = [picture.save(folder, f"{kind}-{number}") for number, picture in enumerate(pictures)]
    told = machinery.output(machinery.TOOLS / "jpeg_grey", rounds, *paths).splitlines()
    told = [line.split(maxsplit=2) for line in told]
    theirs, ours = ([float(words[column]) for words in told] for column in (0, 1))
    yield Row(f"f  12 MP {kind}: libjpeg-turbo to grey at half scale", theirs, "ms")
    yield Row(f"f  12 MP {kind}: our whole reading", ours, "ms")
    yield Row(f"f  12 MP {kind}: ours over libjpeg-turbo's", ratios(ours, theirs), "x", 1.5, below=True)
    found = Counter(words[2] for words in told[:len(paths)])
    yield Line("   found at: " + ", ".join(f"{name} ({count})" for name, count in found.most_common()))
    runs = [reading.run_alone(reading.DECODE, path) for path in paths]
    yield Row(f"f  12 MP {kind}: memory at its peak", [run.memory for run in runs], "MiB", 64, below=True)


def without_code(folder, rounds):
    """What it takes to give one up: every attempt is made."""
    rng = numpy.random.default_rng(SEED)
    paths = [Path(folder) / f"clutter-{number}.jpg" for number in range(4)]
    for path in paths:
        degraded.clutter(rng).save(path, quality=90)
    with reading.Kept() as kept:
        took = [timed(kept, path)[1] for path in paths * rounds]
    yield Row("f  12 MP without a code: until it is given up", took, "ms")


def timed(read, path):
    """What it gave, and the milliseconds."""
    begin = time.monotonic()
    found = read(path)
    return found, (time.monotonic() - begin) * 1000


def bomb_runs(folder, rounds):
    memory, taken = [], 0
    for bomb, path in bombs.make_all(folder):
        runs = [reading.run_alone(reading.DECODE, path) for _ in range(rounds)]
        codes = sorted({run.code for run in runs})
        taken += any(code != 65 and (bomb.refused or code != 1) for code in codes)
        memory += [run.memory for run in runs]
        told = " ".join(reading.name_of(code) for code in codes)
        yield Row(f"g  bomb {bomb.name} (exit {told})", [run.ms for run in runs], "ms", 100, below=True)
        path.unlink()
    yield Row("g  bombs that were not refused", [taken], "", 1, below=True)
    yield Row("g  bombs: memory at its peak", memory, "MiB", 64, below=True)


def measure_rates(count, photos):
    """photos: a folder to measure instead of pictures that are made here, or None."""
    with tempfile.TemporaryDirectory() as folder:
        if photos:
            yield from rates("photographs", photographs(photos))
        else:
            yield from rates("labels", generated(folder, count))


def measure_big(rounds):
    with tempfile.TemporaryDirectory() as folder:
        for progressive in (False, True):
            yield from big_photographs(folder, rounds, progressive)
        yield from without_code(folder, rounds)


def measure_bombs(rounds):
    with tempfile.TemporaryDirectory() as folder:
        yield from bomb_runs(folder, rounds)
