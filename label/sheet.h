/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a print sheet: one self-contained HTML file without scripts, one page per sheet of labels, printed
 * at true size by any browser. Written label by label, so memory use does not grow with their number. Not
 * thread-safe. */
#ifndef LABEL_SHEET_H
#define LABEL_SHEET_H

#include <stdbool.h>

#include "base/qr_code.h"
#include "base/text.h"
#include "label/layout.h"
#include "label/stock.h"

#define SHEET_RULER 100.0 /* mm */

struct sheet_options {
    const struct stock *stock; /* borrowed; must pass stock_fits() */
    bool cut_marks;            /* in the margins, aligned with the labels' edges */
    bool border;               /* around every label, unused ones too */
    bool ruler;                /* in the larger of the top and bottom margins */
};

struct sheet {
    struct sheet_options options;
    int place;   /* of the next label on the page */
    bool opened; /* a page is open */
};

/* Returns false with a sentence in *why if the ruler does not fit. */
bool sheet_options_fit(const struct sheet_options *options, struct text *why);

/* These functions append to *out. skip: places to leave empty on the first page. */
void sheet_begin(struct sheet *sheet, const struct sheet_options *options, int skip, struct text *out);
/* layout must have the stock's label size. Returns true when a page is full. */
bool sheet_add(struct sheet *sheet, const struct layout *layout, const struct qr_code *code,
               struct text *out);
void sheet_end(struct sheet *sheet, struct text *out);

#endif
