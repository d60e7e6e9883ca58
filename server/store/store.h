/* SPDX-License-Identifier: Apache-2.0 */
/* The store: where claims and registrations are kept, in SQLite or PostgreSQL.
 *
 * Jobs that write go to the writers, each a thread with a connection of its own: one for SQLite, where only
 * one connection may ever write or checkpoint (the WAL-reset bug, fixed in 3.51.3, needs two), several for
 * PostgreSQL. Jobs that wait together share one transaction, and all are answered after its one commit:
 * durable and fast at once. Jobs that only read go to the readers, which have connections that cannot write.
 * A read never waits for a write; it sees every write whose done() was called before it was submitted. */
#ifndef SERVER_STORE_STORE_H
#define SERVER_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

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

struct store;
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

struct store_options {
    const char *url;           /* "sqlite:/path/to/portal.db", "postgresql://host/database?..." */
    const char *password_file; /* PostgreSQL: read at each connect; NULL or "": none */
    unsigned writers, readers; /* connections, at least 1; SQLite has one writer whatever is asked for */
    long long timeout_ms;      /* PostgreSQL: a statement that takes longer is given up */
    /* PostgreSQL: asked while the database cannot be reached at start; false gives up. NULL: gives up at
     * once. */
    bool (*wait)(void *context, const char *why);
    void *context;
};

/* Opens the database and brings its schema up to date. On error *out is untouched and *why has a sentence for
 * the operator. Options are borrowed for the life of the store. */
enum store_error store_open(const struct store_options *options, struct store **out, struct text *why)
    __attribute__((warn_unused_result));
/* Only brings the schema up to date; *steps: by how many migrations. */
enum store_error store_migrate(const struct store_options *options, int *steps, struct text *why)
    __attribute__((warn_unused_result));

/* Runs every job that was submitted, then closes. NULL is fine. */
void store_close(struct store *store);

/* Any thread, never blocks. The job is borrowed until its done() has been called. STORE_BUSY: not taken,
 * done() will not be called. */
enum store_error store_submit(struct store *store, struct store_job *job) __attribute__((warn_unused_result));

/* Submits a job and waits for it. Not on a thread of the store, not on a thread that serves HTTP. */
enum store_error store_call(struct store *store, enum store_error (*run)(struct store_tx *, void *),
                            void *argument, bool writes) __attribute__((warn_unused_result));

/* Commits so far and jobs that they carried; whether the last commit failed. Any thread. */
void store_commit_counts(const struct store *store, unsigned long long *commits, unsigned long long *jobs);
bool store_is_healthy(const struct store *store);

#endif
