/* SPDX-License-Identifier: Apache-2.0 */
/* Rules, and no figures: those are tuned by simulation. The unknown network is used where networks do not
 * matter. test_turns_crowd.c has what needs many claims and much time. */
#include <string.h>

#include "tests/unit/turns_fixture.h"

/* ---- nothing, and news of what is not there ---- */

static void where_there_is_nothing_nothing_is_taken(void **state)
{
    long long ids[4];
    (void)state;

    turns_free(NULL);
    ASSERT_TAKES(0);
    assert_int_equal(turns_wait(turns, now, 1234), 1234);
    assert_int_equal(turns_check(turns, ids, COUNT(ids)), 0);
    assert_int_equal(counts().open, 0);
    assert_int_equal(counts().first_waited, 0);
}

static void news_of_an_unknown_claim_has_no_effect(void **state)
{
    (void)state;

    add(1, NETWORK_UNKNOWN);
    turns_published(turns, 2, now);
    turns_put_back(turns, 2, 0, now);
    turns_remove(turns, 2, TURNS_ARRIVED, now);
    assert_int_equal(counts().open, 1);
    ASSERT_TAKES(1);
    ASSERT_TAKES(0);
}

static void news_of_a_message_of_a_claim_that_is_not_in_hand_has_no_effect(void **state)
{
    (void)state;

    add(1, NETWORK_UNKNOWN);
    turns_published(turns, 1, now);
    turns_put_back(turns, 1, now + HOUR, now);
    assert_int_equal(counts().first, 1);
    ASSERT_TAKES(1);
    now += 30;
    assert_int_equal(turns_published(turns, 1, now), 30);
    assert_int_equal(turns_published(turns, 1, now), TURNS_NOT_FIRST);
    turns_put_back(turns, 1, 0, now);
    assert_int_equal(counts().in_hand, 0);
    ASSERT_TAKES(0);
}

static void what_is_removed_is_never_taken(void **state)
{
    (void)state;

    expire_many(BAD, 100, 100);
    for (long long id = 10; id < 50; id++) /* behind the others */
        add(id, BAD);
    assert_int_equal(counts().later, 40);
    add_ripe(2, 2);
    add_published(4, NETWORK_UNKNOWN, 0); /* rests */
    add_published(5, NETWORK_UNKNOWN, 3 * SECOND);
    press(5, now);
    add(1, NETWORK_UNKNOWN);
    ASSERT_TAKES(5);
    add(6, NETWORK_UNKNOWN);
    turns_put_back(turns, 5, now + SECOND, now);
    add_published(7, NETWORK_UNKNOWN, 3 * SECOND);
    press(7, now);
    for (long long id = 1; id < 50; id++)
        if (id != 3 && id != 30)
            turns_remove(turns, id, TURNS_OTHER, now);
    assert_int_equal(counts().open, 2);
    now += HOUR;
    long long a = take(), b = take();
    assert_true((a == 3 && b == 30) || (a == 30 && b == 3));
    ASSERT_TAKES(0);
    turns_remove(turns, 30, TURNS_OTHER, now);
    turns_published(turns, 30, now);
    turns_put_back(turns, 30, 0, now);
    assert_int_equal(counts().open, 1);
    assert_int_equal(counts().in_hand, 1);
    ASSERT_TAKES(0);
}

/* ---- in hand, and back ---- */

static void one_in_hand_is_not_taken_again(void **state)
{
    (void)state;

    add(1, NETWORK_UNKNOWN);
    ASSERT_TAKES(1);
    ASSERT_TAKES(0);
    add(1, NETWORK_UNKNOWN);
    press(1, now + 1);
    ASSERT_TAKES(0);
    now += HOUR;
    ASSERT_TAKES(0);
    assert_int_equal(counts().in_hand, 1);
    assert_int_equal(turns_wait(turns, now, 77), 77);
}

