/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/forgetting.h"

#include "server/store/transaction.h"

enum store_error forgetting_want(struct store_tx *tx, const char *token, bool wanted)
{
    return tx_run(tx, SQL_FORGETTING_WANT, WITH(sql_text(token), sql_integer(wanted)), NULL);
}

enum store_error forgetting_run(struct store_tx *tx, const char *thing_name, long long now)
{
    long long changed = 0;

    RETURN_IF(tx_run(tx, SQL_FORGETTING_RUN, WITH(sql_text(thing_name), sql_integer(now)), &changed));
    if (changed > 0)
        tx->has_erased = true;
    return STORE_OK;
}

static void time_row(void *context, const struct row *row)
{
    *(long long *)context = row_integer(row, 0);
}

enum store_error forgetting_find(struct store_tx *tx, const char *token, long long *at)
{
    *at = 0;
    return tx_query(tx, SQL_FORGETTING_FIND, WITH(sql_text(token)), time_row, at);
}
