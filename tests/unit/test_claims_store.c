/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/claims.h"

#include <stdio.h>
#include <string.h>

#include "server/store/leaders.h"
#include "tests/unit/store_fixture.h"

#define UUID_FORM "01234567-89ab-cdef-0123-456789abcdef"

/* An open claim, accepted at noon; its token. */
static struct registration_request claimed(void)
{
    struct registration_request request = request_for(THING, "home", NOON);

    added(&request);
    return request;
}

static struct registration_request claimed_at_two(void)
{
    struct registration_request request = request_for(THING, "home", NOON);

    request_also_at(&request, "b", UUID_FORM);
    added(&request);
    return request;
}

static void takes_nothing_that_is_not_offered(void **state)
{
    struct taken taken = take("a", NOON, NOON + SECOND, 8);
    (void)state;

    assert_int_equal(taken.count, 0);
    claimed();
    taken = take("a", NOON - 1, NOON + SECOND, 8);
    assert_int_equal(taken.count, 0);
    assert_int_equal(take("b", NOON, NOON + SECOND, 8).count, 0);
    assert_int_equal(take("a", NOON, NOON + SECOND, 0).count, 0);
}

static void takes_once_until_it_is_offered_again(void **state)
{
    struct taken taken;
    (void)state;

    claimed();
    taken = take("a", NOON, NOON + 10 * SECOND, 8);
    assert_int_equal(taken.count, 1);
    assert_string_equal(taken.list[0].thing_name, THING);
    assert_string_equal(taken.list[0].endpoint, "home");
    assert_int_equal(taken.list[0].attempts, 0);
    assert_int_equal(taken.list[0].refusals, 0);
    assert_int_equal(take("a", NOON + 10 * SECOND - 1, NOON + 20 * SECOND, 8).count, 0);
    assert_int_equal(take("a", NOON + 10 * SECOND, NOON + 20 * SECOND, 8).count, 1);
}

static void takes_the_longest_offered_first(void **state)
{
    struct registration_request early = request_for(THING, "home", NOON);
    struct registration_request late = request_for(OTHER_THING, "home", NOON + SECOND);
    (void)state;

    added(&late);
    added(&early);
    struct taken taken = take("a", NOON + SECOND, NOON + 10 * SECOND, 1);
    assert_int_equal(taken.count, 1);
    assert_string_equal(taken.list[0].thing_name, THING);
}

static void acknowledged_is_published_and_due_again(void **state)
{
    struct registration_request request = claimed();
    long long id = take_one("a", NOON);
    (void)state;

    acknowledge("a", id, NOON + SECOND, NOON + 6 * SECOND);
    ASSERT_COUNTS(0, 1, 0, 0, 0, 0);
    struct registration registration = found(request.token);
    ASSERT_STATE(registration.state, CLAIM_PUBLISHED);
    assert_int_equal(registration.published_at, NOON + SECOND);
    assert_int_equal(registration.attempts, 1);
    struct taken taken = take("a", NOON + 6 * SECOND - 1, NOON + 20 * SECOND, 8);
    assert_int_equal(taken.count, 0);
    taken = take("a", NOON + 6 * SECOND, NOON + 20 * SECOND, 8);
    assert_int_equal(taken.count, 1);
    assert_int_equal(taken.list[0].attempts, 1);

    acknowledge("a", id, NOON + 7 * SECOND, NOON + 17 * SECOND);
    registration = found(request.token);
    assert_int_equal(registration.published_at, NOON + SECOND);
    assert_int_equal(registration.attempts, 2);
    ASSERT_COUNTS(0, 1, 0, 0, 0, 0);
}

static void acknowledging_what_has_ended_changes_nothing(void **state)
{
    struct registration_request request = claimed();
    long long id = take_one("a", NOON);
    (void)state;

    assert_int_equal(arrive("home", PRESENCE_CONNECTED, THING, NOON + SECOND, NOON + SECOND), id);
    acknowledge("a", id, NOON + 2 * SECOND, NOON + 6 * SECOND);
    acknowledge("a", id + 99, NOON + 2 * SECOND, NOON + 6 * SECOND);
    struct registration registration = found(request.token);
    ASSERT_STATE(registration.state, CLAIM_ONBOARDED);
    assert_int_equal(registration.attempts, 0);
    ASSERT_COUNTS(0, 0, 1, 0, 0, 0);
    struct taken taken = take("a", NOON + 60 * SECOND, NOON + 70 * SECOND, 8);
    assert_int_equal(taken.count, 0);
}

