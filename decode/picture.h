/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a picture file without looking at its content. Any thread. */
#ifndef DECODE_PICTURE_H
#define DECODE_PICTURE_H

#include <stddef.h>

/* Reads path, or standard input for "-". Blocks until the end. Returns 0, EFBIG for more than
 * DECODE_BYTES_MAX (a larger regular file is not read at all), or another errno value. The caller frees *out;
 * memory beyond length is never touched. */
int picture_read(const char *path, unsigned char **out, size_t *length) __attribute__((warn_unused_result));

#endif
