/* SPDX-License-Identifier: Apache-2.0 */
#include "base/steady_clock.h"

#define RATE_PART 10 /* follows by a tenth of the time that has passed */

void steady_clock_set(struct steady_clock *clock, long long other_ms, long long monotonic_ms)
{
    atomic_store(&clock->offset, other_ms - monotonic_ms);
    clock->followed = monotonic_ms;
}

long long steady_clock_follow(struct steady_clock *clock, long long other_ms, long long monotonic_ms,
                              bool may_step)
{
    long long behind = other_ms - steady_clock_ms(clock, monotonic_ms);
    long long most = (monotonic_ms - clock->followed) / RATE_PART, change = behind;

    if (!may_step && change > most)
        change = most;
    if (!may_step && change < -most)
        change = -most;
    atomic_fetch_add(&clock->offset, change);
    clock->followed = monotonic_ms;
    return behind;
}

long long steady_clock_ms(const struct steady_clock *clock, long long monotonic_ms)
{
    return monotonic_ms + atomic_load(&((struct steady_clock *)clock)->offset);
}
