/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/leaders.h"

#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/store_fixture.h"

#define NAME "staging/a"
#define OTHER_NAME "endpoint/home"
#define TERM_MS 60000
#define SHORT_MS 300

static bool is_shared(void)
{
    return getenv("EXPRESSLINK_TEST_POSTGRESQL") != NULL;
}

struct call {
    const char *name, *holder;
    long long term, term_ms;
    struct leader found;
    struct leader_term taken;
    bool renewed;
    enum store_error checked; /* the result of leaders_check() */
    sem_t *has_checked, *may_end;
};

static enum store_error run_find(struct store_tx *tx, void *argument)
{
    struct call *call = argument;

    return leaders_find(tx, call->name, TERM_MS, &call->found);
}

static enum store_error run_take(struct store_tx *tx, void *argument)
{
    struct call *call = argument;

    return leaders_take(tx, call->name, call->holder, call->term_ms, &call->taken);
}

static enum store_error run_renew(struct store_tx *tx, void *argument)
{
    struct call *call = argument;

    return leaders_renew(tx, call->name, call->term, call->term_ms, &call->renewed);
}

static enum store_error run_resign(struct store_tx *tx, void *argument)
{
    const struct call *call = argument;

    return leaders_resign(tx, call->name, call->term);
}

static enum store_error run_check(struct store_tx *tx, void *argument)
{
    struct call *call = argument;

    call->checked = leaders_check(tx, call->name, call->term);
    return call->checked;
}

static enum store_error find_leader(const char *name, struct leader *out)
{
    struct call call = {.name = name};
    enum store_error error = store_call(fixture.store, run_find, &call, false);

    *out = call.found;
    return error;
}

static long long take_for(const char *name, const char *holder, long long term_ms)
{
    struct call call = {.name = name, .holder = holder, .term_ms = term_ms};

    ASSERT_OK(store_call(fixture.store, run_take, &call, true));
    assert_int_equal(call.taken.endless, call.taken.term && !is_shared());
    return call.taken.term;
}

static long long take_lead(const char *holder)
{
    return take_for(NAME, holder, TERM_MS);
}

static bool renew(long long term, long long term_ms)
{
    struct call call = {.name = NAME, .term = term, .term_ms = term_ms};

    ASSERT_OK(store_call(fixture.store, run_renew, &call, true));
    return call.renewed;
}

static void resign(long long term)
{
    struct call call = {.name = NAME, .term = term};

    ASSERT_OK(store_call(fixture.store, run_resign, &call, true));
}

static enum store_error check(const char *name, long long term)
{
    struct call call = {.name = name, .term = term};

    return store_call(fixture.store, run_check, &call, true);
}

static void finds_none_at_first(void **state)
{
    struct leader leader;
    (void)state;

    ASSERT_ERROR(find_leader(NAME, &leader), STORE_NOT_FOUND);
    ASSERT_ERROR(check(NAME, 0), STORE_NOT_LEADER);
    ASSERT_ERROR(check(NAME, 1), STORE_NOT_LEADER);
    assert_false(renew(1, TERM_MS));
    resign(1);
    ASSERT_ERROR(find_leader(NAME, &leader), STORE_NOT_FOUND);
}

static void a_check_does_not_only_read(void **state)
{
    struct call call = {.name = NAME, .term = 1};
    (void)state;

    take_lead("first");
    ASSERT_ERROR(store_call(fixture.store, run_check, &call, false), STORE_BROKEN);
}

static void takes_a_first_term(void **state)
{
    struct leader leader;
    (void)state;

    assert_int_equal(take_lead("first"), 1);
    ASSERT_OK(find_leader(NAME, &leader));
    assert_string_equal(leader.holder, "first");
    assert_int_equal(leader.term, 1);
    if (is_shared())
        assert_in_range(leader.left_ms, TERM_MS - 30000, TERM_MS);
    ASSERT_OK(check(NAME, 1));
    ASSERT_ERROR(check(NAME, 2), STORE_NOT_LEADER);
    ASSERT_ERROR(check(OTHER_NAME, 1), STORE_NOT_LEADER);
}

static void names_have_terms_of_their_own(void **state)
{
    (void)state;

    take_lead("first");
    take_lead("first");
    assert_int_equal(take_for(OTHER_NAME, "second", TERM_MS), 1);
    ASSERT_OK(check(NAME, 2));
    ASSERT_OK(check(OTHER_NAME, 1));
}

static void nobody_takes_a_term_that_lasts(void **state)
{
    (void)state;

    if (!is_shared())
        skip();
    take_lead("first");
    assert_int_equal(take_lead("second"), 0);
    ASSERT_OK(check(NAME, 1));
    assert_true(renew(1, TERM_MS));
}

