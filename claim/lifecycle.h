/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a claim: queued -> published -> onboarded, or it ends expired, failed or cancelled.
 * A PUBACK makes it published; only the device seen in the OEM account makes it onboarded. Pure, any thread.
 */
#ifndef CLAIM_LIFECYCLE_H
#define CLAIM_LIFECYCLE_H

#include <stdbool.h>

enum claim_state {
    CLAIM_QUEUED,    /* on disk, not yet taken by a staging account */
    CLAIM_PUBLISHED, /* a staging account has acknowledged the endpoint message at least once */
    CLAIM_ONBOARDED, /* the device was seen in the OEM account */
    CLAIM_EXPIRED,   /* the claim window ended without the device */
    CLAIM_FAILED,    /* every staging account refused the publish */
    CLAIM_CANCELLED, /* nobody waits for it any more */
    CLAIM_STATE_COUNT
};

/* "queued" ...: the names of the API, of the store and of the metrics. */
const char *claim_state_name(enum claim_state state);
/* False for an unknown name; then out is untouched. */
bool claim_state_parse(const char *name, enum claim_state *out);
/* Still to be published: queued or published. */
bool claim_state_is_open(enum claim_state state);

#endif
