/* SPDX-License-Identifier: Apache-2.0 */
/* Which devices are connected to an OEM account, and what a registration of one of them gives. */
#include "server/store/connections.h"

#include <stdio.h>
#include <string.h>

#include "server/store/retention.h"
#include "tests/unit/store_fixture.h"

#define HOUR (3600 * SECOND)

static struct sighting event(const char *thing_name, enum presence_kind kind, const char *session,
                             long long version, long long at)
{
    struct sighting out = {.presence = {.kind = kind, .at_ms = at, .version = version}, .received_at = at};

    snprintf(out.presence.thing_name, sizeof out.presence.thing_name, "%s", thing_name);
    snprintf(out.presence.session, sizeof out.presence.session, "%s", session);
    return out;
}

static struct sighting connects(const char *session, long long version, long long at)
{
    return event(THING, PRESENCE_CONNECTED, session, version, at);
}

static struct sighting leaves(const char *session, long long version, long long at)
{
    return event(THING, PRESENCE_DISCONNECTED, session, version, at);
}

struct call {
    const char *endpoint, *thing_name;
    struct sighting sighting;
    long long since;
    bool answer;
};

static enum store_error run_hear(struct store_tx *tx, void *argument)
{
    struct call *call = argument;
    enum arrival arrival;
    long long claim_id;

    enum store_error error =
        claims_arrived(tx, call->endpoint, &call->sighting, call->sighting.received_at, &arrival, &claim_id);

    return error ? error : connections_note(tx, call->endpoint, &call->sighting);
}

static enum store_error run_wanted(struct store_tx *tx, void *argument)
{
    struct call *call = argument;
    const struct sighting *list[] = {&call->sighting, &call->sighting};
    bool wanted[2] = {false, false};

    ASSERT_OK(claims_wanted(tx, call->endpoint, list, 2, wanted));
    enum store_error error = connections_wanted(tx, call->endpoint, list, 2, wanted);
    assert_int_equal(wanted[0], wanted[1]);
    call->answer = wanted[0];
    return error;
}

static bool is_wanted(struct sighting sighting)
{
    struct call call = {.endpoint = "home", .sighting = sighting};

    ASSERT_OK(store_call(fixture.store, run_wanted, &call, false));
    return call.answer;
}

/* As the observer does it; returns whether it was wanted. */
static bool hear(struct sighting sighting)
{
    struct call call = {.endpoint = "home", .sighting = sighting};
    bool wanted = is_wanted(sighting);

    if (wanted)
        ASSERT_OK(store_call(fixture.store, run_hear, &call, true));
    return wanted;
}

static enum store_error run_online(struct store_tx *tx, void *argument)
{
    struct call *call = argument;

    return connections_is_online(tx, call->endpoint, call->thing_name, call->since, &call->answer);
}

static bool is_online(const char *endpoint, long long since)
{
    struct call call = {.endpoint = endpoint, .thing_name = THING, .since = since};

    ASSERT_OK(store_call(fixture.store, run_online, &call, false));
    return call.answer;
}

static struct registration_request request_at(long long now)
{
    struct registration_request request = request_for(THING, "home", now);

    request.online_since = now - HOUR;
    return request;
}

/* A claim whose device has arrived. */
static struct registration_request onboard(void)
{
    struct registration_request request = request_at(NOON);

    ASSERT_STATE(added(&request).state, CLAIM_QUEUED);
    assert_true(hear(connects("a", 1, NOON + SECOND)));
    assert_true(hear(event(THING, PRESENCE_CREATED, "", 1, NOON + SECOND)));
    ASSERT_STATE(found(request.token).state, CLAIM_ONBOARDED);
    return request;
}

static void one_that_was_never_onboarded_is_not_known(void **state)
{
    struct registration_request open = request_at(NOON);
    (void)state;

    assert_false(hear(connects("a", 1, NOON)));
    assert_false(hear(leaves("a", 1, NOON)));
    assert_false(is_online("home", 0));
    added(&open);
    hear(leaves("a", 1, NOON + SECOND));
    assert_false(is_online("home", 0));
    ASSERT_STATE(found(open.token).state, CLAIM_QUEUED);
}

/* Queues deliver out of order: the end of the connection that onboards the claim comes before its beginning.
 */
