/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/claim_counts.h"

#include "base/random.h"
#include "server/store/engine.h"
#include "server/store/store_clock.h"
#include "server/store/transaction.h"

static void counts_row(void *context, const struct row *row)
{
    long long *out = context;

    for (int state = 0; state < CLAIM_STATE_COUNT; state++)
        out[state] = row_integer(row, state);
}

enum store_error claim_counts_read(struct store_tx *tx, long long out[CLAIM_STATE_COUNT])
{
    return tx_query(tx, SQL_COUNTS, WITH_NOTHING, counts_row, out);
}

enum store_error claim_counts_record(struct store_tx *tx, char token[CLAIM_COUNTS_TOKEN_SIZE])
{
    const long long *change = tx->count_changes;
    bool changed = false;

    for (int state = 0; state < CLAIM_STATE_COUNT; state++)
        changed = changed || change[state];
    if (!changed && !tx->database->kind->has_round_trips)
        return STORE_OK;
    random_hex(token, CLAIM_COUNTS_TOKEN_SIZE - 1);
    return database_run(tx->database, SQL_COUNTS_CHANGE,
                        WITH(sql_text(token), sql_integer(store_clock_ms()),
                             sql_integer(change[CLAIM_QUEUED]), sql_integer(change[CLAIM_PUBLISHED]),
                             sql_integer(change[CLAIM_ONBOARDED]), sql_integer(change[CLAIM_EXPIRED]),
                             sql_integer(change[CLAIM_FAILED]), sql_integer(change[CLAIM_CANCELLED])),
                        NULL);
}

enum store_error claim_counts_join(struct store_tx *tx, long long before)
{
    char token[CLAIM_COUNTS_TOKEN_SIZE];

    if (!tx->database->kind->has_round_trips)
        return STORE_OK;
    random_hex(token, sizeof token - 1);
    return tx_run(tx, SQL_COUNTS_JOIN, WITH(sql_integer(before), sql_text(token)), NULL);
}
