/* SPDX-License-Identifier: Apache-2.0 */
#include "server/portal/by_token.h"

#include <string.h>

#include "server/portal/intake.h"
#include "server/portal/portal.h"
#include "server/portal/problem.h"
#include "server/store/forgetting.h"
#include "server/store/owners.h"

static bool is_token(const char *text, size_t length)
{
    return length == REGISTRATION_TOKEN_LENGTH && strspn(text, "0123456789abcdef") == length;
}

/* A text that is not a token has no registration, so the store is not asked. */
bool by_token_read(struct http_exchange *exchange, void *by_token)
{
    struct by_token *own = by_token;
    size_t length;
    const char *token = http_request_parameter(exchange, "token", &length);

    own->settings = portal_of(exchange)->settings;
    if (!is_token(token, length)) {
        problem_answer(exchange, 404);
        return false;
    }
    intake_begin(own->settings, exchange, &own->request);
    memcpy(own->request.token, token, length + 1);
    return true;
}

bool by_token_read_limited(struct http_exchange *exchange, void *by_token)
{
    return problem_within_limit(exchange) && by_token_read(exchange, by_token);
}

bool by_token_read_retry(struct http_exchange *exchange, void *by_token)
{
    return problem_within_limit(exchange) && problem_network_has_room(exchange) &&
           by_token_read(exchange, by_token);
}

static void copy_holding(const struct holding *holding, struct registration_ownership *out)
{
    bool owns = holding->standing == STANDING_OWNER;

    *out = (struct registration_ownership){.is_known = true, .standing = holding->standing};
    if (holding->view == VIEW_NOTHING)
        return;
    *out = (struct registration_ownership){
        .is_known = true,
        .standing = holding->standing,
        .required = holding->required,
        .proofs = holding->proofs,
        .is_taken = holding->has_owner && !owns,
        .is_contested = holding->contested && !owns,
        .challenge = holding->challenge,
        .challenge_at = holding->challenge_at,
        .answer_by = holding->standing == STANDING_ASKING ? holding->due_at : 0,
        .hand_over_until = holding->hand_over_until,
        .rival_count = owns ? holding->request_count : 0,
    };
    for (size_t i = 0; i < out->rival_count; i++) {
        const struct holding_request *request = &holding->requests[i];
        struct registration_rival *rival = &out->rivals[i];
        *rival = (struct registration_rival){
            .asked_at = request->asked_at, .answer_by = request->due_at, .proofs = request->proofs};
        memcpy(rival->reference, request->reference, sizeof rival->reference);
    }
}

/* Whether the person may see only what they have done themselves. */
static bool is_veiled(const struct holding *holding)
{
    return !holding->may_tell && holding->standing != STANDING_OWNER &&
           (holding->required & ~PROOF(PROOF_LABEL)) != 0;
}

static enum store_error veil(struct store_tx *tx, const struct registration_request *request,
                             struct registration *registration)
{
    struct registration_request_made made = {.window_ms = request->window_ms};

    RETURN_IF(registrations_made(tx, registration->token, &made));
    registration_veil(registration, &made, request->now);
    return STORE_OK;
}

/* A registration of schema 4 has no standing: only its claim is shown. */
static enum store_error show_ownership(struct store_tx *tx, const struct registration_request *request,
                                       struct registration *registration)
{
    struct holding holding = {0};
    enum store_error error = owners_find(tx, registration->token, request->now, &holding);

    if (error)
        return error == STORE_NOT_FOUND ? STORE_OK : error;
    copy_holding(&holding, &registration->ownership);
    if (holding.standing == STANDING_FORMER)
        return forgetting_find(tx, registration->token, &registration->ownership.erased_at);
    return is_veiled(&holding) ? veil(tx, request, registration) : STORE_OK;
}

enum store_error by_token_show(struct store_tx *tx, struct by_token *own)
{
    RETURN_IF(registrations_find(tx, own->request.token, &own->registration));
    return show_ownership(tx, &own->request, &own->registration);
}

enum store_error by_token_show_added(struct store_tx *tx, const struct registration_request *request,
                                     struct registration *registration)
{
    bool is_new = registration->state == CLAIM_QUEUED && registration->accepted_at == request->now &&
                  !registration->onboarded_before && !request->product;

