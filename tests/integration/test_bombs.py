# SPDX-License-Identifier: Apache-2.0
"""Files that cost a careless reader memory or time (tests/pictures/bombs.py): each is refused, in little memory, and the
process that is kept lives on. How long it takes is measured by bench/run, not here."""
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "pictures"))
import bombs  # noqa: E402
import degraded  # noqa: E402
import reading  # noqa: E402

MEMORY_MAX = 64  # MiB
NO_CODE, REFUSED = 1, 65
ANSWERS = ("unknown format", "too large", "broken")


class Bombs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.bombs = list(bombs.make_all(folder))
        label = degraded.make(1, "rotation", 0, 0)
        cls.text, cls.label = label.texts[0].encode(), label.save(folder, "label")

    def test_each_is_refused_in_little_memory(self):
        limit = float("inf") if reading.sanitized() else MEMORY_MAX
        for bomb, path in self.bombs:
            with self.subTest(bomb.name):
                run = reading.run_alone(reading.DECODE, path)
                self.assertIn(run.code, (REFUSED,) if bomb.refused else (NO_CODE, REFUSED))
                self.assertLess(run.memory, limit)

    def test_the_kept_process_lives_on_and_reads_a_label_after_each(self):
        with reading.Kept() as kept:
            for bomb, path in self.bombs:
                if path.stat().st_size > bombs.FITS:
                    continue  # its parent does not send it, and it would end itself
                with self.subTest(bomb.name):
                    answer, _ = kept.ask(path.read_bytes())
                    self.assertIn(answer, ANSWERS if bomb.refused else (*ANSWERS, "no code"))
                    self.assertEqual(kept(self.label), [self.text])
            self.assertEqual(kept.deaths, 0)


if __name__ == "__main__":
    unittest.main()
