/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/seats.h"

#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "tests/unit/test.h"

#define NO_LIMIT 0
#define MEBIBYTE ((size_t)1 << 20)

/* A connection: its seat, and the end of its socket that shows whether it was shut down. */
struct guest {
    struct seat *seat;
    int ours, theirs;
};

static void open_sockets(struct guest *guest)
{
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    guest->ours = pair[0];
    guest->theirs = pair[1];
}

static bool sit(struct seats *seats, struct guest *guest, uint64_t network, uint64_t address)
{
    open_sockets(guest);
    guest->seat = seats_take(seats, (struct client_key){network, address}, guest->ours);
    return guest->seat != NULL;
}

static bool was_given_up(const struct guest *guest)
{
    char byte;

    return recv(guest->theirs, &byte, 1, MSG_DONTWAIT) == 0;
}

static unsigned count_given_up(const struct guest *guests, size_t count)
{
    unsigned given_up = 0;

    for (size_t i = 0; i < count; i++)
        given_up += was_given_up(&guests[i]);
    return given_up;
}

static void leave(struct seats *seats, struct guest *guests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        seats_give(seats, guests[i].seat);
        close(guests[i].ours);
        close(guests[i].theirs);
    }
}

static struct seats *make(unsigned most, unsigned per_client)
{
    return seats_new(&(struct seats_limits){.most = most, .per_client = per_client, .bytes = 16 * MEBIBYTE});
}

static struct seats_counts counts_of(struct seats *seats)
{
    struct seats_counts counts;

    seats_count(seats, &counts);
    return counts;
}

static void none_is_taken_of_none(void **state)
{
    (void)state;
    seats_free(NULL);
    struct seats *seats = make(10, NO_LIMIT);
    seats_give(seats, NULL);
    seat_is_idle(NULL);
    seat_is_busy(NULL);
    seat_is_working(NULL);
    seats_free(seats);
}

static void a_client_at_its_limit_gives_up_its_oldest(void **state)
{
    struct seats *seats = make(1000, 3);
    struct guest guests[6];
    (void)state;

    for (uint64_t i = 0; i < 6; i++)
        assert_true(sit(seats, &guests[i], 1, 1));
    assert_int_equal(count_given_up(guests, 3), 3);
    assert_int_equal(count_given_up(guests + 3, 3), 0);
    assert_int_equal(counts_of(seats).given_up[SEATS_OF_CLIENT], 3);
    leave(seats, guests, 6);
    seats_free(seats);
}

static void a_client_whose_connections_all_work_is_refused(void **state)
{
    struct seats *seats = make(1000, 3);
    struct guest guests[3], refused, other;
    (void)state;

    for (uint64_t i = 0; i < 3; i++) {
        assert_true(sit(seats, &guests[i], 1, 1));
        i == 0 ? seat_is_busy(guests[i].seat) : seat_is_working(guests[i].seat);
    }
    assert_false(sit(seats, &refused, 1, 1));
    assert_true(sit(seats, &other, 1, 2));
    assert_int_equal(count_given_up(guests, 3), 0);
    assert_int_equal(counts_of(seats).refused[SEATS_OF_CLIENT], 1);
    leave(seats, guests, 3);
    leave(seats, &refused, 1);
    leave(seats, &other, 1);
    seats_free(seats);
}

static void one_network_leaves_half(void **state)
{
    struct seats *seats = make(100, NO_LIMIT);
    struct guest guests[300], others[40];
    (void)state;

    for (uint64_t i = 0; i < 300; i++)
        assert_true(sit(seats, &guests[i], 1, i));
    assert_int_equal(count_given_up(guests, 300), 250);
    for (uint64_t i = 0; i < 40; i++)
        assert_true(sit(seats, &others[i], 100 + i, 1000 + i));
    assert_int_equal(count_given_up(guests, 300), 250);
    assert_int_equal(count_given_up(others, 40), 0);
    leave(seats, guests, 300);
    leave(seats, others, 40);
    seats_free(seats);
}

/* When hardly any is left, whoever has most gives up, not one that has few. */
static void the_largest_gives_up_for_others(void **state)
{
    struct seats *seats = make(64, NO_LIMIT);
    struct guest large[32], small[64];
    (void)state;

    for (uint64_t i = 0; i < 32; i++)
        assert_true(sit(seats, &large[i], 1, 1));
    for (uint64_t i = 0; i < 50; i++)
        assert_true(sit(seats, &small[i], 100 + i, 1000 + i));
    assert_int_equal(count_given_up(small, 50), 0);
    assert_true(count_given_up(large, 32) >= 18);
    assert_true(counts_of(seats).given_up[SEATS_OF_ALL] >= 18);
    leave(seats, large, 32);
    leave(seats, small, 50);
    seats_free(seats);
}

