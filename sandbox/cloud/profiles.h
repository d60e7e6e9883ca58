/* SPDX-License-Identifier: Apache-2.0 */
/* Device profiles. Guarded by the cloud's lock; kept in profiles.json, one entry per profile in the API's
 * format. */
#ifndef SANDBOX_CLOUD_PROFILES_H
#define SANDBOX_CLOUD_PROFILES_H

#include <stdbool.h>

#include "base/json.h"

struct profiles {
    char *path; /* owned */
    cJSON *all; /* an array; owned */
};

void profiles_open(struct profiles *profiles, const char *folder);
void profiles_close(struct profiles *profiles);

/* Returns the profile as in GetDeviceProfile; borrowed. NULL: there is none. */
const cJSON *profiles_find(const struct profiles *profiles, const char *id);
/* name may be NULL; token: ClientRequestToken or NULL. factory: adds a DAK for an HSM, with that ApId. */
const cJSON *profiles_create(struct profiles *profiles, const char *name, const char *token, const char *apid,
                             bool factory);
/* Finds a profile by its ClientRequestToken. */
const cJSON *profiles_with_token(const struct profiles *profiles, const char *token);
bool profiles_support(const struct profiles *profiles, const char *apid);

#endif
