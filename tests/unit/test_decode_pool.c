/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/pool.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "tests/unit/decode_fixture.h"
#include "tests/unit/test.h"

#define SHORT_MS 50

/* A picture that was handed in, and what has become of it. */
struct question {
    struct decode_job job;
    pthread_mutex_t lock;
    pthread_cond_t done;
    bool answered;
    enum decode_error error;
    char text[64]; /* the first */
};

#define NO_ERROR_OF_ITS ((enum decode_error)99) /* done() was called against its contract */

static void take_answer(void *argument, enum decode_error error, struct decode_result *result)
{
    struct question *question = argument;

    pthread_mutex_lock(&question->lock);
    question->answered = true;
    question->error = (result != NULL) == (error == DECODE_OK) ? error : NO_ERROR_OF_ITS;
    if (result)
        snprintf(question->text, sizeof question->text, "%s", result->codes[0].text);
    pthread_cond_signal(&question->done);
    pthread_mutex_unlock(&question->lock);
}

static void prepare(struct question *question, const void *bytes, size_t length)
{
    *question = (struct question){
        .job = {.bytes = bytes, .length = length, .done = take_answer, .argument = question},
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .done = PTHREAD_COND_INITIALIZER,
    };
}

static void hand_in(struct decode_pool *pool, struct question *question, const char *order)
{
    prepare(question, order, strlen(order));
    assert_true(decode_pool_submit(pool, &question->job));
}

static enum decode_error answer_to(struct question *question)
{
    pthread_mutex_lock(&question->lock);
    while (!question->answered)
        pthread_cond_wait(&question->done, &question->lock);
    pthread_mutex_unlock(&question->lock);
    return question->error;
}

static enum decode_error ask(struct decode_pool *pool, const char *order, char text[64])
{
    struct question question;

    hand_in(pool, &question, order);
    enum decode_error error = answer_to(&question);
    if (text)
        memcpy(text, question.text, sizeof question.text);
    return error;
}

static struct decode_pool *start(const char *program, unsigned processes, unsigned waiting_max,
                                 long long deadline_ms)
{
    struct decode_pool_options options = {
        .program = program, .processes = processes, .waiting_max = waiting_max, .deadline_ms = deadline_ms};
    TEXT struct text why = TEXT_EMPTY;
    struct decode_pool *pool = decode_pool_start(&options, &why);

    if (!pool)
        fail_msg("%s", text_get(&why));
    return pool;
}

static struct decode_pool_counts counts_of(struct decode_pool *pool)
{
    struct decode_pool_counts counts;

    decode_pool_count(pool, &counts);
    return counts;
}

static pid_t id_of_the_one(struct decode_pool *pool)
{
    char text[64];

    assert_int_equal(ask(pool, "tell id", text), DECODE_OK);
    return (pid_t)strtol(text, NULL, 10);
}

static void assert_does_not_start(const char *program, const char *sentence)
{
    struct decode_pool_options options = {.program = program, .processes = 2, .waiting_max = 1};
    TEXT struct text why = TEXT_EMPTY;

    assert_null(decode_pool_start(&options, &why));
    if (!strstr(text_get(&why), sentence))
        fail_msg("%s is not in: %s", sentence, text_get(&why));
}

static void a_program_that_cannot_serve_is_told(void **state)
{
    assert_does_not_start(NULL, "/expresslink-decode is not there");
    assert_does_not_start("/nonexistent/expresslink-decode", "No such file or directory");
    assert_does_not_start(decode_fixture_program(*state, "cannot"), "the moon is not full");
    decode_pool_stop(NULL);
}

