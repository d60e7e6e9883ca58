/* SPDX-License-Identifier: Apache-2.0 */
/* New claims: honest people along their curve and hostile ones along theirs, in order of time. One thread. */
#ifndef BENCH_CROWD_SOURCE_H
#define BENCH_CROWD_SOURCE_H

#include <stdbool.h>

#include "bench/crowd/claim_ring.h"
#include "bench/crowd/scenario.h"

struct source {
    const struct scenario *scenario;
    struct stream {
        const struct curve *curve;
        struct dice dice;
        double next_ms; /* CURVE_ENDED: no more */
        long long made;
        bool hostile;
    } honest, hostile;
};

/* The scenario is borrowed. */
void source_init(struct source *source, const struct scenario *scenario);
/* The next claim that is not made after now. press_at: when its button is pressed first, or PERSON_NEVER. */
bool source_next(struct source *source, long long now, struct claim *claim, long long *press_at);

#endif
