/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/claims.h"

#include "server/store/transaction.h"

static enum store_error ignore_missing(enum store_error error)
{
    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

struct due_rows {
    struct delivery *out;
    size_t count;
};

static void due_row(void *context, const struct row *row)
{
    struct due_rows *rows = context;
    struct delivery *delivery = &rows->out[rows->count++];

    delivery->claim_id = row_integer(row, 0);
    row_copy(row, 1, delivery->thing_name, sizeof delivery->thing_name);
    row_copy(row, 2, delivery->endpoint, sizeof delivery->endpoint);
    delivery->attempts = (unsigned)row_integer(row, 3);
    delivery->refusals = (unsigned)row_integer(row, 4);
}

static void number_row(void *context, const struct row *row)
{
    *(long long *)context = row_integer(row, 0);
}

enum store_error claims_lease(struct store_tx *tx, const char *staging, const char *leased_by, long long now,
                              long long until, struct delivery *out, size_t room, size_t *count,
                              long long *next_due)
{
    struct due_rows rows = {out, 0};

    *count = 0;
    *next_due = 0;
    RETURN_IF(ignore_missing(database_query(tx->database, SQL_DELIVERIES_DUE, due_row, &rows, "tii", staging,
                                            now, (long long)room)));
    for (size_t i = 0; i < rows.count; i++)
        RETURN_IF(database_run(tx->database, SQL_DELIVERY_LEASE, "itti", out[i].claim_id, staging, leased_by,
                               until));
    RETURN_IF(ignore_missing(
        database_query(tx->database, SQL_DELIVERY_NEXT_DUE, number_row, next_due, "ti", staging, now)));
    *count = rows.count;
    return STORE_OK;
}

enum store_error claims_acknowledged(struct store_tx *tx, const char *staging, long long claim_id,
                                     long long now, long long next_due)
{
    RETURN_IF(database_run(tx->database, SQL_DELIVERY_ACKNOWLEDGED, "iti", claim_id, staging, next_due));
    RETURN_IF(database_run(tx->database, SQL_CLAIM_PUBLISHED, "ii", claim_id, now));
    if (database_changes(tx->database) == 0)
        return database_run(tx->database, SQL_CLAIM_PUBLISHED_AGAIN, "i", claim_id);
    tx->count_changes[CLAIM_QUEUED]--;
    tx->count_changes[CLAIM_PUBLISHED]++;
    return STORE_OK;
}

enum store_error claims_release(struct store_tx *tx, const char *staging, long long claim_id,
                                long long not_before)
{
    return database_run(tx->database, SQL_DELIVERY_RELEASE, "iti", claim_id, staging, not_before);
}

enum store_error claims_end(struct store_tx *tx, long long claim_id, enum claim_state from,
                            enum claim_state to, long long now)
{
    RETURN_IF(database_run(tx->database, SQL_CLAIM_ENDED, "itit", claim_id, claim_state_name(to), now,
                           claim_state_name(from)));
    if (database_changes(tx->database) == 0)
        return STORE_OK;
    tx->count_changes[from]--;
    tx->count_changes[to]++;
    return database_run(tx->database, SQL_DELIVERIES_CLOSE, "i", claim_id);
}

enum store_error claims_refused(struct store_tx *tx, const char *staging, long long claim_id, long long now,
                                long long next_due, bool give_up)
{
    RETURN_IF(database_run(tx->database, SQL_DELIVERY_REFUSED, "iti", claim_id, staging, next_due));
    if (!give_up)
        return STORE_OK;
    RETURN_IF(database_run(tx->database, SQL_DELIVERY_CLOSE, "it", claim_id, staging));
    enum store_error left = database_query(tx->database, SQL_DELIVERIES_LEFT, NULL, NULL, "i", claim_id);
    if (left != STORE_NOT_FOUND)
        return left;
    RETURN_IF(claims_end(tx, claim_id, CLAIM_QUEUED, CLAIM_FAILED, now));
    return claims_end(tx, claim_id, CLAIM_PUBLISHED, CLAIM_FAILED, now);
}

enum store_error claims_clear_leases(struct store_tx *tx, const char *leased_by)
{
    return database_run(tx->database, SQL_LEASES_CLEAR, "t", leased_by);
}

struct arrival_row {
    long long id, accepted_at, provisioned_at, connected_at;
    enum claim_state state;
};

static void arrival_row(void *context, const struct row *row)
{
    struct arrival_row *claim = context;

    claim->id = row_integer(row, 0);
    if (!claim_state_parse(row_text(row, 1), &claim->state))
        claim->state = CLAIM_CANCELLED;
    claim->accepted_at = row_integer(row, 2);
    claim->provisioned_at = row_integer(row, 3);
    claim->connected_at = row_integer(row, 4);
}

static enum store_error provisioned(struct store_tx *tx, const struct arrival_row *claim, long long at,
                                    long long now, enum arrival *arrival)
{
    if (claim->provisioned_at)
        return STORE_OK;
    RETURN_IF(database_run(tx->database, SQL_CLAIM_PROVISIONED, "ii", claim->id, at));
    if (claim->state == CLAIM_ONBOARDED)
        return STORE_OK;
    *arrival = ARRIVAL_PROVISIONED;
    if (claim_state_is_open(claim->state))
        return database_run(tx->database, SQL_DELIVERIES_CLOSE, "i", claim->id);
    return claims_end(tx, claim->id, claim->state, CLAIM_ONBOARDED, now);
}

static enum store_error connected(struct store_tx *tx, const struct arrival_row *claim, long long at,
                                  long long now, enum arrival *arrival)
{
    if (!claim->connected_at)
        RETURN_IF(database_run(tx->database, SQL_CLAIM_CONNECTED, "ii", claim->id, at));
    if (claim->state == CLAIM_ONBOARDED)
        return STORE_OK;
    *arrival = ARRIVAL_ONBOARDED;
    return claims_end(tx, claim->id, claim->state, CLAIM_ONBOARDED, now);
}

enum store_error claims_arrived(struct store_tx *tx, const char *endpoint, const struct presence *presence,
                                long long slack_ms, long long now, enum arrival *arrival, long long *claim_id)
{
    struct arrival_row claim = {0};
    long long at = presence->at_ms ? presence->at_ms : now;

    *arrival = ARRIVAL_NONE;
    enum store_error error = database_query(tx->database, SQL_CLAIM_FOR_ARRIVAL, arrival_row, &claim, "tt",
                                            presence->thing_name, endpoint);
    if (error)
        return ignore_missing(error);
    if (claim.state == CLAIM_CANCELLED || at < claim.accepted_at - slack_ms)
        return STORE_OK;
    *claim_id = claim.id;
    if (presence->kind == PRESENCE_CREATED)
        return provisioned(tx, &claim, at, now, arrival);
    return connected(tx, &claim, at, now, arrival);
}

#define ENDING_MAX 500

struct ending {
    long long ids[ENDING_MAX];
    enum claim_state states[ENDING_MAX];
    size_t count;
};

static void ending_row(void *context, const struct row *row)
{
    struct ending *ending = context;

    ending->ids[ending->count] = row_integer(row, 0);
    if (claim_state_parse(row_text(row, 1), &ending->states[ending->count]))
        ending->count++;
}

/* Ends the claims that the statement finds by a time, as `to`. */
static enum store_error end_found(struct store_tx *tx, enum statement statement, long long time,
                                  enum claim_state to, long long now, size_t limit, size_t *count)
{
    struct ending ending = {.count = 0};
    size_t most = limit < ENDING_MAX ? limit : ENDING_MAX;

    *count = 0;
    RETURN_IF(ignore_missing(
        database_query(tx->database, statement, ending_row, &ending, "ii", time, (long long)most)));
    for (size_t i = 0; i < ending.count; i++)
        RETURN_IF(claims_end(tx, ending.ids[i], ending.states[i], to, now));
    *count = ending.count;
    return STORE_OK;
}

enum store_error claims_settle(struct store_tx *tx, long long created_before, long long now, size_t limit,
                               size_t *count)
{
    return end_found(tx, SQL_CLAIMS_PROVISIONED_SINCE, created_before, CLAIM_ONBOARDED, now, limit, count);
}

enum store_error claims_expire(struct store_tx *tx, long long now, size_t limit, size_t *count)
{
    return end_found(tx, SQL_CLAIMS_DUE_TO_EXPIRE, now, CLAIM_EXPIRED, now, limit, count);
}

enum store_error claims_oldest_open(struct store_tx *tx, long long *accepted_at)
{
    *accepted_at = 0;
    return ignore_missing(database_query(tx->database, SQL_CLAIM_OLDEST_OPEN, number_row, accepted_at, ""));
}
