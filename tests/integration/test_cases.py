# SPDX-License-Identifier: Apache-2.0
"""Small inputs from other people's hands that once went wrong (tests/cases), and what each must give."""
import re
import unittest
from pathlib import Path

CASES = Path(__file__).resolve().parents[1] / "cases"


# One class a program that reads them, one function a case, named after its file.


class Complete(unittest.TestCase):
    """No input lies there without a test that reads it."""

    def test_every_file_is_read_by_a_test(self):
        here = Path(__file__).read_text()
        for file in sorted(CASES.glob("*.*")):
            with self.subTest(file.name):
                self.assertTrue(re.search(rf'CASES / "{re.escape(file.name)}"', here), file.name)


if __name__ == "__main__":
    unittest.main()
