/* SPDX-License-Identifier: Apache-2.0 */
/* How many claims are made when. Pure, any thread. */
#ifndef BENCH_CROWD_CURVE_H
#define BENCH_CROWD_CURVE_H

#include "bench/crowd/dice.h"

#define CURVE_MORNING_MS 21600000LL /* six hours */
#define CURVE_PEAK_MS 9000000LL     /* the middle of the peak, three times the mean */
#define CURVE_OVERLOAD_MS 600000LL  /* how long an overload lasts */

enum curve_shape {
    CURVE_STEADY,
    CURVE_BURST,    /* all at from_ms */
    CURVE_MORNING,  /* count in six hours */
    CURVE_OVERLOAD, /* 150 a second and connection for ten minutes, then rate */
};

struct curve {
    enum curve_shape shape;
    double rate;     /* a second: steady and after an overload */
    double overload; /* a second: during it */
    long long count; /* burst and morning */
    long long from_ms, until_ms;
};

#define CURVE_ENDED (-1)

/* When the claim after made others is made, the last one having been made at after_ms; CURVE_ENDED. */
double curve_next(const struct curve *curve, struct dice *dice, double after_ms, long long made);

#endif