static void what_is_put_back_is_taken_again(void **state)
{
    (void)state;

    add(1, NETWORK_UNKNOWN);
    ASSERT_TAKES(1);
    turns_put_back(turns, 1, 0, now);
    assert_int_equal(counts().in_hand, 0);
    assert_int_equal(counts().first, 1);
    ASSERT_TAKES(1);
    turns_put_back(turns, 1, now, now);
    ASSERT_TAKES(1);
    turns_published(turns, 1, now);
    now += 6 * SECOND;
    ASSERT_TAKES(1);
    turns_put_back(turns, 1, 0, now);
    ASSERT_TAKES(1);
}

static void what_is_put_back_for_later_waits(void **state)
{
    (void)state;

    add(1, NETWORK_UNKNOWN);
    ASSERT_TAKES(1);
    add_published(2, NETWORK_UNKNOWN, MINUTE);
    ASSERT_TAKES(2);
    turns_put_back(turns, 1, now + 3000, now);
    turns_put_back(turns, 2, now + 4000, now);
    assert_int_equal(turns_wait(turns, now, LONG), 3000);
    now += 2999;
    ASSERT_TAKES(0);
    assert_int_equal(turns_wait(turns, now, LONG), 1);
    now++;
    assert_int_equal(turns_wait(turns, now, LONG), 0);
    ASSERT_TAKES(1);
    ASSERT_TAKES(0);
    now += 1000;
    ASSERT_TAKES(2);
    ASSERT_TAKES(0);
}

/* The place in the order of arrival is kept. */
static void what_is_put_back_comes_before_younger_ones(void **state)
{
    (void)state;

    for (long long id = 1; id <= 3; id++, now++)
        add(id, NETWORK_UNKNOWN);
    ASSERT_TAKES(1);
    ASSERT_TAKES(2);
    turns_put_back(turns, 1, 0, now);
    ASSERT_TAKES(1);
    ASSERT_TAKES(3);
}

/* ---- first messages ---- */

static void first_messages_go_in_order_of_arrival(void **state)
{
    (void)state;

    for (long long i = 0; i < 100; i++) {
        long long id = 1 + i * 37 % 100;
        turns_add(turns, &(struct turns_claim){.id = id, .accepted_at = NOON + id / 2 * 10}, now);
    }
    now += SECOND;
    assert_int_equal(counts().first, 100);
    assert_int_equal(counts().first_waited, SECOND);
    for (long long id = 1; id <= 100; id++)
        ASSERT_TAKES(id);
    ASSERT_TAKES(0);
}

static void first_messages_do_not_wait_behind_repeats(void **state)
{
    int firsts = 0;
    (void)state;

    add_ripe(10000, 5000);
    for (long long id = 1; id <= 200; id++)
        add(id, NETWORK_UNKNOWN);
    for (int i = 0; i < 200; i++)
        firsts += take() < 10000;
    assert_in_range(firsts, 180, 200);
}

static void repeats_are_sent_beside_first_messages(void **state)
{
    int repeats = 0;
    (void)state;

    add_ripe(10000, 1000);
    for (long long id = 1; id <= 1000; id++, now += 10) { /* there is always one */
        add(id, NETWORK_UNKNOWN);
        if (id > 1)
            repeats += take() >= 10000;
    }
    assert_in_range(repeats, 50, 100);
}

static void where_first_messages_are_too_many_there_are_no_repeats(void **state)
{
    (void)state;

    add_ripe(10000, 1000);
    for (long long id = 1; id <= 1000; id++)
        add(id, NETWORK_UNKNOWN);
    now += MINUTE;
    for (long long id = 1; id <= 1000; id++)
        ASSERT_TAKES(id);
    assert_int_equal(take_all(), 1000);
}

/* ---- repeats ---- */

