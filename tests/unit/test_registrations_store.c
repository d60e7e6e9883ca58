/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/registrations.h"

#include <stdio.h>
#include <string.h>

#include "server/store/retention.h"
#include "tests/unit/store_fixture.h"

#define UUID_FORM "01234567-89ab-cdef-0123-456789abcdef"

static struct registration retried(const struct registration_request *request, const char *token,
                                   long long now)
{
    struct registration_request again = *request;
    struct registration out = {0};

    snprintf(again.token, sizeof again.token, "%s", token);
    again.now = now;
    ASSERT_OK(do_retry(&again, &out));
    assert_string_equal(out.token, token);
    return out;
}

static void unknown_tokens_are_not_found(void **state)
{
    struct registration_request request = request_for(THING, "home", NOON);
    struct registration out = {.attempts = 7};
    (void)state;

    ASSERT_ERROR(do_find(request.token, &out), STORE_NOT_FOUND);
    ASSERT_ERROR(do_find("", &out), STORE_NOT_FOUND);
    ASSERT_ERROR(do_retry(&request, &out), STORE_NOT_FOUND);
    ASSERT_ERROR(do_cancel(request.token, NOON, &out), STORE_NOT_FOUND);
    assert_int_equal(out.attempts, 7);
    ASSERT_COUNTS(0, 0, 0, 0, 0, 0);
}

/* A stranger's claim to another endpoint locks nobody out. */
static void an_open_claim_to_another_endpoint_is_joined(void **state)
{
    struct registration_request first = request_for(THING, "home", NOON);
    struct registration_request second = request_for(THING, "abroad", NOON + SECOND);
    (void)state;

    added(&first);
    struct registration out = added(&second);
    assert_string_equal(out.endpoint, "abroad"); /* not that of the other's claim */
    assert_string_equal(found(first.token).endpoint, "home");
    ASSERT_COUNTS(1, 0, 0, 0, 0, 0);
}

static void a_key_of_another_request_is_refused(void **state)
{
    struct registration_request first = request_for(THING, "home", NOON);
    struct registration_request second = request_for(OTHER_THING, "home", NOON);
    struct registration out;
    (void)state;

    first.idempotency_key = second.idempotency_key = "key";
    first.request_digest = "one";
    second.request_digest = "two";
    added(&first);
    ASSERT_ERROR(do_add(&second, &out), STORE_KEY_USED);
    ASSERT_ERROR(do_find(second.token, &out), STORE_NOT_FOUND);
    ASSERT_COUNTS(1, 0, 0, 0, 0, 0);
}

static void a_token_is_never_given_twice(void **state)
{
    struct registration_request first = request_for(THING, "home", NOON);
    struct registration_request second = request_for(OTHER_THING, "home", NOON);
    struct registration out;
    (void)state;

    memcpy(second.token, first.token, sizeof second.token);
    added(&first);
    ASSERT_ERROR(do_add(&second, &out), STORE_BROKEN);
    assert_string_equal(found(first.token).thing_name, THING);
    ASSERT_COUNTS(1, 0, 0, 0, 0, 0);
}

static void a_new_one_is_queued(void **state)
{
    struct registration_request request = request_for(THING, "home", NOON);
    struct registration out = added(&request), again = found(request.token);
    (void)state;

    assert_string_equal(out.token, request.token);
    assert_string_equal(out.thing_name, THING);
    assert_string_equal(out.endpoint, "home");
    ASSERT_STATE(out.state, CLAIM_QUEUED);
    assert_int_equal(out.accepted_at, NOON);
    assert_int_equal(out.expires_at, NOON + WINDOW_MS);
    assert_int_equal(out.published_at, 0);
    assert_int_equal(out.provisioned_at, 0);
    assert_int_equal(out.connected_at, 0);
    assert_int_equal(out.ended_at, 0);
    assert_int_equal(out.attempts, 0);
    assert_false(out.onboarded_before);
    assert_string_equal(again.thing_name, out.thing_name);
    assert_int_equal(again.accepted_at, out.accepted_at);
    ASSERT_COUNTS(1, 0, 0, 0, 0, 0);
}

