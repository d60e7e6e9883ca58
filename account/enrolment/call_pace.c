/* SPDX-License-Identifier: Apache-2.0 */
#include "account/enrolment/call_pace.h"

#define STEP_MS 1000
#define GROWTH 0.1 /* of the full pace, each step */

void call_pace_init(struct call_pace *pace, double most, long long now_ms)
{
    *pace = (struct call_pace){.most = most, .now = most, .next_ms = (double)now_ms, .changed_ms = now_ms};
}

static double later(double a, double b)
{
    return a > b ? a : b;
}

static double bounded(const struct call_pace *pace, double rate)
{
    double least = pace->most < CALL_PACE_LEAST ? pace->most : CALL_PACE_LEAST;

    return rate < least ? least : rate > pace->most ? pace->most : rate;
}

void call_pace_follow(struct call_pace *pace, unsigned long throttled, long long now_ms)
{
    long long steps = (now_ms - pace->changed_ms) / STEP_MS;

    if (throttled != pace->throttled) {
        pace->throttled = throttled;
        if (steps == 0 && pace->now < pace->most) /* answers to calls that were sent at the earlier pace */
            return;
        pace->now = bounded(pace, pace->now / 2);
        pace->next_ms = later(pace->next_ms, (double)now_ms + 1000 / pace->now);
        pace->changed_ms = now_ms;
    } else if (steps > 0) {
        pace->now = bounded(pace, pace->now + (double)steps * GROWTH * pace->most);
        pace->changed_ms += steps * STEP_MS;
    }
}

long long call_pace_wait_ms(const struct call_pace *pace, long long now_ms)
{
    return pace->next_ms > (double)now_ms ? (long long)(pace->next_ms - (double)now_ms) + 1 : 0;
}

void call_pace_begin(struct call_pace *pace, long long now_ms)
{
    double between_ms = 1000 / pace->now;

    /* who comes late by less than half a turn does not move the next ones */
    pace->next_ms = later(pace->next_ms, (double)now_ms - between_ms / 2) + between_ms;
}
