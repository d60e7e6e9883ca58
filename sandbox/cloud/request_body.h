/* SPDX-License-Identifier: Apache-2.0 */
/* Receives the body of a request: into memory, into a file (S3), or through the reader of control logs. One
 * thread at a time. */
#ifndef SANDBOX_CLOUD_REQUEST_BODY_H
#define SANDBOX_CLOUD_REQUEST_BODY_H

#include <stdbool.h>
#include <stdio.h>

#include "base/text.h"
#include "sandbox/cloud/delivered_log.h"
#include "sandbox/cloud/signature.h"

#define REQUEST_BODY_MEMORY_MAX ((size_t)1 << 20)

struct request_body {
    struct text memory; /* used without file and log */
    FILE *file;
    char *path;                /* of the file; removed at the end unless it was taken (then NULL); owned */
    struct delivered_log *log; /* owned */
    struct digest *digest;     /* owned; until request_body_end() */
    bool too_large, failed;
    bool chunked; /* has aws-chunked framing, which is removed */
    struct {
        int stage;
        unsigned long long left;
        struct text line;
    } chunk;
};

/* All members that the caller has not set must be zero. */
void request_body_begin(struct request_body *body);
/* Writes to a new file in that folder. */
void request_body_to_file(struct request_body *body, const char *folder);
void request_body_add(struct request_body *body, const char *bytes, size_t length);
/* Call at the end. Returns false if the body is incomplete or could not be written. digest: of the bytes as
 * received. */
bool request_body_end(struct request_body *body, char digest[SIGNATURE_SIZE]);
void request_body_fini(struct request_body *body);

#endif
