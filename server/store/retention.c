/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/retention.h"

#include "claim/lifecycle.h"
#include "server/store/transaction.h"

#define LOOK_BACK_MS (24 * 3600 * 1000LL)

/* Claims in the order of their ids, which is roughly the order in which they were accepted. */
struct found {
    long long ids[RETENTION_LIMIT_MAX];
    size_t count, seen;
    long long last, ended_before;
    long long kept;    /* all up to here are kept for owners, or deleted now */
    bool all_kept;     /* so far */
    bool some_are_old; /* one is old enough to be deleted, so there may be more after it */
};

static void claim_row(void *context, const struct row *row)
{
    struct found *found = context;
    long long ended_at = row_integer(row, 2);

    found->seen++;
    found->last = row_integer(row, 0);
    found->some_are_old = found->some_are_old || row_integer(row, 1) < found->ended_before;
    bool is_old = ended_at && ended_at < found->ended_before, is_kept = row_integer(row, 3) != 0;
    if (is_old && !is_kept)
        found->ids[found->count++] = found->last;
    found->all_kept = found->all_kept && is_old;
    if (found->all_kept)
        found->kept = found->last;
}

static void state_row(void *context, const struct row *row)
{
    struct store_tx *tx = context;
    enum claim_state state;

    if (claim_state_parse(row_text(row, 0), &state))
        tx->count_changes[state]--;
}

static enum store_error remove_claims(struct store_tx *tx, const long long *ids, size_t count)
{
    struct sql_value list = sql_integers(ids, count);

    RETURN_IF(tx_run(tx, SQL_RETENTION_REGISTRATIONS_DELETE, WITH(list), NULL));
    RETURN_IF(tx_run(tx, SQL_RETENTION_CONNECTIONS_DELETE, WITH(list), NULL));
    RETURN_IF(tx_run(tx, SQL_RETENTION_DEVICES_DELETE, WITH(list), NULL));
    RETURN_IF(tx_run(tx, SQL_RETENTION_EVENTS_DELETE, WITH(list), NULL));
    RETURN_IF(tx_run(tx, SQL_RETENTION_DELIVERIES_DELETE, WITH(list), NULL));
    enum store_error error = tx_write(tx, SQL_RETENTION_CLAIMS_DELETE, WITH(list), state_row, tx);
    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

/* Millions of claims may be kept for owners: they are not read again each time, but once a day. */
static void start_over(struct retention_step *step)
{
    if (step->now >= step->look_back) {
        step->kept = 0;
        step->look_back = step->now + LOOK_BACK_MS;
    }
    step->after = step->kept;
}

static enum store_error ended_claims(struct store_tx *tx, struct retention_step *step, size_t limit)
{
    if (!step->after)
        start_over(step);
    struct found found = {.last = step->after,
                          .kept = step->kept,
                          .all_kept = step->after == step->kept,
                          .ended_before = step->now - step->retention->ended_claims};
    enum store_error error =
        tx_query(tx, SQL_RETENTION_CLAIMS, WITH(sql_integer(step->after), sql_integer((long long)limit)),
                 claim_row, &found);

    if (error && error != STORE_NOT_FOUND)
        return error;
    if (found.count)
        RETURN_IF(remove_claims(tx, found.ids, found.count));
    step->claims = found.count;
    step->kept = found.kept;
    step->more = found.some_are_old && found.seen == limit;
    step->after = step->more ? found.last : 0; /* start from the beginning next time */
    return STORE_OK;
}

static enum store_error clear_old(struct store_tx *tx, struct retention_step *step, enum statement statement,
                                  long long keep, size_t limit, size_t *count)
{
    long long changed;

    RETURN_IF(
        tx_run(tx, statement, WITH(sql_integer(step->now - keep), sql_integer((long long)limit)), &changed));
    *count = (size_t)changed;
    step->more = step->more || *count == limit;
    return STORE_OK;
}

static enum store_error contacts(struct store_tx *tx, struct retention_step *step, size_t limit)
{
    const long long keep = step->retention->contacts;
    size_t answers = 0;

    RETURN_IF(clear_old(tx, step, SQL_RETENTION_CONTACTS, keep, limit, &step->contacts));
    RETURN_IF(clear_old(tx, step, SQL_RETENTION_ANSWERS, keep, limit, &answers));
    step->contacts += answers;
    return STORE_OK;
}

enum store_error retention_run(struct store_tx *tx, struct retention_step *step)
{
    const struct retention *retention = step->retention;
    size_t limit = step->limit < RETENTION_LIMIT_MAX ? step->limit : RETENTION_LIMIT_MAX;

    step->claims = step->contacts = step->keys = 0;
    step->more = false;
    if (retention->ended_claims)
        RETURN_IF(ended_claims(tx, step, limit));
    if (retention->contacts)
        RETURN_IF(contacts(tx, step, limit));
    if (retention->idempotency_keys)
        RETURN_IF(clear_old(tx, step, SQL_RETENTION_KEYS, retention->idempotency_keys, limit, &step->keys));
    return STORE_OK;
}
