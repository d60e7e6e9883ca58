/* SPDX-License-Identifier: Apache-2.0 */
/* The store's operations for deliveries. A delivery is one claim at one staging account: the lane of the
 * account publishes its message, and records the result here. Call them inside a store_job's run(). All times
 * are milliseconds of store_clock.h. Errors are STORE_FULL, STORE_UNAVAILABLE and STORE_BROKEN.
 *
 * The lane keeps the open deliveries of its staging account in memory and decides which is next
 * (onboarding/turns.h). It takes those that the store offers. The store offers a taken delivery again after a
 * while, in case the lane that took it has ended. */
#ifndef SERVER_STORE_DELIVERIES_H
#define SERVER_STORE_DELIVERIES_H

#include "claim/identifier.h"
#include "server/registration.h"
#include "server/store/job.h"

#define STAGING_NAME_SIZE 33
#define DELIVERIES_MAX 512 /* that one call returns */

/* What decides when a delivery is next. 0: has not happened, or is not known. */
struct delivery_turn {
    long long claim_id, accepted_at;
    long long published_at; /* the last time */
    long long pressed_at;   /* "It's on now" */
    unsigned attempts;      /* acknowledged publishes so far */
    long long network;      /* from which it was claimed; network_number.h */
    long long offered_at;   /* only deliveries_open() */
};

/* Takes up to room deliveries (at most DELIVERIES_MAX) which the store offers at `now`: new ones, those for
 * which the button was pressed, and those that were taken long ago. They are offered again at `again`. The
 * oldest claims come first. Writes. */
enum store_error deliveries_take(struct store_tx *tx, const char *staging, long long now, long long again,
                                 struct delivery_turn *out, size_t room, size_t *count);
/* Whether deliveries_take() would find any. Reads. */
enum store_error deliveries_due(struct store_tx *tx, const char *staging, long long now, bool *due);

/* The open deliveries after this one, in the order in which they are offered. NULL: from the beginning.
 * Reads. */
enum store_error deliveries_open(struct store_tx *tx, const char *staging, const struct delivery_turn *after,
                                 struct delivery_turn *out, size_t room, size_t *count);

/* One endpoint message to publish. */
struct delivery {
    long long claim_id;
    char thing_name[IDENTIFIER_SIZE];          /* in the identifier form of this staging account */
    char endpoint[REGISTRATION_ENDPOINT_SIZE]; /* "": publish nothing, and record that it was published */
    unsigned attempts;                         /* acknowledged publishes so far */
    unsigned refusals;      /* connections lost while this was the only message in flight */
    bool is_closed;         /* there is nothing more to publish: */
    enum claim_state state; /* open and closed: its thing was created */
};

/* Reads deliveries by their claims, in no particular order. Those that no longer exist are not among them. */
enum store_error deliveries_look(struct store_tx *tx, const char *staging, const long long *claim_ids,
                                 size_t claim_count, struct delivery *out, size_t *count);

/* Records a PUBACK. The delivery is offered again at `again`. Has no effect on a claim that has ended. */
enum store_error deliveries_acknowledged(struct store_tx *tx, const char *staging, long long claim_id,
                                         long long now, long long again);

/* The staging account closes the connection because of this message. It is offered again at `again`, or never
 * if give_up. A claim that all staging accounts reject is `failed`. */
enum store_error deliveries_refused(struct store_tx *tx, const char *staging, long long claim_id,
                                    long long now, long long again, bool give_up);

/* The person says that the device is on: the delivery is offered at once, but not more than once in
 * DELIVERIES_PRESS_MS. *pressed: whether it is offered now. */
#define DELIVERIES_PRESS_MS 10000
enum store_error deliveries_press(struct store_tx *tx, long long claim_id, long long now, bool *pressed);

#endif
