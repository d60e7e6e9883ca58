# SPDX-License-Identifier: Apache-2.0
"""A disk with no room left: nothing is promised that was not written, nothing that was promised is lost, and it goes on
by itself when there is room again."""
import errno
import os
import resource
import subprocess
import unittest
from pathlib import Path

from portal import Portal
from sandbox import Sandbox, eventually, random_thing

API = "/api/v1/registrations"
SIZE = 3 << 20
MOUNT = 'mount -t tmpfs -o size="$1" tmpfs "$2" && shift 2 && exec "$@"'


def namespace(*command):
    """A mount namespace of its own, as root or in a user namespace."""
    return ["unshare", *([] if os.geteuid() == 0 else ["--map-root-user"]), "--mount", *command]


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def fill_until_refused(self):
        """Claims until one is refused; returns the tokens of those that were accepted, and the refusal."""
        accepted = []
        for _ in range(3000):
            answer = self.portal.post_json(API, {"identifier": random_thing()})
            if answer.status != 202:
                return accepted, answer
            accepted.append(answer.json["token"])
        self.fail("the disk is never full")

    def assert_nothing_is_promised(self):
        """Every way to register or to change something is answered with 503, again and again."""
        for _ in range(3):
            problem = self.portal.post_json(API, {"identifier": random_thing()})
            self.assertEqual(problem.status, 503, problem)
            self.assertEqual(problem.headers["Content-Type"], "application/problem+json")
            self.assertGreater(int(problem.headers["Retry-After"]), 0)
        typed = random_thing()
        page = self.portal.post_form("/register", identifier=typed)
        self.assertEqual(page.status, 503, page)
        self.assertGreater(int(page.headers["Retry-After"]), 0)
        self.assertIn(f'>{typed}</textarea>', page.text)
        self.assertIn("identifier-error", page.text)

    def assert_readable(self, token):
        self.assertEqual(self.portal.show(token)["token"], token)
        self.assertEqual(self.portal.get(f"/registrations/{token}").status, 200)
        self.assertEqual(self.portal.get("/").status, 200)

    def assert_not_ready(self):
        ready = self.portal.ready()
        self.assertEqual(ready.status, 503, ready)
        self.assertEqual(ready.json["checks"]["store"], "cannot be written")
        self.assertEqual(self.portal.metric("store_healthy"), 0)
        self.assertEqual(self.portal.request("GET", "/livez", admin=True).status, 200)

    def assert_goes_on(self, accepted):
        """It becomes ready by itself, with nobody asking it to write: a load balancer would send nobody before."""
        eventually(lambda: self.portal.ready().status == 200, lambda: self.portal.ready())
        accepted.append(self.portal.claim(random_thing())["token"])
        self.assertEqual(self.portal.metric("store_healthy"), 1)
        for token in accepted:
            self.portal.show(token)


class FullDisk(Case):
    def setUp(self):
        self.folder = self.sandbox.state / f"disk-{self._testMethodName}"
        self.folder.mkdir()
        probe = subprocess.run(namespace("mount", "-t", "tmpfs", "tmpfs", self.folder), capture_output=True, text=True)
        if probe.returncode:
            self.skipTest(f"needs root or user namespaces, to mount a small disk: {probe.stderr.strip()}")
        self.portal = self.enterContext(Portal(
            self.sandbox, wrapper=namespace("sh", "-ec", MOUNT, "sh", str(SIZE), self.folder),
            store={"url": f"sqlite:{self.folder}/portal.db"}))
        # The disk as the portal sees it; from here the folder is empty.
        self.disk = Path(f"/proc/{self.portal.process.pid}/root{self.folder}")

    def fill(self, leave=0):
        """Leaves that many bytes free, to the page."""
        with open(self.disk / "filler", "wb", buffering=0) as filler:
            with self.assertRaises(OSError) as full:
                while True:
                    filler.write(b"x" * 4096)
            self.assertEqual(full.exception.errno, errno.ENOSPC)
            filler.truncate(os.fstat(filler.fileno()).st_size - leave)

    def free(self):
        (self.disk / "filler").unlink()

    def test_the_disk_is_the_small_one(self):
        self.assertTrue((self.disk / "portal.db").exists())
        self.assertFalse((self.folder / "portal.db").exists())

    def test_nothing_is_promised_and_nothing_lost_while_it_is_full(self):
        accepted = [self.portal.claim(random_thing())["token"] for _ in range(20)]
        self.fill()
        self.fill_until_refused()
        self.assert_nothing_is_promised()
        self.assert_readable(accepted[0])
        self.assert_not_ready()
        self.free()
        self.assert_goes_on(accepted)

    def test_it_may_fill_up_while_claims_come_in(self):
        self.fill(leave=256 << 10)
        accepted, refusal = self.fill_until_refused()
        self.assertEqual(refusal.status, 503, refusal)
        self.assertGreater(len(accepted), 0)
        for token in accepted:
            self.portal.show(token)
        self.free()
        self.assert_goes_on(accepted)

    def test_what_was_promised_is_there_after_a_crash_on_a_full_disk(self):
        copy = self.sandbox.state / "rescued"
        copy.mkdir()
        self.fill(leave=64 << 10)
        accepted, _ = self.fill_until_refused()
        disk = os.open(self.disk, os.O_RDONLY | os.O_DIRECTORY)  # what is mounted lives as long as this is open
        self.addCleanup(os.close, disk)
        self.portal.kill()
        for file in Path(f"/proc/self/fd/{disk}").glob("portal.db*"):
            (copy / file.name).write_bytes(file.read_bytes())
        self.assertGreater((copy / "portal.db-wal").stat().st_size, 0)
        with Portal(self.sandbox, store={"url": f"sqlite:{copy}/portal.db"}) as again:
            for token in accepted:
                again.show(token)


class FileSizeLimit(Case):
    """The same without a disk of one's own: the system refuses to let files grow."""

    def setUp(self):
        self.portal = self.enterContext(Portal(self.sandbox))
        self.addCleanup(lambda: self.portal.process and self.limit(resource.RLIM_INFINITY))

    def limit(self, size):
        resource.prlimit(self.portal.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def test_nothing_is_promised_and_nothing_lost(self):
        accepted = [self.portal.claim(random_thing())["token"] for _ in range(20)]
        self.limit(os.stat(self.sandbox.state / "portal.db-wal").st_size)
        accepted += self.fill_until_refused()[0]
        self.assert_nothing_is_promised()
        self.assert_readable(accepted[0])
        self.assert_not_ready()
        self.limit(resource.RLIM_INFINITY)
        self.assert_goes_on(accepted)
        self.portal.stop()
        self.portal.start()
        for token in accepted:
            self.portal.show(token)

    def test_a_device_that_arrives_meanwhile_is_seen_when_there_is_room_again(self):
        thing = random_thing()
        self.sandbox.modules(thing).wait_for(thing, "subscribed")
        self.addCleanup(self.sandbox.faults)
        self.sandbox.faults(created_delay_ms=1500, presence_delay_ms=1500)
        token = self.portal.connected().claim(thing)["token"]
        self.portal.wait_for_state(token, "published")
        self.limit(0)
        self.portal.log_has("watcher.not_recorded")
        self.assertEqual(self.portal.show(token)["state"], "published")
        self.limit(resource.RLIM_INFINITY)
        self.portal.wait_for_state(token, "onboarded")


if __name__ == "__main__":
    unittest.main()
