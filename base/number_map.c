/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing with linear probing; what is removed is closed by moving the next ones up. */
#include "base/number_map.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/random.h"

#define FREE UINT32_MAX
#define ROOM_MIN 64

struct number_map_slot {
    uint64_t number;
    uint32_t value; /* FREE: none */
};

static size_t home(const struct number_map *map, uint64_t number)
{
    uint64_t mixed = (number ^ map->key) * 0x9e3779b97f4a7c15ull;

    mixed = (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93ull;
    return (size_t)(mixed ^ (mixed >> 32)) & (map->room - 1);
}

static struct number_map_slot *find(const struct number_map *map, uint64_t number)
{
    for (size_t i = home(map, number);; i = (i + 1) & (map->room - 1))
        if (map->slots[i].value == FREE || map->slots[i].number == number)
            return &map->slots[i];
}

static void resize(struct number_map *map, size_t room)
{
    struct number_map_slot *old = map->slots;
    size_t old_room = map->room;

    map->slots = memory_new(room, sizeof *map->slots);
    map->room = room;
    for (size_t i = 0; i < room; i++)
        map->slots[i].value = FREE;
    for (size_t i = 0; i < old_room; i++)
        if (old[i].value != FREE)
            *find(map, old[i].number) = old[i];
    free(old);
}

void number_map_init(struct number_map *map)
{
    *map = (struct number_map){.key = (uint64_t)random_u32() << 32 | random_u32()};
}

void number_map_fini(struct number_map *map)
{
    free(map->slots);
    *map = (struct number_map){0};
}

bool number_map_get(const struct number_map *map, uint64_t number, uint32_t *value)
{
    const struct number_map_slot *slot = map->room ? find(map, number) : NULL;

    if (!slot || slot->value == FREE)
        return false;
    *value = slot->value;
    return true;
}

void number_map_set(struct number_map *map, uint64_t number, uint32_t value)
{
    assert(value != FREE);
    if ((map->count + 1) * 4 > map->room * 3)
        resize(map, map->room ? map->room * 2 : ROOM_MIN);
    struct number_map_slot *slot = find(map, number);
    map->count += slot->value == FREE;
    *slot = (struct number_map_slot){number, value};
}

/* Whether what is at `at`, at home in `wanted`, may move up to `free`: its home is not between them. */
static bool may_move(size_t free, size_t at, size_t wanted)
{
    return free <= at ? wanted <= free || wanted > at : wanted <= free && wanted > at;
}

void number_map_remove(struct number_map *map, uint64_t number)
{
    struct number_map_slot *slot = map->room ? find(map, number) : NULL;

    if (!slot || slot->value == FREE)
        return;
    size_t hole = (size_t)(slot - map->slots);
    for (size_t i = (hole + 1) & (map->room - 1); map->slots[i].value != FREE;
         i = (i + 1) & (map->room - 1)) {
        if (!may_move(hole, i, home(map, map->slots[i].number)))
            continue;
        map->slots[hole] = map->slots[i];
        hole = i;
    }
    map->slots[hole].value = FREE;
    map->count--;
    if (map->room > ROOM_MIN && map->count * 8 < map->room)
        resize(map, map->room / 2);
}
