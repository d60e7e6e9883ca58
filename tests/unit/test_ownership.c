/* SPDX-License-Identifier: Apache-2.0 */
/* Single rules, with their times and their names. test_ownership_explored.c has all of them together. */
#include "ownership/ownership.h"

#include "tests/unit/test.h"

#define START 1000000000000LL
#define SECOND 1000LL
#define MINUTE 60000LL
#define DAY 86400000LL

enum { ANN, BEN, CAT };

static struct ownership device;
static struct ownership_effects effects;
static long long now;

static int set_up(void **state)
{
    (void)state;
    now = START;
    device = (struct ownership){.required = PROOF(PROOF_LABEL), .count = 3};
    for (size_t i = 0; i < device.count; i++)
        device.parties[i].standing = STANDING_WITHDRAWN;
    return 0;
}

static enum ownership_answer apply(enum ownership_event_kind kind, size_t party)
{
    const struct ownership_event event = {
        .kind = kind, .party = party, .now = now, .happened_at = now, .ends_at = now + DAY, .fresh = true};

    return ownership_apply(&device, &event, &effects);
}

static void does(enum ownership_event_kind kind, size_t party)
{
    assert_int_equal(apply(kind, party), OWNERSHIP_DONE);
}

static void is_refused(enum ownership_event_kind kind, size_t party, enum ownership_answer answer)
{
    const struct ownership before = device;

    assert_int_equal(apply(kind, party), answer);
    assert_memory_equal(&device, &before, sizeof device);
    assert_int_equal(effects.count, 0);
}

static bool has_effect(enum effect_kind kind, size_t party)
{
    for (size_t i = 0; i < effects.count; i++)
        if (effects.list[i].kind == kind && effects.list[i].party == party)
            return true;
    return false;
}

static enum standing standing_of(size_t party)
{
    return device.parties[party].standing;
}

static void wait_for(long long ms)
{
    now += ms;
}

/* Ann has registered, and the device has arrived. */
static void ann_owns_it(void)
{
    does(OWNERSHIP_REQUEST, ANN);
    does(OWNERSHIP_ARRIVED, 0);
    assert_int_equal(standing_of(ANN), STANDING_OWNER);
    wait_for(MINUTE);
}

static void ann_and_ben_contest_it(void)
{
    does(OWNERSHIP_REQUEST, ANN);
    does(OWNERSHIP_REQUEST, BEN);
    does(OWNERSHIP_ARRIVED, 0);
    assert_true(device.contested);
    assert_true(has_effect(EFFECT_CONTESTED, ANN) && has_effect(EFFECT_CONTESTED, BEN));
    wait_for(MINUTE);
}

static void switches_it(long long off_ms)
{
    wait_for(SECOND);
    does(OWNERSHIP_OFF, 0);
    wait_for(off_ms);
    does(OWNERSHIP_ON, 0);
}

/* ---- what is refused ---- */

static void nobody_does_what_is_not_theirs(void **state)
{
    (void)state;
    is_refused(OWNERSHIP_WITHDRAW, 3, OWNERSHIP_NOT_NOW); /* no such party */
    is_refused(OWNERSHIP_EVENT_COUNT, ANN, OWNERSHIP_NOT_NOW);
    is_refused((enum ownership_event_kind) - 1, ANN, OWNERSHIP_NOT_NOW);
    is_refused(OWNERSHIP_CODE, ANN, OWNERSHIP_NOT_NOW);
    is_refused(OWNERSHIP_CHALLENGE, ANN, OWNERSHIP_NOT_NOW);
    is_refused(OWNERSHIP_ASK, ANN, OWNERSHIP_NOT_NOW);
    is_refused(OWNERSHIP_GRANT, ANN, OWNERSHIP_NOT_NOW);
    is_refused(OWNERSHIP_REFUSE, ANN, OWNERSHIP_NOT_NOW);
    is_refused(OWNERSHIP_TAKE, ANN, OWNERSHIP_ENDED);
    is_refused(OWNERSHIP_OFFER, ANN, OWNERSHIP_NOT_NOW);
    is_refused(OWNERSHIP_KEEP, ANN, OWNERSHIP_NOT_NOW);
    is_refused(OWNERSHIP_RELEASE, ANN, OWNERSHIP_NOT_NOW);
    is_refused(OWNERSHIP_STAFF_RELEASE, ANN, OWNERSHIP_NOT_NOW);
    is_refused(OWNERSHIP_ACCEPT, ANN, OWNERSHIP_NOT_NOW);
    is_refused(OWNERSHIP_DENY, ANN, OWNERSHIP_NOT_NOW);
}

