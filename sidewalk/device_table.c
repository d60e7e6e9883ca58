/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/device_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"

#define PLACES_AT_FIRST 1024

void device_table_init(struct device_table *table)
{
    *table = (struct device_table){.place_count = PLACES_AT_FIRST};
    table->places = memory_new(table->place_count, sizeof *table->places);
    random_bytes(&table->seed, sizeof table->seed);
}

void device_table_fini(struct device_table *table)
{
    free(table->devices);
    free(table->places);
    *table = (struct device_table){0};
}

/* Seeded: the serial numbers in a list may be chosen to collide, which would make the table very slow. */
static uint64_t hash(const struct device_table *table, const struct smsn *smsn)
{
    uint64_t result = table->seed, word;

    for (size_t i = 0; i < SMSN_BYTES; i += sizeof word) {
        memcpy(&word, smsn->bytes + i, sizeof word);
        result = (result ^ word) * 0x9E3779B97F4A7C15ULL;
        result ^= result >> 32;
    }
    return result;
}

/* Returns the place of that number, or the free place where it belongs. */
static uint32_t *place_of(const struct device_table *table, const struct smsn *smsn)
{
    size_t mask = table->place_count - 1;

    for (size_t at = hash(table, smsn) & mask;; at = (at + 1) & mask) {
        uint32_t number = table->places[at];
        if (number == 0 || memcmp(&table->devices[number - 1].smsn, smsn, sizeof *smsn) == 0)
            return &table->places[at];
    }
}

static void widen(struct device_table *table)
{
    free(table->places);
    table->place_count *= 2;
    table->places = memory_new(table->place_count, sizeof *table->places);
    for (size_t i = 0; i < table->count; i++)
        *place_of(table, &table->devices[i].smsn) = (uint32_t)(i + 1);
}

struct device *device_table_get(struct device_table *table, const struct smsn *smsn)
{
    uint32_t *place = place_of(table, smsn);

    if (*place != 0)
        return &table->devices[*place - 1];
    if (table->count == UINT32_MAX - 1)
        abort();
    if (table->count == table->room) {
        table->room = table->room == 0 ? PLACES_AT_FIRST / 2 : table->room + table->room / 2;
        table->devices = memory_grow(table->devices, table->room, sizeof *table->devices);
    }
    struct device *device = &table->devices[table->count++];
    *device = (struct device){.smsn = *smsn};
    *place = (uint32_t)table->count;
    if (table->count > table->place_count / 4 * 3)
        widen(table);
    return &table->devices[table->count - 1];
}
