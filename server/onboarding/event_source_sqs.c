/* SPDX-License-Identifier: Apache-2.0 */
/* Events through a queue of SQS, into which the account's rules put them (account/setup/rules.c): for fleets
 * whose devices connect more often than one MQTT connection may receive. Some threads receive, each with a
 * long poll; others delete what was acknowledged, after the store's commit.
 *
 * What is no event is deleted like the others, and counted: it would come again for ever, and a queue for
 * dead letters would only keep what nobody can use. An event that is lost like that is found by its device's
 * next connection, or by `connectivity`. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/region.h"
#include "aws/sqs.h"
#include "base/clock.h"
#include "base/condition.h"
#include "base/log.h"
#include "base/memory.h"
#include "claim/backoff.h"
#include "server/onboarding/aws_access.h"
#include "server/onboarding/event_source.h"
#include "server/onboarding/held_messages.h"

#define RECEIVERS 4
#define DELETERS 2
#define WORKERS (RECEIVERS + DELETERS)
#define FIRST_WAIT_S 1 /* an empty queue answers after that, and claims wait for it at start */
#define GATHER_MS 20   /* a deletion waits so long for others to share its call */
#define FLUSH_MS 3000  /* at the end, for deletions */
#define BACKOFF_MIN_MS 500
#define BACKOFF_MAX_MS 10000
#define LOG_EVERY_MS 60000
#define IDLE_MS 1000

struct sqs_source;

struct worker {
    struct sqs_source *sqs;
    pthread_t thread;
    struct aws_lease aws;
    struct backoff backoff;
    bool failing;    /* under `delivering` */
    bool has_waited; /* a receiver: its first poll is done */
};

struct sqs_source {
    struct event_source source;
    struct event_callbacks callbacks;
    const struct oem_endpoint *endpoint; /* borrowed */
    struct aws_access *access;
    struct worker workers[WORKERS];
    size_t running;
    size_t held_max;

    atomic_int halt; /* receives nothing for now; interrupts what is being received */
    atomic_bool ending;
    atomic_int abort; /* deletes nothing more either */

    /* Held while callbacks run; taken before `lock`. */
    pthread_mutex_t delivering;
    bool is_up;
    long long up_logged_at, unusable_logged_at; /* monotonic; 0: never */

    /* Under `lock`. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct held_messages *held;
    size_t expected; /* messages that the receives under way may bring */
    size_t deleting;
    char reason[MQTT_REASON_SIZE];

    atomic_ulong connects, failures, unusable;
};

static struct sqs_source *of(struct event_source *source)
{
    return (struct sqs_source *)source;
}

/* ---- what the workers share ---- */

static void set_reason(struct sqs_source *sqs, const char *reason)
{
    pthread_mutex_lock(&sqs->lock);
    snprintf(sqs->reason, sizeof sqs->reason, "%s", reason);
    pthread_mutex_unlock(&sqs->lock);
}

/* A line a minute. */
static bool is_due(long long *logged_at)
{
    long long now = clock_monotonic_ms();
    bool due = !*logged_at || now - *logged_at >= LOG_EVERY_MS;

    *logged_at = due ? now : *logged_at;
    return due;
}

static bool is_receiver(const struct worker *worker)
{
    return worker < &worker->sqs->workers[RECEIVERS];
}

/* It is up when no worker fails, so that a missing permission of one kind is not hidden by the other. Each
 * receiver goes on asking; a deleter that failed may have nothing more to delete, as another did it. */
