/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/crowd/spread.h"

#include <stddef.h>

static size_t place_of(long long ms)
{
    unsigned long long value = ms < 0 ? 0 : (unsigned long long)ms;
    if (value < SPREAD_FINE)
        return (size_t)value;
    unsigned octave = 63u - (unsigned)__builtin_clzll(value) - 9u; /* 1 for 1,024 to 2,047 */
    if (octave > SPREAD_OCTAVES)
        return SPREAD_FINE + SPREAD_STEPS * SPREAD_OCTAVES - 1;
    return SPREAD_FINE + (octave - 1) * SPREAD_STEPS + (size_t)(value >> octave) - SPREAD_STEPS;
}

static double middle_of(size_t place)
{
    if (place < SPREAD_FINE)
        return (double)place;
    size_t octave = (place - SPREAD_FINE) / SPREAD_STEPS + 1;
    size_t step = (place - SPREAD_FINE) % SPREAD_STEPS + SPREAD_STEPS;
    return ((double)step + 0.5) * (double)(1u << octave);
}

void spread_add(struct spread *spread, long long ms)
{
    spread->counts[place_of(ms)]++;
    spread->count++;
    spread->sum_ms += (double)ms;
    if (ms > spread->most_ms)
        spread->most_ms = ms;
}

double spread_seconds(const struct spread *spread, double share)
{
    double wanted = share * (double)spread->count;
    uint64_t seen = 0;

    if (spread->count == 0)
        return 0;
    for (size_t place = 0; place < sizeof spread->counts / sizeof spread->counts[0]; place++) {
        seen += spread->counts[place];
        if (seen > 0 && (double)seen >= wanted)
            return middle_of(place) / 1000;
    }
    return (double)spread->most_ms / 1000;
}

double spread_mean_seconds(const struct spread *spread)
{
    return spread->count > 0 ? spread->sum_ms / (double)spread->count / 1000 : 0;
}
