/* SPDX-License-Identifier: Apache-2.0 */
/* What the pages and the API ask of the store. For use inside a store_job's run(). All but
 * registrations_find() write. */
#ifndef SERVER_STORE_REGISTRATIONS_H
#define SERVER_STORE_REGISTRATIONS_H

#include "claim/lifecycle.h"
#include "server/registration.h"
#include "server/store/claims.h"
#include "server/store/job.h"

/* One staging account that may have the device, and the ThingName in its form. */
struct registration_target {
    const char *staging; /* borrowed from the settings */
    char thing_name[IDENTIFIER_SIZE];
};

struct registration_request {
    char token[REGISTRATION_TOKEN_SIZE]; /* made by the caller, random */
    const char *endpoint;                /* key */
    struct registration_target targets[CLAIM_STAGING_MAX];
    size_t target_count;                      /* at least 1 */
    const char *contact_name, *contact_email; /* NULL: not given */
    const char *idempotency_key;              /* NULL: none */
    const char *request_digest;               /* with the key: a digest of what was asked */
    long long now, window_ms;
};

/* Stores the registration. A thing with an open claim gets no second one: the registration joins it.
 * A known idempotency key with the same digest gives the registration made then; with another,
 * STORE_KEY_USED. STORE_CONFLICT: the open claim goes to another endpoint. *out is filled on STORE_OK. */
enum store_error registrations_add(struct store_tx *tx, const struct registration_request *request,
                                   struct registration *out);

/* What registrations_add() gives for a claim that it has just made: nothing has to be read for it. Pure. */
void registration_describe_new(const struct registration_request *request, bool onboarded_before,
                               struct registration *out);

/* Many at once, for store_job.run_together: those that need nothing but new rows get STORE_OK and their
 * *outs[i]; the others are left as they are. PostgreSQL alone. */
enum store_error registrations_add_together(struct store_tx *tx,
                                            const struct registration_request *const requests[],
                                            struct registration *const outs[], enum store_error results[],
                                            size_t count);

/* STORE_NOT_FOUND: no such token. */
enum store_error registrations_find(struct store_tx *tx, const char *token, struct registration *out);

/* Starts again after the end: as registrations_add(), but for the token that there is. With a claim still
 * open it changes nothing. request needs targets, endpoint, now and window_ms. STORE_ENDED: the device has
 * arrived. */
enum store_error registrations_retry(struct store_tx *tx, const struct registration_request *request,
                                     struct registration *out);

/* This person waits no longer; the claim ends with the last one who does. STORE_ENDED: it has ended
 * otherwise. */
enum store_error registrations_cancel(struct store_tx *tx, const char *token, long long now,
                                      struct registration *out);

/* Removes what is known of a person: the registration with this token, or up to REGISTRATIONS_ERASE_MAX with
 * this e-mail address (in any case of letters). An open claim that nobody else waits for is cancelled. The
 * claim itself stays until its retention ends: it names a device and no person. *count: how many were
 * removed. */
#define REGISTRATIONS_ERASE_MAX 200
enum store_error registrations_erase(struct store_tx *tx, const char *token, long long now, size_t *count);
enum store_error registrations_erase_email(struct store_tx *tx, const char *email, long long now,
                                           size_t *count);

#endif
