/* SPDX-License-Identifier: Apache-2.0 */
/* Draws a label as SVG. The code is one path around its dark areas, so that renderers leave no hairlines
 * between modules. All texts are escaped. Any thread. */
#ifndef LABEL_SVG_H
#define LABEL_SVG_H

#include "base/qr_code.h"
#include "base/text.h"
#include "label/layout.h"

/* A standalone file at true size in millimetres. */
void svg_document(const struct layout *layout, const struct qr_code *code, const char *title,
                  struct text *out);

/* The content of an <svg> in millimetres, with its corner at x, y. */
void svg_fragment(const struct layout *layout, const struct qr_code *code, double x, double y,
                  struct text *out);

/* The CSS rules that a document with fragments needs. */
extern const char svg_style[];

/* Escapes for text and attributes of XML and HTML; forbidden characters become U+FFFD. */
void svg_escape(const char *string, size_t length, struct text *out);

/* Writes a number with up to 3 decimals and a dot, in any locale. */
void svg_number(double number, struct text *out);

#endif
