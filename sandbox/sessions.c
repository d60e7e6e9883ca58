/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/sessions.h"

#include <cjson/cJSON.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLIENT_ID_SIZE 129 /* IoT: 128 bytes */

struct sessions {
    void *open; /* of struct session, by client */
    unsigned long version;
};

struct session {
    const struct mosquitto *client;
    char client_id[CLIENT_ID_SIZE];
    char session_id[SESSION_ID_SIZE];
    char principal[CERTIFICATE_ID_SIZE];
    char ip_address[64];
    cJSON *filters; /* texts */
};

static int compare(const void *a, const void *b)
{
    const struct mosquitto *left = ((const struct session *)a)->client;
    const struct mosquitto *right = ((const struct session *)b)->client;

    return (left > right) - (left < right);
}

static void session_free(void *data)
{
    struct session *session = data;

    cJSON_Delete(session->filters);
    free(session);
}

struct sessions *sessions_new(void)
{
    return calloc(1, sizeof(struct sessions));
}

void sessions_free(struct sessions *sessions)
{
    if (!sessions)
        return;
    tdestroy(sessions->open, session_free);
    free(sessions);
}

struct session *sessions_open(struct sessions *sessions, const struct mosquitto *client,
                              const char *principal)
{
    struct session *session = calloc(1, sizeof *session);
    const char *ip_address = mosquitto_client_address(client);

    if (!session)
        return NULL;
    session->client = client;
    session->filters = cJSON_CreateArray();
    snprintf(session->client_id, sizeof session->client_id, "%s", mosquitto_client_id(client));
    snprintf(session->principal, sizeof session->principal, "%s", principal);
    snprintf(session->ip_address, sizeof session->ip_address, "%s", ip_address ? ip_address : "");
    account_uuid(session->session_id);
    struct session **place = tsearch(session, &sessions->open, compare);
    if (place && *place == session)
        return session;
    session_free(session);
    return NULL;
}

struct session *sessions_find(const struct sessions *sessions, const struct mosquitto *client)
{
    const struct session wanted = {.client = client};
    struct session *const *found = tfind(&wanted, &sessions->open, compare);

    return found ? *found : NULL;
}

void sessions_close(struct sessions *sessions, struct session *session)
{
    tdelete(session, &sessions->open, compare);
    session_free(session);
}

struct account_session sessions_describe(struct sessions *sessions, const struct session *session)
{
    /* Counted over all clients: it still grows for each of them, which is what it is good for. */
    return (struct account_session){session->client_id, session->session_id, session->principal,
                                    session->ip_address, sessions->version++};
}

static int place_of(const struct session *session, const char *filter)
{
    const cJSON *each;
    int place = 0;

    cJSON_ArrayForEach(each, session->filters)
    {
        if (strcmp(each->valuestring, filter) == 0)
            return place;
        place++;
    }
    return -1;
}

void session_subscribe(struct session *session, const char *filter)
{
    if (place_of(session, filter) < 0)
        cJSON_AddItemToArray(session->filters, cJSON_CreateString(filter));
}

void session_unsubscribe(struct session *session, const char *filter)
{
    int place = place_of(session, filter);

    if (place >= 0)
        cJSON_DeleteItemFromArray(session->filters, place);
}

bool session_is_subscribed(const struct session *session, const char *topic)
{
    bool subscribed = !mosquitto_client_clean_session(session->client);
    const cJSON *each;

    cJSON_ArrayForEach(each, session->filters) if (!subscribed)
        mosquitto_topic_matches_sub(each->valuestring, topic, &subscribed);
    return subscribed;
}
