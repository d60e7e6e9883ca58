# SPDX-License-Identifier: Apache-2.0
"""Labels made worse, kind by kind (tests/pictures/degraded.py): how many of each are read at least, and nothing that is
not there. Where a floor is not all of them it leaves room for one picture. bench/run has a table of many more, beside other
readers."""
import sys
import tempfile
import unittest
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "pictures"))
import degraded  # noqa: E402
import reading  # noqa: E402

SEED, COUNT = 3, 2  # of each strength

# Of each kind two strengths (indices into degraded.KINDS), and how many of those four pictures must be read. What is
# beyond them nobody reads, or only by luck.
FLOORS = {
    "rotation": ((0, 3), 4), "perspective": ((2, 3), 3), "curved": ((0, 1), 3), "blur": ((1, 2), 3), "motion": ((2, 3), 2),
    "noise": ((2, 3), 3), "specks": ((1, 2), 3), "contrast": ((1, 2), 3), "light": ((2, 3), 4), "shadow": ((2, 3), 3),
    "glare": ((2, 3), 3), "inverse": ((0, 3), 4), "jpeg": ((2, 3), 4), "small": ((1, 3), 3), "dirt": ((0, 1), 3),
    "scratches": ((0, 1), 3), "corner": ((1, 3), 4), "colour": ((2, 3), 3), "two": ((0, 2), 4), "twice": ((0, 2), 4),
    "foreign": ((0, 2), 4), "far": ((1, 4), 4),
}
# (kind, strength, number) of pictures that but one copy of the picture gives away, as of when they were chosen.
ALONE = {
    "shrunk, blurred, binarised": (("scratches", 2, 2), ("scratches", 2, 14)),
    "shrunk, turned": (("dirt", 0, 20), ("dirt", 2, 5), ("scratches", 2, 23)),
    "enlarged, blurred, binarised": (("glare", 3, 20), ("scratches", 2, 22)),
    "enlarged, sharpened": (("shadow", 3, 15), ("shadow", 3, 26), ("curved", 1, 15)),
    "enlarged, binarised": (("blur", 3, 10), ("blur", 3, 11)),
    "turned": (("dirt", 1, 18), ("dirt", 2, 8), ("motion", 3, 15)),
    "enlarged, sharpened, binarised": (("curved", 1, 7),),
}
PHOTO = 3  # the smallest code of those in photographs


class Degraded(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.kept = cls.enterClassContext(reading.Kept())

    def verdicts(self, *kinds, **which):
        return [(path.name, reading.judge(self.kept(path), reading.expected(path)))
                for _, _, path in degraded.make_all(self.folder, SEED, kinds=kinds, **which)]

    def test_as_many_of_each_kind_as_ever_and_none_wrongly(self):
        for kind, (strengths, floor) in FLOORS.items():
            with self.subTest(kind):
                verdicts = self.verdicts(kind, count=COUNT, strengths=strengths)
                self.assertEqual([name for name, verdict in verdicts if verdict is reading.Verdict.WRONG], [])
                right = sum(verdict is reading.Verdict.RIGHT for _, verdict in verdicts)
                if not reading.sanitized():  # many times slower: the time for a picture is over sooner
                    self.assertGreaterEqual(right, floor, verdicts)
        self.assertEqual(self.kept.deaths, 0)

    def test_each_way_that_alone_reads_some_pictures_is_there(self):
        for way, pictures in ALONE.items():
            with self.subTest(way):
                verdicts = []
                for kind, strength, number in pictures:
                    path = degraded.make(SEED, kind, strength, number).save(self.folder, f"alone-{kind}-{strength}-{number}")
                    verdicts.append(reading.judge(self.kept(path), reading.expected(path)))
                self.assertNotIn(reading.Verdict.WRONG, verdicts)
                self.assertTrue(reading.sanitized() or reading.Verdict.RIGHT in verdicts)

    def test_a_photograph_that_the_library_ends_at_where_it_looks_for_micro_codes_first(self):
        path = degraded.make(5, "far", 1, 2).save(self.folder, "photo")
        with Image.open(path) as image:
            image.save(path, quality=85)  # as a browser packs it
        self.assertIs(reading.judge(self.kept(path), reading.expected(path)), reading.Verdict.RIGHT)
        self.assertEqual(self.kept.deaths, 0)

    def test_a_photograph_of_12_megapixels_with_the_code_at_a_tenth_of_its_width(self):
        (_, verdict), = self.verdicts("photo", count=1, strengths=[PHOTO])
        self.assertIs(verdict, reading.Verdict.RIGHT)


class Generator(unittest.TestCase):
    def test_the_same_seed_gives_the_same_picture_and_another_number_another(self):
        first, again, other = (degraded.make(SEED, "noise", 1, number) for number in (0, 0, 1))
        self.assertEqual((first.image.tobytes(), first.texts), (again.image.tobytes(), again.texts))
        self.assertNotEqual(first.texts, other.texts)

    def test_every_kind_has_a_floor(self):
        self.assertEqual({*FLOORS, "photo"}, set(degraded.KINDS))


class Judge(unittest.TestCase):
    def judge(self, *found, texts=("one",), others=()):
        return reading.judge(found, reading.Expected(list(texts), None if others is None else list(others))).value

    def test_what_is_not_there_is_wrong_even_beside_what_is(self):
        self.assertEqual(self.judge(b"two"), "wrong")
        self.assertEqual(self.judge(b"one", b"two"), "wrong")
        self.assertEqual(self.judge(b"two", others=None), "wrong")

    def test_all_texts_must_be_read_and_others_may_be(self):
        self.assertEqual(self.judge(), "none")
        self.assertEqual(self.judge(b"one", texts=("one", "two")), "none")
        self.assertEqual(self.judge(b"two", b"one", texts=("one", "two")), "right")
        self.assertEqual(self.judge(b"one", b"two", others=("two",)), "right")
        self.assertEqual(self.judge(b"two", others=("two",)), "none")
        self.assertEqual(self.judge(b"one", b"two", others=None), "right")

    def test_a_character_set_or_a_newline_at_the_end_is_no_difference(self):
        self.assertEqual(self.judge("é".encode("latin-1"), texts=("é\n",)), "right")
        self.assertEqual(self.judge("コード\r\nx".encode("shift_jis"), texts=("コード\nx",)), "right")
        self.assertEqual(self.judge("é".encode(), texts=("e",)), "wrong")


if __name__ == "__main__":
    unittest.main()
