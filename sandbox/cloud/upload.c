/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/upload.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"

enum chunk_stage { CHUNK_HEAD, CHUNK_DATA, CHUNK_DATA_END, CHUNK_TRAILER };

#define CHUNK_LINE_MAX 1024

void upload_begin(struct upload *upload)
{
    upload->digest = digest_begin();
}

void upload_to_file(struct upload *upload, const char *folder)
{
    struct text path = TEXT_EMPTY;

    text_printf(&path, "%s/.upload-XXXXXX", folder);
    int fd = mkostemp(path.data, O_CLOEXEC);
    upload->file = fd >= 0 ? fdopen(fd, "w") : NULL;
    upload->failed = upload->file == NULL;
    upload->path = text_take(&path);
}

static void take(struct upload *upload, const char *bytes, size_t length)
{
    if (upload->log) {
        control_log_add(upload->log, bytes, length);
    } else if (upload->file) {
        if (fwrite(bytes, 1, length, upload->file) != length)
            upload->failed = true;
    } else if (upload->memory.length + length > UPLOAD_MEMORY_MAX) {
        upload->too_large = true;
    } else {
        text_add(&upload->memory, bytes, length);
    }
}

/* Handles "1f4;extension" of a chunk, the empty line after its data, or a trailer. */
static void end_line(struct upload *upload)
{
    char *end = NULL;
    const char *line = text_get(&upload->chunk.line);

    if (upload->chunk.stage == CHUNK_HEAD) {
        upload->chunk.left = strtoull(line, &end, 16);
        upload->failed = upload->failed || end == line;
        upload->chunk.stage = upload->chunk.left ? CHUNK_DATA : CHUNK_TRAILER;
    } else if (upload->chunk.stage == CHUNK_DATA_END) {
        upload->failed = upload->failed || *line;
        upload->chunk.stage = CHUNK_HEAD;
    }
    text_clear(&upload->chunk.line);
}

static void take_chunked(struct upload *upload, const char *bytes, size_t length)
{
    for (size_t i = 0, size; i < length && !upload->failed; i += size) {
        if (upload->chunk.stage == CHUNK_DATA) {
            size = upload->chunk.left < length - i ? (size_t)upload->chunk.left : length - i;
            take(upload, bytes + i, size);
            upload->chunk.left -= size;
            upload->chunk.stage = upload->chunk.left ? CHUNK_DATA : CHUNK_DATA_END;
            continue;
        }
        size = 1;
        if (bytes[i] == '\n')
            end_line(upload);
        else if (bytes[i] != '\r')
            text_add(&upload->chunk.line, bytes + i, 1);
        upload->failed = upload->failed || upload->chunk.line.length > CHUNK_LINE_MAX;
    }
}

void upload_add(struct upload *upload, const char *bytes, size_t length)
{
    digest_add(upload->digest, bytes, length);
    if (upload->chunked)
        take_chunked(upload, bytes, length);
    else
        take(upload, bytes, length);
}

bool upload_end(struct upload *upload, char digest[SIGNATURE_SIZE])
{
    digest_end(upload->digest, digest);
    upload->digest = NULL;
    if (upload->file && fclose(upload->file) != 0)
        upload->failed = true;
    upload->file = NULL;
    return !upload->failed && (!upload->chunked || upload->chunk.stage == CHUNK_TRAILER);
}

void upload_fini(struct upload *upload)
{
    if (upload->file)
        fclose(upload->file);
    if (upload->path)
        unlink(upload->path);
    free(upload->path);
    text_fini(&upload->memory);
    text_fini(&upload->chunk.line);
    control_log_free(upload->log);
    if (upload->digest)
        digest_end(upload->digest, NULL);
}
