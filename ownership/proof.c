/* SPDX-License-Identifier: Apache-2.0 */
#include "ownership/proof.h"

#include <string.h>

static const char *const names[PROOF_COUNT] = {
    [PROOF_LABEL] = "label",
    [PROOF_CODE] = "code",
    [PROOF_POWER_CYCLE] = "power-cycle",
    [PROOF_FRESH] = "fresh",
    [PROOF_STAFF] = "staff",
    [PROOF_HAND_OVER] = "hand-over",
    [PROOF_AGAIN] = "power-cycle-again",
};

#define SEPARATORS ", \t"

const char *proof_name(enum proof proof)
{
    return (unsigned)proof < PROOF_COUNT ? names[proof] : "unknown";
}

static unsigned find(const char *text, size_t length)
{
    for (unsigned i = 0; i < PROOF_HAND_OVER; i++)
        if (strlen(names[i]) == length && memcmp(names[i], text, length) == 0)
            return PROOF(i);
    return 0;
}

bool proofs_parse(const char *list, unsigned *out)
{
    unsigned proofs = 0;

    for (const char *at = list + strspn(list, SEPARATORS); *at; at += strspn(at, SEPARATORS)) {
        size_t length = strcspn(at, SEPARATORS);
        unsigned proof = find(at, length);
        if (!proof)
            return false;
        proofs |= proof;
        at += length;
    }
    if (!proofs)
        return false;
    *out = proofs | PROOF(PROOF_LABEL);
    return true;
}
