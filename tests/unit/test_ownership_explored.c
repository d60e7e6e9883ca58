/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of ownership in every state that two people, an owner before them, staff, the device and time can
 * bring about, in any order: each event in each state that was found, until there are no new ones.
 *
 * Why the states are few enough, and nothing is lost:
 *   - Time. The rules compare times with now, and with nothing else but each other inside of a challenge. So
 *     each time is only "still to come" or "has come", now stands still, and "it has come" is an event of its
 *     own, in any order: more than real clocks can do. The order inside of a challenge, with events that come
 *     late, twice and out of order: test_ownership_challenges.c.
 *   - A pause between challenges is over at once: people are only faster than they can be.
 *   - What no rule reads any more is left out: see pack().
 *   - A crash. A state is its key, and each step begins with the state made of the key, so nothing is kept
 *     beside what the store keeps. A crash before the commit is no step. After one the caller may repeat the
 *     event: each is applied twice, and the second time changes nothing. */
#include "ownership/ownership.h"

#include <stdio.h>

#include "base/memory.h"
#include "tests/unit/explored.h"
#include "tests/unit/ownership_checks.h"
#include "tests/unit/test.h"

#define NOW 1000000000000LL
#define HOUR 3600000LL
#define SECOND 1000LL

enum { BEFORE, BUYER, OTHER, PEOPLE };

struct product {
    const char *name;
    const char *proofs, *later; /* later: what the product asks for after a change */
    bool codes;                 /* there are codes in the boxes */
};

static const struct product products[] = {
    {"label", "label", NULL, false},
    {"label, with codes in the boxes", "label", NULL, true},
    {"code", "code", NULL, true},
    {"power-cycle", "power-cycle", NULL, false},
    {"fresh", "fresh", NULL, false},
    {"staff", "staff", NULL, false},
    {"code and power-cycle", "code, power-cycle", NULL, true},
    {"fresh and power-cycle", "fresh, power-cycle", NULL, false},
    {"code and staff", "code, staff", NULL, true},
    {"label, then code and power-cycle", "label", "code, power-cycle", true},
};

/* Of the two people. With a stranger, the other one knows the label and nothing else, the device is in the
 * buyer's hands, and the buyer does not switch it but when asked to. Without, both can do everything. */
static bool has_stranger;
static const struct product *product;
static unsigned required[2];

/* ---- states as keys ---- */

enum phase { PHASE_NONE, PHASE_BEGUN, PHASE_RUNS, PHASE_OFF }; /* of a challenge */

static enum phase phase_of(const struct challenge *challenge)
{
    if (!challenge->from || challenge->until <= NOW)
        return PHASE_NONE;
    if (challenge->from >= NOW)
        return PHASE_BEGUN;
    return challenge->off_at ? PHASE_OFF : PHASE_RUNS;
}

static struct challenge challenge_of(enum phase phase)
{
    switch (phase) {
    case PHASE_BEGUN:
        return (struct challenge){.from = NOW, .until = NOW + 180 * SECOND, .count = 1};
    case PHASE_RUNS:
        return (struct challenge){.from = NOW - 60 * SECOND, .until = NOW + 120 * SECOND, .count = 1};
    case PHASE_OFF:
        return (struct challenge){
            .from = NOW - 60 * SECOND, .until = NOW + 120 * SECOND, .off_at = NOW - 30 * SECOND, .count = 1};
    default:
        return (struct challenge){0};
    }
}

/* The proofs that a rule may still read. */
static unsigned proofs_that_matter(const struct party *party)
{
    unsigned proofs = party->proofs;

    if (!((required[0] | required[1]) & PROOF(PROOF_FRESH)))
        proofs &= ~PROOF(PROOF_FRESH);
    switch (party->standing) {
    case STANDING_WAITING:
    case STANDING_ASKING:
    case STANDING_DISPUTED:
        return proofs;
    case STANDING_WITHDRAWN:
    case STANDING_LAPSED:
        return proofs & PROOF(PROOF_CODE); /* a new request keeps no other */
    default:
        return 0;
    }
}

