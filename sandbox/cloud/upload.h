/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a request on its way in: into memory, into a file (S3), or through the reader of control logs.
 * One thread at a time. */
#ifndef SANDBOX_CLOUD_UPLOAD_H
#define SANDBOX_CLOUD_UPLOAD_H

#include <stdbool.h>
#include <stdio.h>

#include "base/text.h"
#include "sandbox/cloud/control_log.h"
#include "sandbox/cloud/signature.h"

#define UPLOAD_MEMORY_MAX ((size_t)1 << 20)

struct upload {
    struct text memory; /* where neither of the next two is there */
    FILE *file;
    char *path;              /* of the file; removed at the end unless it was taken (NULL then); owned */
    struct control_log *log; /* owned */
    struct digest *digest;   /* owned; until upload_end() */
    bool too_large, failed;
    bool chunked; /* it has aws-chunked framing, which is taken off */
    struct {
        int stage;
        unsigned long long left;
        struct text line;
    } chunk;
};

/* All that is not set before is zero. */
void upload_begin(struct upload *upload);
/* Into a new file of that folder. */
void upload_to_file(struct upload *upload, const char *folder);
void upload_add(struct upload *upload, const char *bytes, size_t length);
/* All is there. False: it was cut, or could not be kept. digest: of the bytes as they came. */
bool upload_end(struct upload *upload, char digest[SIGNATURE_SIZE]);
void upload_fini(struct upload *upload);

#endif