static void a_picture_that_kills_costs_itself_alone(void **state)
{
    struct decode_pool *pool = start(decode_fixture_program(*state, "obeys"), 1, 10, HANG_MS);
    struct question before, killer, after;

    hand_in(pool, &before, "echo one");
    hand_in(pool, &killer, "die");
    hand_in(pool, &after, "echo two");
    assert_int_equal(answer_to(&before), DECODE_OK);
    assert_int_equal(answer_to(&killer), DECODE_CRASHED);
    assert_int_equal(answer_to(&after), DECODE_OK);
    assert_string_equal(before.text, "one");
    assert_string_equal(after.text, "two");
    assert_int_equal(counts_of(pool).replaced, 1); /* it was not tried twice */
    assert_int_equal(counts_of(pool).answered[DECODE_CRASHED], 1);
    assert_int_equal(counts_of(pool).answered[DECODE_OK], 2);
    decode_pool_stop(pool);
}

static void a_picture_that_hangs_costs_itself_alone(void **state)
{
    struct decode_pool *pool = start(decode_fixture_program(*state, "obeys"), 1, 10, SHORT_MS);

    assert_int_equal(ask(pool, "hang", NULL), DECODE_TOO_SLOW);
    decode_pool_stop(pool);
    pool = start(decode_fixture_program(*state, "hangs-unhearing"), 1, 10, SHORT_MS);
    assert_int_equal(ask(pool, "a picture", NULL), DECODE_TOO_SLOW);
    assert_int_equal(ask(pool, "another", NULL), DECODE_TOO_SLOW);
    assert_int_equal(counts_of(pool).replaced, 2);
    assert_true(counts_of(pool).milliseconds >= 2 * SHORT_MS);
    decode_pool_stop(pool);
}

/* As often as it is killed, and however early: it is asked as soon as the signal is on its way. */
static void one_that_is_killed_while_idle_costs_nothing(void **state)
{
    struct decode_pool *pool = start(decode_fixture_program(*state, "obeys"), 1, 10, HANG_MS);
    char text[64];

    for (int i = 0; i < 20; i++) {
        kill(id_of_the_one(pool), SIGKILL);
        assert_int_equal(ask(pool, "echo still here", text), DECODE_OK);
        assert_string_equal(text, "still here");
    }
    assert_int_equal(counts_of(pool).replaced, 20);
    assert_int_equal(counts_of(pool).processes, 1);
    decode_pool_stop(pool);
}

static void one_that_never_takes_a_picture_is_asked_twice_and_no_more(void **state)
{
    struct decode_pool *pool =
        start(decode_fixture_program(*state, "goes-before-it-has-read"), 1, 10, HANG_MS);

    assert_int_equal(ask(pool, "a picture", NULL), DECODE_UNAVAILABLE);
    assert_int_equal(counts_of(pool).replaced, 2);
    decode_pool_stop(pool);
}

static void what_is_said_too_much_is_no_answer_to_the_next(void **state)
{
    struct decode_pool *pool = start(decode_fixture_program(*state, "answers-twice"), 1, 10, HANG_MS);

    assert_int_equal(ask(pool, "a picture", NULL), DECODE_OK);
    assert_int_equal(ask(pool, "another", NULL), DECODE_OK);
    assert_int_equal(counts_of(pool).replaced, 1);
    decode_pool_stop(pool);
}

static void nobody_waits_for_a_program_that_is_gone(void **state)
{
    struct decode_fixture *fixture = *state;
    struct decode_pool *pool = start(decode_fixture_program(fixture, "obeys"), 1, 10, HANG_MS);
    pid_t id = id_of_the_one(pool);

    assert_int_equal(unlink(decode_fixture_path(fixture, "obeys")), 0);
    kill(id, SIGKILL);
    for (int i = 0; i < 3; i++)
        assert_int_equal(ask(pool, "echo anybody", NULL), DECODE_UNAVAILABLE);
    assert_int_equal(counts_of(pool).processes, 0);
    decode_fixture_program(fixture, "obeys");
    while (ask(pool, "echo anybody", NULL) == DECODE_UNAVAILABLE)
        sched_yield();
    assert_int_equal(ask(pool, "echo anybody", NULL), DECODE_OK);
    decode_pool_stop(pool);
}

