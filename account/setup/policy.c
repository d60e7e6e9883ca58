/* SPDX-License-Identifier: Apache-2.0 */
/* Policies of AWS IoT: the modules', the observer's, claim certificates'. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/policy/document.h"
#include "account/setup/private.h"
#include "base/memory.h"

enum policy_of { OF_MODULE, OF_OBSERVER, OF_CLAIM };

static cJSON *wanted(const struct setup *setup, const struct setup_item *item)
{
    const struct policy_scope scope = {setup->arn_prefix};

    switch ((enum policy_of)item->index) {
    case OF_OBSERVER:
        return policy_document_observer(&scope, setup->options->observer_client_id);
    case OF_CLAIM:
        return policy_document_fleet_claim(&scope, setup->template);
    default:
        return policy_document_module(&scope, &setup->options->topics);
    }
}

static enum aws_error look(struct setup *setup, struct setup_item *item, struct text *why)
{
    const char *const path[] = {"policies", item->name, NULL};
    JSON cJSON *answer = NULL;
    JSON cJSON *ours = wanted(setup, item);

    if (!policy_document_fits(ours, why))
        return AWS_REFUSED;
    if (item->index == OF_MODULE)
        setup->module_document = cJSON_Duplicate(ours, true);
    enum aws_error error = setup_look(setup, item, "iot:GetPolicy", path, &answer, why);
    if (error || !answer)
        return error;
    JSON cJSON *there = setup_document(answer, "policyDocument");
    if (!policy_document_same(there, ours))
        setup_differs(item, 1, "it allows something else: a new version becomes the default");
    return AWS_OK;
}

/* Of a list of versions {"versionId": "3", "isDefaultVersion": false}: how many there are, and the oldest
 * that is not the default; 0: there is none. */
static long oldest_version(const cJSON *list, int *count)
{
    const cJSON *version;
    long oldest = 0;

    *count = cJSON_GetArraySize(list);
    cJSON_ArrayForEach(version, list)
    {
        long id = strtol(setup_text(version, "versionId"), NULL, 10);
        bool is_default = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(version, "isDefaultVersion"));
        if (!is_default && id > 0 && (oldest == 0 || id < oldest))
            oldest = id;
    }
    return oldest;
}

static enum aws_error make_room(struct setup *setup, const struct setup_item *item, struct text *why)
{
    const char *const path[] = {"policies", item->name, "version", NULL};
    JSON cJSON *answer = NULL;
    char id[24];
    int count = 0;

    enum aws_error error =
        setup_call(setup->account, "iot:ListPolicyVersions", "GET", path, NULL, NULL, &answer, why);
    if (error)
        return error;
    long oldest = oldest_version(cJSON_GetObjectItemCaseSensitive(answer, "policyVersions"), &count);
    if (count < SETUP_VERSIONS_MAX || oldest == 0)
        return AWS_OK;
    snprintf(id, sizeof id, "%ld", oldest);
    const char *const version[] = {"policies", item->name, "version", id, NULL};
    return setup_call(setup->account, "iot:DeletePolicyVersion", "DELETE", version, NULL, NULL, NULL, why);
}

static cJSON *document_body(const struct setup *setup, const struct setup_item *item)
{
    JSON cJSON *document = wanted(setup, item);
    OWNED char *text = cJSON_PrintUnformatted(document);
    cJSON *body = cJSON_CreateObject();

    cJSON_AddStringToObject(body, "policyDocument", text);
    return body;
}

static enum aws_error create(struct setup *setup, const struct setup_item *item, struct text *why)
{
    const char *const path[] = {"policies", item->name, NULL};
    TEXT struct text said = TEXT_EMPTY;

    enum aws_error error = setup_call(setup->account, "iot:CreatePolicy", "POST", path, NULL,
                                      document_body(setup, item), NULL, &said);
    if (error == AWS_CONFLICT) /* an attempt whose answer was lost */
        return AWS_OK;
    if (error)
        text_puts(why, text_get(&said));
    return error;
}

static enum aws_error make(struct setup *setup, struct setup_item *item, struct text *why)
{
    static const struct aws_pair as_default[] = {{"setAsDefault", "true"}, {NULL, NULL}};
    const char *const path[] = {"policies", item->name, "version", NULL};

    if (item->action == SETUP_CREATE)
        return create(setup, item, why);
    enum aws_error error = make_room(setup, item, why);
    if (error)
        return error;
    return setup_call(setup->account, "iot:CreatePolicyVersion", "POST", path, as_default,
                      document_body(setup, item), NULL, why);
}

static void add(struct setup *setup, const char *suffix, enum policy_of of)
{
    TEXT struct text name = TEXT_EMPTY;

    text_printf(&name, "%s-%s", setup->options->name, suffix);
    struct setup_item *item = setup_add(setup, "policy", text_get(&name));
    item->index = of;
    item->look = look;
    item->make = make;
}

void setup_add_module_policy(struct setup *setup)
{
    add(setup, "module", OF_MODULE);
}

void setup_add_observer_policy(struct setup *setup)
{
    add(setup, "observer", OF_OBSERVER);
}

void setup_add_claim_policy(struct setup *setup)
{
    add(setup, "claim", OF_CLAIM);
}
