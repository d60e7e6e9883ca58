/* SPDX-License-Identifier: Apache-2.0 */
/* A label as SVG. One path for the whole code, traced around its dark areas, so that no renderer leaves hair
 * lines between modules. Every text is escaped, whatever is in it. Any thread. */
#ifndef LABEL_SVG_H
#define LABEL_SVG_H

#include "base/text.h"
#include "label/code.h"
#include "label/layout.h"

/* A file of its own, true to size in millimetres. */
void svg_document(const struct layout *layout, const struct code *code, const char *title, struct text *out);

/* The inside of an <svg> in millimetres, its corner at x, y. */
void svg_fragment(const struct layout *layout, const struct code *code, double x, double y, struct text *out);

/* The style sheet's rules that a document with fragments needs. */
extern const char svg_style[];

/* The dark areas' outlines as the value of a d attribute, a module being 1, for fill-rule evenodd. */
void svg_path(const struct code *code, struct text *out);

/* For text and attributes, of XML and of HTML; what may not stand there becomes U+FFFD. */
void svg_escape(const char *string, size_t length, struct text *out);

/* A number with up to 3 decimals and a dot, whatever the locale. */
void svg_number(double number, struct text *out);

#endif
