/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/sessions.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLIENT_ID_SIZE 129 /* IoT: 128 bytes */

struct sessions {
    void *open; /* tree of struct session, by client */
    unsigned long version;
};

struct session {
    const struct mosquitto *client;
    char client_id[CLIENT_ID_SIZE];
    char session_id[SESSION_ID_SIZE];
    char principal[CERTIFICATE_ID_SIZE];
    char ip_address[64];
    char **filters; /* owned */
    size_t filter_count;
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

    for (size_t i = 0; i < session->filter_count; i++)
        free(session->filters[i]);
    free(session->filters);
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
    /* Counted over all clients: so it also grows for each client, which is all that is needed. */
    return (struct account_session){session->client_id, session->session_id, session->principal,
                                    session->ip_address, sessions->version++};
}

/* Returns filter_count if there is none. */
static size_t place_of(const struct session *session, const char *filter)
{
    size_t place = 0;

    while (place < session->filter_count && strcmp(session->filters[place], filter) != 0)
        place++;
    return place;
}

void session_subscribe(struct session *session, const char *filter)
{
    if (place_of(session, filter) < session->filter_count)
        return;
    char **filters = reallocarray(session->filters, session->filter_count + 1, sizeof *filters);
    if (!filters)
        return;
    session->filters = filters;
    if ((filters[session->filter_count] = strdup(filter)))
        session->filter_count++;
}

void session_unsubscribe(struct session *session, const char *filter)
{
    size_t place = place_of(session, filter);

    if (place == session->filter_count)
        return;
    free(session->filters[place]);
    session->filters[place] = session->filters[--session->filter_count];
}

bool session_is_subscribed(const struct session *session, const char *topic)
{
    bool subscribed = !mosquitto_client_clean_session(session->client);

    for (size_t i = 0; i < session->filter_count && !subscribed; i++)
        mosquitto_topic_matches_sub(session->filters[i], topic, &subscribed);
    return subscribed;
}
