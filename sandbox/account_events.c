/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/account_events.h"

#include <cjson/cJSON.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hex.h"
#include "sandbox/iot_account.h"
#include "sandbox/mosquitto_api.h"

#define CONTROL_MAX 4096
#define COPIES_MAX 100
#define TOPIC_SIZE 256

struct delayed {
    struct delayed *next;
    long long due;
    char topic[TOPIC_SIZE];
    char *payload; /* owned */
};

struct account_events {
    char *control_file;
    struct account_journal *journal; /* borrowed; NULL: none */
    struct delayed *delayed;
};

enum kind { KIND_CREATED, KIND_PRESENCE, KIND_REGISTERED };

static long long now_ms(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void account_uuid(char out[SESSION_ID_SIZE])
{
    unsigned char r[16];
    char digits[2 * sizeof r + 1];

    RAND_bytes(r, sizeof r);
    r[6] = (unsigned char)((r[6] & 0x0f) | 0x40);
    r[8] = (unsigned char)((r[8] & 0x3f) | 0x80);
    hex_encode(r, sizeof r, digits);
    snprintf(out, SESSION_ID_SIZE, "%.8s-%.4s-%.4s-%.4s-%s", digits, digits + 8, digits + 12, digits + 16,
             digits + 20);
}

struct account_events *account_events_new(const char *control_file)
{
    struct account_events *events = calloc(1, sizeof *events);

    if (events && control_file)
        events->control_file = strdup(control_file);
    return events;
}

void account_events_note_in(struct account_events *events, struct account_journal *journal)
{
    events->journal = journal;
}

static void delayed_free(struct delayed *delayed)
{
    free(delayed->payload);
    free(delayed);
}

void account_events_free(struct account_events *events)
{
    if (!events)
        return;
    while (events->delayed) {
        struct delayed *next = events->delayed->next;
        delayed_free(events->delayed);
        events->delayed = next;
    }
    free(events->control_file);
    free(events);
}

/* Returns NULL if there is no control file or it is not JSON (it may be half written: the next event reads it
 * again). */
static cJSON *control_read(const struct account_events *events)
{
    char text[CONTROL_MAX + 1] = "";
    FILE *file = events->control_file ? fopen(events->control_file, "re") : NULL;

    if (!file)
        return NULL;
    text[fread(text, 1, CONTROL_MAX, file)] = '\0';
    fclose(file);
    return cJSON_Parse(text);
}

static bool control_wants(const cJSON *control, enum kind kind)
{
    static const char *const keys[] = {"created", "presence", "registered"};

    return !cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(control, keys[kind]));
}

static int control_number(const cJSON *control, const char *key, int fallback)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(control, key);

    return cJSON_IsNumber(number) ? number->valueint : fallback;
}

static int control_delay_ms(const cJSON *control, enum kind kind)
{
    static const char *const keys[] = {"created_delay_ms", "presence_delay_ms", "registered_delay_ms"};

    return control_number(control, keys[kind], 0);
}

static void publish(struct account_events *events, const char *topic, const char *payload)
{
    account_journal_event(events->journal, topic, payload);
    if (mosquitto_broker_publish_copy(NULL, topic, (int)strlen(payload), payload, 1, false, NULL) !=
        BROKER_OK)
        mosquitto_log_printf(BROKER_ERROR, "account: event on %s was lost", topic);
}

static void publish_later(struct account_events *events, int delay_ms, const char *topic, const char *payload)
{
    struct delayed *delayed = calloc(1, sizeof *delayed);
    struct delayed **place = &events->delayed;

    if (!delayed)
        return;
    delayed->due = now_ms(CLOCK_MONOTONIC) + delay_ms;
    delayed->payload = strdup(payload);
    snprintf(delayed->topic, sizeof delayed->topic, "%s", topic);
    while (*place && (*place)->due <= delayed->due)
        place = &(*place)->next;
    delayed->next = *place;
    *place = delayed;
}

void account_events_tick(struct account_events *events)
{
    long long now = events->delayed ? now_ms(CLOCK_MONOTONIC) : 0;

    while (events->delayed && events->delayed->due <= now) {
        struct delayed *first = events->delayed;
        events->delayed = first->next;
        publish(events, first->topic, first->payload);
        delayed_free(first);
    }
}