static void its_end_may_come_before_the_arrival(void **state)
{
    struct registration_request open = request_at(NOON), again = request_at(NOON + 60 * SECOND);
    (void)state;

    added(&open);
    assert_true(hear(leaves("a", 1, NOON + 2 * SECOND)));
    ASSERT_STATE(found(open.token).state, CLAIM_QUEUED);
    assert_true(hear(connects("a", 1, NOON + SECOND)));
    assert_true(hear(event(THING, PRESENCE_CREATED, "", 1, NOON + SECOND)));
    ASSERT_STATE(found(open.token).state, CLAIM_ONBOARDED);
    assert_false(is_online("home", 0));
    struct registration out = added(&again);
    ASSERT_STATE(out.state, CLAIM_QUEUED);
    assert_false(out.already_online);
}

static void one_that_is_connected_need_not_be_claimed(void **state)
{
    struct registration_request again = request_at(NOON + 60 * SECOND);
    (void)state;

    onboard();
    struct registration out = added(&again);
    ASSERT_STATE(out.state, CLAIM_ONBOARDED);
    assert_true(out.already_online);
    assert_true(out.onboarded_before);
    assert_int_equal(out.accepted_at, NOON + 60 * SECOND);
    assert_int_equal(out.ended_at, NOON + 60 * SECOND);
    assert_int_equal(out.published_at + out.provisioned_at + out.connected_at + out.attempts, 0);
    assert_string_equal(out.thing_name, THING);
    ASSERT_COUNTS(0, 0, 2, 0, 0, 0);
    assert_false(is_due("a", NOON + HOUR));
}

static void the_form_of_another_staging_account_is_it_too(void **state)
{
    struct registration_request first = request_for(THING, "home", NOON), second;
    (void)state;

    request_also_at(&first, "b", OTHER_THING);
    added(&first);
    assert_true(hear(event(OTHER_THING, PRESENCE_CONNECTED, "a", 1, NOON + SECOND)));
    second = request_at(NOON + 60 * SECOND);
    request_also_at(&second, "b", OTHER_THING);
    assert_true(added(&second).already_online);
}

/* Nothing but a retry claims it, with a message. */
static void it_can_be_claimed_after_all(void **state)
{
    struct registration_request again = request_at(NOON + 60 * SECOND);
    struct registration_request third = request_at(NOON + 62 * SECOND);
    struct registration out;
    (void)state;

    onboard();
    added(&again);
    again.now += SECOND;
    ASSERT_OK(do_retry(&again, &out));
    ASSERT_STATE(out.state, CLAIM_QUEUED);
    assert_false(out.already_online);
    assert_string_equal(out.token, again.token);
    take_one("a", NOON + 61 * SECOND);
    ASSERT_STATE(added(&third).state, CLAIM_QUEUED); /* it joins */
    ASSERT_COUNTS(1, 0, 2, 0, 0, 0);
    assert_true(hear(connects("b", 2, NOON + 70 * SECOND)));
    ASSERT_STATE(found(again.token).state, CLAIM_ONBOARDED);
    ASSERT_ERROR(do_retry(&again, &out), STORE_ENDED);
}

static void one_that_has_left_is_claimed(void **state)
{
    struct registration_request again = request_at(NOON + 60 * SECOND);
    (void)state;

    onboard();
    assert_true(hear(leaves("a", 1, NOON + 2 * SECOND)));
    ASSERT_STATE(added(&again).state, CLAIM_QUEUED);
}

static void what_is_too_old_is_not_trusted(void **state)
{
    struct registration_request late = request_at(NOON + SECOND + HOUR);
    struct registration_request always = request_at(NOON + 60 * SECOND);
    (void)state;

    onboard();
    assert_true(is_online("home", NOON));
    assert_false(is_online("home", NOON + SECOND));
    assert_false(is_online("abroad", 0));
    ASSERT_STATE(added(&late).state, CLAIM_QUEUED);
    always.online_since = 0;
    ASSERT_STATE(added(&always).state, CLAIM_QUEUED);
}

static void another_endpoint_is_another_account(void **state)
{
    struct registration_request moved = request_at(NOON + 60 * SECOND);
    (void)state;

    onboard();
    moved.endpoint = "abroad";
    ASSERT_STATE(added(&moved).state, CLAIM_QUEUED);
}

