/* SPDX-License-Identifier: Apache-2.0 */
/* The store: one worker thread that owns the only database connection and runs jobs. Jobs that wait together
 * share one transaction, and all are answered after its one commit: durable and fast at once. Only this
 * connection ever writes or checkpoints (SQLite's WAL-reset bug, fixed in 3.51.3, needs two). */
#ifndef SERVER_STORE_STORE_H
#define SERVER_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "claim/lifecycle.h"

enum store_error {
    STORE_OK,
    STORE_NOT_FOUND,
    STORE_CONFLICT, /* an open claim for the thing goes to another endpoint */
    STORE_KEY_USED, /* the idempotency key belongs to another request */
    STORE_ENDED,    /* the claim has succeeded: nothing to retry or to cancel */
    STORE_FULL,     /* could not be written, disk full, failing or locked: nothing of the job was kept */
    STORE_BUSY,     /* too many jobs wait, or the store is closing */
    STORE_IN_USE,   /* open: another process has this database */
    STORE_TOO_NEW,  /* open: made by a newer version of this program */
    STORE_BROKEN,   /* anything else; the log says what */
};
const char *store_error_name(enum store_error error);

struct store;
struct store_tx; /* a transaction as a job sees it; see claims.h and registrations.h for what it can do */

struct store_job {
    /* On the worker thread, inside the transaction. An error undoes what this job wrote and nothing else. */
    enum store_error (*run)(struct store_tx *tx, void *argument);
    /* On the worker thread after the commit. result is what run returned, or why the commit failed. Must not
     * block; may submit again and may free the job. */
    void (*done)(void *argument, enum store_error result);
    void *argument;
    bool writes; /* false: run only reads, and may run again when what others wrote before it was not kept */
    /* private */
    enum store_error result;
    struct store_job *next;
};

/* url: "sqlite:/path/to/portal.db". On error *out is untouched and *why has a sentence for the operator. */
enum store_error store_open(const char *url, struct store **out, struct text *why)
    __attribute__((warn_unused_result));

/* Runs every job that was submitted, then closes. NULL is fine. */
void store_close(struct store *store);

/* Any thread, never blocks. The job is borrowed until its done() has been called. STORE_BUSY: not taken,
 * done() will not be called. */
enum store_error store_submit(struct store *store, struct store_job *job) __attribute__((warn_unused_result));

/* Submits a job and waits for it. Not on the worker thread, not on a thread that serves HTTP. */
enum store_error store_call(struct store *store, enum store_error (*run)(struct store_tx *, void *),
                            void *argument, bool writes) __attribute__((warn_unused_result));

/* Claims in each state, after the last commit. Any thread. */
void store_claim_counts(const struct store *store, long long out[CLAIM_STATE_COUNT]);

/* Commits so far and jobs that they carried; whether the last commit failed. Any thread. */
void store_commit_counts(const struct store *store, unsigned long long *commits, unsigned long long *jobs);
bool store_is_healthy(const struct store *store);

#endif
