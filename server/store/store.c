/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "server/store/transaction.h"

#define QUEUE_MAX 20000 /* jobs; beyond it the portal says "busy" instead of growing */
#define BATCH_MAX 1000  /* jobs a transaction */

struct store {
    struct database *database;
    pthread_t worker;

    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct store_job *first, **last;
    size_t queued;
    bool closing;

    atomic_llong counts[CLAIM_STATE_COUNT];
    atomic_ullong commits, jobs;
    atomic_bool healthy;
};

const char *store_error_name(enum store_error error)
{
    static const char *const names[] = {
        [STORE_OK] = "ok",
        [STORE_NOT_FOUND] = "not found",
        [STORE_CONFLICT] = "conflict",
        [STORE_KEY_USED] = "key used",
        [STORE_ENDED] = "ended",
        [STORE_FULL] = "cannot write",
        [STORE_BUSY] = "busy",
        [STORE_IN_USE] = "in use",
        [STORE_TOO_NEW] = "too new",
        [STORE_BROKEN] = "broken",
    };

    return (size_t)error < sizeof names / sizeof *names ? names[error] : "unknown";
}

/* Jobs are taken off the queue in one go: what came while the last commit was on its way to the disk shares
 * the next. */
static struct store_job *take_batch(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    while (!store->first && !store->closing)
        pthread_cond_wait(&store->wake, &store->lock);
    struct store_job *batch = store->first;
    struct store_job **end = &batch;
    size_t count = 0;
    for (; *end && count < BATCH_MAX; count++)
        end = &(*end)->next;
    store->first = *end;
    if (!store->first)
        store->last = &store->first;
    store->queued -= count;
    *end = NULL;
    pthread_mutex_unlock(&store->lock);
    return batch;
}

/* One job inside the transaction; with a savepoint of its own where it writes. */
static enum store_error run_one(struct store_tx *tx, struct store_job *job)
{
    long long before[CLAIM_STATE_COUNT];
    enum store_error error = STORE_OK;

    memcpy(before, tx->count_changes, sizeof before);
    if (!database_in_transaction(tx->database)) /* lost, or never begun: what is on disk can still be read */
        return job->writes ? STORE_FULL : job->run(tx, job->argument);
    if (job->writes)
        error = database_run(tx->database, SQL_JOB_BEGIN, "");
    if (!error)
        error = job->run(tx, job->argument);
    if (error)
        memcpy(tx->count_changes, before, sizeof before);
    if (!job->writes || !database_in_transaction(tx->database))
        return error;
    if (error && database_run(tx->database, SQL_JOB_UNDO, "") != STORE_OK)
        return error;
    enum store_error release = database_run(tx->database, SQL_JOB_END, "");
    return error ? error : release;
}

static void apply_counts(struct store *store, const struct store_tx *tx)
{
    for (int i = 0; i < CLAIM_STATE_COUNT; i++)
        atomic_fetch_add(&store->counts[i], tx->count_changes[i]);
}

/* What was to be written was not, and what was read may have been just that: it is read again. */
static void fail_batch(struct store_tx *tx, struct store_job *batch, enum store_error error)
{
    for (struct store_job *job = batch; job; job = job->next) {
        if (!job->writes)
            job->result = job->run(tx, job->argument);
        else if (job->result == STORE_OK)
            job->result = error;
    }
}

static void run_batch(struct store *store, struct store_job *batch)
{
    struct store_tx tx = {.database = store->database};
    long long changes_before = database_total_changes(store->database);
    unsigned long long count = 0;
    bool writes = false;

    enum store_error error = database_run(tx.database, SQL_BEGIN, "");
    for (struct store_job *job = batch; job; job = job->next, count++) {
        job->result = error && job->writes ? error : run_one(&tx, job);
        writes = writes || job->writes;
    }
    bool whole = !error && database_in_transaction(tx.database);
    if (!error)
        error = whole ? database_run(tx.database, SQL_COMMIT, "") : STORE_FULL;
    if (error) {
        if (database_in_transaction(tx.database) && database_run(tx.database, SQL_ROLLBACK, "") != STORE_OK)
            log_event(LOG_ERROR, "store.rollback_failed", NULL);
        fail_batch(&tx, batch, error);
    } else {
        apply_counts(store, &tx);
        atomic_fetch_add(&store->commits, 1);
        atomic_fetch_add(&store->jobs, count);
    }
    /* A commit with nothing in it says nothing about the disk. */
    if (writes && (error || database_total_changes(store->database) != changes_before))
        atomic_store(&store->healthy, !error);
}

