/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
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

/* How often the thread that waits for a process looks at the others. */
#define LOOK_EVERY_MS 20

/* Processor time for a picture while others wait that have used less; after the last, all that it may use.
 * The first is several times what most labels need, the second enough for nearly every picture without one.
 */
static const long long slices_us[] = {200000, 1000000};
#define SLICE_COUNT (sizeof slices_us / sizeof *slices_us)

/* A process is killed when the thread that started it ends, so each has its own thread for life. */
struct worker {
    struct decode_pool *pool;
    pthread_t thread;
    struct decode_process *process; /* used only by its thread */
    pid_t id;
    unsigned pictures; /* pictures sent to the process */
    long long pause_ms;
    struct decode_job *job; /* that the process reads; NULL: none */
    long long seen_us;      /* processor time of the process when it was last charged */
    long long run_us;       /* of the job, since the process got it */
    long long began_ms;     /* monotonic, when the process got it */
    bool whole;             /* the job may use all that it wants */
    bool put_back;          /* the job was interrupted for another */
};

struct decode_pool {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* a new job, the first start finished, or stopping */
    char *program;
    long long deadline_ms, wait_ms;
    unsigned waiting_max, idle;
    unsigned whole; /* workers whose job may use all that it wants */
    bool stopping;
    unsigned attempts; /* finished attempts to start a process */
    unsigned failing;  /* workers whose last two or more attempts failed */
    struct text why;   /* why the last attempt failed */
    struct fair_queue queue;
    struct decode_pool_counts counts;
    unsigned worker_count;
    struct worker *workers;
};

static struct decode_job *job_of(struct fair_entry *entry)
{
    return entry ? (void *)((char *)entry - offsetof(struct decode_job, entry)) : NULL;
}

/* Call with the lock held; releases it during done(). */
static void answer(struct decode_pool *pool, struct decode_job *job, enum decode_error error,
                   struct decode_result *result)
{
    pool->counts.answered[error]++;
    fair_queue_leave(&pool->queue, &job->entry);
    pthread_mutex_unlock(&pool->lock);
    job->done(job->argument, error, error == DECODE_OK ? result : NULL);
    decode_result_fini(result);
    pthread_mutex_lock(&pool->lock);
}

static void turn_all_away(struct decode_pool *pool)
{
    struct decode_result none = {0};

    for (struct decode_job *job; (job = job_of(fair_queue_oldest(&pool->queue)));)
        answer(pool, job, DECODE_UNAVAILABLE, &none);
}

static void charge(struct worker *worker)
{
    long long used = decode_process_used_us(worker->process) - worker->seen_us;

    if (used <= 0)
        return;
    fair_queue_charge(&worker->pool->queue, &worker->job->entry, used);
    worker->pool->counts.processor_us += (unsigned long long)used;
    worker->run_us += used;
    worker->seen_us += used;
}

/* Those that came first are at the front, so it is enough to look there. */
static void give_up_expired(struct decode_pool *pool)
{
    struct decode_result none = {0};
    long long now = clock_monotonic_ms();
    struct decode_job *job;

    while (pool->wait_ms && (job = job_of(fair_queue_oldest(&pool->queue))) &&
           now - job->submitted >= pool->wait_ms) {
        pool->counts.expired++;
        answer(pool, job, DECODE_UNAVAILABLE, &none);
    }
}

static bool must_make_room(const struct worker *worker)
{
    const struct decode_job *job = worker->job;

    return !worker->whole &&
           worker->run_us >= slices_us[job->slices < SLICE_COUNT ? job->slices : SLICE_COUNT - 1] &&
           fair_queue_is_due_before(&worker->pool->queue, &job->entry);
}

/* Nobody waits at stop for a process that hangs. */
static bool must_stop(const struct worker *worker)
{
    const struct decode_pool *pool = worker->pool;

    return pool->stopping && clock_monotonic_ms() - worker->began_ms > pool->deadline_ms;
}

/* Called again and again while the process reads a picture. False: it is interrupted for another one, or at
 * stop. */