#define PARTY_BITS 13

static uint64_t pack_party(const struct party *party)
{
    const bool is_over = party->standing == STANDING_OWNER || party->standing == STANDING_REFUSED ||
                         party->standing == STANDING_FORMER;
    const bool has_asked = party->standing == STANDING_DISPUTED && party->asked_at;

    return (uint64_t)party->standing | (uint64_t)proofs_that_matter(party) << 3 | (uint64_t)has_asked << 10 |
           (uint64_t)(is_over ? PHASE_NONE : phase_of(&party->challenge)) << 11;
}

/* What no rule may read is set to what would do most harm. */
static struct party unpack_party(uint64_t bits)
{
    struct party party = {.standing = (enum standing)(bits & 7),
                          .proofs = (unsigned)(bits >> 3 & 127),
                          .asked_at = NOW - 30 * 24 * HOUR,
                          .challenge = challenge_of((enum phase)(bits >> 11 & 3))};

    if (party.standing == STANDING_WITHDRAWN || party.standing == STANDING_LAPSED)
        party.proofs |= ~PROOF(PROOF_CODE);
    if (party.standing == STANDING_WAITING)
        party.ends_at = NOW + OWNERSHIP_PROVE_MS;
    if (standing_is_live(party.standing))
        party.asked_at = 0;
    if (party.standing == STANDING_ASKING || (bits >> 10 & 1))
        party.asked_at = NOW - HOUR;
    return party;
}

static uint64_t pack(const struct ownership *state)
{
    uint64_t key = 0;

    for (size_t i = 0; i < PEOPLE; i++)
        key |= pack_party(&state->parties[i]) << (i * PARTY_BITS);
    key |= (uint64_t)state->contested << 39 | (uint64_t)(state->arrived_at != 0) << 40;
    return key | (uint64_t)(state->hand_over_until != 0) << 41 |
           (uint64_t)(state->required != required[0]) << 42;
}

static struct ownership unpack(uint64_t key)
{
    struct ownership state = {.count = PEOPLE,
                              .contested = key >> 39 & 1,
                              .arrived_at = key >> 40 & 1 ? NOW - 24 * HOUR : 0,
                              .hand_over_until = key >> 41 & 1 ? NOW + OWNERSHIP_HAND_OVER_MS : 0,
                              .required = required[key >> 42 & 1]};

    for (size_t i = 0; i < PEOPLE; i++)
        state.parties[i] = unpack_party(key >> (i * PARTY_BITS) & ((1U << PARTY_BITS) - 1));
    if (ownership_owner(&state) < PEOPLE)
        state.owned_at = NOW - 2 * HOUR;
    return state;
}

static struct ownership swapped(const struct ownership *state)
{
    struct ownership other = *state;

    other.parties[BUYER] = state->parties[OTHER];
    other.parties[OTHER] = state->parties[BUYER];
    return other;
}

/* Of two people who can do the same, one key. */
static uint64_t key_of(const struct ownership *state)
{
    const struct ownership other = swapped(state);
    const uint64_t one = pack(state), two = pack(&other);

    return has_stranger || one < two ? one : two;
}

/* ---- what can happen ---- */

enum change {
    CHANGE_NONE,
    CHANGE_TIME_UP,      /* of a request, or of the owner's answer */
    CHANGE_RUNS,         /* the challenge has begun a moment ago */
    CHANGE_CHALLENGE_UP, /* the challenge's time has come */
    CHANGE_LINK_UP,      /* the hand-over link's */
    CHANGE_AFRESH,       /* a new registration, after one that is final */
    CHANGE_PRODUCT       /* the product asks for other proofs */
};

struct act {
    enum ownership_event_kind kind;
    size_t who;
    enum change change;
    bool fresh;
};

#define ACTS_MAX 64
static struct act acts[ACTS_MAX];
static size_t act_count;

static void add_act(struct act act)
{
    assert_true(act_count < ACTS_MAX);
    acts[act_count++] = act;
}

