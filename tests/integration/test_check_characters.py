# SPDX-License-Identifier: Apache-2.0
"""Our check characters beside those of python3-stdnum, an implementation of ISO/IEC 7064 that is not ours."""
import random
import string
import subprocess
import unittest

from stdnum.iso7064 import mod_37_36

from patience import DEADLINE
from sandbox import BUILD

PRINT = BUILD / "tests" / "unit" / "print_check_characters"
COUNT = 5000


def names():
    """Of every length and alphabet, the same on every run."""
    numbers = random.Random(7064)
    for alphabet in ("0123456789abcdef", string.ascii_letters + string.digits + "-_", string.digits, "0O", "Zz"):
        for _ in range(COUNT):
            yield "".join(numbers.choice(alphabet) for _ in range(numbers.randint(8, 64)))


def check_of(name):
    counted = [c for c in name.upper() if c not in "-_"]
    return (mod_37_36.calc_check_digit("".join(counted)) +
            mod_37_36.calc_check_digit("".join(counted[::2] + counted[1::2])))


class CheckCharacters(unittest.TestCase):
    def test_they_are_the_same(self):
        all_names = list(names())
        done = subprocess.run([PRINT], input="\n".join(all_names) + "\n", capture_output=True, text=True, check=True,
                              timeout=DEADLINE)
        printed = done.stdout.split("\n")[:-1]
        self.assertEqual(len(printed), len(all_names))
        for name, check in zip(all_names, printed):
            self.assertEqual(check, check_of(name), name)
            self.assertTrue(mod_37_36.is_valid(name.upper().replace("-", "").replace("_", "") + check[0]))


if __name__ == "__main__":
    unittest.main()