static void succeeded(struct worker *worker)
{
    struct sqs_source *sqs = worker->sqs;
    bool fails = false;

    pthread_mutex_lock(&sqs->delivering);
    worker->failing = false;
    for (size_t i = RECEIVERS; i < WORKERS && !is_receiver(worker); i++)
        sqs->workers[i].failing = false;
    for (size_t i = 0; i < WORKERS; i++)
        fails = fails || sqs->workers[i].failing;
    if (!fails && !sqs->is_up && !atomic_load(&sqs->halt)) {
        sqs->is_up = true;
        atomic_fetch_add(&sqs->connects, 1);
        set_reason(sqs, "");
        if (is_due(&sqs->up_logged_at))
            log_event(LOG_INFO, "endpoint.connected", "endpoint", sqs->endpoint->key, "queue",
                      sqs->endpoint->queue_url, NULL);
        sqs->callbacks.up(sqs->callbacks.context, false, 0);
    }
    pthread_mutex_unlock(&sqs->delivering);
    backoff_reset(&worker->backoff);
}

/* Returns the milliseconds until the next attempt. */
static long long failed(struct worker *worker, const char *reason)
{
    struct sqs_source *sqs = worker->sqs;

    atomic_fetch_add(&sqs->failures, 1);
    pthread_mutex_lock(&sqs->delivering);
    if (!atomic_load(&sqs->halt)) {
        worker->failing = true;
        sqs->is_up = false;
        set_reason(sqs, reason);
        sqs->callbacks.down(sqs->callbacks.context, reason);
    }
    pthread_mutex_unlock(&sqs->delivering);
    return backoff_next(&worker->backoff, clock_monotonic_ms());
}

/* Until *stop, or until the time has passed. */
static void wait_ms(struct sqs_source *sqs, long long ms, const atomic_int *stop)
{
    struct timespec until = condition_deadline(ms);

    pthread_mutex_lock(&sqs->lock);
    while (!atomic_load(stop))
        if (!condition_wait(&sqs->changed, &sqs->lock, &until))
            break;
    pthread_mutex_unlock(&sqs->lock);
}

/* ---- receivers ---- */

static void log_unusable(struct sqs_source *sqs, const char *id)
{
    unsigned long count = atomic_fetch_add(&sqs->unusable, 1) + 1;

    if (!is_due(&sqs->unusable_logged_at))
        return;
    log_event(LOG_WARN, "events.unusable", "endpoint", sqs->endpoint->key, "message", id, "so_far",
              LOG_NUMBER(count), "reason",
              "a message of the queue is no event of the rules that account apply makes; it is deleted",
              NULL);
}

/* Under `delivering`. */
static void deliver(struct sqs_source *sqs, const struct aws_sqs_message *message)
{
    struct presence presence;
    struct held_place place = {0, 0};

    pthread_mutex_lock(&sqs->lock);
    enum held held = held_messages_add(sqs->held, message->id, message->receipt, &place);
    pthread_mutex_unlock(&sqs->lock);
    if (held != HELD_NEW)
        return;
    enum presence_note note = presence_parse_note(message->body, strlen(message->body), &presence);
    if (note == PRESENCE_NOTE_GARBAGE)
        log_unusable(sqs, message->id);
    const struct event_message event = {.receipt = {.session = place.turn, .id = place.number},
                                        .presence = note == PRESENCE_NOTE_THING ? &presence : NULL,
                                        .sent_ms = message->sent_ms};
    sqs->callbacks.event(sqs->callbacks.context, &event);
}

/* Each answer tells AWS's clock, so that the age of what was kept is known although nothing else comes. */
static void tell_clock(struct worker *worker)
{
    struct sqs_source *sqs = worker->sqs;
    long long skew = 0;

    if (aws_session_clock_skew(worker->aws.session, &skew))
        sqs->callbacks.clock(sqs->callbacks.context, clock_wall_ms() + skew);
}

static void take(struct worker *worker, const struct aws_sqs_messages *messages)
{
    struct sqs_source *sqs = worker->sqs;

    pthread_mutex_lock(&sqs->delivering);
    if (!atomic_load(&sqs->halt))
        tell_clock(worker);
    for (size_t i = 0; i < messages->count && !atomic_load(&sqs->halt); i++)
        deliver(sqs, &messages->list[i]);
    pthread_mutex_unlock(&sqs->delivering);
}

