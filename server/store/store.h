/* SPDX-License-Identifier: Apache-2.0 */
/* The store of claims and registrations, in SQLite or PostgreSQL.
 *
 * Writing jobs go to writers. Each writer is a thread with its own connection. SQLite has one writer, because
 * only one connection may ever write or checkpoint (the WAL-reset bug, fixed in 3.51.3, needs two);
 * PostgreSQL has several. Jobs that are queued together share one transaction and are answered after its
 * commit, so writes are both durable and fast. Reading jobs go to readers, whose connections cannot write. A
 * read never waits for a write. It sees every write whose done() was called before the read was submitted. */
#ifndef SERVER_STORE_STORE_H
#define SERVER_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "server/store/job.h"
#include "server/store/options.h"

struct store;

/* Opens the database and upgrades its schema. Blocks. On error *out is untouched and *why has a sentence for
 * the operator. options are borrowed for the life of the store. */
enum store_error store_open(const struct store_options *options, struct store **out, struct text *why)
    __attribute__((warn_unused_result));
/* Only upgrades the schema. */
enum store_error store_migrate(const struct store_options *options, struct store_versions *out,
                               struct text *why) __attribute__((warn_unused_result));

/* Runs all submitted jobs, then closes and frees the store. Blocks. Accepts NULL. */
void store_close(struct store *store);

/* Queues a job. The job is borrowed until its done() is called. STORE_BUSY: the job was not accepted, and
 * done() will not be called. Never blocks. Any thread. */
enum store_error store_submit(struct store *store, struct store_job *job) __attribute__((warn_unused_result));

/* Submits a job and waits for its result. Must not be called on a thread of the store or on an HTTP
 * thread. */
enum store_error store_call(struct store *store, enum store_error (*run)(struct store_tx *, void *),
                            void *argument, bool writes) __attribute__((warn_unused_result));
/* The same with an urgent job. */
enum store_error store_call_urgent(struct store *store, enum store_error (*run)(struct store_tx *, void *),
                                   void *argument, bool writes) __attribute__((warn_unused_result));

/* The number of commits so far and of jobs in them, without urgent ones; and whether the last write
 * succeeded. Any thread. */
void store_commit_counts(const struct store *store, unsigned long long *commits, unsigned long long *jobs);
bool store_is_healthy(const struct store *store);

#endif
