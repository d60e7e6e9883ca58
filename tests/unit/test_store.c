/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/store.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/store_fixture.h"

#define MANY 50

/* A job that says what has happened to it. */
struct probe {
    struct store_job job;
    struct registration_request request; /* added, where add */
    const char *find;                    /* a token to look for, NULL: none */
    bool add;
    enum store_error answer; /* of run */
    sem_t *hold;             /* run waits for it */
    sem_t *started;          /* told by run before it waits */
    sem_t *ended;            /* told by done */
    bool has_run;
    int done_count;
    enum store_error result;
    struct registration registration;
};

static void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0)
        assert_int_equal(errno, EINTR);
}

static enum store_error probe_run(struct store_tx *tx, void *argument)
{
    struct probe *probe = argument;
    enum store_error error = STORE_OK;

    probe->has_run = true;
    if (probe->started)
        sem_post(probe->started);
    if (probe->hold)
        while (sem_wait(probe->hold) != 0)
            continue;
    if (probe->add)
        error = registrations_add(tx, &probe->request, &probe->registration);
    if (!error && probe->find)
        error = registrations_find(tx, probe->find, &probe->registration);
    return error ? error : probe->answer;
}

static void probe_done(void *argument, enum store_error result)
{
    struct probe *probe = argument;

    probe->done_count++;
    probe->result = result;
    if (probe->ended)
        sem_post(probe->ended);
}

static void submit(struct probe *probe)
{
    probe->job = (struct store_job){
        .run = probe_run, .done = probe_done, .argument = probe, .writes = probe->add || probe->job.writes};
    ASSERT_OK(store_submit(fixture.store, &probe->job));
}

static struct registration_request numbered(unsigned number)
{
    char thing_name[IDENTIFIER_SIZE];

    snprintf(thing_name, sizeof thing_name, "thing-%08u", number);
    return request_for(thing_name, "home", NOON);
}

/* Holds the writer inside a job, so that what is submitted meanwhile shares the next transaction. */
static struct {
    struct probe probe;
    sem_t hold, started, ended;
} barrier;

static void hold_worker(void)
{
    memset(&barrier, 0, sizeof barrier);
    sem_init(&barrier.hold, 0, 0);
    sem_init(&barrier.started, 0, 0);
    sem_init(&barrier.ended, 0, 0);
    barrier.probe = (struct probe){
        .job.writes = true, .hold = &barrier.hold, .started = &barrier.started, .ended = &barrier.ended};
    submit(&barrier.probe);
    wait_for(&barrier.started);
}

static void let_go(void)
{
    sem_post(&barrier.hold);
    wait_for(&barrier.ended);
}

/* Jobs that only say when all before them are done, on the one writer and on the one reader. */
static void wait_until_idle(void)
{
    (void)!store_call(fixture.store, probe_run, &(struct probe){0}, true); /* may share a commit that fails */
    ASSERT_OK(store_call(fixture.store, probe_run, &(struct probe){0}, false));
}

static struct rlimit whole_limit;

/* As a full disk: every write to a file fails. */
static void fill_disk(void)
{
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &whole_limit), 0);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, whole_limit.rlim_max}), 0);
}

static void empty_disk(void)
{
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &whole_limit), 0);
}

static void execute(const char *path, const char *sql)
{
    sqlite3 *handle = NULL;

    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(handle);
}

/* Opening must fail with this, and say so with these words. */
static void assert_no_open(const char *url, enum store_error wanted, const char *words)
{
    TEXT struct text why = TEXT_EMPTY;
    struct store *untouched = (struct store *)&why, *out = untouched;

    assert_store_error(store_open(fixture_options(url), &out, &why), wanted, url, __LINE__);
    assert_ptr_equal(out, untouched);
    if (!strstr(text_get(&why), words))
        fail_msg("\"%s\" does not say \"%s\"", text_get(&why), words);
}

static void errors_have_names(void **state)
{
    (void)state;

    for (enum store_error error = STORE_OK; error <= STORE_BROKEN; error++)
        assert_string_not_equal(store_error_name(error), "unknown");
    assert_string_equal(store_error_name((enum store_error)(STORE_BROKEN + 1)), "unknown");
    assert_string_equal(store_error_name((enum store_error) - 1), "unknown");
}