/* Takes ownership of payload. */
static void say(struct account_events *events, enum kind kind, const char *topic, cJSON *payload)
{
    cJSON *control = control_read(events);
    char *text = cJSON_PrintUnformatted(payload);
    int copies = control_number(control, "copies", 1), delay_ms = control_delay_ms(control, kind);

    if (!text || !control_wants(control, kind))
        copies = 0;
    for (int i = 0; i < copies && i < COPIES_MAX; i++) {
        if (delay_ms > 0)
            publish_later(events, delay_ms, topic, text);
        else
            publish(events, topic, text);
    }
    cJSON_free(text);
    cJSON_Delete(control);
    cJSON_Delete(payload);
}

void account_events_registered(struct account_events *events, const char *authority_id,
                               const char *certificate_id)
{
    char topic[TOPIC_SIZE];
    cJSON *payload = cJSON_CreateObject();

    snprintf(topic, sizeof topic, "$aws/events/certificates/registered/%s", authority_id);
    cJSON_AddStringToObject(payload, "certificateId", certificate_id);
    cJSON_AddStringToObject(payload, "caCertificateId", authority_id);
    cJSON_AddNumberToObject(payload, "timestamp", (double)now_ms(CLOCK_REALTIME));
    cJSON_AddStringToObject(payload, "certificateStatus", "PENDING_ACTIVATION");
    cJSON_AddStringToObject(payload, "awsAccountId", IOT_ACCOUNT_ID);
    say(events, KIND_REGISTERED, topic, payload);
}

void account_events_created(struct account_events *events, const char *thing_name, bool published)
{
    char topic[TOPIC_SIZE], uuid[SESSION_ID_SIZE];

    account_journal_thing(events->journal, thing_name);
    if (!published)
        return;
    cJSON *payload = cJSON_CreateObject();
    snprintf(topic, sizeof topic, "$aws/events/thing/%s/created", thing_name);
    cJSON_AddStringToObject(payload, "eventType", "THING_EVENT");
    account_uuid(uuid);
    cJSON_AddStringToObject(payload, "eventId", uuid);
    cJSON_AddNumberToObject(payload, "timestamp", (double)now_ms(CLOCK_REALTIME));
    cJSON_AddStringToObject(payload, "operation", "CREATED");
    cJSON_AddStringToObject(payload, "accountId", IOT_ACCOUNT_ID);
    account_uuid(uuid);
    cJSON_AddStringToObject(payload, "thingId", uuid);
    cJSON_AddStringToObject(payload, "thingName", thing_name);
    cJSON_AddNumberToObject(payload, "versionNumber", 1);
    cJSON_AddNullToObject(payload, "thingTypeName");
    cJSON_AddObjectToObject(payload, "attributes");
    say(events, KIND_CREATED, topic, payload);
}

static cJSON *presence(const char *type, const struct account_session *session, char topic[TOPIC_SIZE])
{
    cJSON *payload = cJSON_CreateObject();

    snprintf(topic, TOPIC_SIZE, "$aws/events/presence/%s/%s", type, session->client_id);
    cJSON_AddStringToObject(payload, "clientId", session->client_id);
    cJSON_AddNumberToObject(payload, "timestamp", (double)now_ms(CLOCK_REALTIME));
    cJSON_AddStringToObject(payload, "eventType", type);
    cJSON_AddStringToObject(payload, "sessionIdentifier", session->session_id);
    cJSON_AddStringToObject(payload, "principalIdentifier", session->principal);
    cJSON_AddStringToObject(payload, "ipAddress", session->ip_address);
    cJSON_AddNumberToObject(payload, "versionNumber", (double)session->version);
    return payload;
}

void account_events_connected(struct account_events *events, const struct account_session *session)
{
    char topic[TOPIC_SIZE];
    cJSON *payload = presence("connected", session, topic);

    account_journal_connection(events->journal, session->client_id, true, now_ms(CLOCK_REALTIME));
    say(events, KIND_PRESENCE, topic, payload);
}

void account_events_disconnected(struct account_events *events, const struct account_session *session)
{
    char topic[TOPIC_SIZE];
    cJSON *payload = presence("disconnected", session, topic);

    account_journal_connection(events->journal, session->client_id, false, now_ms(CLOCK_REALTIME));
    cJSON_AddFalseToObject(payload, "clientInitiatedDisconnect");
    cJSON_AddStringToObject(payload, "disconnectReason", "CONNECTION_LOST");
    say(events, KIND_PRESENCE, topic, payload);
}
