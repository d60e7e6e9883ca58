/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs that write, run together in one transaction and answered by one commit. For store.c only. */
#ifndef SERVER_STORE_BATCH_H
#define SERVER_STORE_BATCH_H

#include "server/store/database.h"

struct batch_outcome {
    unsigned long long commits, jobs; /* made, and carried by them */
    bool wrote, failed;               /* something was to be kept; it could not be */
    bool erased;                      /* a person's data: see engine_kind.scrub */
};

/* Sets each job's result; done() is left to the caller. A transaction that was rolled back for others' sake
 * is tried again; where one job's error took those of the others with it, each is run in a transaction of its
 * own. */
void batch_run(struct database *database, struct store_job *first, struct batch_outcome *outcome);

#endif