/* With SQLite there is nobody else who could be alive. */
static void a_database_of_one_has_no_term_of_others(void **state)
{
    (void)state;

    if (is_shared())
        skip();
    take_lead("first");
    fixture_close();
    fixture_open();
    assert_int_equal(take_lead("second"), 2);
    ASSERT_ERROR(check(NAME, 1), STORE_NOT_LEADER);
    ASSERT_OK(check(NAME, 2));
}

/* A take whose answer was lost is repeated. What was submitted in the term before is not kept. */
static void the_holder_takes_anew(void **state)
{
    (void)state;

    assert_int_equal(take_lead("first"), 1);
    assert_int_equal(take_lead("first"), 2);
    ASSERT_ERROR(check(NAME, 1), STORE_NOT_LEADER);
    ASSERT_OK(check(NAME, 2));
}

static void wait_until_ended(void)
{
    struct leader leader = {.left_ms = 1};

    while (leader.left_ms)
        ASSERT_OK(find_leader(NAME, &leader));
}

static void a_term_ends(void **state)
{
    (void)state;

    take_for(NAME, "first", SHORT_MS);
    wait_until_ended();
    /* Nobody has taken it: what is written now does no harm, and it can be renewed. */
    ASSERT_OK(check(NAME, 1));
    assert_true(renew(1, SHORT_MS));
    wait_until_ended();
    assert_int_equal(take_lead("second"), 2);
    assert_false(renew(1, TERM_MS));
    resign(1);
    ASSERT_ERROR(check(NAME, 1), STORE_NOT_LEADER);
    ASSERT_OK(check(NAME, 2));
}

static void a_resigned_term_is_over(void **state)
{
    (void)state;

    take_lead("first");
    resign(1);
    ASSERT_ERROR(check(NAME, 1), STORE_NOT_LEADER);
    assert_false(renew(1, TERM_MS));
    assert_int_equal(take_lead("second"), 2);
}

/* The clock was set back: the term would last for ages. */
static void a_term_that_ends_too_late_is_over(void **state)
{
    struct leader leader;
    (void)state;

    take_for(NAME, "first", 3600 * SECOND);
    ASSERT_OK(find_leader(NAME, &leader));
    assert_int_equal(leader.left_ms, 0);
    assert_int_equal(take_lead("second"), 2);
}

static enum store_error run_check_and_wait(struct store_tx *tx, void *argument)
{
    struct call *call = argument;

    call->checked = leaders_check(tx, call->name, call->term);
    sem_post(call->has_checked);
    sem_wait(call->may_end);
    return call->checked;
}

static void ended(void *argument, enum store_error result)
{
    struct call *call = argument;

    call->checked = result;
    sem_post(call->has_checked);
}

/* One transaction has checked and not committed yet; the term has ended meanwhile. The next term begins after
 * it. */
static void a_checked_term_lasts_until_the_commit(void **state)
{
    sem_t has_checked, may_end;
    struct call call = {.name = NAME, .term = 1, .has_checked = &has_checked, .may_end = &may_end};
    struct store_job job = {.run = run_check_and_wait, .done = ended, .argument = &call, .writes = true};
    (void)state;

    if (!is_shared())
        skip(); /* one writer */
    sem_init(&has_checked, 0, 0);
    sem_init(&may_end, 0, 0);
    take_for(NAME, "first", SHORT_MS);
    ASSERT_OK(store_submit(fixture.store, &job));
    sem_wait(&has_checked);
    wait_until_ended();
    long long taken = take_for(NAME, "second", SHORT_MS);
    bool renewed = renew(1, SHORT_MS);
    wait_until_ended();
    sem_post(&may_end);
    sem_wait(&has_checked);
    assert_int_equal(taken, 0);
    assert_true(renewed);
    ASSERT_OK(call.checked);
    assert_int_equal(take_lead("second"), 2);
}

static int begin(void **state)
{
    static struct store_options options;
    TEXT struct text why = TEXT_EMPTY;

    if (fixture_begin(state) != 0)
        return -1;
    fixture_close();
    options = *fixture_options(fixture.url);
    options.writers = 2;
    return store_open(&options, &fixture.store, &why) == STORE_OK ? 0 : -1;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, fixture_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(finds_none_at_first),
        TEST(a_check_does_not_only_read),
        TEST(takes_a_first_term),
        TEST(names_have_terms_of_their_own),
        TEST(nobody_takes_a_term_that_lasts),
        TEST(a_database_of_one_has_no_term_of_others),
        TEST(the_holder_takes_anew),
        TEST(a_term_ends),
        TEST(a_resigned_term_is_over),
        TEST(a_term_that_ends_too_late_is_over),
        TEST(a_checked_term_lasts_until_the_commit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
