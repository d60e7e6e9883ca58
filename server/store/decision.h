/* SPDX-License-Identifier: Apache-2.0 */
/* What staff decides about a device's owner, by command or on the admin listener. */
#ifndef SERVER_STORE_DECISION_H
#define SERVER_STORE_DECISION_H

#include "server/store/owners.h"

struct decision {
    const char *action;     /* "grant", "refuse" or "release" */
    const char *thing_name; /* the device; "-": that of the registration */
    const char *token;      /* of the registration; NULL for release */
    const char *reason;     /* kept in the audit */
    long long now;          /* store_clock_ms() */
    enum ownership_answer answer;
};

/* A sentence about what is wrong with a decision; NULL: nothing. */
const char *decision_problem(const struct decision *decision);

/* The store_job's run(), which writes; argument is a struct decision without a problem. STORE_NOT_FOUND:
 * there is no such registration of this device. */
enum store_error decision_run(struct store_tx *tx, void *argument);

/* What to say if the answer is another than OWNERSHIP_DONE. */
const char *decision_refusal(const struct decision *decision);

#endif
