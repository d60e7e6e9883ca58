/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "tests/unit/decode_fixture.h"
#include "tests/unit/test.h"

/* For answers that come: nobody waits for it to be over. */
#define SHORT_MS 50

static struct decode_process *start(const char *program)
{
    TEXT struct text why = TEXT_EMPTY;
    struct decode_process *process = decode_process_start(program, &why);

    if (!process)
        fail_msg("%s", text_get(&why));
    return process;
}

static enum decode_error ask(struct decode_process *process, const char *picture, long long deadline_ms,
                             struct decode_result *out)
{
    return decode_process_ask(process, (const unsigned char *)picture, strlen(picture), deadline_ms, out);
}

static void assert_does_not_start(const char *program, const char *sentence)
{
    TEXT struct text why = TEXT_EMPTY;

    assert_null(decode_process_start(program, &why));
    if (!strstr(text_get(&why), sentence))
        fail_msg("%s is not in: %s", sentence, text_get(&why));
}

static void a_program_that_cannot_serve_is_told_with_its_reason(void **state)
{
    struct decode_fixture *fixture = *state;

    assert_does_not_start("/nonexistent/expresslink-decode", "cannot be started: No such file or directory");
    assert_does_not_start(decode_fixture_program(fixture, "ends-at-once"), "ended before it was ready");
    assert_does_not_start(decode_fixture_program(fixture, "babbles"), "ended before it was ready");
    assert_does_not_start(decode_fixture_program(fixture, "cannot"), "the moon is not full");
}

static void whatever_it_answers_is_checked(void **state)
{
    const struct {
        const char *manner;
        enum decode_error error;
        long long deadline_ms;
    } cases[] = {
        {"answers-garbage", DECODE_CRASHED, HANG_MS},
        {"answers-without-end", DECODE_CRASHED, HANG_MS},
        {"answers-beyond-its-frame", DECODE_CRASHED, HANG_MS},
        {"answers-half", DECODE_CRASHED, HANG_MS},
        {"answers-half-and-hangs", DECODE_TOO_SLOW, SHORT_MS},
        {"claims-to-be-late", DECODE_CRASHED, HANG_MS},
        {"dies-of-it", DECODE_CRASHED, HANG_MS},
        {"goes-before-it-has-read", DECODE_UNAVAILABLE, HANG_MS},
        {"answers-unasked", DECODE_UNAVAILABLE, HANG_MS},
    };
    struct decode_fixture *fixture = *state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct decode_result result = {.count = 77};
        struct decode_process *process = start(decode_fixture_program(fixture, cases[i].manner));
        enum decode_error error = ask(process, "a picture", cases[i].deadline_ms, &result);
        if (error != cases[i].error)
            fail_msg("%s: %s", cases[i].manner, decode_error_name(error));
        assert_int_equal(result.count, 77);
        assert_int_equal(ask(process, "another", HANG_MS, &result), DECODE_UNAVAILABLE);
        decode_process_stop(process);
    }
}

static void what_comes_after_an_answer_is_not_taken_for_the_next(void **state)
{
    struct decode_result result = {0};
    struct decode_process *process = start(decode_fixture_program(*state, "answers-twice"));

    assert_int_equal(ask(process, "a picture", HANG_MS, &result), DECODE_OK);
    assert_string_equal(result.codes[0].text, "one");
    decode_result_fini(&result);
    assert_int_equal(ask(process, "another", HANG_MS, &result), DECODE_UNAVAILABLE);
    decode_process_stop(process);
}

static void the_deadline_holds_for_handing_over_too(void **state)
{
    OWNED unsigned char *picture = memory_new(DECODE_BYTES_MAX, 1);
    struct decode_result result = {0};
    struct decode_process *process = start(decode_fixture_program(*state, "hangs-unhearing"));

    assert_int_equal(decode_process_ask(process, picture, DECODE_BYTES_MAX, SHORT_MS, &result),
                     DECODE_TOO_SLOW);
    decode_process_stop(process);
}

/* It is stopped until its deadline would be over by the clock. */
struct stopped {
    const struct decode_process *process;
    long long until_ms;
};

static bool wake_it_late(void *context)
{
    const struct stopped *stopped = context;

    if (clock_monotonic_ms() > stopped->until_ms)
        kill(decode_process_id(stopped->process), SIGCONT);
    return true;
}

static void one_that_does_not_get_the_processor_is_not_slow(void **state)
{
    const long long deadline_ms = patient_ms(200);
    struct decode_process *process = start(decode_fixture_program(*state, "obeys"));
    struct stopped stopped = {process, clock_monotonic_ms() + deadline_ms};
    struct decode_result result = {0};

    decode_process_set_watch(process, &(struct decode_watch){wake_it_late, &stopped, 1});
    kill(decode_process_id(process), SIGSTOP);
    assert_int_equal(ask(process, "echo late", deadline_ms, &result), DECODE_OK);
    decode_result_fini(&result);
    assert_int_equal(ask(process, "burn 3600000", deadline_ms, &result), DECODE_TOO_SLOW);
    assert_true(decode_process_used_us(process) < 2 * deadline_ms * 1000);
    decode_process_stop(process);
}

