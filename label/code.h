/* SPDX-License-Identifier: Apache-2.0 */
/* A QR code as a square of dark and light modules. Any thread; one code belongs to one. */
#ifndef LABEL_CODE_H
#define LABEL_CODE_H

#include <stdbool.h>

#define CODE_SIDE_MAX 177 /* modules, version 40 */
#define CODE_QUIET 4      /* light modules that must be left around it (ISO/IEC 18004) */

enum code_level { CODE_LEVEL_L, CODE_LEVEL_M, CODE_LEVEL_Q, CODE_LEVEL_H }; /* 7, 15, 25, 30 % may be lost */

struct code {
    int side;                                /* modules, the quiet zone not counted */
    bool dark[CODE_SIDE_MAX][CODE_SIDE_MAX]; /* [y][x] */
};

/* The smallest code that holds the text, bytes as they are. False when there is none. */
bool code_make(const char *text, enum code_level level, struct code *out) __attribute__((warn_unused_result));

/* "M" and so on. */
bool code_level_parse(const char *name, enum code_level *out);

#endif
