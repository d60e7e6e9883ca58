/* SPDX-License-Identifier: Apache-2.0 */
/* Deletes messages of the queue that were acknowledged, several with a call. */
#include <stdlib.h>

#include "aws/sqs.h"
#include "base/condition.h"
#include "server/onboarding/sqs_worker.h"

#define GATHER_MS 20 /* a deletion waits so long for others to share its call */

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

static void delete_some(struct sqs_worker *worker)
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
        wait = atomic_load(&sqs->abort) ? 0 : sqs_worker_failed(worker, text_get(&why));
    else if (has_failures(&deletion, results))
        wait = sqs_worker_failed(worker, "sqs:DeleteMessage: the service could not delete some messages");
    else
        sqs_worker_succeeded(worker);
    settle(sqs, &deletion, results);
    if (wait > 0)
        sqs_source_wait_ms(sqs, wait, &sqs->abort);
}

void *sqs_deleter_run(void *argument)
{
    struct sqs_worker *worker = argument;

    while (!atomic_load(&worker->sqs->abort))
        if (wait_for_deletions(worker->sqs))
            delete_some(worker);
    return NULL;
}