/* Under `lock`. */
static bool may_receive(const struct sqs_source *sqs)
{
    return !atomic_load(&sqs->halt) &&
           held_messages_count(sqs->held) + sqs->expected + AWS_SQS_BATCH <= sqs->held_max;
}

/* Waits until events are wanted, and there is room for the messages of one more call. False: it ends. */
static bool expect_messages(struct sqs_source *sqs)
{
    pthread_mutex_lock(&sqs->lock);
    while (!atomic_load(&sqs->ending) && !may_receive(sqs)) {
        struct timespec until = condition_deadline(IDLE_MS);
        condition_wait(&sqs->changed, &sqs->lock, &until);
    }
    bool goes_on = !atomic_load(&sqs->ending);
    sqs->expected += goes_on ? AWS_SQS_BATCH : 0;
    pthread_mutex_unlock(&sqs->lock);
    return goes_on;
}

static void expect_no_more(struct sqs_source *sqs)
{
    pthread_mutex_lock(&sqs->lock);
    sqs->expected -= AWS_SQS_BATCH;
    pthread_mutex_unlock(&sqs->lock);
}

/* Returns the milliseconds until the next call. */
static long long receive(struct worker *worker)
{
    struct sqs_source *sqs = worker->sqs;
    TEXT struct text why = TEXT_EMPTY;
    struct aws_sqs_messages messages = {.count = 0};
    unsigned wait_s = worker->has_waited ? AWS_SQS_WAIT_MAX_S : FIRST_WAIT_S;
    char code[80] = "";

    if (!aws_access_have(sqs->access, &worker->aws, &why))
        return failed(worker, text_get(&why));
    enum aws_error error = aws_sqs_receive(worker->aws.session, sqs->endpoint->queue_url, wait_s, &sqs->halt,
                                           &messages, code, &why);
    worker->has_waited = !error;
    if (atomic_load(&sqs->halt) && error)
        return 0;
    if (error)
        return failed(worker, text_get(&why));
    take(worker, &messages);
    aws_sqs_messages_fini(&messages);
    succeeded(worker);
    return 0;
}

static void *run_receiver(void *argument)
{
    struct worker *worker = argument;

    while (expect_messages(worker->sqs)) {
        long long wait = receive(worker);
        expect_no_more(worker->sqs);
        if (wait > 0)
            wait_ms(worker->sqs, wait, &worker->sqs->halt);
    }
    return NULL;
}

/* ---- deleters ---- */

struct deletion {
    unsigned places[AWS_SQS_BATCH];
    char *receipts[AWS_SQS_BATCH];
    size_t count;
};

/* Sleeps until something is to be deleted, or for a moment: false. */
static bool wait_for_deletions(struct sqs_source *sqs)
{
    struct timespec until = condition_deadline(IDLE_MS);

    pthread_mutex_lock(&sqs->lock);
    while (held_messages_due(sqs->held) == 0 && !atomic_load(&sqs->abort))
        if (!condition_wait(&sqs->changed, &sqs->lock, &until))
            break;
    bool found = held_messages_due(sqs->held) > 0;
    pthread_mutex_unlock(&sqs->lock);
    return found;
}

static void gather(struct sqs_source *sqs, struct deletion *out)
{
    struct timespec until = condition_deadline(GATHER_MS);

    pthread_mutex_lock(&sqs->lock);
    while (held_messages_due(sqs->held) < AWS_SQS_BATCH && !atomic_load(&sqs->halt))
        if (!condition_wait(&sqs->changed, &sqs->lock, &until))
            break;
    out->count = held_messages_take(sqs->held, AWS_SQS_BATCH, out->places, out->receipts);
    sqs->deleting += out->count;
    pthread_mutex_unlock(&sqs->lock);
}

