/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "server/store/batch.h"
#include "server/store/engine.h"
#include "server/store/transaction.h"

#define QUEUE_MAX 20000 /* jobs; above it new jobs get STORE_BUSY */
#define BATCH_MAX 1000  /* jobs per transaction */
#define WORKERS_MAX 64
#define SCRUB_EVERY_MS 1000

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct store_job *first, **last;
    size_t queued;
    bool closing;
};

struct worker {
    struct store *store;
    struct database *database;
    pthread_t thread;
    bool started;
    bool has_erased;      /* erased data must still be removed from the files */
    long long next_scrub; /* monotonic ms */
};

struct store {
    struct engine *engine;
    struct queue writes, reads;
    struct worker workers[WORKERS_MAX]; /* writers first */
    unsigned writers, count;
    atomic_ullong commits, jobs;
    atomic_bool healthy;
};

/* ---- queues ---- */

static void queue_init(struct queue *queue)
{
    pthread_mutex_init(&queue->lock, NULL);
    pthread_cond_init(&queue->wake, NULL);
    queue->last = &queue->first;
}

static void queue_fini(struct queue *queue)
{
    pthread_mutex_destroy(&queue->lock);
    pthread_cond_destroy(&queue->wake);
}

static void queue_close(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->closing = true;
    pthread_cond_broadcast(&queue->wake);
    pthread_mutex_unlock(&queue->lock);
}

static enum store_error queue_add(struct queue *queue, struct store_job *job)
{
    enum store_error error = STORE_OK;

    job->next = NULL;
    pthread_mutex_lock(&queue->lock);
    if (queue->closing || (queue->queued >= QUEUE_MAX && !job->urgent)) {
        error = STORE_BUSY;
    } else {
        struct store_job **place = job->urgent ? &queue->first : queue->last;
        job->next = *place;
        *place = job;
        if (!job->next)
            queue->last = &job->next;
        queue->queued++;
        pthread_cond_signal(&queue->wake);
    }
    pthread_mutex_unlock(&queue->lock);
    return error;
}

/* Takes up to `most` jobs at once, as a list: jobs that arrived during the last commit share the next one.
 * Blocks until there is a job. Returns NULL if the queue is closed and empty. */
static struct store_job *queue_take(struct queue *queue, size_t most)
{
    pthread_mutex_lock(&queue->lock);
    while (!queue->first && !queue->closing)
        pthread_cond_wait(&queue->wake, &queue->lock);
    struct store_job *taken = queue->first;
    struct store_job **end = &taken;
    size_t count = 0;
    if (taken && taken->urgent)
        most = 1;
    for (; *end && count < most; count++)
        end = &(*end)->next;
    queue->first = *end;
    if (!queue->first)
        queue->last = &queue->first;
    queue->queued -= count;
    *end = NULL;
    pthread_mutex_unlock(&queue->lock);
    return taken;
}

/* ---- threads ---- */

/* Removes erased data from the files: before the answer if possible, otherwise again and again while a long
 * read (a backup) prevents it. */
static void scrub(struct worker *worker, bool has_erased)
{
    const struct engine_kind *kind = worker->store->engine->kind;
    long long now = clock_monotonic_ms();

    worker->has_erased = worker->has_erased || has_erased;
    if (!kind->scrub || !worker->has_erased || (!has_erased && now < worker->next_scrub))
        return;
    worker->has_erased = !kind->scrub(worker->database);
    worker->next_scrub = now + SCRUB_EVERY_MS;
}

static void *write_jobs(void *argument)
{
    struct worker *worker = argument;
    struct store *store = worker->store;
    struct store_job *batch;

    while ((batch = queue_take(&store->writes, BATCH_MAX))) {
        struct batch_outcome outcome = {0};
        batch_run(worker->database, batch, &outcome);
        if (!batch->urgent) {
            atomic_fetch_add(&store->commits, outcome.commits);
            atomic_fetch_add(&store->jobs, outcome.jobs);
        }
        if (outcome.wrote)
            atomic_store(&store->healthy, !outcome.failed);
        scrub(worker, outcome.erased);
        while (batch) {
            struct store_job *job = batch;
            batch = job->next; /* done() may free the job */
            job->done(job->argument, job->result);
        }
    }
    return NULL;
}

static void *read_jobs(void *argument)
{
    struct worker *worker = argument;
    struct store_job *job;

    while ((job = queue_take(&worker->store->reads, 1))) {
        struct store_tx tx = {.database = worker->database};
        job->result = job->run(&tx, job->argument);
        job->done(job->argument, job->result);
    }
    return NULL;
}

/* ---- opening and closing ---- */

static enum store_error connect_worker(struct store *store, const struct store_options *options, bool writes,
                                       struct text *why)
{
    struct worker *worker = &store->workers[store->count];

    worker->store = store;
    RETURN_IF(store->engine->kind->connect(store->engine, writes, &worker->database, why));
    worker->database->owners = options->owners;
    store->count++;
    store->writers += writes;
    return STORE_OK;
}

