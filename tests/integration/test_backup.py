# SPDX-License-Identifier: Apache-2.0
"""expresslink-portal backup, restore and migrate with SQLite: beside a portal that works, beside none, and when everything
goes wrong that can."""
import itertools
import os
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import threading
import time
import unittest

from killed import disk_calls, killed_at_call
from operator_commands import CANNOT, CHECK, OK, USAGE, command, fill, rows, version_1
from portal import PROGRAM, Portal
from sandbox import DEADLINE, Sandbox, eventually, random_thing

AGE = "expresslink_portal_backup_age_seconds"
ROWS = 40000  # a backup of so many takes some tenths of a second


def bytes_of(*files):
    return [file.read_bytes() if file.exists() else None for file in files]


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox())

    def setUp(self):
        self.folder = self.sandbox.state / self._testMethodName
        self.folder.mkdir()
        self.database = self.folder / "portal.db"
        self.file = self.folder / "a copy.backup"
        self.portal = self.enterContext(
            Portal(self.sandbox, start=False, store={"url": f"sqlite:{self.database}"}))

    def command(self, *arguments, expect=OK, says="", **options):
        answer = command(self.portal, *arguments, **options)
        self.assertEqual(answer.returncode, expect, answer)
        self.assertIn(says, answer.stdout + answer.stderr)
        return answer

    def registered(self, count=1, **more):
        """Starts the portal, registers, stops it; returns the tokens."""
        self.portal.start()
        tokens = [self.portal.claim(random_thing(), **more)["token"] for _ in range(count)]
        self.portal.stop()
        return tokens

    def assert_shows(self, tokens, missing=()):
        self.portal.start()
        for token in tokens:
            self.portal.show(token)
        for token in missing:
            self.assertEqual(self.portal.get(f"/api/v1/registrations/{token}").status, 404)
        self.portal.stop()

    def leftovers(self):
        return sorted(file.name for file in self.folder.iterdir() if not file.name.startswith("portal.db"))