static void the_same_key_and_request_is_the_same_registration(void **state)
{
    struct registration_request first = request_for(THING, "home", NOON);
    struct registration_request second = request_for(THING, "home", NOON + SECOND);
    struct registration out;
    (void)state;

    first.idempotency_key = second.idempotency_key = "key";
    first.request_digest = second.request_digest = "digest";
    added(&first);
    out = added(&second);
    assert_string_equal(out.token, first.token);
    assert_int_equal(out.accepted_at, NOON);
    ASSERT_ERROR(do_find(second.token, &out), STORE_NOT_FOUND);
    ASSERT_COUNTS(1, 0, 0, 0, 0, 0);

    arrive("home", PRESENCE_CONNECTED, THING, NOON + SECOND, NOON + SECOND);
    out = added(&second); /* also when it has ended */
    assert_string_equal(out.token, first.token);
    ASSERT_STATE(out.state, CLAIM_ONBOARDED);
}

static void two_without_a_key_are_two_that_share_the_claim(void **state)
{
    struct registration_request first = request_for(THING, "home", NOON);
    struct registration_request second = request_for(THING, "home", NOON + SECOND);
    (void)state;

    added(&first);
    acknowledge("a", take_one("a", NOON), NOON + 1, NOON + 60 * SECOND);
    struct registration out = added(&second);
    assert_string_equal(out.token, second.token);
    ASSERT_STATE(out.state, CLAIM_PUBLISHED);
    assert_int_equal(out.accepted_at, NOON + SECOND);
    assert_int_equal(out.expires_at, NOON + WINDOW_MS);
    ASSERT_COUNTS(0, 1, 0, 0, 0, 0);
    arrive("home", PRESENCE_CONNECTED, THING, NOON + 2 * SECOND, NOON + 2 * SECOND);
    ASSERT_STATE(found(first.token).state, CLAIM_ONBOARDED);
    ASSERT_STATE(found(second.token).state, CLAIM_ONBOARDED);
}

static void one_that_joins_sees_no_time_from_before(void **state)
{
    struct registration_request first = request_for(THING, "home", NOON);
    struct registration_request second = request_for(THING, "home", NOON + 3 * SECOND);
    (void)state;

    added(&first);
    acknowledge("a", take_one("a", NOON), NOON + 1, NOON + 1);
    acknowledge("a", take_one("a", NOON + 1), NOON + 2, NOON + 60 * SECOND);
    arrive("home", PRESENCE_CREATED, THING, NOON + 2 * SECOND, NOON + 2 * SECOND);
    struct registration out = added(&second);
    assert_int_equal(out.accepted_at, NOON + 3 * SECOND);
    assert_int_equal(out.published_at, 0);
    assert_int_equal(out.provisioned_at, 0);
    assert_int_equal(out.attempts, 1);
    arrive("home", PRESENCE_CONNECTED, THING, NOON + 4 * SECOND, NOON + 4 * SECOND);
    out = found(second.token);
    assert_int_equal(out.published_at, 0);
    assert_int_equal(out.provisioned_at, 0);
    assert_int_equal(out.connected_at, NOON + 4 * SECOND);
    out = found(first.token);
    assert_int_equal(out.published_at, NOON + 1);
    assert_int_equal(out.provisioned_at, NOON + 2 * SECOND);
    assert_int_equal(out.attempts, 2);
}

static void a_retry_that_joins_sees_no_time_from_before(void **state)
{
    struct registration_request first = request_for(THING, "home", NOON);
    struct registration_request second = request_for(THING, "home", NOON + WINDOW_MS);
    (void)state;

    added(&first);
    expire(NOON + WINDOW_MS, 10);
    added(&second);
    acknowledge("a", take_one("a", NOON + WINDOW_MS), NOON + WINDOW_MS + 1, NOON + 2 * WINDOW_MS);
    struct registration out = retried(&first, first.token, NOON + WINDOW_MS + SECOND);
    ASSERT_STATE(out.state, CLAIM_PUBLISHED);
    assert_int_equal(out.accepted_at, NOON + WINDOW_MS + SECOND);
    assert_int_equal(out.published_at, 0);
    assert_int_equal(found(second.token).published_at, NOON + WINDOW_MS + 1);
}

static void joins_by_the_form_of_any_account(void **state)
{
    struct registration_request first = request_for(THING, "home", NOON);
    struct registration_request second = request_for(OTHER_THING, "home", NOON);
    (void)state;

    request_also_at(&first, "b", UUID_FORM);
    request_also_at(&second, "b", UUID_FORM);
    added(&first);
    assert_string_equal(added(&second).thing_name, THING);
    ASSERT_COUNTS(1, 0, 0, 0, 0, 0);
}

