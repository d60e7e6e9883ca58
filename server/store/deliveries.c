/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/deliveries.h"

#include <stdlib.h>

#include "server/store/claims.h"
#include "server/store/transaction.h"

static enum store_error ignore_missing(enum store_error error)
{
    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

struct turn_rows {
    struct delivery_turn *list;
    size_t count;
    bool has_offer;
};

static void turn_row(void *context, const struct row *row)
{
    struct turn_rows *rows = context;

    rows->list[rows->count++] = (struct delivery_turn){
        .claim_id = row_integer(row, 0),
        .accepted_at = row_integer(row, 1),
        .published_at = row_integer(row, 2),
        .pressed_at = row_integer(row, 3),
        .attempts = (unsigned)row_integer(row, 4),
        .network = row_integer(row, 5),
        .offered_at = rows->has_offer ? row_integer(row, 6) : 0,
    };
}

/* An UPDATE returns its rows in no particular order. */
static int oldest_first(const void *left, const void *right)
{
    const struct delivery_turn *a = left, *b = right;

    if (a->accepted_at != b->accepted_at)
        return a->accepted_at < b->accepted_at ? -1 : 1;
    return a->claim_id < b->claim_id ? -1 : 1;
}

static long long at_most(size_t room)
{
    return (long long)(room < DELIVERIES_MAX ? room : DELIVERIES_MAX);
}

enum store_error deliveries_take(struct store_tx *tx, const char *staging, long long now, long long again,
                                 struct delivery_turn *out, size_t room, size_t *count)
{
    struct turn_rows rows = {.list = out};

    *count = 0;
    RETURN_IF(ignore_missing(
        tx_write(tx, SQL_DELIVERIES_TAKE,
                 WITH(sql_text(staging), sql_integer(now), sql_integer(again), sql_integer(at_most(room))),
                 turn_row, &rows)));
    qsort(out, rows.count, sizeof *out, oldest_first);
    *count = rows.count;
    return STORE_OK;
}

enum store_error deliveries_due(struct store_tx *tx, const char *staging, long long now, bool *due)
{
    enum store_error error =
        tx_query(tx, SQL_DELIVERIES_DUE, WITH(sql_text(staging), sql_integer(now)), NULL, NULL);

    *due = error == STORE_OK;
    return ignore_missing(error);
}

enum store_error deliveries_open(struct store_tx *tx, const char *staging, const struct delivery_turn *after,
                                 struct delivery_turn *out, size_t room, size_t *count)
{
    struct turn_rows rows = {.list = out, .has_offer = true};

    *count = 0;
    RETURN_IF(
        ignore_missing(tx_query(tx, SQL_DELIVERIES_OPEN,
                                WITH(sql_text(staging), sql_integer(after ? after->offered_at : -1),
                                     sql_integer(after ? after->claim_id : 0), sql_integer(at_most(room))),
                                turn_row, &rows)));
    *count = rows.count;
    return STORE_OK;
}

struct delivery_rows {
    struct delivery *list;
    size_t count;
};

static void delivery_row(void *context, const struct row *row)
{
    struct delivery_rows *rows = context;
    struct delivery *delivery = &rows->list[rows->count++];

    *delivery = (struct delivery){.claim_id = row_integer(row, 0),
                                  .attempts = (unsigned)row_integer(row, 3),
                                  .refusals = (unsigned)row_integer(row, 4),
                                  .is_closed = row_integer(row, 5) != 0,
                                  .state = CLAIM_CANCELLED};
    row_copy(row, 1, delivery->thing_name, sizeof delivery->thing_name);
    row_copy(row, 2, delivery->endpoint, sizeof delivery->endpoint);
    (void)claim_state_parse(row_text(row, 6), &delivery->state);
}

enum store_error deliveries_look(struct store_tx *tx, const char *staging, const long long *claim_ids,
                                 size_t claim_count, struct delivery *out, size_t *count)
{
    struct delivery_rows rows = {.list = out};

    *count = 0;
    RETURN_IF(ignore_missing(tx_query(tx, SQL_DELIVERIES_LOOK,
                                      WITH(sql_text(staging), sql_integers(claim_ids, claim_count)),
                                      delivery_row, &rows)));
    *count = rows.count;
    return STORE_OK;
}

/* Updates the claim first, like all functions here: transactions that lock rows in the same order cannot
 * deadlock. */
enum store_error deliveries_acknowledged(struct store_tx *tx, const char *staging, long long claim_id,
                                         long long now, long long again)
{
    long long changed;

    RETURN_IF(tx_run(tx, SQL_CLAIM_PUBLISHED, WITH(sql_integer(claim_id), sql_integer(now)), &changed));
    if (changed) {
        tx->count_changes[CLAIM_QUEUED]--;
        tx->count_changes[CLAIM_PUBLISHED]++;
    } else {
        RETURN_IF(tx_run(tx, SQL_CLAIM_PUBLISHED_AGAIN, WITH(sql_integer(claim_id)), NULL));
    }
    return tx_run(tx, SQL_DELIVERY_ACKNOWLEDGED,
                  WITH(sql_integer(claim_id), sql_text(staging), sql_integer(again), sql_integer(now)), NULL);
}

enum store_error deliveries_refused(struct store_tx *tx, const char *staging, long long claim_id,
                                    long long now, long long again, bool give_up)
{
    RETURN_IF(tx_run(tx, SQL_DELIVERY_REFUSED,
                     WITH(sql_integer(claim_id), sql_text(staging), sql_integer(again)), NULL));
    if (!give_up)
        return STORE_OK;
    RETURN_IF(tx_run(tx, SQL_DELIVERY_CLOSE, WITH(sql_integer(claim_id), sql_text(staging)), NULL));
    enum store_error left = tx_query(tx, SQL_DELIVERIES_LEFT, WITH(sql_integer(claim_id)), NULL, NULL);
    if (left != STORE_NOT_FOUND)
        return left;
    return claims_end(tx, claim_id, CLAIM_QUEUED, CLAIM_FAILED, now);
}

enum store_error deliveries_press(struct store_tx *tx, long long claim_id, long long now, bool *pressed)
{
    long long changed = 0;

    RETURN_IF(tx_run(tx, SQL_DELIVERIES_PRESS,
                     WITH(sql_integer(claim_id), sql_integer(now), sql_integer(now - DELIVERIES_PRESS_MS)),
                     &changed));
    *pressed = changed > 0;
    return STORE_OK;
}
