/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/backoff.h"

#include "base/random.h"

#define EVICTIONS_MIN 2 /* one can be a restart of the broker, or of a portal that is being replaced */

void backoff_init(struct backoff *backoff, long long least_ms, long long most_ms)
{
    *backoff = (struct backoff){.least_ms = least_ms, .most_ms = most_ms, .span_ms = least_ms};
}

void backoff_connected(struct backoff *backoff, long long now_ms)
{
    backoff->connected_at = now_ms;
    if (!backoff_is_evicted(backoff))
        backoff->span_ms = backoff->least_ms;
}

/* How the last connection ended, if there was one. */
static void judge(struct backoff *backoff, long long now_ms)
{
    if (!backoff->connected_at)
        return;
    bool stable = now_ms - backoff->connected_at >= BACKOFF_STABLE_MS;
    backoff->connected_at = 0;
    backoff->short_lived = stable ? 0 : backoff->short_lived + 1;
    if (stable)
        backoff->span_ms = backoff->least_ms;
}

long long backoff_next(struct backoff *backoff, long long now_ms)
{
    judge(backoff, now_ms);
    long long most = backoff_is_evicted(backoff) ? BACKOFF_STABLE_MS : backoff->most_ms;
    long long span = backoff->span_ms < most ? backoff->span_ms : most;
    long long wait = random_between(backoff->least_ms, span + backoff->least_ms / 2);

    backoff->span_ms = span * 2 < most ? span * 2 : most;
    return wait;
}

void backoff_reset(struct backoff *backoff)
{
    backoff->span_ms = backoff->least_ms;
    backoff->connected_at = 0;
    backoff->short_lived = 0;
}

bool backoff_is_evicted(const struct backoff *backoff)
{
    return backoff->short_lived >= EVICTIONS_MIN;
}
