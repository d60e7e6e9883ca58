/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/sqs_worker.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/log.h"

#define LOG_EVERY_MS 60000

void sqs_source_set_reason(struct sqs_source *sqs, const char *reason)
{
    pthread_mutex_lock(&sqs->lock);
    snprintf(sqs->reason, sizeof sqs->reason, "%s", reason);
    pthread_mutex_unlock(&sqs->lock);
}

bool sqs_source_is_due(long long *logged_at)
{
    long long now = clock_monotonic_ms();
    bool due = !*logged_at || now - *logged_at >= LOG_EVERY_MS;

    *logged_at = due ? now : *logged_at;
    return due;
}

static bool is_receiver(const struct sqs_worker *worker)
{
    return worker < &worker->sqs->workers[RECEIVERS];
}

/* It is up when no worker fails, so that a missing permission of one kind is not hidden by the other. Each
 * receiver goes on asking; a deleter that failed may have nothing more to delete, as another did it. */
void sqs_worker_succeeded(struct sqs_worker *worker)
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
        sqs_source_set_reason(sqs, "");
        if (sqs_source_is_due(&sqs->up_logged_at))
            log_event(LOG_INFO, "endpoint.connected", "endpoint", sqs->endpoint->key, "queue",
                      sqs->endpoint->queue_url, NULL);
        sqs->callbacks.up(sqs->callbacks.context, false, 0);
    }
    pthread_mutex_unlock(&sqs->delivering);
    backoff_reset(&worker->backoff);
}

long long sqs_worker_failed(struct sqs_worker *worker, const char *reason)
{
    struct sqs_source *sqs = worker->sqs;

    atomic_fetch_add(&sqs->failures, 1);
    pthread_mutex_lock(&sqs->delivering);
    if (!atomic_load(&sqs->halt)) {
        worker->failing = true;
        sqs->is_up = false;
        sqs_source_set_reason(sqs, reason);
        sqs->callbacks.down(sqs->callbacks.context, reason);
    }
    pthread_mutex_unlock(&sqs->delivering);
    return backoff_next(&worker->backoff, clock_monotonic_ms());
}

void sqs_source_wait_ms(struct sqs_source *sqs, long long ms, const atomic_int *stop)
{
    struct timespec until = condition_deadline(ms);

    pthread_mutex_lock(&sqs->lock);
    while (!atomic_load(stop))
        if (!condition_wait(&sqs->changed, &sqs->lock, &until))
            break;
    pthread_mutex_unlock(&sqs->lock);
}
