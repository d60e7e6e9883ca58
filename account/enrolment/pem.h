/* SPDX-License-Identifier: Apache-2.0 */
/* Splits a PEM text, fed in parts, into blocks. A broken block does not affect the others. Text between
 * blocks is ignored. One thread. */
#ifndef ACCOUNT_ENROLMENT_PEM_H
#define ACCOUNT_ENROLMENT_PEM_H

#include <stddef.h>

#define ENROLMENT_BLOCK_MAX 65536 /* bytes: AWS IoT's limit */

struct enrolment_pem_events {
    void *context;
    /* pem: the block with its BEGIN and END lines; kind: their label, "CERTIFICATE", "EC PRIVATE KEY".
     * Borrowed for the call. line: of BEGIN, from 1. */
    void (*block)(void *context, const char *kind, const char *pem, size_t length, unsigned long long line);
    void (*bad)(void *context, unsigned long long line, const char *why);
};

struct enrolment_pem;

struct enrolment_pem *enrolment_pem_new(const struct enrolment_pem_events *events); /* copied */
void enrolment_pem_free(struct enrolment_pem *pem);
/* Calls block() and bad() for complete blocks. */
void enrolment_pem_feed(struct enrolment_pem *pem, const char *bytes, size_t length);
/* Ends the input: calls for the rest. */
void enrolment_pem_end(struct enrolment_pem *pem);

#endif