static enum store_error connect_first(struct store *store, const struct store_options *options,
                                      struct store_versions *versions, struct text *why)
{
    const struct engine_kind *kind = store->engine->kind;

    RETURN_IF(connect_worker(store, options, true, why));
    struct database *database = store->workers[0].database;
    RETURN_IF(migrate(database, &kind->migrations, options->url, versions, why));
    return kind->ready(database, why);
}

static unsigned within(unsigned wanted, unsigned most)
{
    return wanted < 1 ? 1 : wanted > most ? most : wanted;
}

static enum store_error connect_all(struct store *store, const struct store_options *options,
                                    struct text *why)
{
    unsigned writers = within(options->writers, store->engine->kind->writers_max);
    unsigned readers = within(options->readers, WORKERS_MAX / 2);
    struct store_versions ignored;

    RETURN_IF(connect_first(store, options, &ignored, why));
    while (store->writers < writers)
        RETURN_IF(connect_worker(store, options, true, why));
    while (store->count < writers + readers)
        RETURN_IF(connect_worker(store, options, false, why));
    return STORE_OK;
}

static enum store_error start_threads(struct store *store, struct text *why)
{
    for (unsigned i = 0; i < store->count; i++) {
        struct worker *worker = &store->workers[i];
        worker->started =
            pthread_create(&worker->thread, NULL, i < store->writers ? write_jobs : read_jobs, worker) == 0;
        if (!worker->started) {
            text_puts(why, "the threads of the store cannot be started");
            return STORE_BROKEN;
        }
    }
    return STORE_OK;
}

static enum store_error new_store(const struct store_options *options, struct store **out, struct text *why)
{
    const struct engine_kind *kind = engine_find(options->url, why);
    struct engine *engine = NULL;

    if (!kind)
        return STORE_BROKEN;
    RETURN_IF(kind->open(options, &engine, why));
    struct store *store = memory_new(1, sizeof *store);
    store->engine = engine;
    atomic_store(&store->healthy, true);
    queue_init(&store->writes);
    queue_init(&store->reads);
    *out = store;
    return STORE_OK;
}

enum store_error store_open(const struct store_options *options, struct store **out, struct text *why)
{
    struct store *store = NULL;

    RETURN_IF(new_store(options, &store, why));
    enum store_error error = connect_all(store, options, why);
    if (!error)
        error = start_threads(store, why);
    if (error) {
        store_close(store);
        return error;
    }
    *out = store;
    return STORE_OK;
}

enum store_error store_migrate(const struct store_options *options, struct store_versions *out,
                               struct text *why)
{
    struct store *store = NULL;

    RETURN_IF(new_store(options, &store, why));
    enum store_error error = connect_first(store, options, out, why);
    store_close(store);
    return error;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    queue_close(&store->writes);
    queue_close(&store->reads);
    for (unsigned i = 0; i < store->count; i++)
        if (store->workers[i].started)
            pthread_join(store->workers[i].thread, NULL);
    /* The connection that is closed last checkpoints the WAL. It must be the writer's, at index 0. */
    while (store->count)
        store->engine->kind->disconnect(store->workers[--store->count].database);
    store->engine->kind->close(store->engine);
    queue_fini(&store->writes);
    queue_fini(&store->reads);
    free(store);
}

/* ---- jobs ---- */

enum store_error store_submit(struct store *store, struct store_job *job)
{
    if (job->run_together && !job->kind) /* run_together would never be called */
        abort();
    return queue_add(job->writes ? &store->writes : &store->reads, job);
}

struct call {
    struct store_job job;
    enum store_error (*run)(struct store_tx *, void *);
    void *argument;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool done;
    enum store_error result;
};

static enum store_error call_run(struct store_tx *tx, void *argument)
{
    struct call *call = argument;

    return call->run(tx, call->argument);
}

static void call_done(void *argument, enum store_error result)
{
    struct call *call = argument;

    pthread_mutex_lock(&call->lock);
    call->done = true;
    call->result = result;
    pthread_cond_signal(&call->ended);
    pthread_mutex_unlock(&call->lock);
}

static enum store_error call_store(struct store *store, enum store_error (*run)(struct store_tx *, void *),
                                   void *argument, bool writes, bool urgent)
{
    struct call call = {
        .job = {.run = call_run, .done = call_done, .argument = &call, .writes = writes, .urgent = urgent},
        .run = run,
        .argument = argument,
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .ended = PTHREAD_COND_INITIALIZER,
    };

    RETURN_IF(store_submit(store, &call.job));
    pthread_mutex_lock(&call.lock);
    while (!call.done)
        pthread_cond_wait(&call.ended, &call.lock);
    pthread_mutex_unlock(&call.lock);
    return call.result;
}

enum store_error store_call(struct store *store, enum store_error (*run)(struct store_tx *, void *),
                            void *argument, bool writes)
{
    return call_store(store, run, argument, writes, false);
}

enum store_error store_call_urgent(struct store *store, enum store_error (*run)(struct store_tx *, void *),
                                   void *argument, bool writes)
{
    return call_store(store, run, argument, writes, true);
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
