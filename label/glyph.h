/* SPDX-License-Identifier: Apache-2.0 */
/* A bitmap font for thing names and check characters. 0 and O, and 1, l and I look different. Any thread. */
#ifndef LABEL_GLYPH_H
#define LABEL_GLYPH_H

#include <stdbool.h>

#define GLYPH_WIDTH 5
#define GLYPH_HEIGHT 9   /* including two rows below the baseline */
#define GLYPH_BASELINE 7 /* rows above the baseline */
#define GLYPH_ADVANCE 6

/* Whether the dot is dark. False outside the glyph and for unknown characters. */
bool glyph_dot(char character, int x, int y);

#endif
