/* SPDX-License-Identifier: Apache-2.0 */
/* Errors, told to a person as a page and to a program as application/problem+json (RFC 9457). The one place
 * where a store's error becomes an HTTP status. */
#ifndef SERVER_PORTAL_PROBLEM_H
#define SERVER_PORTAL_PROBLEM_H

#include "claim/identifier.h"
#include "server/http/http.h"
#include "server/store/store.h"

unsigned problem_status(enum store_error error);

/* As a page or as JSON, whichever the address is for. Adds Retry-After to 503 and WWW-Authenticate to
 * 401. */
void problem_answer(struct http_exchange *exchange, unsigned status);

/* JSON with more to say. detail: a sentence. */
void problem_answer_detail(struct http_exchange *exchange, unsigned status, const char *detail);

/* The same with `reason`, a word for programs. */
void problem_answer_reason(struct http_exchange *exchange, unsigned status, const char *reason,
                           const char *detail);

/* 422 with `field`, `reason`, `position`, and a sentence in the caller's language. */
void problem_answer_identifier(struct http_exchange *exchange, const struct identifier_problem *problem);

/* Each counts this request, as a registration or as a picture. True where the client asks too often:
 * Retry-After is added then, 429 is still to be answered. */
bool problem_over_limit(struct http_exchange *exchange);
bool problem_over_picture_limit(struct http_exchange *exchange);
/* False, having answered 429, where the client asks too often. */
bool problem_within_limit(struct http_exchange *exchange);

#endif
