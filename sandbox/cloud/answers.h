/* SPDX-License-Identifier: Apache-2.0 */
/* Builds answers in the formats of AWS's services. Any thread. */
#ifndef SANDBOX_CLOUD_ANSWERS_H
#define SANDBOX_CLOUD_ANSWERS_H

#include "base/json.h"
#include "sandbox/cloud/listener.h"

/* object stays with the caller; NULL: no body. */
void answer_json(struct cloud_answer *answer, unsigned status, const cJSON *object);
/* In the format of REST services with JSON. resource_id and resource_type may be NULL. */
void answer_json_error(struct cloud_answer *answer, unsigned status, const char *type, const char *message,
                       const char *resource_id, const char *resource_type);
/* In the format of AWS IoT: "message", and the id and ARN of what exists already (otherwise NULL). */
void answer_iot_error(struct cloud_answer *answer, unsigned status, const char *type, const char *message,
                      const char *resource_id, const char *resource_arn);
/* In the format of services with the query protocol (IAM, STS). */
void answer_query_error(struct cloud_answer *answer, unsigned status, const char *code, const char *message);
/* In the format of S3. resource may be NULL. */
void answer_xml_error(struct cloud_answer *answer, unsigned status, const char *code, const char *message,
                      const char *resource);
void answer_xml(struct cloud_answer *answer, unsigned status, const char *xml);
/* Appends text, escaped as the content of an XML element. */
void answer_add_xml(struct text *out, const char *text);

#endif
