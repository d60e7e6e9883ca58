/* SPDX-License-Identifier: Apache-2.0 */
/* Sends one HTTP request, signed or not, and reads the answer. This file and url_parts.c alone use libcurl. A
 * struct aws_http belongs to one thread at a time.
 *
 * TLS is always verified. Redirects are not followed. Connections are kept between requests. https uses the
 * proxy of https_proxy or HTTPS_PROXY, with the exceptions of no_proxy; http and requests to this machine
 * never use a proxy. This file writes no log, and its error texts hold no secret.
 *
 * Workarounds for the signing of libcurl 7.88. It signs path and query as given: the query must be sorted and
 * encoded; services other than S3 need the path encoded twice in the signature and once in the request. It
 * signs headers that only remove one of libcurl's own: there are none. It takes the digest of a stream from
 * x-amz-content-sha256: a stream is always sent with that header. It sorts a header wrongly whose name is
 * another header's name plus "-more". */
#ifndef AWS_HTTP_H
#define AWS_HTTP_H

#include <stdatomic.h>

#include "aws/message.h"
#include "aws/url_parts.h"

#define AWS_HTTP_BODY_MAX (16ul * 1024 * 1024)

enum aws_http_result {
    AWS_HTTP_ANSWERED,
    AWS_HTTP_LOST,       /* no complete answer; a retry may succeed */
    AWS_HTTP_IMPOSSIBLE, /* a retry cannot succeed: certificate not trusted, answer too large, bad header */
    AWS_HTTP_UNREADABLE, /* the request's stream cannot be read */
    AWS_HTTP_INTERRUPTED,
};

struct aws_signature {
    const char *region, *service;
    const char *access_key, *secret_key;
    const char *session_token; /* NULL: none */
};

struct aws_http_request {
    const char *method;
    const struct aws_url *url;      /* only its origin is used */
    const char *path;               /* "/" when the URL has none */
    const char *query;              /* encoded, sorted; "" for none */
    const struct aws_pair *headers; /* ends with a NULL name; NULL: none */
    const char *body;               /* NULL: none */
    size_t body_length;
    const struct aws_stream *stream;       /* instead of body */
    const struct aws_signature *signature; /* NULL: not signed */
    const char *ca_file;                   /* NULL: the system's */
    bool once;                             /* new connection: libcurl itself resends on a dead kept one */
    size_t body_max;                       /* of the answer; 0: AWS_HTTP_BODY_MAX */
    long connect_ms, total_ms;             /* total 0: no limit while data flows */
    const atomic_int *interrupted;         /* may be NULL */
};

struct aws_http_answer {
    long status;
    struct text body;
    char request_id[80], etag[80], error_type[160]; /* "": none */
    char bucket_region[40];                         /* of S3's bucket; "": not told */
    long long date_ms;                              /* the Date header; 0: none */
    long retry_after_s;                             /* -1: none */
    long max_age_s;                                 /* of Cache-Control; -1: none */
};

struct aws_http;
struct aws_http *aws_http_new(void);
void aws_http_free(struct aws_http *http); /* NULL is fine */

/* Initialises *out; the caller finishes it, also after an error. why: "host: what happened". */
enum aws_http_result aws_http_exchange(struct aws_http *http, const struct aws_http_request *request,
                                       struct aws_http_answer *out, struct text *why)
    __attribute__((warn_unused_result));
void aws_http_answer_fini(struct aws_http_answer *answer);

#endif
