/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/lifecycle.h"

#include <string.h>

static const char *const names[CLAIM_STATE_COUNT] = {
    [CLAIM_QUEUED] = "queued",   [CLAIM_PUBLISHED] = "published", [CLAIM_ONBOARDED] = "onboarded",
    [CLAIM_EXPIRED] = "expired", [CLAIM_FAILED] = "failed",       [CLAIM_CANCELLED] = "cancelled",
};

const char *claim_state_name(enum claim_state state)
{
    return (unsigned)state < CLAIM_STATE_COUNT ? names[state] : "unknown";
}

bool claim_state_parse(const char *name, enum claim_state *out)
{
    for (int i = 0; i < CLAIM_STATE_COUNT; i++) {
        if (strcmp(name, names[i]) == 0) {
            *out = (enum claim_state)i;
            return true;
        }
    }
    return false;
}

bool claim_state_is_open(enum claim_state state)
{
    return state == CLAIM_QUEUED || state == CLAIM_PUBLISHED;
}