/* The longer it was open, the longer it waits: a sixtieth of its age. */
static void a_repeat_waits_for_the_schedule_and_a_part_of_the_age(void **state)
{
    long long last;
    (void)state;

    add(1, NETWORK_UNKNOWN);
    ASSERT_TAKES(1);
    turns_published(turns, 1, now);
    last = now;
    for (unsigned published = 1; now < NOON + 2 * HOUR; published++) {
        long long delay = turns_schedule.delays_ms[published < 3 ? published - 1 : 2];
        long long part = (last - NOON) / 60, least = delay * 9 / 10 > part ? delay * 9 / 10 : part;
        long long most = delay * 11 / 10 > part ? delay * 11 / 10 : part;
        now = last + least - 1;
        ASSERT_TAKES(0);
        now += turns_wait(turns, now, LONG);
        assert_in_range(now - last, least, most);
        ASSERT_TAKES(1);
        turns_published(turns, 1, now);
        last = now;
    }
}

static void a_repeat_waits_the_same_after_a_restart(void **state)
{
    (void)state;

    turns_add(turns,
              &(struct turns_claim){
                  .id = 1, .accepted_at = now - HOUR, .published_at = now - 10 * SECOND, .published = 9},
              now);
    ASSERT_TAKES(0);
    assert_in_range(turns_wait(turns, now, LONG), 49 * SECOND, 50 * SECOND);
    now += turns_wait(turns, now, LONG);
    ASSERT_TAKES(1);
}

/* Of two that wait as long, the one that was registered just now is the more likely to have been switched on
 * since. */
static void a_younger_claim_is_repeated_before_an_old_one(void **state)
{
    (void)state;

    turns_add(turns,
              &(struct turns_claim){
                  .id = 1, .accepted_at = now - HOUR, .published_at = now - MINUTE, .published = 1},
              now);
    add_published(2, NETWORK_UNKNOWN, MINUTE);
    now += SECOND;
    ASSERT_TAKES(2);
    ASSERT_TAKES(1);
}

static void one_that_was_sent_nothing_for_long_is_repeated_before_a_younger_one(void **state)
{
    (void)state;

    turns_add(
        turns,
        &(struct turns_claim){
            .id = 1, .accepted_at = now - 15 * MINUTE, .published_at = now - 5 * MINUTE, .published = 1},
        now);
    add_published(2, NETWORK_UNKNOWN, 20 * SECOND);
    ASSERT_TAKES(1);
    ASSERT_TAKES(2);
}

static void of_two_alike_the_one_that_waits_longer_is_repeated_first(void **state)
{
    (void)state;

    for (long long id = 1; id <= 50; id++)
        add_published(id, NETWORK_UNKNOWN, 6 * SECOND + id * 37 % 50 * SECOND);
    now += 10 * MINUTE;
    for (long long waited = 49; waited >= 0; waited--)
        for (long long id = 1; id <= 50; id++)
            if (id * 37 % 50 == waited)
                ASSERT_TAKES(id);
}

/* ---- "It's on now" ---- */

static void one_that_is_on_now_is_next(void **state)
{
    (void)state;

    add_ripe(10000, 1000);
    for (long long id = 1; id <= 100; id++)
        add(id, NETWORK_UNKNOWN);
    add_published(501, NETWORK_UNKNOWN, 2 * SECOND); /* rests */
    add_published(502, 5, 2 * SECOND);
    for (int round = 0; round < 12; round++) { /* whatever turn it was */
        press(10500 + round, now);             /* ripe */
        ASSERT_TAKES(10500 + round);
        now += 10;
        take();
    }
    press(502, now - 1);
    press(501, now);
    ASSERT_TAKES(502);
    ASSERT_TAKES(501);
}

static void one_that_is_on_now_is_next_but_once(void **state)
{
    (void)state;

    add_published(1, NETWORK_UNKNOWN, 2 * SECOND);
    press(1, now);
    press(1, now);
    ASSERT_TAKES(1);
    turns_published(turns, 1, now);
    now += 2 * SECOND;
    press(1, now - 2 * SECOND); /* known already */
    ASSERT_TAKES(0);
    press(1, now);
    ASSERT_TAKES(1);
}

