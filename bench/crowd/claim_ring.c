/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/crowd/claim_ring.h"

#include <stdlib.h>

#include "base/memory.h"

void claim_ring_fini(struct claim_ring *ring)
{
    free(ring->claims);
    *ring = (struct claim_ring){0};
}

struct claim *claim_ring_at(const struct claim_ring *ring, uint32_t number)
{
    return &ring->claims[number & (ring->room - 1)];
}

static void grow(struct claim_ring *ring)
{
    struct claim_ring grown = {
        .room = ring->room ? 2 * ring->room : 1024, .first = ring->first, .next = ring->next};

    grown.claims = memory_new(grown.room, sizeof grown.claims[0]);
    for (uint32_t number = ring->first; number != ring->next; number++)
        *claim_ring_at(&grown, number) = *claim_ring_at(ring, number);
    free(ring->claims);
    *ring = grown;
}

uint32_t claim_ring_add(struct claim_ring *ring, const struct claim *claim)
{
    if (ring->next - ring->first == ring->room)
        grow(ring);
    *claim_ring_at(ring, ring->next) = *claim;
    return ring->next++;
}

void claim_ring_drop_first(struct claim_ring *ring)
{
    ring->first++;
}
