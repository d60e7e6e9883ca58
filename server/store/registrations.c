/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/registrations.h"

#include <stdio.h>
#include <string.h>

#include "server/store/transaction.h"

struct found {
    struct registration *out;
    long long claim_id;
};

static void registration_row(void *context, const struct row *row)
{
    struct found *found = context;
    struct registration *out = found->out;

    row_copy(row, 0, out->thing_name, sizeof out->thing_name);
    row_copy(row, 1, out->endpoint, sizeof out->endpoint);
    if (!claim_state_parse(row_text(row, 2), &out->state))
        out->state = CLAIM_FAILED;
    out->accepted_at = row_integer(row, 3);
    out->published_at = row_integer(row, 4);
    out->provisioned_at = row_integer(row, 5);
    out->connected_at = row_integer(row, 6);
    out->ended_at = row_integer(row, 7);
    out->expires_at = row_integer(row, 8);
    out->attempts = (unsigned)row_integer(row, 9);
    out->onboarded_before = row_integer(row, 10) != 0;
    long long cancelled_at = row_integer(row, 11);
    if (cancelled_at) { /* whatever became of the claim for others who waited for it */
        out->state = CLAIM_CANCELLED;
        out->ended_at = cancelled_at;
    }
    found->claim_id = row_integer(row, 12);
}

static enum store_error find(struct store_tx *tx, const char *token, struct registration *out,
                             long long *claim_id)
{
    struct registration registration = {0};
    struct found found = {&registration, 0};

    RETURN_IF(database_query(tx->database, SQL_REGISTRATION_BY_TOKEN, registration_row, &found, "t", token));
    snprintf(registration.token, sizeof registration.token, "%s", token);
    *out = registration;
    if (claim_id)
        *claim_id = found.claim_id;
    return STORE_OK;
}

enum store_error registrations_find(struct store_tx *tx, const char *token, struct registration *out)
{
    return find(tx, token, out, NULL);
}

struct open_claim {
    long long id, expires_at;
    enum claim_state state;
    char endpoint[REGISTRATION_ENDPOINT_SIZE];
};

static void open_claim_row(void *context, const struct row *row)
{
    struct open_claim *claim = context;

    claim->id = row_integer(row, 0);
    row_copy(row, 1, claim->endpoint, sizeof claim->endpoint);
    if (!claim_state_parse(row_text(row, 2), &claim->state))
        claim->state = CLAIM_QUEUED;
    claim->expires_at = row_integer(row, 3);
}

static enum store_error insert_claim(struct store_tx *tx, const struct registration_request *request,
                                     long long *claim_id)
{
    const char *thing_name = request->targets[0].thing_name;
    enum store_error before =
        database_query(tx->database, SQL_CLAIM_ONBOARDED_BEFORE, NULL, NULL, "t", thing_name);

    if (before && before != STORE_NOT_FOUND)
        return before;
    RETURN_IF(database_run(tx->database, SQL_CLAIM_INSERT, "ttiii", thing_name, request->endpoint,
                           request->now, request->now + request->window_ms, (long long)(before == STORE_OK)));
    *claim_id = database_last_id(tx->database);
    for (size_t i = 0; i < request->target_count; i++)
        RETURN_IF(database_run(tx->database, SQL_DELIVERY_INSERT, "ittti", *claim_id,
                               request->targets[i].staging, request->targets[i].thing_name, request->endpoint,
                               request->now));
    tx->count_changes[CLAIM_QUEUED]++;
    return STORE_OK;
}

/* The open claim for the thing, or a new one. */
static enum store_error join_claim(struct store_tx *tx, const struct registration_request *request,
                                   long long *claim_id)
{
    for (size_t i = 0; i < request->target_count; i++) {
        struct open_claim open = {0};
        enum store_error error = database_query(tx->database, SQL_CLAIM_OPEN_FOR_THING, open_claim_row, &open,
                                                "t", request->targets[i].thing_name);
        if (error == STORE_NOT_FOUND)
            continue;
        RETURN_IF(error);
        if (open.expires_at <= request->now) { /* its window is over, and nobody has said so yet */
            RETURN_IF(claims_end(tx, open.id, open.state, CLAIM_EXPIRED, request->now));
            continue;
        }
        *claim_id = open.id;
        return strcmp(open.endpoint, request->endpoint) == 0 ? STORE_OK : STORE_CONFLICT;
    }
    return insert_claim(tx, request, claim_id);
}

struct known_key {
    char token[REGISTRATION_TOKEN_SIZE];
    bool same_request;
    const char *digest;
};

static void known_key_row(void *context, const struct row *row)
{
    struct known_key *known = context;

    row_copy(row, 0, known->token, sizeof known->token);
    known->same_request = strcmp(row_text(row, 1), known->digest) == 0;
}

enum store_error registrations_add(struct store_tx *tx, const struct registration_request *request,
                                   struct registration *out)
{
    struct known_key known = {.digest = request->request_digest};
    long long claim_id = 0;

    if (request->idempotency_key) {
        enum store_error error = database_query(tx->database, SQL_REGISTRATION_BY_KEY, known_key_row, &known,
                                                "t", request->idempotency_key);
        if (error == STORE_OK)
            return known.same_request ? find(tx, known.token, out, NULL) : STORE_KEY_USED;
        if (error != STORE_NOT_FOUND)
            return error;
    }
    RETURN_IF(join_claim(tx, request, &claim_id));
    RETURN_IF(database_run(tx->database, SQL_REGISTRATION_INSERT, "tiitttt", request->token, claim_id,
                           request->now, request->contact_name, request->contact_email,
                           request->idempotency_key, request->request_digest));
    return find(tx, request->token, out, NULL);
}

enum store_error registrations_retry(struct store_tx *tx, const struct registration_request *request,
                                     struct registration *out)
{
    struct registration now;
    long long claim_id = 0;

    RETURN_IF(find(tx, request->token, &now, NULL));
    if (now.state == CLAIM_ONBOARDED)
        return STORE_ENDED;
    if (!claim_state_is_open(now.state)) {
        RETURN_IF(join_claim(tx, request, &claim_id));
        RETURN_IF(
            database_run(tx->database, SQL_REGISTRATION_MOVE, "tii", request->token, claim_id, request->now));
    }
    return find(tx, request->token, out, NULL);
}

enum store_error registrations_cancel(struct store_tx *tx, const char *token, long long now,
                                      struct registration *out)
{
    struct registration before;
    long long claim_id = 0;

    RETURN_IF(find(tx, token, &before, &claim_id));
    if (before.state == CLAIM_CANCELLED) {
        *out = before;
        return STORE_OK;
    }
    if (!claim_state_is_open(before.state))
        return STORE_ENDED;
    RETURN_IF(database_run(tx->database, SQL_REGISTRATION_CANCEL, "ti", token, now));
    enum store_error left = database_query(tx->database, SQL_REGISTRATIONS_LEFT, NULL, NULL, "i", claim_id);
    if (left && left != STORE_NOT_FOUND)
        return left;
    if (left == STORE_NOT_FOUND)
        RETURN_IF(claims_end(tx, claim_id, before.state, CLAIM_CANCELLED, now));
    return find(tx, token, out, NULL);
}
