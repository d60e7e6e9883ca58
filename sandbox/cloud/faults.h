/* SPDX-License-Identifier: Apache-2.0 */
/* Simulated faults. Guarded by the cloud's lock; lost when the cloud ends. */
#ifndef SANDBOX_CLOUD_FAULTS_H
#define SANDBOX_CLOUD_FAULTS_H

#include <stdbool.h>

#include "base/json.h"
#include "base/text.h"

struct fault_limit {
    char *action;      /* "iot:AttachPolicy"; owned */
    double rate, left; /* calls a second; calls that are allowed now, a second's at most */
    long long at_ms;
};

struct faults {
    unsigned at_once, most_at_once;    /* calls in slow_ms now, and the highest number so far */
    long long throttle, errors, close; /* number of the next requests that are affected */
    long long slow_ms;                 /* delay before every answer */
    bool closes;                       /* set once close_after is used up, until it is switched off */
    long long close_after;             /* number of requests that are still answered */
    long long role_delay; /* number of CreateProvisioningTemplate calls that do not find the role yet */
    bool role_wrong, no_factory_support;
    cJSON *deny;                /* actions such as "s3:PutObject"; NULL: none; owned */
    struct fault_limit *limits; /* owned */
    size_t limit_count;
    unsigned long long throttled; /* calls beyond a limit */
    cJSON *destinations;          /* the only ones that exist; NULL: all exist; owned */
    char bucket_region[40];       /* of all buckets; "": as everything */
};
void faults_fini(struct faults *faults);

/* Changes the faults that object names: throttle, errors, close, slow_ms, close_after (null: off),
 * role_delay, bucket_region (null: as everything), deny, role ("wrong", "right"), factory_support,
 * destinations (null: all), limits
 * ({"iot:AttachPolicy": 15}: calls a second; throttled counts from 0 again). Returns false with a
 * sentence in *why, and changes nothing, if a member is not valid. expire_token is accepted but done by the
 * caller (credentials.h). */
bool faults_change(struct faults *faults, const cJSON *object, struct text *why);
/* The caller owns the result. */
cJSON *faults_json(const struct faults *faults);

bool faults_denies(const struct faults *faults, const char *action);
/* Counts the call, and says whether it is beyond the action's limit. now_ms: monotonic. */
bool faults_limits(struct faults *faults, const char *action, long long now_ms);
bool faults_knows_destination(const struct faults *faults, const char *name);

#endif