/* A picture that is in hand until the FIFO is opened. */
static void occupy(struct decode_pool *pool, struct decode_fixture *fixture, struct question *question,
                   char order[128])
{
    const char *fifo = decode_fixture_path(fixture, "fifo");

    assert_int_equal(mkfifo(fifo, 0600), 0);
    snprintf(order, 128, "wait %s", fifo);
    hand_in(pool, question, order);
    while (counts_of(pool).waiting > 0)
        sched_yield();
}

static void release(struct decode_fixture *fixture)
{
    close(open(decode_fixture_path(fixture, "fifo"), O_WRONLY | O_CLOEXEC));
}

static void the_queue_has_an_end(void **state)
{
    struct decode_pool *pool = start(decode_fixture_program(*state, "obeys"), 1, 2, HANG_MS);
    struct question in_hand, waiting[2], refused;
    char order[128];

    occupy(pool, *state, &in_hand, order);
    hand_in(pool, &waiting[0], "echo a");
    hand_in(pool, &waiting[1], "echo b");
    prepare(&refused, "echo c", 6);
    assert_false(decode_pool_submit(pool, &refused.job));
    assert_int_equal(counts_of(pool).waiting, 2);
    assert_int_equal(counts_of(pool).answered[DECODE_UNAVAILABLE], 1);
    release(*state);
    assert_int_equal(answer_to(&in_hand), DECODE_OK);
    assert_int_equal(answer_to(&waiting[0]), DECODE_OK);
    assert_int_equal(answer_to(&waiting[1]), DECODE_OK);
    assert_false(refused.answered);
    decode_pool_stop(pool);
}

static void without_a_queue_an_idle_process_is_enough(void **state)
{
    struct decode_pool *pool = start(decode_fixture_program(*state, "obeys"), 1, 0, HANG_MS);
    struct question question, refused;
    char order[128];

    prepare(&question, "echo a", 6);
    while (!decode_pool_submit(pool, &question.job)) /* it may not be idle yet */
        sched_yield();
    assert_int_equal(answer_to(&question), DECODE_OK);
    while (counts_of(pool).waiting > 0)
        sched_yield();
    decode_pool_stop(pool);
    pool = start(decode_fixture_program(*state, "obeys"), 1, 1, HANG_MS);
    occupy(pool, *state, &question, order);
    struct question one;
    hand_in(pool, &one, "echo b");
    prepare(&refused, "echo c", 6);
    assert_false(decode_pool_submit(pool, &refused.job));
    release(*state);
    assert_int_equal(answer_to(&one), DECODE_OK);
    decode_pool_stop(pool);
}

/* Of another client than hand_in()'s, in a network of its own. */
static void hand_in_of(struct decode_pool *pool, struct question *question, const char *order,
                       uint64_t client)
{
    prepare(question, order, strlen(order));
    question->job.client = (struct fair_client){client, client};
    assert_true(decode_pool_submit(pool, &question->job));
}

static bool is_answered(struct question *question)
{
    pthread_mutex_lock(&question->lock);
    bool answered = question->answered;
    pthread_mutex_unlock(&question->lock);
    return answered;
}

static void a_picture_that_costs_much_keeps_no_other_client_waiting(void **state)
{
    for (unsigned processes = 1; processes <= 2; processes++) {
        struct decode_pool *pool = start(decode_fixture_program(*state, "obeys"), processes, 30, 3000);
        struct question costly[20], other[5];
        for (int i = 0; i < 20; i++)
            hand_in_of(pool, &costly[i], "burn 3600000", 1);
        while (counts_of(pool).waiting > 20 - processes) /* until every process has one */
            sched_yield();
        for (int i = 0; i < 5; i++) {
            hand_in_of(pool, &other[i], "echo at last", 2);
            assert_int_equal(answer_to(&other[i]), DECODE_OK);
        }
        assert_false(is_answered(&costly[19]));
        assert_true(counts_of(pool).put_back > 0);
        assert_true(counts_of(pool).processor_us > 0);
        decode_pool_stop(pool);
    }
}

