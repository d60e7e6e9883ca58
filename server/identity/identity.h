/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in, as far as it does not speak HTTP to people: the OEM's provider (openid.h) or its app's tokens
 * (jwt.h), their keys (key_source.h), and the sessions that come of it (store/persons.h). All of it may be
 * down: nothing else depends on it.
 *
 * Handlers call only what does not wait. What asks the provider or the store is an entry, which threads of
 * this folder complete. Any thread. */
#ifndef SERVER_IDENTITY_IDENTITY_H
#define SERVER_IDENTITY_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "base/text.h"
#include "server/identity/entry.h"
#include "server/identity/sign_in_config.h"
#include "server/store/store.h"

#define IDENTITY_SECRET_SIZE 65              /* 64 hex digits: 256 random bits */
#define IDENTITY_START_MS (10 * 60 * 1000LL) /* in which a sign-in must be completed */

struct identity;

/* Starts the threads. config and store are borrowed. NULL with a sentence. */
struct identity *identity_start(const struct sign_in_config *config, struct store *store, struct text *why);
/* Call when no entry can be submitted any more. Those that wait are completed. NULL is allowed. */
void identity_stop(struct identity *identity);

/* ---- a sign-in begins ---- */

/* What is kept in `once` until the browser comes back. */
struct identity_start {
    char state[IDENTITY_SECRET_SIZE], nonce[IDENTITY_SECRET_SIZE], verifier[IDENTITY_SECRET_SIZE];
    char browser[DIGEST_SIZE];  /* a digest of the cookie of the browser in which it began */
    char back[ADDRESS_MAX + 1]; /* of the allowed list; "": none */
    char then[ADDRESS_MAX + 1]; /* the own path to go on with */
    long long now;              /* store_clock_ms() */
};
/* Fills in the secrets. */
void identity_start_init(struct identity_start *start, const char *browser_cookie);
/* For a store job that writes. */
enum store_error identity_start_keep(struct store_tx *tx, const struct identity_start *start);
/* Adds the address where the person signs in. False: the provider has not been reached yet. */
bool identity_start_address(struct identity *identity, const struct identity_start *start, struct text *out);

/* ---- and is completed ---- */

/* False: too many wait; done() is not called. The entry is borrowed until done(). */
bool identity_enter(struct identity *identity, struct identity_entry *entry);

/* The digest of a cookie, as the store has it. */
void identity_digest(const char *cookie, char out[DIGEST_SIZE]);

#endif