static void list_acts(void)
{
    act_count = 0;
    for (size_t who = BUYER; who < PEOPLE; who++) {
        for (int kind = 0; kind < OWNERSHIP_ARRIVED; kind++)
            add_act((struct act){(enum ownership_event_kind)kind, who, CHANGE_NONE, false});
        for (int change = CHANGE_TIME_UP; change <= CHANGE_AFRESH; change++)
            if (change != CHANGE_LINK_UP)
                add_act((struct act){OWNERSHIP_TIME, who, (enum change)change, false});
    }
    for (int kind = OWNERSHIP_OFFER; kind <= OWNERSHIP_ON; kind++)
        if (kind != OWNERSHIP_GRANT && kind != OWNERSHIP_REFUSE)
            add_act((struct act){(enum ownership_event_kind)kind, BEFORE, CHANGE_NONE, false});
    add_act((struct act){OWNERSHIP_ARRIVED, BEFORE, CHANGE_NONE, true});
    add_act((struct act){OWNERSHIP_TIME, BEFORE, CHANGE_LINK_UP, false});
    if (product->later)
        add_act((struct act){OWNERSHIP_TIME, BEFORE, CHANGE_PRODUCT, false});
}

/* False: there is nothing to change. */
static bool change(struct ownership *state, const struct act *act)
{
    struct party *party = &state->parties[act->who];
    const enum phase phase = phase_of(&party->challenge);

    switch (act->change) {
    case CHANGE_TIME_UP:
        party->ends_at = party->standing == STANDING_WAITING ? NOW : party->ends_at;
        party->asked_at = party->standing == STANDING_ASKING ? NOW - OWNERSHIP_ANSWER_MS : party->asked_at;
        return party->standing == STANDING_WAITING || party->standing == STANDING_ASKING;
    case CHANGE_RUNS:
        party->challenge = challenge_of(PHASE_RUNS);
        return phase == PHASE_BEGUN;
    case CHANGE_CHALLENGE_UP:
        party->challenge = challenge_of(PHASE_NONE);
        return phase != PHASE_NONE && !(has_stranger && act->who == BUYER && phase == PHASE_OFF);
    case CHANGE_LINK_UP:
        state->hand_over_until = state->hand_over_until ? NOW : 0;
        return state->hand_over_until != 0;
    case CHANGE_AFRESH:
        *party = (struct party){.standing = STANDING_WITHDRAWN};
        return true;
    case CHANGE_PRODUCT:
        state->required = state->required == required[0] ? required[1] : required[0];
        return true;
    default:
        return true;
    }
}

static bool can_happen(const struct ownership *state, const struct act *act)
{
    const enum standing standing = state->parties[act->who].standing;
    const enum phase buyers = phase_of(&state->parties[BUYER].challenge);

    if (act->change == CHANGE_AFRESH)
        return standing == STANDING_FORMER || standing == STANDING_REFUSED;
    if (act->kind == OWNERSHIP_CODE)
        return product->codes && !(has_stranger && act->who == OTHER);
    if (act->kind == OWNERSHIP_OFF || act->kind == OWNERSHIP_ON)
        return !has_stranger || buyers == PHASE_RUNS || buyers == PHASE_OFF;
    return true;
}

/* ---- one step, and what is checked of it ---- */

static void fail_at(const struct ownership *state, const struct act *act, const char *broken)
{
    fprintf(stderr, "%s%s: %s, change %d, who %zu, fresh %d. contested %d, arrived %d, link %d\n",
            product->name, has_stranger ? ", stranger" : "", ownership_event_name(act->kind),
            (int)act->change, act->who, act->fresh, state->contested, state->arrived_at != 0,
            state->hand_over_until != 0);
    for (size_t i = 0; i < PEOPLE; i++)
        fprintf(stderr, "  %s, proofs %#x, challenge %d\n", standing_name(state->parties[i].standing),
                state->parties[i].proofs, (int)phase_of(&state->parties[i].challenge));
    fail_msg("%s", broken);
}

