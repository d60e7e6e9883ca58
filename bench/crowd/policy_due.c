/* SPDX-License-Identifier: Apache-2.0 */
/* Each message has a time when it is due, and the one due first is sent first. This is how the portal did it
 * before turns.h, and with first messages preferred. Nothing is known of networks or buttons. */
#include <stdlib.h>

#include "base/memory.h"
#include "bench/crowd/agenda.h"
#include "bench/crowd/dice.h"
#include "bench/crowd/policy.h"

static const struct schedule usual = {{5000, 10000, 20000, 40000, 60000}, 5};

struct state {
    const struct claim_ring *claims;
    struct agenda firsts, due;
    struct dice dice; /* for the jitter */
    bool firsts_first;
};

static void *start(const struct scenario *scenario, const struct claim_ring *claims)
{
    struct state *state = memory_new(1, sizeof *state);

    state->claims = claims;
    dice_init(&state->dice, scenario->seed);
    return state;
}

static void *start_with_firsts(const struct scenario *scenario, const struct claim_ring *claims)
{
    struct state *state = start(scenario, claims);

    state->firsts_first = true;
    return state;
}

static void stop(void *policy)
{
    struct state *state = policy;

    agenda_fini(&state->firsts);
    agenda_fini(&state->due);
    free(state);
}

static void add(void *policy, uint32_t number, long long now)
{
    struct state *state = policy;

    agenda_add(state->firsts_first ? &state->firsts : &state->due, (struct event){now, number, 0});
}

static void press(void *policy, uint32_t number, long long now)
{
    (void)policy, (void)number, (void)now;
}

/* It is noticed when its turn comes. */
static void remove_claim(void *policy, uint32_t number, enum turns_end end, long long now)
{
    (void)policy, (void)number, (void)end, (void)now;
}

static bool is_open(const struct claim_ring *claims, uint32_t number)
{
    return number - claims->first < claims->next - claims->first && claim_ring_at(claims, number)->is_open;
}

static bool take(void *policy, long long now, uint32_t *number)
{
    struct state *state = policy;
    struct event event;

    while (agenda_take(&state->firsts, now, &event) || agenda_take(&state->due, now, &event)) {
        *number = event.claim;
        if (is_open(state->claims, event.claim))
            return true;
    }
    return false;
}

static void published(void *policy, uint32_t number, long long now)
{
    struct state *state = policy;
    unsigned count = claim_ring_at(state->claims, number)->acknowledged;
    long long delay = schedule_delay_ms(&usual, count, (uint32_t)(dice_roll(&state->dice) >> 32));

    agenda_add(&state->due, (struct event){now + delay, number, 0});
}

static long long wait(void *policy, long long now, long long most)
{
    const struct state *state = policy;
    long long next = agenda_next(&state->firsts), due = agenda_next(&state->due);

    next = due < next ? due : next;
    if (next <= now)
        return 0;
    return next - now < most ? next - now : most;
}

const struct policy policy_due = {"due", start, stop, add, press, remove_claim, take, published, wait};
const struct policy policy_firsts = {"firsts", start_with_firsts, stop, add, press, remove_claim,
                                     take,     published,         wait};
