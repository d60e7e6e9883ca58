/* SPDX-License-Identifier: Apache-2.0 */
/* Deletes data after its retention time, in small batches. */
#ifndef SERVER_STORE_RETENTION_H
#define SERVER_STORE_RETENTION_H

#include "server/store/job.h"

struct retention {              /* milliseconds; 0: forever */
    long long ended_claims;     /* since the end of the claim: the claim, its deliveries and registrations,
                                   and with a thing's last one whether the thing is connected. Not while one of
                                   its registrations owns the device, or may become its owner */
    long long contacts;         /* since the registration: name and e-mail address */
    long long idempotency_keys; /* since the registration */
};

struct retention_step {
    const struct retention *retention;
    long long now; /* store_clock_ms() */
    size_t limit;  /* rows of each kind, at most RETENTION_LIMIT_MAX */
    /* 0 at first; kept by the caller between steps */
    long long after;     /* claims up to this id were checked */
    long long kept;      /* all claims up to this id are kept for owners */
    long long look_back; /* when to look at those again: one may no longer own its device */
    /* set by the step */
    size_t claims, contacts, keys; /* deleted or cleared */
    bool more;                     /* the next step has more to delete */
};

#define RETENTION_LIMIT_MAX 500

/* Runs one step, inside a job that writes. */
enum store_error retention_run(struct store_tx *tx, struct retention_step *step);

#endif
