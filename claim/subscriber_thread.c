/* SPDX-License-Identifier: Apache-2.0 */
/* The thread, its attempts to connect, and what its owner asks of it. What is said over a connection is in
 * subscriber_session.c. */
#include "claim/subscriber.h"

#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "claim/mqtt_packet.h"
#include "claim/subscriber_private.h"

#define LAST_WORD_MS 1000
#define UNWANTED_STEP_MS 1000
#define BACKOFF_MIN_MS 1000
#define BACKOFF_MAX_MS 5000

static void wake(struct subscriber *subscriber)
{
    const uint64_t one = 1;
    ssize_t written = write(subscriber->wake, &one, sizeof one);

    (void)written; /* fails only if it is readable already */
}

static void sleep_until_woken(struct subscriber *subscriber, long long ms)
{
    struct pollfd waiting = {.fd = subscriber->wake, .events = POLLIN};

    poll(&waiting, 1, (int)ms);
}

static void clear_wake(struct subscriber *subscriber)
{
    uint64_t count;
    ssize_t got = read(subscriber->wake, &count, sizeof count);

    (void)got;
}

/* ---- a connection ---- */

void subscriber_set_reason(struct subscriber *subscriber, const char *reason)
{
    pthread_mutex_lock(&subscriber->lock);
    snprintf(subscriber->reason, sizeof subscriber->reason, "%s", reason);
    pthread_mutex_unlock(&subscriber->lock);
}

static void lose(struct subscriber *subscriber, const char *reason)
{
    tls_stream_close(subscriber->stream);
    subscriber->stream = NULL;
    subscriber_set_reason(subscriber, reason);
    if (!atomic_load(&subscriber->stopping))
        subscriber->callbacks.lost(subscriber->callbacks.context, reason);
}

static void wait_for_something(struct subscriber *subscriber, long long now)
{
    bool writes = subscriber->out.length > 0, reads = subscriber_session_may_read(subscriber);
    short events = tls_stream_events(subscriber->stream, writes);
    struct pollfd waiting[] = {
        {.fd = subscriber->wake, .events = POLLIN},
        {.fd = tls_stream_descriptor(subscriber->stream), .events = (short)(reads || writes ? events : 0)},
    };
    long long until = subscriber->next_ping;

    if (subscriber->answer_due && subscriber->answer_due < until)
        until = subscriber->answer_due;
    long long wait = until > now && !(reads && subscriber->has_more) ? until - now : 0;
    /* Not reading, a closed connection would be reported again and again. */
    poll(waiting, reads || writes ? 2 : 1,
         (int)(wait < CONNECTION_FILES_CHECK_MS ? wait : CONNECTION_FILES_CHECK_MS));
    if (waiting[0].revents)
        clear_wake(subscriber);
}

static void say_goodbye(struct subscriber *subscriber)
{
    long long deadline = clock_monotonic_ms() + LAST_WORD_MS;

    if (!subscriber->stream)
        return;
    subscriber_session_receipts(subscriber);
    mqtt_packet_disconnect(&subscriber->out);
    while (!subscriber_session_write(subscriber) && subscriber->out.length &&
           clock_monotonic_ms() < deadline) {
        struct pollfd waiting = {.fd = tls_stream_descriptor(subscriber->stream), .events = POLLOUT};
        poll(&waiting, 1, LAST_WORD_MS);
    }
    tls_stream_close(subscriber->stream);
    subscriber->stream = NULL;
}

static enum subscriber_wish wish(const struct subscriber *subscriber)
{
    const struct subscriber_callbacks *callbacks = &subscriber->callbacks;

    return callbacks->wish ? callbacks->wish(callbacks->context) : SUBSCRIBER_CONNECT;
}

static bool is_renewed(struct subscriber *subscriber, long long now)
{
    if (connection_files_changed(&subscriber->files, subscriber->options.connection, now))
        atomic_store(&subscriber->renewing, true);
    return subscriber->phase == PHASE_UP && atomic_load(&subscriber->renewing);
}

