/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/crowd/dice.h"

#include <math.h>

static const uint64_t step = 0x9e3779b97f4a7c15u;

uint64_t dice_mix(uint64_t number)
{
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9u;
    number = (number ^ (number >> 27)) * 0x94d049bb133111ebu;
    return number ^ (number >> 31);
}

void dice_init(struct dice *dice, uint64_t seed)
{
    dice->state = dice_mix(seed + step);
}

uint64_t dice_roll(struct dice *dice)
{
    dice->state += step;
    return dice_mix(dice->state);
}

double dice_unit(struct dice *dice)
{
    return ((double)(dice_roll(dice) >> 12) + 0.5) * 0x1p-52;
}

double dice_exponential(struct dice *dice, double mean)
{
    return -mean * log(dice_unit(dice));
}

double dice_normal(struct dice *dice)
{
    double radius = sqrt(-2 * log(dice_unit(dice)));

    return radius * cos(2 * M_PI * dice_unit(dice));
}
