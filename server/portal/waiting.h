/* SPDX-License-Identifier: Apache-2.0 */
/* How long a new claim waits for its first message, and which networks have too many open claims, as far as
 * this portal knows. The leaders of the staging accounts write it (store/crowding.h); it is read again every
 * second. Any thread. */
#ifndef SERVER_PORTAL_WAITING_H
#define SERVER_PORTAL_WAITING_H

#include <stdbool.h>

#include "claim/settings.h"
#include "server/registration.h"
#include "server/store/job.h"

struct waiting;

/* settings: what they say of staging accounts is borrowed. Accounts that are not in them do not count.
 * open_max: as many open claims a network may have; 0: no limit. */
struct waiting *waiting_new(const struct claim_settings *settings, long long open_max);
void waiting_free(struct waiting *waiting); /* NULL is allowed */

/* Reads it again. For store_job.run, by one caller at a time; argument: the struct waiting. */
enum store_error waiting_read(struct store_tx *tx, void *argument);

/* Whether this network (http/client.h) may have no more open claims now. */
bool waiting_is_full(struct waiting *waiting, long long network);

/* Milliseconds from now until the first message of this registration is sent. 0: it is sent at once, or was,
 * or that is not known: the order of networks that wait behind others is not that of their claims. */
long long waiting_ms(struct waiting *waiting, const struct registration *registration);

#endif
