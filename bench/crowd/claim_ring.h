/* SPDX-License-Identifier: Apache-2.0 */
/* The claims of a simulation, in order of time. Ended ones make room for new ones. One thread. */
#ifndef BENCH_CROWD_CLAIM_RING_H
#define BENCH_CROWD_CLAIM_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLAIM_NOT_YET UINT32_MAX

/* Times are in milliseconds, which 32 bits hold for seven weeks. */
struct claim {
    uint32_t made_at;
    uint32_t on_at;             /* not before made_at; CLAIM_NOT_YET: never */
    uint32_t first_at, last_at; /* messages */
    uint32_t place;
    uint16_t sent, acknowledged;
    bool is_open, has_heard;
    uint8_t presses_left;
};

struct claim_ring {
    struct claim *claims;
    size_t room;          /* a power of two, or 0 */
    uint32_t first, next; /* numbers of the oldest one and of the next one */
};

/* All zero is an empty one. */
void claim_ring_fini(struct claim_ring *ring);
/* Returns its number. Pointers to others are not valid any more. */
uint32_t claim_ring_add(struct claim_ring *ring, const struct claim *claim);
/* Of a number from first to next - 1. */
struct claim *claim_ring_at(const struct claim_ring *ring, uint32_t number);
void claim_ring_drop_first(struct claim_ring *ring);

#endif
