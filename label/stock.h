/* SPDX-License-Identifier: Apache-2.0 */
/* Sheets of labels as they are sold: paper, size and places of the labels. Millimetres. Any thread. */
#ifndef LABEL_STOCK_H
#define LABEL_STOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "label/layout.h"

#define STOCK_TOLERANCE 0.05 /* what the makers' figures are rounded to */

struct stock {
    const char *names; /* separated by spaces, the usual one first */
    struct layout_size paper;
    struct layout_size label;
    double left, top;    /* of the first label */
    double gap_x, gap_y; /* between labels */
    int columns, rows;
};

/* By any of its names, whatever the case and a maker's name before it. NULL when there is none. */
const struct stock *stock_find(const char *name);
/* The index-th of all, NULL past the end. */
const struct stock *stock_at(size_t index);

/* "a4", "letter", "a5", "WxH". */
bool stock_paper(const char *text, struct layout_size *out);
/* "50x30", "50x30mm", "2x1in". */
bool stock_size(const char *text, struct layout_size *out);

/* Completes a sheet of one's own: columns and rows of 0 become as many as there is room for; left and top
 * less than 0 centre the labels. */
void stock_complete(struct stock *stock);
/* False with a sentence in *why when its labels do not lie within its paper. */
bool stock_fits(const struct stock *stock, struct text *why);

/* The upper left corner of a label, counted along the rows. */
void stock_place(const struct stock *stock, int index, double *x, double *y);

#endif
