/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept for a time and then removed, in small batches. */
#ifndef SERVER_STORE_RETENTION_H
#define SERVER_STORE_RETENTION_H

#include "server/store/job.h"

struct retention {              /* milliseconds; 0: for ever */
    long long ended_claims;     /* since the end of the claim: it, its deliveries and its registrations */
    long long contacts;         /* since the registration: name and e-mail address */
    long long idempotency_keys; /* since the registration */
};

struct retention_step {
    const struct retention *retention;
    long long now;   /* wall ms */
    size_t limit;    /* rows of each kind, RETENTION_LIMIT_MAX at most */
    long long after; /* claims up to this id have been looked at; 0 at first, kept by the caller from step to
                        step */
    /* set by the step */
    size_t claims, contacts, keys; /* removed */
    bool more;                     /* the next step will find more */
};

#define RETENTION_LIMIT_MAX 500

/* A job that writes. */
enum store_error retention_run(struct store_tx *tx, struct retention_step *step);

#endif
