/* SPDX-License-Identifier: Apache-2.0 */
/* Where code and texts stand on a label of a given size: the code as large as is useful, and beside or under
 * it the identifier in groups of four, as large as then fits. Millimetres, from the label's upper left
 * corner. Pure functions, any thread. */
#ifndef LABEL_LAYOUT_H
#define LABEL_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "label/label.h"

#define LAYOUT_POINT (25.4 / 72) /* mm */
#define LAYOUT_LINES_MAX 16
#define LAYOUT_IDENTIFIER_SIZE (3 * IDENTIFIER_SIZE) /* its groups, spaces and check characters */
#define LAYOUT_ADVANCE 0.6                           /* of a monospaced character, in sizes of the type */
#define LAYOUT_LINE_HEIGHT 1.3                       /* baseline to baseline, in sizes of the type */
#define LAYOUT_MODULE_MIN 0.25                       /* what ordinary printers and cameras manage */

struct layout_size {
    double width, height;
};

struct layout_limits {
    double module_min; /* a code with smaller modules is refused */
    double padding;    /* between what is dark and the label's edge: labels are never cut or fed exactly */
    bool with_texts;   /* product and serial are there too */
};

struct layout_line {
    const char *text; /* not terminated; borrowed from the layout or the label */
    size_t length;
    double x, baseline; /* x: of its start, or of its middle where centred */
    double size;        /* of the type */
    double width;       /* to be kept to; 0: whatever it becomes, because its characters' widths differ */
};

struct layout {
    struct layout_size label;
    double module;         /* side of one */
    double code_x, code_y; /* the first dark module's corner */
    bool centred;          /* the lines */
    size_t count;
    struct layout_line lines[LAYOUT_LINES_MAX];
    char identifier[LAYOUT_IDENTIFIER_SIZE]; /* private: what the lines borrow, so a layout is never copied */
};

/* side: of the code, in modules. False, *out untouched, when it does not fit; *why is then a sentence with
 * the figures. label is borrowed for as long as *out is. */
bool layout_make(const struct label *label, int side, struct layout_size size,
                 const struct layout_limits *limits, struct layout *out, struct text *why)
    __attribute__((warn_unused_result));

#endif
