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
    PROOF_COUNT
};

/* A set of proofs, as kept in the store: bit 1 << proof. */
#define PROOF(proof) (1U << (proof))

/* Proofs that several people can hold by one action of one of them do not tell these people apart. These do.
 */
#define PROOFS_TELLING (PROOF(PROOF_CODE) | PROOF(PROOF_POWER_CYCLE))

/* "label", "code", "power-cycle", "fresh", "staff", "hand-over". */
const char *proof_name(enum proof proof);

/* Reads a list such as "label, code" of the proofs that a product may ask for (all but hand-over). False if a
 * name is unknown or the list is empty; then *out is untouched. A set without label gets it: who asks knows
 * the identifier. */
bool proofs_parse(const char *list, unsigned *out);

/* Whether the set has all of these. */
static inline bool proofs_include(unsigned proofs, unsigned all_of_these)
{
    return (proofs & all_of_these) == all_of_these;
}

#endif
