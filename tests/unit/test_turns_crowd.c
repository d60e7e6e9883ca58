/* SPDX-License-Identifier: Apache-2.0 */
/* Turns with many claims, for much of simulated time, and through anything that may happen. */
#include "server/onboarding/turns.h"

#include <malloc.h>

#include "tests/unit/test.h"

#define NOON 1700000000000LL
#define SECOND 1000LL
#define MINUTE (60 * SECOND)
#define WINDOW (15 * MINUTE)
#define LONG (24 * 60 * MINUTE)
#define RATE 98 /* messages a second */

static const struct schedule schedule = {{5 * SECOND, 10 * SECOND, 20 * SECOND}, 3};

static struct turns *turns;
static long long now, sent;
static uint32_t seed;

static int begin(void **state)
{
    (void)state;
    turns = turns_new(&(struct turns_options){.schedule = &schedule, .window_ms = WINDOW});
    now = NOON;
    sent = 0;
    seed = 1;
    return 0;
}

static int end(void **state)
{
    (void)state;
    turns_free(turns);
    return 0;
}

static uint32_t random_below(uint32_t bound)
{
    seed = seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)seed * bound >> 32);
}

/* ---- nobody starves ---- */

#define OPEN 20000

/* When the claims 1 to OPEN were sent something last. */
static long long last_sent[OPEN + 1];

/* Devices that are off, registered within the last quarter of an hour. */
static void fill(bool known_networks)
{
    for (long long id = 1; id <= OPEN; id++) {
        long long accepted_at = now - random_below(15 * 60) * SECOND;
        last_sent[id] = now;
        turns_add(turns,
                  &(struct turns_claim){.id = id,
                                        .accepted_at = accepted_at,
                                        .published_at = accepted_at,
                                        .published = 1,
                                        .network = known_networks ? (uint64_t)id : NETWORK_UNKNOWN},
                  now);
    }
}

static long long longest_pause(void)
{
    long long longest = 0;

    for (long long id = 1; id <= OPEN; id++)
        longest = now - last_sent[id] > longest ? now - last_sent[id] : longest;
    return longest;
}

/* A message is sent, and its time passes. Returns whose it was. */
static long long send_next(void)
{
    long long id = 0;

    assert_true(turns_take(turns, now, &id));
    turns_published(turns, id, now);
    if (id <= OPEN)
        last_sent[id] = now;
    now = NOON + ++sent * 1000 / RATE;
    return id;
}

static void assert_nobody_starves(bool known_networks)
{
    long long start = now, longest = 0;

    fill(known_networks);
    for (long long i = 0; now < start + 15 * MINUTE; i++) {
        send_next();
        if (i % RATE)
            continue;
        long long pause = longest_pause();
        longest = pause > longest ? pause : longest;
    }
    assert_in_range(longest, OPEN / RATE * SECOND / 2, 6 * MINUTE);
}

static void nobody_starves(void **state)
{
    (void)state;

    assert_nobody_starves(false);
}

static void nobody_starves_in_a_network_of_its_own(void **state)
{
    (void)state;

    assert_nobody_starves(true);
}

/* Twenty a second register, whose devices are on. */
static void a_first_message_waits_for_no_crowd(void **state)
{
    long long start = now, next = OPEN + 1, longest = 0, accepted[64];
    (void)state;

    fill(true);
    for (long long i = 0; now < start + 5 * MINUTE; i++) {
        if (i % 5 == 0) {
            accepted[next % 64] = now;
            turns_add(turns, &(struct turns_claim){.id = next, .accepted_at = now, .network = (uint64_t)next},
                      now);
            next++;
        }
        long long id = send_next();
        if (id <= OPEN)
            continue;
        turns_remove(turns, id, TURNS_ARRIVED, now);
        longest = now - accepted[id % 64] > longest ? now - accepted[id % 64] : longest;
    }
    assert_in_range(next - OPEN, 5 * 60 * 15, 5 * 60 * 25);
    assert_in_range(longest, 1, SECOND);
    assert_in_range(longest_pause(), 1, 6 * MINUTE);
}

