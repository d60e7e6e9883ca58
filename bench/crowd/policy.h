/* SPDX-License-Identifier: Apache-2.0 */
/* Who is sent the next message: the portal's own policy, and those that it is compared with. A policy is told
 * what the dispatcher would tell it. One thread. */
#ifndef BENCH_CROWD_POLICY_H
#define BENCH_CROWD_POLICY_H

#include <stdbool.h>

#include "bench/crowd/claim_ring.h"
#include "bench/crowd/scenario.h"
#include "server/onboarding/turns.h"

struct policy {
    const char *name;
    /* Both are borrowed until stop(). */
    void *(*start)(const struct scenario *scenario, const struct claim_ring *claims);
    void (*stop)(void *policy);
    void (*add)(void *policy, uint32_t claim, long long now);
    void (*press)(void *policy, uint32_t claim, long long now); /* "It's on now" */
    void (*remove)(void *policy, uint32_t claim, enum turns_end end, long long now);
    /* False: nothing may be sent now. */
    bool (*take)(void *policy, long long now, uint32_t *claim);
    /* Acknowledged. Only for claims that are open. */
    void (*published)(void *policy, uint32_t claim, long long now);
    /* When take() may find something, if nothing happens before; at most `most` from now. */
    long long (*wait)(void *policy, long long now, long long most);
};

extern const struct policy policy_turns; /* the portal's */
extern const struct policy policy_due; /* by the time when each message falls due: first come, first served */
extern const struct policy policy_firsts; /* first messages in the order of claims, then what is due */
extern const struct policy policy_oracle; /* knows when each device is on, and sends one message then */

#endif
