/* SPDX-License-Identifier: Apache-2.0 */
/* What is known about one device and those who ask for it: the whole state of the rules (ownership.h).
 *
 * A *party* is one registration: a request by one person for the device, with its private page. Several may
 * wait for one device; at most one owns it. Times are milliseconds of one clock (store_clock.h). */
#ifndef OWNERSHIP_STATE_H
#define OWNERSHIP_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "ownership/challenge.h"
#include "ownership/event.h"
#include "ownership/proof.h"
#include "ownership/standing.h"

/* How long the owner may take to answer a request. */
#define OWNERSHIP_ANSWER_MS (14 * 86400000LL)
/* How long a party may take to prove more, once the device has arrived. */
#define OWNERSHIP_PROVE_MS (7 * 86400000LL)
/* How long a hand-over link can be used. */
#define OWNERSHIP_HAND_OVER_MS (7 * 86400000LL)

struct party {
    enum standing standing;
    unsigned proofs;
    long long ends_at;  /* of STANDING_WAITING: when it lapses */
    long long asked_at; /* of STANDING_ASKING and STANDING_DISPUTED; 0: has not asked */
    struct challenge challenge;
};

/* One device. The caller loads the owner, the party that acts, those with a telling proof, those with a
 * challenge, and then others that are live. */
struct ownership {
    unsigned required; /* proofs that the product asks for now */
    struct party parties[OWNERSHIP_PARTIES_MAX];
    size_t count;
    size_t others;             /* live parties that did not fit */
    bool crowded;              /* one of those has a challenge: nobody can prove by power-cycle now */
    bool contested;            /* one could have owned it while another one waited. Until there is an owner */
    long long arrived_at;      /* when it was last seen to arrive in the OEM account; 0: never */
    long long owned_at;        /* since when the owner owns it */
    long long hand_over_until; /* end of the owner's hand-over link; 0: there is none */
};

#endif
