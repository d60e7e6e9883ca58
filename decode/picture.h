/* SPDX-License-Identifier: Apache-2.0 */
/* A picture's file, read whole and not looked at. */
#ifndef DECODE_PICTURE_H
#define DECODE_PICTURE_H

#include <stddef.h>

/* path "-": standard input. Blocks until its end. Returns 0, EFBIG for more than DECODE_BYTES_MAX (of a file
 * nothing is read then), or another errno value. *out is owned by the caller, its unused rest never touched.
 */
int picture_read(const char *path, unsigned char **out, size_t *length) __attribute__((warn_unused_result));

#endif
