/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/pace.h"

/* The maximum credit: 10 ms of the rate, but always enough for one permit and a fraction of the next. */
#define SAVED_PART 100.0
#define SAVED_LEAST 1.5
/* Slightly below the rate: evenly spaced publishes arrive less evenly. */
#define MARGIN 0.98

void pace_init(struct pace *pace, int rate)
{
    *pace = (struct pace){.rate = rate * MARGIN, .credit = 1.0};
}

long long pace_take(struct pace *pace, long long now_ms)
{
    double most = pace->rate / SAVED_PART > SAVED_LEAST ? pace->rate / SAVED_PART : SAVED_LEAST;

    if (pace->rate <= 0)
        return 0;
    if (pace->at_ms && now_ms > pace->at_ms)
        pace->credit += (double)(now_ms - pace->at_ms) * pace->rate / 1000.0;
    pace->at_ms = now_ms;
    if (pace->credit > most)
        pace->credit = most;
    if (pace->credit < 1.0)
        return (long long)((1.0 - pace->credit) * 1000.0 / pace->rate) + 1;
    pace->credit -= 1.0;
    return 0;
}
