/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/subscriber.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "claim/backoff.h"
#include "claim/connection_files.h"
#include "claim/mqtt_packet.h"
#include "claim/tls_stream.h"

#define CONNECT_TIMEOUT_MS 10000
#define KEEP_ALIVE_S 30 /* AWS: 30 to 1200 (IoT limits) */
#define KEEP_ALIVE_MS (KEEP_ALIVE_S * 1000LL)
#define LAST_WORD_MS 1000
#define UNWANTED_STEP_MS 1000
#define READS_MAX 16 /* before acknowledgements and pings have their turn */
#define BACKOFF_MIN_MS 1000
#define BACKOFF_MAX_MS 5000
#define BUFFER_SIZE MQTT_PACKET_MAX
#define TOPIC_SIZE 257 /* IoT limits */

enum phase { PHASE_CONNACK, PHASE_SUBACK, PHASE_UP };

struct subscriber {
    struct subscriber_options options;
    struct subscriber_callbacks callbacks;
    char *client_id;
    pthread_t thread;
    bool started;
    int wake; /* eventfd */

    /* Only for its own thread. */
    struct backoff backoff;
    struct tls_stream *stream;
    enum phase phase;
    char *in; /* BUFFER_SIZE bytes */
    size_t in_length;
    bool has_more; /* there may be more to read at once */
    struct text out;
    size_t out_sent;
    size_t unacknowledged;
    unsigned answered; /* filters with a SUBACK */
    bool lacks_filter; /* a required one was refused */
    bool session_present;
    long long answer_due; /* monotonic; 0: no answer is expected */
    long long next_ping;
    struct connection_files files;

    /* Shared; under the lock. */
    pthread_mutex_t lock;
    struct subscriber_receipt *receipts;
    size_t receipt_count;
    char reason[MQTT_REASON_SIZE];

    pthread_mutex_t delivering; /* held during a message callback */
    atomic_bool paused, renewing;
    atomic_int stopping;
    atomic_uint connection;
    atomic_ulong connect_count, failure_count;
};

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

static void set_reason(struct subscriber *subscriber, const char *reason)
{
    pthread_mutex_lock(&subscriber->lock);
    snprintf(subscriber->reason, sizeof subscriber->reason, "%s", reason);
    pthread_mutex_unlock(&subscriber->lock);
}

static void lose(struct subscriber *subscriber, const char *reason)
{
    tls_stream_close(subscriber->stream);
    subscriber->stream = NULL;
    set_reason(subscriber, reason);
    if (!atomic_load(&subscriber->stopping))
        subscriber->callbacks.lost(subscriber->callbacks.context, reason);
}

static void expect_answer(struct subscriber *subscriber, long long within_ms)
{
    if (!subscriber->answer_due)
        subscriber->answer_due = clock_monotonic_ms() + within_ms;
}

static void subscribe(struct subscriber *subscriber)
{
    unsigned id = 0;

    subscriber->phase = PHASE_SUBACK;
    subscriber->answered = 0;
    subscriber->lacks_filter = false;
    for (; id < SUBSCRIBER_FILTERS_MAX && subscriber->options.filters[id]; id++)
        mqtt_packet_subscribe(&subscriber->out, id + 1, subscriber->options.filters[id]);
    expect_answer(subscriber, CONNECT_TIMEOUT_MS);
}

static unsigned filter_count(const struct subscriber *subscriber)
{
    unsigned count = 0;

    while (count < SUBSCRIBER_FILTERS_MAX && subscriber->options.filters[count])
        count++;
    return count;
}

/* NULL, or why the connection cannot be used. */
static const char *take_connack(struct subscriber *subscriber, const struct mqtt_packet *packet)
{
    if (subscriber->phase != PHASE_CONNACK)
        return "the server sent a second CONNACK";
    subscriber->answer_due = 0;
    if (packet->code) {
        const char *words = mqtt_refusal_words((int)packet->code);
        return words ? words : "refused with an unknown code";
    }
    subscriber->session_present = packet->session_present;
    subscribe(subscriber);
    return NULL;
}

/* Every filter has its SUBACK. */
static void come_up(struct subscriber *subscriber)
{
    bool complete = !subscriber->lacks_filter;

    subscriber->answer_due = 0;
    subscriber->phase = PHASE_UP;
    set_reason(subscriber, complete ? "" : "the account refuses a subscription");
    backoff_connected(&subscriber->backoff, clock_monotonic_ms());
    atomic_fetch_add(&subscriber->connect_count, 1);
    if (complete)
        subscriber->callbacks.subscribed(subscriber->callbacks.context, subscriber->session_present,
                                         atomic_load(&subscriber->connection));
}