static void all_are_taken_by_many(void **state)
{
    struct seats *seats = make(16, NO_LIMIT);
    struct guest guests[16], refused;
    (void)state;

    for (uint64_t i = 0; i < 16; i++)
        assert_true(sit(seats, &guests[i], i, i));
    assert_false(sit(seats, &refused, 99, 99));
    assert_int_equal(counts_of(seats).refused[SEATS_OF_ALL], 1);
    assert_int_equal(count_given_up(guests, 16), 0);
    leave(seats, &guests[0], 1);
    assert_true(sit(seats, &guests[0], 99, 99));
    leave(seats, guests, 16);
    leave(seats, &refused, 1);
    seats_free(seats);
}

static void no_more_are_given_up_than_may_be_closing(void **state)
{
    struct seats *seats = seats_new(&(struct seats_limits){.most = 100, .closing = 2, .per_client = 1});
    struct guest guests[4], refused;
    (void)state;

    for (uint64_t i = 0; i < 3; i++)
        assert_true(sit(seats, &guests[i], 1, 1));
    assert_int_equal(count_given_up(guests, 3), 2);
    assert_false(sit(seats, &refused, 2, 2));
    leave(seats, &guests[0], 1); /* its thread has closed it */
    assert_true(sit(seats, &guests[3], 2, 2));
    leave(seats, guests + 1, 3);
    leave(seats, &refused, 1);
    seats_free(seats);
}

static void a_proxy_has_no_limit_and_its_requests_do(void **state)
{
    struct seats *seats = make(100, 2);
    struct guest guests[90];
    const struct client_key client = {1, 1};
    (void)state;

    for (size_t i = 0; i < 90; i++) {
        open_sockets(&guests[i]);
        guests[i].seat = seats_take_for_proxy(seats, guests[i].ours);
        assert_non_null(guests[i].seat);
    }
    struct seat *first = seats_take_request(seats, client), *second = seats_take_request(seats, client);
    assert_non_null(first);
    assert_non_null(second);
    assert_null(seats_take_request(seats, client));
    seats_give(seats, first);
    first = seats_take_request(seats, client);
    assert_non_null(first);
    assert_int_equal(count_given_up(guests, 90), 0);
    seats_give(seats, first);
    seats_give(seats, second);
    leave(seats, guests, 90);
    seats_free(seats);
}

static size_t fill(struct seats *seats, struct seat *seat)
{
    size_t bytes = 0;

    while (seats_take_bytes(seats, seat, MEBIBYTE / 4))
        bytes += MEBIBYTE / 4;
    return bytes;
}

static void memory_is_shared_like_connections(void **state)
{
    struct seats *seats = make(100, NO_LIMIT);
    struct guest guests[3];
    (void)state;

    for (uint64_t i = 0; i < 3; i++)
        assert_true(sit(seats, &guests[i], i / 2, i)); /* two of one network */
    assert_in_range(fill(seats, guests[0].seat), 7 * MEBIBYTE, 8 * MEBIBYTE);
    assert_int_equal(fill(seats, guests[1].seat), 0);
    assert_in_range(fill(seats, guests[2].seat), 3 * MEBIBYTE, 4 * MEBIBYTE);
    assert_true(counts_of(seats).refused[SEATS_BYTES] == 3);
    seats_drop_bytes(seats, guests[0].seat);
    assert_in_range(fill(seats, guests[1].seat), 5 * MEBIBYTE, 8 * MEBIBYTE);
    leave(seats, guests, 3);
    assert_true(sit(seats, &guests[0], 0, 0)); /* what they had is given back */
    assert_in_range(fill(seats, guests[0].seat), 7 * MEBIBYTE, 8 * MEBIBYTE);
    leave(seats, guests, 1);
    seats_free(seats);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_is_taken_of_none),
        cmocka_unit_test(a_client_at_its_limit_gives_up_its_oldest),
        cmocka_unit_test(a_client_whose_connections_all_work_is_refused),
        cmocka_unit_test(one_network_leaves_half),
        cmocka_unit_test(the_largest_gives_up_for_others),
        cmocka_unit_test(all_are_taken_by_many),
        cmocka_unit_test(no_more_are_given_up_than_may_be_closing),
        cmocka_unit_test(a_proxy_has_no_limit_and_its_requests_do),
        cmocka_unit_test(memory_is_shared_like_connections),
    };

    log_setup(LOG_ERROR, LOG_PLAIN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