static void refused_is_counted_and_due_again(void **state)
{
    struct registration_request request = claimed();
    long long id = take_one("a", NOON);
    (void)state;

    refuse("a", id, NOON, NOON + 5 * SECOND, false);
    ASSERT_STATE(found(request.token).state, CLAIM_QUEUED);
    struct taken taken = take("a", NOON + 5 * SECOND, NOON + 9 * SECOND, 8);
    assert_int_equal(taken.count, 1);
    assert_int_equal(taken.list[0].refusals, 1);
    assert_int_equal(taken.list[0].attempts, 0);
}

static void pressing_offers_it_at_once_and_again_after_ten_seconds(void **state)
{
    struct registration_request request = claimed();
    long long id = take_one("a", NOON);
    (void)state;

    acknowledge("a", id, NOON + SECOND, NOON + 300 * SECOND);
    assert_false(is_due("a", NOON + 20 * SECOND));
    assert_true(press(id, NOON + 20 * SECOND));
    assert_true(is_due("a", NOON + 20 * SECOND));
    struct taken taken = take("a", NOON + 20 * SECOND, NOON + 320 * SECOND, 8);
    assert_int_equal(taken.count, 1);
    assert_int_equal(taken.turns[0].pressed_at, NOON + 20 * SECOND);
    assert_int_equal(taken.turns[0].published_at, NOON + SECOND);
    assert_int_equal(taken.turns[0].accepted_at, NOON);
    assert_int_equal(taken.turns[0].attempts, 1);
    assert_false(press(id, NOON + 29 * SECOND));
    assert_true(press(id, NOON + 30 * SECOND));
    end_claim(id, CLAIM_PUBLISHED, CLAIM_ONBOARDED, NOON + 31 * SECOND);
    assert_false(press(id, NOON + 60 * SECOND));
    assert_false(is_due("a", NOON + 60 * SECOND));
    ASSERT_STATE(found(request.token).state, CLAIM_ONBOARDED);
}

#define MANY 12

static enum store_error load_all(struct store_tx *tx, void *argument)
{
    long long *ids = argument;
    struct delivery_turn page[5], last = {0};
    size_t count = 5, total = 0;

    while (count == 5) {
        enum store_error error = deliveries_open(tx, "a", total ? &last : NULL, page, 5, &count);
        if (error)
            return error;
        for (size_t i = 0; i < count && total < MANY; i++)
            ids[total++] = page[i].claim_id;
        last = page[count ? count - 1 : 0];
    }
    assert_int_equal(total, MANY);
    return STORE_OK;
}

/* All of them are offered at the same time, so the pages differ by the claim alone. */
static void loads_all_that_are_open_page_by_page(void **state)
{
    long long ids[MANY];
    char name[IDENTIFIER_SIZE];
    (void)state;

    for (int i = 0; i < MANY + 1; i++) {
        snprintf(name, sizeof name, "%032d", i);
        struct registration_request request = request_for(name, "home", NOON);
        added(&request);
    }
    struct taken taken = take("a", NOON, NOON + SECOND, 1);
    end_claim(taken.list[0].claim_id, CLAIM_QUEUED, CLAIM_FAILED, NOON);
    ASSERT_OK(store_call(fixture.store, load_all, ids, false));
    for (int i = 1; i < MANY; i++)
        assert_true(ids[i - 1] < ids[i]);
}

struct looking {
    long long ids[3];
    struct delivery found[3];
    size_t count;
};

static enum store_error look(struct store_tx *tx, void *argument)
{
    struct looking *looking = argument;

    return deliveries_look(tx, "a", looking->ids, 3, looking->found, &looking->count);
}

