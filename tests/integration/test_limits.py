# SPDX-License-Identifier: Apache-2.0
"""Too little of what a process needs: address space, open files, a disk for its log. Each is said in words, at start or when
it happens, and readiness says so and comes back by itself."""
import contextlib
import http.client
import json
import os
import resource
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

from brokers import free_port
from patience import DEADLINE
from portal import PROGRAM, Portal
from sandbox import Sandbox, eventually, random_thing
from test_full_disk import namespace
from test_labels import DECODE, MEBIBYTE, URL, picture

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "pictures"))
import reading  # noqa: E402

CANNOT = 69
PICTURES = {"http": {"public_url": URL}, "labels": {"pictures_per_minute": "0"}}


class Case(unittest.TestCase):
    def portal(self, **options):
        sandbox = self.enterContext(Sandbox())
        return self.enterContext(Portal(sandbox, **options))

    def kept_admin(self, portal):
        """A connection to the admin side that is there before nothing can be opened any more."""
        connection = http.client.HTTPConnection(*portal.admin, timeout=DEADLINE)
        self.addCleanup(connection.close)
        connection.connect()

        def ready():
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        self.assertEqual(ready()[0], 200)
        return ready

    @contextlib.contextmanager
    def limited(self, portal, kind, limit):
        """The running portal has that limit for a while."""
        before = resource.prlimit(portal.process.pid, kind)
        resource.prlimit(portal.process.pid, kind, (limit, before[1]))
        try:
            yield
        finally:
            if portal.process.poll() is None:
                resource.prlimit(portal.process.pid, kind, before)


def address_space(portal):
    pages = int(Path(f"/proc/{portal.process.pid}/statm").read_text().split()[0])
    return pages * resource.getpagesize()


@unittest.skipIf(reading.sanitized(), "a sanitizer needs more address space than there is")
class Memory(Case):
    def test_150_megabytes_are_enough(self):
        portal = self.portal(wrapper=["prlimit", "--as=150000000"], **PICTURES).connected()
        self.assertIn("address_space_mib=143", portal.log_has("portal.memory_limited"))
        for _ in range(100):
            portal.claim(random_thing())
        for _ in range(20):
            thing = random_thing()
            answer = portal.request("POST", DECODE, picture(f"{URL}/r/{thing}"))
            self.assertEqual((answer.status, answer.json.get("identifier")), (200, thing), answer)
        large = [portal.request("POST", DECODE, bytes(9 * MEBIBYTE)).status for _ in range(20)]
        self.assertEqual(set(large), {422})
        self.assertEqual(portal.ready().status, 200)

    def test_too_little_is_said_at_start(self):
        portal = self.portal(start=False, wrapper=["prlimit", "--as=60000000"])
        portal.start(wait=False)
        self.assertEqual(portal.ended(), CANNOT)
        self.assertIn("this process may use 57 MiB of address space; it needs at least", "\n".join(portal.lines))
        self.assertIn("LimitAS=", "\n".join(portal.lines))

    def test_while_it_is_short_readiness_says_so(self):
        portal = self.portal(wrapper=["prlimit", "--as=2000000000"]).connected()
        with self.limited(portal, resource.RLIMIT_AS, address_space(portal) + MEBIBYTE):
            ready = portal.ready()
            self.assertEqual((ready.status, ready.json["checks"]["process"]), (503, "short of resources"), ready)
            self.assertRegex(ready.json["reasons"]["process"], "^[0-9]+ of the [0-9]+ MiB of address space .* are used$")
        ready = portal.ready()
        self.assertEqual((ready.status, ready.json["checks"].get("process")), (200, None))

    def test_when_none_is_left_it_ends_in_words_and_what_was_accepted_is_there(self):
        portal = self.portal(wrapper=["prlimit", "--as=2000000000"]).connected()
        token = portal.claim(random_thing())["token"]
        with self.limited(portal, resource.RLIMIT_AS, address_space(portal) + MEBIBYTE):
            with contextlib.suppress(OSError, http.client.HTTPException):
                portal.request("POST", DECODE, bytes(9 * MEBIBYTE))
            self.assertNotEqual(portal.ended(), 0)
        self.assertRegex("\n".join(portal.lines), r"Out of memory: \d+ times \d+ bytes .* Raise its limit of memory\.")
        portal.process.stderr.close()
        portal.command = portal.command[-1:]
        portal.start()
        portal.show(token)


