# SPDX-License-Identifier: Apache-2.0
"""lint.py looks at what has changed, wherever it has changed, and never forgets a finding."""
import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
HEADER = "static inline int twice(int x)\n{\n    return x + x;\n}\n"
FINDING = "static inline int twice(int x)\n{\n    return x * (x == x);\n}\n"
SOURCE = '#include "base/x.h"\nint main(void)\n{\n    if (twice(1))\n        return 0;\n    return 1;\n}\n'


class Lint(unittest.TestCase):
    """A tree of one source and one header, compiled by two programs."""

    def setUp(self):
        self.cache = self.enterContext(tempfile.TemporaryDirectory(prefix="lint-"))
        self.new_tree()

    def new_tree(self):
        self.root = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="lint-"))).resolve()
        (self.root / "base").mkdir()
        self.write("base/x.h", HEADER)
        self.write("base/x.c", SOURCE)
        self.write(".clang-tidy", "Checks: '-*,misc-redundant-expression'\nWarningsAsErrors: '*'\nHeaderFilterRegex: '/base/'\n")
        self.build("")

    def write(self, name, text):
        (self.root / name).write_text(text)

    def build(self, *flags):
        """The same source in a program for each of the flags."""
        entries = [{"directory": str(self.root), "file": str(self.root / "base/x.c"),
                    "command": f"/usr/bin/cc -I{self.root} {flag} -o {number}.o -c {self.root}/base/x.c"}
                   for number, flag in enumerate(flags)]
        self.write("compile_commands.json", json.dumps(entries))

    def lint(self, rooms="base", **expected):
        """Runs it; expected: sources, looked, findings."""
        done = subprocess.run([sys.executable, "-B", HERE / "lint.py", "--cache", self.cache, "--build", self.root, self.root / rooms],
                              capture_output=True, text=True, cwd=self.root)
        counts = re.search(r"(\d+) sources, (\d+) looked at, \d+ as they were, (\d+) with findings", done.stdout)
        self.assertTrue(counts, done)
        self.assertEqual(dict(zip(("sources", "looked", "findings"), map(int, counts.groups()))), expected, done.stdout)
        self.assertEqual(done.returncode, 1 if expected["findings"] else 0)
        return done.stdout

    def test_a_finding_in_a_header_is_found_although_the_source_is_as_it_was(self):
        self.lint(sources=1, looked=1, findings=0)
        self.lint(sources=1, looked=0, findings=0)
        self.write("base/x.h", FINDING)
        for _ in range(2):  # it is never remembered
            self.assertIn("x.h:3:19: error: both sides of operator are equivalent", self.lint(sources=1, looked=1, findings=1))
        self.write("base/x.h", HEADER)
        self.lint(sources=1, looked=0, findings=0)

    def test_a_comment_that_stilled_a_finding_and_is_gone(self):
        self.write("base/x.h", FINDING.replace(";", "; // NOLINT"))
        self.lint(sources=1, looked=1, findings=0)
        self.lint(sources=1, looked=0, findings=0)
        self.write("base/x.h", FINDING.replace(";", "; // nolint"))
        self.lint(sources=1, looked=1, findings=1)

    def test_other_settings_and_other_flags(self):
        self.write("base/x.h", "#ifdef ODD\n" + FINDING + "#else\n" + HEADER + "#endif\n")
        self.lint(sources=1, looked=1, findings=0)
        self.build("-DODD")
        self.lint(sources=1, looked=1, findings=1)
        self.build("", "-DEVEN", "-DODD")
        self.lint(sources=3, looked=2, findings=1)
        self.build("")
        self.lint(sources=1, looked=0, findings=0)
        self.write(".clang-tidy", "Checks: '-*,misc-redundant-expression,readability-else-*'\nWarningsAsErrors: '*'\n")
        self.lint(sources=1, looked=1, findings=0)
        self.write("base/.clang-tidy", "Checks: '-*,readability-braces-around-statements'\nWarningsAsErrors: '*'\n")
        self.lint(sources=1, looked=1, findings=1)

    def test_a_header_that_now_hides_another(self):
        self.write("x.h", HEADER)
        self.write("base/x.c", SOURCE.replace("base/x.h", "x.h"))
        self.write("base/x.h", FINDING)
        (self.root / "base/x.h").rename(self.root / "base/y.h")
        self.lint(sources=1, looked=1, findings=0)
        (self.root / "base/y.h").rename(self.root / "base/x.h")
        self.lint(sources=1, looked=1, findings=1)

    def test_what_does_not_compile_is_a_finding(self):
        self.write("base/x.h", "#include <no/such.h>\n")
        self.lint(sources=1, looked=1, findings=1)

    def test_the_same_source_twice_is_looked_at_once(self):
        self.build("", "")
        self.lint(sources=1, looked=1, findings=0)

    def test_another_clone_has_been_looked_at_already_unless_it_differs(self):
        self.lint(sources=1, looked=1, findings=0)
        self.new_tree()
        self.lint(sources=1, looked=0, findings=0)
        self.write("base/x.h", FINDING)
        self.lint(sources=1, looked=1, findings=1)
        self.new_tree()
        self.write(".clang-tidy", "Checks: '-*,readability-braces-around-statements'\nWarningsAsErrors: '*'\n")
        self.lint(sources=1, looked=1, findings=1)

    def test_nothing_to_look_at_is_no_success(self):
        done = subprocess.run([sys.executable, "-B", HERE / "lint.py", "--cache", self.cache, "--build", self.root, self.root / "claim"],
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("compiles nothing", done.stderr)


if __name__ == "__main__":
    unittest.main()