static void the_owner_accepts_only_who_has_asked(void **state)
{
    (void)state;
    ann_owns_it();
    does(OWNERSHIP_REQUEST, BEN);
    is_refused(OWNERSHIP_ACCEPT, BEN, OWNERSHIP_NOT_NOW);
    is_refused(OWNERSHIP_DENY, BEN, OWNERSHIP_NOT_NOW);
    is_refused(OWNERSHIP_WITHDRAW, ANN, OWNERSHIP_NOT_NOW);
    is_refused(OWNERSHIP_RELEASE, BEN, OWNERSHIP_NOT_NOW);
    is_refused(OWNERSHIP_OFFER, BEN, OWNERSHIP_NOT_NOW);
}

static void what_is_final_stays(void **state)
{
    (void)state;
    ann_owns_it();
    does(OWNERSHIP_REQUEST, BEN);
    does(OWNERSHIP_REFUSE, BEN);
    assert_true(has_effect(EFFECT_REFUSED, BEN));
    does(OWNERSHIP_RELEASE, ANN);
    assert_true(has_effect(EFFECT_ENDED, ANN));
    for (size_t i = ANN; i <= BEN; i++) {
        is_refused(OWNERSHIP_REQUEST, i, OWNERSHIP_NOT_NOW);
        is_refused(OWNERSHIP_ASK, i, OWNERSHIP_NOT_NOW);
        is_refused(OWNERSHIP_CODE, i, OWNERSHIP_NOT_NOW);
        is_refused(OWNERSHIP_GRANT, i, OWNERSHIP_NOT_NOW);
        assert_int_equal(ownership_view(&device, i), VIEW_NOTHING);
    }
}

/* The button was pressed twice, or the answer was lost. */
static void a_release_that_is_repeated_does_not_end_the_next_owner(void **state)
{
    (void)state;
    ann_owns_it();
    does(OWNERSHIP_REQUEST, BEN);
    does(OWNERSHIP_RELEASE, ANN);
    assert_int_equal(standing_of(BEN), STANDING_OWNER);
    is_refused(OWNERSHIP_RELEASE, ANN, OWNERSHIP_NOT_NOW);
    is_refused(OWNERSHIP_STAFF_RELEASE, ANN, OWNERSHIP_NOT_NOW);
    assert_int_equal(standing_of(BEN), STANDING_OWNER);
}

/* ---- hand over ---- */

static void a_link_ends(void **state)
{
    (void)state;
    ann_owns_it();
    does(OWNERSHIP_REQUEST, BEN);
    is_refused(OWNERSHIP_TAKE, BEN, OWNERSHIP_ENDED);
    does(OWNERSHIP_OFFER, ANN);
    does(OWNERSHIP_KEEP, ANN);
    is_refused(OWNERSHIP_TAKE, BEN, OWNERSHIP_ENDED);
    does(OWNERSHIP_OFFER, ANN);
    does(OWNERSHIP_ARRIVED, 0); /* Ben may wait for longer than the link lasts */
    wait_for(OWNERSHIP_HAND_OVER_MS);
    assert_int_equal(apply(OWNERSHIP_TAKE, BEN), OWNERSHIP_ENDED);
    assert_int_equal(standing_of(ANN), STANDING_OWNER);
}

static void a_link_ends_with_the_owner_who_made_it(void **state)
{
    (void)state;
    ann_owns_it();
    does(OWNERSHIP_OFFER, ANN);
    does(OWNERSHIP_RELEASE, ANN);
    does(OWNERSHIP_REQUEST, BEN);
    does(OWNERSHIP_REQUEST, CAT);
    assert_int_equal(standing_of(BEN), STANDING_OWNER);
    is_refused(OWNERSHIP_TAKE, CAT, OWNERSHIP_ENDED);
}