static void refuses_what_is_no_address(void **state)
{
    char missing[96];
    (void)state;

    assert_no_open("", STORE_BROKEN, "sqlite:");
    assert_no_open("sqlite:", STORE_BROKEN, "sqlite:");
    assert_no_open("mysql://host/db", STORE_BROKEN, "postgresql:");
    assert_no_open("postgresql:", STORE_BROKEN, "postgresql:");
    assert_no_open("postgresql:/host/db", STORE_BROKEN, "postgresql:");
    assert_no_open("postgres:db", STORE_BROKEN, "postgresql:");
    assert_no_open("sqlite::memory:", STORE_BROKEN, ":memory:");
    assert_no_open("sqlite:file:portal?mode=memory", STORE_BROKEN, "file:portal");
    snprintf(missing, sizeof missing, "sqlite:%s/missing/portal.db", fixture.folder);
    assert_no_open(missing, STORE_BROKEN, "missing/portal.db");
    snprintf(missing, sizeof missing, "sqlite:%s", fixture.folder);
    fixture_close();
    assert_no_open(missing, STORE_BROKEN, fixture.folder);
    snprintf(missing, sizeof missing, "%s.lock", fixture.folder);
    unlink(missing);
}

static void refuses_a_second_handle(void **state)
{
    (void)state;

    assert_no_open(fixture.url, STORE_IN_USE, "in use");
    wait_until_idle();
}

static void refuses_a_second_process_until_it_dies(void **state)
{
    int told[2];
    char byte;
    (void)state;

    fixture_close();
    assert_int_equal(pipe(told), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody behind */
        struct text why = TEXT_EMPTY;
        struct store *store;
        byte = store_open(fixture_options(fixture.url), &store, &why) == STORE_OK ? 'o' : 'x';
        if (write(told[1], &byte, 1) == 1)
            for (;;)
                pause();
        _exit(1);
    }
    close(told[1]);
    assert_int_equal(read(told[0], &byte, 1), 1);
    assert_int_equal(byte, 'o');
    assert_no_open(fixture.url, STORE_IN_USE, "in use");
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    close(told[0]);
    fixture_open();
}

static void refuses_a_newer_schema(void **state)
{
    (void)state;

    fixture_close();
    execute(fixture.path, "PRAGMA user_version = 99");
    assert_no_open(fixture.url, STORE_TOO_NEW, "newer");
    execute(fixture.path, "PRAGMA user_version = 1");
    fixture_open();
}

static void refuses_what_is_no_database(void **state)
{
    static const char text[] = "These are the notes of a person, and they are not to be lost. ";
    char content[4096];
    (void)state;

    for (size_t i = 0; i < sizeof content; i++)
        content[i] = text[i % (sizeof text - 1)];
    fixture_close();
    FILE *file = fopen(fixture.path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, sizeof content, file), sizeof content);
    fclose(file);
    assert_no_open(fixture.url, STORE_BROKEN, "not a database");

    char after[sizeof content + 1];
    file = fopen(fixture.path, "r");
    assert_non_null(file);
    assert_int_equal(fread(after, 1, sizeof after, file), sizeof content);
    fclose(file);
    assert_memory_equal(after, content, sizeof content);
}

static void leaves_the_database_of_others_as_it_is(void **state)
{
    unsigned char before[100], after[100];
    (void)state;

    fixture_close();
    unlink(fixture.path);
    execute(fixture.path, "CREATE TABLE recipes (title TEXT)");
    FILE *file = fopen(fixture.path, "r");
    assert_non_null(file);
    assert_int_equal(fread(before, 1, sizeof before, file), sizeof before);
    fclose(file);
    assert_no_open(fixture.url, STORE_BROKEN, "not a database of this portal");
    file = fopen(fixture.path, "r");
    assert_non_null(file);
    assert_int_equal(fread(after, 1, sizeof after, file), sizeof after);
    fclose(file);
    assert_memory_equal(after, before, sizeof before); /* the header: journal mode, change counter, version */
}

