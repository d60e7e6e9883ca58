/* SPDX-License-Identifier: Apache-2.0 */
/* Lets pages of other origins use the API from a browser: those of a list, exactly, and never with cookies
 * (Fetch standard, "CORS protocol"). Private to server/http/, but for cors_origins_check(). Any thread. */
#ifndef SERVER_HTTP_CORS_H
#define SERVER_HTTP_CORS_H

#include <stdbool.h>

#include "base/text.h"

struct http_exchange;

/* Whether a list, with spaces or commas between, has only origins as browsers send them:
 * "https://www.example.com", with a port if it is not the usual one, nothing after it, in lower case.
 * Otherwise *wrong gets the first that is none. */
bool cors_origins_check(const char *list, struct text *wrong);

/* Adds the headers that allow the page to read the answer, if its origin is in http_options.cors_origins and
 * the request is for the API. Returns true if it is. */
bool cors_allow(struct http_exchange *exchange);
/* Whether it is a browser's question before a request (preflight) for an address of the API, by an origin
 * that cors_allow() has allowed. */
bool cors_is_preflight(const struct http_exchange *exchange);
/* Answers it: 204. */
void cors_answer_preflight(struct http_exchange *exchange);

#endif
