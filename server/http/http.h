/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP server. It takes a table of routes and calls their handlers. Only daemon.c, carrier.c,
 * response.c and library_answer.c use libmicrohttpd.
 *
 * Handlers never wait. A handler is a few small functions that share one struct of arguments:
 *   read   HTTP thread: turns the request into arguments
 *   task   runs elsewhere: in the store, inside a transaction
 *   reply  HTTP thread: renders the answer
 * The connection is suspended while the task runs. Any of them may be NULL. begin replaces the task for a
 * handler that starts its work itself. admit checks a request by its method, path and headers, before the
 * body is read: who sent it, or whether there is room for a large body. An answer that is too long for
 * memory is a stream, see below.
 *
 * This folder does not know what a task is: it hands the task to http_options.take and waits for
 * http_work_done(). */
#ifndef SERVER_HTTP_HTTP_H
#define SERVER_HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "server/http/client.h"

enum http_method {
    HTTP_GET, /* also answers HEAD if the path has no row for HEAD */
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_METHOD_OTHER
};
/* Returns "GET" and so on; "any" for HTTP_METHOD_OTHER. */
const char *http_method_name(enum http_method method);

struct http_exchange; /* one request and its answer; borrowed during handler calls */
struct http_task;     /* work done outside of HTTP threads; defined by the app */

/* A task of one exchange that is queued or running. */
struct http_work {
    const struct http_task *task;
    void *arguments; /* of the handler */
};
/* Reports that the work is done. result: 0, or an error code of the app, which is passed to reply. Call
 * exactly once for each work that take accepted; the work must not be used afterwards. Any thread. */
void http_work_done(struct http_work *work, unsigned result);

struct http_handler {
    size_t arguments_size; /* of the arguments, which are allocated and zeroed for each request; 0: none */
    /* HTTP thread, before the body is read; also for requests without a body. Returns 0 to accept the
     * request, or the status to reject it with; the body is then not read. */
    unsigned (*admit)(struct http_exchange *exchange, void *arguments);
    /* Answers a request that admit rejected, or whose body is too large (413). NULL:
     * http_options.error_answer does. */
    void (*refuse)(struct http_exchange *exchange, unsigned status);
    /* Returns false if it has already answered; then only fini is called. */
    bool (*read)(struct http_exchange *exchange, void *arguments);
    /* Also for what a form of another site's page sends; otherwise such a request is answered 403. Only for a
     * handler that trusts nothing that a browser adds by itself. */
    bool from_anywhere;
    const struct http_task *task; /* passed to http_options.take after read */
    /* HTTP thread. Starts the work; http_resume() must be called once when it is done, on any thread. */
    void (*begin)(struct http_exchange *exchange, void *arguments);
    /* HTTP thread. Must answer. result: of the work, or of take if it rejected the work; 0 if there is no
     * work. */
    void (*reply)(struct http_exchange *exchange, void *arguments, unsigned result);
    void (*fini)(void *arguments);
};

#define HTTP_PARAMETERS_MAX 4

/* The listener that serves a route. */
enum http_side { HTTP_PUBLIC, HTTP_ADMIN };

/* One row of the route table: a method and a path. */
struct http_route {
    enum http_side side;
    enum http_method method;
    /* "/accounts/{account}/things/{thing}". A parameter matches one whole segment; the last one, written
     * {path...}, matches the rest of the path. At most HTTP_PARAMETERS_MAX, with different names. */
    const char *pattern;
    size_t body_limit;     /* bytes; longer bodies are answered 413 */
    const char *body_type; /* required Content-Type, such as "application/json"; others are answered 415;
                              NULL: not checked */
    const struct http_handler *handler;
};

