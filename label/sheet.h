/* SPDX-License-Identifier: Apache-2.0 */
/* A print sheet: one HTML file without scripts or anything from elsewhere, a page for every sheet of labels,
 * that prints true to size from any browser. Written label by label, so that any number fits into memory. One
 * thread. */
#ifndef LABEL_SHEET_H
#define LABEL_SHEET_H

#include <stdbool.h>

#include "base/text.h"
#include "label/code.h"
#include "label/layout.h"
#include "label/stock.h"

#define SHEET_RULER 100.0 /* mm */

struct sheet_options {
    const struct stock *stock; /* borrowed; stock_fits() */
    bool cut_marks;            /* in the margins, in line with the labels' edges */
    bool border;               /* around every label, also unused ones */
    bool ruler;                /* in the larger one of the margins above and below */
};

struct sheet {
    struct sheet_options options;
    int place;   /* on the page where the next label goes */
    bool opened; /* a page is */
};

/* False with a sentence in *why when there is no room for the ruler. */
bool sheet_options_fit(const struct sheet_options *options, struct text *why);

/* All of these append to *out. skip: places of the first page that are left empty. */
void sheet_begin(struct sheet *sheet, const struct sheet_options *options, int skip, struct text *out);
/* layout is of the stock's label size. True when a page has become full. */
bool sheet_add(struct sheet *sheet, const struct layout *layout, const struct code *code, struct text *out);
void sheet_end(struct sheet *sheet, struct text *out);

#endif
