/* SPDX-License-Identifier: Apache-2.0 */
/* The networks from which claims come: many homes, some larger than others; a few carriers with thousands of
 * people behind one address; and those of a flood. Pure, any thread. */
#ifndef BENCH_CROWD_PLACES_H
#define BENCH_CROWD_PLACES_H

#include <stdint.h>

#include "bench/crowd/dice.h"

enum place_class { PLACE_HOME, PLACE_CARRIER, PLACE_HOSTILE };

struct places {
    uint32_t homes;
    uint32_t carriers;
    double carrier_share; /* of the honest people */
    uint32_t hostile;
};

/* Places are numbered: homes, carriers, hostile ones. */
uint32_t places_honest(const struct places *places, struct dice *dice);
uint32_t places_hostile(const struct places *places, struct dice *dice);
enum place_class places_class(const struct places *places, uint32_t place);

/* The network of a place, as the portal knows it. */
uint64_t place_key(uint32_t place);

#endif