/* Functions that read the request. Texts are borrowed for the life of the exchange. */
void *http_app(const struct http_exchange *exchange); /* http_options.app */
/* The id of the request in logs and answers. */
const char *http_request_id(const struct http_exchange *exchange);
/* The value of a header, NULL if absent. If there are several, the first one. */
const char *http_request_header(const struct http_exchange *exchange, const char *name);
/* For HEAD, answer as for GET: the body is left out when the answer is sent. */
enum http_method http_request_method(const struct http_exchange *exchange);
/* The {name} of the pattern, percent-decoded. Never NULL; terminated, but may contain any bytes, NUL too.
 * length may be NULL. Aborts if the pattern has no such parameter. */
const char *http_request_parameter(const struct http_exchange *exchange, const char *name, size_t *length);
/* The path, still percent-encoded, without the query. */
const char *http_request_path(const struct http_exchange *exchange);
/* A field of the query, percent-decoded; NULL if absent. Terminated, but may contain NUL. length may be
 * NULL. */
const char *http_request_query(struct http_exchange *exchange, const char *name, size_t *length);
/* The body. Terminated, but may contain NUL. length must not be NULL. */
const char *http_request_body(const struct http_exchange *exchange, size_t *length);
/* A field of an application/x-www-form-urlencoded body, decoded like a query; NULL if absent. */
const char *http_request_field(struct http_exchange *exchange, const char *name, size_t *length);
/* The client's address, also behind trusted proxies. Use it for counting only and never log it. */
const char *http_request_client(struct http_exchange *exchange);
/* The same as numbers, see client.h. */
struct client_key http_request_client_key(struct http_exchange *exchange);
/* True if the client is on this machine: it has a loopback address, or the very address that it connected to
 * and no proxy has added X-Forwarded-For. (No other machine has that address: the system drops what says so.)
 */
bool http_request_is_from_this_machine(struct http_exchange *exchange);
/* True if the client is a program (API, admin listener), false if a person reads the answer (pages). */
bool http_request_is_api(const struct http_exchange *exchange);

/* The work that begin started is done; reply is called next. Any thread, even before begin has returned. */
void http_resume(struct http_exchange *exchange);

/* Functions that answer. Answer each exchange exactly once, and add headers before. name is borrowed for the
 * life of the exchange, value is copied. */
void http_answer_header(struct http_exchange *exchange, const char *name, const char *value);
/* Takes ownership of the text. content_type and body may be NULL. */
void http_answer(struct http_exchange *exchange, unsigned status, const char *content_type,
                 struct text *body);
/* Answers 200 with an ETag over the body, or 304 without a body if If-None-Match has the same tag. No cache
 * may keep it. Takes ownership of the text. */
void http_answer_tagged(struct http_exchange *exchange, const char *content_type, struct text *body);
/* Answers 303. */
void http_answer_see_other(struct http_exchange *exchange, const char *location);

/* ---- streams: answers produced piece by piece, as fast as the client receives them ---- */

enum http_piece {
    HTTP_PIECE_MORE,   /* a piece; call again when it is sent */
    HTTP_PIECE_LAST,   /* the last piece; it may be empty */
    HTTP_PIECE_WORK,   /* run the handler's task (or begin) again first; the piece may be empty */
    HTTP_PIECE_BROKEN, /* cannot continue: the connection is closed, so that the client notices */
};

struct http_stream {
    const char *content_type;
    /* HTTP thread, must not block. Adds a piece of some kilobytes to out, which is empty; one piece at a time
     * is in memory. Called when all earlier pieces are sent. result: of the work since the last call, 0 if
     * there was none. */
    enum http_piece (*produce)(struct http_exchange *exchange, void *arguments, unsigned result,
                               struct text *out);
    /* Called once, before the handler's fini. whole is false if the client disconnected or was too slow, or
     * if the producer returned HTTP_PIECE_BROKEN. May be NULL. */
    void (*ended)(void *arguments, bool whole);
};
/* Sends chunks to HTTP/1.1 clients; for HTTP/1.0 the end of the connection ends the answer. A HEAD request
 * gets the headers only: nothing is produced and the connection is closed. stream is borrowed for the life of
 * the exchange. A client has http_options.reply_timeout_ms for each 64 KiB. A client that disconnects while a
 * task runs is noticed after the task. */
