/* SPDX-License-Identifier: Apache-2.0 */
/* Where an observer's events come from: a connection over MQTT, a queue, or the account's answers to
 * questions. An observer may have several sources. Each has threads of its own; other threads may call all
 * functions here. The callbacks of one source never run at the same time; they copy and return, and may call
 * event_source_acknowledge() and nothing else. */
#ifndef SERVER_ONBOARDING_EVENT_SOURCE_H
#define SERVER_ONBOARDING_EVENT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "claim/mqtt.h"
#include "claim/presence.h"
#include "claim/settings.h"
#include "server/store/store.h"

struct event_source;

/* Names an event for its acknowledgement. Only its source knows what the numbers mean. */
struct event_receipt {
    unsigned session; /* what was received in an earlier session may be delivered again in this one */
    unsigned id;      /* 0: nothing to acknowledge */
};

struct event_message {
    struct event_receipt receipt;
    const struct presence *presence; /* NULL: about no thing; only to be acknowledged */
    long long sent_ms; /* when the account sent it, by its own clock; 0: only its time stamp says so */
};

/* Whether the observer wants events: only one of the portals that share a database receives an account's. */
enum event_wish {
    EVENTS_RECEIVE,
    EVENTS_STAY, /* go on if it receives, do not begin */
    EVENTS_STOP,
};

struct event_callbacks {
    void *context;
    /* Any thread, cheap. */
    enum event_wish (*wish)(void *context);
    /* It receives events. delivers_again: those of earlier sessions that were not acknowledged come again in
     * this one. */
    void (*up)(void *context, bool delivers_again, unsigned session);
    /* It does not, or only some. reason is for people. Called again and again until up(). */
    void (*down)(void *context, const char *reason);
    /* Borrowed until it returns. What is not acknowledged comes again, sooner or later. */
    void (*event)(void *context, const struct event_message *message);
    /* The account's clock shows stamp_ms now. Not every source knows. */
    void (*clock)(void *context, long long stamp_ms);
};

struct event_source_options {
    const struct oem_endpoint *endpoint; /* borrowed */
    struct store *store;                 /* only for questions about claims */
    size_t unacknowledged_max;           /* it receives no more while so many are not acknowledged */
    struct event_callbacks callbacks;
};

struct event_source_stats {
    unsigned long connects, failures;
    unsigned long unusable;        /* messages that were no events; the log has a line a minute */
    char reason[MQTT_REASON_SIZE]; /* why it is not up, for people; "" while it is */
};

struct event_source_kind {
    bool (*start)(struct event_source *source);
    void (*acknowledge)(struct event_source *source, const struct event_receipt *receipts, size_t count);
    void (*ask)(struct event_source *source);
    void (*forget)(struct event_source *source); /* NULL: what is dropped comes again by itself */
    void (*renew)(struct event_source *source);
    void (*pause)(struct event_source *source);
    void (*free)(struct event_source *source);
    void (*stats)(struct event_source *source, struct event_source_stats *out);
};
/* The first member of each kind's struct. */
struct event_source {
    const struct event_source_kind *kind;
};

/* The kinds. NULL with a sentence in *why. No callback runs before event_source_start(). */
struct event_source *event_source_mqtt_open(const struct event_source_options *options, struct text *why);
struct event_source *event_source_sqs_open(const struct event_source_options *options, struct text *why);
struct event_source *event_source_connectivity_open(const struct event_source_options *options,
                                                    struct text *why);

/* Starts its threads. False: there can be no more. */
static inline bool event_source_start(struct event_source *source)
{
    return source->kind->start(source);
}

/* Acknowledges events in the order in which they were received. */
static inline void event_source_acknowledge(struct event_source *source, const struct event_receipt *receipts,
                                            size_t count)
{
    source->kind->acknowledge(source, receipts, count);
}

/* The wish may have changed. */
static inline void event_source_ask(struct event_source *source)
{
    source->kind->ask(source);
}

/* The observer has dropped what is not acknowledged: it is to come again. */
static inline void event_source_forget(struct event_source *source)
{
    if (source->kind->forget)
        source->kind->forget(source);
}

/* Begins anew, with the files and credentials as they are then. */
static inline void event_source_renew(struct event_source *source)
{
    source->kind->renew(source);
}

/* No event callback runs after it returns; acknowledgements are still sent. */
static inline void event_source_pause(struct event_source *source)
{
    source->kind->pause(source);
}

/* Sends what was acknowledged, waiting seconds at most, and ends the threads. No callback runs after it
 * returns. NULL is allowed. */
static inline void event_source_free(struct event_source *source)
{
    if (source)
        source->kind->free(source);
}

/* What the functions that open a source return: it, or NULL if it cannot be opened; then it is freed. */
static inline struct event_source *event_source_opened(struct event_source *source, bool opened)
{
    if (opened)
        return source;
    event_source_free(source);
    return NULL;
}

static inline void event_source_stats(struct event_source *source, struct event_source_stats *out)
{
    source->kind->stats(source, out);
}

#endif