static const char *refusal_breaks(const struct ownership *before, const struct ownership *after)
{
    const struct ownership_event time = {.kind = OWNERSHIP_TIME, .now = NOW};
    struct ownership waited = *before;
    struct ownership_effects effects;

    if (ownership_apply(&waited, &time, &effects) != OWNERSHIP_DONE || pack(&waited) != pack(after))
        return "what is not allowed changes nothing";
    return NULL;
}

/* After a crash, or by a person who is impatient. */
static const char *repeat_breaks(const struct ownership *after, const struct ownership_event *event)
{
    struct ownership again = *after;
    struct ownership_effects effects;
    enum ownership_answer answer = ownership_apply(&again, event, &effects);

    if (pack(&again) != pack(after) || effects.count)
        return "what is repeated changes nothing";
    if (answer != OWNERSHIP_DONE && event->kind != OWNERSHIP_CHALLENGE && event->kind != OWNERSHIP_RELEASE &&
        event->kind != OWNERSHIP_STAFF_RELEASE)
        return "what was done can be repeated";
    return NULL;
}

static const char *swap_breaks(const struct ownership *before, const struct ownership *after,
                               const struct ownership_event *event)
{
    struct ownership other = swapped(before);
    const struct ownership expected = swapped(after);
    struct ownership_event same = *event;
    struct ownership_effects effects;

    if (event->party != BEFORE)
        same.party = event->party == BUYER ? OTHER : BUYER;
    enum ownership_answer ignored = ownership_apply(&other, &same, &effects);
    (void)ignored;
    return pack(&other) == pack(&expected) ? NULL : "the order of the people does not matter";
}

/* The other one knows the label, and nothing else. */
static const char *stranger_breaks(const struct rule_step *step)
{
    const bool came = step->after->parties[OTHER].standing == STANDING_OWNER &&
                      step->before->parties[OTHER].standing != STANDING_OWNER;
    const bool given = step->event->kind == OWNERSHIP_GRANT || step->event->kind == OWNERSHIP_ACCEPT ||
                       step->event->kind == OWNERSHIP_TAKE;

    if (standing_is_live(step->after->parties[OTHER].standing) &&
        step->after->parties[OTHER].proofs & (PROOF(PROOF_CODE) | PROOF(PROOF_POWER_CYCLE)))
        return "a stranger proves nothing by what the buyer does";
    if (!came || given)
        return NULL;
    if (standing_is_live(step->after->parties[BUYER].standing))
        return "a stranger does not get what another one waits for";
    if (ownership_owner(step->before) < PEOPLE && step->event->kind != OWNERSHIP_RELEASE &&
        step->event->kind != OWNERSHIP_STAFF_RELEASE && step->event->kind != OWNERSHIP_ERASE)
        return "a stranger does not get what another one owns";
    return NULL;
}

static void take_step(struct explored *explored, uint32_t from, const struct act *act)
{
    struct ownership before = unpack(explored->states[from]);
    const struct ownership_event event = {.kind = act->kind,
                                          .party = act->who,
                                          .now = NOW,
                                          .happened_at = NOW,
                                          .ends_at = NOW + OWNERSHIP_PROVE_MS,
                                          .fresh = act->fresh};
    struct ownership_effects effects;

    if (!can_happen(&before, act) || !change(&before, act))
        return;
    struct ownership after = before;
    enum ownership_answer answer = ownership_apply(&after, &event, &effects);
    const struct rule_step step = {&before, &after, &event, &effects, answer};
    const char *broken = rule_step_breaks(&step);
    if (!broken && answer != OWNERSHIP_DONE)
        broken = refusal_breaks(&before, &after);
    if (!broken)
        broken = answer == OWNERSHIP_DONE ? repeat_breaks(&after, &event) : NULL;
    if (!broken)
        broken = has_stranger ? stranger_breaks(&step) : swap_breaks(&before, &after, &event);
    if (broken)
        fail_at(&before, act, broken);
    uint32_t to = explored_add(explored, key_of(&after));
    if (has_stranger)
        explored_step(explored, from, to, (uint8_t)(act - acts));
}

static struct explored *explore(const struct product *of, bool stranger)
{
    struct explored *explored = explored_new();
    struct ownership nobody = {.count = PEOPLE};

