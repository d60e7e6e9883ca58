/* SPDX-License-Identifier: Apache-2.0 */
/* Checks and decodes WebP with libwebp, scaled while decoding, onto a white background. No animations. Any
 * thread. */
#ifndef DECODE_WEBP_H
#define DECODE_WEBP_H

#include "decode/decode.h"
#include "decode/grey.h"

/* Whether the file starts with the magic bytes. */
bool webp_is(const unsigned char *bytes, size_t length);

/* Checks the file's structure without decoding: complete, of a supported kind and size, a sane number of
 * parts, and no other data. Returns DECODE_OK, DECODE_ANIMATED, DECODE_TOO_LARGE or DECODE_BROKEN; sets
 * the size on DECODE_OK. Allocates nothing. */
enum decode_error webp_check(const unsigned char *bytes, size_t length, int *width, int *height)
    __attribute__((warn_unused_result));

/* Decodes a checked file. shrink: 1, 2, 4 or 8; each pixel is the mean of a square of that side. Returns
 * DECODE_OK, DECODE_BROKEN, or DECODE_TOO_LARGE if memory runs out. */
enum decode_error webp_read(const unsigned char *bytes, size_t length, int shrink, struct grey *out)
    __attribute__((warn_unused_result));

#endif
