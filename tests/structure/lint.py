# SPDX-License-Identifier: Apache-2.0
"""clang-tidy over the sources of a build, looking only at what has changed: `lint.py --build FOLDER [--cache FOLDER] ROOM...`

What clang-tidy is content with is remembered in the cache by a digest of everything that it read: the source and every header
byte for byte, what the preprocessor made of them, the flags, the .clang-tidy files, and the program itself. The folder of the
tree is left out of it, so that all clones of a user share the cache, as with ccache. Findings are never remembered. A source
that several programs compile with the same flags is looked at once.
"""
import argparse
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

KEPT_SECONDS = 30 * 24 * 3600  # what nobody has asked for meanwhile goes
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "expresslink-lint"


def flags_of(command, file):
    """The compiler's arguments without the files that it reads and writes."""
    flags, words = [], iter(shlex.split(command)[1:])
    for word in words:
        if word == "-o":
            next(words)
        elif word not in ("-c", file):
            flags.append(word)
    return tuple(flags)


def sources(build, rooms):
    """(file, flags, folder) of each source in these folders, once for each set of flags, the largest first."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = os.path.realpath(os.path.join(entry["directory"], entry["file"]))
        if any(Path(file).is_relative_to(room) for room in rooms):
            found[file, flags_of(entry["command"], entry["file"]), entry["directory"]] = os.path.getsize(file)
    return sorted(found, key=lambda key: -found[key])


@lru_cache(maxsize=None)
def content_as_of(path, *_):
    return hashlib.sha256(Path(path).read_bytes()).digest()


def content(path):
    """Read once, and again when it has been written to."""
    stat = os.stat(path)
    return content_as_of(path, stat.st_mtime_ns, stat.st_size, stat.st_ino)


def settings(folder):
    """The .clang-tidy files of a folder and those above it."""
    return [content(path) for path in (folder / ".clang-tidy", *(above / ".clang-tidy" for above in folder.parents))
            if path.is_file()]


class Tidy:
    """root: the folder of the tree, which the sources and the build are in."""

    def __init__(self, program, compiler, root):
        self.program, self.compiler, self.root = program, compiler, os.fsencode(root)
        place = Path(shutil.which(program)).resolve()
        version = subprocess.run([place, "--version"], check=True, capture_output=True).stdout
        self.identity = [version, str(place).encode(), str(place.stat().st_size).encode(), str(place.stat().st_mtime_ns).encode()]

    def digest(self, file, flags, folder):
        """None where the preprocessor does not get through: then there is nothing to remember it by."""
        language = ["--driver-mode=g++"] if file.endswith(".cpp") else []
        with tempfile.TemporaryDirectory(prefix="lint-") as temporary:
            rule = Path(temporary) / "rule.d"
            done = subprocess.run([self.compiler, *language, *flags, "-w", "-E", "-MD", "-MF", rule, file], cwd=folder,
                                  capture_output=True)
            if done.returncode:
                return None
            names = re.split(r"(?<!\\)\s+", rule.read_text().replace("\\\n", " ").partition(": ")[2].strip())
        paths = [os.path.join(folder, name.replace("\\ ", " ")) for name in names]
        parts = [*self.identity, repr((file, flags)).encode(), *settings(Path(file).parent), done.stdout]
        for path in paths:
            parts += [path.encode(), content(path)]
        parts = [part.replace(self.root, b"") for part in parts]
        return hashlib.sha256(b"".join(b"%d:%b" % (len(part), part) for part in parts)).hexdigest()

    def look(self, file, flags, folder):
        """What it complains of; nothing: it is content."""
        done = subprocess.run([self.program, "--quiet", file, "--", *flags], cwd=folder, capture_output=True, text=True)
        if done.returncode == 0 and not done.stdout.strip():
            return ""
        return done.stdout.strip() or done.stderr.strip() or f"{file}: clang-tidy ended with {done.returncode}"


class Cache:
    """An empty file for each digest that clang-tidy was content with."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def has(self, digest):
        try:
            os.utime(self.folder / digest)
        except FileNotFoundError:
            return False
        return True

    def add(self, digest):
        (self.folder / digest).touch()

    def forget_old(self):
        for path in self.folder.iterdir():
            if path.stat().st_mtime < time.time() - KEPT_SECONDS:
                path.unlink(missing_ok=True)


def lint(tidy, cache, wanted):
    """Prints the findings; returns how many sources were looked at, and how many of them are not as they should be."""
    def one(source):
        digest = tidy.digest(*source)
        if digest and cache.has(digest):
            return 0, 0
        findings = tidy.look(*source)
        if findings:
            print(findings, flush=True)
        elif digest and digest == tidy.digest(*source):  # not changed meanwhile
            cache.add(digest)
        return 1, bool(findings)

    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        results = list(pool.map(one, wanted))
    return sum(looked for looked, _ in results), sum(bad for _, bad in results)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True, help="the build folder, with compile_commands.json")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where what is well is remembered; %(default)s")
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of the tree; the current one")
    parser.add_argument("--tidy", default="clang-tidy-14")
    parser.add_argument("--compiler", default="clang-14", help="clang of the same version")
    parser.add_argument("rooms", nargs="+", type=Path, metavar="ROOM", help="folders whose sources are looked at")
    arguments = parser.parse_args()
    wanted = sources(arguments.build, [room.resolve() for room in arguments.rooms])
    if not wanted:
        sys.exit("lint: the build compiles nothing in these folders")
    cache = Cache(arguments.cache)
    looked, bad = lint(Tidy(arguments.tidy, arguments.compiler, arguments.root.resolve()), cache, wanted)
    cache.forget_old()
    print(f"clang-tidy: {len(wanted)} sources, {looked} looked at, {len(wanted) - looked} as they were, {bad} with findings")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
