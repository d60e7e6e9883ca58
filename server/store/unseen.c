/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/unseen.h"

#include "server/store/transaction.h"

struct unseen_rows {
    struct unseen_thing *out;
    size_t count;
};

static void unseen_row(void *context, const struct row *row)
{
    struct unseen_rows *rows = context;

    if (rows->count == UNSEEN_MAX)
        return;
    struct unseen_thing *thing = &rows->out[rows->count++];
    thing->place.expires_at = row_integer(row, 0);
    thing->place.claim_id = row_integer(row, 1);
    row_copy(row, 2, thing->thing_name, sizeof thing->thing_name);
}

enum store_error unseen_read(struct store_tx *tx, const char *endpoint, struct unseen_place after,
                             long long published_before, struct unseen_thing *out, size_t *count)
{
    struct unseen_rows rows = {out, 0};

    enum store_error error =
        tx_query(tx, SQL_CLAIMS_UNSEEN,
                 WITH(sql_text(endpoint), sql_integer(after.expires_at), sql_integer(after.claim_id),
                      sql_integer(published_before), sql_integer(UNSEEN_CLAIMS)),
                 unseen_row, &rows);
    *count = rows.count;
    return error == STORE_NOT_FOUND ? STORE_OK : error;
}