static void events_come_twice_and_out_of_order(void **state)
{
    (void)state;

    onboard();
    assert_false(hear(connects("a", 1, NOON + SECOND)));
    assert_true(hear(connects("b", 2, NOON + 3 * SECOND)));
    assert_false(hear(leaves("a", 1, NOON + 4 * SECOND))); /* the end of the one that was replaced */
    assert_true(is_online("home", NOON));
    assert_true(hear(leaves("b", 2, NOON + 5 * SECOND)));
    assert_false(is_online("home", NOON));
    hear(leaves("b", 2, NOON + 5 * SECOND));
    hear(connects("b", 2, NOON + 3 * SECOND));
    hear(connects("a", 1, NOON + SECOND));
    assert_false(is_online("home", NOON));
    assert_true(hear(connects("c", 3, NOON + 6 * SECOND)));
    assert_true(is_online("home", NOON));
}

/* What an account says about a fleet that is at rest is read, and nothing is written. */
static void what_changes_nothing_is_not_wanted(void **state)
{
    struct sighting created = event(THING, PRESENCE_CREATED, "", 1, NOON + SECOND);
    (void)state;

    onboard();
    assert_false(is_wanted(created));
    assert_false(is_wanted(connects("a", 1, NOON + SECOND)));
    assert_false(is_wanted(connects("", -1, NOON)));
    assert_true(is_wanted(leaves("a", 1, NOON + 2 * SECOND)));
    hear(leaves("a", 1, NOON + 2 * SECOND));
    assert_false(is_wanted(leaves("a", 1, NOON + 2 * SECOND)));
}

/* The connection is known, and the claim is another one: an end is no arrival. */
static void an_end_does_not_concern_an_open_claim(void **state)
{
    struct registration_request again = request_at(NOON + 60 * SECOND);
    (void)state;

    onboard();
    hear(leaves("a", 1, NOON + 2 * SECOND));
    added(&again);
    assert_false(hear(leaves("a", 1, NOON + 2 * SECOND)));
    ASSERT_STATE(found(again.token).state, CLAIM_QUEUED);
}

static enum store_error run_retention(struct store_tx *tx, void *argument)
{
    return retention_run(tx, argument);
}

static size_t forget_ended_before(long long time)
{
    const struct retention retention = {.ended_claims = HOUR};
    struct retention_step step = {.retention = &retention, .now = time + HOUR, .limit = 10};

    ASSERT_OK(store_call(fixture.store, run_retention, &step, true));
    return step.claims;
}

static enum store_error run_erase(struct store_tx *tx, void *argument)
{
    size_t count;

    return registrations_erase(tx, argument, NOON + 100 * SECOND, &count);
}

/* An owner's claim is kept, so the people go first. */
static void it_is_forgotten_with_its_last_claim(void **state)
{
    struct registration_request second = request_at(NOON + 60 * SECOND);
    (void)state;

    struct registration_request first = onboard();
    hear(leaves("a", 1, NOON + 2 * SECOND));
    added(&second);
    hear(connects("b", 2, NOON + 70 * SECOND));
    assert_int_equal(forget_ended_before(NOON + 10 * SECOND), 0);
    ASSERT_OK(store_call(fixture.store, run_erase, first.token, true));
    assert_int_equal(forget_ended_before(NOON + 10 * SECOND), 1);
    assert_true(is_online("home", NOON));
    ASSERT_OK(store_call(fixture.store, run_erase, second.token, true));
    assert_int_equal(forget_ended_before(NOON + 100 * SECOND), 1);
    assert_false(is_online("home", 0));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_begin, fixture_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_that_was_never_onboarded_is_not_known),
        TEST(its_end_may_come_before_the_arrival),
        TEST(one_that_is_connected_need_not_be_claimed),
        TEST(the_form_of_another_staging_account_is_it_too),
        TEST(it_can_be_claimed_after_all),
        TEST(one_that_has_left_is_claimed),
        TEST(what_is_too_old_is_not_trusted),
        TEST(another_endpoint_is_another_account),
        TEST(events_come_twice_and_out_of_order),
        TEST(what_changes_nothing_is_not_wanted),
        TEST(an_end_does_not_concern_an_open_claim),
        TEST(it_is_forgotten_with_its_last_claim),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
