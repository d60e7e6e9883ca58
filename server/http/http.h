/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP server: routes in, exchanges out. server.c is the only user of libmicrohttpd.
 *
 * Handlers never wait. A handler is a few small functions over one struct of arguments: read (HTTP thread:
 * request to arguments), a task (done elsewhere: by the store, inside a transaction), reply (HTTP thread:
 * render). In between the connection is suspended. Each may be NULL where there is nothing to do. Where the
 * handler itself hands its work to others, begin stands in the place of the task; where large bodies come,
 * admit looks first. An answer that is too long for memory is a stream, see below.
 *
 * What a task is, and who does it, is between the handlers and the app: this folder hands it over and waits
 * for http_work_done(). */
#ifndef SERVER_HTTP_HTTP_H
#define SERVER_HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum http_method {
    HTTP_GET, /* answers HEAD too, where the path has no row for HEAD */
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_METHOD_OTHER
};
/* "GET"; "any" for HTTP_METHOD_OTHER. */
const char *http_method_name(enum http_method method);

struct http_exchange; /* one request and its answer; borrowed inside handler calls */
struct http_task;     /* what is done elsewhere: the app defines it */

/* A task of one exchange on its way. */
struct http_work {
    const struct http_task *task;
    void *arguments; /* the handler's */
};
/* The work is done. result: 0, or an error of the app's; reply has it. Once for each work that was taken, any
 * thread. work is not to be touched any more. */
void http_work_done(struct http_work *work, unsigned result);

struct http_handler {
    size_t arguments_size; /* zeroed memory for each request; 0: none */
    /* HTTP thread, before the body: 0, or the status that refuses the request with its body unread. */
    unsigned (*admit)(struct http_exchange *exchange, void *arguments);
    /* Tells a status of admit, and that the body is too large, its own way. */
    void (*refuse)(struct http_exchange *exchange, unsigned status);
    /* False: it has answered already (http_answer and friends), nothing else is called but fini. */
    bool (*read)(struct http_exchange *exchange, void *arguments);
    const struct http_task *task; /* handed to http_options.take after read */
    /* HTTP thread: hands the work to others, who call http_resume() once, on any thread. */
    void (*begin)(struct http_exchange *exchange, void *arguments);
    /* result: of the work, or of take when it was not taken; 0 where there is none. Must answer. */
    void (*reply)(struct http_exchange *exchange, void *arguments, unsigned result);
    void (*fini)(void *arguments);
};

#define HTTP_PARAMETERS_MAX 4

enum http_side { HTTP_PUBLIC, HTTP_ADMIN };

/* One row for each URL. */
struct http_route {
    enum http_side side;
    enum http_method method;
    /* "/accounts/{account}/things/{thing}": a parameter takes one whole segment, the last one as {path...}
     * all that is left. HTTP_PARAMETERS_MAX at most, each with a name of its own. */
    const char *pattern;
    size_t body_limit; /* bytes; more is answered 413 */
    const char
        *body_type; /* of the body: "application/json"; others are answered 415; NULL: no body is looked at */
    const struct http_handler *handler;
};

/* Reading a request. Texts are borrowed for the life of the exchange. */
void *http_app(const struct http_exchange *exchange); /* http_options.app */
const char *http_request_id(const struct http_exchange *exchange);
/* Header value, NULL when absent; the first one where there are several. */
const char *http_request_header(const struct http_exchange *exchange, const char *name);
/* HEAD asks for the headers alone: what is answered is cut to them. */
enum http_method http_request_method(const struct http_exchange *exchange);
/* The {name} of the pattern, percent-decoded: may hold any bytes, NUL as well. Never NULL; terminated. length
 * may be NULL. Aborts where the pattern has no such parameter. */
const char *http_request_parameter(const struct http_exchange *exchange, const char *name, size_t *length);
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

/* ---- answers that are made piece by piece, as the client takes them ---- */

enum http_piece {
    HTTP_PIECE_MORE,   /* here is a piece; ask again once it is sent */
    HTTP_PIECE_LAST,   /* that was all; the piece may be empty */
    HTTP_PIECE_WORK,   /* the handler's task (or begin) is to be done again first; the piece may be empty */
    HTTP_PIECE_BROKEN, /* cannot go on: the connection is cut, so that the client notices */
};

struct http_stream {
    const char *content_type;
    /* HTTP thread, must not block: adds a piece to out, which is empty: some kilobytes, as this is what is in
     * memory of the answer. Called when all pieces before are sent. result: of the work since the last call,
     * 0 where there was none. */
    enum http_piece (*produce)(struct http_exchange *exchange, void *arguments, unsigned result,
                               struct text *out);
    /* Once, before the handler's fini: whole is false where the client has gone away, or was too slow, or the
     * producer broke off. NULL: it does not matter. */
    void (*ended)(void *arguments, bool whole);
};
/* In chunks to HTTP/1.1, up to the end of the connection to HTTP/1.0; to HEAD the headers alone, nothing is
 * produced then and the connection ends. stream is borrowed for the life of the exchange. A client has
 * http_options.reply_timeout_ms for each 64 KiB. Whoever has gone away while a task is being done is noticed
 * after it. */
void http_answer_stream(struct http_exchange *exchange, unsigned status, const struct http_stream *stream);

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
    long long reply_timeout_ms;   /* for an answer to be made and taken; 0: a minute */
    const char *trusted_proxies;  /* networks, separated by spaces or commas: "10.0.0.0/8 ::1" */
    bool log_requests;
    http_error_answer *error_answer;
    void *app;
    /* Any HTTP thread, must not block: 0 having taken the work, which is borrowed until http_work_done();
     * else the result that the handler is given at once. NULL where no handler has a task. */
    unsigned (*take)(void *take_context, struct http_work *work);
    void *take_context;
};

struct http_server;

/* Listens and serves when it returns. NULL on error, with a sentence in *why. Options' pointers are borrowed
 * for the life of the server. */
struct http_server *http_server_start(const struct http_options *options, struct text *why);
/* "127.0.0.1:43211": what it listens on, with the real port where 0 was asked for. */
const char *http_server_address(const struct http_server *server);
/* Takes no new connections and tells kept ones to go; true when no exchange is under way any more, false when
 * the deadline is over. Streams are cut off when half of it is over. */
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
