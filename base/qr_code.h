/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a QR code as a square of dark and light modules. Any thread; a struct qr_code is for one thread
 * only. */
#ifndef BASE_QR_CODE_H
#define BASE_QR_CODE_H

#include <stdbool.h>

#include "base/text.h"

#define QR_CODE_SIDE_MAX 177 /* modules, version 40 */
#define QR_CODE_QUIET 4      /* light modules required around it (ISO/IEC 18004) */

/* How much of a damaged code can be restored: 7, 15, 25, 30 %. */
enum qr_code_level { QR_CODE_LEVEL_L, QR_CODE_LEVEL_M, QR_CODE_LEVEL_Q, QR_CODE_LEVEL_H };

struct qr_code {
    int side;                                      /* in modules, without the quiet zone */
    bool dark[QR_CODE_SIDE_MAX][QR_CODE_SIDE_MAX]; /* [y][x] */
};

/* Makes the smallest code for the text, as bytes. Returns false if the text is too long. */
bool qr_code_make(const char *text, enum qr_code_level level, struct qr_code *out)
    __attribute__((warn_unused_result));

/* Parses "L", "M", "Q" or "H". */
bool qr_code_level_parse(const char *name, enum qr_code_level *out);

/* The outlines of the dark areas as the value of a d attribute, one unit per module, for fill-rule
 * evenodd. */
void qr_code_path(const struct qr_code *code, struct text *out);

#endif