class Files(Case):
    def test_when_all_are_open_readiness_says_so_and_comes_back(self):
        portal = self.portal().connected()
        ready = self.kept_admin(portal)
        open_files = max(int(name) for name in os.listdir(f"/proc/{portal.process.pid}/fd")) + 1
        with self.limited(portal, resource.RLIMIT_NOFILE, open_files):
            # A descriptor below the limit may be free: others take it first.
            with contextlib.ExitStack() as held:
                for _ in range(open_files):
                    held.enter_context(contextlib.closing(http.client.HTTPConnection(*portal.address, timeout=DEADLINE))).connect()
                status, answer = eventually(lambda: (got := ready())[0] == 503 and got, "it is not ready")
                self.assertEqual(answer["checks"]["process"], "short of resources")
                self.assertEqual(answer["reasons"]["process"], "all files that this process may open are open")
        eventually(lambda: ready()[0] == 200, "it is ready again")
        self.assertEqual(portal.get("/").status, 200)


class Decoders(Case):
    def test_readiness_says_why_photographs_are_not_read(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        alone = shutil.copy(PROGRAM, folder)  # the program that reads them is looked for beside it
        portal = self.portal(program=alone)
        ready = portal.ready()
        self.assertEqual(ready.status, 200, "people can type")
        self.assertIn("no process runs that reads photographs", ready.json["reasons"]["decoders"])
        self.assertNotIn("decoders", self.portal(labels={"decoders": "0"}).ready().json["reasons"], "none is wanted")


class LogDisk(Case):
    """The log goes to a file on a small disk of its own."""
    SIZE = 256 << 10
    SCRIPT = ('mount -t tmpfs -o size="$1" tmpfs "$2" && log="$2/portal.log" && shift 2 && exec "$@" 2>> "$log"')

    def test_a_full_one_blocks_nothing_and_lines_are_counted(self):
        sandbox = self.enterContext(Sandbox())
        folder = sandbox.state / "log"
        folder.mkdir()
        portal = self.enterContext(Portal(
            sandbox, start=False, wrapper=namespace("sh", "-c", self.SCRIPT, "sh", str(self.SIZE), str(folder)),
            http={"listen": f"127.0.0.1:{(public := free_port())}", "admin_listen": f"127.0.0.1:{(admin := free_port())}"}))
        portal.start(wait=False)
        portal.address, portal.admin = ("127.0.0.1", public), ("127.0.0.1", admin)
        disk = Path(f"/proc/{portal.process.pid}/root") / folder.relative_to("/")

        def is_up():
            with contextlib.suppress(OSError):
                return portal.ready().status == 200
        eventually(is_up, "it answers")
        dropped = portal.metric("log_lines_dropped_total")
        (disk / "filler").write_bytes(b"x" * (self.SIZE - (16 << 10) - (disk / "portal.log").stat().st_size))
        for _ in range(300):
            self.assertEqual(portal.get("/").status, 200)
        tokens = [portal.claim(random_thing())["token"] for _ in range(20)]
        self.assertGreater(portal.metric("log_lines_dropped_total"), dropped + 50)
        self.assertEqual(portal.ready().status, 200)
        (disk / "filler").unlink()
        for token in tokens:
            portal.show(token)
        log = (disk / "portal.log").read_text()
        self.assertRegex(log, r" log\.lines_dropped .*count=\d+")
        for line in log.splitlines()[:-1]:  # one may be cut where the disk was full, and is a line all the same
            self.assertRegex(line, r"^\d{4}-\d\d-\d\dT|^[0-9T:.Z-]*$", line)


if __name__ == "__main__":
    unittest.main()
