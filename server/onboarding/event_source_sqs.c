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
#include <stdlib.h>
#include <string.h>

#include "aws/region.h"
#include "base/condition.h"
#include "base/memory.h"
#include "server/onboarding/event_source.h"
#include "server/onboarding/sqs_worker.h"

#define FLUSH_MS 3000 /* at the end, for deletions */
#define BACKOFF_MIN_MS 500
#define BACKOFF_MAX_MS 10000

static struct sqs_source *of(struct event_source *source)
{
    return (struct sqs_source *)source;
}

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
        sqs_source_set_reason(sqs, "");
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
        void *(*run)(void *) = sqs->running < RECEIVERS ? sqs_receiver_run : sqs_deleter_run;
        struct sqs_worker *worker = &sqs->workers[sqs->running];
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
    return event_source_opened(&sqs->source, aws_access_have(sqs->access, &sqs->workers[0].aws, why));
}
