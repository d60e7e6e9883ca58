/* SPDX-License-Identifier: Apache-2.0 */
/* The font of labels that are drawn as pixels: DejaVu Sans Mono, in which 0 and O, and 1, l and I look
 * different. One thread at a time. */
#ifndef LABEL_FONT_H
#define LABEL_FONT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct font;

/* Opens the font (EXPRESSLINK_FONT, set when the program is built). Returns NULL with a sentence in *why.
 * Free with font_free(), which accepts NULL. */
struct font *font_open(struct text *why);
void font_free(struct font *font);

/* Whether the font has every character of a UTF-8 text. */
bool font_has(const struct font *font, const char *text);

/* Calls dot for each dark pixel of the text (UTF-8, length bytes) that starts at x on the baseline. size: of
 * the type, in pixels. A character is advance type sizes wide. */
void font_draw(struct font *font, const char *text, size_t length, double size, double advance, double x,
               int baseline, void (*dot)(void *context, int x, int y), void *context);

#endif
