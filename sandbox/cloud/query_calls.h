/* SPDX-License-Identifier: Apache-2.0 */
/* AWS's query protocol, used by IAM and STS: form fields in, XML out. With the cloud's lock held. */
#ifndef SANDBOX_CLOUD_QUERY_CALLS_H
#define SANDBOX_CLOUD_QUERY_CALLS_H

#include <stdbool.h>
#include <stddef.h>

#include "sandbox/cloud/cloud.h"

struct query_call {
    struct cloud *cloud;
    const char *name; /* such as "GetRole" */
    const char *form; /* encoded */
    struct cloud_answer *answer;
    struct text result; /* the content of, for example, <GetRoleResult> */
    bool failed;
};

struct query_row {
    const char *action; /* such as "iam:GetRole" */
    void (*handle)(struct query_call *call);
};

/* Answers a call; for struct service. */
const char *query_action(const struct cloud_call *call, const struct query_row *rows, size_t count);
void query_answer(struct cloud *cloud, struct cloud_call *call, const struct query_row *rows, size_t count,
                  const char *name_space, struct cloud_answer *answer);

/* Returns false if the field is missing; out, initialised by the caller, is untouched then. */
bool query_field(const struct query_call *call, const char *name, struct text *out);
void query_fail(struct query_call *call, unsigned status, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Adds <name>text</name> to the result. */
void query_add(struct query_call *call, const char *name, const char *text);

#endif