    product = of;
    has_stranger = stranger;
    assert_true(proofs_parse(of->proofs, &required[0]));
    required[1] = required[0];
    assert_true(!of->later || proofs_parse(of->later, &required[1]));
    list_acts();
    nobody.required = required[0];
    for (size_t i = 0; i < PEOPLE; i++)
        nobody.parties[i].standing = STANDING_WITHDRAWN; /* like one who has not come yet */
    nobody.parties[BEFORE].standing = STANDING_FORMER;
    explored_add(explored, key_of(&nobody));
    nobody.parties[BEFORE].standing = STANDING_OWNER;
    nobody.arrived_at = NOW - HOUR;
    explored_add(explored, key_of(&nobody));
    for (uint32_t i = 0; i < explored->count; i++) {
        const struct ownership state = unpack(explored->states[i]);
        const char *broken = rule_state_breaks(&state, NOW);
        if (broken)
            fail_at(&state, &(struct act){OWNERSHIP_TIME, BEFORE, CHANGE_NONE, false}, broken);
        for (size_t j = 0; j < act_count; j++)
            take_step(explored, i, &acts[j]);
    }
    return explored;
}

/* ---- ways out ---- */

static bool by_buyer_and_device(uint8_t label)
{
    const struct act *act = &acts[label];

    if (act->kind == OWNERSHIP_ARRIVED || act->kind == OWNERSHIP_OFF || act->kind == OWNERSHIP_ON)
        return true;
    if (act->kind == OWNERSHIP_TIME)
        return act->change != CHANGE_PRODUCT && (act->who != OTHER || act->change != CHANGE_AFRESH);
    return act->who == BUYER && (act->kind == OWNERSHIP_REQUEST || act->kind == OWNERSHIP_CODE ||
                                 act->kind == OWNERSHIP_CHALLENGE);
}

static bool by_them_and_staff(uint8_t label)
{
    return by_buyer_and_device(label) || acts[label].kind == OWNERSHIP_STAFF_RELEASE ||
           (acts[label].kind == OWNERSHIP_GRANT && acts[label].who == BUYER);
}

static void check_ways(const struct explored *explored, bool with_staff)
{
    OWNED bool *reaches = memory_new(explored->count, sizeof *reaches);

    for (size_t i = 0; i < explored->count; i++) {
        const struct ownership state = unpack(explored->states[i]);
        reaches[i] = state.parties[BUYER].standing == STANDING_OWNER;
    }
    explored_reaches(explored, reaches, with_staff ? by_them_and_staff : by_buyer_and_device);
    for (size_t i = 0; i < explored->count; i++) {
        const struct ownership state = unpack(explored->states[i]);
        bool is_due =
            with_staff || (ownership_owner(&state) == PEOPLE && !(state.required & PROOF(PROOF_STAFF)));
        if (is_due && !reaches[i])
            fail_at(&state, &(struct act){OWNERSHIP_TIME, BUYER, CHANGE_NONE, false},
                    with_staff ? "with staff, who has the device can become its owner"
                               : "who has a device without owner can become its owner");
    }
}

/* ---- the tests ---- */

static void explore_all(bool stranger)
{
    size_t total = 0;

    for (size_t i = 0; i < COUNT(products); i += EXPRESSLINK_TEST_SHARE) {
        struct explored *explored = explore(&products[i], stranger);
        if (stranger) {
            check_ways(explored, false);
            check_ways(explored, true);
        }
        print_message("%8zu states: %s\n", explored->count, products[i].name);
        total += explored->count;
        explored_free(explored);
    }
    print_message("%8zu states in all%s\n", total, stranger ? ", with a stranger" : "");
    assert_true(total > 1000);
}

static void promises_hold_whatever_two_people_do(void **state)
{
    (void)state;
    explore_all(false);
}

static void who_has_the_device_gets_it_and_a_stranger_does_not(void **state)
{
    (void)state;
    explore_all(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(promises_hold_whatever_two_people_do),
        cmocka_unit_test(who_has_the_device_gets_it_and_a_stranger_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
