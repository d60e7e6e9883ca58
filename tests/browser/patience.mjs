// SPDX-License-Identifier: Apache-2.0
// As tests/integration/patience.py: EXPRESSLINK_TEST_PATIENCE stretches what is waited for before it counts as hung.
export const PATIENCE = Math.max(1, Number(process.env.EXPRESSLINK_TEST_PATIENCE) || 1);
export const DEADLINE_MS = 60000 * PATIENCE;

/** How many tests of a file at a time, of so many on a fast machine: the pages have timers of their own, which nothing stretches. */
export function atATime(count) {
  return PATIENCE > 1.5 ? 1 : count;
}
