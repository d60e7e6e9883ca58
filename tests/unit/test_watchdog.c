/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/watchdog.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/unit/test.h"

#define ROUND_MS 500 /* how late it may be */

struct pair {
    int ours, theirs;
    struct watched *watched;
};

static struct pair watched_pair(struct watchdog *watchdog, long long deadline_in_ms)
{
    int sockets[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    return (struct pair){sockets[0], sockets[1], watchdog_add(watchdog, sockets[0], deadline_in_ms)};
}

static void drop(struct watchdog *watchdog, struct pair *pair)
{
    watchdog_remove(watchdog, pair->watched);
    close(pair->ours);
    close(pair->theirs);
}

/* The other side sees the end of the stream. */
static int is_shut(const struct pair *pair, int wait_ms)
{
    struct pollfd ready = {.fd = pair->theirs, .events = POLLIN};
    char byte;

    return poll(&ready, 1, wait_ms) == 1 && recv(pair->theirs, &byte, 1, 0) == 0;
}

static void shuts_when_the_deadline_is_over(void **state)
{
    struct watchdog *watchdog = watchdog_new();
    struct pair over = watched_pair(watchdog, 50);
    struct pair later = watched_pair(watchdog, 60000);
    (void)state;

    assert_true(is_shut(&over, HANG_MS));
    assert_int_equal(send(over.ours, "x", 1, MSG_NOSIGNAL), -1);
    assert_int_equal(errno, EPIPE);
    assert_false(is_shut(&later, 0));
    drop(watchdog, &over);
    drop(watchdog, &later);
    watchdog_free(watchdog);
}

static void traffic_does_not_extend_it(void **state)
{
    struct watchdog *watchdog = watchdog_new();
    struct pair pair = watched_pair(watchdog, 300);
    long long start = clock_monotonic_ms();
    (void)state;

    /* A byte every 20 ms, as a slow client drips. */
    while (send(pair.theirs, "x", 1, MSG_NOSIGNAL) == 1 && clock_monotonic_ms() - start < HANG_MS)
        usleep(20 * 1000);
    assert_in_range(clock_monotonic_ms() - start, 290, HANG_MS - 1);
    drop(watchdog, &pair);
    watchdog_free(watchdog);
}

static void an_extended_one_lives_on(void **state)
{
    struct watchdog *watchdog = watchdog_new();
    struct pair pair = watched_pair(watchdog, patient_ms(ROUND_MS));
    (void)state;

    watchdog_extend(pair.watched, 3600000LL);
    struct pair other = watched_pair(watchdog, patient_ms(ROUND_MS));
    assert_true(is_shut(&other, HANG_MS)); /* the time is over */
    assert_false(is_shut(&pair, 0));
    watchdog_extend(pair.watched, 0); /* may also be brought forward */
    assert_true(is_shut(&pair, HANG_MS));
    drop(watchdog, &pair);
    drop(watchdog, &other);
    watchdog_free(watchdog);
}

static void a_removed_one_is_left_alone(void **state)
{
    struct watchdog *watchdog = watchdog_new();
    struct pair pairs[3];
    (void)state;

    for (size_t i = 0; i < COUNT(pairs); i++)
        pairs[i] = watched_pair(watchdog, 100);
    watchdog_remove(watchdog, pairs[1].watched);
    assert_true(is_shut(&pairs[0], HANG_MS));
    assert_true(is_shut(&pairs[2], HANG_MS));
    assert_false(is_shut(&pairs[1], 0));
    close(pairs[1].ours);
    close(pairs[1].theirs);
    drop(watchdog, &pairs[0]);
    drop(watchdog, &pairs[2]);
    watchdog_free(watchdog);
}

static void *churn(void *argument)
{
    for (int i = 0; i < 200; i++) {
        struct pair pair = watched_pair(argument, i % 3 ? 60000 : 0);
        watchdog_extend(pair.watched, 60000);
        drop(argument, &pair);
    }
    return NULL;
}

static void many_threads_may_use_it(void **state)
{
    struct watchdog *watchdog = watchdog_new();
    pthread_t threads[4];
    (void)state;

    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, churn, watchdog), 0);
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    watchdog_free(watchdog);
}

/* Waiting for a round to end would cost one each time. */
static void stops_within_a_round(void **state)
{
    enum { TIMES = 40 };
    long long start = clock_monotonic_ms();
    (void)state;

    watchdog_free(NULL);
    for (int i = 0; i < TIMES; i++)
        watchdog_free(watchdog_new());
    assert_true(clock_monotonic_ms() - start < TIMES * ROUND_MS / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shuts_when_the_deadline_is_over), cmocka_unit_test(traffic_does_not_extend_it),
        cmocka_unit_test(an_extended_one_lives_on),        cmocka_unit_test(a_removed_one_is_left_alone),
        cmocka_unit_test(many_threads_may_use_it),         cmocka_unit_test(stops_within_a_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
