/* SPDX-License-Identifier: Apache-2.0 */
#include "label/names.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

#define ROOM_FIRST 1024

struct place {
    uint64_t hash;
    uint64_t line; /* 0: free */
};

struct names {
    struct place *places; /* owned; open addressing, never more than two thirds full */
    size_t room, count;   /* room: a power of two */
};

struct names *names_new(void)
{
    struct names *names = memory_new(1, sizeof *names);

    names->room = ROOM_FIRST;
    names->places = memory_new(names->room, sizeof *names->places);
    return names;
}

void names_free(struct names *names)
{
    if (names == NULL)
        return;
    free(names->places);
    free(names);
}

/* The slot that has the hash, or where to insert it. */
static struct place *find(const struct names *names, uint64_t hash)
{
    /* FNV's low bits are weak except for short texts: fold the high bits in. */
    size_t at = (hash ^ hash >> 32) & (names->room - 1);

    while (names->places[at].line != 0 && names->places[at].hash != hash)
        at = (at + 1) & (names->room - 1);
    return &names->places[at];
}

static void grow(struct names *names)
{
    struct names larger = {memory_new(names->room * 2, sizeof *larger.places), names->room * 2, names->count};

    for (size_t i = 0; i < names->room; i++)
        if (names->places[i].line != 0)
            *find(&larger, names->places[i].hash) = names->places[i];
    free(names->places);
    *names = larger;
}

unsigned long long names_add(struct names *names, const char *name, unsigned long long line)
{
    uint64_t hash = hash_bytes(HASH_START, name, strlen(name));
    struct place *place = find(names, hash);

    if (place->line != 0)
        return place->line;
    *place = (struct place){hash, line};
    if (++names->count * 3 > names->room * 2)
        grow(names);
    return 0;
}