static void settle(struct sqs_source *sqs, struct deletion *deletion, const enum aws_sqs_deletion *results)
{
    pthread_mutex_lock(&sqs->lock);
    for (size_t i = 0; i < deletion->count; i++) {
        held_messages_settle(sqs->held, deletion->places[i], results[i] == AWS_SQS_DELETE_AGAIN);
        free(deletion->receipts[i]);
    }
    sqs->deleting -= deletion->count;
    pthread_cond_broadcast(&sqs->changed);
    pthread_mutex_unlock(&sqs->lock);
}

static bool has_failures(const struct deletion *deletion, const enum aws_sqs_deletion *results)
{
    for (size_t i = 0; i < deletion->count; i++)
        if (results[i] == AWS_SQS_DELETE_AGAIN)
            return true;
    return false;
}

static void delete_some(struct worker *worker)
{
    struct sqs_source *sqs = worker->sqs;
    TEXT struct text why = TEXT_EMPTY;
    struct deletion deletion = {.count = 0};
    enum aws_sqs_deletion results[AWS_SQS_BATCH];
    long long wait = 0;

    gather(sqs, &deletion);
    if (deletion.count == 0)
        return;
    for (size_t i = 0; i < deletion.count; i++)
        results[i] = AWS_SQS_DELETE_AGAIN;
    if (!aws_access_have(sqs->access, &worker->aws, &why) ||
        aws_sqs_delete(worker->aws.session, sqs->endpoint->queue_url, (const char *const *)deletion.receipts,
                       deletion.count, &sqs->abort, results, &why) != AWS_OK)
        wait = atomic_load(&sqs->abort) ? 0 : failed(worker, text_get(&why));
    else if (has_failures(&deletion, results))
        wait = failed(worker, "sqs:DeleteMessage: the service could not delete some messages");
    else
        succeeded(worker);
    settle(sqs, &deletion, results);
    if (wait > 0)
        wait_ms(sqs, wait, &sqs->abort);
}

static void *run_deleter(void *argument)
{
    struct worker *worker = argument;

    while (!atomic_load(&worker->sqs->abort))
        if (wait_for_deletions(worker->sqs))
            delete_some(worker);
    return NULL;
}

/* ---- other threads ---- */

static void wake_all(struct sqs_source *sqs)
{
    pthread_mutex_lock(&sqs->lock);
    pthread_cond_broadcast(&sqs->changed);
    pthread_mutex_unlock(&sqs->lock);
}

static void acknowledge(struct event_source *source, const struct event_receipt *receipts, size_t count)
{
    struct sqs_source *sqs = of(source);

    pthread_mutex_lock(&sqs->lock);
    for (size_t i = 0; i < count; i++)
        held_messages_done(sqs->held, (struct held_place){receipts[i].id, receipts[i].session});
    pthread_cond_broadcast(&sqs->changed);
    pthread_mutex_unlock(&sqs->lock);
}

static void renew(struct event_source *source)
{
    aws_access_renew(of(source)->access);
}

/* Under `delivering`: afterwards no callback runs until it goes on. */
static void set_halt(struct sqs_source *sqs, bool halt)
{
    atomic_store(&sqs->halt, halt || atomic_load(&sqs->ending));
    for (size_t i = 0; i < WORKERS && halt; i++)
        sqs->workers[i].failing = false;
    sqs->is_up = sqs->is_up && !halt;
    if (halt)
        set_reason(sqs, "");
}

static void ask(struct event_source *source)
{
    struct sqs_source *sqs = of(source);

    pthread_mutex_lock(&sqs->delivering);
    enum event_wish wish = sqs->callbacks.wish(sqs->callbacks.context);
    if (wish != EVENTS_STAY)
        set_halt(sqs, wish == EVENTS_STOP);
    pthread_mutex_unlock(&sqs->delivering);
    wake_all(sqs);
}

static void forget(struct event_source *source)
{
    struct sqs_source *sqs = of(source);

    pthread_mutex_lock(&sqs->lock);
    held_messages_forget(sqs->held);
    pthread_cond_broadcast(&sqs->changed);
    pthread_mutex_unlock(&sqs->lock);
}

