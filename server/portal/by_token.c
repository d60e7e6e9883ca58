/* SPDX-License-Identifier: Apache-2.0 */
#include "server/portal/by_token.h"

#include <string.h>

#include "server/portal/intake.h"
#include "server/portal/portal.h"
#include "server/portal/problem.h"

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

static enum store_error run_find(struct store_tx *tx, void *arguments)
{
    struct by_token *own = arguments;

    return registrations_find(tx, own->request.token, &own->registration);
}

static enum store_error run_retry(struct store_tx *tx, void *arguments)
{
    struct by_token *own = arguments;
    struct identifier_problem problem = {0};
    enum store_error error = run_find(tx, own);

    if (error)
        return error;
    const char *thing_name = own->registration.thing_name;
    const struct oem_endpoint *endpoint = claim_settings_endpoint(own->settings, own->registration.endpoint);
    /* The configuration may have changed, so that no endpoint or staging account is left for it. */
    if (!endpoint || !intake_targets(own->settings, thing_name, strlen(thing_name), &own->request, &problem))
        return STORE_CONFLICT;
    own->request.endpoint = endpoint->key;
    error = registrations_retry(tx, &own->request, &own->registration);
    return error == STORE_UNLISTED ? STORE_CONFLICT : error;
}

static enum store_error run_press(struct store_tx *tx, void *arguments)
{
    struct by_token *own = arguments;

    return registrations_press(tx, own->request.token, own->request.now, &own->registration);
}

static enum store_error run_cancel(struct store_tx *tx, void *arguments)
{
    struct by_token *own = arguments;

    return registrations_cancel(tx, own->request.token, own->request.now, &own->registration);
}

const struct http_task by_token_find = {.run = run_find};
const struct http_task by_token_retry = {.run = run_retry, .writes = true};
const struct http_task by_token_press = {.run = run_press, .writes = true};
const struct http_task by_token_cancel = {.run = run_cancel, .writes = true};
