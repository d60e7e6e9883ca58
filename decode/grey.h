/* SPDX-License-Identifier: Apache-2.0 */
/* A grey picture and the copies of it that are searched for codes: scaled, turned, sharpened, binarised.
 * Every operation that needs memory returns false when there is none, and leaves out untouched then. Any
 * thread. */
#ifndef DECODE_GREY_H
#define DECODE_GREY_H

#include <stdbool.h>
#include <stddef.h>

struct grey {
    unsigned char *pixels; /* owned; rows from the top, without gaps; 0 is black */
    int width, height;
};

#define GREY_NONE                                                                                            \
    {                                                                                                        \
        NULL, 0, 0                                                                                           \
    }

/* Black. */
bool grey_init(struct grey *out, int width, int height) __attribute__((warn_unused_result));
void grey_fini(struct grey *grey);
size_t grey_area(const struct grey *grey);

/* To any size: every new pixel is a mean, weighted by a triangle, of those that it stands for, or lies
 * between.
 */
bool grey_scale(const struct grey *grey, int width, int height, struct grey *out)
    __attribute__((warn_unused_result));
/* Half of both sides, each new pixel the mean of four: quicker. Both sides are 2 or more. */
bool grey_halve(const struct grey *grey, struct grey *out) __attribute__((warn_unused_result));
/* About its middle, the canvas grown to hold all of it; what is outside takes the colour of the edge. */
bool grey_turn(const struct grey *grey, double degrees, struct grey *out) __attribute__((warn_unused_result));
/* The mean of a square of 2 * radius + 1 about each pixel, passes times over: 3 are as good as a Gaussian. */
bool grey_blur(const struct grey *grey, int radius, int passes, struct grey *out)
    __attribute__((warn_unused_result));
/* Adds amount quarters of what a blurred copy of that radius takes away. */
bool grey_sharpen(const struct grey *grey, int radius, int amount, struct grey *out)
    __attribute__((warn_unused_result));
/* Black where a pixel is darker than the mean of the square of 2 * radius + 1 about it, white elsewhere.
 * radius: up to 1000. */
bool grey_threshold(const struct grey *grey, int radius, struct grey *out)
    __attribute__((warn_unused_result));
/* In place. */
void grey_invert(struct grey *grey);

#define GREY __attribute__((cleanup(grey_fini)))

#endif
