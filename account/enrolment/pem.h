/* SPDX-License-Identifier: Apache-2.0 */
/* The blocks of a PEM text, read piece by piece: a broken one costs no other. What stands between them does
 * not count. One thread. */
#ifndef ACCOUNT_ENROLMENT_PEM_H
#define ACCOUNT_ENROLMENT_PEM_H

#include <stddef.h>

#define ENROLMENT_BLOCK_MAX 65536 /* bytes: what AWS IoT takes */

struct enrolment_pem_events {
    void *context;
    /* pem is the block with its BEGIN and END lines, kind what they say: "CERTIFICATE", "EC PRIVATE KEY".
     * Borrowed for the call. line: of BEGIN, from 1. */
    void (*block)(void *context, const char *kind, const char *pem, size_t length, unsigned long long line);
    void (*bad)(void *context, unsigned long long line, const char *why);
};

struct enrolment_pem;

struct enrolment_pem *enrolment_pem_new(const struct enrolment_pem_events *events); /* copied */
void enrolment_pem_free(struct enrolment_pem *pem);
/* Calls block() and bad() for what is complete. */
void enrolment_pem_feed(struct enrolment_pem *pem, const char *bytes, size_t length);
/* No more comes: calls for the rest. */
void enrolment_pem_end(struct enrolment_pem *pem);

#endif
