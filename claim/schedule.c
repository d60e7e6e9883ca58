/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/schedule.h"

#include <assert.h>

long long schedule_delay_ms(const struct schedule *schedule, unsigned published, uint32_t random)
{
    assert(schedule->count >= 1 && schedule->count <= SCHEDULE_MAX);

    size_t index = published == 0 ? 0 : published - 1;
    if (index >= schedule->count)
        index = schedule->count - 1;
    long long delay = schedule->delays_ms[index];
    long long jitter = delay / 10;
    /* Map the 32 random bits evenly to [-jitter, +jitter]. */
    return delay - jitter + (((2 * jitter + 1) * (long long)random) >> 32);
}
