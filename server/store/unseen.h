/* SPDX-License-Identifier: Apache-2.0 */
/* The claims whose device has not been seen yet, in turn. Call inside a store_job's run(). All times are
 * milliseconds of store_clock.h. Only reads. */
#ifndef SERVER_STORE_UNSEEN_H
#define SERVER_STORE_UNSEEN_H

#include "claim/identifier.h"
#include "claim/lifecycle.h"
#include "server/store/job.h"

#define UNSEEN_CLAIMS 64 /* in one page */
#define UNSEEN_MAX (UNSEEN_CLAIMS * CLAIM_STAGING_MAX)

/* A place in the order of the claims: by when they expire. All zeros: before the first. */
struct unseen_place {
    long long expires_at, claim_id;
};

struct unseen_thing {
    struct unseen_place place;
    char thing_name[IDENTIFIER_SIZE]; /* in the identifier form of one staging account */
};

/* Reads the next published claims for the OEM account `endpoint` after a place, a page of them: out has room
 * for UNSEEN_MAX things, one or more a claim. Without those that were published after published_before.
 * *count 0: there are no more. */
enum store_error unseen_read(struct store_tx *tx, const char *endpoint, struct unseen_place after,
                             long long published_before, struct unseen_thing *out, size_t *count);

#endif
