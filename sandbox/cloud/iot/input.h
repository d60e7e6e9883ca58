/* SPDX-License-Identifier: Apache-2.0 */
/* The members of a request of AWS IoT, gathered and checked after the API model. With the cloud's lock held.
 */
#ifndef SANDBOX_CLOUD_IOT_INPUT_H
#define SANDBOX_CLOUD_IOT_INPUT_H

#include <stdbool.h>

#include "base/json.h"
#include "base/text.h"
#include "sandbox/cloud/listener.h"

/* pattern: "/policies/{policyName}/version/{policyVersionId}". */
bool iot_path_matches(const char *pattern, const char *path);

/* Puts what the path, query and headers have into input, which has the body's members. members: names with
 * spaces between them, "?" before one of the query, "@" before one of the headers, "!" behind one that must
 * be there. False with AWS's kind of sentence. */
bool iot_input_read(const struct cloud_request *request, const char *pattern, const char *members,
                    cJSON *input, struct text *why);

#endif
