/* SPDX-License-Identifier: Apache-2.0 */
/* How far a party is: what became of a person's request for a device. Pure functions, any thread. */
#ifndef OWNERSHIP_STANDING_H
#define OWNERSHIP_STANDING_H

#include <stdbool.h>

enum standing {
    STANDING_WAITING,  /* for the device, or for a proof */
    STANDING_ASKING,   /* has asked the owner */
    STANDING_DISPUTED, /* staff decides: the owner denied or was silent, or the product requires it */
    STANDING_OWNER,
    STANDING_REFUSED,   /* staff decided for another. Final: only a new registration helps */
    STANDING_WITHDRAWN, /* by the person. Can be requested again */
    STANDING_LAPSED,    /* neither the device nor the missing proof came in time. Can be requested again */
    STANDING_FORMER,    /* was the owner. Final */
    STANDING_COUNT
};

/* Waiting, asking or disputed: may still become the owner. */
bool standing_is_live(enum standing standing);

/* "waiting", "asking" and so on, as in the store and the API. */
const char *standing_name(enum standing standing);
/* False for an unknown name; then *out is untouched. */
bool standing_parse(const char *name, enum standing *out);

#endif
