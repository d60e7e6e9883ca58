/* SPDX-License-Identifier: Apache-2.0 */
/* A registration that is asked for by its token, which is in the address as {token}: for its page and for the
 * API. */
#ifndef SERVER_PORTAL_BY_TOKEN_H
#define SERVER_PORTAL_BY_TOKEN_H

#include "claim/settings.h"
#include "server/portal/task.h"
#include "server/store/registrations.h"

/* The arguments of such a handler. */
struct by_token {
    const struct claim_settings *settings;
    struct registration_request request; /* with the token */
    struct registration registration;    /* found by the task */
};

/* For http_handler.read: 404 for what cannot be a token. The second one counts the request first, and answers
 * 429 to a client that asks too often. */
bool by_token_read(struct http_exchange *exchange, void *by_token);
bool by_token_read_limited(struct http_exchange *exchange, void *by_token);

/* Look; start again; give up. Results as of registrations_find(), _retry() and _cancel(). */
extern const struct http_task by_token_find, by_token_retry, by_token_cancel;

#endif
