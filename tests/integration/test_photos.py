# SPDX-License-Identifier: Apache-2.0
"""Photographs of codes, real ones, in a folder that the environment names: EXPRESSLINK_QR_PHOTOS, with NAME.png (or .jpg)
and NAME.txt in it or in its folders. They are not part of this tree, so where nobody has put them, as on most machines
that run the tests, this is skipped: ctest says so. bench/run --only e --photos FOLDER tells figures for any folder."""
import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "pictures"))
import reading  # noqa: E402

FOLDER = os.environ.get("EXPRESSLINK_QR_PHOTOS")
SKIPPED = 77  # what ctest is told to take for "skipped"
MISSED = 2    # of a hundred, what no reader that we know reads


class Photos(unittest.TestCase):
    def test_nearly_all_are_read_and_none_wrongly(self):
        pictures = reading.photographs(FOLDER)
        self.assertTrue(pictures, f"no picture with a .txt beside it in {FOLDER}")
        verdicts = {}
        with reading.Kept() as kept:
            for path in pictures:
                verdicts[path] = reading.judge(kept(path), reading.expected_whole(path))
            self.assertEqual(kept.deaths, 0)
        told = {verdict: [str(path) for path in pictures if verdicts[path] is verdict] for verdict in reading.Verdict}
        self.assertEqual(told[reading.Verdict.WRONG], [])
        if reading.sanitized():
            return  # many times slower: the time that a picture may take is over sooner
        self.assertLessEqual(len(told[reading.Verdict.NONE]), -(-len(pictures) * MISSED // 100), told[reading.Verdict.NONE])


if __name__ == "__main__":
    if not FOLDER:
        print("skipped: EXPRESSLINK_QR_PHOTOS names no folder of photographs")
        sys.exit(SKIPPED)
    unittest.main()
