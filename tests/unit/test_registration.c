/* SPDX-License-Identifier: Apache-2.0 */
#include "server/registration.h"

#include "tests/unit/test.h"

#define D STEP_DONE
#define A STEP_ACTIVE
#define W STEP_WAITING
#define F STEP_FAILED

struct row {
    const char *what;
    struct registration registration;
    enum step_state steps[STEP_COUNT];
    enum next_action next;
    bool settled;
};

static const struct row rows[] = {
    {"queued", {.state = CLAIM_QUEUED}, {D, A, W, W}, NEXT_WAIT, false},
    {"published", {.state = CLAIM_PUBLISHED, .published_at = 2}, {D, D, A, W}, NEXT_SWITCH_ON, false},
    {"published, time not kept", {.state = CLAIM_PUBLISHED}, {D, D, A, W}, NEXT_SWITCH_ON, false},
    {"queued again after a publish",
     {.state = CLAIM_QUEUED, .published_at = 2},
     {D, D, A, W},
     NEXT_SWITCH_ON,
     false},
    {"created",
     {.state = CLAIM_PUBLISHED, .published_at = 2, .provisioned_at = 3},
     {D, D, D, A},
     NEXT_WAIT,
     false},
    {"created before the PUBACK",
     {.state = CLAIM_QUEUED, .provisioned_at = 3},
     {D, D, D, A},
     NEXT_WAIT,
     false},
    {"connected, event of creation lost",
     {.state = CLAIM_ONBOARDED, .published_at = 2, .connected_at = 4},
     {D, D, D, D},
     NEXT_DONE,
     true},
    {"onboarded, connection not seen",
     {.state = CLAIM_ONBOARDED, .provisioned_at = 3},
     {D, D, D, D},
     NEXT_DONE,
     true},
    {"expired", {.state = CLAIM_EXPIRED, .published_at = 2}, {D, D, F, W}, NEXT_RETRY, true},
    {"expired while created", {.state = CLAIM_EXPIRED, .provisioned_at = 3}, {D, D, D, F}, NEXT_RETRY, true},
    {"stopped by one that joined after the publish",
     {.state = CLAIM_CANCELLED, .attempts = 1},
     {D, D, F, W},
     NEXT_RETRY,
     true},
    {"expired unpublished", {.state = CLAIM_EXPIRED}, {D, F, W, W}, NEXT_RETRY, true},
    {"failed", {.state = CLAIM_FAILED}, {D, F, W, W}, NEXT_RETRY, true},
    {"cancelled", {.state = CLAIM_CANCELLED, .published_at = 2}, {D, D, F, W}, NEXT_RETRY, true},
};

static void every_state_has_its_steps(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (enum registration_step step = STEP_ACCEPTED; step < STEP_COUNT; step++) {
            const enum step_state got = registration_step(&rows[i].registration, step, NULL);
            if (got != rows[i].steps[step])
                fail_msg("%s: step %s is %s, not %s", rows[i].what, registration_step_name(step),
                         step_state_name(got), step_state_name(rows[i].steps[step]));
        }
        const enum next_action next = registration_next_action(&rows[i].registration);
        if (next != rows[i].next)
            fail_msg("%s: next is %s, not %s", rows[i].what, next_action_name(next),
                     next_action_name(rows[i].next));
        if (registration_is_settled(&rows[i].registration) != rows[i].settled)
            fail_msg("%s: settled is wrong", rows[i].what);
    }
}

static void a_step_tells_when_it_was_done(void **state)
{
    const struct registration registration = {
        .state = CLAIM_ONBOARDED, .accepted_at = 1, .published_at = 2, .connected_at = 4};
    const long long wanted[STEP_COUNT] = {1, 2, 0, 4};
    (void)state;
    for (enum registration_step step = STEP_ACCEPTED; step < STEP_COUNT; step++) {
        long long at = -1;
        assert_int_equal(registration_step(&registration, step, &at), STEP_DONE);
        assert_int_equal(at, wanted[step]);
    }
}

static void a_step_not_done_has_no_time(void **state)
{
    const struct registration registration = {.state = CLAIM_QUEUED, .accepted_at = 1};
    long long at = -1;
    (void)state;
    assert_int_equal(registration_step(&registration, STEP_CONNECTED, &at), STEP_WAITING);
    assert_int_equal(at, 0);
}

static void names_are_those_of_the_api(void **state)
{
    (void)state;
    assert_string_equal(registration_step_name(STEP_ACCEPTED), "accepted");
    assert_string_equal(registration_step_name(STEP_PUBLISHED), "published");
    assert_string_equal(registration_step_name(STEP_PROVISIONED), "provisioned");
    assert_string_equal(registration_step_name(STEP_CONNECTED), "connected");
    assert_string_equal(registration_step_name(STEP_COUNT), "unknown");
    assert_string_equal(step_state_name(STEP_DONE), "done");
    assert_string_equal(step_state_name(STEP_ACTIVE), "active");
    assert_string_equal(step_state_name(STEP_WAITING), "waiting");
    assert_string_equal(step_state_name(STEP_FAILED), "failed");
    assert_string_equal(next_action_name(NEXT_WAIT), "wait");
    assert_string_equal(next_action_name(NEXT_SWITCH_ON), "switch_on");
    assert_string_equal(next_action_name(NEXT_DONE), "done");
    assert_string_equal(next_action_name(NEXT_RETRY), "retry");
}

/* What an app is told. A device that has arrived is not this person's before they have proven what its
 * product asks for. */
static void results(void **state)
{
    static const struct {
        enum claim_state claim;
        bool is_known;
        enum standing standing;
        const char *word;
    } each_result[] = {
        {CLAIM_QUEUED, false, 0, "waiting"},
        {CLAIM_PUBLISHED, true, STANDING_WAITING, "waiting"},
        {CLAIM_ONBOARDED, false, 0, "registered"},
        {CLAIM_ONBOARDED, true, STANDING_OWNER, "registered"},
        {CLAIM_ONBOARDED, true, STANDING_WAITING, "waiting"},
        {CLAIM_ONBOARDED, true, STANDING_ASKING, "waiting"},
        {CLAIM_ONBOARDED, true, STANDING_DISPUTED, "waiting"},
        {CLAIM_ONBOARDED, true, STANDING_FORMER, "ended"},
        {CLAIM_ONBOARDED, true, STANDING_REFUSED, "ended"},
        {CLAIM_EXPIRED, true, STANDING_LAPSED, "expired"},
        {CLAIM_FAILED, false, 0, "failed"},
        {CLAIM_CANCELLED, true, STANDING_WITHDRAWN, "cancelled"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(each_result); i++) {
        const struct registration registration = {
            .state = each_result[i].claim,
            .ownership = {.is_known = each_result[i].is_known, .standing = each_result[i].standing}};
        assert_string_equal(registration_result_name(registration_result(&registration)),
                            each_result[i].word);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_has_its_steps),
        cmocka_unit_test(a_step_tells_when_it_was_done),
        cmocka_unit_test(a_step_not_done_has_no_time),
        cmocka_unit_test(names_are_those_of_the_api),
        cmocka_unit_test(results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
