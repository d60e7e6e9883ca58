/* SPDX-License-Identifier: Apache-2.0 */
/* One signed request (AWS Signature Version 4) and its answer. request.c is the only user of libcurl.
 *
 * Asks again after throttling (429, ThrottlingException and its kin), 5xx, and connections that failed before
 * an answer: up to attempts times, waiting a random part of a doubling time, or what Retry-After says. Only
 * one thread at a time for a session. */
#ifndef AWS_REQUEST_H
#define AWS_REQUEST_H

#include <signal.h>
#include <stddef.h>

#include "aws/session.h"

enum aws_error {
    AWS_OK,             /* 2xx */
    AWS_REFUSED,        /* another answer that asking again would not change; status and code say which */
    AWS_FORBIDDEN,      /* 401 and 403, but for expired credentials */
    AWS_NOT_FOUND,      /* 404 */
    AWS_CONFLICT,       /* 409 */
    AWS_UNREADABLE,     /* the stream's read() or rewind() failed */
    AWS_BAD_ANSWER,     /* an answer that is not understood; never from aws_send() */
    AWS_THROTTLED,      /* still, after all attempts */
    AWS_UNAVAILABLE,    /* 5xx after all attempts */
    AWS_UNREACHABLE,    /* no answer: name, connection, TLS, time */
    AWS_NO_CREDENTIALS, /* none found, or their source does not give any */
    AWS_EXPIRED,        /* the credentials have, and there are no newer ones */
    AWS_INTERRUPTED,
};
const char *aws_error_name(enum aws_error error);

struct aws_pair {
    const char *name, *value;
};

/* A body that is too large for memory. */
struct aws_stream {
    size_t (*read)(void *context, char *out, size_t room); /* 0: the end; (size_t)-1: it cannot be read */
    bool (*rewind)(void *context);                         /* for another attempt */
    void *context;
    unsigned long long length;
    char sha256[65];                                          /* of all of it, hex */
    void (*progress)(void *context, unsigned long long sent); /* may be NULL */
};

struct aws_request {
    const char *service; /* signing name: "iotwireless", "s3" */
    const char *host;    /* without an endpoint URL: "api.iotwireless.%s.amazonaws.com", %s is the region */
    const char *method;  /* "GET", "POST", "PUT", "PATCH", "DELETE" */
    const char *path;    /* begins with a slash, segments percent-encoded (aws_path_add) */
    const struct aws_pair *query;   /* not encoded, in any order; ends with a NULL name; NULL: none */
    const struct aws_pair *headers; /* the same; Content-Type and others that are to be sent */
    const char *body;
    size_t body_length;
    const struct aws_stream *stream;          /* instead of body */
    unsigned attempts;                        /* 0: the usual 5 */
    const volatile sig_atomic_t *interrupted; /* not zero: give up; may be NULL */
};

struct aws_response {
    long status; /* 0: none came */
    struct text body;
    char request_id[80];
    char etag[80];
    char code[80]; /* of an error: "ValidationException", "AccessDeniedException"; "" when it has none */
    struct text message; /* of an error, AWS's own */
};

/* out is initialised here, and is to be finished also after an error. why: a sentence for people, with the
 * service's own message and the request id where there are any. */
enum aws_error aws_send(struct aws_session *session, const struct aws_request *request,
                        struct aws_response *out, struct text *why) __attribute__((warn_unused_result));
void aws_response_fini(struct aws_response *response);

/* Adds "/" and the segment, percent-encoded but for [A-Za-z0-9._~-]. */
void aws_path_add(struct text *path, const char *segment);

#endif