static void shows_what_is_over_and_what_is_not(void **state)
{
    struct looking looking;
    struct registration_request other = request_for(OTHER_THING, "home", NOON + 1);
    (void)state;

    claimed();
    added(&other);
    struct taken taken = take("a", NOON + 1, NOON + SECOND, 8);
    looking.ids[0] = taken.list[0].claim_id;
    looking.ids[1] = taken.list[1].claim_id;
    looking.ids[2] = looking.ids[1] + 1000;
    assert_true(arrive("home", PRESENCE_CREATED, THING, NOON + SECOND, NOON + SECOND) > 0);
    ASSERT_OK(store_call(fixture.store, look, &looking, false));
    assert_int_equal(looking.count, 2);
    const struct delivery *first = &looking.found[looking.found[0].claim_id != looking.ids[0]];
    const struct delivery *second = &looking.found[looking.found[0].claim_id == looking.ids[0]];
    assert_true(first->is_closed); /* created: nothing more to publish, although the claim is open */
    ASSERT_STATE(first->state, CLAIM_QUEUED);
    assert_false(second->is_closed);
    assert_string_equal(second->thing_name, OTHER_THING);
}

static enum store_error keep_networks(struct store_tx *tx, void *argument)
{
    static const struct network_row first[] = {{7, 1500, 250, NOON, 3, 0},
                                               {(1LL << 57) + 3, 0, 99000, NOON, 0, 2}};
    static const struct network_row second[] = {{7, 3000, 125, NOON + SECOND, 20, 0}};
    struct network_row *out = argument;
    size_t count;
    enum store_error error = crowding_set_networks(tx, "a", first, 2, 0);

    error = error ? error : crowding_networks(tx, "a", out, 3, &count);
    assert_int_equal(count, 2);
    assert_int_equal(out[1].network, (1LL << 57) + 3);
    assert_int_equal(out[1].expiries, 99000);
    error = error ? error : crowding_set_networks(tx, "a", second, 1, NOON + 1);
    error = error ? error : crowding_networks(tx, "a", out, 3, &count);
    assert_int_equal(count, 1); /* the other one is older than that */
    return error;
}

static enum store_error list_crowded(struct store_tx *tx, void *argument)
{
    static const struct network_row rows[] = {
        {7, 0, 0, NOON, 20, 0}, {8, 0, 0, NOON, 19, 0}, {9, 0, 0, NOON, 1, 1}, {10, 0, 0, NOON, 0, 0}};
    static const char *const stagings[] = {"b", "a"}, *const others[] = {"b"};
    struct network_row *out = argument;
    size_t count;
    enum store_error error = crowding_set_networks(tx, "a", rows, 4, 0);

    error = error ? error : crowding_list(tx, others, 1, 20, out, 3, &count);
    assert_int_equal(count, 0);
    error = error ? error : crowding_list(tx, stagings, 2, 20, out, 3, &count);
    assert_int_equal(count, 2);
    assert_int_equal(out[0].network, 7);
    assert_int_equal(out[0].open, 20);
    assert_int_equal(out[1].network, 9);
    assert_int_equal(out[1].waiting, 1);
    error = error ? error : crowding_networks(tx, "a", out, 3, &count); /* another lane begins */
    error = error ? error : crowding_list(tx, stagings, 2, 20, out, 3, &count);
    assert_int_equal(count, 0);
    return error;
}

static enum store_error tell_queues(struct store_tx *tx, void *argument)
{
    static const char *const stagings[] = {"a", "b"}, *const others[] = {"b"};
    struct queue_length *out = argument;
    struct leader_term term;
    enum store_error error = leaders_take(tx, "staging/a", "me", 1000, &term);

    error = error
                ? error
                : crowding_set_queue(tx, "staging/a", &(struct queue_length){NOON, NOON + 1, NOON + 2, 5000});
    error = error ? error : crowding_queue(tx, stagings, 2, &out[0]);
    return error ? error : crowding_queue(tx, others, 1, &out[1]);
}

static void finds_the_longest_queue_of_accounts_that_are_configured(void **state)
{
    struct queue_length queues[2];
    (void)state;

    ASSERT_OK(store_call(fixture.store, tell_queues, queues, true));
    assert_int_equal(queues[0].ms, 5000);
    assert_int_equal(queues[0].since, NOON);
    assert_int_equal(queues[0].middle, NOON + 1);
    assert_int_equal(queues[0].until, NOON + 2);
    assert_int_equal(queues[1].ms, 0);
}

static void lists_networks_that_are_full_or_wait(void **state)
{
    struct network_row rows[3] = {0};
    (void)state;

    ASSERT_OK(store_call(fixture.store, list_crowded, rows, true));
}