static const char *take_suback(struct subscriber *subscriber, const struct mqtt_packet *packet)
{
    if (subscriber->phase != PHASE_SUBACK || packet->id > filter_count(subscriber))
        return "the server acknowledged an unknown subscription";
    if (packet->code > 2) {
        size_t required = subscriber->options.required_filters;
        subscriber->lacks_filter = subscriber->lacks_filter || !required || packet->id <= required;
        subscriber->callbacks.refused(subscriber->callbacks.context,
                                      subscriber->options.filters[packet->id - 1]);
    }
    if (++subscriber->answered == filter_count(subscriber))
        come_up(subscriber);
    return NULL;
}

/* A topic that is too long or has a NUL is none of AWS's: it is acknowledged and dropped. */
static void deliver(struct subscriber *subscriber, const struct mqtt_packet *packet)
{
    struct subscriber_message message = {.receipt = {atomic_load(&subscriber->connection), packet->id},
                                         .payload = packet->payload,
                                         .length = packet->payload_length};
    char topic[TOPIC_SIZE];

    subscriber->unacknowledged += packet->id != 0;
    if (packet->topic_length >= sizeof topic || memchr(packet->topic, '\0', packet->topic_length)) {
        subscriber_acknowledge(subscriber, &message.receipt, 1);
        return;
    }
    memcpy(topic, packet->topic, packet->topic_length);
    topic[packet->topic_length] = '\0';
    message.topic = topic;
    subscriber->callbacks.message(subscriber->callbacks.context, &message);
}

/* Returns false if the subscriber was paused meanwhile: the message stays where it is. */
static bool take_message(struct subscriber *subscriber, const struct mqtt_packet *packet)
{
    pthread_mutex_lock(&subscriber->delivering);
    bool taken = !atomic_load(&subscriber->paused);
    if (taken)
        deliver(subscriber, packet);
    pthread_mutex_unlock(&subscriber->delivering);
    return taken;
}

static const char *take_packet(struct subscriber *subscriber, const struct mqtt_packet *packet)
{
    if (packet->type == MQTT_CONNACK)
        return take_connack(subscriber, packet);
    if (subscriber->phase == PHASE_CONNACK)
        return "the server did not begin with CONNACK";
    if (packet->type == MQTT_SUBACK)
        return take_suback(subscriber, packet);
    if (packet->type == MQTT_PINGRESP)
        subscriber->answer_due = 0;
    return NULL;
}

static bool may_read(struct subscriber *subscriber)
{
    return !atomic_load(&subscriber->paused) &&
           subscriber->unacknowledged < subscriber->options.unacknowledged_max;
}

/* Takes the packets that have been read, as long as messages may be taken. */
static const char *take_packets(struct subscriber *subscriber)
{
    struct mqtt_packet packet;
    const char *wrong = NULL;
    size_t taken = 0;

    while (!wrong && may_read(subscriber)) {
        enum mqtt_reading reading =
            mqtt_packet_read(subscriber->in + taken, subscriber->in_length - taken, &packet);
        if (reading == MQTT_INCOMPLETE)
            break;
        if (reading == MQTT_INVALID)
            return "the server does not speak MQTT 3.1.1";
        bool is_message = packet.type == MQTT_PUBLISH && subscriber->phase != PHASE_CONNACK;
        if (is_message && !take_message(subscriber, &packet))
            break;
        wrong = is_message ? NULL : take_packet(subscriber, &packet);
        taken += packet.length;
    }
    memmove(subscriber->in, subscriber->in + taken, subscriber->in_length - taken);
    subscriber->in_length -= taken;
    return wrong;
}

static const char *read_some(struct subscriber *subscriber)
{
    const char *wrong = take_packets(subscriber);

    subscriber->has_more = true; /* until a read says otherwise: poll() does not see what TLS has buffered */
    for (int i = 0; i < READS_MAX && !wrong && may_read(subscriber); i++) {
        size_t length = 0;
        enum tls_stream_result result =
            tls_stream_read(subscriber->stream, subscriber->in + subscriber->in_length,
                            BUFFER_SIZE - subscriber->in_length, &length);
        if (result == TLS_STREAM_ENDED)
            return tls_stream_reason(subscriber->stream);
        subscriber->has_more = result == TLS_STREAM_DONE;
        if (result == TLS_STREAM_LATER)
            return NULL;
        subscriber->in_length += length;
        wrong = take_packets(subscriber);
    }
    return wrong;
}

