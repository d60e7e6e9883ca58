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

static void what_is_next_depends_on_whose_it_is(void **state)
{
    static const unsigned both = PROOF(PROOF_LABEL) | PROOF(PROOF_CODE);
    static const struct {
        const char *what;
        struct registration_ownership ownership;
        enum next_action next;
    } cases[] = {
        {"owner", {.standing = STANDING_OWNER}, NEXT_DONE},
        {"code missing", {.required = both, .proofs = PROOF(PROOF_LABEL)}, NEXT_PROVE},
        {"taken", {.is_taken = true}, NEXT_ASK},
        {"contested", {.is_contested = true}, NEXT_PROVE},
        {"contested, once", {.is_contested = true, .proofs = PROOF(PROOF_POWER_CYCLE)}, NEXT_PROVE},
        {"contested, twice",
         {.is_contested = true, .proofs = PROOF(PROOF_POWER_CYCLE) | PROOF(PROOF_AGAIN)},
         NEXT_WAIT_FOR_STAFF},
        {"staff missing", {.required = PROOF(PROOF_STAFF)}, NEXT_WAIT_FOR_STAFF},
        {"asking", {.standing = STANDING_ASKING}, NEXT_WAIT_FOR_OWNER},
        {"disputed", {.standing = STANDING_DISPUTED}, NEXT_WAIT_FOR_STAFF},
        {"lapsed", {.standing = STANDING_LAPSED}, NEXT_RETRY},
        {"withdrawn", {.standing = STANDING_WITHDRAWN}, NEXT_RETRY},
        {"refused", {.standing = STANDING_REFUSED}, NEXT_NONE},
        {"former", {.standing = STANDING_FORMER}, NEXT_NONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct registration registration = {.state = CLAIM_ONBOARDED, .ownership = cases[i].ownership};
        registration.ownership.is_known = true;
        if (registration_next_action(&registration) != cases[i].next)
            fail_msg("%s: %s", cases[i].what, next_action_name(registration_next_action(&registration)));
    }
}

/* An unknown device, and one that has arrived, is asked for by a second person, and was joined at once. */
static void the_veil_hides_the_device(void **state)
{
    const struct registration_request_made made = {1000, 500, "home"};
    struct registration unknown = {
        .token = "t", .thing_name = "n", .endpoint = "home", .state = CLAIM_QUEUED};
    struct registration known = {.token = "t",
                                 .thing_name = "n",
                                 .endpoint = "other",
                                 .state = CLAIM_ONBOARDED,
                                 .accepted_at = 1,
                                 .published_at = 2,
                                 .provisioned_at = 3,
                                 .connected_at = 4,
                                 .ended_at = 5,
                                 .expires_at = 6,
                                 .attempts = 7,
                                 .network = 8,
                                 .already_online = true,
                                 .onboarded_before = true};
    struct registration_ownership *ownership = &known.ownership;

    (void)state;
    unknown.ownership = known.ownership = (struct registration_ownership){
        .is_known = true, .required = PROOF(PROOF_CODE), .proofs = PROOF(PROOF_LABEL)};
    ownership->proofs |= PROOF(PROOF_FRESH);
    unknown.ownership.standing = STANDING_LAPSED; /* before its window ends, or after */
    for (long long now = 1499; now <= 1500; now++) {
        struct registration first = unknown, second = known;
        registration_veil(&first, &made, now);
        registration_veil(&second, &made, now);
        assert_int_equal(first.ownership.standing, now < 1500 ? STANDING_WAITING : STANDING_LAPSED);
        assert_int_equal(first.ownership.standing, second.ownership.standing);
        assert_int_equal(first.ownership.proofs, second.ownership.proofs);
        assert_int_equal(first.state, second.state);
        assert_string_equal(first.endpoint, second.endpoint);
        assert_int_equal(second.accepted_at, 1000);
        assert_int_equal(second.expires_at, 1500);
        assert_int_equal(second.published_at + second.provisioned_at + second.connected_at, 0);
        assert_int_equal(second.ended_at, now < 1500 ? 0 : 1500);
        assert_int_equal(second.attempts + second.network, 0);
        assert_false(second.already_online || second.onboarded_before);
        assert_int_equal(registration_next_action(&second), now < 1500 ? NEXT_PROVE : NEXT_RETRY);
    }
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
        {CLAIM_ONBOARDED, true, STANDING_WITHDRAWN, "cancelled"},
        {CLAIM_ONBOARDED, true, STANDING_LAPSED, "expired"},
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
        cmocka_unit_test(what_is_next_depends_on_whose_it_is),
        cmocka_unit_test(the_veil_hides_the_device),
        cmocka_unit_test(results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
