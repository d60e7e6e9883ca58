/* SPDX-License-Identifier: Apache-2.0 */
/* What onboarding asks of the store. For use inside a store_job's run(). All times are wall clock
 * milliseconds. Errors are STORE_FULL, STORE_UNAVAILABLE and STORE_BROKEN unless said otherwise. All but
 * claims_oldest_open() and claims_wanted() write. */
#ifndef SERVER_STORE_CLAIMS_H
#define SERVER_STORE_CLAIMS_H

#include "claim/identifier.h"
#include "claim/presence.h"
#include "server/registration.h"
#include "server/store/job.h"

#define STAGING_NAME_SIZE 33

/* One endpoint message to be published. */
struct delivery {
    long long claim_id;
    char thing_name[IDENTIFIER_SIZE]; /* in this staging account's form */
    char endpoint[REGISTRATION_ENDPOINT_SIZE];
    unsigned attempts; /* acknowledged publishes so far */
    unsigned refusals; /* connections lost with this one alone in flight */
};

#define CLAIMS_LEASE_MAX 512

/* Takes up to room deliveries (CLAIMS_LEASE_MAX at most) that are due for a staging account and leases them
 * to leased_by until `until`: nobody else gets them meanwhile, and after it they come back by themselves.
 * *next_due: when the next one that is not leased falls due, 0: none. */
enum store_error claims_lease(struct store_tx *tx, const char *staging, const char *leased_by, long long now,
                              long long until, struct delivery *out, size_t room, size_t *count,
                              long long *next_due);

/* PUBACK: publish again at next_due unless the device arrives first. Harmless for a claim that has ended. */
enum store_error claims_acknowledged(struct store_tx *tx, const char *staging, long long claim_id,
                                     long long now, long long next_due);

/* Not published, the connection went away: due again, not before not_before. */
enum store_error claims_release(struct store_tx *tx, const char *staging, long long claim_id,
                                long long not_before);

/* The staging account drops the connection for this publish. Due again at next_due, or, where give_up, never:
 * a claim that no staging account takes is failed. */
enum store_error claims_refused(struct store_tx *tx, const char *staging, long long claim_id, long long now,
                                long long next_due, bool give_up);

/* The leases that a dead process of the same name held. */
enum store_error claims_clear_leases(struct store_tx *tx, const char *leased_by);

enum arrival {
    ARRIVAL_NONE,        /* nobody waits for it, or it is no news */
    ARRIVAL_PROVISIONED, /* its thing was created: nothing more is published, and it will connect in a moment
                          */
    ARRIVAL_ONBOARDED,   /* it has connected */
};

/* A device that was seen in an OEM account. */
struct sighting {
    struct presence presence;
    long long received_at; /* when the event came */
    long long delay_ms;    /* how long the account kept it before; 0: it came at once, or is not known */
};

/* Which of these sightings in the OEM account `endpoint` may concern a claim: wanted[i]. A few that do not
 * are among them. Only reads. */
enum store_error claims_wanted(struct store_tx *tx, const char *endpoint, const struct sighting *const *list,
                               size_t count, bool *wanted);

/* The device was seen in the OEM account `endpoint`. *claim_id: its claim, unless ARRIVAL_NONE. Sightings of
 * things without a claim are ignored, and so are those that are certainly older than the claim: kept by the
 * account for longer than the claim is old. What came at once counts, whatever the account's clock says. A
 * claim that had expired or failed becomes onboarded as well. */
enum store_error claims_arrived(struct store_tx *tx, const char *endpoint, const struct sighting *sighting,
                                long long now, enum arrival *arrival, long long *claim_id);

/* JITP drops the connection on which it makes the thing (IoT), and the device connects again: its claim is
 * onboarded then, or, since the thing is proof enough, once it was created before `created_before`. At most
 * limit; *count says how many. */
enum store_error claims_settle(struct store_tx *tx, long long created_before, long long now, size_t limit,
                               size_t *count);

/* from -> to, unless it is no longer in from; nothing more is published for it then. */
enum store_error claims_end(struct store_tx *tx, long long claim_id, enum claim_state from,
                            enum claim_state to, long long now);

/* Ends the claims whose window is over and whose device was not seen, at most limit of them; *count says how
 * many. */
enum store_error claims_expire(struct store_tx *tx, long long now, size_t limit, size_t *count);

/* accepted_at of the oldest open claim, 0: none. */
enum store_error claims_oldest_open(struct store_tx *tx, long long *accepted_at);

#endif