static void keeps_the_records_of_networks(void **state)
{
    struct network_row rows[3] = {0};
    (void)state;

    ASSERT_OK(store_call(fixture.store, keep_networks, rows, true));
    assert_int_equal(rows[0].network, 7);
    assert_int_equal(rows[0].arrivals, 3000);
    assert_int_equal(rows[0].expiries, 125);
    assert_int_equal(rows[0].as_of, NOON + SECOND);
}

static void given_up_by_the_only_account_has_failed(void **state)
{
    struct registration_request request = claimed();
    long long id = take_one("a", NOON);
    (void)state;

    refuse("a", id, NOON + SECOND, 0, true);
    struct registration registration = found(request.token);
    ASSERT_STATE(registration.state, CLAIM_FAILED);
    assert_int_equal(registration.ended_at, NOON + SECOND);
    ASSERT_COUNTS(0, 0, 0, 0, 1, 0);
    assert_int_equal(take("a", NOON + 60 * SECOND, NOON + 70 * SECOND, 8).count, 0);
    refuse("a", id, NOON + 2 * SECOND, 0, true);
    ASSERT_COUNTS(0, 0, 0, 0, 1, 0);
}

static void goes_to_each_account_in_its_own_form(void **state)
{
    (void)state;

    claimed_at_two();
    struct taken a = take("a", NOON, NOON + SECOND, 8);
    struct taken b = take("b", NOON, NOON + SECOND, 8);
    assert_int_equal(a.count, 1);
    assert_int_equal(b.count, 1);
    assert_int_equal(a.list[0].claim_id, b.list[0].claim_id);
    assert_string_equal(a.list[0].thing_name, THING);
    assert_string_equal(b.list[0].thing_name, UUID_FORM);
}

static void one_account_giving_up_leaves_the_other(void **state)
{
    struct registration_request request = claimed_at_two();
    long long id = take_one("a", NOON);
    (void)state;

    refuse("a", id, NOON, 0, true);
    ASSERT_STATE(found(request.token).state, CLAIM_QUEUED);
    assert_int_equal(take("a", NOON + 60 * SECOND, NOON + 61 * SECOND, 8).count, 0);
    assert_int_equal(take_one("b", NOON), id);
    acknowledge("b", id, NOON + SECOND, NOON + 5 * SECOND);
    ASSERT_STATE(found(request.token).state, CLAIM_PUBLISHED);
    refuse("b", id, NOON + 6 * SECOND, 0, true);
    ASSERT_STATE(found(request.token).state, CLAIM_FAILED);
    ASSERT_COUNTS(0, 0, 0, 0, 1, 0);
}

/* Another connection may have recorded the PUBACK since the state was read. */
static void ends_what_was_published_meanwhile(void **state)
{
    struct registration_request request = claimed();
    long long id = take_one("a", NOON);
    (void)state;

    acknowledge("a", id, NOON, NOON + SECOND);
    end_claim(id, CLAIM_QUEUED, CLAIM_ONBOARDED, NOON);
    ASSERT_STATE(found(request.token).state, CLAIM_ONBOARDED);
    ASSERT_COUNTS(0, 0, 1, 0, 0, 0);
    assert_int_equal(take("a", NOON + 60 * SECOND, NOON + 90 * SECOND, 8).count, 0);
}

/* Its thing was created a moment before the window ended. */
static void one_that_has_arrived_is_joined_after_its_window(void **state)
{
    struct registration_request first = claimed();
    struct registration_request second = request_for(THING, "home", NOON + WINDOW_MS + SECOND);
    (void)state;

    assert_true(arrive("home", PRESENCE_CREATED, THING, NOON + WINDOW_MS, NOON + WINDOW_MS) > 0);
    added(&second);
    ASSERT_STATE(found(first.token).state, CLAIM_QUEUED);
    ASSERT_COUNTS(1, 0, 0, 0, 0, 0);
    assert_true(arrive("home", PRESENCE_CONNECTED, THING, NOON + WINDOW_MS + 2 * SECOND,
                       NOON + WINDOW_MS + 2 * SECOND) > 0);
    ASSERT_STATE(found(first.token).state, CLAIM_ONBOARDED);
    ASSERT_STATE(found(second.token).state, CLAIM_ONBOARDED);
}

