/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/leaders.h"

#include <string.h>

#include "server/store/engine.h"
#include "server/store/transaction.h"

/* A term that ends later than a term from now was begun before the database's clock was set back. It is over:
 * otherwise nobody would lead until the clock is there. */
#define AHEAD_MS 1000

struct leader_row {
    struct leader leader;
    long long term_ms;
};

static void leader_row(void *context, const struct row *row)
{
    struct leader_row *out = context;
    long long left = row_integer(row, 2);

    row_copy(row, 0, out->leader.holder, sizeof out->leader.holder);
    out->leader.term = row_integer(row, 1);
    out->leader.left_ms = left > 0 && left <= out->term_ms + AHEAD_MS ? left : 0;
}

static bool is_alone(const struct store_tx *tx)
{
    return !tx->database->kind->shared;
}

enum store_error leaders_find(struct store_tx *tx, const char *name, long long term_ms, struct leader *out)
{
    struct leader_row row = {.term_ms = term_ms};

    RETURN_IF(tx_query(tx, SQL_LEADER_FIND, WITH(sql_text(name)), leader_row, &row));
    if (is_alone(tx))
        row.leader.left_ms = 0;
    *out = row.leader;
    return STORE_OK;
}

/* There is no row, or another portal has locked it. */
static enum store_error take_first(struct store_tx *tx, const char *name, const char *holder,
                                   long long term_ms, struct leader_term *out)
{
    long long inserted = 0;

    RETURN_IF(tx_run(tx, SQL_LEADER_INSERT, WITH(sql_text(name), sql_text(holder), sql_integer(term_ms)),
                     &inserted));
    *out = (struct leader_term){.term = inserted ? 1 : 0, .endless = is_alone(tx)};
    return STORE_OK;
}

enum store_error leaders_take(struct store_tx *tx, const char *name, const char *holder, long long term_ms,
                              struct leader_term *out)
{
    struct leader_row row = {.term_ms = term_ms};
    const struct leader *last = &row.leader;

    enum store_error error = tx_query(tx, SQL_LEADER_LOCK, WITH(sql_text(name)), leader_row, &row);
    if (error == STORE_NOT_FOUND)
        return take_first(tx, name, holder, term_ms, out);
    RETURN_IF(error);
    if (last->left_ms && !is_alone(tx) && strcmp(last->holder, holder) != 0) {
        *out = (struct leader_term){.term = 0};
        return STORE_OK;
    }
    RETURN_IF(
        tx_run(tx, SQL_LEADER_TAKE, WITH(sql_text(name), sql_text(holder), sql_integer(term_ms)), NULL));
    *out = (struct leader_term){.term = last->term + 1, .endless = is_alone(tx)};
    return STORE_OK;
}

enum store_error leaders_renew(struct store_tx *tx, const char *name, long long term, long long term_ms,
                               bool *renewed)
{
    long long changed = 0;

    RETURN_IF(tx_run(tx, SQL_LEADER_RENEW, WITH(sql_text(name), sql_integer(term), sql_integer(term_ms)),
                     &changed));
    *renewed = changed > 0;
    return STORE_OK;
}

enum store_error leaders_resign(struct store_tx *tx, const char *name, long long term)
{
    return tx_run(tx, SQL_LEADER_RESIGN, WITH(sql_text(name), sql_integer(term)), NULL);
}

enum store_error leaders_check(struct store_tx *tx, const char *name, long long term)
{
    if (!tx->writes)
        return STORE_BROKEN;
    enum store_error error =
        tx_query(tx, SQL_LEADER_CHECK, WITH(sql_text(name), sql_integer(term)), NULL, NULL);
    return error == STORE_NOT_FOUND ? STORE_NOT_LEADER : error;
}
