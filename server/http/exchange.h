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
/* Of a stream, so much is to be taken within a reply's time. */
#define EXCHANGE_STREAM_STRETCH ((size_t)64 << 10)
/* Request line and headers: more is answered 431. The library has 8 KiB for them and for what it knows about
 * them (some 70 bytes a header, cookies a second time); where that is used up before, it answers in its own
 * words. */
#define EXCHANGE_HEAD_MAX 6144

enum exchange_state { EXCHANGE_NEW, EXCHANGE_READING, EXCHANGE_AWAY, EXCHANGE_RAN, EXCHANGE_STREAMING };

/* What carries an exchange, given by the server. */
struct http_transport {
    const char *(*header)(const struct http_exchange *exchange, const char *name);
    const char *(*client)(struct http_exchange *exchange);
    /* The connection waits, or goes on; resume: any thread. */
    void (*suspend)(struct http_exchange *exchange);
    void (*resume)(struct http_exchange *exchange);
    void (*answer)(struct http_exchange *exchange, unsigned status, const char *content_type,
                   struct text *body);
    void (*answer_page)(struct http_exchange *exchange, unsigned status, const struct http_page *page);
    /* Then calls stream_take() until that has come to an end. */
    void (*answer_stream)(struct http_exchange *exchange, unsigned status, const char *content_type);
};

struct exchange_stream {
    const struct http_stream *how; /* NULL: the answer is no stream */
    struct text piece;
    size_t sent;          /* of the piece */
    size_t stretch;       /* bytes since the client was last given time */
    enum http_piece then; /* what comes after the piece */
    bool whole;
};

struct http_exchange {
    const struct http_options *options;
    const struct http_transport *transport;
    void *carrier; /* the transport's */
    struct watched *watched;
    enum exchange_state state;
    char id[EXCHANGE_ID_SIZE];
    long long started; /* monotonic ms */

    const char *method_name;
    enum http_method method;
    char *target; /* raw, cut at the '?' */
    const char *query;
    struct route_match match;
    bool not_admitted; /* by the route's handler */
    unsigned failure;  /* a status decided without looking at the body; 0: none */
    struct text body, parameters[HTTP_PARAMETERS_MAX];
    size_t discarded;
    struct text fields[EXCHANGE_FIELDS_MAX]; /* decoded */
    size_t field_count;

    void *arguments;
    struct http_work work;
    unsigned result; /* of the work */

    struct http_header headers[EXCHANGE_HEADERS_MAX]; /* of the answer; values owned */
    size_t header_count;
    unsigned status; /* 0: not answered yet */
    struct exchange_stream stream;
};

/* What is known once all headers are here. */
struct exchange_head {
    const char *method, *version;
    struct framing framing;
    bool target_whole; /* no NUL hides a part of it */
    size_t size;       /* bytes */
};

struct http_exchange *exchange_new(const struct http_options *options, const char *target);
void exchange_free(struct http_exchange *exchange);

/* What can be said before the body is here: sets failure, or answers. method is borrowed for the life of the
 * exchange. */
void exchange_look(struct http_exchange *exchange, const struct exchange_head *head);
void exchange_take_body(struct http_exchange *exchange, const char *bytes, size_t length);
/* The request is here, whole: answers, or suspends and hands the work over. */
void exchange_handle(struct http_exchange *exchange);
/* After the work: answers. */
void exchange_reply(struct http_exchange *exchange);
/* Suspends, and hands the handler's task over or begins. */
void exchange_hand_over(struct http_exchange *exchange);

/* An answer is to be made and taken within this. */
long long exchange_reply_timeout_ms(const struct http_exchange *exchange);
bool exchange_has_answer_header(const struct http_exchange *exchange, const char *name);

#endif
