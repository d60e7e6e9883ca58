/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/publisher.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "claim/connection_files.h"
#include "claim/endpoint_message.h"
#include "claim/pace.h"

/* PUBACKs are handled together: a thread switch for each one costs more than its handling. */
#define ACKNOWLEDGED_ENOUGH 25
/* AWS discards a publish above its rate and does not report it. */
#define PUBACK_WAIT_MS 20000
/* After a loss, a connection must stand so long before anything is published on it: an account that closes
 * every connection is not mistaken for one that rejects a publish. */
#define STANDING_MS 1000
/* AWS closes the connection at once, without a PUBACK. A loss that comes later has another cause. */
#define BLAME_MS 2000

struct flight {
    bool busy;
    unsigned long cookie;
    struct publication publication;
    long long sent_at; /* monotonic */
};

struct acknowledgement {
    unsigned long cookie;
    long long at; /* monotonic */
};

struct publisher {
    struct publisher_options options;
    struct mqtt *mqtt;
    struct pace pace;
    struct flight flights[PUBLISHER_WINDOW_MAX];
    size_t next; /* where to look for a free place first */
    unsigned long sent;
    long long last_sent;    /* monotonic */
    atomic_size_t count;    /* busy places; other threads only read it */
    long long publish_from; /* monotonic; 0: at once */
    struct connection_files files;
    bool paused;
    bool renewing;  /* connect again once nothing is in flight */
    bool has_lost;  /* a connection, or an attempt to connect */
    size_t careful; /* send this many one at a time, to find out which one cost the connection */

    /* From Paho's threads. */
    pthread_mutex_t lock;
    struct acknowledgement acknowledged[PUBLISHER_WINDOW_MAX];
    size_t acknowledged_count;
    bool down, up;
    char reason[MQTT_REASON_SIZE];
};

/* ---- Paho's threads ---- */

static void wake(struct publisher *publisher)
{
    publisher->options.wake(publisher->options.context);
}

static void on_connected(void *context, bool session_present)
{
    struct publisher *publisher = context;

    (void)session_present;
    pthread_mutex_lock(&publisher->lock);
    publisher->up = true;
    pthread_mutex_unlock(&publisher->lock);
    wake(publisher);
}

static void on_lost(void *context, const char *reason)
{
    struct publisher *publisher = context;

    pthread_mutex_lock(&publisher->lock);
    publisher->down = true;
    publisher->up = false;
    snprintf(publisher->reason, sizeof publisher->reason, "%s", reason);
    pthread_mutex_unlock(&publisher->lock);
    wake(publisher);
}

static void on_acknowledged(void *context, unsigned long cookie)
{
    struct publisher *publisher = context;

    pthread_mutex_lock(&publisher->lock);
    if (publisher->acknowledged_count < PUBLISHER_WINDOW_MAX)
        publisher->acknowledged[publisher->acknowledged_count++] =
            (struct acknowledgement){cookie, clock_monotonic_ms()};
    size_t waiting = publisher->acknowledged_count;
    pthread_mutex_unlock(&publisher->lock);
    if (waiting == ACKNOWLEDGED_ENOUGH || waiting >= publisher_in_flight(publisher))
        wake(publisher);
}

/* ---- the owner's thread ---- */

/* A cookie is never used twice, so that a PUBACK that Paho reports twice, or after the connection was lost,
 * does not end another publication in the same place. */
static struct flight *flight_of(struct publisher *publisher, unsigned long cookie)
{
    struct flight *flight = &publisher->flights[cookie % PUBLISHER_WINDOW_MAX];

    return flight->busy && flight->cookie == cookie ? flight : NULL;
}

static struct flight *free_place(struct publisher *publisher)
{
    while (publisher->flights[publisher->next].busy)
        publisher->next = (publisher->next + 1) % PUBLISHER_WINDOW_MAX;
    return &publisher->flights[publisher->next];
}

static void end_flight(struct publisher *publisher, struct flight *flight, enum publication_outcome outcome,
                       long long latency_ms, struct publication_end *out)
{
    *out = (struct publication_end){flight->publication, outcome, latency_ms};
    flight->busy = false;
    atomic_fetch_sub(&publisher->count, 1);
}