static void a_link_is_used_once(void **state)
{
    (void)state;
    ann_owns_it();
    does(OWNERSHIP_REQUEST, BEN);
    does(OWNERSHIP_REQUEST, CAT);
    does(OWNERSHIP_OFFER, ANN);
    does(OWNERSHIP_TAKE, BEN);
    assert_true(has_effect(EFFECT_ENDED, ANN) && has_effect(EFFECT_GRANTED, BEN));
    assert_true(device.parties[BEN].proofs & PROOF(PROOF_HAND_OVER));
    is_refused(OWNERSHIP_TAKE, CAT, OWNERSHIP_ENDED);
    does(OWNERSHIP_TAKE, BEN); /* once more, by the same */
    assert_int_equal(effects.count, 0);
}

/* ---- asking the owner ---- */

static void an_owner_who_is_silent_leaves_it_to_staff(void **state)
{
    (void)state;
    ann_owns_it();
    does(OWNERSHIP_REQUEST, BEN);
    does(OWNERSHIP_ASK, BEN);
    assert_true(has_effect(EFFECT_ASKED, BEN));
    wait_for(OWNERSHIP_ANSWER_MS - 1);
    does(OWNERSHIP_TIME, 0);
    assert_int_equal(standing_of(BEN), STANDING_ASKING);
    wait_for(1);
    does(OWNERSHIP_TIME, 0);
    assert_true(has_effect(EFFECT_DISPUTED, BEN));
    does(OWNERSHIP_GRANT, BEN);
    assert_true(has_effect(EFFECT_ENDED, ANN) && has_effect(EFFECT_GRANTED, BEN));
}

static void an_owner_can_change_a_no_into_a_yes(void **state)
{
    (void)state;
    ann_owns_it();
    does(OWNERSHIP_REQUEST, BEN);
    does(OWNERSHIP_ASK, BEN);
    does(OWNERSHIP_DENY, BEN);
    assert_true(has_effect(EFFECT_DISPUTED, BEN));
    does(OWNERSHIP_ACCEPT, BEN);
    assert_int_equal(standing_of(BEN), STANDING_OWNER);
    assert_int_equal(standing_of(ANN), STANDING_FORMER);
}

static void a_new_owner_has_only_the_time_that_is_left(void **state)
{
    (void)state;
    ann_owns_it();
    does(OWNERSHIP_REQUEST, BEN);
    does(OWNERSHIP_ASK, BEN);
    const long long due = ownership_due(&device.parties[BEN]);
    wait_for(DAY / 2);
    does(OWNERSHIP_REQUEST, CAT);
    does(OWNERSHIP_OFFER, ANN);
    does(OWNERSHIP_TAKE, CAT);
    assert_true(has_effect(EFFECT_ASKED, BEN));
    assert_int_equal(ownership_due(&device.parties[BEN]), due);
}

static void in_a_contest_staff_is_asked(void **state)
{
    (void)state;
    ann_and_ben_contest_it();
    does(OWNERSHIP_ASK, BEN);
    assert_true(has_effect(EFFECT_DISPUTED, BEN));
    assert_int_equal(ownership_due(&device.parties[BEN]), 0);
}

static void where_staff_decides_staff_hears_of_it_when_nothing_else_is_missing(void **state)
{
    (void)state;
    device.required = PROOF(PROOF_LABEL) | PROOF(PROOF_CODE) | PROOF(PROOF_STAFF);
    does(OWNERSHIP_REQUEST, ANN);
    does(OWNERSHIP_ARRIVED, 0);
    assert_int_equal(standing_of(ANN), STANDING_WAITING);
    does(OWNERSHIP_CODE, ANN);
    assert_true(has_effect(EFFECT_DISPUTED, ANN));
    assert_int_equal(ownership_shown(&device, ANN, now), STANDING_WAITING);
    does(OWNERSHIP_ASK, ANN);
    assert_int_equal(ownership_shown(&device, ANN, now), STANDING_ASKING);
    assert_int_equal(standing_of(ANN), STANDING_DISPUTED);
}

/* ---- waiting ---- */

static void who_waits_does_not_wait_for_ever(void **state)
{
    const struct ownership_event event = {
        .kind = OWNERSHIP_REQUEST, .party = ANN, .now = START, .ends_at = 0};
    (void)state;

    assert_int_equal(ownership_apply(&device, &event, &effects), OWNERSHIP_DONE);
    assert_int_equal(standing_of(ANN), STANDING_WAITING);
    assert_int_equal(ownership_due(&device.parties[ANN]), START + 1);
}

