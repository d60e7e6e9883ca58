/* SPDX-License-Identifier: Apache-2.0 */
/* What a new proof means for the device's claim. Private to server/store/. */
#ifndef SERVER_STORE_OWNERS_CLAIMS_H
#define SERVER_STORE_OWNERS_CLAIMS_H

#include "server/store/owners_state.h"

/* Locks the open claim of a thing, if there is one: before its device, see owners.h. */
enum store_error owners_lock_claim(struct store_tx *tx, const char *thing_name)
    __attribute__((warn_unused_result));

/* The open claim of a party that has proved more, or has become the owner, goes to its endpoint: a claim to
 * another one is cancelled, and those who share it share the new one. */
enum store_error owners_redirect(struct store_tx *tx, const struct owners_device *device,
                                 const struct ownership_effects *effects, long long now)
    __attribute__((warn_unused_result));

/* The same for a thing and an endpoint. */
enum store_error owners_redirect_claim(struct store_tx *tx, const char *thing_name, const char *endpoint,
                                       long long now) __attribute__((warn_unused_result));

/* The same if the registration owns the device, or has proved to have it. */
enum store_error owners_claim_back(struct store_tx *tx, const char *token, const char *thing_name,
                                   const char *endpoint, long long now) __attribute__((warn_unused_result));

#endif
