/* SPDX-License-Identifier: Apache-2.0 */
#include "account/doctor/aws_policies.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void aws_policies_fini(struct aws_policies *policies)
{
    for (size_t i = 0; i < policies->count; i++)
        cJSON_Delete(policies->documents[i]);
    free(policies->documents);
    *policies = (struct aws_policies){0};
}

void aws_policies_add(struct aws_policies *policies, const char *document)
{
    policies->documents = memory_grow(policies->documents, policies->count + 1, sizeof *policies->documents);
    policies->documents[policies->count++] = json_object_parse(document, strlen(document));
}

enum aws_error aws_policies_get(struct aws_view *view, struct aws_policies *policies, const char *name,
                                const char *const *checks)
{
    JSON cJSON *answer = NULL;

    enum aws_error error = aws_view_get(view, "iot:GetPolicy", "/policies", name, checks, &answer);
    if (!error)
        aws_policies_add(policies, aws_view_text(answer, "policyDocument"));
    return error;
}

bool aws_policies_allow(const struct aws_view *view, const struct aws_policies *policies,
                        const struct policy_request *who, const char *action, const char *resource)
{
    TEXT struct text arn = TEXT_EMPTY;
    struct policy_request request = *who;
    bool allowed = false;

    oem_account_arn(&view->account, resource, &arn);
    request.action = action;
    request.resource = text_get(&arn);
    for (size_t i = 0; i < policies->count; i++) {
        enum policy_decision decision = policy_decide(policies->documents[i], &request);
        if (decision == POLICY_DENIED)
            return false;
        allowed = allowed || decision == POLICY_ALLOWED;
    }
    return allowed;
}
