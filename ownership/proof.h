/* SPDX-License-Identifier: Apache-2.0 */
/* The ways in which a person shows that a device is theirs. What each protects against: docs/ownership.md.
 * Pure functions, any thread. */
#ifndef OWNERSHIP_PROOF_H
#define OWNERSHIP_PROOF_H

#include <stdbool.h>
#include <stddef.h>

enum proof {
    PROOF_LABEL,       /* knows the identifier */
    PROOF_CODE,        /* knows the code that is concealed in the box */
    PROOF_POWER_CYCLE, /* switched the device off and on when asked to */
    PROOF_FRESH, /* the device came from its staging account after the request: it was new, or was reset */
    PROOF_STAFF, /* the OEM's staff decided so */
    PROOF_HAND_OVER, /* the owner gave it: with a link, or by accepting the request */
    PROOF_AGAIN, /* power-cycle once more, in another challenge: what chance does once it rarely does twice */
    PROOF_COUNT
};

/* A set of proofs, as kept in the store: bit 1 << proof. */
#define PROOF(proof) (1U << (proof))

/* Proofs that tell people apart who wait for one device. Several can hold the others by one action of one of
 * them, or by chance. */
#define PROOFS_TELLING (PROOF(PROOF_CODE) | PROOF(PROOF_AGAIN))

/* Proofs that a person has the device, or its box, in their hands. */
#define PROOFS_OF_POSSESSION (PROOFS_TELLING | PROOF(PROOF_POWER_CYCLE))

/* Proofs that show who had the device at that time, and nothing about later. */
#define PROOFS_OF_THE_DAY (PROOF(PROOF_POWER_CYCLE) | PROOF(PROOF_AGAIN) | PROOF(PROOF_FRESH))

/* "label", "code", "power-cycle", "fresh", "staff", "hand-over", "power-cycle-again". */
const char *proof_name(enum proof proof);

/* Reads a list such as "label, code" of the proofs that a product may ask for (all but the last two). False
 * if a name is unknown or the list is empty; then *out is untouched. A set without label gets it: who asks
 * knows the identifier. */
bool proofs_parse(const char *list, unsigned *out);

/* Whether the set has all of these. */
static inline bool proofs_include(unsigned proofs, unsigned all_of_these)
{
    return (proofs & all_of_these) == all_of_these;
}

#endif
