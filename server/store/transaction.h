/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of struct store_tx, for the files of this folder only. */
#ifndef SERVER_STORE_TRANSACTION_H
#define SERVER_STORE_TRANSACTION_H

#include "claim/lifecycle.h"
#include "server/store/database.h"

struct store_tx {
    struct database *database;
    bool writes;          /* false: on a connection that cannot */
    bool wants_savepoint; /* other jobs share the transaction: before the first write of this one */
    bool has_savepoint;
    bool has_written;                           /* the transaction is not empty */
    bool has_erased;                            /* a person's data */
    long long count_changes[CLAIM_STATE_COUNT]; /* recorded before the commit */
};

/* As database_run() and database_query(); a statement that writes sets the job's savepoint first. */
enum store_error tx_run(struct store_tx *tx, enum statement statement, struct sql_values values,
                        long long *changed) __attribute__((warn_unused_result));
/* As database_insert(). */
enum store_error tx_insert(struct store_tx *tx, enum statement statement, struct sql_values values,
                           long long *id) __attribute__((warn_unused_result));
/* A statement that writes and gives rows. */
enum store_error tx_write(struct store_tx *tx, enum statement statement, struct sql_values values,
                          database_each *each, void *context) __attribute__((warn_unused_result));
enum store_error tx_query(struct store_tx *tx, enum statement statement, struct sql_values values,
                          database_each *each, void *context) __attribute__((warn_unused_result));

#endif
