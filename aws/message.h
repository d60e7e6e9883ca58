/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to AWS, their responses and error codes. Pure functions, any thread. */
#ifndef AWS_MESSAGE_H
#define AWS_MESSAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum aws_error {
    AWS_OK,             /* 2xx */
    AWS_REFUSED,        /* any other error that a retry would not change; see status and code */
    AWS_FORBIDDEN,      /* 401, 403: not allowed, wrong signature or wrong clock; why says which */
    AWS_NOT_FOUND,      /* 404 */
    AWS_CONFLICT,       /* 409 */
    AWS_BAD_ANSWER,     /* the answer cannot be parsed; never from aws_send() */
    AWS_THROTTLED,      /* still throttled after all attempts */
    AWS_UNAVAILABLE,    /* 5xx after all attempts */
    AWS_UNREACHABLE,    /* no complete answer: name, connection, TLS, timeout, more than 16 MiB */
    AWS_UNREADABLE,     /* the request's stream cannot be read, or its length is wrong */
    AWS_NO_CREDENTIALS, /* none found, or their source returns none */
    AWS_EXPIRED,        /* the credentials have expired, and there are no newer ones */
    AWS_INTERRUPTED,
};
/* One word for programs: "not_found". */
const char *aws_error_name(enum aws_error error);

struct aws_pair {
    const char *name, *value;
};

/* A body that is too large for memory. Every attempt but the first rewinds it. */
struct aws_stream {
    size_t (*read)(void *context, char *out, size_t room); /* 0: the end; (size_t)-1: read error */
    bool (*rewind)(void *context);                         /* for another attempt */
    void *context;
    unsigned long long length;
    char sha256[65];                                          /* of the whole body, hex */
    void (*progress)(void *context, unsigned long long sent); /* may be NULL */
};

struct aws_request {
    const char *service; /* signing name: "iotwireless", "s3" */
    /* Used without an endpoint URL: "api.iotwireless.%s.amazonaws.com". %s is the region. The suffix is
     * replaced in partitions that have another one (aws/partition.h). */
    const char *host;
    const char *region; /* NULL: the session's */
    const char *method; /* "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE" */
    /* Begins with a slash; segments are percent-encoded (aws_path_add). Only S3 allows "." and "..". */
    const char *path;
    const struct aws_pair *query; /* not encoded, in any order; ends with a NULL name; NULL: none */
    /* Content-Type and other headers to send and sign; the list ends like query. No name may be another name
     * plus a dash and more (libcurl 7.88 sorts those wrongly). The default Content-Type of a body is
     * application/json, for S3 application/octet-stream. */
    const struct aws_pair *headers;
    const char *body; /* NULL: none */
    size_t body_length;
    const struct aws_stream *stream; /* instead of body */
    unsigned attempts;               /* 0: the default, 5; 1: exactly once, on a connection of its own */
    const atomic_int *interrupted;   /* not zero: stop within a second; NULL: the session's */
};

struct aws_response {
    long status; /* 0: no response */
    struct text body;
    char request_id[80];
    char etag[80];
    char bucket_region[40]; /* S3, x-amz-bucket-region: where the bucket is; "": not told */
    char code[80];          /* of an error: "ValidationException", "AccessDeniedException"; "": none */
    struct text message;    /* AWS's own error message: one line, at most 2,000 bytes */
};
void aws_response_fini(struct aws_response *response);

#endif
