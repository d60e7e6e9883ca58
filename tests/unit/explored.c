/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/explored.h"

#include <stdlib.h>

#include "base/memory.h"

#define FIRST_ROOM 4096 /* a power of two */

struct explored *explored_new(void)
{
    struct explored *explored = memory_new(1, sizeof *explored);

    explored->room = FIRST_ROOM;
    explored->states = memory_new(explored->room, sizeof *explored->states);
    explored->table = memory_new(2 * explored->room, sizeof *explored->table);
    return explored;
}

void explored_free(struct explored *explored)
{
    if (!explored)
        return;
    free(explored->states);
    free(explored->steps);
    free(explored->table);
    free(explored);
}

static size_t place_of(const struct explored *explored, uint64_t state)
{
    const size_t mask = 2 * explored->room - 1;
    uint64_t mixed = state * 0x9e3779b97f4a7c15ULL;
    size_t place = (size_t)(mixed ^ (mixed >> 29)) & mask;

    while (explored->table[place] && explored->states[explored->table[place] - 1] != state)
        place = (place + 1) & mask;
    return place;
}

static void grow(struct explored *explored)
{
    explored->room *= 2;
    explored->states = memory_grow(explored->states, explored->room, sizeof *explored->states);
    free(explored->table);
    explored->table = memory_new(2 * explored->room, sizeof *explored->table);
    for (size_t i = 0; i < explored->count; i++)
        explored->table[place_of(explored, explored->states[i])] = (uint32_t)i + 1;
}

uint32_t explored_add(struct explored *explored, uint64_t state)
{
    size_t place = place_of(explored, state);

    if (explored->table[place])
        return explored->table[place] - 1;
    if (explored->count == explored->room) {
        grow(explored);
        place = place_of(explored, state);
    }
    explored->states[explored->count++] = state;
    explored->table[place] = (uint32_t)explored->count;
    return (uint32_t)explored->count - 1;
}

void explored_step(struct explored *explored, uint32_t from, uint32_t to, uint8_t label)
{
    if (from == to)
        return;
    if (explored->step_count == explored->step_room) {
        explored->step_room = explored->step_room ? 2 * explored->step_room : FIRST_ROOM;
        explored->steps = memory_grow(explored->steps, explored->step_room, sizeof *explored->steps);
    }
    explored->steps[explored->step_count++] = (struct explored_step){from, to, label};
}

void explored_reaches(const struct explored *explored, bool *reaches, bool (*allowed)(uint8_t label))
{
    bool more = true;

    while (more) {
        more = false;
        for (size_t i = explored->step_count; i > 0; i--) {
            const struct explored_step *step = &explored->steps[i - 1];
            if (reaches[step->from] || !reaches[step->to] || !allowed(step->label))
                continue;
            reaches[step->from] = more = true;
        }
    }
}