static void does_not_join_a_claim_whose_window_is_over(void **state)
{
    struct registration_request first = request_for(THING, "home", NOON);
    struct registration_request second = request_for(THING, "abroad", NOON + WINDOW_MS);
    (void)state;

    added(&first); /* nobody has called claims_expire() yet: the portal was down */
    struct registration out = added(&second);
    ASSERT_STATE(out.state, CLAIM_QUEUED);
    assert_string_equal(out.endpoint, "abroad");
    assert_int_equal(out.expires_at, NOON + 2 * WINDOW_MS);
    ASSERT_STATE(found(first.token).state, CLAIM_EXPIRED);
    ASSERT_COUNTS(1, 0, 0, 1, 0, 0);
}

static void knows_that_the_thing_was_onboarded_before(void **state)
{
    struct registration_request first = request_for(THING, "home", NOON);
    struct registration_request second = request_for(THING, "home", NOON + 60 * SECOND);
    struct registration_request other = request_for(OTHER_THING, "home", NOON + 60 * SECOND);
    (void)state;

    added(&first);
    arrive("home", PRESENCE_CONNECTED, THING, NOON + SECOND, NOON + SECOND);
    assert_true(added(&second).onboarded_before);
    assert_false(found(first.token).onboarded_before);
    assert_false(added(&other).onboarded_before);
    ASSERT_COUNTS(2, 0, 1, 0, 0, 0);
}

static void retrying_what_has_arrived_is_refused(void **state)
{
    struct registration_request request = request_for(THING, "home", NOON);
    struct registration out = {.attempts = 7};
    (void)state;

    added(&request);
    arrive("home", PRESENCE_CONNECTED, THING, NOON, NOON);
    ASSERT_ERROR(do_retry(&request, &out), STORE_ENDED);
    assert_int_equal(out.attempts, 7);
    ASSERT_COUNTS(0, 0, 1, 0, 0, 0);
}

static void retrying_joins_another_endpoints_claim(void **state)
{
    struct registration_request first = request_for(THING, "home", NOON);
    struct registration_request second = request_for(THING, "abroad", NOON + SECOND);
    struct registration out;
    (void)state;

    added(&first);
    ASSERT_OK(do_cancel(first.token, NOON, &out));
    added(&second);
    ASSERT_OK(do_retry(&first, &out));
    ASSERT_STATE(out.state, CLAIM_QUEUED);
    assert_string_equal(out.endpoint, "home");
    ASSERT_COUNTS(1, 0, 0, 0, 0, 1);
}

static void retrying_an_open_one_changes_nothing(void **state)
{
    struct registration_request request = request_for(THING, "home", NOON);
    (void)state;

    added(&request);
    struct registration out = retried(&request, request.token, NOON + SECOND);
    assert_int_equal(out.accepted_at, NOON);
    acknowledge("a", take_one("a", NOON), NOON + 1, NOON + 60 * SECOND);
    out = retried(&request, request.token, NOON + SECOND);
    ASSERT_STATE(out.state, CLAIM_PUBLISHED);
    assert_int_equal(out.expires_at, NOON + WINDOW_MS);
    ASSERT_COUNTS(0, 1, 0, 0, 0, 0);
}

static void retrying_what_has_ended_starts_again(void **state)
{
    struct registration_request request = request_for(THING, "home", NOON);
    long long later = NOON + WINDOW_MS;
    struct registration out;
    (void)state;

    added(&request);
    acknowledge("a", take_one("a", NOON), NOON + 1, NOON + 60 * SECOND);
    expire(later, 10);
    out = retried(&request, request.token, later + SECOND);
    ASSERT_STATE(out.state, CLAIM_QUEUED);
    assert_int_equal(out.accepted_at, later + SECOND);
    assert_int_equal(out.expires_at, later + SECOND + WINDOW_MS);
    assert_int_equal(out.published_at, 0);
    assert_int_equal(out.attempts, 0);
    ASSERT_COUNTS(1, 0, 0, 1, 0, 0);

    refuse("a", take_one("a", later + SECOND), later + SECOND, 0, true);
    ASSERT_STATE(found(request.token).state, CLAIM_FAILED);
    ASSERT_STATE(retried(&request, request.token, later + 2 * SECOND).state, CLAIM_QUEUED);
    ASSERT_OK(do_cancel(request.token, later + 3 * SECOND, &out));
    ASSERT_STATE(retried(&request, request.token, later + 4 * SECOND).state, CLAIM_QUEUED);
    ASSERT_COUNTS(1, 0, 0, 1, 1, 1);
}