static void a_picture_that_was_put_back_is_read_in_the_end(void **state)
{
    struct decode_pool *pool = start(decode_fixture_program(*state, "obeys"), 1, 30, HANG_MS);
    struct question costly, other;

    hand_in_of(pool, &costly, "burn 400", 1); /* more than the first slice */
    hand_in_of(pool, &other, "burn 300", 2);
    assert_int_equal(answer_to(&costly), DECODE_OK);
    assert_int_equal(answer_to(&other), DECODE_OK);
    assert_true(counts_of(pool).put_back > 0);
    assert_int_equal(counts_of(pool).answered[DECODE_OK], 2);
    decode_pool_stop(pool);
}

static void a_full_queue_displaces_the_one_that_fills_it(void **state)
{
    struct decode_pool *pool = start(decode_fixture_program(*state, "obeys"), 1, 3, HANG_MS);
    struct question in_hand, many[3], refused, other;
    char order[128];

    occupy(pool, *state, &in_hand, order);
    for (int i = 0; i < 3; i++)
        hand_in_of(pool, &many[i], "echo mine", 1);
    prepare(&refused, "echo mine", 9);
    refused.job.client = (struct fair_client){1, 1};
    assert_false(decode_pool_submit(pool, &refused.job));
    hand_in_of(pool, &other, "echo theirs", 2);
    assert_int_equal(answer_to(&many[2]), DECODE_UNAVAILABLE); /* while the process is still busy */
    assert_int_equal(counts_of(pool).displaced, 2);
    release(*state);
    assert_int_equal(answer_to(&other), DECODE_OK);
    assert_int_equal(answer_to(&many[0]), DECODE_OK);
    assert_int_equal(answer_to(&many[1]), DECODE_OK);
    assert_int_equal(answer_to(&in_hand), DECODE_OK);
    decode_pool_stop(pool);
}

static void one_that_waits_too_long_is_told(void **state)
{
    struct decode_pool_options options = {.program = decode_fixture_program(*state, "obeys"),
                                          .processes = 1,
                                          .waiting_max = 3,
                                          .deadline_ms = HANG_MS,
                                          .wait_ms = SHORT_MS};
    TEXT struct text why = TEXT_EMPTY;
    struct decode_pool *pool = decode_pool_start(&options, &why);
    struct question in_hand, waiting;
    char order[128];

    occupy(pool, *state, &in_hand, order);
    hand_in(pool, &waiting, "echo a");
    assert_int_equal(answer_to(&waiting), DECODE_UNAVAILABLE); /* while the process is still busy */
    assert_int_equal(counts_of(pool).expired, 1);
    assert_false(is_answered(&in_hand));
    release(*state);
    assert_int_equal(answer_to(&in_hand), DECODE_OK);
    decode_pool_stop(pool);
}

static void *stop(void *pool)
{
    decode_pool_stop(pool);
    return NULL;
}

static void stopping_answers_what_waits(void **state)
{
    enum { MORE = 100000 };
    struct decode_pool *pool = start(decode_fixture_program(*state, "obeys"), 1, MORE, HANG_MS);
    struct question in_hand, waiting[2];
    OWNED struct question *more = memory_new(MORE, sizeof *more);
    pthread_t stopper;
    char order[128];
    size_t count = 0;

    occupy(pool, *state, &in_hand, order);
    hand_in(pool, &waiting[0], "echo a");
    hand_in(pool, &waiting[1], "echo b");
    assert_int_equal(pthread_create(&stopper, NULL, stop, pool), 0);
    for (; count < MORE; count++) { /* until it is stopping */
        prepare(&more[count], "echo c", 6);
        if (!decode_pool_submit(pool, &more[count].job))
            break;
        sched_yield();
    }
    assert_true(count < MORE);
    release(*state);
    assert_int_equal(answer_to(&in_hand), DECODE_OK);
    assert_int_equal(answer_to(&waiting[0]), DECODE_UNAVAILABLE);
    assert_int_equal(answer_to(&waiting[1]), DECODE_UNAVAILABLE);
    pthread_join(stopper, NULL);
    for (size_t i = 0; i < count; i++)
        assert_true(more[i].answered);
}

