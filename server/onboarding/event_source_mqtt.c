/* SPDX-License-Identifier: Apache-2.0 */
/* Events over the observer's MQTT connection, whose session the account keeps while the portal is away. */
#include <stdlib.h>

#include "base/log.h"
#include "base/memory.h"
#include "claim/subscriber.h"
#include "server/onboarding/event_source.h"

struct mqtt_source {
    struct event_source source;
    struct event_callbacks callbacks;
    const char *endpoint; /* borrowed */
    struct subscriber *subscriber;
};

static struct mqtt_source *of(struct event_source *source)
{
    return (struct mqtt_source *)source;
}

static enum subscriber_wish wish(void *context)
{
    static const enum subscriber_wish wishes[] = {[EVENTS_RECEIVE] = SUBSCRIBER_CONNECT,
                                                  [EVENTS_STAY] = SUBSCRIBER_STAY,
                                                  [EVENTS_STOP] = SUBSCRIBER_DISCONNECT};
    const struct mqtt_source *mqtt = context;

    return wishes[mqtt->callbacks.wish(mqtt->callbacks.context)];
}

static void on_subscribed(void *context, bool session_present, unsigned connection)
{
    struct mqtt_source *mqtt = context;

    log_event(LOG_INFO, "endpoint.connected", "endpoint", mqtt->endpoint, "session",
              session_present ? "kept" : "new", NULL);
    mqtt->callbacks.up(mqtt->callbacks.context, session_present, connection);
}

static void on_refused(void *context, const char *filter)
{
    struct mqtt_source *mqtt = context;

    log_event(LOG_ERROR, "endpoint.subscription_refused", "endpoint", mqtt->endpoint, "topic", filter, NULL);
}

static void on_lost(void *context, const char *reason)
{
    struct mqtt_source *mqtt = context;

    mqtt->callbacks.down(mqtt->callbacks.context, reason);
}

static void on_message(void *context, const struct subscriber_message *message)
{
    struct mqtt_source *mqtt = context;
    struct presence presence;
    bool is_presence = presence_parse(message->topic, message->payload, message->length, &presence);
    const struct event_message event = {.receipt = {message->receipt.connection, message->receipt.id},
                                        .presence = is_presence ? &presence : NULL};

    mqtt->callbacks.event(mqtt->callbacks.context, &event);
}

static bool start(struct event_source *source)
{
    return subscriber_start(of(source)->subscriber) == MQTT_OK;
}

static void acknowledge(struct event_source *source, const struct event_receipt *receipts, size_t count)
{
    OWNED struct subscriber_receipt *list = memory_new(count, sizeof *list);

    for (size_t i = 0; i < count; i++)
        list[i] = (struct subscriber_receipt){receipts[i].session, receipts[i].id};
    subscriber_acknowledge(of(source)->subscriber, list, count);
}

static void ask(struct event_source *source)
{
    subscriber_ask(of(source)->subscriber);
}

static void renew(struct event_source *source)
{
    subscriber_reconnect(of(source)->subscriber);
}

static void pause_source(struct event_source *source)
{
    subscriber_pause(of(source)->subscriber);
}

static void free_source(struct event_source *source)
{
    subscriber_free(of(source)->subscriber);
    free(of(source));
}

static void stats(struct event_source *source, struct event_source_stats *out)
{
    const struct subscriber *subscriber = of(source)->subscriber;

    *out = (struct event_source_stats){.connects = subscriber_connect_count(subscriber),
                                       .failures = subscriber_failure_count(subscriber)};
    subscriber_reason(subscriber, out->reason);
}

static const struct event_source_kind kind = {.start = start,
                                              .acknowledge = acknowledge,
                                              .ask = ask,
                                              .renew = renew,
                                              .pause = pause_source,
                                              .free = free_source,
                                              .stats = stats};

struct event_source *event_source_mqtt_open(const struct event_source_options *options, struct text *why)
{
    struct mqtt_source *mqtt = memory_new(1, sizeof *mqtt);
    const struct subscriber_options wanted = {
        .connection = &options->endpoint->connection,
        .client_id = options->endpoint->connection.client_id,
        .filters = {PRESENCE_TOPIC_CREATED, PRESENCE_TOPIC_CONNECTED, PRESENCE_TOPIC_DISCONNECTED},
        .required_filters = 2, /* without the third, devices that have left are taken to be there */
        .keep_session = true,
        .unacknowledged_max = options->unacknowledged_max,
    };
    const struct subscriber_callbacks callbacks = {
        .context = mqtt,
        .wish = wish,
        .subscribed = on_subscribed,
        .refused = on_refused,
        .lost = on_lost,
        .message = on_message,
    };

    mqtt->source.kind = &kind;
    mqtt->callbacks = options->callbacks;
    mqtt->endpoint = options->endpoint->key;
    enum mqtt_error error = subscriber_new(&wanted, &callbacks, &mqtt->subscriber);
    if (error)
        text_puts(why, mqtt_error_name(error));
    return event_source_opened(&mqtt->source, error == MQTT_OK);
}