static const char *write_some(struct subscriber *subscriber)
{
    while (subscriber->out_sent < subscriber->out.length) {
        size_t length = 0;
        enum tls_stream_result result =
            tls_stream_write(subscriber->stream, subscriber->out.data + subscriber->out_sent,
                             subscriber->out.length - subscriber->out_sent, &length);
        if (result == TLS_STREAM_ENDED)
            return tls_stream_reason(subscriber->stream);
        if (result == TLS_STREAM_LATER)
            return NULL;
        subscriber->out_sent += length;
    }
    text_clear(&subscriber->out);
    subscriber->out_sent = 0;
    return NULL;
}

static void take_receipts(struct subscriber *subscriber)
{
    unsigned connection = atomic_load(&subscriber->connection);

    pthread_mutex_lock(&subscriber->lock);
    struct subscriber_receipt *receipts = subscriber->receipts;
    size_t count = subscriber->receipt_count;
    subscriber->receipts = NULL;
    subscriber->receipt_count = 0;
    pthread_mutex_unlock(&subscriber->lock);
    for (size_t i = 0; i < count && subscriber->stream; i++) {
        if (receipts[i].connection != connection || receipts[i].id == 0)
            continue;
        mqtt_packet_puback(&subscriber->out, receipts[i].id);
        subscriber->unacknowledged--;
    }
    free(receipts);
}

/* While the answer to a ping stands behind messages that may not be read yet, it is not missed. */
static const char *keep_alive(struct subscriber *subscriber, long long now)
{
    if (subscriber->answer_due && !may_read(subscriber))
        subscriber->answer_due = now + KEEP_ALIVE_MS / 2;
    if (subscriber->answer_due && now >= subscriber->answer_due)
        return "no answer";
    if (subscriber->phase == PHASE_UP && now >= subscriber->next_ping) {
        mqtt_packet_pingreq(&subscriber->out);
        subscriber->next_ping = now + KEEP_ALIVE_MS;
        expect_answer(subscriber, KEEP_ALIVE_MS / 2);
    }
    return NULL;
}

static void wait_for_something(struct subscriber *subscriber, long long now)
{
    bool writes = subscriber->out.length > 0, reads = may_read(subscriber);
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
    take_receipts(subscriber);
    mqtt_packet_disconnect(&subscriber->out);
    while (!write_some(subscriber) && subscriber->out.length && clock_monotonic_ms() < deadline) {
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
        take_receipts(subscriber);
        wrong = keep_alive(subscriber, now);
        wrong = wrong ? wrong : read_some(subscriber);
        wrong = wrong ? wrong : write_some(subscriber);
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

static void begin(struct subscriber *subscriber)
{
    atomic_fetch_add(&subscriber->connection, 1);
    subscriber->phase = PHASE_CONNACK;
    subscriber->in_length = subscriber->unacknowledged = subscriber->out_sent = 0;
    subscriber->answer_due = 0;
    subscriber->next_ping = clock_monotonic_ms() + KEEP_ALIVE_MS;
    text_clear(&subscriber->out);
    mqtt_packet_connect(&subscriber->out, subscriber->client_id, subscriber->options.keep_session,
                        KEEP_ALIVE_S);
    expect_answer(subscriber, CONNECT_TIMEOUT_MS);
}

static void attempt(struct subscriber *subscriber)
{
    TEXT struct text why = TEXT_EMPTY;

    subscriber->stream =
        tls_stream_open(subscriber->options.connection, CONNECT_TIMEOUT_MS, &subscriber->stopping, &why);
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
    begin(subscriber);
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
    set_reason(subscriber, BACKOFF_EVICTED);
    return wait;
}

static void *run(void *argument)
{
    struct subscriber *subscriber = argument;

    while (!atomic_load(&subscriber->stopping)) {
        if (wish(subscriber) != SUBSCRIBER_CONNECT) {
            sleep_until_woken(subscriber, UNWANTED_STEP_MS);
            clear_wake(subscriber);
            take_receipts(subscriber);
            continue;
        }
        attempt(subscriber);
        if (atomic_exchange(&subscriber->renewing, false) || wish(subscriber) != SUBSCRIBER_CONNECT)
            continue;
        long long until = clock_monotonic_ms() + plan_attempt(subscriber), left;
        while (!atomic_load(&subscriber->stopping) && (left = until - clock_monotonic_ms()) > 0) {
            sleep_until_woken(subscriber, left);
            clear_wake(subscriber);
            take_receipts(subscriber);
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
    subscriber->in = memory_new(1, BUFFER_SIZE);
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
