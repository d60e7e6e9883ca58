/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/access.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/policy/decision.h"

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

const cJSON *access_certificate(const struct access *access, const char *certificate_id)
{
    const cJSON *certificate = iot_account_certificate(access->account, certificate_id);

    return certificate ? certificate : registry_find(access->registry, certificate_id);
}

bool access_is_active(const cJSON *certificate)
{
    const char *status = cJSON_GetStringValue(member(certificate, "status"));

    return status && strcmp(status, "ACTIVE") == 0;
}

bool access_has_thing(const struct access *access, const char *thing_name)
{
    return iot_account_has(access->account, "things", thing_name) ||
           registry_has_thing(access->registry, thing_name);
}

static bool has_text(const cJSON *list, const char *wanted)
{
    const cJSON *each;

    cJSON_ArrayForEach(each,
                       list) if (cJSON_IsString(each) && strcmp(each->valuestring, wanted) == 0) return true;
    return false;
}

/* Adds one policy's decision: a deny overrides every allow. */
static enum policy_decision with(enum policy_decision so_far, const cJSON *document,
                                 const struct policy_request *request)
{
    enum policy_decision decision =
        so_far == POLICY_DENIED || !document ? POLICY_NOT_ALLOWED : policy_decide(document, request);

    return decision == POLICY_NOT_ALLOWED ? so_far : decision;
}

static enum policy_decision decide(const struct access *access, const cJSON *certificate,
                                   const struct policy_request *request)
{
    enum policy_decision decision = POLICY_NOT_ALLOWED;
    const cJSON *each;

    cJSON_ArrayForEach(each, member(certificate, "policies")) if (cJSON_IsString(each)) decision =
        with(decision, iot_account_policy(access->account, each->valuestring), request);
    /* Policies that came in a template's body have no name. */
    cJSON_ArrayForEach(each, member(certificate, "documents"))
    {
        cJSON *document = cJSON_IsString(each) ? cJSON_Parse(each->valuestring) : NULL;
        decision = with(decision, document, request);
        cJSON_Delete(document);
    }
    return decision;
}

bool access_allows(const struct access *access, const struct access_request *wanted)
{
    const cJSON *certificate = access_certificate(access, wanted->certificate_id);
    size_t room = strlen(IOT_ACCOUNT_ARN) + strlen(wanted->kind) + strlen(wanted->name) + 2;
    char *resource = access_is_active(certificate) ? malloc(room) : NULL;

    if (!resource)
        return false;
    snprintf(resource, room, IOT_ACCOUNT_ARN "%s/%s", wanted->kind, wanted->name);
    const struct policy_request request = {
        .action = wanted->action,
        .resource = resource,
        .client_id = wanted->client_id,
        .thing_name = access_has_thing(access, wanted->client_id) ? wanted->client_id : NULL,
        .attached = has_text(member(certificate, "things"), wanted->client_id),
    };
    enum policy_decision decision = decide(access, certificate, &request);
    free(resource);
    return decision == POLICY_ALLOWED;
}