static void both_accounts_acknowledging_is_one_published_claim(void **state)
{
    struct registration_request request = claimed_at_two();
    long long id = take_one("a", NOON);
    (void)state;

    acknowledge("a", id, NOON + SECOND, NOON + 5 * SECOND);
    acknowledge("b", id, NOON + 2 * SECOND, NOON + 5 * SECOND);
    struct registration registration = found(request.token);
    assert_int_equal(registration.attempts, 2);
    assert_int_equal(registration.published_at, NOON + SECOND);
    ASSERT_COUNTS(0, 1, 0, 0, 0, 0);
}

static void the_form_of_any_account_proves_arrival(void **state)
{
    struct registration_request request = claimed_at_two();
    (void)state;

    assert_true(arrive("home", PRESENCE_CONNECTED, UUID_FORM, NOON + SECOND, NOON + SECOND) > 0);
    ASSERT_STATE(found(request.token).state, CLAIM_ONBOARDED);
    assert_int_equal(take("a", NOON + 60 * SECOND, NOON + 61 * SECOND, 8).count, 0);
    assert_int_equal(take("b", NOON + 60 * SECOND, NOON + 61 * SECOND, 8).count, 0);
}

static void arrivals_of_others_prove_nothing(void **state)
{
    struct registration_request request = claimed();
    (void)state;

    assert_int_equal(arrive("home", PRESENCE_CONNECTED, OTHER_THING, NOON, NOON), 0);
    assert_int_equal(arrive("abroad", PRESENCE_CONNECTED, THING, NOON, NOON), 0);
    assert_int_equal(arrive("abroad", PRESENCE_CREATED, THING, NOON, NOON), 0);
    ASSERT_STATE(found(request.token).state, CLAIM_QUEUED);
    assert_int_equal(found(request.token).provisioned_at, 0);
}

static void events_from_before_the_claim_prove_nothing(void **state)
{
    struct registration_request request = claimed();
    (void)state;

    assert_int_equal(arrive("home", PRESENCE_CONNECTED, THING, NOON - 10 * SECOND - 1, NOON), 0);
    assert_int_equal(arrive("home", PRESENCE_CREATED, THING, NOON - 10 * SECOND - 1, NOON), 0);
    assert_int_equal(arrive("home", PRESENCE_CONNECTED, THING, NOON - 6 * SECOND, NOON + 60 * SECOND), 0);
    assert_int_equal(found(request.token).connected_at, 0);
    ASSERT_STATE(found(request.token).state, CLAIM_QUEUED);
    assert_true(arrive("home", PRESENCE_CONNECTED, THING, NOON - 5 * SECOND, NOON + 60 * SECOND) > 0);
    ASSERT_STATE(found(request.token).state, CLAIM_ONBOARDED);
    assert_int_equal(found(request.token).connected_at, NOON); /* not before it was claimed */
}

/* The claim was accepted on a machine, or in an hour, whose clock was ahead of the one that receives. */
static void what_comes_at_once_counts_whatever_the_clocks_say(void **state)
{
    struct registration_request request = claimed();
    long long hour_ago = NOON - 3600 * SECOND;
    (void)state;

    assert_true(arrive("home", PRESENCE_CONNECTED, THING, hour_ago, hour_ago + 30) > 0);
    ASSERT_STATE(found(request.token).state, CLAIM_ONBOARDED);
    assert_int_equal(found(request.token).connected_at, NOON);
}

static void created_and_connected_come_in_any_order_and_twice(void **state)
{
    static const enum presence_kind orders[][4] = {
        {PRESENCE_CREATED, PRESENCE_CONNECTED, PRESENCE_CREATED, PRESENCE_CONNECTED},
        {PRESENCE_CONNECTED, PRESENCE_CREATED, PRESENCE_CONNECTED, PRESENCE_CREATED},
        {PRESENCE_CREATED, PRESENCE_CREATED, PRESENCE_CONNECTED, PRESENCE_CONNECTED},
        {PRESENCE_CONNECTED, PRESENCE_CONNECTED, PRESENCE_CREATED, PRESENCE_CREATED},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(orders); i++) {
        struct registration_request request = request_for(i % 2 ? THING : OTHER_THING, "home", NOON);
        long long first[2] = {0, 0};
        added(&request);
        for (size_t j = 0; j < COUNT(orders[i]); j++) {
            enum presence_kind kind = orders[i][j];
            long long at = NOON + (long long)(j + 1) * SECOND;
            long long id = arrive("home", kind, request.targets[0].thing_name, at, at + 10);
            bool news = kind == PRESENCE_CONNECTED ? !first[kind] : j == 0;
            assert_int_equal(id != 0, news);
            first[kind] = first[kind] ? first[kind] : at;
        }
        struct registration registration = found(request.token);
        ASSERT_STATE(registration.state, CLAIM_ONBOARDED);
        assert_int_equal(registration.provisioned_at, first[PRESENCE_CREATED]);
        assert_int_equal(registration.connected_at, first[PRESENCE_CONNECTED]);
        assert_int_equal(registration.ended_at, first[PRESENCE_CONNECTED] + 10);
    }
    ASSERT_COUNTS(0, 0, (long long)COUNT(orders), 0, 0, 0);
}

