/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/transaction.h"

#include <stdlib.h>

#include "base/memory.h"
#include "server/store/engine.h"

void tx_arrived(struct store_tx *tx, long long claim_id)
{
    if (tx->arrived_count == tx->arrived_room) {
        tx->arrived_room = tx->arrived_room ? 2 * tx->arrived_room : 16;
        tx->arrived = memory_grow(tx->arrived, tx->arrived_room, sizeof *tx->arrived);
    }
    tx->arrived[tx->arrived_count++] = claim_id;
}

void tx_fini(struct store_tx *tx)
{
    free(tx->arrived);
}

static enum store_error before_write(struct store_tx *tx)
{
    if (!tx->writes) /* the job was submitted as one that only reads */
        return STORE_BROKEN;
    if (!tx->wants_savepoint || tx->has_savepoint)
        return STORE_OK;
    RETURN_IF(tx->database->kind->savepoint(tx->database));
    tx->has_savepoint = true;
    return STORE_OK;
}

enum store_error tx_run(struct store_tx *tx, enum statement statement, struct sql_values values,
                        long long *changed)
{
    long long rows = 0;

    RETURN_IF(before_write(tx));
    RETURN_IF(database_run(tx->database, statement, values, &rows));
    tx->has_written = tx->has_written || rows > 0;
    if (changed)
        *changed = rows;
    return STORE_OK;
}

enum store_error tx_insert(struct store_tx *tx, enum statement statement, struct sql_values values,
                           long long *id)
{
    RETURN_IF(before_write(tx));
    RETURN_IF(database_insert(tx->database, statement, values, id));
    tx->has_written = true;
    return STORE_OK;
}

enum store_error tx_write(struct store_tx *tx, enum statement statement, struct sql_values values,
                          database_each *each, void *context)
{
    RETURN_IF(before_write(tx));
    RETURN_IF(database_query(tx->database, statement, values, each, context));
    tx->has_written = true;
    return STORE_OK;
}

enum store_error tx_query(struct store_tx *tx, enum statement statement, struct sql_values values,
                          database_each *each, void *context)
{
    return database_query(tx->database, statement, values, each, context);
}
