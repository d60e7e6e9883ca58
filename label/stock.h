/* SPDX-License-Identifier: Apache-2.0 */
/* Sheets of labels as sold, by article number, and custom ones: paper, size and places of the labels.
 * Millimetres. Any thread. */
#ifndef LABEL_STOCK_H
#define LABEL_STOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "label/layout.h"

#define STOCK_TOLERANCE 0.05 /* rounding of the makers' figures */

struct stock {
    const char *names; /* separated by spaces, the most common first */
    struct layout_size paper;
    struct layout_size label;
    double left, top;    /* position of the first label */
    double gap_x, gap_y; /* between labels */
    int columns, rows;
};

/* Finds a stock by any of its names, ignoring case and a maker's name before it. NULL if there is none. */
const struct stock *stock_find(const char *name);
/* The stock at index, NULL past the end. */
const struct stock *stock_at(size_t index);

/* Parses "a4", "letter", "a5" or "WxH". */
bool stock_paper(const char *text, struct layout_size *out);
/* Parses "50x30", "50x30mm" or "2x1in". */
bool stock_size(const char *text, struct layout_size *out);

/* Completes a custom sheet: columns and rows of 0 become as many as fit; negative left and top centre the
 * labels. */
void stock_complete(struct stock *stock);
/* Returns false with a sentence in *why if the labels do not fit on the paper. */
bool stock_fits(const struct stock *stock, struct text *why);

/* The upper left corner of a label, counted along the rows. */
void stock_place(const struct stock *stock, int index, double *x, double *y);

#endif