static void *work(void *argument)
{
    struct store *store = argument;
    struct store_job *batch;

    while ((batch = take_batch(store))) {
        run_batch(store, batch);
        while (batch) {
            struct store_job *job = batch;
            batch = job->next; /* done() may free it */
            job->done(job->argument, job->result);
        }
    }
    return NULL;
}

static void count_row(void *context, const struct row *row)
{
    struct store *store = context;
    enum claim_state state;

    if (claim_state_parse(row_text(row, 0), &state))
        atomic_store(&store->counts[state], row_integer(row, 1));
}

enum store_error store_open(const char *url, struct store **out, struct text *why)
{
    struct database *database = NULL;
    enum store_error error = database_open(url, &database, why);

    if (error)
        return error;
    struct store *store = memory_new(1, sizeof *store);
    store->database = database;
    store->last = &store->first;
    atomic_store(&store->healthy, true);
    pthread_mutex_init(&store->lock, NULL);
    pthread_cond_init(&store->wake, NULL);
    error = database_query(database, SQL_CLAIM_COUNTS, count_row, store, "");
    if ((error && error != STORE_NOT_FOUND) || pthread_create(&store->worker, NULL, work, store)) {
        text_puts(why, "the store's worker cannot be started");
        database_close(database);
        free(store);
        return STORE_BROKEN;
    }
    *out = store;
    return STORE_OK;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    pthread_mutex_lock(&store->lock);
    store->closing = true;
    pthread_cond_signal(&store->wake);
    pthread_mutex_unlock(&store->lock);
    pthread_join(store->worker, NULL);
    database_close(store->database);
    pthread_mutex_destroy(&store->lock);
    pthread_cond_destroy(&store->wake);
    free(store);
}

enum store_error store_submit(struct store *store, struct store_job *job)
{
    enum store_error error = STORE_OK;

    job->next = NULL;
    pthread_mutex_lock(&store->lock);
    if (store->closing || store->queued >= QUEUE_MAX) {
        error = STORE_BUSY;
    } else {
        *store->last = job;
        store->last = &job->next;
        if (store->queued++ == 0)
            pthread_cond_signal(&store->wake);
    }
    pthread_mutex_unlock(&store->lock);
    return error;
}

struct call {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool done;
    enum store_error result;
};

struct call_job {
    struct store_job job;
    struct call call;
    enum store_error (*run)(struct store_tx *, void *);
    void *argument;
};

static enum store_error call_run(struct store_tx *tx, void *argument)
{
    struct call_job *waiting = argument;

    return waiting->run(tx, waiting->argument);
}

static void call_done(void *argument, enum store_error result)
{
    struct call *call = &((struct call_job *)argument)->call;

    pthread_mutex_lock(&call->lock);
    call->done = true;
    call->result = result;
    pthread_cond_signal(&call->ended);
    pthread_mutex_unlock(&call->lock);
}

enum store_error store_call(struct store *store, enum store_error (*run)(struct store_tx *, void *),
                            void *argument, bool writes)
{
    struct call_job waiting = {
        .job = {.run = call_run, .done = call_done, .argument = &waiting, .writes = writes},
        .call = {.lock = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER},
        .run = run,
        .argument = argument,
    };

    enum store_error error = store_submit(store, &waiting.job);
    if (error)
        return error;
    pthread_mutex_lock(&waiting.call.lock);
    while (!waiting.call.done)
        pthread_cond_wait(&waiting.call.ended, &waiting.call.lock);
    pthread_mutex_unlock(&waiting.call.lock);
    return waiting.call.result;
}

void store_claim_counts(const struct store *store, long long out[CLAIM_STATE_COUNT])
{
    for (int i = 0; i < CLAIM_STATE_COUNT; i++)
        out[i] = atomic_load(&((struct store *)store)->counts[i]);
}

void store_commit_counts(const struct store *store, unsigned long long *commits, unsigned long long *jobs)
{
    *commits = atomic_load(&((struct store *)store)->commits);
    *jobs = atomic_load(&((struct store *)store)->jobs);
}

bool store_is_healthy(const struct store *store)
{
    return atomic_load(&((struct store *)store)->healthy);
}
