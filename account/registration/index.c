/* SPDX-License-Identifier: Apache-2.0 */
#include "account/registration/index.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

#define ROOM_FIRST 256

struct place {
    char *key, *value; /* owned; key NULL: free */
};

struct registration_index {
    struct place *places; /* owned; open addressing, never more than two thirds full */
    size_t room, count;   /* room: a power of two */
};

struct registration_index *registration_index_new(void)
{
    struct registration_index *index = memory_new(1, sizeof *index);

    index->room = ROOM_FIRST;
    index->places = memory_new(index->room, sizeof *index->places);
    return index;
}

void registration_index_free(struct registration_index *index)
{
    if (index == NULL)
        return;
    for (size_t i = 0; i < index->room; i++) {
        free(index->places[i].key);
        free(index->places[i].value);
    }
    free(index->places);
    free(index);
}

/* Where it is, or where it would go. */
static struct place *find(const struct registration_index *index, const char *key)
{
    uint64_t hash = hash_bytes(HASH_START, key, strlen(key));
    size_t at = (hash ^ hash >> 32) & (index->room - 1);

    while (index->places[at].key != NULL && strcmp(index->places[at].key, key) != 0)
        at = (at + 1) & (index->room - 1);
    return &index->places[at];
}

static void grow(struct registration_index *index)
{
    struct registration_index larger = {memory_new(index->room * 2, sizeof *larger.places), index->room * 2,
                                        index->count};

    for (size_t i = 0; i < index->room; i++)
        if (index->places[i].key != NULL)
            *find(&larger, index->places[i].key) = index->places[i];
    free(index->places);
    *index = larger;
}

const char *registration_index_find(const struct registration_index *index, const char *key)
{
    return find(index, key)->value;
}

void registration_index_set(struct registration_index *index, const char *key, const char *value)
{
    struct place *place = find(index, key);

    if (place->key != NULL) {
        free(place->value);
        place->value = memory_string(value);
        return;
    }
    *place = (struct place){memory_string(key), memory_string(value)};
    if (++index->count * 3 > index->room * 2)
        grow(index);
}
