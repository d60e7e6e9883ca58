/* SPDX-License-Identifier: Apache-2.0 */
/* Power-cycle challenges of a buyer, who has the device, and of a stranger, who knows its label: in every
 * order, minute by minute, with events of the device that come late, twice, out of order or not at all. The
 * buyer switches the device off only when asked to, and on again as slowly as people are. What is between
 * whole minutes adds nothing but the device's arrival: a challenge lasts three, a pause one or more.
 *
 * test_ownership_explored.c has everything else that can happen. */
#include "ownership/ownership.h"

#include <stdio.h>

#include "base/memory.h"
#include "tests/unit/explored.h"
#include "tests/unit/ownership_checks.h"
#include "tests/unit/test.h"

#define NOW 1000000000000LL
#define MINUTE 60000LL
#define LATE 2  /* minutes that an event of the device may be late */
#define NEVER 3 /* of an event: longer ago than that, or not at all */
#define LASTS 3 /* minutes of a challenge */

enum { BUYER, STRANGER, PEOPLE };

/* The rules' state, and what really happened. */
struct world {
    struct ownership state;
    bool is_on;
    unsigned off_ago, on_ago; /* minutes; NEVER */
    unsigned cycles;          /* at most 2 */
};

/* ---- states as keys ---- */

#define PARTY_BITS 21

static uint64_t ago(long long at)
{
    return at ? (uint64_t)((NOW - at) / MINUTE + 1) : 0;
}

static long long at(uint64_t ago)
{
    return ago ? NOW - ((long long)ago - 1) * MINUTE : 0;
}

/* Nothing that another challenge has seen, or can still see, was in its time. */
static bool is_forgotten(const struct challenge *challenge)
{
    return !challenge->from || challenge->until < NOW - (LATE + LASTS) * MINUTE;
}

/* A challenge begins on the minute, but for one that was put off by an arrival. */
static uint64_t pack_party(const struct party *party)
{
    const struct challenge *challenge = &party->challenge;
    const bool put_off = (NOW - challenge->from) % MINUTE != 0;
    const bool can_see = challenge->until >= NOW - LATE * MINUTE;
    const uint64_t proofs = ((party->proofs & PROOF(PROOF_POWER_CYCLE)) != 0) |
                            (uint64_t)((party->proofs & PROOF(PROOF_AGAIN)) != 0) << 1;

    if (is_forgotten(challenge))
        return proofs;
    return proofs | ago(challenge->from - (put_off ? OWNERSHIP_ARRIVAL_MS : 0)) << 2 |
           (uint64_t)put_off << 6 | (uint64_t)((challenge->until - NOW) / MINUTE + LATE + LASTS) << 7 |
           (can_see ? ago(challenge->off_at) : 0) << 11 | (can_see ? ago(challenge->on_at) : 0) << 15 |
           (uint64_t)(party->standing == STANDING_OWNER) << 19 | (uint64_t)(challenge->count > 1) << 20;
}

static struct party unpack_party(uint64_t bits)
{
    struct party party = {.standing = bits >> 19 & 1 ? STANDING_OWNER : STANDING_WAITING,
                          .ends_at = NOW + OWNERSHIP_PROVE_MS,
                          .proofs = PROOF(PROOF_LABEL)};

    party.proofs |= bits & 1 ? PROOF(PROOF_POWER_CYCLE) : 0;
    party.proofs |= bits >> 1 & 1 ? PROOF(PROOF_AGAIN) : 0;
    if (bits >> 2 & 15)
        party.challenge =
            (struct challenge){.from = at(bits >> 2 & 15) + (bits >> 6 & 1 ? OWNERSHIP_ARRIVAL_MS : 0),
                               .until = NOW + ((long long)(bits >> 7 & 15) - LATE - LASTS) * MINUTE,
                               .off_at = at(bits >> 11 & 15),
                               .on_at = at(bits >> 15 & 15),
                               .count = 1 + (bits >> 20 & 1)};
    return party;
}

/* arrived_at: 0, now, or longer ago. */
static uint64_t pack(const struct world *world)
{
    const struct ownership *state = &world->state;
    const uint64_t arrived = state->arrived_at ? 1 + (state->arrived_at < NOW) : 0;

    return pack_party(&state->parties[BUYER]) | pack_party(&state->parties[STRANGER]) << PARTY_BITS |
           (uint64_t)state->contested << 42 | arrived << 43 | (uint64_t)world->is_on << 45 |
           (uint64_t)world->off_ago << 46 | (uint64_t)world->on_ago << 48 | (uint64_t)world->cycles << 50;
}

