/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/backoff.h"

#include "base/random.h"

void backoff_init(struct backoff *backoff, long long least_ms, long long most_ms)
{
    *backoff = (struct backoff){least_ms, most_ms, least_ms};
}

void backoff_reset(struct backoff *backoff)
{
    backoff->span_ms = backoff->least_ms;
}

long long backoff_next(struct backoff *backoff)
{
    long long wait = random_between(backoff->least_ms, backoff->span_ms + backoff->least_ms / 2);

    backoff->span_ms = backoff->span_ms * 2 < backoff->most_ms ? backoff->span_ms * 2 : backoff->most_ms;
    return wait;
}
