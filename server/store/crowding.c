/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/crowding.h"

#include "server/store/transaction.h"

static enum store_error ignore_missing(enum store_error error)
{
    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

struct network_rows {
    struct network_row *list;
    size_t count;
};

static void network_row(void *context, const struct row *row)
{
    struct network_rows *rows = context;

    rows->list[rows->count++] = (struct network_row){.network = row_integer(row, 0),
                                                     .arrivals = row_integer(row, 1),
                                                     .expiries = row_integer(row, 2),
                                                     .as_of = row_integer(row, 3)};
}

enum store_error crowding_networks(struct store_tx *tx, const char *staging, struct network_row *out,
                                   size_t room, size_t *count)
{
    struct network_rows rows = {.list = out};

    *count = 0;
    RETURN_IF(ignore_missing(tx_query(tx, SQL_NETWORKS, WITH(sql_text(staging), sql_integer((long long)room)),
                                      network_row, &rows)));
    *count = rows.count;
    /* What was open belongs to the lane before; this one counts anew. */
    return tx->writes ? tx_run(tx, SQL_QUEUES_CLEAR, WITH(sql_text(staging)), NULL) : STORE_OK;
}

enum store_error crowding_set_networks(struct store_tx *tx, const char *staging,
                                       const struct network_row *rows, size_t count, long long before)
{
    for (size_t i = 0; i < count; i++)
        RETURN_IF(tx_run(tx, SQL_NETWORK_SET,
                         WITH(sql_text(staging), sql_integer(rows[i].network), sql_integer(rows[i].arrivals),
                              sql_integer(rows[i].expiries), sql_integer(rows[i].as_of),
                              sql_integer(rows[i].open), sql_integer(rows[i].waiting)),
                         NULL));
    return tx_run(tx, SQL_NETWORKS_FORGET, WITH(sql_text(staging), sql_integer(before)), NULL);
}

enum store_error crowding_set_queue(struct store_tx *tx, const char *leader, const struct queue_length *queue)
{
    return tx_run(tx, SQL_QUEUE_SET,
                  WITH(sql_text(leader), sql_integer(queue->since), sql_integer(queue->middle),
                       sql_integer(queue->until), sql_integer(queue->ms)),
                  NULL);
}

static void queue_row(void *context, const struct row *row)
{
    struct queue_length *queue = context;

    *queue = (struct queue_length){row_integer(row, 0), row_integer(row, 1), row_integer(row, 2),
                                   row_integer(row, 3)};
}

enum store_error crowding_queue(struct store_tx *tx, const char *const *stagings, size_t staging_count,
                                struct queue_length *out)
{
    *out = (struct queue_length){0};
    return ignore_missing(
        tx_query(tx, SQL_QUEUE_LONGEST, WITH(sql_texts(stagings, staging_count)), queue_row, out));
}

static void crowded_row(void *context, const struct row *row)
{
    struct network_rows *rows = context;

    rows->list[rows->count++] = (struct network_row){
        .network = row_integer(row, 0), .open = row_integer(row, 1), .waiting = row_integer(row, 2)};
}

enum store_error crowding_list(struct store_tx *tx, const char *const *stagings, size_t staging_count,
                               long long open, struct network_row *out, size_t room, size_t *count)
{
    struct network_rows rows = {.list = out};

    *count = 0;
    RETURN_IF(ignore_missing(
        tx_query(tx, SQL_NETWORKS_CROWDED,
                 WITH(sql_integer(open), sql_integer((long long)room), sql_texts(stagings, staging_count)),
                 crowded_row, &rows)));
    *count = rows.count;
    return STORE_OK;
}