static void a_failing_job_undoes_its_own_writes_only(void **state)
{
    struct probe probes[3];
    struct registration out;
    (void)state;

    hold_worker();
    for (unsigned i = 0; i < COUNT(probes); i++) {
        probes[i] = (struct probe){.add = true, .request = numbered(i)};
        probes[i].answer = i == 1 ? STORE_CONFLICT : STORE_OK;
        submit(&probes[i]);
    }
    let_go();
    wait_until_idle();
    ASSERT_OK(probes[0].result);
    ASSERT_ERROR(probes[1].result, STORE_CONFLICT);
    ASSERT_OK(probes[2].result);
    ASSERT_OK(do_find(probes[0].request.token, &out));
    ASSERT_ERROR(do_find(probes[1].request.token, &out), STORE_NOT_FOUND);
    ASSERT_OK(do_find(probes[2].request.token, &out));
    ASSERT_COUNTS(2, 0, 0, 0, 0, 0);
    assert_true(store_is_healthy(fixture.store));
}

static void a_failed_commit_fails_its_writes_and_no_reads(void **state)
{
    struct registration_request old = numbered(1000);
    struct probe early = {.find = old.token}, late = {.find = old.token};
    struct probe first = {.add = true, .request = numbered(1)},
                 second = {.add = true, .request = numbered(2)};
    struct probe wrong = {.add = true, .request = numbered(3), .answer = STORE_CONFLICT};
    struct registration out;
    (void)state;

    added(&old);
    hold_worker();
    submit(&early);
    submit(&first);
    submit(&wrong);
    submit(&second);
    submit(&late);
    fill_disk();
    let_go();
    wait_until_idle();
    bool healthy = store_is_healthy(fixture.store);
    empty_disk();
    assert_false(healthy);
    ASSERT_OK(early.result);
    ASSERT_ERROR(first.result, STORE_FULL);
    ASSERT_ERROR(wrong.result, STORE_CONFLICT);
    ASSERT_ERROR(second.result, STORE_FULL);
    ASSERT_OK(late.result);
    assert_string_equal(late.registration.token, old.token);
    ASSERT_COUNTS(1, 0, 0, 0, 0, 0);
    ASSERT_ERROR(do_find(first.request.token, &out), STORE_NOT_FOUND);
    added(&first.request);
    assert_true(store_is_healthy(fixture.store));
    ASSERT_COUNTS(2, 0, 0, 0, 0, 0);
}

/* What does not fit into the cache is written before the commit: the engine rolls everything back by itself.
 */
static void an_early_rollback_fails_all_writes_and_no_reads(void **state)
{
    static char huge[8 * 1024 * 1024];
    struct registration_request old = numbered(1000);
    struct probe first = {.add = true, .request = numbered(1)}, large = {.add = true, .request = numbered(2)};
    struct probe last = {.add = true, .request = numbered(3)}, late = {.find = old.token};
    struct registration out;
    (void)state;

    memset(huge, 'x', sizeof huge - 1);
    large.request.contact_name = huge;
    added(&old);
    hold_worker();
    submit(&first);
    submit(&large);
    submit(&last);
    submit(&late);
    fill_disk();
    let_go();
    wait_until_idle();
    empty_disk();
    ASSERT_ERROR(first.result, STORE_FULL);
    ASSERT_ERROR(large.result, STORE_FULL);
    ASSERT_ERROR(last.result, STORE_FULL);
    ASSERT_OK(late.result);
    ASSERT_COUNTS(1, 0, 0, 0, 0, 0);
    ASSERT_ERROR(do_find(first.request.token, &out), STORE_NOT_FOUND);
    added(&last.request);
    ASSERT_COUNTS(2, 0, 0, 0, 0, 0);
}

