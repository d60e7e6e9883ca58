/* SPDX-License-Identifier: Apache-2.0 */
/* The store's operations for what the lane of a staging account reports to all portals, and to the lane of
 * the next leader: the records of networks, and how long first messages wait. Call them inside a store_job's
 * run(). All times are milliseconds of store_clock.h. Errors are STORE_FULL, STORE_UNAVAILABLE and
 * STORE_BROKEN. */
#ifndef SERVER_STORE_CROWDING_H
#define SERVER_STORE_CROWDING_H

#include "server/store/job.h"

/* The record of a network (onboarding/networks.h). Arrivals and expiries in thousandths. */
struct network_row {
    long long network, arrivals, expiries, as_of;
    long long open;    /* claims */
    long long waiting; /* of those, for their first message behind those of other networks */
};
/* Reads up to room of them. A job that writes also sets `open` to 0: its lane counts again. */
enum store_error crowding_networks(struct store_tx *tx, const char *staging, struct network_row *out,
                                   size_t room, size_t *count);
/* Writes some, and drops those that were not written since `before`. */
enum store_error crowding_set_networks(struct store_tx *tx, const char *staging,
                                       const struct network_row *rows, size_t count, long long before);

/* How long first messages wait. Each portal reads it for its pages. */
struct queue_length {
    long long since;  /* the claim that is next was accepted then, */
    long long middle; /* the one behind half of those that wait then, */
    long long until;  /* and the last one then */
    long long ms;     /* how long one that is accepted now will wait; 0: not at all */
};
/* Writes that of the staging account whose leader has this name (leaders.h). */
enum store_error crowding_set_queue(struct store_tx *tx, const char *leader,
                                    const struct queue_length *queue);
/* Reads the longest one of these staging accounts. */
enum store_error crowding_queue(struct store_tx *tx, const char *const *stagings, size_t staging_count,
                                struct queue_length *out);

/* Reads up to room networks that have at least `open` open claims at one of these staging accounts, or claims
 * that wait behind others; in their order. Only network, open and waiting are set. */
enum store_error crowding_list(struct store_tx *tx, const char *const *stagings, size_t staging_count,
                               long long open, struct network_row *out, size_t room, size_t *count);

#endif
