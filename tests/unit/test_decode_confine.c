/* SPDX-License-Identifier: Apache-2.0 */
/* From outside: decode_confined tries one thing after it has entered the sandbox. */
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sanitized.h"
#include "tests/unit/test.h"

static int run(const char *mode, const char *deed)
{
    char *arguments[] = {DECODE_CONFINED, (char *)(uintptr_t)mode, (char *)(uintptr_t)deed, NULL};
    int status = 0;
    pid_t id;

    assert_int_equal(posix_spawn(&id, DECODE_CONFINED, NULL, NULL, arguments, environ), 0);
    assert_int_equal(waitpid(id, &status, 0), id);
    return status;
}

static void assert_dies(const char *mode, const char *deed, int signal)
{
    int status = run(mode, deed);

    if (!WIFSIGNALED(status) || WTERMSIG(status) != signal)
        fail_msg("%s: %s: signal %d, status %d, not %s", mode, deed,
                 WIFSIGNALED(status) ? WTERMSIG(status) : 0, WEXITSTATUS(status), strsignal(signal));
    assert_false(WCOREDUMP(status));
}

static void assert_status(const char *mode, const char *deed, int wanted)
{
    int status = run(mode, deed);

    if (!WIFEXITED(status) || WEXITSTATUS(status) != wanted)
        fail_msg("%s: %s: signal %d, status %d, not %d", mode, deed,
                 WIFSIGNALED(status) ? WTERMSIG(status) : 0, WEXITSTATUS(status), wanted);
}

static void what_is_forbidden_kills(void **state)
{
    static const char *const deeds[] = {
        "opens_a_file",
        "makes_a_file",
        "makes_a_socket",
        "forks",
        "spawns",
        "executes",
        "maps_executable",
        "makes_executable",
        "makes_executable_with_high_bits",
        "writes_standard_input",
        "kills_its_parent",
        "signals_init",
        "raises_its_limits",
        "becomes_dumpable",
        "uses_a_descriptor_from_before",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(deeds); i++) {
        assert_dies("serve", deeds[i], SIGSYS);
        assert_dies("once", deeds[i], SIGSYS);
    }
    assert_dies("once", "reads_standard_input", SIGSYS);
    if (!SANITIZED) /* which tells there what it has found */
        assert_dies("serve", "writes_standard_error", SIGSYS);
}

static void what_is_needed_is_allowed(void **state)
{
    (void)state;

    assert_status("serve", "nothing", 0);
    assert_status("once", "nothing", 0);
    assert_status("serve", "maps_memory", 0);
    assert_status("serve", "writes_standard_output", 0);
    assert_status("once", "writes_standard_output", 0);
    assert_status("once", "writes_standard_error", 0);
    assert_dies("serve", "aborts", SIGABRT);
}

static void memory_has_an_end(void **state)
{
    (void)state;

    if (SANITIZED)
        skip(); /* it reserves terabytes itself */
    assert_status("serve", "takes_all_memory", 1);
    assert_status("once", "takes_all_memory", 1);
    assert_status("serve", "takes_shared_memory", 1);
}

static void processor_time_has_an_end_whatever_the_signals_were(void **state)
{
    sigset_t profiling, before;
    (void)state;

    assert_status("serve", "spins_within_its_time", 0);
    assert_dies("serve", "spins", SIGPROF);
    sigemptyset(&profiling);
    sigaddset(&profiling, SIGPROF);
    sigprocmask(SIG_BLOCK, &profiling, &before);
    signal(SIGPROF, SIG_IGN);
    int status = run("once", "spins");
    signal(SIGPROF, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before, NULL);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_forbidden_kills),
        cmocka_unit_test(what_is_needed_is_allowed),
        cmocka_unit_test(memory_has_an_end),
        cmocka_unit_test(processor_time_has_an_end_whatever_the_signals_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