static bool go_on(void *context)
{
    struct worker *worker = context;
    struct decode_pool *pool = worker->pool;

    pthread_mutex_lock(&pool->lock);
    charge(worker);
    give_up_expired(pool);
    worker->put_back = must_make_room(worker);
    bool ends = worker->put_back || must_stop(worker);
    pthread_mutex_unlock(&pool->lock);
    return !ends;
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
        decode_process_set_watch(worker->process, &(struct decode_watch){go_on, worker, LOOK_EVERY_MS});
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

static enum decode_error ask(struct worker *worker, struct decode_result *out)
{
    struct decode_pool *pool = worker->pool;
    const struct decode_job *job = worker->job;

    worker->seen_us = decode_process_used_us(worker->process);
    worker->run_us = 0;
    worker->began_ms = clock_monotonic_ms();
    worker->put_back = false;
    worker->pictures++;
    pthread_mutex_unlock(&pool->lock);
    enum decode_error error =
        decode_process_ask(worker->process, job->bytes, job->length, pool->deadline_ms, out);
    pthread_mutex_lock(&pool->lock);
    charge(worker);
    if (is_useless(error))
        end(worker, worker->put_back ? DECODE_OK : error);
    return error;
}

/* A process that died before it got the whole picture did not die of the picture: the next process gets it.
 * This happens only once, so a picture that kills its process in any way ends there. */
static enum decode_error read_picture(struct worker *worker, struct decode_result *out)
{
    struct decode_pool *pool = worker->pool;
    long long began = clock_monotonic_ms();
    enum decode_error error = ask(worker, out);

    if (error == DECODE_UNAVAILABLE && start_again(worker))
        error = ask(worker, out);
    pool->counts.milliseconds += (unsigned long long)(clock_monotonic_ms() - began);
    return error;
}

static void work_on(struct worker *worker, struct decode_job *job)
{
    struct decode_pool *pool = worker->pool;
    struct decode_result result = {0};

    worker->job = job;
    worker->whole = job->slices >= SLICE_COUNT && pool->whole + 1 < pool->worker_count;
    pool->whole += worker->whole;
    fair_queue_start(&pool->queue, &job->entry);
    enum decode_error error = read_picture(worker, &result);
    pool->whole -= worker->whole;
    worker->job = NULL;
    if (!worker->put_back) {
        answer(pool, job, error, &result);
        return;
    }
    job->slices++;
    pool->counts.put_back++;
    fair_queue_stop(&pool->queue, &job->entry);
    pthread_cond_broadcast(&pool->changed);
}

static void wait_and_work(struct worker *worker)
{
    struct decode_pool *pool = worker->pool;
    struct decode_job *job = NULL;

    pool->idle++;
    while (!pool->stopping && !pool->queue.waiting)
        pthread_cond_wait(&pool->changed, &pool->lock);
    pool->idle--;
    if (!pool->stopping)
        job = job_of(fair_queue_next(&pool->queue));
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
    pool->wait_ms = options->wait_ms;
    pool->waiting_max = options->waiting_max;
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
    fair_queue_fini(&pool->queue);
    text_fini(&pool->why);
    free(pool->workers);
    free(pool->program);
    free(pool);
}

/* Returns whether the job itself has to go. */
static bool displace_one(struct decode_pool *pool, const struct decode_job *job)
{
    struct decode_result none = {0};
    struct decode_job *gone = job_of(fair_queue_last_of_most(&pool->queue));

    pool->counts.displaced++;
    if (gone != job) {
        answer(pool, gone, DECODE_UNAVAILABLE, &none);
        return false;
    }
    fair_queue_leave(&pool->queue, &gone->entry);
    pool->counts.answered[DECODE_UNAVAILABLE]++;
    return true;
}

bool decode_pool_submit(struct decode_pool *pool, struct decode_job *job)
{
    pthread_mutex_lock(&pool->lock);
    bool taken = !pool->stopping;
    if (taken) {
        job->entry.client = job->client;
        job->submitted = clock_monotonic_ms();
        job->slices = 0;
        fair_queue_add(&pool->queue, &job->entry);
        if (pool->queue.waiting > pool->waiting_max + pool->idle)
            taken = !displace_one(pool, job);
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
    out->waiting = pool->queue.waiting;
    pthread_mutex_unlock(&pool->lock);
}
