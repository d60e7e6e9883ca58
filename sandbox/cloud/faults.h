/* SPDX-License-Identifier: Apache-2.0 */
/* Bad days by switch. Guarded by the cloud's lock; forgotten when the cloud ends. */
#ifndef SANDBOX_CLOUD_FAULTS_H
#define SANDBOX_CLOUD_FAULTS_H

#include <stdbool.h>

#include "base/json.h"
#include "base/text.h"

struct faults {
    long long throttle, errors, close; /* that many of the next requests */
    long long slow_ms;                 /* before every answer */
    bool closes;                       /* from when close_after is used up, until it is switched off */
    long long close_after;             /* requests that are still answered */
    long long role_delay;              /* CreateProvisioningTemplate calls that find the role not yet there */
    bool role_wrong, no_factory_support;
    cJSON *deny;         /* actions: "s3:PutObject"; NULL: none; owned */
    cJSON *destinations; /* the only ones that are there; NULL: all are; owned */
};
void faults_fini(struct faults *faults);

/* Members of object change what they name: throttle, errors, close, slow_ms, close_after (null: off),
 * role_delay, deny, role ("wrong", "right"), factory_support, destinations (null: all). False with a sentence
 * in *why when one is not understood; nothing is changed then. expire_token is the caller's (credentials.h),
 * and accepted here. */
bool faults_change(struct faults *faults, const cJSON *object, struct text *why);
/* Owned by the caller. */
cJSON *faults_json(const struct faults *faults);

bool faults_denies(const struct faults *faults, const char *action);
bool faults_knows_destination(const struct faults *faults, const char *name);

#endif
