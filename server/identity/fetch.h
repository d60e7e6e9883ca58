/* SPDX-License-Identifier: Apache-2.0 */
/* Asks a server of an identity provider. TLS is verified, redirects are not followed, and neither a server
 * that is slow nor one that sends too much costs more than FETCH_TOTAL_MS and FETCH_BODY_MAX. libcurl is in a
 * module that is loaded at the first fetch_new(): it costs 3 MiB of memory. Blocks; a struct fetch belongs to
 * one thread at a time. */
#ifndef SERVER_IDENTITY_FETCH_H
#define SERVER_IDENTITY_FETCH_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/text.h"

#define FETCH_BODY_MAX ((size_t)64 * 1024)
#define FETCH_CONNECT_MS 5000
#define FETCH_TOTAL_MS 10000

struct fetch;

struct fetch_request {
    const char *url;           /* address_is_safe() */
    const char *form;          /* application/x-www-form-urlencoded to POST; NULL: GET */
    const char *authorization; /* the header; NULL: none */
    const atomic_int *stopped; /* set: give up within a second */
};

struct fetch_answer {
    long status;
    long max_age_s; /* of Cache-Control; -1: none */
    struct text body;
};

/* NULL with a sentence: the module cannot be loaded. */
struct fetch *fetch_new(struct text *why);
void fetch_free(struct fetch *fetch); /* NULL is allowed */
/* Returns false with a sentence if there is no complete answer. Initialises *out in any case:
 * text_fini(&out->body). */
bool fetch_send(struct fetch *fetch, const struct fetch_request *request, struct fetch_answer *out,
                struct text *why) __attribute__((warn_unused_result));

/* What the module has, under the name FETCH_MODULE_SYMBOL. */
struct fetch_functions {
    void *(*open)(void);
    void (*close)(void *own);
    bool (*send)(void *own, const struct fetch_request *request, struct fetch_answer *out, struct text *why);
};
#define FETCH_MODULE_SYMBOL "fetch_module"

#endif
