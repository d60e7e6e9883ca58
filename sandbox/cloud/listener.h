/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP listener of the simulated cloud. listener.c is the only user of libmicrohttpd here. There is one
 * thread per connection: handlers may block. */
#ifndef SANDBOX_CLOUD_LISTENER_H
#define SANDBOX_CLOUD_LISTENER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

#define LISTENER_HEADERS_MAX 64

struct cloud_header {
    const char *name, *value; /* borrowed during the request */
};

struct cloud_request {
    const char *method;
    char *path, *query; /* as received, still encoded; query: the part after the question mark, or "" */
    struct cloud_header headers[LISTENER_HEADERS_MAX]; /* in the order received */
    size_t header_count;
    bool local;    /* from this machine */
    int socket;    /* only for cloud_request_is_gone() */
    void *handler; /* owned by the handler */
};

struct cloud_answer {
    unsigned status; /* 0: close the connection without an answer */
    const char *content_type;
    struct {
        char name[48], value[160];
    } headers[8];
    size_t header_count;
    struct text body;
    char *file;                     /* sent instead of body unless NULL; owned */
    unsigned long long from, until; /* the range of bytes of the file; until 0: the whole file */
};

/* begin: the headers have arrived. body: a part of the body. end: fills the answer. done: always called last,
 * also after a disconnection. All on the connection's thread. */
struct cloud_handler {
    void (*begin)(void *context, struct cloud_request *request);
    void (*body)(void *context, struct cloud_request *request, const char *bytes, size_t length);
    void (*end)(void *context, struct cloud_request *request, struct cloud_answer *answer);
    void (*done)(void *context, struct cloud_request *request);
    void *context;
};

/* NULL when it is not there. Names compare without case. */
const char *cloud_request_header(const struct cloud_request *request, const char *name);

/* Whether the client has closed the connection meanwhile. */
bool cloud_request_is_gone(const struct cloud_request *request);

void cloud_answer_header(struct cloud_answer *answer, const char *name, const char *value);

/* address: such as "127.0.0.1:4566"; port 0: any free port. Returns NULL with a sentence in *why on error. */
struct listener *listener_start(const char *address, const struct cloud_handler *handler, struct text *why);
/* Returns an address such as "127.0.0.1:41234"; borrowed. */
const char *listener_address(const struct listener *listener);
/* Waits for requests in progress. NULL is allowed. */
void listener_stop(struct listener *listener);

#endif
