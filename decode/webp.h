/* SPDX-License-Identifier: Apache-2.0 */
/* WebP by libwebp, scaled while it is decoded; what is transparent stands on white. No animations. Any
 * thread. */
#ifndef DECODE_WEBP_H
#define DECODE_WEBP_H

#include "decode/decode.h"
#include "decode/grey.h"

/* By its magic bytes. */
bool webp_is(const unsigned char *bytes, size_t length);

/* Walks over the file from one part to the next and decodes nothing: whether it is whole, of a kind and a
 * size that are taken, made of a sane number of parts, and nothing else. DECODE_OK, DECODE_UNKNOWN_FORMAT,
 * DECODE_TOO_LARGE or DECODE_BROKEN; its size is set on DECODE_OK. Allocates nothing. */
enum decode_error webp_check(const unsigned char *bytes, size_t length, int *width, int *height)
    __attribute__((warn_unused_result));

/* What was checked before. shrink: 1, 2, 4 or 8; each pixel is the mean of a square of that side. DECODE_OK,
 * DECODE_BROKEN, or DECODE_TOO_LARGE when there was not enough memory. */
enum decode_error webp_read(const unsigned char *bytes, size_t length, int shrink, struct grey *out)
    __attribute__((warn_unused_result));

#endif
