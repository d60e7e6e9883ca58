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
#include "server/store/job.h"
#include "server/store/options.h"

struct store;

/* Opens the database and brings its schema up to date. On error *out is untouched and *why has a sentence for
 * the operator. Options are borrowed for the life of the store. */
enum store_error store_open(const struct store_options *options, struct store **out, struct text *why)
    __attribute__((warn_unused_result));
/* Only brings the schema up to date. */
enum store_error store_migrate(const struct store_options *options, struct store_versions *out,
                               struct text *why) __attribute__((warn_unused_result));

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