/* ---- anything may happen ---- */

#define CLAIMS 300
#define NETWORKS 6

struct claim {
    long long id; /* 0: none */
    bool in_hand, published;
    uint64_t network;
};

static struct claim claims[CLAIMS];
static size_t open, in_hand;
static long long next_id;

static struct claim *claim_of(long long id)
{
    for (size_t i = 0; i < CLAIMS; i++)
        if (claims[i].id == id)
            return &claims[i];
    return NULL;
}

/* NULL: it has met none. */
static struct claim *any_claim(bool wanted_in_hand)
{
    struct claim *claim = &claims[random_below(CLAIMS)];

    return claim->id && claim->in_hand == wanted_in_hand ? claim : NULL;
}

static void one_is_added(void)
{
    struct claim *claim = claim_of(0);
    long long at = now - random_below(random_below(4) ? 4 : 16) * MINUTE;

    if (!claim)
        return;
    *claim =
        (struct claim){.id = ++next_id, .published = random_below(4) == 0, .network = random_below(NETWORKS)};
    open++;
    turns_add(turns,
              &(struct turns_claim){.id = next_id,
                                    .accepted_at = at,
                                    .published_at = claim->published ? at + random_below(5000) : 0,
                                    .pressed_at = random_below(10) ? 0 : at + random_below(9000),
                                    .published = claim->published,
                                    .network = claim->network},
              now);
}

static void one_is_taken(bool must)
{
    long long id = 0;

    if (!turns_take(turns, now, &id)) {
        assert_false(must);
        return;
    }
    struct claim *claim = claim_of(id);
    assert_true(claim && id && !claim->in_hand);
    claim->in_hand = true;
    in_hand++;
}

static void the_wait_is_exact(void)
{
    long long id, wait = turns_wait(turns, now, LONG);

    if (wait == 0) {
        one_is_taken(true);
        return;
    }
    assert_false(turns_take(turns, now, &id));
    if (wait < LONG && random_below(100) == 0) {
        now += wait - 1;
        assert_false(turns_take(turns, now, &id));
        now++;
        one_is_taken(true);
    }
}

static void one_comes_back(struct claim *claim)
{
    if (!claim)
        return;
    claim->in_hand = false;
    in_hand--;
    claim->published = claim->published || random_below(2);
    if (claim->published && random_below(3))
        turns_published(turns, claim->id, now);
    else
        turns_put_back(turns, claim->id, now - 1000 + random_below(10000), now);
}

static void one_ends(struct claim *claim)
{
    if (!claim)
        return;
    turns_remove(turns, claim->id, (enum turns_end)random_below(3), now);
    open--;
    in_hand -= claim->in_hand;
    claim->id = 0;
}

static void one_is_offered_again(struct claim *claim)
{
    if (claim)
        turns_add(turns, &(struct turns_claim){.id = claim->id, .pressed_at = random_below(2) ? 0 : now},
                  now);
}

static void time_passes(void)
{
    static const uint32_t steps[] = {10, 100, 1000, 30000, 600000, 20000000};

    if (random_below(200) == 0)
        now -= random_below(10) ? random_below(100) : random_below(7200000);
    else
        now += random_below(steps[random_below(100) ? random_below(3) : random_below(COUNT(steps))]);
}

static void something_happens(void)
{
    switch (random_below(10)) {
    case 0:
    case 1:
        one_is_added();
        break;
    case 2:
        one_is_taken(false);
        break;
    case 3:
    case 4:
        the_wait_is_exact();
        break;
    case 5:
    case 6:
        one_comes_back(any_claim(true));
        break;
    case 7:
        one_ends(any_claim(random_below(2)));
        break;
    case 8:
        one_is_offered_again(any_claim(random_below(2)));
        break;
    default:
        time_passes();
    }
}

