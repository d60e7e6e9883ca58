/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/log.h"
#include "base/memory.h"
#include "decode/process.h"

/* Pause between attempts to start a process, doubled after each failure. */
#define PAUSE_MIN_MS 100
#define PAUSE_MAX_MS 30000

/* A process compromised by a picture sees at most this many pictures of others. */
#define PICTURES_PER_PROCESS 500

/* A process is killed when the thread that started it ends, so each has its own thread for life. */
struct worker {
    struct decode_pool *pool;
    pthread_t thread;
    struct decode_process *process; /* used only by its thread */
    pid_t id;
    unsigned pictures; /* pictures sent to the process */
    long long pause_ms;
};

struct decode_pool {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* a new job, the first start finished, or stopping */
    char *program;
    long long deadline_ms;
    unsigned waiting_max, idle;
    bool stopping;
    unsigned attempts; /* finished attempts to start a process */
    unsigned failing;  /* workers whose last two or more attempts failed */
    struct text why;   /* why the last attempt failed */
    struct decode_job *first, **last;
    struct decode_pool_counts counts;
    unsigned worker_count;
    struct worker *workers;
};

static struct decode_job *take(struct decode_pool *pool)
{
    struct decode_job *job = pool->first;

    if (!job)
        return NULL;
    pool->first = job->next;
    if (!pool->first)
        pool->last = &pool->first;
    pool->counts.waiting--;
    return job;
}

/* Call with the lock held; releases it during done(). */
static void answer(struct decode_pool *pool, struct decode_job *job, enum decode_error error,
                   struct decode_result *result)
{
    pool->counts.answered[error]++;
    pthread_mutex_unlock(&pool->lock);
    job->done(job->argument, error, error == DECODE_OK ? result : NULL);
    decode_result_fini(result);
    pthread_mutex_lock(&pool->lock);
}

static void turn_all_away(struct decode_pool *pool)
{
    struct decode_result none = {0};

    for (struct decode_job *job; (job = take(pool));)
        answer(pool, job, DECODE_UNAVAILABLE, &none);
}

/* Call with the lock held; releases it meanwhile. */
static bool start(struct worker *worker)
{
    struct decode_pool *pool = worker->pool;
    TEXT struct text why = TEXT_EMPTY;

    pthread_mutex_unlock(&pool->lock);
    worker->process = decode_process_start(pool->program, &why);
    worker->pictures = 0;
    worker->id = worker->process ? decode_process_id(worker->process) : 0;
    if (worker->process)
        log_event(LOG_INFO, "decode.started", "pid", LOG_NUMBER(worker->id), NULL);
    else
        log_event(LOG_ERROR, "decode.start_failed", "reason", text_get(&why), NULL);
    pthread_mutex_lock(&pool->lock);
    if (worker->process) {
        pool->counts.processes++;
    } else {
        text_clear(&pool->why);
        text_puts(&pool->why, text_get(&why));
    }
    pool->attempts++;
    pthread_cond_broadcast(&pool->changed);
    return worker->process;
}

/* Tries twice: the first process may be killed while it starts. */
static bool start_again(struct worker *worker)
{
    for (int attempt = 0; attempt < 2; attempt++)
        if (start(worker))
            return true;
    return false;
}

/* Call with the lock held; releases it meanwhile. error: DECODE_OK if the process did nothing wrong. */
static void end(struct worker *worker, enum decode_error error)
{
    struct decode_pool *pool = worker->pool;
    pid_t id = worker->id;

    pool->counts.processes--;
    if (error)
        pool->counts.replaced++;
    pthread_mutex_unlock(&pool->lock);
    if (error)
        log_event(LOG_WARN, "decode.replaced", "pid", LOG_NUMBER(id), "reason", decode_error_name(error),
                  NULL);
    decode_process_stop(worker->process);
    worker->process = NULL;
    pthread_mutex_lock(&pool->lock);
}

/* 0: its process runs. */
static void set_pause(struct worker *worker, long long ms)
{
    bool was = worker->pause_ms > PAUSE_MIN_MS, is = ms > PAUSE_MIN_MS;

    worker->pause_ms = ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS;
    worker->pool->failing += (unsigned)is - (unsigned)was;
}

/* If no process is left, jobs fail at once instead of waiting for the next attempt. A single failed start may
 * be a process killed by chance, so only the second failure counts, and only if no other worker will have a
 * process soon. */
static void pause_before_next(struct worker *worker)
{
    struct decode_pool *pool = worker->pool;

    set_pause(worker, worker->pause_ms ? worker->pause_ms * 2 : PAUSE_MIN_MS);
    struct timespec until = condition_deadline(worker->pause_ms);
    do {
        if (pool->counts.processes == 0 && pool->failing == pool->worker_count)
            turn_all_away(pool);
    } while (!pool->stopping && condition_wait(&pool->changed, &pool->lock, &until));
}

static bool is_useless(enum decode_error error)
{
    return error == DECODE_TOO_SLOW || error == DECODE_CRASHED || error == DECODE_UNAVAILABLE;
}

