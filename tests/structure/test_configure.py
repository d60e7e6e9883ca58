# SPDX-License-Identifier: Apache-2.0
"""CMake on a machine where something is missing: it says what, and what installs it."""
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Configure(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="configure-")))

    def cmake(self, *options):
        """Here pkg-config knows everything but cmocka."""
        known = self.folder / "known"
        known.mkdir()
        path = subprocess.run(["pkg-config", "--variable=pc_path", "pkg-config"], check=True, capture_output=True, text=True).stdout
        for folder in path.strip().split(":"):
            for file in Path(folder).glob("*.pc"):
                if file.name != "cmocka.pc" and not (known / file.name).is_symlink():
                    (known / file.name).symlink_to(file)
        return subprocess.run(["cmake", "--preset", "debug", "-B", self.folder / "build", *options], cwd=ROOT, capture_output=True,
                              text=True, env={**os.environ, "PKG_CONFIG_LIBDIR": str(known), "PKG_CONFIG_PATH": ""})

    def test_without_the_test_packages(self):
        done = self.cmake()
        self.assertNotEqual(done.returncode, 0, done)
        for words in ("libcmocka-dev", "deploy/packages/test.txt", "deploy/packages/install build portal run test",
                      "-DBUILD_TESTING=OFF"):
            self.assertIn(words, done.stderr)

    def test_which_a_build_without_tests_does_not_need(self):
        done = self.cmake("-DBUILD_TESTING=OFF")
        self.assertEqual(done.returncode, 0, done)


if __name__ == "__main__":
    unittest.main()