static void who_lapsed_can_come_again_without_what_was_shown_once(void **state)
{
    (void)state;
    device.required |= PROOF(PROOF_CODE) | PROOF(PROOF_POWER_CYCLE);
    does(OWNERSHIP_REQUEST, ANN);
    does(OWNERSHIP_ARRIVED, 0);
    does(OWNERSHIP_CODE, ANN);
    assert_int_equal(device.parties[ANN].ends_at, START + OWNERSHIP_PROVE_MS);
    wait_for(OWNERSHIP_PROVE_MS);
    does(OWNERSHIP_TIME, 0);
    assert_true(has_effect(EFFECT_LAPSED, ANN));
    assert_int_equal(ownership_view(&device, ANN), VIEW_REQUEST);
    does(OWNERSHIP_REQUEST, ANN);
    assert_int_equal(device.parties[ANN].proofs, PROOF(PROOF_LABEL) | PROOF(PROOF_CODE));
}

/* The same person, after a reset to factory settings. */
static void the_owner_goes_on(void **state)
{
    (void)state;
    ann_owns_it();
    does(OWNERSHIP_REQUEST, ANN);
    does(OWNERSHIP_ARRIVED, 0);
    does(OWNERSHIP_CODE, ANN);
    assert_int_equal(standing_of(ANN), STANDING_OWNER);
    assert_int_equal(effects.count, 0);
}

static void a_product_may_ask_for_less_or_more_while_people_wait(void **state)
{
    (void)state;
    device.required |= PROOF(PROOF_CODE);
    does(OWNERSHIP_REQUEST, ANN);
    does(OWNERSHIP_ARRIVED, 0);
    assert_int_equal(standing_of(ANN), STANDING_WAITING);
    device.required = PROOF(PROOF_LABEL);
    does(OWNERSHIP_TIME, 0);
    assert_int_equal(standing_of(ANN), STANDING_OWNER);
    device.required |= PROOF(PROOF_STAFF);
    does(OWNERSHIP_TIME, 0);
    assert_int_equal(standing_of(ANN), STANDING_OWNER);
}

static void erasing_the_owner_leaves_the_device_to_who_waits(void **state)
{
    (void)state;
    ann_owns_it();
    does(OWNERSHIP_REQUEST, BEN);
    does(OWNERSHIP_ASK, BEN);
    does(OWNERSHIP_ERASE, ANN);
    assert_true(has_effect(EFFECT_ENDED, ANN) && has_effect(EFFECT_GRANTED, BEN));
    does(OWNERSHIP_REQUEST, CAT);
    does(OWNERSHIP_ERASE, CAT);
    assert_true(has_effect(EFFECT_WITHDRAWN, CAT));
}

static void more_than_fit_are_rivals_too(void **state)
{
    (void)state;
    device.others = 1;
    does(OWNERSHIP_REQUEST, ANN);
    does(OWNERSHIP_ARRIVED, 0);
    assert_true(has_effect(EFFECT_CONTESTED, ANN));
    does(OWNERSHIP_CODE, ANN);
    assert_int_equal(standing_of(ANN), STANDING_OWNER);
}

/* Two show different things at the same time: who comes first in the list must not matter. */
static void code_against_power_cycles_is_for_staff(void **state)
{
    (void)state;
    ann_and_ben_contest_it();
    device.parties[ANN].proofs |= PROOF(PROOF_CODE);
    device.parties[BEN].proofs |= PROOF(PROOF_POWER_CYCLE) | PROOF(PROOF_AGAIN);
    does(OWNERSHIP_TIME, 0);
    assert_int_equal(ownership_owner(&device), device.count);
    device.required |= PROOF(PROOF_CODE); /* now one of them lacks what is needed */
    does(OWNERSHIP_TIME, 0);
    assert_int_equal(standing_of(ANN), STANDING_OWNER);
}

/* ---- power cycles ---- */

