/* SPDX-License-Identifier: Apache-2.0 */
/* With a real store: what the supply reads, writes and survives. Turns have tests of their own. */
#include "server/onboarding/supply.h"

#include <pthread.h>
#include <semaphore.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/condition.h"
#include "server/store/crowding.h"
#include "server/store/leaders.h"
#include "server/store/store_clock.h"
#include "tests/unit/store_fixture.h"

#define RATE 50 /* five are ready at a time */
#define BAD 666 /* a network */
#define MANY (DELIVERIES_MAX + 50)

static struct staging_account account = {.name = "a", .claim_thing_count = 1, .rate = RATE};
static const struct claim_settings settings = {.staging = &account, .staging_count = 1};
static const struct schedule soon = {{200}, 1}, later = {{3600 * SECOND}, 1};

static struct leadership *leadership;
static struct supply *supply;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static unsigned answers; /* of the store */
static unsigned handled; /* of these, by the last step */

/* ---- words of the tests ---- */

static void wake(void *context)
{
    (void)context;
    pthread_mutex_lock(&lock);
    answers++;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

static unsigned answers_so_far(void)
{
    pthread_mutex_lock(&lock);
    unsigned count = answers;
    pthread_mutex_unlock(&lock);
    return count;
}

/* Until the store has answered since the last step, but no longer than the supply says. */
static void wait_for_answers(void)
{
    long long wait = supply_wait(supply);
    struct timespec until = condition_deadline(wait < 20 ? wait : 20);

    pthread_mutex_lock(&lock);
    while (answers == handled && wait > 0 && condition_wait(&changed, &lock, &until))
        continue;
    handled = answers;
    pthread_mutex_unlock(&lock);
}

static void step_before(long long end, const char *what, int line)
{
    if (clock_monotonic_ms() > end)
        fail_msg("line %d: never: %s", line, what);
    wait_for_answers();
    supply_step(supply, true);
}
#define UNTIL(condition)                                                                                     \
    for (long long end = clock_monotonic_ms() + HANG_MS; !(condition);)                                      \
    step_before(end, #condition, __LINE__)

static enum store_error take_term(struct store_tx *tx, void *argument)
{
    struct leader_term *out = argument;

    return leaders_take(tx, post_name(leadership_staging(leadership, 0)), "test", 60 * SECOND, out);
}

static long long next_term(void)
{
    struct leader_term out = {0};

    ASSERT_OK(store_call(fixture.store, take_term, &out, true));
    assert_int_not_equal(out.term, 0);
    return out.term;
}

static void start_with(const struct schedule *schedule)
{
    leadership = leadership_new(&settings, fixture.store);
    supply = supply_new(&(struct supply_options){.account = &account,
                                                 .schedule = schedule,
                                                 .window_ms = WINDOW_MS,
                                                 .store = fixture.store,
                                                 .post = leadership_staging(leadership, 0),
                                                 .wake = wake});
    supply_restart(supply, next_term());
}

static void stop(void)
{
    for (; supply && supply_is_asking(supply); wait_for_answers())
        supply_step(supply, false);
    supply_free(supply);
    leadership_stop(leadership);
    supply = NULL;
    leadership = NULL;
}

static int begin(void **state)
{
    condition_init(&changed);
    answers = handled = 0;
    return fixture_begin(state);
}

static int end(void **state)
{
    stop();
    pthread_cond_destroy(&changed);
    return fixture_end(state);
}

/* Claims have the ids 1, 2, ... in a new store. */
static void register_from(long long network, int count)
{
    static unsigned number;

    for (int i = 0; i < count; i++) {
        char thing_name[IDENTIFIER_SIZE];
        snprintf(thing_name, sizeof thing_name, "%032x", ++number);
        struct registration_request request = request_for(thing_name, "e", store_clock_ms());
        request.network = network;
        added(&request);
    }
}

static long long next(void)
{
    UNTIL(supply_first(supply));
    long long id = supply_first(supply)->claim_id;
    supply_drop_first(supply);
    return id;
}

static void assert_next(long long wanted, int line)
{
    long long got = next();

    if (got != wanted)
        fail_msg("line %d: claim %lld is next instead of %lld", line, got, wanted);
}
#define ASSERT_NEXT(wanted) assert_next(wanted, __LINE__)

static void publish(long long id)
{
    long long now = store_clock_ms();

    acknowledge("a", id, now, now + SUPPLY_OFFERED_AGAIN_MS);
    supply_published(supply, id);
}

static size_t open_claims(void)
{
    struct turns_counts counts;

    supply_counts(supply, &counts);
    return counts.open;
}

static size_t waiting_behind(void)
{
    struct turns_counts counts;

    supply_counts(supply, &counts);
    return counts.later;
}

/* By another connection, as another program would. */
static void execute(const char *sql)
{
    sqlite3 *handle = NULL;

    assert_int_equal(sqlite3_open(fixture.path, &handle), SQLITE_OK);
    sqlite3_busy_timeout(handle, HANG_MS);
    assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(handle);
}

struct rows {
    struct network_row list[8];
    size_t count;
};

static enum store_error read_networks(struct store_tx *tx, void *argument)
{
    struct rows *rows = argument;

    return crowding_networks(tx, "a", rows->list, COUNT(rows->list), &rows->count);
}

/* In thousandths; 0: it has no record. */
static long long recorded_expiries(long long network)
{
    struct rows rows = {0};

    ASSERT_OK(store_call(fixture.store, read_networks, &rows, false));
    for (size_t i = 0; i < rows.count; i++)
        if (rows.list[i].network == network)
            return rows.list[i].expiries;
    return 0;
}

static void expire_some_of_the_bad_network(void)
{
    register_from(BAD, 10);
    for (int i = 0; i < 10; i++) {
        long long id = next();
        publish(id);
        end_claim(id, CLAIM_PUBLISHED, CLAIM_EXPIRED, store_clock_ms());
        supply_ended(supply, id, TURNS_EXPIRED);
    }
}

/* ---- tests ---- */

static void asks_for_nothing_where_nothing_can_be_sent(void **state)
{
    (void)state;

    start_with(&later);
    register_from(0, 1);
    for (int i = 0; i < 3; i++) {
        supply_step(supply, false);
        assert_false(supply_is_asking(supply));
        assert_null(supply_first(supply));
        assert_true(supply_wait(supply) > 0);
    }
    supply_free(NULL);
}

static void takes_new_claims(void **state)
{
    (void)state;

    register_from(0, 2);
    start_with(&later);
    UNTIL(supply_first(supply));
    assert_string_equal(supply_first(supply)->endpoint, "e");
    assert_int_equal(strlen(supply_first(supply)->thing_name), 32);
    assert_int_equal(supply_first(supply)->attempts, 0);
    ASSERT_NEXT(1);
    ASSERT_NEXT(2);
    register_from(0, 1);
    supply_look(supply);
    ASSERT_NEXT(3);
    register_from(0, 1); /* another portal has accepted it */
    ASSERT_NEXT(4);
    assert_int_equal(open_claims(), 4);
}

static void few_are_decided_ahead_of_time(void **state)
{
    (void)state;

    register_from(0, 30);
    start_with(&later);
    for (long long id = 1; id <= 30; id++) {
        UNTIL(supply_first(supply));
        assert_in_range(supply_count(supply), 1, RATE / 10);
        ASSERT_NEXT(id);
    }
}

static void what_has_ended_is_not_handed_out(void **state)
{
    (void)state;

    register_from(0, 20);
    start_with(&later);
    UNTIL(supply_count(supply) == RATE / 10);
    for (long long id = 10; id < 20; id++)
        end_claim(id, CLAIM_QUEUED, CLAIM_CANCELLED, store_clock_ms());
    for (long long id = 1; id < 10; id++)
        ASSERT_NEXT(id);
    ASSERT_NEXT(20);
    UNTIL(open_claims() == 10);
}

/* Those that are sent already, or whose turn is far. */
static void what_has_ended_elsewhere_is_noticed(void **state)
{
    (void)state;

    register_from(0, 4);
    start_with(&later);
    for (long long id = 1; id <= 4; id++) {
        ASSERT_NEXT(id);
        publish(id);
    }
    assert_int_equal(open_claims(), 4);
    end_claim(2, CLAIM_PUBLISHED, CLAIM_ONBOARDED, store_clock_ms());
    end_claim(3, CLAIM_PUBLISHED, CLAIM_EXPIRED, store_clock_ms());
    UNTIL(open_claims() == 2);
}

static void what_has_ended_is_not_ready_any_more(void **state)
{
    (void)state;

    register_from(0, 5);
    start_with(&later);
    UNTIL(supply_count(supply) == 5);
    supply_ended(supply, 1, TURNS_OTHER);
    supply_ended(supply, 3, TURNS_ARRIVED);
    assert_int_equal(supply_count(supply), 3);
    ASSERT_NEXT(2);
    ASSERT_NEXT(4);
    supply_ended(supply, 5, TURNS_OTHER);
    assert_null(supply_first(supply));
    assert_int_equal(open_claims(), 2);
}

static void what_was_published_is_repeated(void **state)
{
    (void)state;

    register_from(0, 1);
    start_with(&soon);
    ASSERT_NEXT(1);
    long long published_at = store_clock_ms();
    publish(1);
    UNTIL(supply_first(supply));
    assert_true(store_clock_ms() >= published_at + 180);
    assert_int_equal(supply_first(supply)->attempts, 1);
    ASSERT_NEXT(1);
}

static void what_is_put_back_comes_again(void **state)
{
    (void)state;

    register_from(0, 2);
    start_with(&later);
    ASSERT_NEXT(1);
    supply_put_back(supply, 1, 0);
    ASSERT_NEXT(2);
    ASSERT_NEXT(1);
    long long not_before = store_clock_ms() + 300;
    supply_put_back(supply, 2, not_before);
    ASSERT_NEXT(2);
    assert_true(store_clock_ms() >= not_before);
}

static void what_was_ready_comes_again_in_its_order(void **state)
{
    (void)state;

    register_from(0, 8);
    start_with(&later);
    UNTIL(supply_count(supply) == 5);
    supply_put_all_back(supply);
    assert_int_equal(supply_count(supply), 0);
    for (long long id = 1; id <= 8; id++)
        ASSERT_NEXT(id);
}

/* Among them those that the store offers to nobody for minutes, and more than one call reads. */
static void a_restart_loads_all_of_them(void **state)
{
    (void)state;

    register_from(0, MANY);
    start_with(&later);
    UNTIL(open_claims() == MANY);
    ASSERT_NEXT(1);
    publish(1);
    ASSERT_NEXT(2);
    supply_restart(supply, next_term());
    supply_step(supply, false);
    UNTIL(open_claims() < MANY);
    UNTIL(open_claims() == MANY);
    assert_in_range(next(), 1, MANY);
    stop();
    start_with(&later); /* another process */
    UNTIL(open_claims() == MANY);
    for (int i = 0; i < 30; i++)
        assert_in_range(next(), 1, MANY);
}

/* Also where the store has answered meanwhile. */
static void an_end_loses_no_other(void **state)
{
    enum { ROUNDS = 20 };
    bool seen[2 * ROUNDS + 2] = {false};
    (void)state;

    register_from(0, 1);
    start_with(&later);
    for (int i = 0; i < ROUNDS; i++) {
        long long id = next();
        assert_false(seen[id]);
        seen[id] = true;
        size_t open = open_claims();
        register_from(0, 2);
        supply_look(supply);
        UNTIL(open_claims() == open + 2); /* they are being read now */
        nanosleep(&(struct timespec){0, 20000000}, NULL);
        supply_ended(supply, id, TURNS_ARRIVED);
    }
    for (int i = 0; i <= ROUNDS; i++) {
        long long id = next();
        assert_false(seen[id]);
        seen[id] = true;
    }
}

static enum store_error wait_for_go(struct store_tx *tx, void *go)
{
    (void)tx;
    return sem_wait(go) == 0 ? STORE_OK : STORE_BROKEN;
}

static void nothing(void *argument, enum store_error result)
{
    (void)argument;
    (void)result;
}

/* The store's only reader is held up, and so the claim is still open for it when the device has arrived. */
static void what_ends_while_it_is_read_is_not_sent(void **state)
{
    sem_t go;
    struct store_job held = {.run = wait_for_go, .done = nothing, .argument = &go};
    (void)state;

    start_with(&later);
    UNTIL(supply_first(supply) == NULL && !supply_is_asking(supply) && answers_so_far() >= 3);
    sem_init(&go, 0, 0);
    register_from(0, 2);
    ASSERT_OK(store_submit(fixture.store, &held));
    supply_look(supply);
    UNTIL(open_claims() == 2); /* and they are being read */
    unsigned seen = answers_so_far();
    supply_ended(supply, 1, TURNS_ARRIVED);
    assert_null(supply_first(supply));
    sem_post(&go);
    UNTIL(supply_first(supply) || answers_so_far() >= seen + 4);
    ASSERT_NEXT(2);
    sem_destroy(&go);
}

static void a_term_that_is_over_takes_nothing(void **state)
{
    (void)state;

    register_from(0, 2);
    start_with(&later);
    ASSERT_NEXT(1);
    ASSERT_NEXT(2);
    long long term = next_term(); /* another portal leads */
    register_from(0, 1);
    supply_look(supply);
    unsigned seen = answers_so_far();
    UNTIL(answers_so_far() >= seen + 3);
    assert_int_equal(open_claims(), 2);
    assert_true(is_due("a", store_clock_ms()));
    supply_restart(supply, term);
    for (long long id = 1; id <= 3; id++)
        ASSERT_NEXT(id);
    UNTIL(!is_due("a", store_clock_ms()));
}

static void records_of_networks_survive_a_restart(void **state)
{
    (void)state;

    start_with(&later);
    expire_some_of_the_bad_network();
    assert_int_equal(waiting_behind(), 0);
    UNTIL(recorded_expiries(BAD) > 9000);
    stop();
    register_from(BAD, 3);
    register_from(5, 3);
    start_with(&later);
    UNTIL(open_claims() == 6);
    assert_in_range(waiting_behind(), 1, 3);
    ASSERT_NEXT(14);
    ASSERT_NEXT(15);
}

static void a_record_that_could_not_be_written_is_written_later(void **state)
{
    (void)state;

    start_with(&later);
    expire_some_of_the_bad_network();
    execute("ALTER TABLE networks RENAME TO elsewhere");
    long long tried = clock_monotonic_ms() + 2500; /* by then */
    UNTIL(clock_monotonic_ms() > tried);
    execute("ALTER TABLE elsewhere RENAME TO networks");
    UNTIL(recorded_expiries(BAD) > 9000);
}

static void what_the_store_could_not_take_is_taken_later(void **state)
{
    (void)state;

    register_from(0, 3);
    start_with(&later);
    execute("ALTER TABLE deliveries RENAME TO elsewhere");
    UNTIL(answers_so_far() >= 4); /* one kind of question each */
    assert_int_equal(open_claims(), 0);
    execute("ALTER TABLE elsewhere RENAME TO deliveries");
    for (long long id = 1; id <= 3; id++)
        ASSERT_NEXT(id);
}

static void what_the_store_could_not_read_is_read_later(void **state)
{
    (void)state;

    register_from(0, 12);
    start_with(&later);
    UNTIL(supply_count(supply) == 5);
    execute("ALTER TABLE deliveries RENAME TO elsewhere");
    for (long long id = 1; id <= 5; id++)
        ASSERT_NEXT(id);
    unsigned seen = answers_so_far();
    UNTIL(answers_so_far() >= seen + 4);
    assert_null(supply_first(supply));
    execute("ALTER TABLE elsewhere RENAME TO deliveries");
    for (long long id = 6; id <= 12; id++)
        ASSERT_NEXT(id);
    assert_int_equal(open_claims(), 12);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(asks_for_nothing_where_nothing_can_be_sent),
        TEST(takes_new_claims),
        TEST(few_are_decided_ahead_of_time),
        TEST(what_has_ended_is_not_handed_out),
        TEST(what_has_ended_elsewhere_is_noticed),
        TEST(what_has_ended_is_not_ready_any_more),
        TEST(what_was_published_is_repeated),
        TEST(what_is_put_back_comes_again),
        TEST(what_was_ready_comes_again_in_its_order),
        TEST(a_restart_loads_all_of_them),
        TEST(an_end_loses_no_other),
        TEST(what_ends_while_it_is_read_is_not_sent),
        TEST(a_term_that_is_over_takes_nothing),
        TEST(records_of_networks_survive_a_restart),
        TEST(a_record_that_could_not_be_written_is_written_later),
        TEST(what_the_store_could_not_take_is_taken_later),
        TEST(what_the_store_could_not_read_is_read_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