static struct world unpack(uint64_t key)
{
    static const long long arrived[] = {0, NOW, NOW - MINUTE};
    struct world world = {.state = {.count = PEOPLE,
                                    .required = PROOF(PROOF_LABEL) | PROOF(PROOF_POWER_CYCLE),
                                    .contested = key >> 42 & 1,
                                    .arrived_at = arrived[key >> 43 & 3]},
                          .is_on = key >> 45 & 1,
                          .off_ago = key >> 46 & 3,
                          .on_ago = key >> 48 & 3,
                          .cycles = key >> 50 & 3};

    world.state.parties[BUYER] = unpack_party(key & ((1U << PARTY_BITS) - 1));
    world.state.parties[STRANGER] = unpack_party(key >> PARTY_BITS & ((1U << PARTY_BITS) - 1));
    return world;
}

/* ---- what can happen ---- */

enum act {
    ACT_BUYER_BEGINS,
    ACT_STRANGER_BEGINS,
    ACT_SWITCH_OFF,
    ACT_SWITCH_ON,
    ACT_MINUTE,
    ACT_RESET, /* to factory settings: it goes to its staging account and arrives once more */
    ACT_OFF_SEEN,
    ACT_ON_SEEN,
    ACT_OFF_AFTER_ARRIVAL, /* the account drops the first connection */
    ACT_ON_AFTER_ARRIVAL,
    ACT_COUNT
};

static const char *const act_names[ACT_COUNT] = {
    [ACT_BUYER_BEGINS] = "buyer begins",
    [ACT_STRANGER_BEGINS] = "stranger begins",
    [ACT_SWITCH_OFF] = "switched off",
    [ACT_SWITCH_ON] = "switched on",
    [ACT_MINUTE] = "a minute",
    [ACT_RESET] = "reset",
    [ACT_OFF_SEEN] = "off is seen",
    [ACT_ON_SEEN] = "on is seen",
    [ACT_OFF_AFTER_ARRIVAL] = "off after arrival is seen",
    [ACT_ON_AFTER_ARRIVAL] = "on after arrival is seen",
};

static bool can_happen(const struct world *world, enum act act)
{
    const struct challenge *challenge = &world->state.parties[BUYER].challenge;
    const bool moved = world->off_ago == 0 || world->on_ago == 0, has_arrived = world->state.arrived_at != 0;

    switch (act) {
    case ACT_SWITCH_OFF: /* when asked to, and not at the very moment */
        return has_arrived && world->is_on && !moved && challenge->until >= NOW &&
               challenge->until < NOW + LASTS * MINUTE;
    case ACT_SWITCH_ON:
        return has_arrived && !world->is_on && !moved;
    case ACT_RESET:
        return !moved;
    case ACT_OFF_SEEN:
        return world->off_ago < NEVER;
    case ACT_ON_SEEN:
        return world->on_ago < NEVER;
    case ACT_OFF_AFTER_ARRIVAL:
    case ACT_ON_AFTER_ARRIVAL:
        return world->state.arrived_at == NOW;
    default:
        return true;
    }
}

static void pass_minute(struct world *world)
{
    for (size_t i = 0; i < PEOPLE; i++) {
        struct challenge *challenge = &world->state.parties[i].challenge;
        challenge->from -= MINUTE;
        challenge->until -= MINUTE;
        challenge->off_at -= challenge->off_at ? MINUTE : 0;
        challenge->on_at -= challenge->on_at ? MINUTE : 0;
        if (is_forgotten(challenge))
            *challenge = (struct challenge){0};
    }
    world->state.arrived_at -= world->state.arrived_at == NOW ? MINUTE : 0;
    world->off_ago += world->off_ago < NEVER;
    world->on_ago += world->on_ago < NEVER;
}

/* What really happens. */
static void happen(struct world *world, enum act act)
{
    switch (act) {
    case ACT_SWITCH_OFF:
        world->is_on = false;
        world->off_ago = 0;
        break;
    case ACT_SWITCH_ON:
        world->is_on = true;
        world->on_ago = 0;
        world->cycles += world->cycles < 2;
        break;
    case ACT_MINUTE:
        pass_minute(world);
        break;
    case ACT_RESET:
        world->is_on = true;
        world->off_ago = world->on_ago = 0;
        break;
    default:
        break;
    }
}

/* What the rules hear of it. */
static struct ownership_event heard(const struct world *world, enum act act)
{
    struct ownership_event event = {.kind = OWNERSHIP_TIME, .now = NOW, .happened_at = NOW, .fresh = true};

