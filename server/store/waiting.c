/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/waiting.h"

#include "server/store/transaction.h"

struct waiting_rows {
    struct waiting_thing *out;
    size_t count;
};

static void waiting_row(void *context, const struct row *row)
{
    struct waiting_rows *rows = context;

    if (rows->count == WAITING_MAX)
        return;
    struct waiting_thing *thing = &rows->out[rows->count++];
    thing->place.expires_at = row_integer(row, 0);
    thing->place.claim_id = row_integer(row, 1);
    row_copy(row, 2, thing->thing_name, sizeof thing->thing_name);
}

enum store_error waiting_read(struct store_tx *tx, const char *endpoint, struct waiting_place after,
                              long long published_before, struct waiting_thing *out, size_t *count)
{
    struct waiting_rows rows = {out, 0};

    enum store_error error =
        tx_query(tx, SQL_CLAIMS_WAITING,
                 WITH(sql_text(endpoint), sql_integer(after.expires_at), sql_integer(after.claim_id),
                      sql_integer(published_before), sql_integer(WAITING_CLAIMS)),
                 waiting_row, &rows);
    *count = rows.count;
    return error == STORE_NOT_FOUND ? STORE_OK : error;
}
