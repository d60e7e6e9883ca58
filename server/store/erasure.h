/* SPDX-License-Identifier: Apache-2.0 */
/* Erases the registrations of a person in steps, one job each, until none is left. */
#ifndef SERVER_STORE_ERASURE_H
#define SERVER_STORE_ERASURE_H

#include "server/store/job.h"

struct erasure {
    const char *email, *token; /* exactly one of the two is set */
    long long now;             /* store_clock_ms() */
    size_t erased;             /* total of the earlier steps; updated by the caller */
    /* set by a step */
    size_t step;
    bool more; /* another step is needed */
};

/* Whether a text is a token: one that is cut off or mistyped erases nothing, and should not seem to. */
bool erasure_token_is_sound(const char *token);

/* Runs one step inside a job that writes; argument is a struct erasure. The erased data is also removed from
 * unused parts of SQLite's files: before done() unless a long read prevents it, and also if there was nothing
 * to erase. */
enum store_error erasure_run(struct store_tx *tx, void *argument);

#endif