static void one_is_not_kept_for_ever(void **state)
{
    struct decode_pool *pool = start(decode_fixture_program(*state, "obeys"), 1, 10, HANG_MS);
    pid_t first = id_of_the_one(pool);
    int asked = 1;

    while (id_of_the_one(pool) == first && asked < 10000)
        asked++;
    assert_int_equal(asked, 500);
    assert_int_equal(counts_of(pool).replaced, 0);
    decode_pool_stop(pool);
}

struct asker {
    struct decode_pool *pool;
    int number, right;
    pthread_t thread;
};

static void *ask_often(void *argument)
{
    struct asker *asker = argument;
    char order[64], text[64];

    for (int i = 0; i < 50; i++) {
        snprintf(order, sizeof order, "echo %d of %d", i, asker->number);
        asker->right += ask(asker->pool, order, text) == DECODE_OK && strcmp(text, order + 5) == 0;
    }
    return NULL;
}

static void everybody_gets_his_own_answer(void **state)
{
    struct decode_pool *pool = start(decode_fixture_program(*state, "obeys"), 3, 100, HANG_MS);
    struct asker askers[8];

    for (int i = 0; i < 8; i++) {
        askers[i] = (struct asker){.pool = pool, .number = i};
        assert_int_equal(pthread_create(&askers[i].thread, NULL, ask_often, &askers[i]), 0);
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(askers[i].thread, NULL);
        assert_int_equal(askers[i].right, 50);
    }
    assert_int_equal(counts_of(pool).answered[DECODE_OK], 8 * 50);
    decode_pool_stop(pool);
}

static void the_real_one_reads_pictures(void **state)
{
    struct decode_pool *pool = start(DECODE_PROGRAM, 2, 10, 0);
    struct question sound, broken;
    (void)state;

    prepare(&sound, decode_fixture_png, decode_fixture_png_size);
    prepare(&broken, decode_fixture_png, decode_fixture_png_size / 2);
    assert_true(decode_pool_submit(pool, &sound.job));
    assert_true(decode_pool_submit(pool, &broken.job));
    assert_int_equal(answer_to(&sound), DECODE_OK);
    assert_string_equal(sound.text, "ExpressLink");
    assert_int_equal(answer_to(&broken), DECODE_BROKEN);
    decode_pool_stop(pool);
}

int main(void)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, decode_fixture_setup, decode_fixture_teardown)
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(a_program_that_cannot_serve_is_told),
        WITH_FOLDER(a_picture_that_kills_costs_itself_alone),
        WITH_FOLDER(a_picture_that_hangs_costs_itself_alone),
        WITH_FOLDER(one_that_is_killed_while_idle_costs_nothing),
        WITH_FOLDER(one_that_never_takes_a_picture_is_asked_twice_and_no_more),
        WITH_FOLDER(what_is_said_too_much_is_no_answer_to_the_next),
        WITH_FOLDER(nobody_waits_for_a_program_that_is_gone),
        WITH_FOLDER(the_queue_has_an_end),
        WITH_FOLDER(without_a_queue_an_idle_process_is_enough),
        WITH_FOLDER(a_picture_that_costs_much_keeps_no_other_client_waiting),
        WITH_FOLDER(a_picture_that_was_put_back_is_read_in_the_end),
        WITH_FOLDER(a_full_queue_displaces_the_one_that_fills_it),
        WITH_FOLDER(one_that_waits_too_long_is_told),
        WITH_FOLDER(stopping_answers_what_waits),
        WITH_FOLDER(one_is_not_kept_for_ever),
        WITH_FOLDER(everybody_gets_his_own_answer),
        WITH_FOLDER(the_real_one_reads_pictures),
    };
    log_setup(LOG_ERROR, LOG_PLAIN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