/* NULL, or why the connection is to be closed. */
static const char *unwanted(struct subscriber *subscriber, long long now)
{
    if (wish(subscriber) == SUBSCRIBER_DISCONNECT)
        return "another portal observes this account";
    return is_renewed(subscriber, now) ? "connecting again with the certificate files as they are now" : NULL;
}

/* Until the connection is lost, or the subscriber is stopped. */
static void serve(struct subscriber *subscriber)
{
    const char *wrong = NULL;

    while (!wrong && !atomic_load(&subscriber->stopping)) {
        long long now = clock_monotonic_ms();
        const char *reason = unwanted(subscriber, now);
        if (reason) {
            say_goodbye(subscriber);
            lose(subscriber, reason);
            return;
        }
        subscriber_session_receipts(subscriber);
        wrong = subscriber_session_keep_alive(subscriber, now);
        wrong = wrong ? wrong : subscriber_session_read(subscriber);
        wrong = wrong ? wrong : subscriber_session_write(subscriber);
        if (!wrong)
            wait_for_something(subscriber, now);
    }
    if (wrong) {
        if (subscriber->phase != PHASE_UP)
            atomic_fetch_add(&subscriber->failure_count, 1);
        char reason[MQTT_REASON_SIZE];
        snprintf(reason, sizeof reason, "%s", wrong); /* it may stand in the stream */
        lose(subscriber, reason);
    }
}

static void attempt(struct subscriber *subscriber)
{
    TEXT struct text why = TEXT_EMPTY;

    subscriber->stream =
        tls_stream_open(subscriber->options.connection, SUBSCRIBER_CONNECT_MS, &subscriber->stopping, &why);
    if (!subscriber->stream) {
        atomic_fetch_add(&subscriber->failure_count, 1);
        lose(subscriber, text_get(&why));
        return;
    }
    if (wish(subscriber) != SUBSCRIBER_CONNECT) { /* the connection took a while */
        tls_stream_close(subscriber->stream);
        subscriber->stream = NULL;
        return;
    }
    subscriber_session_begin(subscriber);
    serve(subscriber);
}

/* Returns the milliseconds until the next attempt. */
static long long plan_attempt(struct subscriber *subscriber)
{
    long long wait = backoff_next(&subscriber->backoff, clock_monotonic_ms());

    if (!backoff_is_evicted(&subscriber->backoff))
        return wait;
    log_event(LOG_WARN, "mqtt.evicted", "client_id", subscriber->client_id, "reason", BACKOFF_EVICTED,
              "wait_ms", LOG_NUMBER(wait), NULL);
    subscriber_set_reason(subscriber, BACKOFF_EVICTED);
    return wait;
}

static void *run(void *argument)
{
    struct subscriber *subscriber = argument;

    while (!atomic_load(&subscriber->stopping)) {
        if (wish(subscriber) != SUBSCRIBER_CONNECT) {
            sleep_until_woken(subscriber, UNWANTED_STEP_MS);
            clear_wake(subscriber);
            subscriber_session_receipts(subscriber);
            continue;
        }
        attempt(subscriber);
        if (atomic_exchange(&subscriber->renewing, false) || wish(subscriber) != SUBSCRIBER_CONNECT)
            continue;
        long long until = clock_monotonic_ms() + plan_attempt(subscriber), left;
        while (!atomic_load(&subscriber->stopping) && (left = until - clock_monotonic_ms()) > 0) {
            sleep_until_woken(subscriber, left);
            clear_wake(subscriber);
            subscriber_session_receipts(subscriber);
        }
    }
    say_goodbye(subscriber);
    return NULL;
}

/* ---- other threads ---- */

