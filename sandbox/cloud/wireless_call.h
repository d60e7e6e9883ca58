/* SPDX-License-Identifier: Apache-2.0 */
/* One call of AWS IoT Wireless, and what its handlers share. With the cloud's lock held. */
#ifndef SANDBOX_CLOUD_WIRELESS_CALL_H
#define SANDBOX_CLOUD_WIRELESS_CALL_H

#include <stdbool.h>

#include "base/json.h"
#include "sandbox/cloud/checks.h"
#include "sandbox/cloud/cloud.h"

/* The request, and the answer. */
struct wireless_call {
    struct cloud *cloud;
    const cJSON *body;
    const char *id;    /* from the path, decoded; "" if there is none */
    const char *query; /* encoded */
    struct cloud_answer *answer;
    struct text why; /* the message of a ValidationException */
};

extern const struct check wireless_token_check; /* ClientRequestToken */

/* Answer with an error and return false, for a handler to return. */
bool wireless_not_found(struct wireless_call *call, const char *type, const char *id);
bool wireless_conflict(struct wireless_call *call, const char *message, const char *type, const char *id);
/* Answers with Id and ARN of the new resource; returns true. */
bool wireless_created(struct wireless_call *call, const char *type, const char *id);
/* *out: the member of the body. Returns false, with a sentence in call->why, if it is not an object. */
bool wireless_check_object(struct wireless_call *call, const char *name, const cJSON **out);

/* Answers with an error and returns false if there is no destination of this name. */
bool wireless_knows_destination(struct wireless_call *call, const char *name);

/* The handlers. They return false if call->why has a sentence, or if the answer is an error. */
bool wireless_start_import(struct wireless_call *call);
bool wireless_start_single(struct wireless_call *call);
bool wireless_get_import(struct wireless_call *call);
bool wireless_update_import(struct wireless_call *call);
bool wireless_delete_import(struct wireless_call *call);
bool wireless_list_imports(struct wireless_call *call);
bool wireless_list_devices(struct wireless_call *call);
bool wireless_create_profile(struct wireless_call *call);
bool wireless_get_profile(struct wireless_call *call);
bool wireless_create_destination(struct wireless_call *call);
bool wireless_get_destination(struct wireless_call *call);

#endif
