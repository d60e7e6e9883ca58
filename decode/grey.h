/* SPDX-License-Identifier: Apache-2.0 */
/* A grey picture, and operations that prepare it for the search for codes: scale, turn, sharpen, binarise.
 * Functions that allocate return false if memory runs out and leave out untouched. Any thread. */
#ifndef DECODE_GREY_H
#define DECODE_GREY_H

#include <stdbool.h>
#include <stddef.h>

struct grey {
    unsigned char *pixels; /* owned; rows from the top, without padding; 0 is black */
    int width, height;
};

#define GREY_NONE                                                                                            \
    {                                                                                                        \
        NULL, 0, 0                                                                                           \
    }

/* All pixels are black. */
bool grey_init(struct grey *out, int width, int height) __attribute__((warn_unused_result));
void grey_fini(struct grey *grey);
size_t grey_area(const struct grey *grey);

/* Scales to any size: each new pixel is a mean of the old pixels around it, weighted by a triangle. */
bool grey_scale(const struct grey *grey, int width, int height, struct grey *out)
    __attribute__((warn_unused_result));
/* Halves both sides: each new pixel is the mean of four. Faster than grey_scale(). Both sides must be at
 * least 2. */
bool grey_halve(const struct grey *grey, struct grey *out) __attribute__((warn_unused_result));
/* Rotates around the centre. The canvas grows to hold the whole picture; new area takes the colour of the
 * edge. */
bool grey_turn(const struct grey *grey, double degrees, struct grey *out) __attribute__((warn_unused_result));
/* Replaces each pixel by the mean of the square of side 2 * radius + 1 around it, passes times: 3 passes are
 * close to a Gaussian. */
bool grey_blur(const struct grey *grey, int radius, int passes, struct grey *out)
    __attribute__((warn_unused_result));
/* Unsharp mask: adds amount / 4 of the difference from a copy blurred with that radius. */
bool grey_sharpen(const struct grey *grey, int radius, int amount, struct grey *out)
    __attribute__((warn_unused_result));
/* Makes a pixel black if it is darker than the mean of the square of side 2 * radius + 1 around it, else
 * white. radius: at most 1000. */
bool grey_threshold(const struct grey *grey, int radius, struct grey *out)
    __attribute__((warn_unused_result));
/* Works in place. */
void grey_invert(struct grey *grey);

#define GREY __attribute__((cleanup(grey_fini)))

#endif