    if (!is_new)
        return show_ownership(tx, request, registration);
    registration->ownership = (struct registration_ownership){.is_known = true,
                                                              .standing = STANDING_WAITING,
                                                              .required = PROOF(PROOF_LABEL),
                                                              .proofs = PROOF(PROOF_LABEL)};
    return STORE_OK;
}

static enum store_error run_find(struct store_tx *tx, void *arguments)
{
    return by_token_show(tx, arguments);
}

/* Applies it to whose device it is. False: that does not allow it. */
static enum store_error apply(struct store_tx *tx, const struct by_token *own, enum ownership_event_kind kind,
                              bool *done)
{
    const struct owners_act act = {.kind = kind,
                                   .token = own->request.token,
                                   .now = own->request.now,
                                   .ends_at = own->request.now + OWNERSHIP_PROVE_MS};
    enum ownership_answer answer = OWNERSHIP_NOT_NOW;
    enum store_error error = owners_apply(tx, &act, &answer);

    *done = !error && answer == OWNERSHIP_DONE;
    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

/* The device has arrived, and the person asks for it once more. */
static enum store_error request_again(struct store_tx *tx, struct by_token *own)
{
    const struct registration_ownership *ownership = &own->registration.ownership;
    bool done, veiled = ownership->is_veiled;

    if (!veiled && ownership->standing != STANDING_WITHDRAWN && ownership->standing != STANDING_LAPSED)
        return STORE_ENDED;
    RETURN_IF(apply(tx, own, OWNERSHIP_REQUEST, &done));
    return done || veiled ? show_ownership(tx, &own->request, &own->registration) : STORE_ENDED;
}

static enum store_error run_retry(struct store_tx *tx, void *arguments)
{
    struct by_token *own = arguments;
    struct identifier_problem problem = {0};

    RETURN_IF(run_find(tx, own));
    if (registration_is_over(&own->registration))
        return STORE_ENDED;
    if (own->registration.ownership.is_veiled)
        RETURN_IF(registrations_make_again(tx, own->request.token, own->request.now));
    const char *thing_name = own->registration.thing_name;
    const struct oem_endpoint *endpoint = claim_settings_endpoint(own->settings, own->registration.endpoint);
    /* The configuration may have changed, so that no endpoint or staging account is left for it. */
    if (!endpoint || !intake_targets(own->settings, thing_name, strlen(thing_name), &own->request, &problem))
        return STORE_CONFLICT;
    own->request.endpoint = endpoint->key;
    enum store_error error = registrations_retry(tx, &own->request, &own->registration);
    if (error == STORE_ENDED)
        return request_again(tx, own);
    if (error)
        return error == STORE_UNLISTED ? STORE_CONFLICT : error;
    return show_ownership(tx, &own->request, &own->registration);
}

static enum store_error run_press(struct store_tx *tx, void *arguments)
{
    struct by_token *own = arguments;

    RETURN_IF(run_find(tx, own));
    if (registration_is_over(&own->registration))
        return STORE_OK;
    RETURN_IF(registrations_press(tx, own->request.token, own->request.now, &own->registration));
    return show_ownership(tx, &own->request, &own->registration);
}

/* Who no longer waits for the device, or for its owner. An owner only stops waiting for the device. */
static enum store_error run_cancel(struct store_tx *tx, void *arguments)
{
    struct by_token *own = arguments;
    const struct registration_ownership *ownership = &own->registration.ownership;
    bool done;

    RETURN_IF(run_find(tx, own));
    if (registration_is_over(&own->registration) ||
        (ownership->is_veiled && ownership->standing == STANDING_LAPSED))
        return STORE_ENDED;
    if (ownership->is_veiled && ownership->standing == STANDING_WAITING)
        RETURN_IF(apply(tx, own, OWNERSHIP_REQUEST, &done)); /* it may have lapsed unseen */
    enum store_error error =
        registrations_cancel(tx, own->request.token, own->request.now, &own->registration);

    if (error && error != STORE_ENDED)
        return error;
    RETURN_IF(apply(tx, own, OWNERSHIP_WITHDRAW, &done));
    return error && !done ? error : by_token_show(tx, own);
}

const struct http_task by_token_find = {.run = run_find, .is_paced = true};
const struct http_task by_token_retry = {.run = run_retry, .writes = true, .is_paced = true};
const struct http_task by_token_press = {.run = run_press, .writes = true, .is_paced = true};
const struct http_task by_token_cancel = {.run = run_cancel, .writes = true, .is_paced = true};
