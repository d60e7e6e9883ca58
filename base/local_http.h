/* SPDX-License-Identifier: Apache-2.0 */
/* A client for one request to an HTTP server in the clear: a portal on this machine. Any thread; blocks. */
#ifndef BASE_LOCAL_HTTP_H
#define BASE_LOCAL_HTTP_H

#include <stdbool.h>

#include "base/text.h"

struct local_http_request {
    const char *address; /* "host:port" as in a configuration; without a host, this machine */
    const char *method, *path;
    const char *json;            /* the body; NULL: none */
    const char *csv;             /* the body instead of json; NULL: none */
    const char *idempotency_key; /* a header; NULL: none */
    int seconds;                 /* time limit for connecting, and for each part of the answer */
};

struct local_http_answer {
    unsigned status;         /* 0: the answer is missing or is not HTTP */
    long long retry_after_s; /* 0: not given */
    struct text body;        /* text_fini() */
};

/* Sends the request and reads the answer, up to 1 MiB. False: it cannot connect. Initialises *out in either
 * case. */
bool local_http_call(const struct local_http_request *request, struct local_http_answer *out);

#endif