static void take_acknowledged(struct publisher *publisher, const struct acknowledgement *acknowledged,
                              size_t count, struct publisher_news *news)
{
    for (size_t i = 0; i < count; i++) {
        struct flight *flight = flight_of(publisher, acknowledged[i].cookie);
        if (!flight)
            continue;
        end_flight(publisher, flight, PUBLICATION_ACKNOWLEDGED, acknowledged[i].at - flight->sent_at,
                   &news->ends[news->end_count++]);
        publisher->careful -= publisher->careful > 0;
    }
}

size_t publisher_release(struct publisher *publisher, struct publication_end *out)
{
    size_t count = 0;

    for (size_t i = 0; i < PUBLISHER_WINDOW_MAX; i++)
        if (publisher->flights[i].busy)
            end_flight(publisher, &publisher->flights[i], PUBLICATION_RELEASED, 0, &out[count++]);
    if (count)
        publisher->careful = count;
    return count;
}

static void take_lost(struct publisher *publisher, struct publisher_news *news)
{
    struct publication_end *lost = &news->ends[news->end_count];
    bool at_once = clock_monotonic_ms() - publisher->last_sent <= BLAME_MS;
    size_t count = publisher_release(publisher, lost);

    publisher->has_lost = true;
    news->end_count += count;
    if (count != 1 || !at_once)
        return;
    lost->outcome =
        lost->publication.refusals + 1 >= PUBLISHER_REFUSALS_MAX ? PUBLICATION_GIVEN_UP : PUBLICATION_REFUSED;
    mqtt_excuse_loss(publisher->mqtt);
}

/* Copies what Paho's threads reported. PUBACKs come first: one that arrived before the loss counts. */
static void take_reports(struct publisher *publisher, struct publisher_news *news)
{
    struct acknowledgement acknowledged[PUBLISHER_WINDOW_MAX];

    pthread_mutex_lock(&publisher->lock);
    size_t count = publisher->acknowledged_count;
    memcpy(acknowledged, publisher->acknowledged, count * sizeof *acknowledged);
    publisher->acknowledged_count = 0;
    news->down = publisher->down;
    news->up = publisher->up;
    publisher->down = publisher->up = false;
    memcpy(news->reason, publisher->reason, sizeof news->reason);
    pthread_mutex_unlock(&publisher->lock);
    take_acknowledged(publisher, acknowledged, count, news);
    if (news->down)
        take_lost(publisher, news);
    if (news->up)
        publisher->publish_from = publisher->has_lost ? clock_monotonic_ms() + STANDING_MS : 0;
}

static bool is_overdue(const struct publisher *publisher)
{
    long long oldest = clock_monotonic_ms() - PUBACK_WAIT_MS;

    for (size_t i = 0; i < PUBLISHER_WINDOW_MAX && publisher_in_flight(publisher); i++)
        if (publisher->flights[i].busy && publisher->flights[i].sent_at < oldest)
            return true;
    return false;
}

/* No publication is blamed: a missing PUBACK is no refusal, and what AWS discards above its rate it may
 * accept the next time. */
static bool reconnect_if_overdue(struct publisher *publisher, struct publisher_news *news)
{
    if (news->down || !is_overdue(publisher))
        return false;
    log_event(LOG_WARN, "staging.no_puback", "account", publisher->options.account->name, "claim_thing",
              LOG_NUMBER(publisher->options.claim_thing->number), NULL);
    mqtt_pause(publisher->mqtt);
    mqtt_resume(publisher->mqtt);
    news->end_count += publisher_release(publisher, &news->ends[news->end_count]);
    news->down = true;
    news->up = false;
    memcpy(news->reason, "no PUBACK", sizeof "no PUBACK");
    return true;
}

void publisher_reconnect(struct publisher *publisher)
{
    publisher->renewing = true;
}

void publisher_pause(struct publisher *publisher)
{
    if (!publisher->paused)
        mqtt_pause(publisher->mqtt);
    publisher->paused = true;
}

void publisher_resume(struct publisher *publisher)
{
    if (publisher->paused)
        mqtt_resume(publisher->mqtt);
    publisher->paused = false;
}

