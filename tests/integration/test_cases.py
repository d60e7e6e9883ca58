# SPDX-License-Identifier: Apache-2.0
"""Small inputs from other people's hands that once went wrong (tests/cases), and what each must give."""
import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "pictures"))
import reading  # noqa: E402

CASES = Path(__file__).resolve().parents[1] / "cases"


# One class a program that reads them, one function a case, named after its file.


class Decode(unittest.TestCase):
    def test_far_clean(self):
        self.assertEqual(reading.ours(CASES / "far-clean.jpg"),
                         [b"http://127.0.0.1:18080/r/0123456789abcdef0123456789abcdef"])


class Complete(unittest.TestCase):
    """No input lies there without a test that reads it."""

    def test_every_file_is_read_by_a_test(self):
        here = Path(__file__).read_text()
        for file in sorted(CASES.glob("*.*")):
            with self.subTest(file.name):
                self.assertTrue(re.search(rf'CASES / "{re.escape(file.name)}"', here), file.name)


if __name__ == "__main__":
    unittest.main()
