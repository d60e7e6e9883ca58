/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/leadership.h"

#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "server/store/leaders.h"
#include "tests/unit/store_fixture.h"

#define STAGING "staging/acme"

static struct staging_account staging[] = {{.name = "acme"}};
static struct oem_endpoint endpoints[] = {{.key = "home", .observed = true}, {.key = "away"}};
static const struct claim_settings settings = {
    .staging = staging, .staging_count = 1, .endpoints = endpoints, .endpoint_count = 2};
static sem_t woken;

static bool is_shared(void)
{
    return getenv("EXPRESSLINK_TEST_POSTGRESQL") != NULL;
}

static void wake(void *context)
{
    sem_post(context);
}

static struct leadership *started(void)
{
    TEXT struct text why = TEXT_EMPTY;
    struct leadership *leadership = leadership_new(&settings, fixture.store);

    leadership_listen(leadership, wake, &woken);
    assert_true(leadership_start(leadership, &why));
    return leadership;
}

static void pause_shortly(void)
{
    nanosleep(&(struct timespec){0, 5000000}, NULL);
}

static void wait_for(const struct post *post, enum lead wanted)
{
    long long deadline = clock_monotonic_ms() + HANG_MS, term;

    while (post_lead(post, &term) != wanted) {
        assert_true(clock_monotonic_ms() < deadline);
        pause_shortly();
    }
}

static struct lead_stats stats_of(const struct post *post)
{
    struct lead_stats stats;

    post_stats(post, &stats);
    return stats;
}

/* As another portal would do it. */
struct thief {
    struct leader_term taken;
};

static enum store_error steal(struct store_tx *tx, void *argument)
{
    struct thief *thief = argument;
    struct leader leader;
    enum store_error error = leaders_find(tx, STAGING, 60000, &leader);

    error = error ? error : leaders_resign(tx, STAGING, leader.term);
    return error ? error : leaders_take(tx, STAGING, "thief", 3500, &thief->taken);
}

static enum store_error give_back(struct store_tx *tx, void *argument)
{
    struct thief *thief = argument;

    return leaders_resign(tx, STAGING, thief->taken.term);
}

static void leads_nothing_before_it_is_started(void **state)
{
    struct leadership *leadership = leadership_new(&settings, fixture.store);
    long long term = 1;
    (void)state;

    assert_int_equal(post_lead(leadership_staging(leadership, 0), &term), LEAD_FOLLOWS);
    assert_int_equal(term, 0);
    leadership_stop(leadership);
}

static void leads_all_that_is_free(void **state)
{
    struct leadership *leadership = started();
    long long term = 0;
    (void)state;

    assert_string_equal(post_name(leadership_staging(leadership, 0)), STAGING);
    assert_string_equal(post_name(leadership_endpoint(leadership, 0)), "endpoint/home");
    wait_for(leadership_staging(leadership, 0), LEAD_LEADS);
    sem_wait(&woken);
    assert_int_equal(post_lead(leadership_endpoint(leadership, 0), &term), LEAD_LEADS);
    assert_int_equal(term, 1);
    assert_int_equal(post_lead(leadership_endpoint(leadership, 1), &term), LEAD_FOLLOWS); /* not observed */
    struct lead_stats stats = stats_of(leadership_staging(leadership, 0));
    assert_true(stats.leads);
    assert_int_equal(stats.term, 1);
    assert_int_equal(stats.terms, 1);
    leadership_stop(leadership);
}

static void who_stops_hands_over(void **state)
{
    struct leadership *first = started(), *second;
    (void)state;

    if (!is_shared()) { /* one portal a database */
        leadership_stop(first);
        skip();
    }
    wait_for(leadership_staging(first, 0), LEAD_LEADS);
    second = started();
    long long deadline = clock_monotonic_ms() + HANG_MS;
    while (stats_of(leadership_staging(second, 0)).term != 1 && clock_monotonic_ms() < deadline)
        pause_shortly();
    struct lead_stats stats = stats_of(leadership_staging(second, 0));
    assert_false(stats.leads);
    assert_string_equal(stats.holder, stats_of(leadership_staging(first, 0)).holder);
    leadership_stop(first);
    wait_for(leadership_staging(second, 0), LEAD_LEADS);
    wait_for(leadership_endpoint(second, 0), LEAD_LEADS);
    stats = stats_of(leadership_staging(second, 0));
    assert_int_equal(stats.term, 2);
    assert_int_equal(stats.terms, 1);
    leadership_stop(second);
}

