/* SPDX-License-Identifier: Apache-2.0 */
/* Simulated faults. Guarded by the cloud's lock; lost when the cloud ends. */
#ifndef SANDBOX_CLOUD_FAULTS_H
#define SANDBOX_CLOUD_FAULTS_H

#include <stdbool.h>

#include "base/json.h"
#include "base/text.h"

struct faults {
    long long throttle, errors, close; /* number of the next requests that are affected */
    long long slow_ms;                 /* delay before every answer */
    bool closes;                       /* set once close_after is used up, until it is switched off */
    long long close_after;             /* number of requests that are still answered */
    long long role_delay; /* number of CreateProvisioningTemplate calls that do not find the role yet */
    bool role_wrong, no_factory_support;
    cJSON *deny;         /* actions such as "s3:PutObject"; NULL: none; owned */
    cJSON *destinations; /* the only ones that exist; NULL: all exist; owned */
};
void faults_fini(struct faults *faults);

/* Changes the faults that object names: throttle, errors, close, slow_ms, close_after (null: off),
 * role_delay, deny, role ("wrong", "right"), factory_support, destinations (null: all). Returns false with a
 * sentence in *why, and changes nothing, if a member is not valid. expire_token is accepted but done by the
 * caller (credentials.h). */
bool faults_change(struct faults *faults, const cJSON *object, struct text *why);
/* The caller owns the result. */
cJSON *faults_json(const struct faults *faults);

bool faults_denies(const struct faults *faults, const char *action);
bool faults_knows_destination(const struct faults *faults, const char *name);

#endif
