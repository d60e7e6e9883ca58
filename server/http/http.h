/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP server: routes in, exchanges out. server.c is the only user of libmicrohttpd.
 *
 * Handlers never wait. A handler is three small functions over one struct of arguments: read (HTTP thread:
 * request to arguments), run (store worker, inside a transaction), reply (HTTP thread: render). In between
 * the connection is suspended. Each may be NULL where there is nothing to do. Where somebody else than the
 * store does the work, begin stands in the place of run; where large bodies come, admit looks first. */
#ifndef SERVER_HTTP_HTTP_H
#define SERVER_HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "server/store/store.h"

enum http_method { HTTP_GET, HTTP_POST, HTTP_METHOD_OTHER };

struct http_exchange; /* one request and its answer; borrowed inside handler calls */

struct http_handler {
    size_t arguments_size; /* zeroed memory for each request; 0: none */
    /* HTTP thread, before the body: 0, or the status that refuses the request with its body unread. */
    unsigned (*admit)(struct http_exchange *exchange, void *arguments);
    /* Tells a status of admit, and that the body is too large, its own way. */
    void (*refuse)(struct http_exchange *exchange, unsigned status);
    /* False: it has answered already (http_answer and friends), nothing else is called but fini. */
    bool (*read)(struct http_exchange *exchange, void *arguments);
    enum store_error (*run)(struct store_tx *tx, void *arguments);
    bool run_writes;
    /* NULL, or the same for many requests at once; see store_job.run_together. */
    enum store_error (*run_together)(struct store_tx *tx, void *const arguments[], enum store_error results[],
                                     size_t count);
    /* HTTP thread: hands the work to others, who call http_resume() once, on any thread. */
    void (*begin)(struct http_exchange *exchange, void *arguments);
    /* result: of run (STORE_OK after begin), or STORE_BUSY when the store took no more jobs. Must answer. */
    void (*reply)(struct http_exchange *exchange, void *arguments, enum store_error result);
    void (*fini)(void *arguments);
};

enum http_side { HTTP_PUBLIC, HTTP_ADMIN };

/* One row for each URL. */
struct http_route {
    enum http_side side;
    enum http_method method;
    const char *pattern; /* "/r/{identifier}": one parameter at most, it takes one segment, or with {path...}
                            the rest */
    size_t body_limit;   /* bytes; more is answered 413 */
    const char
        *body_type; /* of the body: "application/json"; others are answered 415; NULL: no body is looked at */
    const struct http_handler *handler;
};

/* Reading a request. Texts are borrowed for the life of the exchange. */
void *http_app(const struct http_exchange *exchange); /* http_options.app */
const char *http_request_id(const struct http_exchange *exchange);
/* Header value, NULL when absent; the first one where there are several. */
const char *http_request_header(const struct http_exchange *exchange, const char *name);
/* The {parameter}, percent-decoded: may hold any bytes, NUL as well. Never NULL; terminated. */
const char *http_request_parameter(const struct http_exchange *exchange, size_t *length);
/* A field of the query, percent-decoded; NULL when absent. Terminated, may hold NULs. length may be NULL. */
const char *http_request_query(struct http_exchange *exchange, const char *name, size_t *length);
const char *http_request_body(const struct http_exchange *exchange, size_t *length);
/* A field of an application/x-www-form-urlencoded body; NULL when absent. */
const char *http_request_field(struct http_exchange *exchange, const char *name, size_t *length);
/* The address of whoever asks, behind trusted proxies; only for counting, never for logs. */
const char *http_request_client(struct http_exchange *exchange);
/* Answers go to a program (API) or to a person (pages). */
bool http_request_is_api(const struct http_exchange *exchange);

/* The work that begin handed over is done: reply is next. Any thread, also before begin has returned. */
void http_resume(struct http_exchange *exchange);

/* Answering: once for each exchange. Headers first. */
void http_answer_header(struct http_exchange *exchange, const char *name, const char *value);
/* Takes the text over. */
void http_answer(struct http_exchange *exchange, unsigned status, const char *content_type,
                 struct text *body);
/* With an ETag over the body; 304 without one where If-None-Match has it. */
void http_answer_tagged(struct http_exchange *exchange, const char *content_type, struct text *body);
/* 303. */
void http_answer_see_other(struct http_exchange *exchange, const char *location);

/* A body that never changes, made once and sent many times with no copy. */
struct http_page;
struct http_header {
    const char *name, *value;
};
/* headers end with a NULL name. */
struct http_page *http_page_new(const char *content_type, const char *bytes, size_t length,
                                const struct http_header *headers);
void http_page_free(struct http_page *page);
void http_answer_page(struct http_exchange *exchange, unsigned status, const struct http_page *page);

/* How an error is told: a page for people, application/problem+json for programs. Set by the app. */
typedef void http_error_answer(struct http_exchange *exchange, unsigned status);

struct http_options {
    const char *listen; /* "127.0.0.1:8080", "[::1]:8080", ":8080" (all addresses) */
    enum http_side side;
    const struct http_route *routes;
    size_t route_count;
    unsigned threads;
    unsigned max_connections;
    long long request_timeout_ms; /* a whole request, header and body, must be here by then */
    long long idle_timeout_ms;    /* between requests */
    const char *trusted_proxies;  /* networks, separated by spaces or commas: "10.0.0.0/8 ::1" */
    bool log_requests;
    http_error_answer *error_answer;
    void *app;
    struct store *store; /* for handlers with run; may be NULL where there is none */
};

struct http_server;

/* Listens and serves when it returns. NULL on error, with a sentence in *why. Options' pointers are borrowed
 * for the life of the server. */
struct http_server *http_server_start(const struct http_options *options, struct text *why);
/* "127.0.0.1:43211": what it listens on, with the real port where 0 was asked for. */
const char *http_server_address(const struct http_server *server);
/* Takes no new connections and tells kept ones to go; true when no exchange is under way any more, false when
 * the deadline is over. */
bool http_server_drain(struct http_server *server, long long deadline_ms) __attribute__((warn_unused_result));
/* After a drain that returned true: the library cannot be stopped with a request in the store. NULL is fine.
 */
void http_server_stop(struct http_server *server);

/* Requests answered, for /metrics: calls each(context, pattern, method, status, count); status 0: others. Any
 * thread. */
void http_server_counts(const struct http_server *server,
                        void (*each)(void *context, const char *route, const char *method, unsigned status,
                                     unsigned long count),
                        void *context);
unsigned http_server_connections(const struct http_server *server);

#endif
