# SPDX-License-Identifier: Apache-2.0
"""The command under test with a cloud of its own, and batches of devices from the factory's stand-in."""
import json
import os
import subprocess
import threading
from pathlib import Path

from cloud import BATCH, BUCKET, Cloud
from patience import DEADLINE, LONG_DEADLINE
from sandbox import BUILD, eventually

IMPORT = BUILD / "sidewalk" / "sidewalk-import"
ROLE = "arn:aws:iam::123456789012:role/SidewalkImport"


def batch(folder, devices, seed="sandbox"):
    """Folder with devices.csv and control-log.json."""
    subprocess.run([BATCH, "--fast", "--devices", str(devices), "--seed", seed, folder], check=True, timeout=DEADLINE,
                   stdout=subprocess.DEVNULL)
    return Path(folder)


def serials(csv):
    return Path(csv).read_text().split()[1:]


class Running:
    """A command whose lines are read as they come: JSON objects with `--json`, otherwise text."""

    def __init__(self, process):
        self.process, self.lines, self.errors = process, [], []
        self.readers = [threading.Thread(target=self._read, args=each)
                        for each in ((process.stdout, self.lines), (process.stderr, self.errors))]
        for reader in self.readers:
            reader.start()

    @staticmethod
    def _read(stream, into):
        for line in stream:
            into.append(line)

    @property
    def events(self):
        return [json.loads(line) for line in self.lines]

    def wait_for(self, **members):
        """The first event with these members."""
        def find():
            return next((event for event in self.events if members.items() <= event.items()), None)
        return eventually(find, lambda: f"{members} in {self.lines} {self.errors}")

    def end(self):
        code = self.process.wait(timeout=DEADLINE)
        for reader in self.readers:
            reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
        return code


class Account(Cloud):
    """A cloud in which time stands still but for advance(), and the command that asks it."""

    @property
    def path(self):
        return self.state

    def advance(self, paces=1, days=0):
        """So many states on."""
        super().advance(hours=0 if days else paces, days=days)

    def deliver(self, log):
        """The factory has sent this control log to Amazon."""
        return self.admin("PUT", "control-log", Path(log).read_bytes())

    def uploads(self):
        """What is in the bucket."""
        return [path.read_bytes() for path in (self.state / "cloud" / "buckets" / BUCKET).iterdir()]

    # ---- the command ----

    def environment(self, **changes):
        names = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        names |= {"AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox", "AWS_REGION": "us-east-1",
                  "AWS_ENDPOINT_URL": self.url, "HOME": str(self.path), "AWS_EC2_METADATA_DISABLED": "true"}
        return {name: value for name, value in (names | changes).items() if value is not None}

    def run(self, *arguments, **environment):
        """Exit status, standard output, standard error."""
        done = subprocess.run([IMPORT, *map(str, arguments)], env=self.environment(**environment), text=True,
                              capture_output=True, timeout=LONG_DEADLINE, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout, done.stderr

    def json(self, *arguments, **environment):
        """Exit status, and the one object on standard output."""
        code, out, err = self.run(*arguments, "--json", **environment)
        if len(out.splitlines()) != 1:
            raise AssertionError(f"{code} {out} {err}")
        return code, json.loads(out)

    def begin(self, *arguments, **environment):
        return Running(subprocess.Popen([IMPORT, *map(str, arguments)], env=self.environment(**environment), text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL))
