/* SPDX-License-Identifier: Apache-2.0 */
/* Draws a label as PNG: the code with its quiet zone, and the texts in the font of font.h. Any thread, with a
 * font of its own. */
#ifndef LABEL_LABEL_PNG_H
#define LABEL_LABEL_PNG_H

#include <stdbool.h>

#include "base/qr_code.h"
#include "base/text.h"
#include "label/font.h"
#include "label/layout.h"

#define LABEL_PNG_DPI_MIN 72
#define LABEL_PNG_DPI_MAX 2400

/* Draws a label of the layout's size; modules are whole pixels. Appends to *out. Returns false with a
 * sentence in *why if dpi is too low for the layout. */
bool label_png(const struct layout *layout, const struct qr_code *code, struct font *font, int dpi,
               struct text *out, struct text *why) __attribute__((warn_unused_result));

/* Draws only the code and its quiet zone, scale pixels per module. */
void label_png_code(const struct qr_code *code, int scale, struct text *out);

#endif
