# SPDX-License-Identifier: Apache-2.0
"""The portal that leads is killed again and again, under load with modules: no accepted claim is lost, and none is published after
its arrival was recorded. bench/ does it for longer and says how long a takeover takes."""
import sys
import unittest

from postgresql import Server
from replicas import Kills
from sandbox import Sandbox

WINDOW = 100  # publishes without PUBACK
KILLS, EVERY_SECONDS, A_SECOND = 3, 5, 6


class Killed(unittest.TestCase):
    def test_whoever_leads_is_killed(self):
        sandbox, server = self.enterContext(Sandbox()), self.enterContext(Server())
        kills = Kills(sandbox, server.url, KILLS, EVERY_SECONDS, A_SECOND).run()
        print(f"takeovers {[round(each, 1) for each in kills.takeovers]} s, {kills.things} claims, {kills.publishes} publishes, "
              f"{kills.unrecorded} not recorded, {kills.cut_off} requests cut off", file=sys.stderr, flush=True)
        self.assertEqual(kills.problems, [])
        self.assertEqual(kills.lost, [])
        self.assertEqual(kills.late, [])
        self.assertEqual(len(kills.takeovers), KILLS)
        self.assertEqual(kills.things, KILLS * EVERY_SECONDS * A_SECOND)
        self.assertLessEqual(kills.unrecorded, KILLS * WINDOW + kills.things, "in flight at a kill, or crossing with an arrival")


if __name__ == "__main__":
    unittest.main()
