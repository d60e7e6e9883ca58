/* SPDX-License-Identifier: Apache-2.0 */
/* One call of AWS IoT Wireless, and what its calls have in common. With the cloud's lock held. */
#ifndef SANDBOX_CLOUD_WIRELESS_CALL_H
#define SANDBOX_CLOUD_WIRELESS_CALL_H

#include <stdbool.h>

#include "base/json.h"
#include "sandbox/cloud/checks.h"
#include "sandbox/cloud/cloud.h"

/* What it came with, and where its answer goes. */
struct wireless_call {
    struct cloud *cloud;
    const cJSON *body;
    const char *id;    /* of the path, decoded; "" where it has none */
    const char *query; /* encoded */
    struct cloud_answer *answer;
    struct text why; /* of a ValidationException */
};

extern const struct check wireless_token_check; /* ClientRequestToken */

/* Answers; false, as a handler that has failed. */
bool wireless_not_found(struct wireless_call *call, const char *type, const char *id);
bool wireless_conflict(struct wireless_call *call, const char *message, const char *type, const char *id);
/* Id and ARN of what was made; true. */
bool wireless_created(struct wireless_call *call, const char *type, const char *id);
/* *out: the member of the body, an object. False, and call->why says it, where it is none. */
bool wireless_check_object(struct wireless_call *call, const char *name, const cJSON **out);

/* The handlers. False: call->why says what is not valid, or the answer is there. */
bool wireless_start_import(struct wireless_call *call);
bool wireless_start_single(struct wireless_call *call);
bool wireless_get_import(struct wireless_call *call);
bool wireless_update_import(struct wireless_call *call);
bool wireless_delete_import(struct wireless_call *call);
bool wireless_list_imports(struct wireless_call *call);
bool wireless_list_devices(struct wireless_call *call);
bool wireless_create_profile(struct wireless_call *call);
bool wireless_get_profile(struct wireless_call *call);

#endif