static void a_created_thing_is_published_to_no_more_and_soon_counts_as_arrived(void **state)
{
    struct registration_request request = claimed();
    long long created = NOON + SECOND;
    (void)state;

    assert_true(arrive("home", PRESENCE_CREATED, THING, created, created) > 0);
    ASSERT_STATE(found(request.token).state, CLAIM_QUEUED);
    assert_int_equal(take("a", NOON + 60 * SECOND, NOON + 61 * SECOND, 8).count, 0);
    assert_int_equal(expire(NOON + WINDOW_MS + SECOND, 10), 0);
    assert_int_equal(settle(created - 1, created + SECOND), 0);
    assert_int_equal(settle(created, created + 5 * SECOND), 1);
    ASSERT_STATE(found(request.token).state, CLAIM_ONBOARDED);
    assert_int_equal(found(request.token).ended_at, created + 5 * SECOND);
    assert_int_equal(found(request.token).connected_at, 0);
    assert_int_equal(settle(created, created + 6 * SECOND), 0);
    ASSERT_COUNTS(0, 0, 1, 0, 0, 0);
}

static void a_device_that_comes_late_has_arrived_all_the_same(void **state)
{
    struct registration_request request = claimed();
    long long late = NOON + WINDOW_MS + SECOND;
    (void)state;

    assert_int_equal(expire(late, 10), 1);
    ASSERT_COUNTS(0, 0, 0, 1, 0, 0);
    assert_true(arrive("home", PRESENCE_CONNECTED, THING, late + SECOND, late + SECOND) > 0);
    ASSERT_STATE(found(request.token).state, CLAIM_ONBOARDED);
    ASSERT_COUNTS(0, 0, 1, 0, 0, 0);
}

static void a_failed_claim_whose_device_comes_has_arrived(void **state)
{
    struct registration_request request = claimed();
    (void)state;

    refuse("a", take_one("a", NOON), NOON, 0, true);
    assert_true(arrive("home", PRESENCE_CREATED, THING, NOON + SECOND, NOON + SECOND) > 0);
    ASSERT_STATE(found(request.token).state, CLAIM_ONBOARDED);
    ASSERT_COUNTS(0, 0, 1, 0, 0, 0);
}

static void cancelled_claims_stay_cancelled(void **state)
{
    struct registration_request request = claimed();
    struct registration registration;
    (void)state;

    ASSERT_OK(do_cancel(request.token, NOON + SECOND, &registration));
    assert_int_equal(arrive("home", PRESENCE_CONNECTED, THING, NOON + 2 * SECOND, NOON + 2 * SECOND), 0);
    registration = found(request.token);
    ASSERT_STATE(registration.state, CLAIM_CANCELLED);
    assert_int_equal(registration.connected_at, 0);
    ASSERT_COUNTS(0, 0, 0, 0, 0, 1);
}

static void an_arrival_belongs_to_the_last_claim(void **state)
{
    struct registration_request first = claimed();
    struct registration_request second = request_for(THING, "home", NOON + 60 * SECOND);
    (void)state;

    assert_true(arrive("home", PRESENCE_CONNECTED, THING, NOON + SECOND, NOON + SECOND) > 0);
    added(&second);
    assert_int_equal(arrive("home", PRESENCE_CONNECTED, THING, NOON + 2 * SECOND, NOON + 61 * SECOND), 0);
    assert_true(arrive("home", PRESENCE_CONNECTED, THING, NOON + 62 * SECOND, NOON + 62 * SECOND) > 0);
    assert_int_equal(found(first.token).connected_at, NOON + SECOND);
    assert_int_equal(found(second.token).connected_at, NOON + 62 * SECOND);
}

