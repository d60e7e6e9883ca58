/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/claims.h"

#include <stdlib.h>

#include "base/memory.h"
#include "server/store/transaction.h"

#define DELAYED_MS 10000  /* an event may take so long, and is still what happens now */
#define AGE_SLACK_MS 5000 /* by which the portals' clocks may differ */

static enum store_error ignore_missing(enum store_error error)
{
    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

static void number_row(void *context, const struct row *row)
{
    *(long long *)context = row_integer(row, 0);
}

static enum store_error change_state(struct store_tx *tx, long long claim_id, enum claim_state from,
                                     enum claim_state to, long long now, long long *changed)
{
    RETURN_IF(tx_run(tx, SQL_CLAIM_ENDED,
                     WITH(sql_integer(claim_id), sql_text(claim_state_name(to)), sql_integer(now),
                          sql_text(claim_state_name(from))),
                     changed));
    tx->count_changes[from] -= *changed;
    tx->count_changes[to] += *changed;
    if (*changed && to == CLAIM_ONBOARDED)
        tx_arrived(tx, claim_id);
    return STORE_OK;
}

/* A PUBACK may be recorded by another connection since `from` was read. */
enum store_error claims_end(struct store_tx *tx, long long claim_id, enum claim_state from,
                            enum claim_state to, long long now)
{
    long long changed;

    RETURN_IF(change_state(tx, claim_id, from, to, now, &changed));
    if (!changed && from == CLAIM_QUEUED)
        RETURN_IF(change_state(tx, claim_id, CLAIM_PUBLISHED, to, now, &changed));
    if (!changed)
        return STORE_OK;
    return tx_run(tx, SQL_DELIVERIES_CLOSE, WITH(sql_integer(claim_id)), NULL);
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
    RETURN_IF(tx_run(tx, SQL_CLAIM_PROVISIONED, WITH(sql_integer(claim->id), sql_integer(at)), NULL));
    if (claim->state == CLAIM_ONBOARDED)
        return STORE_OK;
    *arrival = ARRIVAL_PROVISIONED;
    if (claim_state_is_open(claim->state))
        return tx_run(tx, SQL_DELIVERIES_CLOSE, WITH(sql_integer(claim->id)), NULL);
    return claims_end(tx, claim->id, claim->state, CLAIM_ONBOARDED, now);
}

static enum store_error connected(struct store_tx *tx, const struct arrival_row *claim, long long at,
                                  long long now, enum arrival *arrival)
{
    if (!claim->connected_at)
        RETURN_IF(tx_run(tx, SQL_CLAIM_CONNECTED, WITH(sql_integer(claim->id), sql_integer(at)), NULL));
    if (claim->state == CLAIM_ONBOARDED)
        return STORE_OK;
    *arrival = ARRIVAL_ONBOARDED;
    return claims_end(tx, claim->id, claim->state, CLAIM_ONBOARDED, now);
}

struct wanted {
    bool *list;
    size_t count;
};

static void wanted_row(void *context, const struct row *row)
{
    struct wanted *wanted = context;
    long long index = row_integer(row, 0);

    if (index >= 0 && index < (long long)wanted->count)
        wanted->list[index] = true;
}

enum store_error claims_wanted(struct store_tx *tx, const char *endpoint, const struct sighting *const *list,
                               size_t count, bool *wanted)
{
    OWNED const char **names = memory_new(count, sizeof *names);
    struct wanted rows = {wanted, count};

    for (size_t i = 0; i < count; i++) {
        names[i] = list[i]->presence.thing_name;
        wanted[i] = false;
    }
    return ignore_missing(tx_query(tx, SQL_ARRIVALS_WANTED, WITH(sql_texts(names, count), sql_text(endpoint)),
                                   wanted_row, &rows));
}

/* Both ages are measured here: the delay by the account's clock against itself, the age of the claim by the
 * portals' clocks, which may differ by seconds. */
static bool is_older(const struct sighting *sighting, const struct arrival_row *claim)
{
    long long claim_age = sighting->received_at - claim->accepted_at;

    return sighting->delay_ms > DELAYED_MS && sighting->delay_ms > claim_age + AGE_SLACK_MS;
}

enum store_error claims_arrived(struct store_tx *tx, const char *endpoint, const struct sighting *sighting,
                                long long now, enum arrival *arrival, long long *claim_id)
{
    struct arrival_row claim = {0};
    long long at = sighting->received_at - sighting->delay_ms;

    *arrival = ARRIVAL_NONE;
    if (sighting->presence.kind == PRESENCE_DISCONNECTED)
        return STORE_OK;
    enum store_error error =
        tx_query(tx, SQL_CLAIM_FOR_ARRIVAL, WITH(sql_text(sighting->presence.thing_name), sql_text(endpoint)),
                 arrival_row, &claim);
    if (error)
        return ignore_missing(error);
    if (claim.state == CLAIM_CANCELLED || is_older(sighting, &claim))
        return STORE_OK;
    *claim_id = claim.id;
    at = at > claim.accepted_at ? at : claim.accepted_at;
    if (sighting->presence.kind == PRESENCE_CREATED)
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

/* Ends the claims that the statement finds for this time; `to` is their new state. */
static enum store_error end_found(struct store_tx *tx, enum statement statement, long long time,
                                  enum claim_state to, long long now, size_t limit, size_t *count)
{
    struct ending ending = {.count = 0};
    size_t most = limit < ENDING_MAX ? limit : ENDING_MAX;

    *count = 0;
    RETURN_IF(ignore_missing(
        tx_query(tx, statement, WITH(sql_integer(time), sql_integer((long long)most)), ending_row, &ending)));
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
    return ignore_missing(tx_query(tx, SQL_CLAIM_OLDEST_OPEN, WITH_NOTHING, number_row, accepted_at));
}