static void pauses_between_challenges_grow(void **state)
{
    static const long long pauses[] = {1, 2, 4, 8, 16, 32, 60, 60};
    (void)state;

    ann_owns_it();
    does(OWNERSHIP_REQUEST, BEN);
    device.parties[BEN].ends_at = START + 100 * DAY;
    for (size_t i = 0; i < COUNT(pauses); i++) {
        does(OWNERSHIP_CHALLENGE, BEN);
        const long long next = now + OWNERSHIP_CHALLENGE_MS + pauses[i] * MINUTE;
        assert_int_equal(ownership_challenge_at(&device.parties[BEN]), next);
        now = next - 1;
        is_refused(OWNERSHIP_CHALLENGE, BEN, OWNERSHIP_TOO_SOON);
        now = next;
    }
}

static void a_power_cycle_outside_of_its_time_does_not_count(void **state)
{
    (void)state;
    ann_and_ben_contest_it();
    switches_it(10 * SECOND);
    does(OWNERSHIP_CHALLENGE, ANN);
    does(OWNERSHIP_ON, 0); /* at this very moment */
    wait_for(OWNERSHIP_CHALLENGE_MS - SECOND);
    switches_it(SECOND);
    assert_false(device.parties[ANN].proofs & PROOF(PROOF_POWER_CYCLE));
}

static void on_and_then_off_is_no_power_cycle(void **state)
{
    (void)state;
    ann_and_ben_contest_it();
    does(OWNERSHIP_CHALLENGE, ANN);
    wait_for(SECOND);
    does(OWNERSHIP_ON, 0);
    wait_for(OWNERSHIP_ORDER_MS + 1);
    does(OWNERSHIP_OFF, 0);
    assert_false(device.parties[ANN].proofs & PROOF(PROOF_POWER_CYCLE));
    wait_for(SECOND);
    does(OWNERSHIP_ON, 0);
    assert_true(has_effect(EFFECT_PROVEN, ANN));
}

/* A device that lost power is missed only when it is back, and takes over its own session. */
static void an_end_that_is_reported_with_the_new_connection_counts(void **state)
{
    (void)state;
    ann_and_ben_contest_it();
    does(OWNERSHIP_CHALLENGE, ANN);
    wait_for(30 * SECOND);
    does(OWNERSHIP_ON, 0);
    wait_for(OWNERSHIP_ORDER_MS);
    does(OWNERSHIP_OFF, 0);
    assert_true(has_effect(EFFECT_PROVEN, ANN));
}

static void who_is_contested_does_it_twice(void **state)
{
    (void)state;
    ann_and_ben_contest_it();
    does(OWNERSHIP_CHALLENGE, ANN);
    switches_it(10 * SECOND);
    assert_true(has_effect(EFFECT_PROVEN, ANN));
    assert_int_equal(standing_of(ANN), STANDING_WAITING);
    does(OWNERSHIP_ON, 0); /* reported twice */
    does(OWNERSHIP_OFF, 0);
    assert_int_equal(effects.count, 0);
    wait_for(OWNERSHIP_CHALLENGE_PAUSE_MS);
    does(OWNERSHIP_CHALLENGE, ANN);
    switches_it(10 * SECOND);
    assert_true(device.parties[ANN].proofs & PROOF(PROOF_AGAIN));
    assert_int_equal(standing_of(ANN), STANDING_OWNER);
}

static void who_is_alone_after_a_contest_does_it_once(void **state)
{
    (void)state;
    ann_and_ben_contest_it();
    does(OWNERSHIP_WITHDRAW, BEN);
    assert_int_equal(standing_of(ANN), STANDING_WAITING);
    does(OWNERSHIP_CHALLENGE, ANN);
    switches_it(10 * SECOND);
    assert_int_equal(standing_of(ANN), STANDING_OWNER);
}

static void one_that_two_were_asked_for_counts_for_neither(void **state)
{
    (void)state;
    ann_and_ben_contest_it();
    does(OWNERSHIP_CHALLENGE, BEN);
    wait_for(MINUTE);
    does(OWNERSHIP_CHALLENGE, ANN);
    switches_it(10 * SECOND);
    assert_int_equal(effects.count, 0);
    assert_int_equal(device.parties[ANN].challenge.until, now); /* both have ended */
    assert_int_equal(device.parties[BEN].challenge.until, now);
}