/* For as long as it may have died. */
static void another_one_holds_a_post_while_it_renews_its_term(void **state)
{
    struct thief thief = {.taken = {0}};
    struct leadership *leadership = started();
    const struct post *post = leadership_staging(leadership, 0);
    (void)state;

    wait_for(post, LEAD_LEADS);
    assert_false(post_is_held(post));
    if (!is_shared()) {
        leadership_stop(leadership);
        skip();
    }
    ASSERT_OK(store_call(fixture.store, steal, &thief, true));
    long long deadline = clock_monotonic_ms() + HANG_MS, term;
    while (!post_is_held(post) && clock_monotonic_ms() < deadline)
        pause_shortly();
    assert_true(post_is_held(post));
    while (post_is_held(post) && clock_monotonic_ms() < deadline)
        pause_shortly();
    assert_false(post_is_held(post)); /* its term has not ended yet */
    assert_int_equal(post_lead(post, &term), LEAD_FOLLOWS);
    wait_for(post, LEAD_LEADS);
    leadership_stop(leadership);
}

static void a_lost_term_is_noticed_and_a_free_one_taken(void **state)
{
    struct thief thief = {.taken = {0}};
    struct leadership *leadership = started();
    const struct post *post = leadership_staging(leadership, 0);
    long long term;
    (void)state;

    wait_for(post, LEAD_LEADS);
    sem_wait(&woken);
    if (!is_shared()) {
        leadership_stop(leadership);
        skip();
    }
    ASSERT_OK(store_call(fixture.store, steal, &thief, true));
    assert_int_equal(thief.taken.term, 2);
    wait_for(post, LEAD_FOLLOWS);
    sem_wait(&woken);
    assert_int_equal(post_lead(leadership_endpoint(leadership, 0), &term), LEAD_LEADS);
    ASSERT_OK(store_call(fixture.store, give_back, &thief, true));
    wait_for(post, LEAD_LEADS);
    assert_int_equal(stats_of(post).term, 3);
    assert_int_equal(stats_of(post).terms, 2);
    leadership_stop(leadership);
}

/* The database does not answer: the term is over here before another portal can take the next one, and goes
 * on when it answers again. */
static enum store_error stand_still(struct store_tx *tx, void *argument)
{
    (void)tx;
    sem_wait(argument);
    return STORE_OK;
}

static void done(void *argument, enum store_error result)
{
    (void)argument;
    (void)result;
}

static void a_term_that_cannot_be_renewed_lapses(void **state)
{
    sem_t may_end;
    struct store_job job = {.run = stand_still, .done = done, .argument = &may_end, .writes = true};
    struct leadership *leadership = started();
    const struct post *post = leadership_staging(leadership, 0);
    long long term;
    (void)state;

    wait_for(post, LEAD_LEADS);
    if (!is_shared()) {
        leadership_stop(leadership);
        skip();
    }
    sem_init(&may_end, 0, 0);
    ASSERT_OK(store_submit(fixture.store, &job)); /* the only writer */
    wait_for(post, LEAD_LAPSED);
    assert_int_equal(post_lead(post, &term), LEAD_LAPSED);
    assert_int_equal(term, 1);
    sem_post(&may_end);
    wait_for(post, LEAD_LEADS);
    assert_int_equal(stats_of(post).term, 1);
    leadership_stop(leadership);
}

static int begin(void **state)
{
    sem_init(&woken, 0, 0);
    return fixture_begin(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, fixture_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(leads_nothing_before_it_is_started),
        TEST(leads_all_that_is_free),
        TEST(who_stops_hands_over),
        TEST(another_one_holds_a_post_while_it_renews_its_term),
        TEST(a_lost_term_is_noticed_and_a_free_one_taken),
        TEST(a_term_that_cannot_be_renewed_lapses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
