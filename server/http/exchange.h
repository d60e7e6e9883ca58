/* SPDX-License-Identifier: Apache-2.0 */
/* One request and its answer, apart from the library that carries it: what it asks, where it goes, what
 * becomes of it. For the files of this folder only. An exchange belongs to one HTTP thread, and while it is
 * away, in the store or with others who work for it, to nobody. */
#ifndef SERVER_HTTP_EXCHANGE_H
#define SERVER_HTTP_EXCHANGE_H

#include "server/http/framing.h"
#include "server/http/http.h"
#include "server/http/route.h"
#include "server/http/watchdog.h"

#define EXCHANGE_ID_SIZE 17
#define EXCHANGE_HEADERS_MAX 12
#define EXCHANGE_FIELDS_MAX 8
/* Of a body that is too large, so much is read before the answer, so that the client sees it. */
#define EXCHANGE_DISCARD_MAX ((size_t)8 << 20)
/* Large bodies have a second more for each so many bytes: a phone's slowest uplink, half a megabit a second.
 */
#define EXCHANGE_SLOWEST ((size_t)64 << 10)

enum exchange_state { EXCHANGE_NEW, EXCHANGE_READING, EXCHANGE_AWAY, EXCHANGE_RAN };

struct http_exchange {
    const struct http_options *options;
    void *carrier; /* the server's: how to answer */
    void *connection;
    struct watched *watched;
    enum exchange_state state;
    char id[EXCHANGE_ID_SIZE];
    long long started; /* monotonic ms */

    const char *method;
    char *target; /* raw, cut at the '?' */
    const char *query;
    size_t raw_length; /* of the target before it was cut */
    struct route_match match;
    bool not_admitted; /* by the route's handler */
    unsigned failure;  /* a status decided without looking at the body; 0: none */
    struct text body, parameter;
    size_t discarded;
    struct text fields[EXCHANGE_FIELDS_MAX]; /* decoded */
    size_t field_count;

    void *arguments;
    struct store_job job;
    enum store_error result;

    struct http_header headers[EXCHANGE_HEADERS_MAX]; /* of the answer; values owned */
    size_t header_count;
    unsigned status; /* 0: not answered yet */
};

struct http_exchange *exchange_new(const struct http_options *options, const char *target);
void exchange_free(struct http_exchange *exchange);

/* What can be said before the body is here: sets failure. framing has seen every header; target_room: how
 * many bytes the target had in the request line, more than its length where a NUL hides in it. */
void exchange_look(struct http_exchange *exchange, const char *version, const struct framing *framing,
                   size_t target_room);
void exchange_take_body(struct http_exchange *exchange, const char *bytes, size_t length);
/* The request is here, whole: answers, or suspends and goes to the store. */
void exchange_handle(struct http_exchange *exchange);
/* After the store: answers. */
void exchange_reply(struct http_exchange *exchange);
void exchange_refuse(struct http_exchange *exchange, unsigned status);
bool exchange_has_answer_header(const struct http_exchange *exchange, const char *name);

/* Given by the server: the connection waits for the store, or goes on. The latter on any thread. */
void exchange_suspend(struct http_exchange *exchange);
void exchange_resume(struct http_exchange *exchange);

#endif
