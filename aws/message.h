/* SPDX-License-Identifier: Apache-2.0 */
/* What is sent to AWS, what comes back, and what may go wrong on the way. Pure functions, any thread. */
#ifndef AWS_MESSAGE_H
#define AWS_MESSAGE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum aws_error {
    AWS_OK,             /* 2xx */
    AWS_REFUSED,        /* another answer that asking again would not change; status and code say which */
    AWS_FORBIDDEN,      /* 401, 403: not allowed, wrong signature, wrong clock (why says which) */
    AWS_NOT_FOUND,      /* 404 */
    AWS_CONFLICT,       /* 409 */
    AWS_BAD_ANSWER,     /* an answer that is not understood; never from aws_send() */
    AWS_THROTTLED,      /* still, after all attempts */
    AWS_UNAVAILABLE,    /* 5xx after all attempts */
    AWS_UNREACHABLE,    /* no whole answer: name, connection, TLS, time, more than 16 MiB */
    AWS_UNREADABLE,     /* the request's stream cannot be read, or has not the length it says */
    AWS_NO_CREDENTIALS, /* none found, or their source does not give any */
    AWS_EXPIRED,        /* the credentials have, and there are no newer ones */
    AWS_INTERRUPTED,
};
/* One word, for programs: "not_found". */
const char *aws_error_name(enum aws_error error);

struct aws_pair {
    const char *name, *value;
};

/* A body that is too large for memory. It is rewound before every attempt but the first. */
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
    /* Without an endpoint URL: "api.iotwireless.%s.amazonaws.com"; %s is the region, and in partitions whose
     * hosts end otherwise (aws/partition.h) so does this one. */
    const char *host;
    const char *region; /* NULL: the session's */
    const char *method; /* "GET", "POST", "PUT", "PATCH", "DELETE" */
    /* Begins with a slash, segments percent-encoded (aws_path_add). Only S3 may have "." and ".." in it. */
    const char *path;
    const struct aws_pair *query; /* not encoded, in any order; ends with a NULL name; NULL: none */
    /* Content-Type and others that are to be sent and signed; end like query. No name may be the beginning of
     * another one, with a dash after it (libcurl 7.88 sorts those wrongly). A body without Content-Type is
     * application/json, for S3 application/octet-stream. */
    const struct aws_pair *headers;
    const char *body; /* NULL: none */
    size_t body_length;
    const struct aws_stream *stream;          /* instead of body */
    unsigned attempts;                        /* 0: the usual 5; 1: truly once, on a connection of its own */
    const volatile sig_atomic_t *interrupted; /* not zero: give up within a second; NULL: the session's */
};

struct aws_response {
    long status; /* 0: none came */
    struct text body;
    char request_id[80];
    char etag[80];
    char code[80]; /* of an error: "ValidationException", "AccessDeniedException"; "" when it has none */
    struct text message; /* of an error, AWS's own: one line, at most 2,000 bytes */
};
void aws_response_fini(struct aws_response *response);

#endif
