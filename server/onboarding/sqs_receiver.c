/* SPDX-License-Identifier: Apache-2.0 */
/* Receives messages of the queue, each call with a long poll, and delivers the events in them. */
#include <string.h>

#include "aws/sqs.h"
#include "base/clock.h"
#include "base/condition.h"
#include "base/log.h"
#include "claim/presence.h"
#include "server/onboarding/sqs_worker.h"

#define FIRST_WAIT_S 1 /* an empty queue answers after that, and claims wait for it at start */

static void log_unusable(struct sqs_source *sqs, const char *id)
{
    unsigned long count = atomic_fetch_add(&sqs->unusable, 1) + 1;

    if (!sqs_source_is_due(&sqs->unusable_logged_at))
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
static void tell_clock(struct sqs_worker *worker)
{
    struct sqs_source *sqs = worker->sqs;
    long long skew = 0;

    if (aws_session_clock_skew(worker->aws.session, &skew))
        sqs->callbacks.clock(sqs->callbacks.context, clock_wall_ms() + skew);
}

static void take(struct sqs_worker *worker, const struct aws_sqs_messages *messages)
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
static long long receive(struct sqs_worker *worker)
{
    struct sqs_source *sqs = worker->sqs;
    TEXT struct text why = TEXT_EMPTY;
    struct aws_sqs_messages messages = {.count = 0};
    unsigned wait_s = worker->has_waited ? AWS_SQS_WAIT_MAX_S : FIRST_WAIT_S;
    char code[80] = "";

    if (!aws_access_have(sqs->access, &worker->aws, &why))
        return sqs_worker_failed(worker, text_get(&why));
    enum aws_error error = aws_sqs_receive(worker->aws.session, sqs->endpoint->queue_url, wait_s, &sqs->halt,
                                           &messages, code, &why);
    worker->has_waited = !error;
    if (atomic_load(&sqs->halt) && error)
        return 0;
    if (error)
        return sqs_worker_failed(worker, text_get(&why));
    take(worker, &messages);
    aws_sqs_messages_fini(&messages);
    sqs_worker_succeeded(worker);
    return 0;
}

void *sqs_receiver_run(void *argument)
{
    struct sqs_worker *worker = argument;

    while (expect_messages(worker->sqs)) {
        long long wait = receive(worker);
        expect_no_more(worker->sqs);
        if (wait > 0)
            sqs_source_wait_ms(worker->sqs, wait, &worker->sqs->halt);
    }
    return NULL;
}
