/* SPDX-License-Identifier: Apache-2.0 */
/* Letters of dots, for what a thing name and its check characters are made of. 0 and O, and 1, l and I
 * differ. Any thread. */
#ifndef LABEL_GLYPH_H
#define LABEL_GLYPH_H

#include <stdbool.h>

#define GLYPH_WIDTH 5
#define GLYPH_HEIGHT 9   /* two of them under the baseline */
#define GLYPH_BASELINE 7 /* rows above it */
#define GLYPH_ADVANCE 6

/* Outside of the glyph, and where there is none of that character, all is light. */
bool glyph_dot(char character, int x, int y);

#endif
