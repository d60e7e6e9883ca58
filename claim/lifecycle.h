/* SPDX-License-Identifier: Apache-2.0 */
/* The states of a claim: queued -> published -> onboarded, or it ends expired, failed or cancelled. A PUBACK
 * makes it published; only the device's connection to the OEM account makes it onboarded. Pure functions, any
 * thread. */
#ifndef CLAIM_LIFECYCLE_H
#define CLAIM_LIFECYCLE_H

#include <stdbool.h>

/* The limit of staging accounts: a claim may go to each of them. */
#define CLAIM_STAGING_MAX 16

enum claim_state {
    CLAIM_QUEUED,    /* stored, not yet acknowledged by a staging account */
    CLAIM_PUBLISHED, /* a staging account has acknowledged the endpoint message at least once */
    CLAIM_ONBOARDED, /* the device was seen in the OEM account */
    CLAIM_EXPIRED,   /* the claim window ended without the device */
    CLAIM_FAILED,    /* every staging account rejected the publish */
    CLAIM_CANCELLED, /* no one waits for it any more */
    CLAIM_STATE_COUNT
};

/* "queued" and so on, as used by the API, the store and the metrics. */
const char *claim_state_name(enum claim_state state);
/* False for an unknown name; then out is untouched. */
bool claim_state_parse(const char *name, enum claim_state *out);
/* Whether it still needs publishing: queued or published. */
bool claim_state_is_open(enum claim_state state);

#endif
