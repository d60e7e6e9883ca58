/* SPDX-License-Identifier: Apache-2.0 */
/* The blocks of a PEM text, read piece by piece: a broken one costs no other. What stands between them does
 * not count. One thread. */
#ifndef ACCOUNT_REGISTRATION_PEM_H
#define ACCOUNT_REGISTRATION_PEM_H

#include <stddef.h>

#define REGISTRATION_BLOCK_MAX 65536 /* bytes: what AWS IoT takes */

struct registration_pem_events {
    void *context;
    /* pem is the block with its BEGIN and END lines, kind what they say: "CERTIFICATE", "EC PRIVATE KEY".
     * Borrowed for the call. line: of BEGIN, from 1. */
    void (*block)(void *context, const char *kind, const char *pem, size_t length, unsigned long long line);
    void (*bad)(void *context, unsigned long long line, const char *why);
};

struct registration_pem;

struct registration_pem *registration_pem_new(const struct registration_pem_events *events); /* copied */
void registration_pem_free(struct registration_pem *pem);
/* Calls block() and bad() for what is complete. */
void registration_pem_feed(struct registration_pem *pem, const char *bytes, size_t length);
/* No more comes: calls for the rest. */
void registration_pem_end(struct registration_pem *pem);

#endif
