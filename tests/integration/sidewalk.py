# SPDX-License-Identifier: Apache-2.0
"""A cloud of one's own for a test (expresslink-cloud, on a free port, with a state folder that goes away), batches of
devices from the factory's stand-in, and the command under test. Time in that cloud stands still but for what it is
told to go on."""
import json
import os
import subprocess
import tempfile
import threading
import urllib.request
from pathlib import Path

from sandbox import BUILD, eventually

CLOUD = BUILD / "sandbox" / "expresslink-cloud"
BATCH = BUILD / "sandbox" / "sidewalk-batch"
IMPORT = BUILD / "sidewalk" / "sidewalk-import"
ROLE = "arn:aws:iam::123456789012:role/SidewalkImport"
BUCKET = "sandbox-imports"
PACE_MS = 600_000  # simulated; longer than any test


def batch(folder, devices, seed="sandbox"):
    """Folder with devices.csv and control-log.json."""
    subprocess.run([BATCH, "--fast", "--devices", str(devices), "--seed", seed, folder], check=True, timeout=60,
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
        code = self.process.wait(timeout=60)
        for reader in self.readers:
            reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
        return code


class Cloud:
    def __init__(self, *options):
        self.options = options

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="sidewalk-")
        self.path = Path(self.folder.name)
        self.log = open(self.path / "cloud.log", "w")
        self.process = subprocess.Popen(
            [CLOUD, "--state", self.path / "state", "--pace", str(PACE_MS), *self.options],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.url = self.process.stdout.readline().strip()
        if not self.url.startswith("http://"):
            raise AssertionError((self.path / "cloud.log").read_text())
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=20)
        self.process.stdout.close()
        self.log.close()
        self.folder.cleanup()

    # ---- its switches ----

    def switch(self, method, name, body=None):
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_sandbox/{name}", data, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def faults(self, **changes):
        return self.switch("POST", "faults", changes)

    def advance(self, paces=1, days=0):
        """So many states on."""
        self.switch("POST", "clock", {"advance_days": days} if days else {"advance_ms": paces * PACE_MS + 1000})

    def deliver(self, log):
        """The factory has sent this control log to Amazon."""
        return self.switch("PUT", "control-log", Path(log).read_bytes())

    def uploads(self):
        """What is in the bucket."""
        return [path.read_bytes() for path in (self.path / "state" / "buckets" / BUCKET).iterdir()]

    # ---- the command ----

    def environment(self, **changes):
        names = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        names |= {"AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox", "AWS_REGION": "us-east-1",
                  "AWS_ENDPOINT_URL": self.url, "HOME": str(self.path), "AWS_EC2_METADATA_DISABLED": "true"}
        return {name: value for name, value in (names | changes).items() if value is not None}

    def run(self, *arguments, **environment):
        """Exit status, standard output, standard error."""
        done = subprocess.run([IMPORT, *map(str, arguments)], env=self.environment(**environment), text=True,
                              capture_output=True, timeout=120, stdin=subprocess.DEVNULL)
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
