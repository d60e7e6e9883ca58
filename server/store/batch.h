/* SPDX-License-Identifier: Apache-2.0 */
/* Runs writing jobs together in one transaction with one commit. Private to store.c. */
#ifndef SERVER_STORE_BATCH_H
#define SERVER_STORE_BATCH_H

#include "server/store/database.h"

struct batch_outcome {
    unsigned long long commits, jobs; /* commits made, and jobs in them */
    bool wrote, failed;               /* a job wanted to write; the write failed */
    bool erased;                      /* personal data was erased: see engine_kind.scrub */
};

/* Sets each job's result; the caller calls done(). Repeats a transaction that was rolled back by a conflict
 * with others. If an error of one job undid the work of the others, runs each job in its own transaction. */
void batch_run(struct database *database, struct store_job *first, struct batch_outcome *outcome);

#endif
