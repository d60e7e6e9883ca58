/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/crowd/places.h"

#include <math.h>

/* Number r of the homes has about r to the power of -0.8 as many people as the first: 2 % live in the largest
 * of 20,000. */
static const double flatness = 0.2;

static uint32_t pick(uint32_t count, struct dice *dice)
{
    uint32_t number = (uint32_t)(dice_unit(dice) * count);

    return number < count ? number : count - 1;
}

uint32_t places_honest(const struct places *places, struct dice *dice)
{
    if (dice_unit(dice) < places->carrier_share)
        return places->homes + pick(places->carriers, dice);
    double most = pow((double)places->homes + 1, flatness) - 1;
    uint32_t rank = (uint32_t)pow(1 + dice_unit(dice) * most, 1 / flatness);
    return rank > places->homes ? places->homes - 1 : rank - 1;
}

uint32_t places_hostile(const struct places *places, struct dice *dice)
{
    return places->homes + places->carriers + pick(places->hostile, dice);
}

enum place_class places_class(const struct places *places, uint32_t place)
{
    if (place < places->homes)
        return PLACE_HOME;
    return place < places->homes + places->carriers ? PLACE_CARRIER : PLACE_HOSTILE;
}

uint64_t place_key(uint32_t place)
{
    return dice_mix(place + 1) | 1;
}
