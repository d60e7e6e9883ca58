# SPDX-License-Identifier: Apache-2.0
"""Owners, others, staff and devices do what chance says, all at once, and no property is violated: a share of what
ownership_random.py runs by itself (bench/README.md). EXPRESSLINK_TEST_SEED repeats one."""
import os
import unittest

from ownership_random import World, run_all, seed_of
from patience import fewer
from portal import Portal  # of which ownership_random.py starts one

ACTIONS = 1500 if os.environ.get("EXPRESSLINK_TEST_POSTGRESQL") else 3000  # about 15 seconds


class Random(unittest.TestCase):
    def test_every_property_holds(self):
        seed = seed_of()
        print(f"seed {seed}", flush=True)
        with World(seed) as world:
            self.assertIsInstance(world.portals[0], Portal)
            self.assertTrue(run_all(world, fewer(ACTIONS)), f"seed {seed}: {world.wrong[:5]}")
            for action in ("killed", "accept", "ask", "code_right", "offer", "power_cycle", "take"):
                self.assertGreater(world.counts[action], 0, world.counts)


if __name__ == "__main__":
    unittest.main()
