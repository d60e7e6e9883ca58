/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/publishers.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "claim/outage.h"

struct connection {
    const struct claim_thing *claim_thing;
    struct publisher *publisher;
    struct outage outage;
    atomic_ulong sent;
};

struct publishers {
    const struct staging_account *account;
    struct connection connections[CLAIM_THINGS_MAX];
    size_t count;
    size_t next; /* whose turn it is */
};

size_t publishers_count(const struct publishers *publishers)
{
    return publishers->count;
}

unsigned publishers_number(const struct publishers *publishers, size_t index)
{
    return publishers->connections[index].claim_thing->number;
}

bool publishers_is_connected(const struct publishers *publishers, size_t index)
{
    return mqtt_is_connected(publisher_connection(publishers->connections[index].publisher));
}

size_t publishers_connected(const struct publishers *publishers)
{
    size_t connected = 0;

    for (size_t i = 0; i < publishers->count; i++)
        connected += publishers_is_connected(publishers, i);
    return connected;
}

size_t publishers_in_flight(const struct publishers *publishers)
{
    size_t in_flight = 0;

    for (size_t i = 0; i < publishers->count; i++)
        in_flight += publisher_in_flight(publishers->connections[i].publisher);
    return in_flight;
}

static void log_news(const struct publishers *publishers, struct connection *connection,
                     const struct publisher_news *news)
{
    const char *account = publishers->account->name;
    unsigned number = connection->claim_thing->number;

    if (news->down && outage_is_news(&connection->outage, news->reason, clock_monotonic_ms()))
        log_event(LOG_WARN, "staging.not_connected", "account", account, "claim_thing", LOG_NUMBER(number),
                  "reason", news->reason, NULL);
    if (!news->up)
        return;
    outage_end(&connection->outage);
    log_event(LOG_INFO, "staging.connected", "account", account, "claim_thing", LOG_NUMBER(number), NULL);
}

long long publishers_step(struct publishers *publishers, size_t index, struct publisher_news *news)
{
    struct connection *connection = &publishers->connections[index];
    long long wait = publisher_step(connection->publisher, news);

    log_news(publishers, connection, news);
    return wait;
}

void publishers_release(struct publishers *publishers, size_t index, struct publisher_news *news)
{
    news->end_count = publisher_release(publishers->connections[index].publisher, news->ends);
    news->down = news->up = false;
}

void publishers_pause(struct publishers *publishers, size_t index)
{
    publisher_pause(publishers->connections[index].publisher);
}

void publishers_resume(struct publishers *publishers)
{
    for (size_t i = 0; i < publishers->count; i++)
        publisher_resume(publishers->connections[i].publisher);
}

void publishers_reconnect(struct publishers *publishers)
{
    for (size_t i = 0; i < publishers->count; i++)
        publisher_reconnect(publishers->connections[i].publisher);
}

bool publishers_have_room(const struct publishers *publishers)
{
    for (size_t i = 0; i < publishers->count; i++)
        if (publisher_has_room(publishers->connections[i].publisher))
            return true;
    return false;
}

enum publisher_answer publishers_send(struct publishers *publishers, const struct publication *publication,
                                      const char *address, long long *wait_ms)
{
    enum publisher_answer answer = PUBLISHER_BUSY;
    long long least = PUBLISHER_STEP_MAX_MS;

    for (size_t i = 0; i < publishers->count; i++) {
        struct connection *connection = &publishers->connections[publishers->next];
        long long wait = PUBLISHER_STEP_MAX_MS;
        enum publisher_answer its = publisher_send(connection->publisher, publication, address, &wait);
        publishers->next = (publishers->next + 1) % publishers->count;
        if (its == PUBLISHER_SENT)
            atomic_fetch_add(&connection->sent, 1);
        if (its == PUBLISHER_SENT || its == PUBLISHER_BAD_NAME)
            return its;
        if (its == PUBLISHER_WAIT)
            answer = PUBLISHER_WAIT;
        least = wait < least ? wait : least;
    }
    *wait_ms = least;
    return answer;
}

static void read_connection(const struct connection *connection, struct claim_thing_stats *out)
{
    const struct mqtt *mqtt = publisher_connection(connection->publisher);

    *out = (struct claim_thing_stats){
        .number = connection->claim_thing->number,
        .connected = mqtt_is_connected(mqtt),
        .connects = mqtt_connect_count(mqtt),
        .failures = mqtt_failure_count(mqtt),
        .sent = atomic_load(&((struct connection *)connection)->sent),
        .in_flight = (int)publisher_in_flight(connection->publisher),
    };
    mqtt_reason(mqtt, out->reason);
}

void publishers_stats(const struct publishers *publishers, struct dispatcher_stats *out)
{
    out->claim_thing_count = publishers->count;
    for (size_t i = 0; i < publishers->count; i++) {
        struct claim_thing_stats *its = &out->claim_things[i];
        read_connection(&publishers->connections[i], its);
        out->connected = out->connected || its->connected;
        out->connects += its->connects;
        out->failures += its->failures;
        out->sent += its->sent;
        out->in_flight += its->in_flight;
        if (*out->reason || !*its->reason)
            continue;
        if (publishers->count > 1)
            snprintf(out->reason, sizeof out->reason, "claim-thing %u: %s", its->number, its->reason);
        else
            snprintf(out->reason, sizeof out->reason, "%s", its->reason);
    }
}

struct publishers *publishers_new(const struct staging_account *account, void (*wake)(void *context),
                                  void *context, struct text *why)
{
    struct publishers *publishers = memory_new(1, sizeof *publishers);
    struct publisher_options options = {
        .account = account, .window = PUBLISHER_WINDOW_MAX, .wake = wake, .context = context};

    publishers->account = account;
    for (; publishers->count < account->claim_thing_count; publishers->count++) {
        struct connection *connection = &publishers->connections[publishers->count];
        options.claim_thing = connection->claim_thing = &account->claim_things[publishers->count];
        enum mqtt_error error = publisher_new(&options, &connection->publisher);
        if (error) {
            text_puts(why, "[staging.");
            claim_thing_name(account, connection->claim_thing, why);
            text_printf(why, "]: %s", mqtt_error_name(error));
            publishers_free(publishers);
            return NULL;
        }
        publisher_pause(connection->publisher);
    }
    return publishers;
}

void publishers_free(struct publishers *publishers)
{
    if (!publishers)
        return;
    for (size_t i = 0; i < publishers->count; i++)
        publisher_free(publishers->connections[i].publisher);
    free(publishers);
}