static void a_lock_of_an_operator_fails_writes_and_no_reads(void **state)
{
    struct registration_request old = numbered(1), fresh = numbered(2);
    unsigned long long commits, jobs, commits_before, jobs_before;
    struct registration out;
    sqlite3 *shell = NULL;
    (void)state;

    added(&old);
    assert_int_equal(sqlite3_open(fixture.path, &shell), SQLITE_OK);
    assert_int_equal(sqlite3_exec(shell, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    store_commit_counts(fixture.store, &commits_before, &jobs_before);
    enum store_error write = do_add(&fresh, &out), read = do_find(old.token, &out);
    store_commit_counts(fixture.store, &commits, &jobs);
    sqlite3_exec(shell, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(shell);
    ASSERT_ERROR(write, STORE_FULL);
    ASSERT_OK(read);
    assert_int_equal(commits, commits_before);
    assert_int_equal(jobs, jobs_before);
    ASSERT_COUNTS(1, 0, 0, 0, 0, 0);
    added(&fresh);
}

static void says_busy_when_too_many_wait(void **state)
{
    enum { most = 100000 };
    sem_t ended;
    struct probe *probes = calloc(most, sizeof *probes);
    struct store_job refused = {.run = probe_run, .done = probe_done, .writes = true};
    struct probe refused_probe = {0}, last = {.ended = &ended};
    unsigned taken = 0;
    enum store_error error = STORE_OK;
    (void)state;

    assert_non_null(probes);
    sem_init(&ended, 0, 0);
    last.job = (struct store_job){.run = probe_run, .done = probe_done, .argument = &last, .writes = true};
    refused.argument = &refused_probe;
    hold_worker();
    while (taken < most) {
        probes[taken].job = (struct store_job){
            .run = probe_run, .done = probe_done, .argument = &probes[taken], .writes = true};
        error = store_submit(fixture.store, &probes[taken].job);
        if (error)
            break;
        taken++;
    }
    ASSERT_ERROR(error, STORE_BUSY);
    assert_true(taken >= 1000);
    ASSERT_ERROR(store_submit(fixture.store, &refused), STORE_BUSY);
    let_go();
    while (store_submit(fixture.store, &last.job) == STORE_BUSY)
        usleep(1000);
    wait_for(&ended);
    assert_false(refused_probe.has_run);
    assert_int_equal(refused_probe.done_count, 0);
    for (unsigned i = 0; i < taken; i++)
        assert_int_equal(probes[i].done_count, 1);
    assert_int_equal(probes[taken].done_count, 0);
    free(probes);
}

static void jobs_that_wait_together_share_a_commit(void **state)
{
    unsigned long long commits, jobs, commits_before, jobs_before;
    static struct probe probes[MANY];
    (void)state;

    hold_worker();
    store_commit_counts(fixture.store, &commits_before, &jobs_before);
    for (unsigned i = 0; i < MANY; i++) {
        probes[i] = (struct probe){.add = true, .request = numbered(i)};
        submit(&probes[i]);
    }
    let_go();
    wait_until_idle();
    store_commit_counts(fixture.store, &commits, &jobs);
    assert_int_equal(commits - commits_before, 1); /* the one that held the writer had nothing to commit */
    assert_in_range(jobs - jobs_before, MANY, MANY + 1);
    for (unsigned i = 0; i < MANY; i++) {
        ASSERT_OK(probes[i].result);
        assert_int_equal(probes[i].done_count, 1);
    }
    ASSERT_COUNTS(MANY, 0, 0, 0, 0, 0);
}

static void jobs_run_in_the_order_they_came(void **state)
{
    struct registration_request request = numbered(1);
    struct probe before = {.job.writes = true, .find = request.token}, add = {.add = true};
    struct probe after = {.job.writes = true, .find = request.token};
    (void)state;

    add.request = request;
    hold_worker();
    submit(&before);
    submit(&add);
    submit(&after);
    let_go();
    wait_until_idle();
    ASSERT_ERROR(before.result, STORE_NOT_FOUND);
    ASSERT_OK(add.result);
    ASSERT_OK(after.result);
}

static struct probe second_step;

static void submit_again(void *argument, enum store_error result)
{
    (void)result;
    free(argument);
    second_step.job = (struct store_job){.run = probe_run, .done = probe_done, .argument = &second_step};
    second_step.result = store_submit(fixture.store, &second_step.job);
}

static void done_may_submit_again_and_free(void **state)
{
    sem_t ended;
    struct probe *first = calloc(1, sizeof *first);
    (void)state;

    assert_non_null(first);
    sem_init(&ended, 0, 0);
    second_step = (struct probe){.ended = &ended};
    first->job = (struct store_job){.run = probe_run, .done = submit_again, .argument = first};
    ASSERT_OK(store_submit(fixture.store, &first->job));
    wait_for(&ended);
    ASSERT_OK(second_step.result);
}

static void *close_store(void *argument)
{
    store_close(argument);
    return NULL;
}

static void closing_runs_everything_and_takes_no_more(void **state)
{
    static struct probe probes[MANY];
    struct probe late[2000];
    unsigned accepted = 0;
    pthread_t closer;
    (void)state;

    hold_worker();
    for (unsigned i = 0; i < MANY; i++) {
        probes[i] = (struct probe){.add = true, .request = numbered(i)};
        submit(&probes[i]);
    }
    assert_int_equal(pthread_create(&closer, NULL, close_store, fixture.store), 0);
    enum store_error error = STORE_OK;
    while (!error && accepted < COUNT(late)) {
        late[accepted] = (struct probe){0};
        late[accepted].job =
            (struct store_job){.run = probe_run, .done = probe_done, .argument = &late[accepted]};
        error = store_submit(fixture.store, &late[accepted].job);
        accepted += !error;
        usleep(1000);
    }
    ASSERT_ERROR(error, STORE_BUSY);
    sem_post(&barrier.hold);
    assert_int_equal(pthread_join(closer, NULL), 0);
    for (unsigned i = 0; i < accepted; i++)
        assert_int_equal(late[i].done_count, 1);
    fixture_open();
    ASSERT_COUNTS(MANY, 0, 0, 0, 0, 0);
    for (unsigned i = 0; i < MANY; i++) {
        ASSERT_OK(probes[i].result);
        found(probes[i].request.token);
    }
}

#define CALLERS 8
#define CALLS 25

static void *call_often(void *argument)
{
    struct registration_request *requests = argument;
    struct registration out;
    static atomic_int failures;

    for (int i = 0; i < CALLS; i++)
        if (do_add(&requests[i], &out) != STORE_OK)
            atomic_fetch_add(&failures, 1);
    return &failures;
}

static void many_threads_may_call_at_once(void **state)
{
    static struct registration_request requests[CALLERS][CALLS];
    pthread_t threads[CALLERS];
    unsigned long long commits, jobs;
    (void)state;

    for (unsigned i = 0; i < CALLERS * CALLS; i++)
        requests[i / CALLS][i % CALLS] = numbered(i);
    for (int i = 0; i < CALLERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, call_often, requests[i]), 0);
    for (int i = 0; i < CALLERS; i++) {
        void *failures;
        assert_int_equal(pthread_join(threads[i], &failures), 0);
        assert_int_equal(atomic_load((atomic_int *)failures), 0);
    }
    ASSERT_COUNTS(CALLERS * CALLS, 0, 0, 0, 0, 0);
    store_commit_counts(fixture.store, &commits, &jobs);
    assert_true(commits < jobs); /* they shared */
}

static void closing_nothing_is_fine(void **state)
{
    (void)state;
    store_close(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(refuses_what_is_no_address),
        TEST(refuses_a_second_handle),
        TEST(refuses_a_second_process_until_it_dies),
        TEST(refuses_a_newer_schema),
        TEST(refuses_what_is_no_database),
        TEST(leaves_the_database_of_others_as_it_is),
        TEST(a_failing_job_undoes_its_own_writes_only),
        TEST(a_failed_commit_fails_its_writes_and_no_reads),
        TEST(an_early_rollback_fails_all_writes_and_no_reads),
        TEST(a_lock_of_an_operator_fails_writes_and_no_reads),
        TEST(says_busy_when_too_many_wait),
        TEST(jobs_that_wait_together_share_a_commit),
        TEST(jobs_run_in_the_order_they_came),
        TEST(done_may_submit_again_and_free),
        TEST(closing_runs_everything_and_takes_no_more),
        TEST(many_threads_may_call_at_once),
        cmocka_unit_test(errors_have_names),
        cmocka_unit_test(closing_nothing_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
