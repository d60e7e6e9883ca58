/* SPDX-License-Identifier: Apache-2.0 */
/* Answers errors: a page for people, application/problem+json (RFC 9457) for programs. The only place where a
 * store error becomes an HTTP status. HTTP threads only. */
#ifndef SERVER_PORTAL_PROBLEM_H
#define SERVER_PORTAL_PROBLEM_H

#include "claim/identifier.h"
#include "server/http/http.h"
#include "server/store/store.h"

/* The HTTP status for an error of the store. */
unsigned problem_status(enum store_error error);

/* Answers with a page or with JSON, depending on the URL. Adds Retry-After to 503 and WWW-Authenticate to
 * 401. */
void problem_answer(struct http_exchange *exchange, unsigned status);

/* Answers with JSON. detail: a sentence; NULL: the default sentence of the status. */
void problem_answer_detail(struct http_exchange *exchange, unsigned status, const char *detail);

/* The same, with `reason`: a word for programs. NULL: none. */
void problem_answer_reason(struct http_exchange *exchange, unsigned status, const char *reason,
                           const char *detail);

/* Answers 422 with `field`, `reason`, `position`, `group`, and a sentence in the client's language. */
void problem_answer_identifier(struct http_exchange *exchange, const struct identifier_problem *problem);

/* Count this request as a registration or as a picture. Return true if the client is over the limit:
 * Retry-After is then added, and the caller must answer 429. */
bool problem_over_limit(struct http_exchange *exchange);
bool problem_over_picture_limit(struct http_exchange *exchange);
/* Return true if the client's network may have no more open claims: the same. */
bool problem_network_full(struct http_exchange *exchange);
/* Like problem_over_limit() and problem_network_full(), but answer 429 themselves and then return false. */
bool problem_within_limit(struct http_exchange *exchange);
bool problem_network_has_room(struct http_exchange *exchange);

#endif