static void retrying_one_that_was_left_joins_it_again(void **state)
{
    struct registration_request first = request_for(THING, "home", NOON);
    struct registration_request second = request_for(THING, "home", NOON + SECOND);
    struct registration out;
    (void)state;

    added(&first);
    added(&second);
    ASSERT_OK(do_cancel(first.token, NOON + 2 * SECOND, &out));
    out = retried(&first, first.token, NOON + 3 * SECOND);
    ASSERT_STATE(out.state, CLAIM_QUEUED);
    assert_int_equal(out.ended_at, 0);
    assert_int_equal(out.expires_at, NOON + WINDOW_MS);
    ASSERT_COUNTS(1, 0, 0, 0, 0, 0);
}

static enum store_error run_retention(struct store_tx *tx, void *argument)
{
    return retention_run(tx, argument);
}

/* How many contacts and keys this removes: those that are older than a minute. */
static void assert_removed(long long now, size_t contacts, size_t keys, int line)
{
    const struct retention retention = {.contacts = 60 * SECOND, .idempotency_keys = 60 * SECOND};
    struct retention_step step = {.retention = &retention, .now = now, .limit = 10};

    ASSERT_OK(store_call(fixture.store, run_retention, &step, true));
    _assert_int_equal(step.contacts, contacts, __FILE__, line);
    _assert_int_equal(step.keys, keys, __FILE__, line);
}

static void a_retry_does_not_prolong_the_time_of_a_contact(void **state)
{
    struct registration_request request = request_for(THING, "home", NOON);
    struct registration out;
    (void)state;

    request.contact_name = "Ann";
    request.contact_email = "ann@example.com";
    request.idempotency_key = "key";
    request.request_digest = "digest";
    added(&request);
    ASSERT_OK(do_cancel(request.token, NOON + 40 * SECOND, &out));
    assert_int_equal(retried(&request, request.token, NOON + 50 * SECOND).accepted_at, NOON + 50 * SECOND);
    assert_removed(NOON + 60 * SECOND, 0, 0, __LINE__);
    assert_removed(NOON + 61 * SECOND, 1, 1, __LINE__);
    assert_int_equal(found(request.token).accepted_at, NOON + 50 * SECOND);
}

static void the_contact_of_an_owner_is_kept(void **state)
{
    struct registration_request owner = request_for(THING, "home", NOON);
    struct registration_request other = request_for(OTHER_THING, "home", NOON);
    (void)state;

    owner.contact_name = other.contact_name = "Ann";
    added(&owner);
    added(&other);
    arrive("home", PRESENCE_CONNECTED, THING, NOON + SECOND, NOON + SECOND);
    assert_removed(NOON + 61 * SECOND, 1, 0, __LINE__);
    assert_removed(NOON + 61 * SECOND, 0, 0, __LINE__);
}

static void cancelling_what_has_ended_is_refused(void **state)
{
    struct registration_request arrived = request_for(THING, "home", NOON);
    struct registration_request expired = request_for(OTHER_THING, "home", NOON);
    struct registration out = {.attempts = 7};
    (void)state;

    added(&arrived);
    added(&expired);
    arrive("home", PRESENCE_CONNECTED, THING, NOON, NOON);
    expire(NOON + WINDOW_MS, 10);
    ASSERT_ERROR(do_cancel(arrived.token, NOON + WINDOW_MS, &out), STORE_ENDED);
    ASSERT_ERROR(do_cancel(expired.token, NOON + WINDOW_MS, &out), STORE_ENDED);
    assert_int_equal(out.attempts, 7);
    ASSERT_COUNTS(0, 0, 1, 1, 0, 0);
}

