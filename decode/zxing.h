/* SPDX-License-Identifier: Apache-2.0 */
/* zxing-cpp as plain C: QR codes and Micro QR codes in a grey picture. Any thread. */
#ifndef DECODE_ZXING_H
#define DECODE_ZXING_H

#include <stdbool.h>

#include "decode/decode.h"
#include "decode/grey.h"

#ifdef __cplusplus
extern "C" {
#endif

enum zxing_binarizer {
    ZXING_LOCAL,  /* by the means of the blocks around: shadows and gradients */
    ZXING_GLOBAL, /* by the histogram of the whole picture: small pictures and soft edges */
    ZXING_FIXED,  /* 127: pictures that are black and white already */
};

/* Adds the texts that result does not have yet, that of the largest code first, up to DECODE_CODES_MAX.
 * copied: the picture was made from another: looks at every third row instead of as few as large codes need,
 * and for no Micro QR codes, of which the smallest hardly notice their own errors. False when there was not
 * enough memory; what was found before stays. */
bool zxing_read(const struct grey *grey, enum zxing_binarizer binarizer, bool copied,
                struct decode_result *result) __attribute__((warn_unused_result));

#ifdef __cplusplus
}
#endif

#endif