class Backup(Case):
    def test_while_registrations_come_in(self):
        self.registered()
        fill(self.database, ROWS)
        self.portal.start()
        accepted, over = [], threading.Event()

        def register():
            while not over.is_set():
                accepted.append(self.portal.claim(random_thing())["token"])
        threads = [threading.Thread(target=register) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            eventually(lambda: len(accepted) > 50, "registrations")
            before = list(accepted)
            self.command("backup", self.file, says="valid")
            after = len(accepted)
        finally:
            over.set()
            for thread in threads:
                thread.join()
        self.assertGreater(after, len(before), "the portal was not at work meanwhile")
        self.assertEqual(self.portal.stop(), 0)
        kept = {token for token, in rows(self.file, "SELECT token FROM registrations")}
        self.assertEqual(set(before) - kept, set())
        self.command("restore", self.file, says="was replaced with this backup")
        self.assert_shows(before)
        self.portal.start()
        self.portal.claim(random_thing())
        self.assertEqual(self.portal.stop(), 0)

    def test_it_writes_nothing_into_the_database(self):
        """Neither at work nor when it closes: also not what a portal that was killed has left in the -wal."""
        self.portal.start()
        tokens = [self.portal.claim(random_thing())["token"] for _ in range(20)]
        self.portal.kill()
        wal, shared = self.folder / "portal.db-wal", self.folder / "portal.db-shm"
        before = bytes_of(self.database, wal)
        self.assertGreater(len(before[1]), 0)
        self.command("backup", self.file)
        self.assertEqual(bytes_of(self.database, wal), before)
        shared.unlink()
        self.command("backup", self.file, "--force")
        self.assertEqual(bytes_of(self.database, wal), before)
        self.assertEqual({token for token, in rows(self.file, "SELECT token FROM registrations")}, set(tokens))
        self.assert_shows(tokens)

    def test_without_the_files_beside_the_database(self):
        tokens = self.registered(3)
        self.assertFalse((self.folder / "portal.db-wal").exists())
        before = bytes_of(self.database)
        self.command("backup", self.file)
        self.assertEqual(bytes_of(self.database), before)
        self.assert_shows(tokens)

    def test_it_is_one_file_for_its_owner_alone(self):
        self.registered()
        self.command("backup", self.file)
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        self.assertEqual(self.leftovers(), [self.file.name])
        self.assertEqual(rows(self.file, "PRAGMA journal_mode"), [("delete",)])

    def test_it_never_replaces_unless_told(self):
        self.registered()
        self.file.write_text("precious")
        self.command("backup", self.file, expect=CANNOT, says="--force")
        self.assertEqual(self.file.read_text(), "precious")
        self.command("backup", self.file, "--force")
        self.command("restore", self.file, "--verify")
        before = bytes_of(self.database)
        self.command("backup", self.database, "--force", expect=CANNOT, says="the database itself")
        self.assertEqual(bytes_of(self.database), before)

    def test_killed_midway(self):
        self.registered()
        fill(self.database, ROWS)
        partial = self.folder / f"{self.file.name}.partial"
        process = subprocess.Popen([PROGRAM, "backup", self.file, "--config", self.portal.ini])
        eventually(lambda: partial.exists() and partial.stat().st_size > 0, "the first pages")
        process.kill()
        self.assertEqual(process.wait(), -signal.SIGKILL)
        self.assertFalse(self.file.exists())
        self.assertTrue(partial.exists())
        self.command("backup", self.file)
        self.assertEqual(self.leftovers(), [self.file.name])

    def test_interrupted_it_cleans_up(self):
        self.registered()
        fill(self.database, ROWS)
        partial = self.folder / f"{self.file.name}.partial"
        process = subprocess.Popen([PROGRAM, "backup", self.file, "--config", self.portal.ini], stderr=subprocess.PIPE, text=True)
        eventually(lambda: partial.exists() and partial.stat().st_size > 0, "the first pages")
        process.send_signal(signal.SIGINT)
        self.assertIn("interrupted", process.communicate(timeout=DEADLINE)[1])
        self.assertEqual(process.returncode, CANNOT)
        self.assertEqual(self.leftovers(), [])

    def test_a_full_disk(self):
        self.registered()
        fill(self.database, 5000)

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (256 << 10, resource.RLIM_INFINITY))
        answer = self.command("backup", self.file, expect=CANNOT, says=f"{self.file}: ", preexec_fn=limit)
        self.assertIn("File too large", answer.stderr)
        self.assertEqual(self.leftovers(), [])

    def test_no_database_and_another_programs(self):
        self.command("backup", self.file, expect=CANNOT, says=str(self.database))
        self.assertFalse(self.database.exists())
        rows(self.database, "CREATE TABLE other (a)")
        self.command("backup", self.file, expect=CHECK, says="not a database of this portal")
        self.assertEqual(self.leftovers(), [])

    def test_its_age_is_a_metric(self):
        self.portal.start()
        self.assertNotIn(AGE, self.portal.metrics())
        self.command("backup", self.file)
        self.assertLess(self.portal.metrics()[AGE], 60)
        self.portal.stop()
        self.portal.start()
        self.assertLess(self.portal.metrics()[AGE], 60)


    def test_onto_a_file_of_the_database_itself(self):
        tokens = self.registered(3)
        self.portal.start()
        names = ["portal.db" + ending for ending in ("", "-wal", "-shm", "-journal", ".lock", ".restored", ".restoring")]
        for name in names:
            with self.subTest(name):
                self.command("backup", self.folder / name, "--force", expect=CANNOT, says="choose another file")
        self.portal.claim(random_thing())
        self.portal.stop()
        self.assert_shows(tokens)