static void check_counts(void)
{
    struct turns_counts counts;

    turns_count(turns, now, &counts);
    assert_int_equal(counts.open, open);
    assert_int_equal(counts.in_hand, in_hand);
    assert_in_range(counts.first + counts.later, 0, open - in_hand);
}

/* Each open claim is taken, once, and then there is none left. */
static void take_every_one(void)
{
    long long ids[CLAIMS];

    for (size_t i = 0; in_hand < open; i++) {
        assert_true(i < 4 * CLAIMS);
        long long wait = turns_wait(turns, now, LONG);
        assert_true(wait < LONG);
        now += wait;
        one_is_taken(true);
    }
    assert_int_equal(turns_wait(turns, now, LONG), LONG);
    assert_int_equal(turns_check(turns, ids, CLAIMS), open);
    for (size_t i = 0; i < open; i++)
        assert_non_null(claim_of(ids[i]));
    for (size_t i = 0; i < CLAIMS; i++)
        if (claims[i].id && random_below(2))
            one_comes_back(&claims[i]);
}

/* What networks.h says of the claims of each. */
static void check_networks(void)
{
    struct networks *networks = turns_networks(turns);
    uint32_t counted[NETWORKS] = {0}, waiting = 0;
    struct turns_counts counts;

    for (size_t i = 0; i < CLAIMS; i++)
        counted[claims[i].network] += claims[i].id != 0;
    for (uint64_t key = 0; key < NETWORKS; key++) {
        const struct network *network = networks_at(networks, networks_find(networks, key, now));
        assert_int_equal(network->open, counted[key]);
        assert_in_range(network->old, 0, network->open);
        assert_in_range(network->tried + network->waiting, 0, network->open);
        waiting += network->waiting;
    }
    turns_count(turns, now, &counts);
    assert_int_equal(counts.later, waiting);
}

/* Of claims that have ended nothing is left but a record, and that fades. */
static void end_every_one(void)
{
    struct networks *networks = turns_networks(turns);

    for (size_t i = 0; i < CLAIMS; i++)
        one_ends(claims[i].id ? &claims[i] : NULL);
    assert_int_equal(open, 0);
    check_counts();
    check_networks();
    for (int i = 0; i < 2; i++, now += 2 * LONG)
        turns_wait(turns, now, LONG);
    for (uint32_t i = 0; i < networks_places(networks); i++)
        assert_false(networks_at(networks, i)->is_used);
}

static void no_claim_is_lost_whatever_happens(void **state)
{
    (void)state;

    for (size_t i = 1; i <= 200000; i++) {
        something_happens();
        check_counts();
        if (i % 100 == 0)
            check_networks();
        if (i % 5000 == 0)
            take_every_one();
    }
    assert_true(next_id > 10000);
    end_every_one();
}

/* ---- memory ---- */

static void a_claim_comes_and_goes(long long id)
{
    long long taken = 0;

    turns_add(turns, &(struct turns_claim){.id = id, .accepted_at = now, .network = (uint64_t)id % 500}, now);
    assert_true(turns_take(turns, now, &taken));
    assert_int_equal(taken, id);
    turns_published(turns, id, now);
    turns_remove(turns, id, id % 3 ? TURNS_ARRIVED : TURNS_EXPIRED, now);
    now += 10;
}

static size_t allocated(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
}

static void a_million_claims_leave_nothing_behind(void **state)
{
    long long id = 1;
    (void)state;

    while (id < FEWER(100000))
        a_claim_comes_and_goes(id++);
    size_t before = allocated();
    while (id < FEWER(1000000))
        a_claim_comes_and_goes(id++);
    assert_in_range(allocated(), 0, before + 1000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nobody_starves),
        TEST(nobody_starves_in_a_network_of_its_own),
        TEST(a_first_message_waits_for_no_crowd),
        TEST(no_claim_is_lost_whatever_happens),
        TEST(a_million_claims_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
