/* SPDX-License-Identifier: Apache-2.0 */
/* Collects the members of an AWS IoT request and checks them by the API model. With the cloud's lock held. */
#ifndef SANDBOX_CLOUD_IOT_INPUT_H
#define SANDBOX_CLOUD_IOT_INPUT_H

#include <stdbool.h>

#include "base/json.h"
#include "base/text.h"
#include "sandbox/cloud/listener.h"

/* pattern: such as "/policies/{policyName}/version/{policyVersionId}". */
bool iot_path_matches(const char *pattern, const char *path);

/* Adds the members of path, query and headers to input, which has those of the body. members: names separated
 * by spaces, with "?" before a query member, "@" before a header, "!" after a required member. Returns false
 * with a sentence in AWS's style. */
bool iot_input_read(const struct cloud_request *request, const char *pattern, const char *members,
                    cJSON *input, struct text *why);

#endif
