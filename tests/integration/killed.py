# SPDX-License-Identifier: Apache-2.0
"""Programs that are killed at a moment that the test chooses, as `kill -9` does it: when they begin their so many-th SQL
statement, or ask something of the disk."""
import os
import re
import signal
import subprocess
import tempfile
from collections import Counter

from patience import DEADLINE
from sandbox import BUILD

STATEMENTS = BUILD / "tests" / "integration" / "stop_at_statement.so"
DISK_CALLS = "pwrite64,fsync,fdatasync,ftruncate,rename,renameat,renameat2,link,unlink"


def sanitized(options):
    """The environment in which a sanitized program bears with it too."""
    return {**os.environ, "ASAN_OPTIONS": f"{os.environ.get('ASAN_OPTIONS', '')}:{options}"}


def killed_at_statement(number, *command):
    """Runs it with a statement of SQLite's to stop at. What it exited with; None: it was killed."""
    assert STATEMENTS.exists(), STATEMENTS  # the loader would pass over it
    # The library comes before the sanitizer's, which would rather be first.
    environment = {**sanitized("verify_asan_link_order=0"), "LD_PRELOAD": str(STATEMENTS),
                   "EXPRESSLINK_TEST_STOP_AT": str(number)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, env=environment)
    return None if done.returncode == -signal.SIGKILL else done.returncode


def slow_disk(ms):
    """The environment of a program whose disk takes so much longer to keep what was written."""
    library = BUILD / "tests" / "integration" / "slow_disk.so"
    assert library.exists(), library
    return {**sanitized("verify_asan_link_order=0"), "LD_PRELOAD": str(library), "EXPRESSLINK_TEST_DISK_MS": str(ms)}


def disk_calls(*command):
    """What the program asks of the disk: [(system call, the so many-th of its kind), ...] in order."""
    with tempfile.NamedTemporaryFile(mode="r") as trace:
        subprocess.run(["strace", "-f", "-qq", "-o", trace.name, "-e", f"trace={DISK_CALLS}", *command], check=True,
                       capture_output=True, timeout=DEADLINE, env=sanitized("detect_leaks=0"))
        names = re.findall(r"^\d+ +(\w+)\(", trace.read(), re.M)
    seen = Counter()
    calls = []
    for name in names:
        seen[name] += 1
        calls.append((name, seen[name]))
    return calls


def killed_at_call(call, number, *command):
    """The same as for a statement, at one of disk_calls(), which is not made any more."""
    # The leak sanitizer traces, too, and a process has one tracer.
    traced = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={number}"]
    done = subprocess.run([*traced, *command], capture_output=True, text=True, timeout=DEADLINE, env=sanitized("detect_leaks=0"))
    return None if done.returncode == -signal.SIGKILL else done.returncode
