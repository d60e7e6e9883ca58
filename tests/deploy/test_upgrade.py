# SPDX-License-Identifier: Apache-2.0
"""An upgrade and its way back: the version before this one, built from the history, works on a database that this version has
brought up to date, and the other way round."""
import contextlib
import itertools
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import unittest
from io import BytesIO
from pathlib import Path

from killed import killed_at_statement
from operator_commands import OK
from patience import LONG_DEADLINE, PATIENCE
from portal import PROGRAM, Portal
from sandbox import BUILD, ROOT, Sandbox, eventually

BEFORE = "5f1d145384b3"  # the last commit of the version before; where the history is not here, there is nothing to try
FOLDER = BUILD / "upgrade" / BEFORE
SUITE = ("claim", "drain", "identifiers", "http_input")

# Stands where the old program stood: the new one has been at the database first.
WRAPPER = """#!/bin/sh
if [ $# = 2 ] && [ "$1" = --config ]; then
    '{new}' migrate "$@" >/dev/null || exit
fi
exec "$0.before" "$@"
"""


def history():
    """The files of the version before; None where the history is not here: a shallow clone, or a tree without one."""
    shallow = subprocess.run(["git", "-C", ROOT, "rev-parse", "--is-shallow-repository"], capture_output=True, text=True)
    if shallow.stdout.strip() != "false":
        return None
    done = subprocess.run(["git", "-C", ROOT, "archive", BEFORE], capture_output=True)
    if done.returncode:
        raise AssertionError(done.stderr.decode())
    return done.stdout


def build(archive):
    """The version before, once a build folder; its suite's deadlines are stretched as this one's are."""
    program = FOLDER / "build" / "server" / "expresslink-portal.before"
    if program.exists():
        return program
    shutil.rmtree(FOLDER, ignore_errors=True)
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        tar.extractall(FOLDER / "source")
    sandbox = FOLDER / "source" / "tests" / "integration" / "sandbox.py"
    sandbox.write_text(re.sub(r"(?m)^DEADLINE = (\d+)", lambda found: f"DEADLINE = {float(found[1]) * 3 * PATIENCE}",
                              sandbox.read_text()))
    launcher = {f"CMAKE_{language}_COMPILER_LAUNCHER": "ccache" for language in ("C", "CXX") if shutil.which("ccache")}
    for command in (["cmake", "-G", "Ninja", "-S", "source", "-B", "build", "-DCMAKE_BUILD_TYPE=Debug",
                     "-DBUILD_TESTING=OFF"], ["cmake", "--build", "build"]):
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, env={**os.environ, **launcher})
        if done.returncode:
            raise AssertionError(f"{' '.join(command)}: {done.stdout[-3000:]}{done.stderr[-3000:]}")
    portal = program.with_suffix("")
    portal.rename(program)
    portal.write_text(WRAPPER.format(new=PROGRAM))
    portal.chmod(0o755)
    return program


def portal_of(program, sandbox, url):
    """Each version comes with its own templates."""
    root = ROOT if program == PROGRAM else FOLDER / "source"
    return Portal(sandbox, start=False, store={"url": url}, program=program,
                  pages={"templates": root / "templates", "static": root / "static"})


class Upgrade(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        archive = history()
        if archive is None:
            raise unittest.SkipTest("the history is not here")
        cls.before = build(archive)

    def test_the_suite_of_the_version_before_on_this_ones_database(self):
        environment = {**os.environ, "EXPRESSLINK_BUILD_DIR": str(FOLDER / "build")}
        for name in SUITE:
            with self.subTest(name):
                done = subprocess.run([sys.executable, "-B", f"test_{name}.py"], env=environment,
                                      cwd=FOLDER / "source" / "tests" / "integration", capture_output=True, text=True,
                                      timeout=LONG_DEADLINE)
                self.assertEqual(done.returncode, 0, done.stderr[-4000:])

    def test_there_and_back_again(self):
        with Sandbox() as sandbox:
            url = f"sqlite:{sandbox.state}/upgrade.db"
            tokens = []
            for program, name in ((self.before, "0a"), (PROGRAM, "0b"), (self.before, "0c"), (PROGRAM, "0d")):
                portal = portal_of(program, sandbox, url)
                portal.start()
                try:
                    tokens.append(portal.claim(name * 16)["token"])
                    self.assertEqual([portal.show(token)["thing_name"][:2] for token in tokens],
                                     ["0a", "0b", "0c", "0d"][:len(tokens)])
                    open_claims = eventually(lambda portal=portal: self.open_claims(portal) == len(tokens), "all are counted")
                    self.assertTrue(open_claims)
                finally:
                    self.assertEqual(portal.stop(), 0)

    def test_a_migration_killed_at_every_statement(self):
        """Both versions start on what it leaves, in whichever order, and have every registration."""
        with Sandbox() as sandbox:
            database, kept = sandbox.state / "upgrade.db", sandbox.state / "before.db"
            programs = {program: portal_of(program, sandbox, f"sqlite:{database}") for program in (self.before, PROGRAM)}
            portal = programs[self.before]
            portal.start()
            token = portal.claim("0a" * 16)["token"]
            self.assertEqual(portal.stop(), 0)
            shutil.copy(database, kept)
            migrated = set()
            for number in itertools.count(1):
                for file in sandbox.state.glob("upgrade.db*"):
                    file.unlink()
                shutil.copy(kept, database)
                code = killed_at_statement(number, PROGRAM, "migrate", "--config", programs[PROGRAM].ini)
                for program in (self.before, PROGRAM) if number % 2 else (PROGRAM, self.before):
                    self.serves(programs[program], token)
                    migrated.add(self.is_migrated(database))
                if code is not None:
                    break
            self.assertEqual(code, OK)
            self.assertEqual(migrated, {False, True})

    def serves(self, portal, token):
        portal.start()
        try:
            self.assertEqual(portal.show(token)["thing_name"], "0a" * 16)
            portal.claim("0b" * 16)
            self.assertEqual(self.open_claims(portal), 2)
        finally:
            self.assertEqual(portal.stop(), 0)

    @staticmethod
    def is_migrated(database):
        with contextlib.closing(sqlite3.connect(database)) as connection:
            return bool(connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'leaders'").fetchone()[0])

    @staticmethod
    def open_claims(portal):
        return portal.metric('claims{state="queued"}') + portal.metric('claims{state="published"}')


if __name__ == "__main__":
    unittest.main()
