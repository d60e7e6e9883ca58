/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/test.h"

static void *volatile kept; /* so that no allocation is left out */

static void grow_too_far(void)
{
    kept = memory_grow(NULL, SIZE_MAX / 4, 8);
}

static void ask_too_much(void)
{
    volatile size_t count = SIZE_MAX / 4;

    kept = memory_new(count, 8);
}

static void assert_aborts(void (*ask)(void))
{
    pid_t child = fork();
    int status = 0;

    assert_true(child >= 0);
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        signal(SIGABRT, SIG_DFL);
        close(STDERR_FILENO); /* a sanitizer has much to say about this */
        ask();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void aborts_where_there_is_none(void **state)
{
    (void)state;

    assert_aborts(grow_too_far);
    assert_aborts(ask_too_much);
}

static void new_memory_is_zero(void **state)
{
    static const unsigned char zeros[1000];
    char *used = memory_new(10, 100);
    (void)state;

    memset(used, 'x', sizeof zeros);
    free(used); /* likely to be given out again */
    void *memory = memory_new(10, 100);
    assert_memory_equal(memory, zeros, sizeof zeros);
    free(memory);
    free(memory_new(0, 8)); /* never NULL */
}

static void grown_memory_keeps_its_content(void **state)
{
    char *memory = memory_grow(NULL, 4, 1);
    (void)state;

    memcpy(memory, "abc", 4);
    memory = memory_grow(memory, 100000, 1);
    assert_string_equal(memory, "abc");
    memory = memory_grow(memory, 0, 1);
    assert_non_null(memory);
    free(memory);
}

static void strings_are_copied(void **state)
{
    char original[] = "text";
    char *copy = memory_string(original);
    (void)state;

    original[0] = 'n';
    assert_string_equal(copy, "text");
    free(copy);
    assert_null(memory_string(NULL));
}

static void owned_memory_goes_with_its_scope(void **state)
{
    char *text = memory_string("x");
    (void)state;

    memory_free_at(&text);
    assert_null(text);
    memory_free_at(&text);
    OWNED char *scoped = memory_string("freed by the compiler; a sanitizer would tell");
    assert_non_null(scoped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aborts_where_there_is_none),       cmocka_unit_test(new_memory_is_zero),
        cmocka_unit_test(grown_memory_keeps_its_content),   cmocka_unit_test(strings_are_copied),
        cmocka_unit_test(owned_memory_goes_with_its_scope),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