static void expires_what_is_over_and_no_more_than_asked(void **state)
{
    struct registration_request first = claimed();
    struct registration_request second = request_for(OTHER_THING, "home", NOON + SECOND);
    (void)state;

    added(&second);
    assert_int_equal(expire(NOON + WINDOW_MS - 1, 10), 0);
    assert_int_equal(expire(NOON + WINDOW_MS + SECOND, 0), 0);
    assert_int_equal(expire(NOON + WINDOW_MS + SECOND, 1), 1);
    ASSERT_STATE(found(first.token).state, CLAIM_EXPIRED);
    assert_int_equal(found(first.token).ended_at, NOON + WINDOW_MS + SECOND);
    ASSERT_STATE(found(second.token).state, CLAIM_QUEUED);
    assert_int_equal(expire(NOON + WINDOW_MS + SECOND, 10), 1);
    assert_int_equal(expire(NOON + WINDOW_MS + SECOND, 10), 0);
    assert_int_equal(take("a", NOON + WINDOW_MS + SECOND, NOON + WINDOW_MS + 2 * SECOND, 8).count, 0);
    ASSERT_COUNTS(0, 0, 0, 2, 0, 0);
}

static void ends_only_from_the_state_that_was_seen(void **state)
{
    struct registration_request request = claimed();
    long long id = take_one("a", NOON);
    (void)state;

    end_claim(id, CLAIM_PUBLISHED, CLAIM_FAILED, NOON);
    ASSERT_STATE(found(request.token).state, CLAIM_QUEUED);
    ASSERT_COUNTS(1, 0, 0, 0, 0, 0);
    end_claim(id, CLAIM_QUEUED, CLAIM_FAILED, NOON);
    ASSERT_STATE(found(request.token).state, CLAIM_FAILED);
    ASSERT_COUNTS(0, 0, 0, 0, 1, 0);
}

static void knows_the_oldest_open_claim(void **state)
{
    struct registration_request second = request_for(OTHER_THING, "home", NOON + SECOND);
    (void)state;

    assert_int_equal(oldest_open(), 0);
    claimed();
    added(&second);
    assert_int_equal(oldest_open(), NOON);
    arrive("home", PRESENCE_CONNECTED, THING, NOON, NOON);
    assert_int_equal(oldest_open(), NOON + SECOND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(takes_nothing_that_is_not_offered),
        TEST(acknowledging_what_has_ended_changes_nothing),
        TEST(arrivals_of_others_prove_nothing),
        TEST(events_from_before_the_claim_prove_nothing),
        TEST(cancelled_claims_stay_cancelled),
        TEST(ends_only_from_the_state_that_was_seen),
        TEST(ends_what_was_published_meanwhile),
        TEST(one_that_has_arrived_is_joined_after_its_window),
        TEST(takes_once_until_it_is_offered_again),
        TEST(takes_the_longest_offered_first),
        TEST(acknowledged_is_published_and_due_again),
        TEST(refused_is_counted_and_due_again),
        TEST(pressing_offers_it_at_once_and_again_after_ten_seconds),
        TEST(loads_all_that_are_open_page_by_page),
        TEST(shows_what_is_over_and_what_is_not),
        TEST(keeps_the_records_of_networks),
        TEST(finds_the_longest_queue_of_accounts_that_are_configured),
        TEST(lists_networks_that_are_full_or_wait),
        TEST(given_up_by_the_only_account_has_failed),
        TEST(goes_to_each_account_in_its_own_form),
        TEST(one_account_giving_up_leaves_the_other),
        TEST(both_accounts_acknowledging_is_one_published_claim),
        TEST(the_form_of_any_account_proves_arrival),
        TEST(what_comes_at_once_counts_whatever_the_clocks_say),
        TEST(created_and_connected_come_in_any_order_and_twice),
        TEST(a_created_thing_is_published_to_no_more_and_soon_counts_as_arrived),
        TEST(a_device_that_comes_late_has_arrived_all_the_same),
        TEST(a_failed_claim_whose_device_comes_has_arrived),
        TEST(an_arrival_belongs_to_the_last_claim),
        TEST(expires_what_is_over_and_no_more_than_asked),
        TEST(knows_the_oldest_open_claim),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
