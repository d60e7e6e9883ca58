/* SPDX-License-Identifier: Apache-2.0 */
/* The store's operations for pages and the API. Call them inside a store_job's run(). All functions except
 * registrations_find() write. */
#ifndef SERVER_STORE_REGISTRATIONS_H
#define SERVER_STORE_REGISTRATIONS_H

#include "claim/digital_link.h"
#include "claim/lifecycle.h"
#include "server/registration.h"
#include "server/store/claims.h"
#include "server/store/deliveries.h"
#include "server/store/details.h"
#include "server/store/job.h"

/* One staging account that may have the device, and the ThingName in its form. */
struct registration_target {
    const char *staging; /* borrowed from the settings */
    char thing_name[IDENTIFIER_SIZE];
};

/* What becomes of a request for a device that is not in the inventory (inventory.h). */
enum unlisted {
    UNLISTED_CLAIMED,  /* it is claimed like any other: the inventory is not required */
    UNLISTED_REFUSED,  /* STORE_UNLISTED: whoever knows an identifier may learn this */
    UNLISTED_PRETENDED /* it is stored and expires like any other, but nothing is ever published */
};

struct registration_request {
    char token[REGISTRATION_TOKEN_SIZE]; /* random, made by the caller */
    const char *endpoint;                /* key of the endpoint */
    struct registration_target targets[CLAIM_STAGING_MAX];
    size_t target_count;      /* at least 1 */
    struct digital_link link; /* as it was scanned; see intake_resolve(), which sets targets */
    const char *contact_name, *contact_email; /* NULL: not given */
    const char *product;                      /* key of the product; NULL: none */
    long long browser;   /* a digest of the cookie that tells who registered a device before; 0: none */
    long long person_id; /* who has signed in; 0: nobody */
    struct registration_details details;
    const char *idempotency_key; /* a digest of the caller and its key; NULL: none */
    const char *request_digest;  /* with a key: a digest of the request's contents */
    long long network;           /* from which it is made (server/http/client.h); 0: not known */
    long long now;               /* store_clock_ms() */
    long long window_ms;
    enum unlisted unlisted;
    long long online_since; /* a device that has connected since then is there already; 0: claim it in any
                               case */
};

/* Stores a registration, and applies it as a request for the device (owners.h). If the thing has an open
 * claim, the registration joins it, also one to another endpoint: its own is kept for the next claim, and for
 * when it proves to have the device. Otherwise a new claim is made. One that joins is shown no times from
 * before it was made, see registration.h. If the thing is known to be connected to its endpoint
 * (connections.h), that claim has ended at once as onboarded, and nothing is published: out->already_online.
 * For a known idempotency key with the same digest, *out is the registration made then; with another digest
 * the result is STORE_KEY_USED. The same person again (browser or person_id) gets the registration made
 * before, with a new claim if its own has ended: the device was reset. STORE_UNLISTED: see enum unlisted;
 * a claim that is open already goes on. *out is set on STORE_OK. */
enum store_error registrations_add(struct store_tx *tx, const struct registration_request *request,
                                   struct registration *out);

/* The part of registrations_add() that needs no targets: what the request's idempotency key has made before,
 * or STORE_KEY_USED. STORE_NOT_FOUND: the key is new, or there is none. */
enum store_error registrations_repeated(struct store_tx *tx, const struct registration_request *request,
                                        struct registration *out);

/* Fills *out as registrations_add() does for a new claim, without reading the database. Pure. */
void registration_describe_new(const struct registration_request *request, bool onboarded_before,
                               struct registration *out);

/* Adds many registrations at once, for store_job.run_together. Requests that only need new rows get STORE_OK
 * and their *outs[i]; the others keep their result. PostgreSQL only. */
enum store_error registrations_add_together(struct store_tx *tx,
                                            const struct registration_request *const requests[],
                                            struct registration *const outs[], enum store_error results[],
                                            size_t count);

/* When the person last asked for the device, and for which endpoint; window_ms is left to the caller.
 * STORE_NOT_FOUND: there is no such token. */
enum store_error registrations_made(struct store_tx *tx, const char *token,
                                    struct registration_request_made *out);
/* The person asks once more. Writes. */
enum store_error registrations_make_again(struct store_tx *tx, const char *token, long long now);

/* Finds a registration. STORE_NOT_FOUND: there is no such token. */
enum store_error registrations_find(struct store_tx *tx, const char *token, struct registration *out);

/* Starts again after the claim has ended: like registrations_add(), but keeps the token, and claims a device
 * that is connected, too: it was reset, or has a new owner. Changes nothing if the claim is still open.
 * request needs targets, endpoint, now and window_ms. STORE_ENDED: the device has arrived. */
enum store_error registrations_retry(struct store_tx *tx, const struct registration_request *request,
                                     struct registration *out);

/* Cancels a registration. Its claim is cancelled when the last of its registrations is. STORE_ENDED: the
 * claim has already ended in another way. */
enum store_error registrations_cancel(struct store_tx *tx, const char *token, long long now,
                                      struct registration *out);

/* The person says that the device is on: its message is published at once, but not more than once in
 * DELIVERIES_PRESS_MS. No effect on a claim that has ended. */
enum store_error registrations_press(struct store_tx *tx, const char *token, long long now,
                                     struct registration *out);

/* Deletes the registration with this token, or up to REGISTRATIONS_ERASE_MAX with this e-mail address (case
 * is ignored). Cancels an open claim that has no other registration. The claim itself is kept until its
 * retention ends: it identifies a device, not a person. *count: how many registrations were deleted. */
#define REGISTRATIONS_ERASE_MAX 200
enum store_error registrations_erase(struct store_tx *tx, const char *token, long long now, size_t *count);
enum store_error registrations_erase_email(struct store_tx *tx, const char *email, long long now,
                                           size_t *count);

#endif
