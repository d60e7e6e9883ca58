/* SPDX-License-Identifier: Apache-2.0 */
/* Places the code and the texts on a label of a given size: the code as large as useful, and beside or below
 * it the identifier in groups of four, as large as fits, and below that GTIN and serial; where there is room
 * for it, also what the code is for and the portal's address. Millimetres from the label's upper left corner.
 * Pure functions, any thread.
 */
#ifndef LABEL_LAYOUT_H
#define LABEL_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "label/label.h"

#define LAYOUT_POINT (25.4 / 72) /* mm */
#define LAYOUT_LINES_MAX 16
#define LAYOUT_IDENTIFIER_SIZE (3 * IDENTIFIER_SIZE) /* groups, spaces and check characters */
#define LAYOUT_ADVANCE 0.6                           /* of a monospaced character, in type sizes */
#define LAYOUT_LINE_HEIGHT 1.3                       /* baseline to baseline, in type sizes */
#define LAYOUT_MODULE_MIN 0.25                       /* mm; minimum for ordinary printers and cameras */

struct layout_size {
    double width, height;
};

struct layout_limits {
    double module_min; /* smaller modules are rejected */
    double padding;    /* between dark parts and the label's edge: cutting and feeding is inexact */
    bool with_texts;   /* also place product and serial */
};

struct layout_line {
    const char *text; /* not terminated; borrowed from the layout or the label */
    size_t length;
    double x, baseline; /* x: of the start, or of the centre if centred */
    double size;        /* type size */
    double width;       /* width to fit; 0: unknown, as its characters vary in width */
};

struct layout {
    struct layout_size label;
    double module;         /* side of a module */
    double code_x, code_y; /* corner of the first dark module */
    bool centred;          /* the lines are centred */
    size_t count;
    struct layout_line lines[LAYOUT_LINES_MAX];
    char identifier[LAYOUT_IDENTIFIER_SIZE]; /* private: the lines borrow it, so never copy a layout */
};

/* side: of the code, in modules. Returns false and leaves *out untouched if it does not fit; *why then has a
 * sentence with the sizes. label is borrowed as long as *out is used. */
bool layout_make(const struct label *label, int side, struct layout_size size,
                 const struct layout_limits *limits, struct layout *out, struct text *why)
    __attribute__((warn_unused_result));

#endif