class Linked(Case):
    """The configuration names a symbolic link to the database."""

    def setUp(self):
        super().setUp()
        self.tokens = self.registered(2)
        self.link = self.folder / "elsewhere" / "portal.db"
        self.link.parent.mkdir()
        self.link.symlink_to(self.database)
        self.command("backup", self.file)
        self.linked = self.enterContext(Portal(self.sandbox, start=False, store={"url": f"sqlite:{self.link}"}))

    def test_it_is_in_use_by_whatever_name(self):
        for first, second in ((self.portal, self.linked), (self.linked, self.portal)):
            first.start()
            for arguments in (["migrate"], ["restore", self.file]):
                answer = command(second, *arguments)
                self.assertEqual(answer.returncode, CANNOT, answer)
                self.assertIn("in use", answer.stderr)
            first.claim(random_thing())
            first.stop()

    def test_a_second_name_of_the_file_is_refused(self):
        """A hard link: SQLite would have a -wal for each name."""
        other = self.folder / "second.db"
        self.portal.stop()
        for first, second in ((self.database, other), (other, self.database)):
            other.unlink(missing_ok=True)
            os.link(self.database, other)
            portal = self.enterContext(Portal(self.sandbox, start=False, store={"url": f"sqlite:{first}"}))
            before = bytes_of(self.database)
            for arguments in (["migrate"], ["restore", self.file]):
                answer = command(portal, *arguments)
                self.assertEqual(answer.returncode, CANNOT, answer)
                self.assertIn("hard link", answer.stderr)
            portal.start(wait=False)
            self.assertEqual(portal.ended(), CANNOT)
            self.assertIn(f"{first} has another name", "\n".join(portal.lines))
            self.assertEqual(bytes_of(self.database), before)
        other.unlink()
        self.assert_shows(self.tokens)

    def test_a_restore_replaces_the_database_and_not_the_link(self):
        lost, = self.registered()
        self.assertEqual(command(self.linked, "restore", self.file).returncode, OK)
        self.assertTrue(self.link.is_symlink())
        self.assert_shows(self.tokens, missing=[lost])


