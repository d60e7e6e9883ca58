/* SPDX-License-Identifier: Apache-2.0 */
/* A breadth-first search over states that fit into 64 bits, and what can be reached backwards along the steps
 * between them. One thread. */
#ifndef TESTS_UNIT_EXPLORED_H
#define TESTS_UNIT_EXPLORED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct explored_step {
    uint32_t from, to;
    uint8_t label;
};

struct explored {
    uint64_t *states; /* in the order in which they were found */
    size_t count;
    struct explored_step *steps;
    size_t step_count;
    uint32_t *table; /* index + 1; 0: free */
    size_t room, step_room;
};

struct explored *explored_new(void);
void explored_free(struct explored *explored);

/* The state's index; it is added if it is new. */
uint32_t explored_add(struct explored *explored, uint64_t state);

/* Remembers a step between two states, for explored_reaches(). */
void explored_step(struct explored *explored, uint32_t from, uint32_t to, uint8_t label);

/* reaches: one for each state, set for the goals; sets it for each state from which allowed steps lead to
 * one. */
void explored_reaches(const struct explored *explored, bool *reaches, bool (*allowed)(uint8_t label));

#endif
