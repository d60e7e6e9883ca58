/* SPDX-License-Identifier: Apache-2.0 */
#include "base/interrupt.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/test.h"

static void each_signal_is_received(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

    (void)state;
    interrupt_catch();
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        interrupt_received = 0;
        assert_int_equal(raise(signals[i]), 0);
        assert_int_equal(interrupt_received, 1);
    }
}

/* A child sends the signal while read() waits, again and again: the first may come too early. */
static void what_waits_ends(void **state)
{
    int ends[2];
    char byte;

    (void)state;
    interrupt_catch();
    interrupt_received = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t parent = getpid(), child = fork();
    assert_true(child >= 0);
    while (child == 0)
        if (usleep(10000) != 0 || kill(parent, SIGTERM) != 0 || getppid() != parent)
            _exit(0);
    assert_int_equal(read(ends[0], &byte, 1), -1);
    assert_int_equal(errno, EINTR);
    assert_int_equal(interrupt_received, 1);
    assert_int_equal(kill(child, SIGKILL), 0);
    while (waitpid(child, NULL, 0) < 0)
        assert_int_equal(errno, EINTR);
    assert_int_equal(close(ends[0]) | close(ends[1]), 0);
}

/* One signal of a child, before or while it waits: neither is lost. */
static void waiting_for_input_ends(void **state)
{
    int ends[2];

    (void)state;
    interrupt_catch();
    for (int i = 0; i < 50; i++) {
        interrupt_received = 0;
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(write(ends[1], "y", 1), 1);
        assert_true(interrupt_wait_readable(ends[0]));
        assert_int_equal(close(ends[0]) | close(ends[1]) | pipe(ends), 0);
        pid_t parent = getpid(), child = fork();
        assert_true(child >= 0);
        if (child == 0)
            _exit(kill(parent, SIGINT));
        assert_false(interrupt_wait_readable(ends[0]));
        while (waitpid(child, NULL, 0) < 0)
            assert_int_equal(errno, EINTR);
        assert_int_equal(close(ends[0]) | close(ends[1]), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_signal_is_received),
        cmocka_unit_test(what_waits_ends),
        cmocka_unit_test(waiting_for_input_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
