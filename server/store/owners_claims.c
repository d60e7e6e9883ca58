/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/owners_claims.h"

#include <string.h>

#include "server/store/claims.h"
#include "server/store/transaction.h"

struct open_claim {
    long long id;
    enum claim_state state;
    bool is_provisioned;
    char endpoint[REGISTRATION_ENDPOINT_SIZE];
};

static void open_row(void *context, const struct row *row)
{
    struct open_claim *claim = context;

    claim->id = row_integer(row, 0);
    row_copy(row, 1, claim->endpoint, sizeof claim->endpoint);
    if (!claim_state_parse(row_text(row, 2), &claim->state))
        claim->state = CLAIM_QUEUED;
    claim->is_provisioned = row_integer(row, 4) != 0;
}

static enum store_error find_open(struct store_tx *tx, const char *thing_name, struct open_claim *out)
{
    enum store_error error =
        tx_query(tx, SQL_CLAIM_OPEN_FOR_THING, WITH(sql_text(thing_name)), open_row, out);

    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

enum store_error owners_lock_claim(struct store_tx *tx, const char *thing_name)
{
    struct open_claim ignored = {0};

    return find_open(tx, thing_name, &ignored);
}

/* A device whose thing was created is there already. */
enum store_error owners_redirect_claim(struct store_tx *tx, const char *thing_name, const char *endpoint,
                                       long long now)
{
    struct open_claim open = {0};
    long long id = 0;

    RETURN_IF(find_open(tx, thing_name, &open));
    if (!open.id || !*endpoint || open.is_provisioned || strcmp(open.endpoint, endpoint) == 0)
        return STORE_OK;
    RETURN_IF(claims_end(tx, open.id, open.state, CLAIM_CANCELLED, now));
    RETURN_IF(tx_insert(tx, SQL_CLAIM_REDIRECT,
                        WITH(sql_integer(open.id), sql_text(endpoint), sql_integer(now)), &id));
    tx->count_changes[CLAIM_QUEUED]++;
    RETURN_IF(tx_run(tx, SQL_DELIVERIES_REDIRECT,
                     WITH(sql_integer(open.id), sql_integer(id), sql_text(endpoint), sql_integer(now)),
                     NULL));
    return tx_run(tx, SQL_OWNERS_MOVE, WITH(sql_integer(open.id), sql_integer(id)), NULL);
}

enum store_error owners_redirect(struct store_tx *tx, const struct owners_device *device,
                                 const struct ownership_effects *effects, long long now)
{
    for (size_t i = 0; i < effects->count; i++)
        if (effects->list[i].kind == EFFECT_PROVEN || effects->list[i].kind == EFFECT_GRANTED)
            RETURN_IF(owners_redirect_claim(tx, device->thing_name,
                                            device->members[effects->list[i].party].endpoint, now));
    return STORE_OK;
}

struct standing_of {
    enum standing standing;
    unsigned proofs;
};

static void standing_row(void *context, const struct row *row)
{
    struct standing_of *found = context;

    if (!standing_parse(row_text(row, 0), &found->standing))
        found->standing = STANDING_WAITING;
    found->proofs = (unsigned)row_integer(row, 1);
}

enum store_error owners_claim_back(struct store_tx *tx, const char *token, const char *thing_name,
                                   const char *endpoint, long long now)
{
    struct standing_of found = {STANDING_WAITING, 0};

    RETURN_IF(tx_query(tx, SQL_OWNERS_STANDING, WITH(sql_text(token)), standing_row, &found));
    if (found.standing != STANDING_OWNER && !(found.proofs & PROOFS_OF_POSSESSION))
        return STORE_OK;
    return owners_redirect_claim(tx, thing_name, endpoint, now);
}
