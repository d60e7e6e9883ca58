/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static long long read_clock(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void clock_prepare(void)
{
    setenv("TZ", "UTC0", 1);
    tzset();
}

long long clock_wall_ms(void)
{
    return read_clock(CLOCK_REALTIME);
}

long long clock_monotonic_ms(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

void clock_rfc3339(long long wall_ms, char out[CLOCK_RFC3339_SIZE])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    int milliseconds = (int)(wall_ms % 1000);
    struct tm utc;
    char date[CLOCK_RFC3339_SIZE];

    if (milliseconds < 0) {
        milliseconds += 1000;
        seconds--;
    }
    out[0] = '\0';
    if (!gmtime_r(&seconds, &utc) || !strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &utc))
        return;
    /* A five-digit year does not fit: write nothing rather than a cut date. */
    if (snprintf(out, CLOCK_RFC3339_SIZE, "%.19s.%03dZ", date, milliseconds % 1000) >= CLOCK_RFC3339_SIZE)
        out[0] = '\0';
}
