/* SPDX-License-Identifier: Apache-2.0 */
/* Models of people: when the device of a new claim is switched on, and whether its owner presses "It's on
 * now". Any thread. */
#ifndef BENCH_CROWD_PEOPLE_H
#define BENCH_CROWD_PEOPLE_H

#include "bench/crowd/dice.h"

#define PERSON_NEVER (-1)

struct people; /* a model; none is ever freed */

struct person {
    long long on_after_ms;    /* since the claim; 0: it was on before; PERSON_NEVER */
    long long press_after_ms; /* since the claim; PERSON_NEVER */
};

/* NULL: there is no such model. */
const struct people *people_find(const char *name);
/* Number 0, 1, ...; NULL after the last one. */
const struct people *people_at(unsigned number);
const char *people_name(const struct people *people);
const char *people_words(const struct people *people); /* what it supposes */

struct person people_draw(const struct people *people, struct dice *dice);

#endif
