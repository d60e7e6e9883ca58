/* SPDX-License-Identifier: Apache-2.0 */
/* A sign-in that a browser has come back to complete. */
#ifndef SERVER_IDENTITY_ENTRY_H
#define SERVER_IDENTITY_ENTRY_H

#include <stddef.h>

#include "server/identity/address.h"

#define IDENTITY_SECRET_SIZE 65 /* 64 hex digits: 256 random bits */

enum identity_result {
    IDENTITY_OK,
    IDENTITY_STALE,       /* it began too long ago, in another browser, or was completed already */
    IDENTITY_DENIED,      /* the person or the provider said no, or a token does not say what it must */
    IDENTITY_UNAVAILABLE, /* the provider, its keys or the store cannot be reached */
};

struct identity_entry {
    /* The answer of the provider: state and code, or error; or a token of the app. Borrowed until done();
     * NULL: not given. */
    const char *state, *code, *error, *issuer, *token;
    size_t token_length;
    const char *browser_cookie;                        /* "": none */
    char back[ADDRESS_MAX + 1], then[ADDRESS_MAX + 1]; /* of a token; then those to go to */
    /* set when it is done */
    enum identity_result result;
    char session[IDENTITY_SECRET_SIZE]; /* the cookie */
    void (*done)(void *context);        /* on a thread of this folder */
    void *context;
    /* private */
    long long since;
    struct identity_entry *next;
};

#endif
