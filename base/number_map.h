/* SPDX-License-Identifier: Apache-2.0 */
/* A map from 64-bit numbers to 32-bit ones, e.g. from an id to a place in an array. The numbers are mixed
 * with a random key, so that nobody who chooses them can make it slow. One thread. */
#ifndef BASE_NUMBER_MAP_H
#define BASE_NUMBER_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct number_map {
    struct number_map_slot *slots; /* a power of two, or none */
    size_t room, count;
    uint64_t key;
};

void number_map_init(struct number_map *map);
void number_map_fini(struct number_map *map);

/* False: it is not there; then *value is untouched. */
bool number_map_get(const struct number_map *map, uint64_t number, uint32_t *value);
/* Adds it, or replaces its value. value must not be UINT32_MAX. */
void number_map_set(struct number_map *map, uint64_t number, uint32_t value);
/* No effect if it is not there. */
void number_map_remove(struct number_map *map, uint64_t number);

#endif
