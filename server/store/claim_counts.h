/* SPDX-License-Identifier: Apache-2.0 */
/* The number of claims in each state. It is kept in the database with the claims, so that millions of rows
 * need not be counted. */
#ifndef SERVER_STORE_CLAIM_COUNTS_H
#define SERVER_STORE_CLAIM_COUNTS_H

#include "claim/lifecycle.h"
#include "server/store/job.h"

#define CLAIM_COUNTS_TOKEN_SIZE 33

/* Inside a job; only reads. */
enum store_error claim_counts_read(struct store_tx *tx, long long out[CLAIM_STATE_COUNT]);

/* Records what the transaction has changed. Called by batch.c before the commit. With PostgreSQL the record
 * has a random token, written to token, by which it can be found afterwards. */
enum store_error claim_counts_record(struct store_tx *tx, char token[CLAIM_COUNTS_TOKEN_SIZE]);

/* Inside a job that writes: joins the rows of transactions made before that time (of store_clock.h) into one
 * row. Does nothing with SQLite. */
enum store_error claim_counts_join(struct store_tx *tx, long long before);

#endif
