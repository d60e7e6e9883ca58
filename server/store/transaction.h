/* SPDX-License-Identifier: Apache-2.0 */
/* The contents of struct store_tx, and statements inside a transaction. Private to server/store/. */
#ifndef SERVER_STORE_TRANSACTION_H
#define SERVER_STORE_TRANSACTION_H

#include "claim/lifecycle.h"
#include "server/store/database.h"

struct store_tx {
    struct database *database;
    bool writes;          /* false: the connection is read-only */
    bool wants_savepoint; /* other jobs share the transaction: set a savepoint before the first write */
    bool has_savepoint;
    bool has_written;   /* something was written */
    bool has_erased;    /* personal data was erased */
    long long *arrived; /* claims that the job made onboarded, for owners_arrived() */
    size_t arrived_count, arrived_room;
    long long count_changes[CLAIM_STATE_COUNT]; /* recorded by claim_counts_record() before the commit */
};

/* Notes that a claim's device has arrived. Before the job ends, this makes an owner. */
void tx_arrived(struct store_tx *tx, long long claim_id);
/* Frees what such notes need. */
void tx_fini(struct store_tx *tx);

/* Like database_run(). All functions that write first set the job's savepoint if it needs one. */
enum store_error tx_run(struct store_tx *tx, enum statement statement, struct sql_values values,
                        long long *changed) __attribute__((warn_unused_result));
/* Like database_insert(). */
enum store_error tx_insert(struct store_tx *tx, enum statement statement, struct sql_values values,
                           long long *id) __attribute__((warn_unused_result));
/* For a statement that writes and returns rows. */
enum store_error tx_write(struct store_tx *tx, enum statement statement, struct sql_values values,
                          database_each *each, void *context) __attribute__((warn_unused_result));
enum store_error tx_query(struct store_tx *tx, enum statement statement, struct sql_values values,
                          database_each *each, void *context) __attribute__((warn_unused_result));

#endif
