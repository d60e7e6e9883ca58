/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/apids.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

#define PLACES ((size_t)APIDS_MAX * 2) /* a power of two, never full */

void apids_init(struct apids *apids)
{
    *apids = (struct apids){.count = 1};
    apids->known = memory_new(1, sizeof *apids->known);
    apids->places = memory_new(PLACES, sizeof *apids->places);
}

void apids_fini(struct apids *apids)
{
    free(apids->known);
    free(apids->places);
    *apids = (struct apids){0};
}

static uint16_t *place_of(const struct apids *apids, const char *text)
{
    for (size_t at = hash_bytes(HASH_START, text, strlen(text)) % PLACES;; at = (at + 1) % PLACES) {
        uint16_t number = apids->places[at];
        if (number == 0 || strcmp(apids->known[number].text, text) == 0)
            return &apids->places[at];
    }
}

static void add(struct apids *apids, const char *text, uint16_t *place)
{
    if ((apids->count & (apids->count - 1)) == 0)
        apids->known = memory_grow(apids->known, apids->count * 2, sizeof *apids->known);
    apids->known[apids->count] = (struct apid){.devices = 0};
    memcpy(apids->known[apids->count].text, text, strlen(text) + 1);
    *place = (uint16_t)apids->count++;
}

uint16_t apids_count(struct apids *apids, const char *text)
{
    uint16_t *place = place_of(apids, text);

    if (*place == 0 && apids->count == APIDS_MAX)
        return APID_OTHER;
    if (*place == 0)
        add(apids, text, place);
    apids->known[*place].devices++;
    return *place;
}

const char *apids_text(const struct apids *apids, uint16_t number)
{
    return apids->known[number].text;
}

const char *apids_most(const struct apids *apids)
{
    size_t most = APID_OTHER;

    for (size_t i = 1; i < apids->count; i++)
        if (most == APID_OTHER || apids->known[i].devices > apids->known[most].devices)
            most = i;
    return apids->known[most].text;
}
