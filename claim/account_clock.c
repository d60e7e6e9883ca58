/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/account_clock.h"

#define PERIOD_MS (10 * 60 * 1000LL)

static long long smaller(long long a, long long b)
{
    return a < b ? a : b;
}

static long long least(const struct account_clock *clock)
{
    return smaller(clock->least[0], clock->least[1]);
}

long long account_clock_hear(struct account_clock *clock, long long stamp_ms, long long monotonic_ms)
{
    long long difference = monotonic_ms - stamp_ms;

    if (!clock->known) {
        *clock = (struct account_clock){true, {difference, difference}, monotonic_ms + PERIOD_MS};
    } else if (monotonic_ms >= clock->period_ends) {
        clock->least[1] = clock->least[0];
        clock->least[0] = difference;
        clock->period_ends = monotonic_ms + PERIOD_MS;
    }
    clock->least[0] = smaller(clock->least[0], difference);
    return difference - least(clock);
}

bool account_clock_skew(const struct account_clock *clock, long long wall_ms, long long monotonic_ms,
                        long long *skew_ms)
{
    if (!clock->known)
        return false;
    *skew_ms = wall_ms - monotonic_ms + least(clock);
    return true;
}
