/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/crowd/curve.h"

#include <math.h>

/* Half the mean all the time, and a bell on top that makes the peak three times the mean: its area is the
 * other half. */
static const double base_share = 0.5, peak_factor = 3;

static double morning_rate(const struct curve *curve, double at_ms)
{
    double mean = (double)curve->count / (CURVE_MORNING_MS / 1000.0);
    double height = peak_factor - base_share;
    double width = (double)CURVE_MORNING_MS * (1 - base_share) / height / sqrt(2 * M_PI);
    double away = (at_ms - (double)curve->from_ms - (double)CURVE_PEAK_MS) / width;

    return mean * (base_share + height * exp(-away * away / 2));
}

static double rate_at(const struct curve *curve, double at_ms)
{
    if (curve->shape == CURVE_MORNING)
        return morning_rate(curve, at_ms);
    if (curve->shape == CURVE_OVERLOAD && at_ms < (double)(curve->from_ms + CURVE_OVERLOAD_MS))
        return curve->overload;
    return curve->rate;
}

static double most(const struct curve *curve)
{
    if (curve->shape == CURVE_MORNING)
        return peak_factor * (double)curve->count / (CURVE_MORNING_MS / 1000.0);
    return curve->shape == CURVE_OVERLOAD ? fmax(curve->overload, curve->rate) : curve->rate;
}

double curve_next(const struct curve *curve, struct dice *dice, double after_ms, long long made)
{
    if (curve->shape == CURVE_BURST)
        return made < curve->count ? (double)curve->from_ms : CURVE_ENDED;

    /* A Poisson process of the highest rate, thinned out. */
    double at = fmax(after_ms, (double)curve->from_ms);
    double highest = most(curve);
    if (highest <= 0)
        return CURVE_ENDED;
    do {
        at += dice_exponential(dice, 1000 / highest);
        if (at >= (double)curve->until_ms)
            return CURVE_ENDED;
    } while (dice_unit(dice) * highest > rate_at(curve, at));
    return at;
}
