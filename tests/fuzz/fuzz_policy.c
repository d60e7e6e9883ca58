/* SPDX-License-Identifier: Apache-2.0 */
/* Policy documents that somebody wrote. The first line is the client id, the second the resource, the rest
 * the document: one answer, in time, and what decides nothing allows nothing. */
#include "account/policy/decision.h"
#include "account/policy/pattern.h"
#include "base/json.h"
#include "tests/fuzz/fuzz.h"

static char *cut_line(const uint8_t **data, size_t *size)
{
    const uint8_t *line = *size ? memchr(*data, '\n', *size) : NULL;
    size_t length = line ? (size_t)(line - *data) : *size;
    char *out = strndup((const char *)*data, length);

    MUST(out != NULL);
    *data += line ? length + 1 : length;
    *size -= line ? length + 1 : length;
    return out;
}

/* An Allow of everything beside it changes no Deny, and is undone by a Deny of everything. */
static void check_denial(cJSON *document, const struct policy_request *request, enum policy_decision decision)
{
    cJSON *statements = cJSON_GetObjectItemCaseSensitive(document, "Statement");

    if (!policy_is_valid(document) || !cJSON_IsArray(statements))
        return;
    cJSON *all = cJSON_Parse("{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}");
    MUST(cJSON_AddItemToArray(statements, all));
    MUST(policy_decide(document, request) == (decision == POLICY_DENIED ? POLICY_DENIED : POLICY_ALLOWED));
    MUST(cJSON_ReplaceItemInObjectCaseSensitive(all, "Effect", cJSON_CreateString("Deny")));
    MUST(policy_decide(document, request) == POLICY_DENIED);
}

static void check_pattern(const char *pattern, const struct policy_request *request)
{
    enum policy_match match =
        policy_pattern_match(pattern, POLICY_PATTERN_WILDCARDS, request->resource, request);

    MUST(match != POLICY_MATCH_UNRESOLVED); /* it was not asked for variables */
    MUST(policy_pattern_match(request->resource, 0, request->resource, request) == POLICY_MATCH_YES);
    if (match == POLICY_MATCH_YES)
        MUST(policy_pattern_match(pattern, POLICY_PATTERN_WILDCARDS | POLICY_PATTERN_CASELESS,
                                  request->resource, request) == POLICY_MATCH_YES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *client = cut_line(&data, &size);
    char *resource = cut_line(&data, &size);
    struct policy_request request = {"iot:Publish", resource, client, client, size % 2 == 0, NULL};
    JSON cJSON *document = json_object_parse((const char *)data, size);

    check_pattern(client, &request);
    if (document != NULL) {
        enum policy_decision decision = policy_decide(document, &request);
        MUST(decision == POLICY_NOT_ALLOWED || policy_is_valid(document));
        check_denial(document, &request, decision);
    }
    free(client);
    free(resource);
    return 0;
}
