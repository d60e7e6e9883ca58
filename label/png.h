/* SPDX-License-Identifier: Apache-2.0 */
/* A label as PNG: the code with its quiet zone, and the identifier under it in letters drawn here, because no
 * font can be relied on where labels are made. Product and serial, which may be in any script, are for the
 * formats that leave drawing them to somebody who has fonts. Any thread. */
#ifndef LABEL_PNG_H
#define LABEL_PNG_H

#include <stdbool.h>

#include "base/text.h"
#include "label/code.h"
#include "label/layout.h"

#define PNG_DPI_MIN 72
#define PNG_DPI_MAX 2400

/* A label of the layout's size; modules and dots of letters are whole pixels. *out is appended to. False with
 * a sentence in *why where dpi is too coarse for the layout. */
bool png_label(const struct layout *layout, const struct code *code, int dpi, struct text *out,
               struct text *why) __attribute__((warn_unused_result));

/* The code and its quiet zone alone, each module scale pixels. */
void png_code(const struct code *code, int scale, struct text *out);

#endif