void subscriber_acknowledge(struct subscriber *subscriber, const struct subscriber_receipt *receipts,
                            size_t count)
{
    pthread_mutex_lock(&subscriber->lock);
    subscriber->receipts =
        memory_grow(subscriber->receipts, subscriber->receipt_count + count, sizeof *subscriber->receipts);
    memcpy(subscriber->receipts + subscriber->receipt_count, receipts, count * sizeof *receipts);
    subscriber->receipt_count += count;
    pthread_mutex_unlock(&subscriber->lock);
    wake(subscriber);
}

void subscriber_ask(struct subscriber *subscriber)
{
    wake(subscriber);
}

void subscriber_reconnect(struct subscriber *subscriber)
{
    atomic_store(&subscriber->renewing, true);
    wake(subscriber);
}

void subscriber_pause(struct subscriber *subscriber)
{
    pthread_mutex_lock(&subscriber->delivering);
    atomic_store(&subscriber->paused, true);
    pthread_mutex_unlock(&subscriber->delivering);
    wake(subscriber);
}

static const char *unreadable_file(const struct account_connection *connection)
{
    const char *const files[] = {connection->ca_file, connection->cert_file, connection->key_file};

    for (size_t i = 0; i < 3; i++)
        if (!files[i] || access(files[i], R_OK))
            return files[i] ? files[i] : "(none)";
    return NULL;
}

enum mqtt_error subscriber_new(const struct subscriber_options *options,
                               const struct subscriber_callbacks *callbacks, struct subscriber **out)
{
    const char *unreadable = unreadable_file(options->connection);

    if (unreadable) {
        log_event(LOG_ERROR, "mqtt.file_rejected", "file", unreadable, NULL);
        return MQTT_BAD_FILE;
    }
    struct subscriber *subscriber = memory_new(1, sizeof *subscriber);
    subscriber->options = *options;
    subscriber->callbacks = *callbacks;
    subscriber->client_id = memory_string(options->client_id);
    subscriber->in = memory_new(1, SUBSCRIBER_BUFFER);
    backoff_init(&subscriber->backoff, options->backoff_min_ms ? options->backoff_min_ms : BACKOFF_MIN_MS,
                 options->backoff_max_ms ? options->backoff_max_ms : BACKOFF_MAX_MS);
    pthread_mutex_init(&subscriber->lock, NULL);
    pthread_mutex_init(&subscriber->delivering, NULL);
    subscriber->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    *out = subscriber;
    return MQTT_OK;
}

enum mqtt_error subscriber_start(struct subscriber *subscriber)
{
    subscriber->started =
        subscriber->wake >= 0 && pthread_create(&subscriber->thread, NULL, run, subscriber) == 0;
    return subscriber->started ? MQTT_OK : MQTT_REFUSED;
}

void subscriber_free(struct subscriber *subscriber)
{
    if (!subscriber)
        return;
    atomic_store(&subscriber->stopping, 1);
    if (subscriber->started) {
        wake(subscriber);
        pthread_join(subscriber->thread, NULL);
    }
    if (subscriber->wake >= 0)
        close(subscriber->wake);
    pthread_mutex_destroy(&subscriber->delivering);
    pthread_mutex_destroy(&subscriber->lock);
    text_fini(&subscriber->out);
    free(subscriber->receipts);
    free(subscriber->in);
    free(subscriber->client_id);
    free(subscriber);
}

unsigned long subscriber_connect_count(const struct subscriber *subscriber)
{
    return atomic_load(&((struct subscriber *)subscriber)->connect_count);
}

unsigned long subscriber_failure_count(const struct subscriber *subscriber)
{
    return atomic_load(&((struct subscriber *)subscriber)->failure_count);
}

void subscriber_reason(const struct subscriber *subscriber, char out[MQTT_REASON_SIZE])
{
    struct subscriber *shared = (struct subscriber *)subscriber;

    pthread_mutex_lock(&shared->lock);
    memcpy(out, shared->reason, MQTT_REASON_SIZE);
    pthread_mutex_unlock(&shared->lock);
}