static void cancelling_the_only_one_ends_the_claim(void **state)
{
    struct registration_request request = request_for(THING, "home", NOON);
    struct registration out;
    (void)state;

    added(&request);
    ASSERT_OK(do_cancel(request.token, NOON + SECOND, &out));
    ASSERT_STATE(out.state, CLAIM_CANCELLED);
    assert_int_equal(out.ended_at, NOON + SECOND);
    ASSERT_COUNTS(0, 0, 0, 0, 0, 1);
    assert_int_equal(take("a", NOON + 60 * SECOND, NOON + 70 * SECOND, 8).count, 0);
    ASSERT_OK(do_cancel(request.token, NOON + 9 * SECOND, &out)); /* once more is no harm */
    assert_int_equal(out.ended_at, NOON + SECOND);
    ASSERT_COUNTS(0, 0, 0, 0, 0, 1);
}

static void cancelling_a_shared_one_leaves_it_to_the_others(void **state)
{
    struct registration_request first = request_for(THING, "home", NOON);
    struct registration_request second = request_for(THING, "home", NOON + SECOND);
    struct registration out;
    (void)state;

    added(&first);
    added(&second);
    ASSERT_OK(do_cancel(first.token, NOON + 2 * SECOND, &out));
    ASSERT_STATE(out.state, CLAIM_CANCELLED);
    assert_int_equal(out.ended_at, NOON + 2 * SECOND);
    ASSERT_STATE(found(second.token).state, CLAIM_QUEUED);
    ASSERT_COUNTS(1, 0, 0, 0, 0, 0);
    ASSERT_OK(do_cancel(first.token, NOON + 3 * SECOND, &out));
    assert_int_equal(out.ended_at, NOON + 2 * SECOND);
    ASSERT_COUNTS(1, 0, 0, 0, 0, 0);
    ASSERT_OK(do_cancel(second.token, NOON + 4 * SECOND, &out));
    ASSERT_COUNTS(0, 0, 0, 0, 0, 1);
}

static void a_new_one_after_a_cancelled_one_is_a_new_claim(void **state)
{
    struct registration_request first = request_for(THING, "home", NOON);
    struct registration_request second = request_for(THING, "abroad", NOON + SECOND);
    struct registration out;
    (void)state;

    added(&first);
    ASSERT_OK(do_cancel(first.token, NOON, &out));
    out = added(&second);
    ASSERT_STATE(out.state, CLAIM_QUEUED);
    assert_string_equal(out.endpoint, "abroad");
    ASSERT_COUNTS(1, 0, 0, 0, 0, 1);
}

static void is_still_there_after_a_restart(void **state)
{
    struct registration_request first = request_for(THING, "home", NOON);
    struct registration_request second = request_for(OTHER_THING, "home", NOON);
    (void)state;

    added(&first);
    added(&second);
    arrive("home", PRESENCE_CONNECTED, OTHER_THING, NOON, NOON);
    fixture_close();
    fixture_open();
    ASSERT_STATE(found(first.token).state, CLAIM_QUEUED);
    ASSERT_STATE(found(second.token).state, CLAIM_ONBOARDED);
    ASSERT_COUNTS(1, 0, 1, 0, 0, 0);
    take_one("a", NOON);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(unknown_tokens_are_not_found),
        TEST(an_open_claim_to_another_endpoint_is_joined),
        TEST(a_key_of_another_request_is_refused),
        TEST(a_token_is_never_given_twice),
        TEST(retrying_what_has_arrived_is_refused),
        TEST(retrying_joins_another_endpoints_claim),
        TEST(cancelling_what_has_ended_is_refused),
        TEST(a_new_one_is_queued),
        TEST(the_same_key_and_request_is_the_same_registration),
        TEST(two_without_a_key_are_two_that_share_the_claim),
        TEST(one_that_joins_sees_no_time_from_before),
        TEST(a_retry_that_joins_sees_no_time_from_before),
        TEST(joins_by_the_form_of_any_account),
        TEST(does_not_join_a_claim_whose_window_is_over),
        TEST(knows_that_the_thing_was_onboarded_before),
        TEST(retrying_an_open_one_changes_nothing),
        TEST(retrying_what_has_ended_starts_again),
        TEST(retrying_one_that_was_left_joins_it_again),
        TEST(a_retry_does_not_prolong_the_time_of_a_contact),
        TEST(the_contact_of_an_owner_is_kept),
        TEST(cancelling_the_only_one_ends_the_claim),
        TEST(cancelling_a_shared_one_leaves_it_to_the_others),
        TEST(a_new_one_after_a_cancelled_one_is_a_new_claim),
        TEST(is_still_there_after_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
