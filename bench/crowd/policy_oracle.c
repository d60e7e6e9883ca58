/* SPDX-License-Identifier: Apache-2.0 */
/* Knows when each device is on, and sends it one message at that time, or as soon as there is room. None can
 * do better. */
#include <stdlib.h>

#include "base/memory.h"
#include "bench/crowd/agenda.h"
#include "bench/crowd/policy.h"

struct state {
    const struct claim_ring *claims;
    struct agenda on;
};

static void *start(const struct scenario *scenario, const struct claim_ring *claims)
{
    struct state *state = memory_new(1, sizeof *state);

    (void)scenario;
    state->claims = claims;
    return state;
}

static void stop(void *policy)
{
    struct state *state = policy;

    agenda_fini(&state->on);
    free(state);
}

static void add(void *policy, uint32_t number, long long now)
{
    struct state *state = policy;
    const struct claim *claim = claim_ring_at(state->claims, number);

    (void)now;
    if (claim->on_at != CLAIM_NOT_YET)
        agenda_add(&state->on, (struct event){claim->on_at, number, 0});
}

static void press(void *policy, uint32_t number, long long now)
{
    (void)policy, (void)number, (void)now;
}

static void remove_claim(void *policy, uint32_t number, enum turns_end end, long long now)
{
    (void)policy, (void)number, (void)end, (void)now;
}

static bool take(void *policy, long long now, uint32_t *number)
{
    struct state *state = policy;
    const struct claim_ring *claims = state->claims;
    struct event event;

    while (agenda_take(&state->on, now, &event)) {
        *number = event.claim;
        bool is_kept = event.claim - claims->first < claims->next - claims->first;
        if (is_kept && claim_ring_at(claims, event.claim)->is_open)
            return true;
    }
    return false;
}

/* Its device missed the message. */
static void published(void *policy, uint32_t number, long long now)
{
    struct state *state = policy;

    if (!claim_ring_at(state->claims, number)->has_heard)
        agenda_add(&state->on, (struct event){now, number, 0});
}

static long long wait(void *policy, long long now, long long most)
{
    const struct state *state = policy;
    long long next = agenda_next(&state->on);

    if (next <= now)
        return 0;
    return next - now < most ? next - now : most;
}

const struct policy policy_oracle = {"oracle", start, stop, add, press, remove_claim, take, published, wait};
