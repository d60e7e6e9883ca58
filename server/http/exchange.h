/* SPDX-License-Identifier: Apache-2.0 */
/* One request and its answer, independent of libmicrohttpd: what is requested, which route handles it and
 * what has been answered. Private to server/http/. An exchange belongs to one HTTP thread. While it is
 * suspended, no HTTP thread touches it; the thread that does the work calls http_work_done() or
 * http_resume(). */
#ifndef SERVER_HTTP_EXCHANGE_H
#define SERVER_HTTP_EXCHANGE_H

#include "server/http/framing.h"
#include "server/http/http.h"
#include "server/http/route.h"
#include "server/http/seats.h"
#include "server/http/watchdog.h"

#define EXCHANGE_ID_SIZE 17
#define EXCHANGE_HEADERS_MAX 16
/* This many bytes of a body that is too large are read and dropped before the answer, so that the client sees
 * the answer. */
#define EXCHANGE_DISCARD_MAX ((size_t)8 << 20)
/* Bytes a second: the slowest upload that large bodies must reach. This is a phone's slowest uplink, half a
 * megabit a second. */
#define EXCHANGE_SLOWEST ((size_t)64 << 10)
/* A client must take this many bytes of a stream within the reply timeout. */
#define EXCHANGE_STREAM_STRETCH ((size_t)64 << 10)
/* So much of a body is not counted: small ones cost nothing. What is more is counted in steps. */
#define EXCHANGE_BODY_FREE ((size_t)8 << 10)
#define EXCHANGE_BODY_STEP ((size_t)64 << 10)
/* Limit for the request line and headers; more is answered 431. libmicrohttpd has 8 KiB for them and for its
 * own records (64 bytes a header and a cookie, cookies twice). If that is used up first, daemon.c
 * sends the answer past it. */
#define EXCHANGE_HEAD_MAX 6144

enum exchange_state {
    EXCHANGE_NEW,
    EXCHANGE_READING,
    EXCHANGE_SUSPENDED,
    EXCHANGE_WORK_DONE,
    EXCHANGE_STREAMING
};

/* What an exchange needs from libmicrohttpd; carrier.c provides it. */
struct http_transport {
    const char *(*header)(const struct http_exchange *exchange, const char *name);
    const char *(*client)(struct http_exchange *exchange);
    /* Whether both ends of the connection have the same address. */
    bool (*is_from_own_address)(const struct http_exchange *exchange);
    /* Suspends and resumes the connection. resume: any thread. */
    void (*suspend)(struct http_exchange *exchange);
    void (*resume)(struct http_exchange *exchange);
    void (*answer)(struct http_exchange *exchange, unsigned status, const char *content_type,
                   struct text *body);
    void (*answer_page)(struct http_exchange *exchange, unsigned status, const struct http_page *page);
    /* The transport then calls stream_take() until the stream ends. */
    void (*answer_stream)(struct http_exchange *exchange, unsigned status, const char *content_type);
};

/* A field of the query or of the body, decoded when it is asked for the first time. */
struct exchange_field {
    struct exchange_field *next;
    const char *source; /* what it was decoded from; only compared */
    char *name;
    struct text value;
};
void exchange_fields_free(struct exchange_field *fields);

struct exchange_stream {
    const struct http_stream *how; /* NULL: the answer is not a stream */
    struct text piece;
    size_t sent;          /* of the piece */
    size_t stretch;       /* bytes sent since the deadline was last extended */
    enum http_piece then; /* what to do after the piece */
    bool whole;
};

struct http_exchange {
    const struct http_options *options;
    const struct http_transport *transport;
    void *carrier; /* private to the transport */
    struct watched *watched;
    struct seats *seats;
    struct seat *seat; /* pays for the body; NULL: none was free */
    enum exchange_state state;
    char id[EXCHANGE_ID_SIZE];
    long long started; /* monotonic ms */

    const char *method_name;
    enum http_method method;
    char *target; /* still encoded, without the query */
    const char *query;
    struct route_match match;
    bool not_admitted; /* rejected by the handler's admit */
    unsigned failure;  /* the status to answer without reading the body; 0: none */
    struct text body, parameters[HTTP_PARAMETERS_MAX];
    size_t discarded;
    size_t reserved; /* bytes of the body that the seat has paid for, above EXCHANGE_BODY_FREE */
    struct exchange_field *fields; /* those that were asked for */

    void *arguments;
    struct http_work work;
    unsigned result; /* result of the work */

    struct http_header headers[EXCHANGE_HEADERS_MAX]; /* of the answer; values owned */
    size_t header_count;
    unsigned status; /* 0: not answered yet */
    struct exchange_stream stream;
};

/* What is known when all headers have been received. */
struct exchange_head {
    const char *method, *version;
    struct framing framing;
    bool target_whole; /* false if the target contains a NUL */
    bool seated;       /* false if the client has too many requests in hand */
    size_t size;       /* bytes */
    size_t memory;     /* bytes that the transport needs for it */
};

struct http_exchange *exchange_new(const struct http_options *options, const char *target);
void exchange_free(struct http_exchange *exchange);

/* Checks the head of a request, before its body: finds the route and sets failure, or answers at once. method
 * is borrowed for the life of the exchange. */
void exchange_check_head(struct http_exchange *exchange, const struct exchange_head *head);
/* Another server could read the body differently: it is dropped, and the answer is 400. */
void exchange_refuse_body(struct http_exchange *exchange);
void exchange_take_body(struct http_exchange *exchange, const char *bytes, size_t length);
/* Answers with an error. */
void exchange_refuse(struct http_exchange *exchange, unsigned status);
/* The request is complete: answers it, or suspends the connection and hands the work over. */
void exchange_handle(struct http_exchange *exchange);
/* The work is done: calls the handler's reply, which answers. */
void exchange_reply(struct http_exchange *exchange);
/* Suspends the connection. Then hands the handler's task over, or calls its begin. */
void exchange_hand_over(struct http_exchange *exchange);

/* Time limit for making an answer and for the client to receive it. */
long long exchange_reply_timeout_ms(const struct http_exchange *exchange);
bool exchange_has_answer_header(const struct http_exchange *exchange, const char *name);

/* Pages of other origins, see cors.h. Adds the headers that allow the page to read the answer, if its origin
 * is listed and the request is for the API. Returns true if it is. */
bool exchange_allow_origin(struct http_exchange *exchange);
/* Whether it is a browser's question before a request, for an address of the API, by a listed origin. */
bool exchange_is_preflight(const struct http_exchange *exchange);
void exchange_answer_preflight(struct http_exchange *exchange);

#endif
