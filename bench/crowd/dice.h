/* SPDX-License-Identifier: Apache-2.0 */
/* Pseudo-random numbers that are the same on every machine for the same seed (splitmix64). One thread. */
#ifndef BENCH_CROWD_DICE_H
#define BENCH_CROWD_DICE_H

#include <stdint.h>

struct dice {
    uint64_t state;
};

void dice_init(struct dice *dice, uint64_t seed);
uint64_t dice_roll(struct dice *dice);
double dice_unit(struct dice *dice); /* above 0, below 1 */
double dice_exponential(struct dice *dice, double mean);
double dice_normal(struct dice *dice); /* mean 0, deviation 1 */

/* Spreads a number over all 64 bits; another number gives another result. */
uint64_t dice_mix(uint64_t number);

#endif
