/* SPDX-License-Identifier: Apache-2.0 */
/* How many codes can be tried in a year, and how many of them succeed. */
#include "ownership/guesses.h"

#include <math.h>

#include "ownership/code.h"
#include "tests/unit/test.h"

#define NOON 1700000000000LL
#define SECOND 1000LL
#define YEAR (365 * 86400 * SECOND)
#define SUCCESS_MAX 1e-6 /* expected in a year, of one device */

static void nobody_waits_for_a_few_mistakes(void **state)
{
    struct guesses guesses = {0, 0};
    (void)state;

    assert_int_equal(guesses_next_at(guesses, NOON), NOON);
    for (int i = 0; i < GUESSES_FREE - 1; i++) {
        guesses = guesses_add_wrong(guesses, NOON);
        assert_true(guesses_next_at(guesses, NOON) <= NOON);
    }
    guesses = guesses_add_wrong(guesses, NOON);
    assert_int_equal(guesses_next_at(guesses, NOON), NOON + 5 * SECOND);
    assert_int_equal(guesses_next_at(guesses, NOON + 4 * SECOND), NOON + 5 * SECOND);
}

static void pauses_double_up_to_two_minutes(void **state)
{
    static const long long wanted[] = {5, 10, 20, 40, 80, 120, 120};
    struct guesses guesses = {GUESSES_FREE - 1, NOON};
    (void)state;

    for (size_t i = 0; i < COUNT(wanted); i++) {
        guesses = guesses_add_wrong(guesses, NOON);
        assert_int_equal(guesses_next_at(guesses, NOON), NOON + wanted[i] * SECOND);
    }
    guesses.count = 4000000000U;
    assert_int_equal(guesses_next_at(guesses, NOON), NOON + 120 * SECOND);
    assert_true(guesses_add_wrong(guesses, NOON).count > 1000000);
}

static void a_day_without_mistakes_is_a_new_beginning(void **state)
{
    const struct guesses guesses = {1000, NOON};
    (void)state;

    assert_int_equal(guesses_add_wrong(guesses, NOON + GUESSES_FORGET_MS - 1).count, 1001);
    assert_int_equal(guesses_add_wrong(guesses, NOON + GUESSES_FORGET_MS).count, 1);
}

/* A database that was restored, or a clock that was set: the pause is no longer than any other. */
static void a_clock_that_went_back_shuts_nobody_out(void **state)
{
    const struct guesses guesses = {1000, NOON + YEAR};
    (void)state;

    assert_int_equal(guesses_next_at(guesses, NOON), NOON + GUESSES_PAUSE_MAX_MS);
}

static double uniform(unsigned long long *seed)
{
    *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (double)(*seed >> 11) / 9007199254740992.0;
}

/* Guesses for a year; after each one it waits no longer than it must (idle 0), or sometimes for up to `idle`
 * more. Returns how many. */
static long long guess_for_a_year(double idle, unsigned long long *seed)
{
    struct guesses guesses = {0, 0};
    long long now = NOON, count = 0;

    while (now < NOON + YEAR) {
        count++;
        guesses = guesses_add_wrong(guesses, now);
        long long next = guesses_next_at(guesses, now);
        now = next > now ? next : now;
        if (idle > 0 && uniform(seed) < 0.1)
            now += (long long)(idle * uniform(seed));
    }
    return count;
}

/* The free ones, those of the doubling pauses, and one in each longest pause of what is left of the year. */
static long long most_in_a_year(void)
{
    long long count = GUESSES_FREE, left = YEAR;

    for (long long pause = GUESSES_PAUSE_MS; pause < GUESSES_PAUSE_MAX_MS; pause *= 2) {
        left -= pause;
        count++;
    }
    return count + (left - 1) / GUESSES_PAUSE_MAX_MS;
}

static void guessing_for_a_year_succeeds_less_than_once_in_a_million(void **state)
{
    unsigned long long seed = 13;
    long long most = guess_for_a_year(0, &seed);
    (void)state;

    assert_int_equal(most, most_in_a_year());
    assert_true((double)most / ldexp(1, CODE_BITS_MIN) < SUCCESS_MAX);
    print_message("%lld guesses in a year, expected successes %.3g\n", most,
                  (double)most / ldexp(1, CODE_BITS_MIN));
    for (int i = 0; i < 100; i++) { /* waiting for the count to be forgotten does not pay */
        double idle = i % 2 ? (double)GUESSES_FORGET_MS * 1.5 : 60e3 * i;
        assert_true(guess_for_a_year(idle, &seed) <= most);
    }
    /* Always five at once, then a day of rest. */
    assert_true((YEAR / GUESSES_FORGET_MS + 1) * GUESSES_FREE < most);
}

/* The same attack on codes of so few bits that it succeeds often: what is counted above is what happens. */
static void the_simulation_meets_the_formula(void **state)
{
    const double codes = 16777216; /* 24 bits */
    const int devices = 20000;
    unsigned long long seed = 40;
    const long long most = guess_for_a_year(0, &seed);
    int found = 0;
    (void)state;

    for (int i = 0; i < devices;
         i++) /* each has a random code; the attacker goes through them in any order */
        found += (long long)(uniform(&seed) * codes) < most;
    double expected = devices * (double)most / codes;
    assert_true(fabs(found - expected) < 5 * sqrt(expected));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_waits_for_a_few_mistakes),
        cmocka_unit_test(pauses_double_up_to_two_minutes),
        cmocka_unit_test(a_day_without_mistakes_is_a_new_beginning),
        cmocka_unit_test(a_clock_that_went_back_shuts_nobody_out),
        cmocka_unit_test(guessing_for_a_year_succeeds_less_than_once_in_a_million),
        cmocka_unit_test(the_simulation_meets_the_formula),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
