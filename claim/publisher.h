/* SPDX-License-Identifier: Apache-2.0 */
/* Publishes endpoint messages to one staging account as one of its claim-things, over one connection that it
 * keeps up. Used by the portal's lanes and by the claim-script.
 *
 * It paces the publishes, limits how many have no PUBACK yet, and returns every publication exactly once with
 * its outcome. It also finds out which publication the broker rejects: AWS closes the connection on a publish
 * that the policy does not allow, and does not say which one it was. So after a loss with several in flight
 * all of them are sent again one at a time. A publication is blamed if it is alone in flight when a
 * connection that stood until then is lost right after it was sent.
 *
 * Threads: the owner calls all functions, unless a function says any thread. */
#ifndef CLAIM_PUBLISHER_H
#define CLAIM_PUBLISHER_H

#include <stdbool.h>
#include <stddef.h>

#include "claim/mqtt.h"
#include "claim/settings.h"

#define PUBLISHER_WINDOW_MAX 100   /* publishes without PUBACK on one connection (IoT limits) */
#define PUBLISHER_REFUSALS_MAX 3   /* lost connections for which one publication may be blamed */
#define PUBLISHER_STEP_MAX_MS 1000 /* call publisher_step() at least this often, */
#define PUBLISHER_ANSWER_MS 5      /* and this often while anything is in flight */

struct publisher;

struct publisher_options {
    const struct staging_account *account; /* borrowed until publisher_free() */
    const struct claim_thing *claim_thing; /* one of the account's */
    size_t window; /* 1 to PUBLISHER_WINDOW_MAX. With 1, a lost connection always has one to blame. */
    /* Something has happened: call publisher_step(). Any thread; must not block nor call this module. */
    void (*wake)(void *context);
    void *context;
};

/* One message to one thing. */
struct publication {
    long long id; /* the caller's */
    char thing_name[IDENTIFIER_SIZE];
    unsigned attempts; /* the caller's */
    unsigned refusals; /* lost connections for which it was blamed, before this publish */
};

enum publication_outcome {
    PUBLICATION_ACKNOWLEDGED, /* PUBACK */
    PUBLICATION_RELEASED,     /* no PUBACK will come, for no fault of its own: publish it again */
    PUBLICATION_REFUSED,      /* the connection was lost because of it, perhaps; count it in refusals */
    PUBLICATION_GIVEN_UP,     /* the same, for the PUBLISHER_REFUSALS_MAXth time */
};

struct publication_end {
    struct publication publication;
    enum publication_outcome outcome;
    long long latency_ms; /* from publish to PUBACK; 0 without one */
};

/* What publisher_step() found, in this order: ends, then down, then up. */
struct publisher_news {
    struct publication_end ends[PUBLISHER_WINDOW_MAX];
    size_t end_count;
    bool down;                     /* the connection was lost, or an attempt failed */
    bool up;                       /* connected */
    char reason[MQTT_REASON_SIZE]; /* why down, for people */
};

enum publisher_answer {
    PUBLISHER_SENT,
    PUBLISHER_WAIT,     /* not yet: the pace; *wait_ms says how long */
    PUBLISHER_BUSY,     /* not connected, or the window is full: after publisher_step() had news */
    PUBLISHER_BAD_NAME, /* no topic can be made of the thing name; it can never be published */
};

/* Creates a publisher; it connects in publisher_step(). The caller owns *out, which is untouched on error. */
enum mqtt_error publisher_new(const struct publisher_options *options, struct publisher **out)
    __attribute__((warn_unused_result));
/* Disconnects without waiting for PUBACKs. wake() does not run after it returns. NULL is allowed. */
void publisher_free(struct publisher *publisher);

/* Keeps the connection up and fills *news. Returns the milliseconds until the next call is needed, at most
 * PUBLISHER_STEP_MAX_MS. */
long long publisher_step(struct publisher *publisher, struct publisher_news *news);

/* True if publisher_send() may send now, as far as connection and window are concerned. After a loss that is
 * a second after the connection came up. */
bool publisher_has_room(const struct publisher *publisher);

/* Publishes {"Endpoint": address} to the thing. Copies what it needs. */
enum publisher_answer publisher_send(struct publisher *publisher, const struct publication *publication,
                                     const char *address, long long *wait_ms)
    __attribute__((warn_unused_result));

/* Connects again once nothing is in flight, with the certificate files as they are then. Files that are
 * replaced are noticed without it. */
void publisher_reconnect(struct publisher *publisher);

/* Disconnects and stays disconnected until publisher_resume(). Publishes in flight get no PUBACK: call
 * publisher_release() first. */
void publisher_pause(struct publisher *publisher);
void publisher_resume(struct publisher *publisher);

/* Returns everything in flight as PUBLICATION_RELEASED, without waiting for PUBACKs. out has room for
 * PUBLISHER_WINDOW_MAX. Returns the number. */
size_t publisher_release(struct publisher *publisher, struct publication_end *out);

/* Publishes without PUBACK. Any thread. */
size_t publisher_in_flight(const struct publisher *publisher);
/* The connection, for its state and counts (mqtt.h says which functions are for any thread). Borrowed. */
const struct mqtt *publisher_connection(const struct publisher *publisher);

#endif