    switch (act) {
    case ACT_BUYER_BEGINS:
    case ACT_STRANGER_BEGINS:
        event.kind = OWNERSHIP_CHALLENGE;
        event.party = act == ACT_BUYER_BEGINS ? BUYER : STRANGER;
        break;
    case ACT_RESET:
        event.kind = OWNERSHIP_ARRIVED;
        break;
    case ACT_OFF_SEEN:
        event.kind = OWNERSHIP_OFF;
        event.happened_at -= world->off_ago * MINUTE;
        break;
    case ACT_ON_SEEN:
        event.kind = OWNERSHIP_ON;
        event.happened_at -= world->on_ago * MINUTE;
        break;
    case ACT_OFF_AFTER_ARRIVAL:
    case ACT_ON_AFTER_ARRIVAL:
        event.kind = act == ACT_OFF_AFTER_ARRIVAL ? OWNERSHIP_OFF : OWNERSHIP_ON;
        event.happened_at += OWNERSHIP_ARRIVAL_MS / 2;
        break;
    default:
        break;
    }
    return event;
}

/* ---- one step, and what is checked of it ---- */

static const char *breaks(const struct world *after)
{
    const struct party *parties = after->state.parties;

    if (parties[STRANGER].proofs & (PROOF(PROOF_POWER_CYCLE) | PROOF(PROOF_AGAIN)))
        return "the stranger proves nothing";
    if ((parties[BUYER].proofs & PROOF(PROOF_POWER_CYCLE)) && after->cycles < 1)
        return "who has proven it has switched the device";
    if ((parties[BUYER].proofs & PROOF(PROOF_AGAIN)) && after->cycles < 2)
        return "twice is not once, reported twice";
    if (parties[BUYER].standing == STANDING_OWNER && !(parties[BUYER].proofs & PROOF(PROOF_AGAIN)))
        return "while another one waits, once is not enough";
    return NULL;
}

static void fail_at(const struct world *world, enum act act, const char *broken)
{
    for (size_t i = 0; i < PEOPLE; i++) {
        const struct challenge *challenge = &world->state.parties[i].challenge;
        fprintf(
            stderr, "  proofs %#x, from %lld until %lld, off %lld on %lld\n", world->state.parties[i].proofs,
            challenge->from ? challenge->from - NOW : 1, challenge->until ? challenge->until - NOW : 1,
            challenge->off_at ? challenge->off_at - NOW : 1, challenge->on_at ? challenge->on_at - NOW : 1);
    }
    fprintf(stderr, "  %s, arrived %lld, on %d, off %u and on %u minutes ago, cycles %u\n", act_names[act],
            world->state.arrived_at ? world->state.arrived_at - NOW : 1, world->is_on, world->off_ago,
            world->on_ago, world->cycles);
    fail_msg("%s", broken);
}

static void take_step(struct explored *explored, uint32_t from, enum act act)
{
    struct world world = unpack(explored->states[from]);

    if (world.state.parties[BUYER].standing == STANDING_OWNER || !can_happen(&world, act))
        return;
    happen(&world, act);
    const struct ownership before = world.state;
    const struct ownership_event event = heard(&world, act);
    struct ownership_effects effects;
    enum ownership_answer answer = ownership_apply(&world.state, &event, &effects);
    const struct rule_step step = {&before, &world.state, &event, &effects, answer};
    const char *broken = rule_step_breaks(&step);
    if (!broken)
        broken = breaks(&world);
    if (broken)
        fail_at(&world, act, broken);
    explored_step(explored, from, explored_add(explored, pack(&world)), (uint8_t)act);
}

static bool without_stranger(uint8_t label)
{
    return label != ACT_STRANGER_BEGINS;
}

static void two_who_are_asked_for_a_power_cycle_are_told_apart(void **state)
{
    struct explored *explored = explored_new();
    struct world first = unpack(0);
    (void)state;

    first.off_ago = first.on_ago = NEVER;
    explored_add(explored, pack(&first));
    for (uint32_t i = 0; i < explored->count; i++)
        for (int act = 0; act < ACT_COUNT; act++)
            take_step(explored, i, (enum act)act);
    print_message("%8zu states, %zu steps\n", explored->count, explored->step_count);

    OWNED bool *reaches = memory_new(explored->count, sizeof *reaches);
    for (size_t i = 0; i < explored->count; i++)
        reaches[i] = explored->states[i] >> 19 & 1;
    explored_reaches(explored, reaches, without_stranger);
    for (size_t i = 0; i < explored->count; i++) {
        const struct world world = unpack(explored->states[i]);
        if (!reaches[i])
            fail_at(&world, ACT_MINUTE, "the buyer can still prove it");
    }
    explored_free(explored);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_who_are_asked_for_a_power_cycle_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