static void renew_if_idle(struct publisher *publisher)
{
    const struct claim_thing *claim_thing = publisher->options.claim_thing;

    if (connection_files_changed(&publisher->files, &claim_thing->connection, clock_monotonic_ms()))
        publisher->renewing = true;
    if (!publisher->renewing || publisher->paused || publisher_in_flight(publisher))
        return;
    log_event(LOG_INFO, "staging.reconnecting", "account", publisher->options.account->name, "claim_thing",
              LOG_NUMBER(claim_thing->number), NULL);
    publisher->renewing = false;
    mqtt_pause(publisher->mqtt);
    mqtt_resume(publisher->mqtt);
}

long long publisher_step(struct publisher *publisher, struct publisher_news *news)
{
    news->end_count = 0;
    take_reports(publisher, news);
    renew_if_idle(publisher);
    long long wait = mqtt_tick(publisher->mqtt);
    if (reconnect_if_overdue(publisher, news))
        return 0;
    if (wait < 0 || wait > PUBLISHER_STEP_MAX_MS)
        wait = PUBLISHER_STEP_MAX_MS;
    long long standing = publisher->publish_from - clock_monotonic_ms();
    return standing > 0 && standing < wait ? standing : wait;
}

bool publisher_has_room(const struct publisher *publisher)
{
    size_t window = publisher->careful ? 1 : publisher->options.window;

    return publisher_in_flight(publisher) < window && !publisher->renewing &&
           mqtt_is_connected(publisher->mqtt) && clock_monotonic_ms() >= publisher->publish_from;
}

static enum mqtt_error publish(struct publisher *publisher, const struct flight *flight, const char *address)
{
    char topic[ENDPOINT_TOPIC_SIZE], payload[ENDPOINT_PAYLOAD_SIZE];

    endpoint_message_topic(flight->publication.thing_name, topic);
    size_t length = endpoint_message_payload(address, payload);
    return mqtt_publish(publisher->mqtt, topic, payload, length, flight->cookie);
}

/* The place is taken before the publish: its PUBACK may come before mqtt_publish() returns. */
enum publisher_answer publisher_send(struct publisher *publisher, const struct publication *publication,
                                     const char *address, long long *wait_ms)
{
    if (!publisher_has_room(publisher))
        return PUBLISHER_BUSY;
    long long wait = pace_take(&publisher->pace, clock_monotonic_ms());
    if (wait) {
        *wait_ms = wait;
        return PUBLISHER_WAIT;
    }
    struct flight *flight = free_place(publisher);
    unsigned long cookie = ++publisher->sent * PUBLISHER_WINDOW_MAX + publisher->next;
    *flight = (struct flight){true, cookie, *publication, clock_monotonic_ms()};
    publisher->last_sent = flight->sent_at;
    atomic_fetch_add(&publisher->count, 1);
    enum mqtt_error error = publish(publisher, flight, address);
    if (error == MQTT_OK)
        return PUBLISHER_SENT;
    flight->busy = false;
    atomic_fetch_sub(&publisher->count, 1);
    return error == MQTT_BAD_TOPIC ? PUBLISHER_BAD_NAME : PUBLISHER_BUSY;
}

size_t publisher_in_flight(const struct publisher *publisher)
{
    return atomic_load(&((struct publisher *)publisher)->count);
}

const struct mqtt *publisher_connection(const struct publisher *publisher)
{
    return publisher->mqtt;
}

enum mqtt_error publisher_new(const struct publisher_options *options, struct publisher **out)
{
    struct publisher *publisher = memory_new(1, sizeof *publisher);
    TEXT struct text name = TEXT_EMPTY;

    text_puts(&name, "staging ");
    claim_thing_name(options->account, options->claim_thing, &name);
    struct mqtt_options mqtt = account_mqtt_options(&options->claim_thing->connection, text_get(&name));
    struct mqtt_callbacks callbacks = {
        .context = publisher, .connected = on_connected, .lost = on_lost, .acknowledged = on_acknowledged};

    mqtt.max_inflight = (int)options->window;
    publisher->options = *options;
    pthread_mutex_init(&publisher->lock, NULL);
    pace_init(&publisher->pace, options->account->rate);
    enum mqtt_error error = mqtt_new(&mqtt, &callbacks, &publisher->mqtt);
    if (error == MQTT_OK)
        *out = publisher;
    else
        publisher_free(publisher);
    return error;
}

void publisher_free(struct publisher *publisher)
{
    if (!publisher)
        return;
    mqtt_free(publisher->mqtt);
    pthread_mutex_destroy(&publisher->lock);
    free(publisher);
}