void http_answer_stream(struct http_exchange *exchange, unsigned status, const struct http_stream *stream);

/* An answer that never changes: made once and sent many times without a copy. */
struct http_page;
struct http_header {
    const char *name, *value;
};
/* Copies bytes and headers. The headers end with a NULL name. */
struct http_page *http_page_new(const char *content_type, const char *bytes, size_t length,
                                const struct http_header *headers);
void http_page_free(struct http_page *page);
void http_answer_page(struct http_exchange *exchange, unsigned status, const struct http_page *page);

/* Answers an error: a page for people, application/problem+json for programs. Set by the app. */
typedef void http_error_answer(struct http_exchange *exchange, unsigned status);

/* A server may have so many connections more than max_connections for a moment: those that are refused, or
 * closed for others. */
#define HTTP_SPARE_CONNECTIONS 16

struct http_options {
    const char *listen; /* "127.0.0.1:8080", "[::1]:8080", ":8080" (all addresses) */
    enum http_side side;
    const struct http_route *routes;
    size_t route_count;
    unsigned threads;
    unsigned max_connections;
    /* Connections of one client (IPv6: of a /64 network). Through trusted proxies: its requests in hand, of
     * which more are answered 429. 0: no limit. */
    unsigned connections_per_client;
    size_t body_memory;           /* bytes, for all bodies above 8 KiB; what does not fit is answered 503 */
    long long request_timeout_ms; /* to receive a whole request, headers and body */
    long long idle_timeout_ms;    /* how long a connection may be idle between requests */
    long long reply_timeout_ms;   /* to make an answer and for the client to receive it; 0: one minute */
    const char *public_url;       /* of our pages, "https://register.example.com"; "" or NULL: not known */
    const char *cors_origins;     /* of other pages that may use the API, see cors.h; "" or NULL: none */
    const char *trusted_proxies;  /* networks, separated by spaces or commas: "10.0.0.0/8 ::1" */
    bool log_requests;
    http_error_answer *error_answer;
    void *app;
    /* Any HTTP thread, must not block. Returns 0 if it accepts the work, which is borrowed until
     * http_work_done(); otherwise the result, which is passed to reply at once. NULL if no handler has a
     * task. */
    unsigned (*take)(void *take_context, struct http_work *work);
    void *take_context;
};

struct http_server;

/* Starts a server; it accepts requests when this returns. Returns NULL with a sentence in *why on error. The
 * pointers in options are borrowed for the life of the server. */
struct http_server *http_server_start(const struct http_options *options, struct text *why);
/* The address it listens on, such as "127.0.0.1:43211", with the real port if port 0 was requested. */
const char *http_server_address(const struct http_server *server);
/* From now on connections are closed after their current request; new ones are still accepted. So a proxy
 * keeps none that would be closed under a request. */
void http_server_retire(struct http_server *server);
/* Accepts no new connections and closes open ones after their current request. Blocks until no exchange is in
 * flight (returns true) or the deadline has passed (returns false). Halfway to the deadline, streams are
 * cut. */
bool http_server_drain(struct http_server *server, long long deadline_ms) __attribute__((warn_unused_result));
/* Stops and frees the server. Call after http_server_drain() has returned true: libmicrohttpd cannot be
 * stopped while a request is suspended. Accepts NULL. */
void http_server_stop(struct http_server *server);

/* Reports the answered requests for /metrics: calls each(context, pattern, method, status, count). status 0
 * stands for statuses without a counter. Any thread. */
void http_server_counts(const struct http_server *server,
                        void (*each)(void *context, const char *route, const char *method, unsigned status,
                                     unsigned long count),
                        void *context);
/* The number of open connections. Any thread. */
unsigned http_server_connections(const struct http_server *server);
/* Reports what was closed or refused because of a limit: calls each(context, limit, closed, refused). Any
 * thread. */
void http_server_shortages(const struct http_server *server,
                           void (*each)(void *context, const char *limit, unsigned long closed,
                                        unsigned long refused),
                           void *context);

#endif
