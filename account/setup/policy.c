/* SPDX-License-Identifier: Apache-2.0 */
/* Policies of AWS IoT: the modules', the observer's, claim certificates'. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/policy/document.h"
#include "account/policy/grants.h"
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

/* Adds the grants of a document to the parts. A grant's key is its statement in JSON. */
static void add_parts(struct setup_item *item, const cJSON *document, bool are_wanted)
{
    GRANTS struct policy_grants grants = {0};

    policy_grants_add(&grants, document);
    for (size_t i = 0; i < grants.count; i++) {
        TEXT struct text words = TEXT_EMPTY, without = TEXT_EMPTY;
        const char *key = grants.items[i].key;
        policy_grant_words(grants.items[i].statement, &words);
        text_printf(&without, "without %s", text_get(&words));
        if (are_wanted) {
            setup_parts_wanted(&item->parts, key, "", text_get(&words));
            setup_parts_there(&item->parts, key, NULL, text_get(&without));
        } else {
            bool is_new = !setup_parts_find(&item->parts, key);
            setup_parts_there(&item->parts, key, "", text_get(&words));
            if (is_new)
                setup_parts_wanted(&item->parts, key, NULL, text_get(&without));
        }
    }
}

/* The document as it will be: as wanted, but for what stays as others have made it. Owned. */
static cJSON *merged(const struct setup *setup, const struct setup_item *item)
{
    GRANTS struct policy_grants grants = {0};

    if (item->kept.length == 0)
        return wanted(setup, item);
    for (size_t i = 0; i < item->parts.count; i++) {
        const struct setup_part *part = &item->parts.items[i];
        JSON cJSON *statement = cJSON_Parse(part->name);
        if (statement && (part->take ? part->wanted : part->there))
            policy_grants_add_one(&grants, statement);
    }
    return policy_grants_document(&grants);
}

static void explain(struct setup_item *item)
{
    setup_explain(item);
    if (item->action != SETUP_CHANGE)
        return;
    TEXT struct text changes = TEXT_EMPTY;
    text_puts(&changes, text_get(&item->detail));
    text_clear(&item->detail);
    text_printf(&item->detail, "a new version becomes the default: %s", text_get(&changes));
}

static enum aws_error compare(const struct setup *setup, struct setup_item *item, const cJSON *answer,
                              struct text *why)
{
    JSON cJSON *there = setup_document(answer, "policyDocument");
    TEXT struct text arn = TEXT_EMPTY;

    add_parts(item, there, false);
    if (!setup_parts_differ(&item->parts))
        return AWS_OK;
    setup_arn(setup, "policy", item->name, &arn);
    enum aws_error error =
        setup_record_read(setup->account, text_get(&arn), SETUP_RECORD_KEY, &item->last, why);
    if (error)
        return error;
    setup_decide(setup, item);
    explain(item);
    return AWS_OK;
}

static enum aws_error look(struct setup *setup, struct setup_item *item, struct text *why)
{
    const char *const path[] = {"policies", item->name, NULL};
    JSON cJSON *answer = NULL;
    JSON cJSON *ours = wanted(setup, item);

    add_parts(item, ours, true);
    enum aws_error error = setup_look(setup, item, "iot:GetPolicy", path, &answer, why);
    if (!error && answer)
        error = compare(setup, item, answer, why);
    if (error)
        return error;
    JSON cJSON *document = merged(setup, item);
    if (!policy_document_fits(document, why))
        return AWS_REFUSED;
    item->seen = cJSON_PrintUnformatted(document);
    if (item->index == OF_MODULE)
        setup->module_document = cJSON_Duplicate(document, true);
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

/* item->seen is the document. */
static cJSON *document_body(const struct setup_item *item)
{
    cJSON *body = cJSON_CreateObject();

    cJSON_AddStringToObject(body, "policyDocument", item->seen);
    return body;
}

static enum aws_error create(struct setup *setup, const struct setup_item *item, struct text *why)
{
    const char *const path[] = {"policies", item->name, NULL};
    TEXT struct text said = TEXT_EMPTY;
    cJSON *body = document_body(item);

    setup_add_tags(item, body);
    enum aws_error error =
        setup_call(setup->account, "iot:CreatePolicy", "POST", path, NULL, body, NULL, &said);
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
    TEXT struct text arn = TEXT_EMPTY;

    if (item->action == SETUP_CREATE)
        return create(setup, item, why);
    setup_arn(setup, "policy", item->name, &arn);
    enum aws_error error = setup_announce(setup, item, text_get(&arn), why);
    if (!error)
        error = make_room(setup, item, why);
    if (!error)
        error = setup_call(setup->account, "iot:CreatePolicyVersion", "POST", path, as_default,
                           document_body(item), NULL, why);
    return error ? error : setup_remember(setup, item, text_get(&arn), SETUP_RECORD_KEY, why);
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
