/* SPDX-License-Identifier: Apache-2.0 */
/* A piece of work for the store, and how it can end. Who has one hands it to store_submit(). */
#ifndef SERVER_STORE_JOB_H
#define SERVER_STORE_JOB_H

#include <stdbool.h>
#include <stddef.h>

enum store_error {
    STORE_OK,
    STORE_NOT_FOUND,
    STORE_CONFLICT,    /* an open claim for the thing goes to another endpoint */
    STORE_KEY_USED,    /* the idempotency key belongs to another request */
    STORE_ENDED,       /* the claim has succeeded: nothing to retry or to cancel */
    STORE_FULL,        /* could not be written, disk full, failing or locked: nothing of the job was kept */
    STORE_BUSY,        /* too many jobs wait, or the store is closing */
    STORE_UNAVAILABLE, /* the database cannot be reached, or does not answer in time. Where its commit was
                          under way, the job may have been kept all the same: what it wrote can be looked for
                          by its token */
    STORE_AGAIN,       /* for run() alone: another portal was faster, undo this and run the job again */
    STORE_IN_USE,      /* open: another process has this database */
    STORE_TOO_NEW,     /* open: made by a newer version of this program */
    STORE_BROKEN,      /* anything else; the log says what */
};
const char *store_error_name(enum store_error error);

struct store_tx; /* a transaction as a job sees it; see claims.h and registrations.h for what it can do */

struct store_job {
    /* On a writer's thread inside a transaction, or on a reader's without one. An error undoes what this job
     * wrote and nothing else. May run more than once, when the transaction was not kept: it begins anew each
     * time. */
    enum store_error (*run)(struct store_tx *tx, void *argument);
    /* On the same thread, after the commit. result is what run returned, or why the commit failed. Must not
     * block; may submit again and may free the job. */
    void (*done)(void *argument, enum store_error result);
    void *argument;
    bool writes; /* false: run only reads */
    /* NULL, or: does what run does for many jobs at once, where each statement costs a round trip to the
     * database. results[i] is STORE_AGAIN when it is called; what it leaves so is run singly afterwards. An
     * error that it returns undoes everything: all are run singly. */
    const void *kind; /* jobs of one kind have the same run_together; NULL: none */
    enum store_error (*run_together)(struct store_tx *tx, void *const arguments[], enum store_error results[],
                                     size_t count);
    /* private */
    enum store_error result;
    struct store_job *next;
};

#endif
