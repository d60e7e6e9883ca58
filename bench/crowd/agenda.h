/* SPDX-License-Identifier: Apache-2.0 */
/* What happens when: a heap of events, the earliest first. One thread. */
#ifndef BENCH_CROWD_AGENDA_H
#define BENCH_CROWD_AGENDA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event {
    long long at_ms;
    uint32_t claim;
    uint32_t kind; /* the owner's */
};

struct agenda {
    struct event *events;
    size_t count, room;
};

/* All zero is an empty one. */
void agenda_fini(struct agenda *agenda);
void agenda_add(struct agenda *agenda, struct event event);
/* Takes the earliest one that is not after now_ms. */
bool agenda_take(struct agenda *agenda, long long now_ms, struct event *out);
/* When the earliest one is; LLONG_MAX: there is none. */
long long agenda_next(const struct agenda *agenda);

#endif