static void a_network_with_a_bad_record_cannot_press(void **state)
{
    (void)state;

    expire_many(BAD, 100, 100);
    add_ripe(10000, 1000);
    add(1, NETWORK_UNKNOWN);
    add_published(501, BAD, 2 * SECOND);
    press(501, now);
    for (int i = 0; i < 100; i++)
        assert_int_not_equal(take(), 501);
    take_all();
    assert_int_equal(counts().in_hand, counts().open); /* but it is sent at last */
}

/* A message was sent just now: it may have come too early. */
static void one_that_is_on_now_is_not_sent_twice_in_a_moment(void **state)
{
    (void)state;

    add_ripe(10000, 1000);
    add(1, NETWORK_UNKNOWN);
    while (take() != 1)
        continue;
    turns_published(turns, 1, now);
    now += 100;
    press(1, now);
    assert_int_not_equal(take(), 1);
    now += 899;
    assert_int_not_equal(take(), 1);
    now += 1;
    ASSERT_TAKES(1);
}

static void one_that_is_on_now_is_sent_while_first_messages_are_too_many(void **state)
{
    int pressed = 0;
    (void)state;

    for (long long id = 1; id <= 1000; id++)
        add(id, NETWORK_UNKNOWN);
    now += MINUTE;
    for (long long id = 2001; id <= 2005; id++) {
        add_published(id, NETWORK_UNKNOWN, 2 * SECOND);
        press(id, now);
    }
    for (int i = 0; i < 100; i++)
        pressed += take() > 2000;
    assert_int_equal(pressed, 5);
}

/* A portal has taken over, and the button was pressed meanwhile. */
static void one_that_was_pressed_since_its_last_message_is_next_after_a_restart(void **state)
{
    (void)state;

    add_ripe(10000, 1000);
    add(1, NETWORK_UNKNOWN);
    turns_add(turns,
              &(struct turns_claim){.id = 2,
                                    .accepted_at = now - MINUTE,
                                    .published_at = now - 20 * SECOND,
                                    .pressed_at = now - SECOND,
                                    .published = 3},
              now);
    turns_add(turns,
              &(struct turns_claim){.id = 3,
                                    .accepted_at = now - MINUTE,
                                    .published_at = now - SECOND,
                                    .pressed_at = now - 20 * SECOND,
                                    .published = 3},
              now);
    ASSERT_TAKES(2);
    ASSERT_TAKES(1);
    for (int i = 0; i < 10; i++)
        assert_int_not_equal(take(), 3);
}

/* ---- the last message ---- */

static void begin_again_with_a_window(long long window_ms)
{
    turns_free(turns);
    turns = turns_new(&(struct turns_options){.schedule = &turns_schedule, .window_ms = window_ms});
}

/* One that was accepted long ago and is not worth much any more, and many others. */
static void add_one_that_is_about_to_expire(long long id, uint64_t network)
{
    add_ripe(10000, 1000);
    turns_add(turns,
              &(struct turns_claim){.id = id,
                                    .accepted_at = now - 5 * MINUTE,
                                    .published_at = now,
                                    .published = 5,
                                    .network = network},
              now);
    turns_wait(turns, now, LONG);
}

static bool is_sent_in_the_last_minute(long long id)
{
    bool sent = false;

    now += 14 * MINUTE - 5 * MINUTE;
    for (int i = 0; i < 600; i++, now += 100) {
        long long next = take();
        sent = sent || next == id;
        turns_published(turns, next, now);
    }
    return sent;
}

static void a_claim_is_sent_a_last_message_before_it_expires(void **state)
{
    (void)state;

    begin_again_with_a_window(15 * MINUTE);
    add_one_that_is_about_to_expire(1, NETWORK_UNKNOWN);
    assert_true(is_sent_in_the_last_minute(1));
}

static void but_not_in_the_middle_of_its_window(void **state)
{
    (void)state;

    begin_again_with_a_window(30 * MINUTE);
    add_one_that_is_about_to_expire(1, NETWORK_UNKNOWN);
    assert_false(is_sent_in_the_last_minute(1));
}

