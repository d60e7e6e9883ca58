# SPDX-License-Identifier: Apache-2.0
"""What the measurements stand on: a portal whose log is a file, programs to run, facts about the machine."""
import os
import platform
import re
import resource
import shutil
import socket
import subprocess
from pathlib import Path

from portal import PROGRAM, Portal
from sandbox import BUILD, eventually

TOOLS = BUILD / "bench"


class QuietPortal(Portal):
    """As in the tests, but it logs to a file: nobody reads along while it is measured."""

    def start(self, wait=True):
        self.log = self.sandbox.state / "portal.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([PROGRAM, "--config", self.ini], stderr=log)
        if wait:
            self.address = self._told("portal.listening")
            self.admin = self._told("portal.admin_listening")

    def _told(self, event):
        def find():
            text = self.log.read_text()
            if self.process.poll() is not None:
                raise AssertionError(f"the portal has ended: {text}")
            found = re.search(re.escape(event) + r" address=([0-9.]+):(\d+)\n", text)
            return found and (found[1], int(found[2]))
        return eventually(find, lambda: f"{event} in the log: {self.log.read_text()}")

    def _end(self, how):
        if self.process is None:
            return None
        self.process.send_signal(how)
        code = self.process.wait(60)
        self.process = None
        return code

    @property
    def port(self):
        return str(self.address[1])

    def memory(self):
        """Resident and proportional set size in MiB."""
        text = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        return tuple(int(re.search(rf"^{name}:\s+(\d+) kB", text, re.M)[1]) / 1024 for name in ("Rss", "Pss"))


def output(*command):
    """Runs a program to its end and returns what it printed."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f"{Path(command[0]).name}: {done.stderr or done.stdout}")
    return done.stdout


def number(*command):
    return float(output(*command))


def find(program):
    path = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")
    if not path:
        raise SystemExit(f"bench: {program} is not installed; see bench/README.md")
    return path


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def raise_file_limit():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def facts(folder):
    """One line: the machine, in general terms."""
    memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1]) / 2**20
    kind = output("stat", "-f", "-c", "%T", folder).strip()
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return (f"{os.cpu_count()} cores ({model[1] if model else platform.machine()}), {memory:.0f} GiB memory, "
            f"Linux {platform.release()}, file system {kind}, load {os.getloadavg()[0]:.1f}")
