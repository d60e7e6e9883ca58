/* SPDX-License-Identifier: Apache-2.0 */
/* Finds, retries, presses and cancels a registration by the {token} in the URL. Shared by its page and the
 * API. */
#ifndef SERVER_PORTAL_BY_TOKEN_H
#define SERVER_PORTAL_BY_TOKEN_H

#include "claim/settings.h"
#include "server/portal/task.h"
#include "server/store/registrations.h"

/* The arguments of a handler that uses these functions. */
struct by_token {
    const struct claim_settings *settings;
    struct registration_request request; /* with the token */
    struct registration registration;    /* found by the task */
};

/* For http_handler.read. They answer 404 if the token is malformed. The second and third first count the
 * request, and answer 429 if the client is over the limit. A retry is a new claim: the third one also answers
 * 429 if the client's network may have no more of them. */
bool by_token_read(struct http_exchange *exchange, void *by_token);
bool by_token_read_limited(struct http_exchange *exchange, void *by_token);
bool by_token_read_retry(struct http_exchange *exchange, void *by_token);

/* Finds the registration, and what the person may see of whose device it is. For a task's run(). */
enum store_error by_token_show(struct store_tx *tx, struct by_token *by_token);

/* The same for what registrations_add() has just made, in its transaction. A device of no product that has a
 * new claim is new to the store as well, which need not be asked. */
enum store_error by_token_show_added(struct store_tx *tx, const struct registration_request *request,
                                     struct registration *registration);

/* Find, retry, press and cancel the registration. Results are those of registrations_find(),
 * registrations_retry(), registrations_press() and registrations_cancel(). */
extern const struct http_task by_token_find, by_token_retry, by_token_press, by_token_cancel;

#endif
