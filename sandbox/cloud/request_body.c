/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/request_body.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"

enum chunk_stage { CHUNK_HEAD, CHUNK_DATA, CHUNK_DATA_END, CHUNK_TRAILER };

#define CHUNK_LINE_MAX 1024

void request_body_begin(struct request_body *body)
{
    body->digest = digest_begin();
}

void request_body_to_file(struct request_body *body, const char *folder)
{
    struct text path = TEXT_EMPTY;

    text_printf(&path, "%s/.upload-XXXXXX", folder);
    int fd = mkostemp(path.data, O_CLOEXEC);
    body->file = fd >= 0 ? fdopen(fd, "w") : NULL;
    body->failed = body->file == NULL;
    body->path = text_take(&path);
}

static void take(struct request_body *body, const char *bytes, size_t length)
{
    if (body->log) {
        delivered_log_add(body->log, bytes, length);
    } else if (body->file) {
        if (fwrite(bytes, 1, length, body->file) != length)
            body->failed = true;
    } else if (body->memory.length + length > REQUEST_BODY_MEMORY_MAX) {
        body->too_large = true;
    } else {
        text_add(&body->memory, bytes, length);
    }
}

/* Handles "1f4;extension" of a chunk, the empty line after its data, or a trailer. */
static void end_line(struct request_body *body)
{
    char *end = NULL;
    const char *line = text_get(&body->chunk.line);

    if (body->chunk.stage == CHUNK_HEAD) {
        body->chunk.left = strtoull(line, &end, 16);
        body->failed = body->failed || end == line;
        body->chunk.stage = body->chunk.left ? CHUNK_DATA : CHUNK_TRAILER;
    } else if (body->chunk.stage == CHUNK_DATA_END) {
        body->failed = body->failed || *line;
        body->chunk.stage = CHUNK_HEAD;
    }
    text_clear(&body->chunk.line);
}

static void take_chunked(struct request_body *body, const char *bytes, size_t length)
{
    for (size_t i = 0, size; i < length && !body->failed; i += size) {
        if (body->chunk.stage == CHUNK_DATA) {
            size = body->chunk.left < length - i ? (size_t)body->chunk.left : length - i;
            take(body, bytes + i, size);
            body->chunk.left -= size;
            body->chunk.stage = body->chunk.left ? CHUNK_DATA : CHUNK_DATA_END;
            continue;
        }
        size = 1;
        if (bytes[i] == '\n')
            end_line(body);
        else if (bytes[i] != '\r')
            text_add(&body->chunk.line, bytes + i, 1);
        body->failed = body->failed || body->chunk.line.length > CHUNK_LINE_MAX;
    }
}

void request_body_add(struct request_body *body, const char *bytes, size_t length)
{
    digest_add(body->digest, bytes, length);
    if (body->chunked)
        take_chunked(body, bytes, length);
    else
        take(body, bytes, length);
}

bool request_body_end(struct request_body *body, char digest[SIGNATURE_SIZE])
{
    digest_end(body->digest, digest);
    body->digest = NULL;
    if (body->file && fclose(body->file) != 0)
        body->failed = true;
    body->file = NULL;
    return !body->failed && (!body->chunked || body->chunk.stage == CHUNK_TRAILER);
}

void request_body_fini(struct request_body *body)
{
    if (body->file)
        fclose(body->file);
    if (body->path)
        unlink(body->path);
    free(body->path);
    text_fini(&body->memory);
    text_fini(&body->chunk.line);
    delivered_log_free(body->log);
    if (body->digest)
        digest_end(body->digest, NULL);
}
