/* SPDX-License-Identifier: Apache-2.0 */
/* The destinations of AWS IoT Wireless that were created. Guarded by the cloud's lock; kept in
 * destinations.json. */
#ifndef SANDBOX_CLOUD_DESTINATIONS_H
#define SANDBOX_CLOUD_DESTINATIONS_H

#include <stdbool.h>

#include "base/json.h"

struct destinations {
    char *path; /* owned */
    cJSON *all; /* owned; an object of destinations by name, as GetDestination answers */
};

void destinations_open(struct destinations *destinations, const char *folder);
void destinations_close(struct destinations *destinations);

/* Borrowed; NULL: it was not created here. */
const cJSON *destinations_find(const struct destinations *destinations, const char *name);
/* Takes over destination. */
void destinations_add(struct destinations *destinations, const char *name, cJSON *destination);

#endif