class Restore(Case):
    def damaged(self, change):
        content = bytearray(self.file.read_bytes())
        change(content)
        self.file.write_bytes(content)

    def assert_unsound(self, says):
        before = bytes_of(self.database)
        self.command("restore", self.file, "--verify", expect=CHECK, says=says)
        self.command("restore", self.file, expect=CHECK, says=says)
        self.assertEqual(bytes_of(self.database), before)
        self.assertEqual([file for file in os.listdir(self.folder) if "restor" in file or "replaced" in file], [])

    def test_what_is_no_file_is_not_waited_for(self):
        self.portal.stop()
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        for path in (pipe, self.folder):
            for more in ([], ["--verify"]):
                self.command("restore", path, *more, expect=CHECK, says="not a regular file")

    def test_verify_changes_nothing(self):
        self.registered(3)
        self.command("backup", self.file)
        before, files = bytes_of(self.database, self.file), sorted(os.listdir(self.folder))
        self.command("restore", self.file, "--verify", says="SHA-256")
        self.assertEqual(bytes_of(self.database, self.file), before)
        self.assertEqual(sorted(os.listdir(self.folder)), files)

    def test_what_it_replaces_is_kept_whole(self):
        """With what was in the -wal of a portal that was killed."""
        old = self.registered(3)
        self.command("backup", self.file)
        self.portal.start()
        new = [self.portal.claim(random_thing())["token"] for _ in range(3)]
        self.portal.kill()
        self.assertGreater((self.folder / "portal.db-wal").stat().st_size, 0)
        said = self.command("restore", self.file).stdout
        kept, = [file for file in self.folder.iterdir() if "replaced" in file.name and file.name in said]
        self.assertFalse((self.folder / "portal.db-wal").exists())
        self.assertEqual(stat.S_IMODE(self.database.stat().st_mode), 0o600)
        self.assertEqual(rows(self.database, "SELECT name FROM sqlite_schema WHERE name = 'backup_manifest'"), [])
        self.assertEqual(rows(self.database, "PRAGMA application_id"), [(0,)])
        self.assert_shows(old, missing=new)
        self.command("restore", kept, says="no manifest")
        self.assert_shows(old + new)

    def test_where_there_is_no_database(self):
        tokens = self.registered()
        self.command("backup", self.file)
        for file in self.folder.glob("portal.db*"):
            file.unlink()
        self.command("restore", self.file)
        self.assert_shows(tokens)

    def test_over_a_damaged_database(self):
        tokens = self.registered()
        self.command("backup", self.file)
        self.database.write_bytes(b"damaged" * 4096)
        (self.folder / "portal.db-wal").write_bytes(b"damaged" * 4096)
        self.command("restore", self.file)
        self.assert_shows(tokens)
        self.assertEqual(len(list(self.folder.glob("portal.db.replaced-*"))), 2)

    def test_in_use(self):
        self.registered()
        self.command("backup", self.file)
        self.portal.start()
        token = self.portal.claim(random_thing())["token"]
        self.command("restore", self.file, expect=CANNOT, says="in use")
        self.portal.show(token)

    def test_over_a_newer_database(self):
        tokens = self.registered()
        self.command("backup", self.file)
        rows(self.database, "SELECT 1")
        with sqlite3.connect(self.database) as connection:
            connection.execute("INSERT INTO schema_migrations VALUES (99, 'later', 0)")
        connection.close()
        self.command("restore", self.file, expect=CANNOT, says="is newer")
        self.assert_shows(tokens)

    def test_of_an_older_backup_over_what_was_migrated_since(self):
        version_1(self.database)
        self.command("backup", self.file)
        self.command("migrate")
        self.command("restore", self.file, expect=CANNOT, says="is newer")
        self.database.rename(self.folder / "portal.db.away")
        self.command("restore", self.file)
        self.assert_shows(["a" * 32])

    def test_of_a_backup_from_a_newer_program(self):
        self.registered()
        with sqlite3.connect(self.database) as connection:
            connection.execute("PRAGMA user_version = 99")
        connection.close()
        self.command("backup", self.file)
        self.database.unlink()
        self.command("restore", self.file, expect=CANNOT, says="newer portal")
        self.assertFalse(self.database.exists())

    def test_a_truncated_backup(self):
        self.registered(50)
        self.command("backup", self.file)
        os.truncate(self.file, self.file.stat().st_size // 2)
        self.assert_unsound("")
        os.truncate(self.file, 0)
        self.assert_unsound("not a database of this portal")

    def test_one_changed_byte(self):
        """In a name, which is in no index: SQLite finds nothing wrong with it."""
        self.registered(contact={"name": "Bartholomew"})
        self.command("backup", self.file)

        def change(content):
            at = content.index(b"Bartholomew")
            content[at] ^= 1
        self.damaged(change)
        self.assertEqual(rows(self.file, "PRAGMA integrity_check"), [("ok",)])
        self.assert_unsound("SHA-256")

    def test_a_missing_row(self):
        self.registered(2)
        self.command("backup", self.file)
        with sqlite3.connect(self.file) as connection:
            connection.execute("DELETE FROM registrations WHERE token = (SELECT min(token) FROM registrations)")
        connection.close()
        self.assert_unsound("registrations has 1 rows and should have 2")

    def test_a_missing_manifest(self):
        self.registered()
        self.command("backup", self.file)
        with sqlite3.connect(self.file) as connection:
            connection.execute("DROP TABLE backup_manifest")
        connection.close()
        self.assert_unsound("manifest")

    def test_a_database_copied_without_its_wal(self):
        self.portal.start()
        self.portal.claim(random_thing())
        self.portal.kill()
        for ending in ("", "-wal"):
            shutil.copy(f"{self.database}{ending}", f"{self.file}{ending}")
        self.command("restore", self.file, "--verify", expect=CHECK, says="not a backup")

    def test_a_rescued_copy(self):
        tokens = self.registered(3)
        rows(self.database, "VACUUM INTO ?", str(self.file))
        self.command("restore", self.file, says="no manifest")
        self.assert_shows(tokens)

    def test_cut_off(self):
        """No portal starts between the old database and the new one; restore again ends it."""
        tokens = self.registered()
        self.command("backup", self.file)
        (self.folder / "portal.db.restored").write_bytes(b"")
        self.portal.start(wait=False)
        self.assertEqual(self.portal.ended(), CANNOT)
        self.portal.log_has("a restore was interrupted")
        self.portal.stop()
        self.command("restore", self.file)
        self.assert_shows(tokens)

    def test_killed_at_every_moment(self):
        """The old database, the new one, or a portal that says to restore again."""
        old = self.registered()
        self.command("backup", self.file)
        new = self.registered()
        copy = self.folder / "copy"
        copy.mkdir()
        for file in self.folder.glob("portal.db*"):
            shutil.copy(file, copy)
        calls = disk_calls(PROGRAM, "restore", self.file, "--config", self.portal.ini)
        seen = []
        for moment in calls:
            for file in self.folder.glob("portal.db*"):
                file.unlink()
            for file in copy.iterdir():
                shutil.copy(file, self.folder)
            seen.append(self.killed_at(moment, old, new))
        self.assertEqual([each for each, _ in itertools.groupby(seen)], ["old", "refused", "new"])

    def killed_at(self, moment, old, new):
        self.assertIsNone(killed_at_call(*moment, PROGRAM, "restore", self.file, "--config", self.portal.ini))
        self.portal.start(wait=False)
        refused = False
        try:
            eventually(lambda: self.portal.process.poll() is not None or any("portal.listening" in line for line in self.portal.lines),
                       lambda: self.portal.lines)
            if self.portal.process.poll() is not None:
                refused = True
                self.portal.log_has("a restore was interrupted")
                self.portal.stop()
                self.command("restore", self.file)
                self.portal.start()
            self.portal.wait_until_listening()
            self.portal.show(old[0])
            status = self.portal.get(f"/api/v1/registrations/{new[0]}").status
            self.assertIn(status, (404,) if refused else (200, 404))
            return "refused" if refused else "old" if status == 200 else "new"
        finally:
            self.portal.stop()


class Migrate(Case):
    def test_an_old_database(self):
        version_1(self.database)
        self.command("migrate", says="from schema 1 to schema 5")
        self.assertEqual(rows(self.database, "SELECT expired FROM claim_counts"), [(1,)])
        self.command("migrate", says="up to date: schema 5")

    def test_a_new_one(self):
        self.command("migrate", says="from schema 0 to schema")
        self.command("migrate", says="up to date")

    def test_a_newer_one(self):
        self.registered()
        with sqlite3.connect(self.database) as connection:
            connection.execute("PRAGMA user_version = 99")
        connection.close()
        self.command("migrate", expect=CANNOT, says="newer portal")

    def test_another_programs_with_a_version_of_ours(self):
        for version in (0, 1, 2, 3):
            with self.subTest(version):
                self.database.unlink(missing_ok=True)
                rows(self.database, "CREATE TABLE other (a)")
                rows(self.database, f"PRAGMA user_version = {version}")
                before = bytes_of(self.database)
                self.command("migrate", expect=CANNOT, says="not a database of this portal")
                self.assertEqual(bytes_of(self.database), before)

    def test_in_use(self):
        self.portal.start()
        self.command("migrate", expect=CANNOT, says="in use")


@unittest.skipIf(os.geteuid(), "only root can give files away")
class ByRoot(Case):
    """What root's commands create belongs to the user that the portal runs as."""
    OWNER = 65534

    def assert_owned(self):
        files = {file.name: file.stat().st_uid for file in self.folder.glob("portal.db*")}
        self.assertIn("portal.db.lock", files)
        self.assertEqual(set(files.values()), {self.OWNER}, files)

    def test_a_new_database(self):
        os.chown(self.folder, self.OWNER, self.OWNER)
        self.command("migrate")
        self.assert_owned()

    def test_a_database_that_came_without_its_lock(self):
        self.command("migrate")
        (self.folder / "portal.db.lock").unlink()
        os.chown(self.database, self.OWNER, self.OWNER)
        self.command("erase", "--email", "somebody@example.com")
        self.assert_owned()

    def test_no_link_of_that_user_is_followed(self):
        os.chown(self.folder, self.OWNER, self.OWNER)
        another = self.sandbox.state / "a file of root"
        another.touch()
        (self.folder / "portal.db.lock").symlink_to(another)
        self.command("migrate", expect=CANNOT)
        self.assertEqual(another.stat().st_uid, 0)


class Arguments(Case):
    def test_what_is_not_understood(self):
        for arguments in (["backup"], ["backup", "a", "b"], ["migrate", "a"], ["restore", "a", "--force"], ["backup", "a", "--verify"],
                          ["erase"], ["erase", "--email", "a", "--token", "b"], ["backup", "--unknown"]):
            with self.subTest(arguments):
                self.command(*arguments, expect=USAGE, says="Usage: expresslink-portal " + arguments[0])
        self.command("bakcup", expect=USAGE, says="unknown command: bakcup")

    def test_help(self):
        answer = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True, timeout=DEADLINE)
        for name in ("migrate", "backup", "restore", "erase"):
            self.assertIn(f"  {name} ", answer.stdout)
            self.command(name, "--help", says=f"Usage: expresslink-portal {name}")


if __name__ == "__main__":
    unittest.main()
