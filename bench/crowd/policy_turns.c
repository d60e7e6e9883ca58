/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/crowd/policy.h"

#include <stdlib.h>

#include "base/memory.h"

static const struct schedule usual = {{4000}, 1};

struct state {
    struct turns *turns;
    const struct claim_ring *claims;
};

/* An hour before, a few of each carrier's people had arrived. */
static void remember_carriers(struct state *state, const struct scenario *scenario)
{
    const struct places *places = &scenario->places;

    for (uint32_t i = 0; i < places->carriers; i++) {
        struct network_record record = {.key = place_key(places->homes + i), .arrivals = 200, .expiries = 60};
        networks_set(turns_networks(state->turns), &record, 0);
    }
}

static void *start(const struct scenario *scenario, const struct claim_ring *claims)
{
    struct turns_options options = {.schedule = &usual, .window_ms = SCENARIO_WINDOW_MS};
    struct state *state = memory_new(1, sizeof *state);

    state->turns = turns_new(&options);
    state->claims = claims;
    if (scenario->known)
        remember_carriers(state, scenario);
    return state;
}

static void stop(void *policy)
{
    struct state *state = policy;

    turns_free(state->turns);
    free(state);
}

/* The portal's numbers begin with 1. */
static long long id_of(uint32_t number)
{
    return (long long)number + 1;
}

static void tell(struct state *state, uint32_t number, long long pressed_at, long long now)
{
    const struct claim *claim = claim_ring_at(state->claims, number);
    struct turns_claim told = {.id = id_of(number),
                               .accepted_at = claim->made_at,
                               .published_at = claim->acknowledged ? claim->last_at : 0,
                               .pressed_at = pressed_at,
                               .published = claim->acknowledged,
                               .network = place_key(claim->place)};

    turns_add(state->turns, &told, now);
}

static void add(void *policy, uint32_t number, long long now)
{
    tell(policy, number, 0, now);
}

static void press(void *policy, uint32_t number, long long now)
{
    tell(policy, number, now, now);
}

static void remove_claim(void *policy, uint32_t number, enum turns_end end, long long now)
{
    struct state *state = policy;

    turns_remove(state->turns, id_of(number), end, now);
}

static bool take(void *policy, long long now, uint32_t *number)
{
    struct state *state = policy;
    long long id;

    if (!turns_take(state->turns, now, &id))
        return false;
    *number = (uint32_t)(id - 1);
    return true;
}

static void published(void *policy, uint32_t number, long long now)
{
    struct state *state = policy;

    turns_published(state->turns, id_of(number), now);
}

static long long wait(void *policy, long long now, long long most)
{
    struct state *state = policy;

    return turns_wait(state->turns, now, most);
}

const struct policy policy_turns = {"ours", start, stop, add, press, remove_claim, take, published, wait};
