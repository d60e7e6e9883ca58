/* SPDX-License-Identifier: Apache-2.0 */
/* A C interface to zxing-cpp: reads QR codes and Micro QR codes in a grey picture. Any thread. */
#ifndef DECODE_ZXING_H
#define DECODE_ZXING_H

#include <stdbool.h>

#include "decode/decode.h"
#include "decode/grey.h"

#ifdef __cplusplus
extern "C" {
#endif

enum zxing_binarizer {
    ZXING_LOCAL,  /* threshold by the means of nearby blocks: shadows and gradients */
    ZXING_GLOBAL, /* threshold by the histogram of the whole picture: small pictures and soft edges */
    ZXING_FIXED,  /* threshold 127: pictures that are already black and white */
};

/* Adds new texts to result, the largest code first, up to DECODE_CODES_MAX. Returns false if memory runs out;
 * texts found before remain. */
bool zxing_read(const struct grey *grey, enum zxing_binarizer binarizer, struct decode_result *result)
    __attribute__((warn_unused_result));

/* The same for Micro QR codes. Last of all: the corners of a QR code that cannot be read may seem to be such
 * codes, and the library ends the process in rare pictures, by an assertion about them. */
bool zxing_read_micro(const struct grey *grey, struct decode_result *result)
    __attribute__((warn_unused_result));

/* What kind of code is there that is not a QR code: DECODE_BARCODE, DECODE_DATA_MATRIX, or DECODE_NO_CODE.
 * Takes a few milliseconds for a million pixels. */
enum decode_error zxing_other_kind(const struct grey *grey) __attribute__((warn_unused_result));

#ifdef __cplusplus
}
#endif

#endif
