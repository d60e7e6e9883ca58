/* SPDX-License-Identifier: Apache-2.0 */
/* What devices do, and what time brings, as events of their ownership. Call inside a store_job's run().
 * Errors are those of owners.h. */
#ifndef SERVER_STORE_OWNERS_DEVICE_H
#define SERVER_STORE_OWNERS_DEVICE_H

#include "server/store/claims.h"
#include "server/store/job.h"

/* Devices of the claims that this job made onboarded: who waits alone and has the proofs becomes the owner.
 * The store calls it at the end of each job that writes. */
enum store_error owners_arrived(struct store_tx *tx) __attribute__((warn_unused_result));

/* Goes on after connections_wanted(): sets wanted[i] and challenged[i] for each sighting of a device that
 * somebody was asked to switch off and on. Only reads. */
enum store_error owners_wanted(struct store_tx *tx, const struct sighting *const *list, size_t count,
                               bool *wanted, bool *challenged) __attribute__((warn_unused_result));

/* Such a sighting. Writes. */
enum store_error owners_switched(struct store_tx *tx, const struct sighting *sighting, long long now)
    __attribute__((warn_unused_result));

/* Applies what time has brought to at most limit registrations. *count: how many. Writes. */
enum store_error owners_pass_time(struct store_tx *tx, long long now, size_t limit, size_t *count)
    __attribute__((warn_unused_result));

/* Registrations of an older program: applies the arrivals of their devices. At most limit registrations;
 * *count: how many. Writes. */
enum store_error owners_adopt(struct store_tx *tx, long long now, size_t limit, size_t *count)
    __attribute__((warn_unused_result));

#endif
