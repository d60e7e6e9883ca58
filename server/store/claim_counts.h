/* SPDX-License-Identifier: Apache-2.0 */
/* How many claims are in each state: kept in the database with the claims, so that nobody counts ten million
 * rows. */
#ifndef SERVER_STORE_CLAIM_COUNTS_H
#define SERVER_STORE_CLAIM_COUNTS_H

#include "claim/lifecycle.h"
#include "server/store/job.h"

#define CLAIM_COUNTS_TOKEN_SIZE 33

/* Inside a job; reads. */
enum store_error claim_counts_read(struct store_tx *tx, long long out[CLAIM_STATE_COUNT]);

/* Before the commit, by batch.c: what the transaction has changed, under a random token by which it can be
 * found afterwards (PostgreSQL). */
enum store_error claim_counts_record(struct store_tx *tx, char token[CLAIM_COUNTS_TOKEN_SIZE]);

/* A job that writes: joins the rows of transactions made before that time (wall ms) into one. Nothing to do
 * for SQLite. */
enum store_error claim_counts_join(struct store_tx *tx, long long before);

#endif