static void one_that_its_own_clock_has_ended_was_too_slow(void **state)
{
    struct decode_result result = {0};
    struct decode_process *process = start(decode_fixture_program(*state, "obeys"));

    assert_int_equal(ask(process, "run out", HANG_MS, &result), DECODE_TOO_SLOW);
    decode_process_stop(process);
    process = start(decode_fixture_program(*state, "obeys"));
    assert_int_equal(ask(process, "die", HANG_MS, &result), DECODE_CRASHED);
    decode_process_stop(process);
}

static void too_large_a_picture_is_not_sent_and_harms_nothing(void **state)
{
    OWNED unsigned char *picture = memory_new(DECODE_BYTES_MAX + 1, 1);
    struct decode_result result = {0};
    struct decode_process *process = start(decode_fixture_program(*state, "obeys"));

    assert_int_equal(decode_process_ask(process, picture, DECODE_BYTES_MAX + 1, HANG_MS, &result),
                     DECODE_TOO_LARGE);
    assert_int_equal(ask(process, "nothing", HANG_MS, &result), DECODE_NO_CODE);
    decode_process_stop(process);
}

static void handle(int number)
{
    (void)number;
}

static void it_inherits_nothing(void **state)
{
    struct decode_result result = {0};
    sigset_t all, before;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGUSR1, handle);
    struct decode_process *process = start(decode_fixture_program(*state, "obeys"));
    sigprocmask(SIG_SETMASK, &before, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGUSR1, SIG_DFL);
    assert_int_equal(ask(process, "tell surroundings", HANG_MS, &result), DECODE_OK);
    assert_string_equal(result.codes[0].text, "variables 0, masked 0, ignored 0, own group 1");
    decode_result_fini(&result);
    decode_process_stop(process);
}

static void the_real_one_reads_a_picture(void **state)
{
    struct decode_result result = {0};
    struct decode_process *process = start(DECODE_PROGRAM);
    (void)state;

    for (int i = 0; i < 3; i++) {
        assert_int_equal(
            decode_process_ask(process, decode_fixture_png, decode_fixture_png_size, HANG_MS, &result),
            DECODE_OK);
        assert_int_equal(result.count, 1);
        assert_string_equal(result.codes[0].text, "ExpressLink");
        decode_result_fini(&result);
        assert_int_equal(ask(process, "no picture", HANG_MS, &result), DECODE_UNKNOWN_FORMAT);
        assert_int_equal(ask(process, "", HANG_MS, &result), DECODE_UNKNOWN_FORMAT);
        assert_int_equal(
            decode_process_ask(process, decode_fixture_png, decode_fixture_png_size / 2, HANG_MS, &result),
            DECODE_BROKEN);
    }
    decode_process_stop(process);
}

/* Ended without a chance to end it: a process in between starts it and is killed; it is then ours to wait
 * for. */
static void it_dies_with_its_parent(void **state)
{
    int pipes[2];
    pid_t id = 0;
    (void)state;

    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    assert_int_equal(pipe(pipes), 0);
    pid_t parent = fork();
    if (parent == 0) {
        struct decode_process *process = start(DECODE_PROGRAM);
        id = decode_process_id(process);
        if (write(pipes[1], &id, sizeof id) != sizeof id)
            _exit(1);
        for (;;)
            pause();
    }
    assert_int_equal(read(pipes[0], &id, sizeof id), sizeof id);
    kill(parent, SIGKILL);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    assert_int_equal(waitpid(id, NULL, 0), id);
    close(pipes[0]);
    close(pipes[1]);
}

static void the_program_is_found_beside_this_one_or_told_missing(void **state)
{
    TEXT struct text path = TEXT_EMPTY, why = TEXT_EMPTY;
    (void)state;

    assert_false(decode_program(&path, &why));
    assert_string_equal(text_get(&path), "");
    assert_non_null(strstr(text_get(&why), "/expresslink-decode is not there"));
}

int main(void)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, decode_fixture_setup, decode_fixture_teardown)
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(a_program_that_cannot_serve_is_told_with_its_reason),
        WITH_FOLDER(whatever_it_answers_is_checked),
        WITH_FOLDER(what_comes_after_an_answer_is_not_taken_for_the_next),
        WITH_FOLDER(the_deadline_holds_for_handing_over_too),
        WITH_FOLDER(one_that_does_not_get_the_processor_is_not_slow),
        WITH_FOLDER(one_that_its_own_clock_has_ended_was_too_slow),
        WITH_FOLDER(too_large_a_picture_is_not_sent_and_harms_nothing),
        WITH_FOLDER(it_inherits_nothing),
        cmocka_unit_test(the_program_is_found_beside_this_one_or_told_missing),
        cmocka_unit_test(the_real_one_reads_a_picture),
        cmocka_unit_test(it_dies_with_its_parent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