static void a_last_message_that_would_come_too_late_is_not_waited_for(void **state)
{
    (void)state;

    begin_again_with_a_window(15 * MINUTE);
    add_published(1, NETWORK_UNKNOWN, 10 * MINUTE);
    ASSERT_TAKES(1);
    turns_put_back(turns, 1, now + 4 * MINUTE, now);
    now += 5 * MINUTE - 30 * SECOND;
    assert_int_equal(turns_wait(turns, now, LONG), 0);
    now += 29 * SECOND;
    assert_true(turns_wait(turns, now, LONG) > 0);
    ASSERT_TAKES(0);
}

/* ---- clocks ---- */

/* The portal was started again after its clock was corrected. */
static void claims_of_a_clock_that_was_ahead_are_sent(void **state)
{
    (void)state;

    turns_add(turns, &(struct turns_claim){.id = 1, .accepted_at = now + HOUR}, now);
    turns_add(turns,
              &(struct turns_claim){.id = 2,
                                    .accepted_at = now + HOUR,
                                    .published_at = now + HOUR,
                                    .pressed_at = now + HOUR,
                                    .published = 3},
              now);
    assert_int_equal(counts().first_waited, 0);
    ASSERT_TAKES(1);
    assert_in_range(turns_wait(turns, now, LONG), 0, MINUTE);
    now += MINUTE;
    ASSERT_TAKES(2);
}

static void a_clock_that_goes_back_stops_nothing(void **state)
{
    (void)state;

    add(1, NETWORK_UNKNOWN);
    ASSERT_TAKES(1);
    turns_published(turns, 1, now);
    add_published(2, NETWORK_UNKNOWN, MINUTE);
    ASSERT_TAKES(2);
    add_published(3, NETWORK_UNKNOWN, MINUTE);
    add(4, NETWORK_UNKNOWN);
    now -= HOUR;
    turns_published(turns, 2, now);
    press(1, 0);
    add(5, NETWORK_UNKNOWN);
    for (long long id; (id = take()) != 4;)
        assert_int_equal(id, 3);
    for (long long id; (id = take()) != 5;)
        assert_int_equal(id, 3);
    take_all();
    assert_in_range(turns_wait(turns, now, LONG), 1, MINUTE);
    now += 2 * SECOND;
    ASSERT_TAKES(0);
    press(1, now);
    ASSERT_TAKES(1);
    now += MINUTE;
    assert_int_equal(counts().in_hand + take_all(), 5);
}

/* ---- what the caller may ask ---- */

static void check_goes_round_all_of_them(void **state)
{
    long long ids[64];
    int seen[1001] = {0};
    size_t count = 0;
    (void)state;

    for (long long id = 1; id <= 1000; id++)
        add(id, NETWORK_UNKNOWN);
    for (long long id = 1; id <= 1000; id += 2)
        turns_remove(turns, id, TURNS_OTHER, now);
    for (int round = 0; round < 3; round++) {
        memset(seen, 0, sizeof seen);
        for (count = 0; count < 500;) {
            size_t room = 500 - count < COUNT(ids) ? 500 - count : COUNT(ids);
            size_t got = turns_check(turns, ids, room);
            assert_int_equal(got, room);
            for (size_t i = 0; i < got; i++)
                seen[ids[i]]++;
            count += got;
        }
        for (int id = 1; id <= 1000; id++)
            assert_int_equal(seen[id], id % 2 == 0);
    }
    for (long long id = 8; id <= 1000; id += 2)
        turns_remove(turns, id, TURNS_OTHER, now);
    assert_int_equal(turns_check(turns, ids, COUNT(ids)), 3); /* none twice */
}

