/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/switched_on.h"

#include <math.h>

#define FIRST_S 8.0 /* three buckets, and three more for each time that the age and this have doubled */
#define AN_OCTAVE 3.0
#define MEDIAN_S 40.0
#define SIGMA 1.2
#define SHARE 0.85
#define LATE_SHARE 0.1
#define LATE_S 900.0
#define LATE_EACH_S 1e-5 /* so that no message is without value */
#define BEFOREHAND 5.0   /* as if so many devices had been found in each bucket */
#define HALVES_IN_MS (30 * 60 * 1000.0)

static double begin_s(int bucket)
{
    return FIRST_S * (exp2(bucket / AN_OCTAVE) - 1);
}

/* In buckets; what is later than all of them counts as their end. */
static double position(double seconds)
{
    double at = seconds > 0 ? AN_OCTAVE * log2(1 + seconds / FIRST_S) : 0;

    return at < SWITCHED_ON_BUCKETS ? at : SWITCHED_ON_BUCKETS;
}

static double expected(double seconds)
{
    if (seconds <= 0)
        return 0;
    double soon = 0.5 * erfc(-log(seconds / MEDIAN_S) / (SIGMA * sqrt(2)));
    return LATE_EACH_S * seconds - log(1 - SHARE * soon - LATE_SHARE * (1 - exp(-seconds / LATE_S)));
}

void switched_on_init(struct switched_on *learned)
{
    *learned = (struct switched_on){0};
    switched_on_update(learned, 0);
}

void switched_on_update(struct switched_on *learned, long long elapsed_ms)
{
    double factor = exp2(-(double)elapsed_ms / HALVES_IN_MS);

    for (int i = 0; i < SWITCHED_ON_BUCKETS; i++) {
        double width = begin_s(i + 1) - begin_s(i);
        double usual = (expected(begin_s(i + 1)) - expected(begin_s(i))) / width;
        learned->found[i] *= factor;
        learned->seconds[i] *= factor;
        double hazard = (learned->found[i] + BEFOREHAND) / (learned->seconds[i] + BEFOREHAND / usual);
        learned->hazards[i + 1] = learned->hazards[i] + hazard * width;
    }
}

static double hazard_until(const struct switched_on *learned, long long age_ms)
{
    double at = position((double)age_ms / 1000);
    int bucket = at < SWITCHED_ON_BUCKETS ? (int)at : SWITCHED_ON_BUCKETS - 1;

    return learned->hazards[bucket] +
           (at - bucket) * (learned->hazards[bucket + 1] - learned->hazards[bucket]);
}

double switched_on_chance(const struct switched_on *learned, long long from_ms, long long until_ms)
{
    return -expm1(hazard_until(learned, from_ms) - hazard_until(learned, until_ms));
}

/* When in that time it was switched on is not known: anywhere. */
void switched_on_learn(struct switched_on *learned, long long from_ms, long long until_ms, bool found)
{
    double from = (double)from_ms / 1000, until = (double)until_ms / 1000, sooner = 0;

    for (int i = (int)position(from); i < SWITCHED_ON_BUCKETS && begin_s(i) < until; i++) {
        double seconds = fmin(until, begin_s(i + 1)) - fmax(from, begin_s(i));
        if (seconds <= 0)
            continue;
        double here = found ? seconds / (until - from) : 0;
        learned->found[i] += here;
        learned->seconds[i] += seconds * (1 - sooner - here / 2);
        sooner += here;
    }
}
