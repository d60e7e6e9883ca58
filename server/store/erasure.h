/* SPDX-License-Identifier: Apache-2.0 */
/* Erasing what is known of a person, a step a job until none is left. */
#ifndef SERVER_STORE_ERASURE_H
#define SERVER_STORE_ERASURE_H

#include "server/store/job.h"

struct erasure {
    const char *email, *token; /* one of the two; the other NULL */
    long long now;             /* wall ms */
    size_t erased;             /* by the steps before; the caller's sum */
    /* set by a step */
    size_t step;
    bool more; /* another step is needed */
};

/* A job that writes; the argument is a struct erasure. What was erased is cleaned out of SQLite's files
 * before done() where no long read is in the way; again where nothing was left to erase. */
enum store_error erasure_run(struct store_tx *tx, void *argument);

#endif