/* Ann was too slow; Ben, who has only waited for this, has seen all of it. */
static void one_that_began_in_the_time_of_another_does_not_count(void **state)
{
    (void)state;
    ann_and_ben_contest_it();
    does(OWNERSHIP_CHALLENGE, ANN);
    wait_for(2 * MINUTE);
    does(OWNERSHIP_CHALLENGE, BEN);
    switches_it(90 * SECOND);
    assert_int_equal(effects.count, 0);
}

static void nobody_proves_anything_while_there_are_too_many(void **state)
{
    (void)state;
    ann_and_ben_contest_it();
    device.others = 1;
    device.crowded = true;
    does(OWNERSHIP_CHALLENGE, ANN);
    switches_it(10 * SECOND);
    assert_int_equal(effects.count, 0);
}

/* An account drops the first connection of a device that is new to it. */
static void an_arrival_is_no_power_cycle(void **state)
{
    (void)state;
    device.required |= PROOF(PROOF_POWER_CYCLE);
    does(OWNERSHIP_REQUEST, BEN);
    does(OWNERSHIP_CHALLENGE, BEN);
    switches_it(SECOND);
    does(OWNERSHIP_ARRIVED, 0);
    switches_it(SECOND);
    assert_false(device.parties[BEN].proofs & PROOF(PROOF_POWER_CYCLE));
    wait_for(OWNERSHIP_ARRIVAL_MS);
    switches_it(SECOND);
    assert_int_equal(standing_of(BEN), STANDING_OWNER);
}

static void a_challenge_right_after_the_arrival_waits_for_it_to_end(void **state)
{
    (void)state;
    device.required |= PROOF(PROOF_POWER_CYCLE);
    does(OWNERSHIP_REQUEST, BEN);
    does(OWNERSHIP_ARRIVED, 0);
    does(OWNERSHIP_CHALLENGE, BEN);
    switches_it(SECOND);
    assert_false(device.parties[BEN].proofs & PROOF(PROOF_POWER_CYCLE));
}

static void nobody_lapses_during_a_challenge(void **state)
{
    (void)state;
    ann_owns_it();
    does(OWNERSHIP_REQUEST, BEN);
    now = device.parties[BEN].ends_at - 1;
    does(OWNERSHIP_CHALLENGE, BEN);
    wait_for(OWNERSHIP_CHALLENGE_MS - 1);
    does(OWNERSHIP_TIME, 0);
    assert_int_equal(standing_of(BEN), STANDING_WAITING);
}

/* Ben showed it while Ann owned the device: after her, that says nothing. */
static void what_was_shown_ends_with_the_owner(void **state)
{
    (void)state;
    ann_owns_it();
    device.required = PROOF(PROOF_LABEL) | PROOF(PROOF_POWER_CYCLE) | PROOF(PROOF_FRESH);
    does(OWNERSHIP_REQUEST, BEN);
    does(OWNERSHIP_ARRIVED, 0);
    wait_for(MINUTE);
    does(OWNERSHIP_CHALLENGE, BEN);
    switches_it(10 * SECOND);
    assert_true(ownership_may_tell(&device, BEN));
    does(OWNERSHIP_RELEASE, ANN);
    assert_int_equal(standing_of(BEN), STANDING_WAITING);
    assert_int_equal(device.parties[BEN].proofs, PROOF(PROOF_LABEL));
}

/* ---- what may be seen ---- */

static void without_proof_a_denial_looks_like_silence(void **state)
{
    (void)state;
    ann_owns_it();
    device.required |= PROOF(PROOF_CODE);
    does(OWNERSHIP_REQUEST, BEN);
    does(OWNERSHIP_ASK, BEN);
    does(OWNERSHIP_DENY, BEN);
    assert_false(ownership_may_tell(&device, BEN));
    assert_int_equal(ownership_shown(&device, BEN, now + OWNERSHIP_ANSWER_MS - 1), STANDING_ASKING);
    assert_int_equal(ownership_shown(&device, BEN, now + OWNERSHIP_ANSWER_MS), STANDING_DISPUTED);
    does(OWNERSHIP_CODE, BEN);
    assert_true(ownership_may_tell(&device, BEN));
    assert_int_equal(ownership_shown(&device, BEN, now), STANDING_DISPUTED);
    assert_int_equal(ownership_view(&device, BEN), VIEW_REQUEST);
    assert_int_equal(ownership_view(&device, ANN), VIEW_OWNER);
}

