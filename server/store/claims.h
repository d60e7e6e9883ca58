/* SPDX-License-Identifier: Apache-2.0 */
/* The store's operations for claims: arrivals, and how a claim ends. Call them inside a store_job's run().
 * All times are milliseconds of store_clock.h. Errors are STORE_FULL, STORE_UNAVAILABLE and STORE_BROKEN
 * unless stated otherwise. All functions except claims_oldest_open() and claims_wanted() write. */
#ifndef SERVER_STORE_CLAIMS_H
#define SERVER_STORE_CLAIMS_H

#include "claim/identifier.h"
#include "claim/presence.h"
#include "server/registration.h"
#include "server/store/job.h"

enum arrival {
    ARRIVAL_NONE,        /* there is no claim for it, nothing is new, or a connection has ended */
    ARRIVAL_PROVISIONED, /* its thing was created: publishing stops, the connection follows in a moment */
    ARRIVAL_ONBOARDED,   /* it has connected */
};

/* A device that was seen in an OEM account. */
struct sighting {
    struct presence presence;
    long long received_at; /* when the event came, store_clock_ms() */
    long long delay_ms;    /* how long the account kept it before; 0: it came at once, or is not known */
};

/* Which of these sightings in the OEM account `endpoint` may concern a claim, or are the first of a device
 * that is onboarded (connections.h): wanted[i]. A few others are among them. Only reads. */
enum store_error claims_wanted(struct store_tx *tx, const char *endpoint, const struct sighting *const *list,
                               size_t count, bool *wanted);

/* The device was seen in the OEM account `endpoint`. *claim_id: its claim, unless ARRIVAL_NONE. Sightings of
 * things without a claim are ignored, and so are those that are certainly older than the claim: kept by the
 * account for longer than the claim is old. What came at once counts, whatever the account's clock says. A
 * claim that had expired or failed becomes onboarded as well. */
enum store_error claims_arrived(struct store_tx *tx, const char *endpoint, const struct sighting *sighting,
                                long long now, enum arrival *arrival, long long *claim_id);

/* Makes claims `onboarded` whose thing was created before `created_before` but whose device was not seen to
 * connect. (JITP closes the connection on which it creates the thing; the device then connects again. The
 * thing is sufficient proof.) Ends at most limit claims; *count: how many. */
enum store_error claims_settle(struct store_tx *tx, long long created_before, long long now, size_t limit,
                               size_t *count);

/* Changes the state of a claim from `from` to `to`, if it is still `from`, or was published since it was read
 * as queued. Publishing stops. */
enum store_error claims_end(struct store_tx *tx, long long claim_id, enum claim_state from,
                            enum claim_state to, long long now);

/* Makes claims `expired` whose window has ended and whose device was not seen. Ends at most limit claims;
 * *count: how many. */
enum store_error claims_expire(struct store_tx *tx, long long now, size_t limit, size_t *count);

/* Reads accepted_at of the oldest open claim; 0: there is none. */
enum store_error claims_oldest_open(struct store_tx *tx, long long *accepted_at);

#endif
