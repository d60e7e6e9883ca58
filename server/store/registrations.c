/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/registrations.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "server/store/connections.h"
#include "server/store/inventory.h"
#include "server/store/owners.h"
#include "server/store/owners_claims.h"
#include "server/store/transaction.h"

struct found {
    struct registration *out;
    long long claim_id;
};

/* Someone else may have made the claim that it joined at this time: what happened before is not its own. */
static void hide_earlier(struct registration *registration, long long joined_at)
{
    long long *const times[] = {&registration->published_at, &registration->provisioned_at,
                                &registration->connected_at};

    if (joined_at <= registration->accepted_at) /* it made the claim, by a retry perhaps */
        return;
    registration->accepted_at = joined_at;
    registration->attempts = registration->attempts > 0;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (*times[i] < joined_at)
            *times[i] = 0;
}

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
    if (cancelled_at) { /* this person has cancelled, whatever the state of a shared claim */
        out->state = CLAIM_CANCELLED;
        out->ended_at = cancelled_at;
    }
    found->claim_id = row_integer(row, 12);
    out->network = row_integer(row, 13);
    hide_earlier(out, row_integer(row, 14));
    out->already_online = row_integer(row, 15) != 0;
}

static enum store_error find(struct store_tx *tx, const char *token, struct registration *out,
                             long long *claim_id)
{
    struct registration registration = {0};
    struct found found = {&registration, 0};

    RETURN_IF(tx_query(tx, SQL_REGISTRATION_BY_TOKEN, WITH(sql_text(token)), registration_row, &found));
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

static void made_row(void *context, const struct row *row)
{
    struct registration_request_made *made = context;

    made->requested_at = row_integer(row, 0);
    row_copy(row, 1, made->endpoint, sizeof made->endpoint);
}

enum store_error registrations_made(struct store_tx *tx, const char *token,
                                    struct registration_request_made *out)
{
    return tx_query(tx, SQL_REGISTRATION_MADE, WITH(sql_text(token)), made_row, out);
}

enum store_error registrations_make_again(struct store_tx *tx, const char *token, long long now)
{
    return tx_run(tx, SQL_REGISTRATION_MAKE_AGAIN, WITH(sql_text(token), sql_integer(now)), NULL);
}

struct open_claim {
    long long id, expires_at;
    enum claim_state state;
    bool is_provisioned, onboarded_before;
};

static void open_claim_row(void *context, const struct row *row)
{
    struct open_claim *claim = context;

    claim->id = row_integer(row, 0);
    if (!claim_state_parse(row_text(row, 2), &claim->state))
        claim->state = CLAIM_QUEUED;
    claim->expires_at = row_integer(row, 3);
    claim->is_provisioned = row_integer(row, 4) != 0;
    claim->onboarded_before = row_integer(row, 5) != 0;
}

/* The claim of a registration. */
struct joined {
    long long id;
    long long ends_at; /* when a request that waits for it ends */
    bool is_new, onboarded_before;
};

/* By its name in any staging account's form. */
static enum store_error is_online(struct store_tx *tx, const struct registration_request *request,
                                  bool *online)
{
    *online = false;
    for (size_t i = 0; i < request->target_count && request->online_since && !*online; i++)
        RETURN_IF(connections_is_online(tx, request->endpoint, request->targets[i].thing_name,
                                        request->online_since, online));
    return STORE_OK;
}

/* A claim of its own: nothing of another person's registration is shown with it. */
static enum store_error insert_online(struct store_tx *tx, const struct registration_request *request,
                                      struct joined *joined)
{
    RETURN_IF(tx_insert(tx, SQL_CLAIM_INSERT_ONLINE,
                        WITH(sql_text(request->targets[0].thing_name), sql_text(request->endpoint),
                             sql_integer(request->now), sql_integer(request->now + request->window_ms)),
                        &joined->id));
    tx->count_changes[CLAIM_ONBOARDED]++;
    joined->onboarded_before = true;
    joined->ends_at = request->now + OWNERSHIP_PROVE_MS;
    return STORE_OK;
}

/* Whether the inventory lets the device be claimed, by its name in any staging account's form. */
static enum store_error is_listed(struct store_tx *tx, const struct registration_request *request,
                                  bool *listed)
{
    *listed = request->unlisted == UNLISTED_CLAIMED;
    for (size_t i = 0; i < request->target_count && !*listed; i++) {
        struct inventory_row ignored;
        enum store_error error = inventory_find(tx, request->targets[i].thing_name, &ignored);
        if (error && error != STORE_NOT_FOUND)
            return error;
        *listed = error == STORE_OK;
    }
    return *listed || request->unlisted == UNLISTED_PRETENDED ? STORE_OK : STORE_UNLISTED;
}

/* A delivery to no endpoint is one of a claim that is only pretended. */
static enum store_error insert_deliveries(struct store_tx *tx, const struct registration_request *request,
                                          long long claim_id, const char *endpoint)
{
    for (size_t i = 0; i < request->target_count; i++)
        RETURN_IF(tx_run(tx, SQL_DELIVERY_INSERT,
                         WITH(sql_integer(claim_id), sql_text(request->targets[i].staging),
                              sql_text(request->targets[i].thing_name), sql_text(endpoint),
                              sql_integer(request->now), sql_integer(request->network)),
                         NULL));
    return STORE_OK;
}

static enum store_error insert_claim(struct store_tx *tx, const struct registration_request *request,
                                     bool listed, struct joined *joined)
{
    const char *thing_name = request->targets[0].thing_name;
    enum store_error before =
        tx_query(tx, SQL_CLAIM_ONBOARDED_BEFORE, WITH(sql_text(thing_name)), NULL, NULL);

    if (before && before != STORE_NOT_FOUND)
        return before;
    bool online = false;
    if (before == STORE_OK && listed)
        RETURN_IF(is_online(tx, request, &online));
    if (online)
        return insert_online(tx, request, joined);
    enum store_error error =
        tx_insert(tx, SQL_CLAIM_INSERT,
                  WITH(sql_text(thing_name), sql_text(request->endpoint), sql_integer(request->now),
                       sql_integer(request->now + request->window_ms), sql_integer(before == STORE_OK)),
                  &joined->id);
    if (error)
        return error == STORE_NOT_FOUND ? STORE_AGAIN : error;
    RETURN_IF(insert_deliveries(tx, request, joined->id, listed ? request->endpoint : ""));
    tx->count_changes[CLAIM_QUEUED]++;
    joined->is_new = true;
    joined->ends_at = request->now + request->window_ms;
    joined->onboarded_before = before == STORE_OK;
    return STORE_OK;
}

/* Finds the open claim for the thing, or inserts a new one. */
static enum store_error join_claim(struct store_tx *tx, const struct registration_request *request,
                                   struct joined *joined)
{
    bool listed;

    RETURN_IF(is_listed(tx, request, &listed));
    for (size_t i = 0; i < request->target_count; i++) {
        struct open_claim open = {0};
        enum store_error error =
            tx_query(tx, SQL_CLAIM_OPEN_FOR_THING, WITH(sql_text(request->targets[i].thing_name)),
                     open_claim_row, &open);
        if (error == STORE_NOT_FOUND)
            continue;
        RETURN_IF(error);
        /* The window is over, and housekeeping has not ended it yet. If the thing was created, the device has
         * arrived, and it will end it as onboarded. */
        if (open.expires_at <= request->now && !open.is_provisioned) {
            RETURN_IF(claims_end(tx, open.id, open.state, CLAIM_EXPIRED, request->now));
            continue;
        }
        if (listed && request->unlisted != UNLISTED_CLAIMED) /* it came into the inventory meanwhile */
            RETURN_IF(tx_run(tx, SQL_DELIVERIES_MEAN, WITH(sql_integer(open.id)), NULL));
        *joined = (struct joined){
            .id = open.id, .ends_at = open.expires_at, .onboarded_before = open.onboarded_before};
        return STORE_OK;
    }
    return insert_claim(tx, request, listed, joined);
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

void registration_describe_new(const struct registration_request *request, bool onboarded_before,
                               struct registration *out)
{
    *out = (struct registration){
        .state = CLAIM_QUEUED,
        .accepted_at = request->now,
        .expires_at = request->now + request->window_ms,
        .onboarded_before = onboarded_before,
        .network = request->network,
    };
    snprintf(out->token, sizeof out->token, "%s", request->token);
    snprintf(out->thing_name, sizeof out->thing_name, "%s", request->targets[0].thing_name);
    snprintf(out->endpoint, sizeof out->endpoint, "%s", request->endpoint);
}

/* A device that arrived before may have an owner, or get one now. */
static enum store_error apply_request(struct store_tx *tx, const char *token,
                                      const struct registration_request *request, const struct joined *joined)
{
    const struct owners_act act = {
        .kind = OWNERSHIP_REQUEST, .token = token, .now = request->now, .ends_at = joined->ends_at};
    enum ownership_answer ignored;

    return owners_apply(tx, &act, &ignored);
}

/* Makes a new claim, or joins an open one, for a registration that there is. */
static enum store_error claim_again(struct store_tx *tx, const char *token,
                                    const struct registration_request *request)
{
    struct joined joined = {0};

    RETURN_IF(join_claim(tx, request, &joined));
    RETURN_IF(tx_run(
        tx, SQL_REGISTRATION_MOVE,
        WITH(sql_text(token), sql_integer(joined.id), sql_integer(joined.is_new ? 0 : request->now)), NULL));
    RETURN_IF(apply_request(tx, token, request, &joined));
    return owners_claim_back(tx, token, request->targets[0].thing_name, request->endpoint, request->now);
}

/* The open claim goes to the endpoint that the person has now chosen, unless others wait for it. */
static enum store_error choose_again(struct store_tx *tx, const struct registration_request *request,
                                     const char *token, long long claim_id)
{
    RETURN_IF(tx_run(tx, SQL_REGISTRATION_WISH, WITH(sql_text(token), sql_text(request->endpoint)), NULL));
    enum store_error shared =
        tx_query(tx, SQL_REGISTRATIONS_SHARING, WITH(sql_integer(claim_id), sql_text(token)), NULL, NULL);
    if (shared != STORE_NOT_FOUND)
        return shared;
    return owners_redirect_claim(tx, request->targets[0].thing_name, request->endpoint, request->now);
}

/* The same person again. A device that has arrived, and is not known to be online, was reset. */
static enum store_error go_on(struct store_tx *tx, const struct registration_request *request,
                              const char *token, struct registration *out)
{
    struct registration now;
    long long claim_id = 0;
    bool online = false;

    RETURN_IF(find(tx, token, &now, &claim_id));
    RETURN_IF(choose_again(tx, request, token, claim_id));
    if (now.state == CLAIM_ONBOARDED)
        RETURN_IF(is_online(tx, request, &online));
    if (!claim_state_is_open(now.state) && !online)
        RETURN_IF(claim_again(tx, token, request));
    return find(tx, token, out, NULL);
}

static void token_row(void *context, const struct row *row)
{
    row_copy(row, 0, context, REGISTRATION_TOKEN_SIZE);
}

/* STORE_NOT_FOUND: this person has not asked for the device yet. */
static enum store_error find_same(struct store_tx *tx, const struct registration_request *request,
                                  char token[REGISTRATION_TOKEN_SIZE])
{
    if (!request->browser && !request->person_id)
        return STORE_NOT_FOUND;
    return tx_query(tx, SQL_REGISTRATION_BY_PERSON,
                    WITH(sql_text(request->targets[0].thing_name), sql_integer(request->browser),
                         sql_integer(request->person_id)),
                    token_row, token);
}

static enum store_error insert(struct store_tx *tx, const struct registration_request *request,
                               const struct joined *joined)
{
    long long ignored;
    enum store_error error = tx_insert(
        tx, SQL_REGISTRATION_INSERT,
        WITH(sql_text(request->token), sql_integer(joined->id), sql_integer(request->now),
             sql_text(request->contact_name), sql_text(request->contact_email),
             sql_text(request->idempotency_key), sql_text(request->request_digest),
             sql_text(request->targets[0].thing_name), sql_text(request->endpoint),
             sql_text(request->product), sql_integer(request->browser), sql_integer(request->person_id)),
        &ignored);

    if (error)
        return error == STORE_NOT_FOUND ? STORE_AGAIN : error;
    return joined->onboarded_before ? apply_request(tx, request->token, request, joined) : STORE_OK;
}

enum store_error registrations_repeated(struct store_tx *tx, const struct registration_request *request,
                                        struct registration *out)
{
    struct known_key known = {.digest = request->request_digest};

    if (!request->idempotency_key)
        return STORE_NOT_FOUND;
    RETURN_IF(tx_query(tx, SQL_REGISTRATION_BY_KEY, WITH(sql_text(request->idempotency_key)), known_key_row,
                       &known));
    return known.same_request ? find(tx, known.token, out, NULL) : STORE_KEY_USED;
}

enum store_error registrations_add(struct store_tx *tx, const struct registration_request *request,
                                   struct registration *out)
{
    char token[REGISTRATION_TOKEN_SIZE];
    struct joined joined = {0};

    enum store_error known = registrations_repeated(tx, request, out);
    if (known != STORE_NOT_FOUND)
        return known;
    enum store_error same = find_same(tx, request, token);
    if (same == STORE_OK)
        RETURN_IF(details_write(tx, token, &request->details));
    if (same != STORE_NOT_FOUND)
        return same ? same : go_on(tx, request, token, out);
    RETURN_IF(join_claim(tx, request, &joined));
    RETURN_IF(insert(tx, request, &joined));
    RETURN_IF(details_write(tx, request->token, &request->details));
    if (!joined.is_new)
        return find(tx, request->token, out, NULL);
    registration_describe_new(request, joined.onboarded_before, out);
    return STORE_OK;
}

enum store_error registrations_retry(struct store_tx *tx, const struct registration_request *request,
                                     struct registration *out)
{
    struct registration now;

    RETURN_IF(find(tx, request->token, &now, NULL));
    struct registration_request again = *request;
    again.online_since = 0;
    if (now.state == CLAIM_ONBOARDED && !now.already_online)
        return STORE_ENDED;
    if (!claim_state_is_open(now.state))
        RETURN_IF(claim_again(tx, request->token, &again));
    return find(tx, request->token, out, NULL);
}

/* Finds a registration and keeps its claim as it is until the transaction ends: nobody joins it meanwhile,
 * and no PUBACK changes its state. */
static enum store_error find_locked(struct store_tx *tx, const char *token, struct registration *out,
                                    long long *claim_id)
{
    long long locked = 0;

    RETURN_IF(find(tx, token, out, &locked));
    enum store_error error = tx_query(tx, SQL_CLAIM_LOCK, WITH(sql_integer(locked)), NULL, NULL);
    if (error && error != STORE_NOT_FOUND)
        return error;
    RETURN_IF(find(tx, token, out, claim_id));
    return *claim_id == locked ? STORE_OK : STORE_AGAIN; /* it was retried meanwhile */
}

enum store_error registrations_cancel(struct store_tx *tx, const char *token, long long now,
                                      struct registration *out)
{
    struct registration before;
    long long claim_id = 0;

    RETURN_IF(find_locked(tx, token, &before, &claim_id));
    if (before.state == CLAIM_CANCELLED) {
        *out = before;
        return STORE_OK;
    }
    if (!claim_state_is_open(before.state))
        return STORE_ENDED;
    RETURN_IF(tx_run(tx, SQL_REGISTRATION_CANCEL, WITH(sql_text(token), sql_integer(now)), NULL));
    enum store_error left = tx_query(tx, SQL_REGISTRATIONS_LEFT, WITH(sql_integer(claim_id)), NULL, NULL);
    if (left && left != STORE_NOT_FOUND)
        return left;
    if (left == STORE_NOT_FOUND)
        RETURN_IF(claims_end(tx, claim_id, before.state, CLAIM_CANCELLED, now));
    return find(tx, token, out, NULL);
}

enum store_error registrations_press(struct store_tx *tx, const char *token, long long now,
                                     struct registration *out)
{
    long long claim_id = 0;
    bool pressed;

    RETURN_IF(find(tx, token, out, &claim_id));
    return claim_state_is_open(out->state) ? deliveries_press(tx, claim_id, now, &pressed) : STORE_OK;
}

enum store_error registrations_erase(struct store_tx *tx, const char *token, long long now, size_t *count)
{
    const struct owners_act act = {.kind = OWNERSHIP_ERASE, .token = token, .now = now};
    struct registration ignored;
    enum ownership_answer answer;
    enum store_error error = registrations_cancel(tx, token, now, &ignored);

    tx->has_erased = true;
    *count = 0;
    if (error == STORE_NOT_FOUND)
        return STORE_OK;
    if (error && error != STORE_ENDED)
        return error;
    *count = 1;
    RETURN_IF(owners_apply(tx, &act, &answer));
    RETURN_IF(tx_run(tx, SQL_OWNERSHIP_EVENTS_ERASE, WITH(sql_text(token)), NULL));
    return tx_run(tx, SQL_REGISTRATION_ERASE, WITH(sql_text(token)), NULL);
}

struct tokens {
    char list[REGISTRATIONS_ERASE_MAX][REGISTRATION_TOKEN_SIZE];
    size_t count;
};

static void tokens_row(void *context, const struct row *row)
{
    struct tokens *tokens = context;

    row_copy(row, 0, tokens->list[tokens->count++], REGISTRATION_TOKEN_SIZE);
}

enum store_error registrations_erase_email(struct store_tx *tx, const char *email, long long now,
                                           size_t *count)
{
    OWNED struct tokens *tokens = memory_new(1, sizeof *tokens);
    size_t erased = 0, one;
    enum store_error error =
        tx_query(tx, SQL_REGISTRATIONS_BY_EMAIL, WITH(sql_text(email), sql_integer(REGISTRATIONS_ERASE_MAX)),
                 tokens_row, tokens);

    tx->has_erased = true; /* also if none is left: an earlier erasure may have been interrupted */
    *count = 0;
    if (error)
        return error == STORE_NOT_FOUND ? STORE_OK : error;
    for (size_t i = 0; i < tokens->count; i++) {
        RETURN_IF(registrations_erase(tx, tokens->list[i], now, &one));
        erased += one;
    }
    *count = erased;
    return STORE_OK;
}
