/* SPDX-License-Identifier: Apache-2.0 */
/* A job for the store, and its possible results. See store_submit(). */
#ifndef SERVER_STORE_JOB_H
#define SERVER_STORE_JOB_H

#include <stdbool.h>
#include <stddef.h>

enum store_error {
    STORE_OK,
    STORE_NOT_FOUND,
    STORE_CONFLICT,    /* the endpoint or the staging account of a registration is no longer configured */
    STORE_UNLISTED,    /* the thing is not in the inventory, which is required */
    STORE_KEY_USED,    /* the idempotency key belongs to another request */
    STORE_ENDED,       /* the claim has ended in a way that cannot be retried or cancelled */
    STORE_FULL,        /* cannot write: disk full, failing or locked. Nothing of the job was kept */
    STORE_BUSY,        /* too many jobs are queued, or the store is closing */
    STORE_UNAVAILABLE, /* the database cannot be reached or does not answer in time. If this happened during
                          the commit, the job may have been kept: look for its token */
    STORE_AGAIN,       /* only for run(): another portal was faster; undo this and run the job again */
    STORE_NOT_LEADER,  /* the term in which the job was to write is over (leaders.h) */
    STORE_IN_USE,      /* store_open(): another process uses this database */
    STORE_TOO_NEW,     /* store_open(): made by a newer version of this program */
    STORE_BROKEN,      /* anything else; the log has the reason */
};
/* A short name for messages and logs, such as "not found". */
const char *store_error_name(enum store_error error);

/* Returns from the calling function if error is an error. */
#define RETURN_IF(error)                                                                                     \
    do {                                                                                                     \
        enum store_error error_ = (error);                                                                   \
        if (error_)                                                                                          \
            return error_;                                                                                   \
    } while (0)

struct store_tx; /* a transaction inside a job; claims.h and registrations.h have its operations */

struct store_job {
    /* Runs on a writer's thread inside a transaction, or on a reader's thread without one. If it returns an
     * error, only what this job wrote is undone. May run more than once if the transaction was not kept, so
     * it must start from the beginning each time. */
    enum store_error (*run)(struct store_tx *tx, void *argument);
    /* Runs on the same thread, after the commit. result: what run returned, or why the commit failed. Must
     * not block. May submit jobs and may free this one. */
    void (*done)(void *argument, enum store_error result);
    void *argument;
    bool writes; /* false: run only reads */
    bool urgent; /* goes before all others that wait, and has a transaction of its own */
    /* NULL, or does the same as run for many jobs at once, for databases where each statement costs a round
     * trip. results[i] is STORE_AGAIN at first; jobs that keep it are run one by one afterwards. If it
     * returns an error, everything is undone and all jobs are run one by one. */
    const void *kind; /* all jobs of a kind have the same run_together; NULL: no kind */
    enum store_error (*run_together)(struct store_tx *tx, void *const arguments[], enum store_error results[],
                                     size_t count);
    /* private */
    enum store_error result;
    struct store_job *next;
};

#endif
