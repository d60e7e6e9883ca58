/* SPDX-License-Identifier: Apache-2.0 */
/* IAM roles. Guarded by the cloud's lock; kept in iam.json. */
#ifndef SANDBOX_CLOUD_ROLES_H
#define SANDBOX_CLOUD_ROLES_H

#include "base/json.h"

struct roles {
    char *path; /* owned */
    cJSON *all; /* owned; an object of roles by name */
};

void roles_open(struct roles *roles, const char *folder);
void roles_close(struct roles *roles);

/* Makes a role that the service may assume, unless there is one of this name. */
void roles_prepare(struct roles *roles, const char *name, const char *service);

/* Both return a borrowed role; NULL: there is none. */
cJSON *roles_find(const struct roles *roles, const char *name);
cJSON *roles_add(struct roles *roles, const char *name);
void roles_remove(struct roles *roles, const char *name);
/* Writes the roles to disk. */
void roles_changed(struct roles *roles);

enum role_trust { ROLE_TRUSTS, ROLE_MISSING, ROLE_TRUSTS_OTHERS };
/* Checks whether the role with that ARN lets the service assume it ("iot.amazonaws.com"). */
enum role_trust roles_trust(const struct roles *roles, const char *arn, const char *service);

#endif
