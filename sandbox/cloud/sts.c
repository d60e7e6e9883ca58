/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/sts.h"

#include "sandbox/cloud/arn.h"
#include "sandbox/cloud/query_calls.h"

static void get_caller_identity(struct query_call *call)
{
    query_add(call, "Arn", STS_CALLER);
    query_add(call, "UserId", "AIDASANDBOXEXPRESSLNK");
    query_add(call, "Account", ARN_ACCOUNT);
}

static const struct query_row rows[] = {{"sts:GetCallerIdentity", get_caller_identity}};
#define ROWS (sizeof rows / sizeof *rows)

const char *sts_action(const struct cloud_call *call)
{
    return query_action(call, rows, ROWS);
}

void sts_answer(struct cloud *cloud, struct cloud_call *call, struct cloud_answer *answer)
{
    query_answer(cloud, call, rows, ROWS, "https://sts.amazonaws.com/doc/2011-06-15/", answer);
}
