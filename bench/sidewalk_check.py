# SPDX-License-Identifier: Apache-2.0
"""(h) The check of a Sidewalk batch against what one would do by hand: grep the serial numbers out of the control log, sort
both sides, compare them."""
import os
import subprocess
import tempfile
import time
from pathlib import Path

import machinery
import reading
from rounds import Row, ratios, take_turns

CHECK = machinery.BUILD / "sidewalk" / "sidewalk-import"
BATCH = machinery.BUILD / "sandbox" / "sidewalk-batch"
BY_HAND = r"""set -o pipefail
grep -o '"serialNumber": *"[0-9A-Fa-f]*"' "$1" | cut -d '"' -f 4 | sort > "$3/logged"
tail -n +2 "$2" | sort > "$3/listed"
comm -3 "$3/logged" "$3/listed"
"""


def timed(*command, **environment):
    begin = time.monotonic()
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env={**os.environ, **environment})
    took = time.monotonic() - begin
    if done.returncode:
        raise SystemExit(f"bench: {Path(command[0]).name}: {done.stderr or done.stdout}")
    return took, done.stdout


def measure(rounds, devices):
    with tempfile.TemporaryDirectory() as folder:
        machinery.output(BATCH, "--devices", devices, "--fast", folder)
        rows, log = Path(folder) / "devices.csv", Path(folder) / "control-log.json"

        def by_hand(locale):
            took, out = timed("bash", "-c", BY_HAND, "x", log, rows, folder, LC_ALL=locale)
            assert out == "", "grep, sort and comm find differences in a sound batch"
            return took

        def ours():
            took, out = timed(CHECK, "check", "--csv", rows, "--control-log", log, "--json")
            assert f'"matched":{devices},' in out, out
            return took

        given = take_turns(rounds, ours=ours, c=lambda: by_hand("C"), utf8=lambda: by_hand("C.UTF-8"))
        size = log.stat().st_size / 2**30
        yield Row(f"h  {devices:,} devices, {size:.2f} GiB: sidewalk-import check", given["ours"], "s")
        yield Row("h  grep -o, sort, comm in LC_ALL=C", given["c"], "s")
        yield Row("h  check over them", ratios(given["ours"], given["c"]), "x", 2, below=True)
        yield Row("h  check over them in LC_ALL=C.UTF-8", ratios(given["ours"], given["utf8"]), "x")
        run = reading.run_alone(CHECK, "check", "--csv", rows, "--control-log", log)
        yield Row("h  memory of check at its peak", [run.memory], "MiB", 150, below=True)