static void counts_what_waits(void **state)
{
    (void)state;

    expire_many(BAD, 100, 100);
    add(1, NETWORK_UNKNOWN);
    now += 5;
    add(2, 7);
    add(3, BAD);
    add_ripe(10, 3);
    now += 100;
    struct turns_counts got = counts();
    assert_int_equal(got.open, 6);
    assert_int_equal(got.first, 2);
    assert_int_equal(got.later, 1);
    assert_int_equal(got.in_hand, 0);
    assert_int_equal(got.first_waited, 105);
    while (take() != 1)
        continue;
    got = counts();
    assert_int_equal(got.open, 6);
    assert_int_equal(got.first, 1);
    assert_in_range(got.in_hand, 1, 2); /* one of ten is a repeat */
    assert_int_equal(got.first_waited, 100);
}

static void one_that_is_on_now_while_its_message_is_in_flight_is_sent_again(void **state)
{
    (void)state;

    add_published(1, NETWORK_UNKNOWN, MINUTE);
    ASSERT_TAKES(1);
    now += 2 * SECOND;
    press(1, now);
    now += SECOND;
    turns_published(turns, 1, now);
    ASSERT_TAKES(0);
    now += SECOND;
    ASSERT_TAKES(1);
    turns_published(turns, 1, now);
    now += SECOND;
    ASSERT_TAKES(0);
}

static void tells_when_the_first_ones_were_made(void **state)
{
    struct turns_queue queue;
    (void)state;

    turns_queue(turns, &queue);
    assert_int_equal(queue.first, 0);
    for (long long id = 1; id <= 2001; id++, now += id < 2001 ? 1 : HOUR)
        add(id, NETWORK_UNKNOWN);
    turns_queue(turns, &queue);
    assert_in_range(queue.first, NOON, NOON + 10);
    assert_in_range(queue.middle, NOON + 900, NOON + 1100);
    assert_in_range(queue.last, NOON + 1900, NOON + 2000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, turns_begin, turns_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(where_there_is_nothing_nothing_is_taken),
        TEST(news_of_an_unknown_claim_has_no_effect),
        TEST(news_of_a_message_of_a_claim_that_is_not_in_hand_has_no_effect),
        TEST(what_is_removed_is_never_taken),
        TEST(one_in_hand_is_not_taken_again),
        TEST(what_is_put_back_is_taken_again),
        TEST(what_is_put_back_for_later_waits),
        TEST(what_is_put_back_comes_before_younger_ones),
        TEST(first_messages_go_in_order_of_arrival),
        TEST(first_messages_do_not_wait_behind_repeats),
        TEST(repeats_are_sent_beside_first_messages),
        TEST(where_first_messages_are_too_many_there_are_no_repeats),
        TEST(a_repeat_waits_for_the_schedule_and_a_part_of_the_age),
        TEST(a_repeat_waits_the_same_after_a_restart),
        TEST(a_younger_claim_is_repeated_before_an_old_one),
        TEST(one_that_was_sent_nothing_for_long_is_repeated_before_a_younger_one),
        TEST(of_two_alike_the_one_that_waits_longer_is_repeated_first),
        TEST(one_that_is_on_now_is_next),
        TEST(one_that_is_on_now_is_next_but_once),
        TEST(a_network_with_a_bad_record_cannot_press),
        TEST(one_that_is_on_now_is_not_sent_twice_in_a_moment),
        TEST(one_that_is_on_now_is_sent_while_first_messages_are_too_many),
        TEST(one_that_was_pressed_since_its_last_message_is_next_after_a_restart),
        TEST(a_claim_is_sent_a_last_message_before_it_expires),
        TEST(but_not_in_the_middle_of_its_window),
        TEST(a_last_message_that_would_come_too_late_is_not_waited_for),
        TEST(claims_of_a_clock_that_was_ahead_are_sent),
        TEST(a_clock_that_goes_back_stops_nothing),
        TEST(check_goes_round_all_of_them),
        TEST(counts_what_waits),
        TEST(one_that_is_on_now_while_its_message_is_in_flight_is_sent_again),
        TEST(tells_when_the_first_ones_were_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
