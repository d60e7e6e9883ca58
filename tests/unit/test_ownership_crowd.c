/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of ownership for as many people as fit, with real times and pauses, at random: what
 * test_ownership_explored.c shows of two people in every state holds of many, as far as chance gets. */
#include "ownership/ownership.h"

#include <stdio.h>

#include "base/random.h"
#include "tests/unit/ownership_checks.h"
#include "tests/unit/test.h"

#define SECOND 1000LL
#define HOUR 3600000LL
#define START 1000000000000LL
#define RUNS FEWER(200)
#define STEPS 500

static struct ownership device;
static struct ownership_effects effects;
static long long now;
static uint32_t seed, given_seed;
static size_t grants;

static uint32_t random_below(uint32_t limit)
{
    seed = seed * 1664525U + 1013904223U;
    return (uint32_t)(((uint64_t)(seed >> 8) * limit) >> 24);
}

static void apply(const struct ownership_event *event)
{
    const struct ownership before = device;
    const enum ownership_answer answer = ownership_apply(&device, event, &effects);
    const struct rule_step step = {&before, &device, event, &effects, answer};
    const char *broken = rule_step_breaks(&step);

    if (!broken)
        broken = rule_state_breaks(&device, now);
    for (size_t i = 0; i < effects.count; i++)
        grants += effects.list[i].kind == EFFECT_GRANTED;
    assert_true(effects.count < OWNERSHIP_EFFECTS_MAX);
    if (broken)
        fail_msg("EXPRESSLINK_TEST_SEED=%u: %s, %zu: %s", given_seed, ownership_event_name(event->kind),
                 event->party, broken);
}

/* The earliest that time will bring, if that is before then. */
static long long next_due(long long then)
{
    for (size_t i = 0; i < device.count; i++) {
        const long long due = ownership_due(&device.parties[i]);
        if (due && due < then)
            then = due;
    }
    return device.hand_over_until && device.hand_over_until < then ? device.hand_over_until : then;
}

static void pass_time(long long ms)
{
    const long long then = now + ms;

    while (now < then) {
        now = next_due(then);
        apply(&(struct ownership_event){.kind = OWNERSHIP_TIME, .now = now});
    }
}

/* Seconds mostly, and days at times. */
static void pass_some_time(void)
{
    static const long long most[] = {1,        20 * SECOND, 20 * SECOND, 60 * SECOND, 120 * SECOND,
                                     2 * HOUR, 24 * HOUR,   200 * HOUR};

    pass_time(1 + random_below((uint32_t)(most[random_below(COUNT(most))])));
}

/* What is final makes room for a new registration. */
static size_t somebody(void)
{
    const size_t who = random_below((uint32_t)device.count);
    struct party *party = &device.parties[who];

    if (party->standing == STANDING_FORMER || party->standing == STANDING_REFUSED)
        *party = (struct party){.standing = STANDING_WITHDRAWN};
    return who;
}

/* Half of them of those that must follow each other to come to something. */
static enum ownership_event_kind any_kind(void)
{
    static const enum ownership_event_kind often[] = {
        OWNERSHIP_REQUEST, OWNERSHIP_CHALLENGE, OWNERSHIP_OFF, OWNERSHIP_ON, OWNERSHIP_ON, OWNERSHIP_ARRIVED};

    return random_below(2) ? often[random_below(COUNT(often))]
                           : (enum ownership_event_kind)random_below(OWNERSHIP_TIME);
}

static void something(void)
{
    const struct ownership_event event = {.kind = any_kind(),
                                          .party = somebody(),
                                          .now = now,
                                          .happened_at = now - random_below(3) * SECOND,
                                          .ends_at = now + HOUR,
                                          .fresh = random_below(2)};

    if ((event.kind == OWNERSHIP_REFUSE || event.kind == OWNERSHIP_GRANT) && random_below(4))
        return;
    apply(&event);
    if (random_below(4) == 0)
        apply(&event);
}

static void many_people_at_random_keep_the_promises(void **state)
{
    static const char *const products[] = {"label", "code", "power-cycle", "fresh, code",
                                           "staff, power-cycle"};
    (void)state;

    const char *given = getenv("EXPRESSLINK_TEST_SEED");
    given_seed = given ? (uint32_t)strtoul(given, NULL, 10) : random_u32();
    print_message("EXPRESSLINK_TEST_SEED=%u\n", given_seed);
    seed = given_seed;
    for (int run = 0; run < RUNS; run++) {
        device = (struct ownership){.count = run % 2 ? 2 : 2 + random_below(OWNERSHIP_PARTIES_MAX - 1)};
        now = START;
        assert_true(proofs_parse(products[(size_t)run % COUNT(products)], &device.required));
        for (size_t i = 0; i < device.count; i++)
            device.parties[i].standing = STANDING_WITHDRAWN;
        for (int step = 0; step < STEPS; step++) {
            pass_some_time();
            something();
        }
    }
    print_message("%zu times somebody became the owner\n", grants);
    assert_true(grants > (size_t)RUNS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_people_at_random_keep_the_promises),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
