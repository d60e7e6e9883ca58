/* SPDX-License-Identifier: Apache-2.0 */
/* One HTTP exchange, signed or not. The only user of libcurl.
 *
 * TLS is always verified. No redirects. Connections are kept between exchanges. https goes through the proxy
 * of https_proxy or HTTPS_PROXY, with the exceptions of no_proxy; http and this machine itself never do.
 * Nothing here writes a log: what a caller gets to say holds no secret.
 *
 * What libcurl 7.88's signing does and this file makes up for: it takes the path and the query as they are
 * (so the query comes sorted and encoded, and services other than S3 want the path encoded twice in what is
 * signed and once in what is sent); it signs headers that are only there to take one of libcurl's own away
 * (so there are none); it takes the digest of a stream from x-amz-content-sha256 (so that is always sent with
 * one). A header whose name is another one's with "-more" behind it is signed in the wrong order. */
#ifndef AWS_HTTP_H
#define AWS_HTTP_H

#include "aws/message.h"

#define AWS_HTTP_BODY_MAX (16ul * 1024 * 1024)

enum aws_http_result {
    AWS_HTTP_ANSWERED,
    AWS_HTTP_LOST,       /* no whole answer; another attempt may have more luck */
    AWS_HTTP_IMPOSSIBLE, /* nor will another attempt: certificate not trusted, answer too large, bad header */
    AWS_HTTP_UNREADABLE, /* the stream of the request */
    AWS_HTTP_INTERRUPTED,
};

struct aws_url {      /* all owned; aws_url_fini() */
    char *origin;     /* "https://host:port" */
    char *host;       /* no port, no brackets */
    char *path;       /* "/" where the URL has none */
    char *query;      /* without the question mark; NULL: none */
    bool is_tls;      /* https */
    bool is_loopback; /* localhost, 127.0.0.0/8, ::1 */
};
/* http or https, without a user name and a fragment. False with the second half of a sentence in *why. */
bool aws_url_parse(const char *url, struct aws_url *out, struct text *why);
void aws_url_fini(struct aws_url *url);

struct aws_signature {
    const char *region, *service;
    const char *access_key, *secret_key;
    const char *session_token; /* NULL: none */
};

struct aws_http_request {
    const char *method;
    const struct aws_url *url;      /* its origin counts */
    const char *path;               /* "/" where the URL has none */
    const char *query;              /* encoded, sorted; "" for none */
    const struct aws_pair *headers; /* ends with a NULL name; NULL: none */
    const char *body;               /* NULL: none */
    size_t body_length;
    const struct aws_stream *stream;       /* instead of body */
    const struct aws_signature *signature; /* NULL: not signed */
    const char *ca_file;                   /* NULL: the system's */
    bool once; /* on a new connection: libcurl itself sends again what a dead one has not answered */
    long connect_ms, total_ms;                /* total 0: as long as something moves */
    const volatile sig_atomic_t *interrupted; /* may be NULL */
};

struct aws_http_answer {
    long status;
    struct text body;
    char request_id[80], etag[80], error_type[160]; /* "" where there is none */
    long long date_ms;                              /* of its Date; 0: none */
    long retry_after_s;                             /* -1: none */
};

struct aws_http;
struct aws_http *aws_http_new(void);
void aws_http_free(struct aws_http *http); /* NULL is fine */

/* out is initialised here, and is to be finished also after an error. why: "host: what happened". */
enum aws_http_result aws_http_exchange(struct aws_http *http, const struct aws_http_request *request,
                                       struct aws_http_answer *out, struct text *why)
    __attribute__((warn_unused_result));
void aws_http_answer_fini(struct aws_http_answer *answer);

#endif
