/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a QR code as a square of dark and light modules. Any thread; a struct code is for one thread only. */
#ifndef LABEL_CODE_H
#define LABEL_CODE_H

#include <stdbool.h>

#define CODE_SIDE_MAX 177 /* modules, version 40 */
#define CODE_QUIET 4      /* light modules required around it (ISO/IEC 18004) */

enum code_level { CODE_LEVEL_L, CODE_LEVEL_M, CODE_LEVEL_Q, CODE_LEVEL_H }; /* restores 7, 15, 25, 30 % */

struct code {
    int side;                                /* in modules, without the quiet zone */
    bool dark[CODE_SIDE_MAX][CODE_SIDE_MAX]; /* [y][x] */
};

/* Makes the smallest code for the text, as bytes. Returns false if the text is too long. */
bool code_make(const char *text, enum code_level level, struct code *out) __attribute__((warn_unused_result));

/* Parses "L", "M", "Q" or "H". */
bool code_level_parse(const char *name, enum code_level *out);

#endif
