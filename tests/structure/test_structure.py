# SPDX-License-Identifier: Apache-2.0
"""The tree keeps the rules of the house, and each rule notices when it is broken."""

import os
import shutil
import tempfile
import unittest
import unittest.mock
from pathlib import Path

import rules

ROOT = Path(__file__).resolve().parents[2]
PORTAL = os.environ.get("EXPRESSLINK_PORTAL")

PURE = "/* SPDX-License-Identifier: Apache-2.0 */\n"


class Tree(unittest.TestCase):
    """What is committed."""

    def keeps(self, problems):
        problems = list(problems)
        self.assertFalse(problems, "\n  " + "\n  ".join(problems))

    def test_sources_are_found(self):
        self.assertGreater(len(list(rules.files(ROOT, suffixes=rules.SOURCES))), 100)

    @unittest.skipUnless(PORTAL, "EXPRESSLINK_PORTAL names no portal")
    def test_configuration(self):
        self.keeps(rules.configuration(ROOT, PORTAL))


for rule in rules.RULES:
    setattr(Tree, "test_" + rule.__name__, lambda self, rule=rule: self.keeps(rule(ROOT)))


class Broken(unittest.TestCase):
    """A copy of the tree with one thing wrong."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="structure.")
        cls.root = Path(cls.folder.name)
        for room in (*rules.ROOMS, "deploy", "static", "templates", "docs"):
            if (ROOT / room).is_dir():
                shutil.copytree(ROOT / room, cls.root / room,
                                ignore=shutil.ignore_patterns("node_modules", "__pycache__", "corpus", "build"))
        for file in ROOT.glob("*.md"):
            shutil.copy(file, cls.root)
        for name in ("LICENSE", "CMakeLists.txt", "run", "test", "compose.yaml", "Dockerfile", ".dockerignore"):
            if (ROOT / name).exists():
                shutil.copy(ROOT / name, cls.root)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def notices(self, rule, name, text, *words, add=False):
        """With this text in (or at the end of) a file, the rule names the file and the words."""
        path = self.root / name
        before = path.read_bytes() if path.exists() else None
        path.write_text((before.decode() if add else "") + text)
        try:
            problems = list(rule(self.root))
        finally:
            if before is None:
                path.unlink()
            else:
                path.write_bytes(before)
        mine = [problem for problem in problems if problem.startswith(name)]
        self.assertTrue(mine, f"{rule.__name__} does not notice {name}")
        for word in words:
            self.assertIn(word, " ".join(mine))

    def test_direction(self):
        for name, header in (
                ("base/x.c", "claim/pace.h"),
                ("base/x.h", "server/registration.h"),
                ("claim/x.c", "server/registration.h"),
                ("claim/x.c", "sandbox/control.h"),
                ("sandbox/x.c", "server/registration.h"),
                ("server/store/x.c", "server/http/http.h"),
                ("server/http/x.c", "server/portal/portal.h"),
                ("server/http/x.c", "server/store/store.h"),
                ("server/http/x.c", "claim/identifier.h"),
                ("server/page/x.cpp", "server/store/store.h"),
                ("server/onboarding/x.c", "server/http/http.h"),
                ("server/portal/x.c", "server/public/form.h"),
                ("server/portal/x.c", "server/app.h"),
                ("server/public/x.c", "server/api/labels.h"),
                ("server/public/x.c", "server/routes.h"),
                ("server/api/x.c", "server/public/assets.h"),
                ("server/api/x.c", "server/app.h"),
                ("server/admin/x.c", "server/api/labels.h"),
                ("server/store/x.c", "server/portal/task.h"),
                ("server/routes.c", "server/app.h"),
                ("server/x.c", "sandbox/control.h"),
                ("server/registration.c", "server/store/store.h")):
            self.notices(rules.direction, name, f'{PURE}#include "{header}"\n', header)

    def test_relative_includes(self):
        self.notices(rules.direction, "base/x.c", PURE + '#include "clock.h"\n', "clock.h")
        self.notices(rules.direction, "tests/x.c", PURE + '# include "../base/clock.h"\n', "../base/clock.h")

    def circles_with(self, name, text):
        """What is new among the circles with this text at the end of a file."""
        path = self.root / name
        before = path.read_text()
        path.write_text(before + text)
        try:
            return [problem for problem in rules.circles(self.root) if problem not in self.circles_before]
        finally:
            path.write_text(before)

    def test_circles(self):
        self.circles_before = list(rules.circles(self.root))
        for name, header, circle in (
                ("base/clock.h", "base/log.h", "base/clock, base/log: include each other"),
                ("base/clock.c", "base/log.h", "base/clock, base/log: include each other"),
                ("claim/identifier_problem.h", "claim/identifier.h", "claim/identifier, claim/identifier_form")):
            problems = self.circles_with(name, f'#include "{header}"\n')
            self.assertTrue(any(problem.startswith(circle) for problem in problems), (name, problems))

    def test_circles_that_are_known_are_still_there(self):
        gone = ("base/clock", "base/log")
        with unittest.mock.patch.object(rules, "KNOWN_CIRCLES", (*rules.KNOWN_CIRCLES, gone)):
            self.assertIn("base/clock, base/log: no circle any more (KNOWN_CIRCLES)", list(rules.circles(self.root)))

    def test_libraries(self):
        for name, header in (
                ("server/public/x.c", "microhttpd.h"),
                ("server/store/claims.c", "sqlite3.h"),
                ("server/store/engine/sqlite.c", "libpq-fe.h"),
                ("server/onboarding/lane.c", "MQTTAsync.h"),
                ("sandbox/module.c", "MQTTClient.h"),
                ("server/settings.c", "ini.h"),
                ("server/page/pages.c", "kainjow/mustache.hpp"),
                ("claim/presence.c", "openssl/evp.h"),
                ("claim/presence.c", "cjson/cJSON.h"),
                ("base/x.c", "curl/curl.h"),
                ("claim/x.c", "mosquitto.h")):
            self.notices(rules.libraries, name, f"{PURE}#include <{header}>\n", header)

    def test_claim_is_pure(self):
        self.notices(rules.claim_is_pure, "claim/x.c", PURE + 'const char x[] = "SELECT 1";\n', "SELECT")
        self.notices(rules.claim_is_pure, "claim/x.c", PURE + 'const char x[] = "HTTP/1.1";\n', "HTTP/1")

    def test_licences(self):
        for name in ("base/x.c", "tests/unit/x.py", "server/CMakeLists.txt", "deploy/x.conf", "run", "README.md",
                     "server/page/x.cpp", "static/x.js", "server/store/migrations/sqlite/x.sql"):
            self.notices(rules.licences, name, "\n\n\n\n" + PURE)

    def test_guards(self):
        body = "int x(void);\n\n#endif\n"
        for text in (f"{PURE}#ifndef X_H\n#define X_H\n{body}",
                     f"{PURE}#pragma once\nint x(void);\n",
                     f"{PURE}#ifndef BASE_X_H\n#define BASE_Y_H\n{body}",
                     f"{PURE}int y(void);\n#ifndef BASE_X_H\n#define BASE_X_H\n{body}",
                     f"{PURE}#ifndef BASE_X_H\n#define BASE_X_H\n{body}int z(void);\n"):
            self.notices(rules.guards, "base/x.h", text, "BASE_X_H")

    def test_leftovers(self):
        for word in ("TODO", "FIXME", "XXX"):
            self.notices(rules.leftovers, "server/app.c", f"/* {word}: later */\n", word, add=True)

    def test_once(self):
        for line in ('printf("{\\"name\\":\\"%s\\"}", name);', 'printf(",\\"count\\":%d", count);', "EVP_EncodeBlock(out, bytes, 3);",
                     'static const char digits[] = "0123456789abcdef";', 'printf("%02x", byte);', "if (isxdigit(*at))",
                     "end = memchr(line, '\\n', (size_t)(end - line));", 'while ((line = strsep(&rest, "\\n")))',
                     '#define MARK "\\xEF\\xBB\\xBF"', 'fputs("\\r\\033[K", stderr);', 'printf("%%%02X", byte);'):
            self.notices(rules.once, "claim/x.c", f"{PURE}{line}\n", "is written again")

    def test_image(self):
        self.notices(rules.image, ".dockerignore", "*\n!base\n!server\n", "claim/")

    def test_deadlines(self):
        for line in ("subprocess.run(command, timeout=60)", "eventually(it, 'x', seconds=40)", "process.wait(20)",
                     "self.assertLess(time.monotonic() - began, 5)"):
            self.notices(rules.deadlines, "tests/integration/x.py", PURE + line + "\n", line)
        self.notices(rules.deadlines, "tests/unit/CMakeLists.txt", "set_tests_properties(x PROPERTIES TIMEOUT 60)\n", "TIMEOUT 60")

    def test_python_names(self):
        self.notices(rules.python_names, "tests/integration/rounds.py", "# SPDX-License-Identifier: Apache-2.0\n", "bench/rounds.py")

    def test_documents(self):
        self.notices(rules.documents, "README.md", "\n[text](docs/missing.md)\n", "docs/missing.md", add=True)
        self.notices(rules.documents, "README.md", "\nsee `server/missing.c`.\n", "server/missing.c", add=True)
        self.notices(rules.documents, "README.md", "\nsee tests/missing/\n", "tests/missing", add=True)

    @unittest.skipUnless(PORTAL, "EXPRESSLINK_PORTAL names no portal")
    def test_configuration(self):
        def rule(root):
            return rules.configuration(root, PORTAL)

        text = (self.root / "README.md").read_text()
        table = text[text.index("<!-- configuration -->"):text.index("<!-- /configuration -->")]
        rows = table.splitlines()
        self.notices(rule, "README.md", text.replace("<!-- configuration -->", ""), "has no")
        self.notices(rule, "README.md", text.replace("<!-- /configuration -->", ""), "has no")
        self.notices(rule, "README.md", text.replace(rows[4] + "\n", ""), "lacks")
        self.notices(rule, "README.md", text.replace(rows[4], rows[4].replace("`", "")), "lacks", "should not have")
        self.notices(rule, "README.md", text.replace(rows[4] + "\n" + rows[5], rows[5] + "\n" + rows[4]), "order")

    def test_every_rule_is_proved(self):
        for rule in (*rules.RULES, rules.configuration):
            self.assertTrue(hasattr(self, "test_" + rule.__name__), rule.__name__)


if __name__ == "__main__":
    unittest.main()
