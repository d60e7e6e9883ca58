/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "decode/decode.h"

/* Reads until the end or one byte past the limit. */
static int read_whole(int fd, unsigned char **out, size_t *length)
{
    OWNED unsigned char *bytes = malloc(DECODE_BYTES_MAX + 1);
    size_t count = 0;

    if (!bytes)
        return ENOMEM;
    while (count <= DECODE_BYTES_MAX) {
        ssize_t got = read(fd, bytes + count, DECODE_BYTES_MAX + 1 - count);
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            return errno;
        if (got > 0)
            count += (size_t)got;
    }
    if (count > DECODE_BYTES_MAX)
        return EFBIG;
    *length = count;
    *out = bytes;
    bytes = NULL;
    return 0;
}

static int read_picture(int fd, unsigned char **out, size_t *length)
{
    struct stat status;

    if (fstat(fd, &status))
        return errno;
    if (S_ISDIR(status.st_mode))
        return EISDIR;
    if (S_ISREG(status.st_mode) && status.st_size > (off_t)DECODE_BYTES_MAX)
        return EFBIG;
    return read_whole(fd, out, length);
}

int picture_read(const char *path, unsigned char **out, size_t *length)
{
    if (strcmp(path, "-") == 0)
        return read_picture(STDIN_FILENO, out, length);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return errno;
    int error = read_picture(fd, out, length);
    close(fd);
    return error;
}