static void pause_source(struct event_source *source)
{
    struct sqs_source *sqs = of(source);

    atomic_store(&sqs->ending, true);
    atomic_store(&sqs->halt, 1);
    pthread_mutex_lock(&sqs->delivering);
    set_halt(sqs, true);
    pthread_mutex_unlock(&sqs->delivering);
    wake_all(sqs);
}

static void flush(struct sqs_source *sqs)
{
    struct timespec until = condition_deadline(FLUSH_MS);

    pthread_mutex_lock(&sqs->lock);
    while (held_messages_due(sqs->held) + sqs->deleting > 0)
        if (!condition_wait(&sqs->changed, &sqs->lock, &until))
            break;
    pthread_mutex_unlock(&sqs->lock);
}

static void stop(struct sqs_source *sqs)
{
    pause_source(&sqs->source);
    if (sqs->running == WORKERS)
        flush(sqs);
    atomic_store(&sqs->abort, 1);
    wake_all(sqs);
    for (size_t i = 0; i < sqs->running; i++)
        pthread_join(sqs->workers[i].thread, NULL);
}

static void free_source(struct event_source *source)
{
    struct sqs_source *sqs = of(source);

    stop(sqs);
    for (size_t i = 0; i < WORKERS; i++)
        aws_access_end(sqs->access, &sqs->workers[i].aws);
    aws_access_free(sqs->access);
    held_messages_free(sqs->held);
    pthread_cond_destroy(&sqs->changed);
    pthread_mutex_destroy(&sqs->lock);
    pthread_mutex_destroy(&sqs->delivering);
    free(sqs);
}

static void stats(struct event_source *source, struct event_source_stats *out)
{
    struct sqs_source *sqs = of(source);

    *out = (struct event_source_stats){.connects = atomic_load(&sqs->connects),
                                       .failures = atomic_load(&sqs->failures),
                                       .unusable = atomic_load(&sqs->unusable)};
    pthread_mutex_lock(&sqs->lock);
    memcpy(out->reason, sqs->reason, sizeof out->reason);
    pthread_mutex_unlock(&sqs->lock);
}

static bool start(struct event_source *source)
{
    struct sqs_source *sqs = of(source);

    for (; sqs->running < WORKERS; sqs->running++) {
        void *(*run)(void *) = sqs->running < RECEIVERS ? run_receiver : run_deleter;
        struct worker *worker = &sqs->workers[sqs->running];
        if (pthread_create(&worker->thread, NULL, run, worker) != 0)
            return false;
    }
    return true;
}

static const struct event_source_kind kind = {.start = start,
                                              .acknowledge = acknowledge,
                                              .ask = ask,
                                              .forget = forget,
                                              .renew = renew,
                                              .pause = pause_source,
                                              .free = free_source,
                                              .stats = stats};

struct event_source *event_source_sqs_open(const struct event_source_options *options, struct text *why)
{
    struct sqs_source *sqs = memory_new(1, sizeof *sqs);
    char region[AWS_REGION_SIZE] = "";

    sqs->source.kind = &kind;
    sqs->callbacks = options->callbacks;
    sqs->endpoint = options->endpoint;
    sqs->held_max = options->unacknowledged_max;
    sqs->held = held_messages_new(sqs->held_max);
    pthread_mutex_init(&sqs->delivering, NULL);
    pthread_mutex_init(&sqs->lock, NULL);
    condition_init(&sqs->changed);
    atomic_store(&sqs->halt, 1); /* until it is asked to receive */
    aws_region_of(sqs->endpoint->queue_url, region);
    sqs->access = aws_access_new(region);
    for (size_t i = 0; i < WORKERS; i++) {
        sqs->workers[i].sqs = sqs;
        backoff_init(&sqs->workers[i].backoff, BACKOFF_MIN_MS, BACKOFF_MAX_MS);
    }
    if (aws_access_have(sqs->access, &sqs->workers[0].aws, why))
        return &sqs->source;
    free_source(&sqs->source);
    return NULL;
}
