/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <string.h>
#include <time.h>

#include "tests/unit/test.h"

static void expect(long long wall_ms, const char *wanted)
{
    char out[CLOCK_RFC3339_SIZE];

    memset(out, 'x', sizeof out);
    clock_rfc3339(wall_ms, out);
    assert_string_equal(out, wanted);
}

static void writes_rfc3339(void **state)
{
    (void)state;

    expect(0, "1970-01-01T00:00:00.000Z");
    expect(1, "1970-01-01T00:00:00.001Z");
    expect(951782399999, "2000-02-28T23:59:59.999Z");
    expect(951782400000, "2000-02-29T00:00:00.000Z");
    expect(1795253400123, "2026-11-21T09:30:00.123Z");
    expect(253402300799999, "9999-12-31T23:59:59.999Z");
}

static void does_not_overrun(void **state)
{
    static const long long odd[] = {-1, 253402300800000, 9223372036854775807LL, -9223372036854775807LL - 1};
    struct {
        char out[CLOCK_RFC3339_SIZE];
        char guard;
    } room = {.guard = 'g'};
    (void)state;

    for (size_t i = 0; i < COUNT(odd); i++) {
        clock_rfc3339(odd[i], room.out);
        assert_true(memchr(room.out, '\0', sizeof room.out) != NULL);
        assert_int_equal(room.guard, 'g');
    }
}

static void wall_is_now(void **state)
{
    (void)state;

    long long before = (long long)time(NULL);
    long long now = clock_wall_ms();
    long long after = (long long)time(NULL);
    assert_in_range(now / 1000, before - 1, after + 1); /* time() looks at a coarser clock */
}

static void monotonic_goes_on(void **state)
{
    (void)state;

    struct timespec pause = {0, 20000000}, began, ended;
    clock_gettime(CLOCK_MONOTONIC, &began);
    long long before = clock_monotonic_ms();
    nanosleep(&pause, NULL);
    long long after = clock_monotonic_ms();
    clock_gettime(CLOCK_MONOTONIC, &ended);
    assert_in_range(after - before, 19,
                    (ended.tv_sec - began.tv_sec) * 1000 + (ended.tv_nsec - began.tv_nsec) / 1000000 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_rfc3339),
        cmocka_unit_test(does_not_overrun),
        cmocka_unit_test(wall_is_now),
        cmocka_unit_test(monotonic_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
