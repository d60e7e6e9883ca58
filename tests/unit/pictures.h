/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures of codes as files in memory, made on the spot. What fails ends the test. */
#ifndef TESTS_UNIT_PICTURES_H
#define TESTS_UNIT_PICTURES_H

#include "base/text.h"
#include "decode/grey.h"

/* White. */
void picture_init(struct grey *out, int width, int height);
/* Draws a QR code, or a Micro QR code of that version, with its upper left module at x, y. */
void picture_draw(struct grey *grey, const char *code, int micro, int x, int y, int module);
/* A picture of the one code with a quiet zone. */
void picture_of(const char *code, int module, struct grey *out);

enum picture_png { PICTURE_GREY, PICTURE_BITS, PICTURE_DEEP, PICTURE_COLOUR, PICTURE_PALETTE, PICTURE_CLEAR };

/* PICTURE_BITS: one a pixel; DEEP: 16; CLEAR: black where there is a module, black but transparent elsewhere.
 */
void picture_png(const struct grey *grey, enum picture_png kind, int interlaced, struct text *out);
void picture_jpeg(const struct grey *grey, int quality, int progressive, struct text *out);
void picture_webp(const struct grey *grey, int lossless, struct text *out);

#endif
