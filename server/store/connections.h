/* SPDX-License-Identifier: Apache-2.0 */
/* The store's operations for which devices are connected to an OEM account. Only devices with an onboarded
 * or open claim there are known; events of all others change nothing. Call inside a store_job's run(). All
 * times are milliseconds of store_clock.h. Errors are STORE_FULL, STORE_UNAVAILABLE and STORE_BROKEN. */
#ifndef SERVER_STORE_CONNECTIONS_H
#define SERVER_STORE_CONNECTIONS_H

#include "server/store/claims.h"

/* Goes on after claims_wanted(): sets wanted[i] for each sighting that changes what is known of its device,
 * and clears it for the end of a connection that is known already. Only reads. */
enum store_error connections_wanted(struct store_tx *tx, const char *endpoint,
                                    const struct sighting *const *list, size_t count, bool *wanted);

/* Records that the device connected, or that its connection ended. Ignores events that are older than what is
 * known (presence_is_later()), that change nothing, or that are of another kind. Writes only if needed. */
enum store_error connections_note(struct store_tx *tx, const char *endpoint, const struct sighting *sighting);

/* Whether the device is connected, by an event since that time. Only reads. */
enum store_error connections_is_online(struct store_tx *tx, const char *endpoint, const char *thing_name,
                                       long long since, bool *online);

#endif