static enum decode_error ask(struct worker *worker, const struct decode_job *job, long long until_ms,
                             struct decode_result *out)
{
    struct decode_pool *pool = worker->pool;
    long long left = until_ms - clock_monotonic_ms();

    pthread_mutex_unlock(&pool->lock);
    worker->pictures++;
    enum decode_error error = decode_process_ask(worker->process, job->bytes, job->length, left, out);
    pthread_mutex_lock(&pool->lock);
    if (is_useless(error))
        end(worker, error);
    return error;
}

/* A process that died before it got the whole picture did not die of the picture: the next process gets it.
 * This happens only once, so a picture that kills its process in any way ends there. */
static void work_on(struct worker *worker, struct decode_job *job)
{
    struct decode_pool *pool = worker->pool;
    struct decode_result result = {0};
    long long began = clock_monotonic_ms();
    enum decode_error error = ask(worker, job, began + pool->deadline_ms, &result);

    if (error == DECODE_UNAVAILABLE && start_again(worker))
        error = ask(worker, job, began + pool->deadline_ms, &result);
    pool->counts.milliseconds += (unsigned long long)(clock_monotonic_ms() - began);
    answer(pool, job, error, &result);
}

static void wait_and_work(struct worker *worker)
{
    struct decode_pool *pool = worker->pool;
    struct decode_job *job = NULL;

    pool->idle++;
    while (!pool->stopping && !pool->first)
        pthread_cond_wait(&pool->changed, &pool->lock);
    pool->idle--;
    if (!pool->stopping)
        job = take(pool);
    if (job)
        work_on(worker, job);
    if (worker->process && worker->pictures >= PICTURES_PER_PROCESS)
        end(worker, DECODE_OK);
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    struct decode_pool *pool = worker->pool;

    pthread_mutex_lock(&pool->lock);
    while (!pool->stopping) {
        if (worker->process || start(worker)) {
            set_pause(worker, 0);
            wait_and_work(worker);
        } else {
            pause_before_next(worker);
        }
    }
    turn_all_away(pool);
    if (worker->process)
        end(worker, DECODE_OK);
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Signals are handled by other threads. */
static bool start_workers(struct decode_pool *pool, unsigned count)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_mutex_lock(&pool->lock); /* no worker starts before all threads exist */
    for (; pool->worker_count < count; pool->worker_count++) {
        struct worker *worker = &pool->workers[pool->worker_count];
        worker->pool = pool;
        if (pthread_create(&worker->thread, NULL, work, worker))
            break;
    }
    pthread_mutex_unlock(&pool->lock);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return pool->worker_count == count;
}

static bool has_a_process(struct decode_pool *pool, struct text *why)
{
    pthread_mutex_lock(&pool->lock);
    while (pool->counts.processes == 0 && pool->attempts < pool->worker_count)
        pthread_cond_wait(&pool->changed, &pool->lock);
    bool has = pool->counts.processes > 0;
    if (!has)
        text_puts(why, text_get(&pool->why));
    pthread_mutex_unlock(&pool->lock);
    return has;
}

struct decode_pool *decode_pool_start(const struct decode_pool_options *options, struct text *why)
{
    TEXT struct text program = TEXT_EMPTY;

    if (options->program)
        text_puts(&program, options->program);
    else if (!decode_program(&program, why))
        return NULL;
    struct decode_pool *pool = memory_new(1, sizeof *pool);
    pthread_mutex_init(&pool->lock, NULL);
    condition_init(&pool->changed);
    pool->program = text_take(&program);
    pool->deadline_ms = options->deadline_ms ? options->deadline_ms : DECODE_DEADLINE_MS;
    pool->waiting_max = options->waiting_max;
    pool->last = &pool->first;
    pool->workers = memory_new(options->processes, sizeof *pool->workers);
    bool started = start_workers(pool, options->processes);
    if (!started)
        text_puts(why, "no thread for the decoder");
    if (started && has_a_process(pool, why))
        return pool;
    decode_pool_stop(pool);
    return NULL;
}

void decode_pool_stop(struct decode_pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->worker_count; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->lock);
    text_fini(&pool->why);
    free(pool->workers);
    free(pool->program);
    free(pool);
}

bool decode_pool_submit(struct decode_pool *pool, struct decode_job *job)
{
    pthread_mutex_lock(&pool->lock);
    bool taken = !pool->stopping && pool->counts.waiting < pool->waiting_max + pool->idle;
    if (taken) {
        job->next = NULL;
        *pool->last = job;
        pool->last = &job->next;
        pool->counts.waiting++;
        pthread_cond_broadcast(&pool->changed);
    } else {
        pool->counts.answered[DECODE_UNAVAILABLE]++;
    }
    pthread_mutex_unlock(&pool->lock);
    return taken;
}

void decode_pool_count(struct decode_pool *pool, struct decode_pool_counts *out)
{
    pthread_mutex_lock(&pool->lock);
    *out = pool->counts;
    pthread_mutex_unlock(&pool->lock);
}
