/* SPDX-License-Identifier: Apache-2.0 */
/* Answers in the forms of AWS's services. Any thread. */
#ifndef SANDBOX_CLOUD_ANSWERS_H
#define SANDBOX_CLOUD_ANSWERS_H

#include "base/json.h"
#include "sandbox/cloud/listener.h"

/* object stays the caller's; NULL: no body. */
void answer_json(struct cloud_answer *answer, unsigned status, const cJSON *object);
/* As the REST services with JSON have it. resource_id and resource_type may be NULL. */
void answer_json_error(struct cloud_answer *answer, unsigned status, const char *type, const char *message,
                       const char *resource_id, const char *resource_type);
/* As AWS IoT has it: "message", and for what exists already its id and ARN (NULL otherwise). */
void answer_iot_error(struct cloud_answer *answer, unsigned status, const char *type, const char *message,
                      const char *resource_id, const char *resource_arn);
/* As the services with the query protocol have it (IAM, STS). */
void answer_query_error(struct cloud_answer *answer, unsigned status, const char *code, const char *message);
/* As S3 has it. resource may be NULL. */
void answer_xml_error(struct cloud_answer *answer, unsigned status, const char *code, const char *message,
                      const char *resource);
void answer_xml(struct cloud_answer *answer, unsigned status, const char *xml);
/* Text as the inside of an XML element. */
void answer_add_xml(struct text *out, const char *text);

#endif