/* ---- names ---- */

static void an_unknown_standing_is_refused(void **state)
{
    enum standing standing = STANDING_FORMER;
    (void)state;

    assert_false(standing_parse("", &standing));
    assert_false(standing_parse("owners", &standing));
    assert_false(standing_parse("Owner", &standing));
    assert_int_equal(standing, STANDING_FORMER);
    assert_string_equal(standing_name(STANDING_COUNT), "unknown");
    assert_string_equal(effect_name(EFFECT_COUNT), "unknown");
    assert_string_equal(ownership_event_name(OWNERSHIP_EVENT_COUNT), "unknown");
}

static void names_are_those_of_the_store_and_the_api(void **state)
{
    static const char *const standings[] = {"waiting", "asking",    "disputed", "owner",
                                            "refused", "withdrawn", "lapsed",   "former"};
    static const char *const reported[] = {"granted",  "ended",   "proven",    "contested", "asked",
                                           "disputed", "refused", "withdrawn", "lapsed"};
    static const char *const events[] = {"request", "withdraw", "code",   "challenge",     "ask",
                                         "take",    "accept",   "deny",   "offer",         "keep",
                                         "release", "grant",    "refuse", "staff-release", "erase",
                                         "arrived", "off",      "on",     "time"};
    enum standing standing = STANDING_COUNT;
    (void)state;

    assert_int_equal(COUNT(standings), STANDING_COUNT);
    assert_int_equal(COUNT(reported), EFFECT_COUNT);
    assert_int_equal(COUNT(events), OWNERSHIP_EVENT_COUNT);
    for (size_t i = 0; i < COUNT(standings); i++) {
        assert_string_equal(standing_name((enum standing)i), standings[i]);
        assert_true(standing_parse(standings[i], &standing));
        assert_int_equal(standing, i);
    }
    for (size_t i = 0; i < COUNT(reported); i++)
        assert_string_equal(effect_name((enum effect_kind)i), reported[i]);
    for (size_t i = 0; i < COUNT(events); i++)
        assert_string_equal(ownership_event_name((enum ownership_event_kind)i), events[i]);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nobody_does_what_is_not_theirs),
        TEST(the_owner_accepts_only_who_has_asked),
        TEST(what_is_final_stays),
        TEST(a_release_that_is_repeated_does_not_end_the_next_owner),
        TEST(a_link_ends),
        TEST(a_link_ends_with_the_owner_who_made_it),
        TEST(a_link_is_used_once),
        TEST(an_owner_who_is_silent_leaves_it_to_staff),
        TEST(an_owner_can_change_a_no_into_a_yes),
        TEST(a_new_owner_has_only_the_time_that_is_left),
        TEST(in_a_contest_staff_is_asked),
        TEST(where_staff_decides_staff_hears_of_it_when_nothing_else_is_missing),
        TEST(who_waits_does_not_wait_for_ever),
        TEST(who_lapsed_can_come_again_without_what_was_shown_once),
        TEST(the_owner_goes_on),
        TEST(a_product_may_ask_for_less_or_more_while_people_wait),
        TEST(erasing_the_owner_leaves_the_device_to_who_waits),
        TEST(more_than_fit_are_rivals_too),
        TEST(code_against_power_cycles_is_for_staff),
        TEST(pauses_between_challenges_grow),
        TEST(a_power_cycle_outside_of_its_time_does_not_count),
        TEST(on_and_then_off_is_no_power_cycle),
        TEST(an_end_that_is_reported_with_the_new_connection_counts),
        TEST(who_is_contested_does_it_twice),
        TEST(who_is_alone_after_a_contest_does_it_once),
        TEST(one_that_two_were_asked_for_counts_for_neither),
        TEST(one_that_began_in_the_time_of_another_does_not_count),
        TEST(nobody_proves_anything_while_there_are_too_many),
        TEST(an_arrival_is_no_power_cycle),
        TEST(a_challenge_right_after_the_arrival_waits_for_it_to_end),
        TEST(nobody_lapses_during_a_challenge),
        TEST(what_was_shown_ends_with_the_owner),
        TEST(without_proof_a_denial_looks_like_silence),
        TEST(an_unknown_standing_is_refused),
        TEST(names_are_those_of_the_store_and_the_api),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
