/* SPDX-License-Identifier: Apache-2.0 */
/* The provisioning template. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/setup/private.h"
#include "account/setup/setup.h"
#include "account/setup/template_body.h"
#include "aws/encoding.h"
#include "base/memory.h"

#define ENABLED "enabled"
#define ROLE "role"
#define DESCRIPTION "description"

static const char *wanted_type(const struct setup *setup)
{
    return setup->options->fleet_prefix ? "FLEET_PROVISIONING" : "JITP";
}

static cJSON *wanted_body(const struct setup *setup)
{
    struct provisioning_options options = setup->options->provisioning;

    options.policy_name = setup->module_policy;
    return setup->options->fleet_prefix
               ? provisioning_template_by_claim(&options, setup->options->fleet_prefix)
               : provisioning_template_by_certificate(&options);
}

/* Keeps the body as the calls have it, a text, in item->seen. */
static enum aws_error keep_body(struct setup_item *item, const cJSON *body, struct text *why)
{
    free(item->seen);
    item->seen = cJSON_PrintUnformatted(body);
    if (strlen(item->seen) <= PROVISIONING_BODY_MAX)
        return AWS_OK;
    text_printf(why, "the template would have %zu characters, and AWS IoT takes %d: use fewer attributes",
                strlen(item->seen), PROVISIONING_BODY_MAX);
    return AWS_REFUSED;
}

static const char *description(const struct setup *setup)
{
    const char *wanted = setup->options->description;

    return wanted ? wanted : "ExpressLink modules (expresslink-claim account)";
}

/* The account's events are in its record only (setup/events.c). */
static void want(const struct setup *setup, struct setup_item *item, const cJSON *body)
{
    setup_parts_wanted(&item->parts, ENABLED, "yes", "it is not enabled");
    setup_parts_wanted(&item->parts, ROLE, setup->role_arn, "it has another role");
    setup_parts_wanted(&item->parts, DESCRIPTION, description(setup), "another description");
    if (!setup->options->fleet_prefix)
        setup_parts_add(&item->parts, SETUP_EVENTS_PART, "on", "on", NULL);
    template_body_parts(&item->parts, body, true);
}

/* What stays of the body, as words; each side of it once. */
static void explain_kept(struct setup_item *item, const cJSON *ours, const cJSON *merged)
{
    TEXT struct text words = TEXT_EMPTY;
    enum setup_side side = SETUP_SAME;

    for (size_t i = 0; i < item->parts.count; i++) {
        const struct setup_part *part = &item->parts.items[i];
        if (template_body_has(part) && !part->take && part->side != SETUP_SAME && side != SETUP_BOTH)
            side = part->side;
    }
    if (side == SETUP_SAME)
        return;
    provisioning_template_differences(ours, merged, &words);
    setup_keeps(item, side, text_get(&words));
}

static bool takes_body(const struct setup_item *item)
{
    for (size_t i = 0; i < item->parts.count; i++)
        if (item->parts.items[i].take && template_body_has(&item->parts.items[i]))
            return true;
    return false;
}

static enum aws_error decide(struct setup *setup, struct setup_item *item, const cJSON *body,
                             const cJSON *ours, struct text *why)
{
    TEXT struct text arn = TEXT_EMPTY, words = TEXT_EMPTY;

    setup_template_arn(setup, &arn);
    enum aws_error error =
        setup_record_read(setup->account, text_get(&arn), SETUP_RECORD_KEY, &item->last, why);
    if (error)
        return error;
    setup_decide(setup, item);
    JSON cJSON *merged = body ? template_body_merged(&item->parts, body) : cJSON_Duplicate(ours, true);
    if (takes_body(item)) {
        text_puts(&words, "a new version becomes the default: ");
        provisioning_template_differences(body, merged, &words);
        setup_differs(item, text_get(&words));
    }
    setup_explain(item);
    explain_kept(item, ours, merged);
    return keep_body(item, item->kept.length ? merged : ours, why);
}

static enum aws_error compare(struct setup *setup, struct setup_item *item, const cJSON *there,
                              const cJSON *ours, struct text *why)
{
    JSON cJSON *body = setup_document(there, "templateBody");
    bool is_enabled = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(there, "enabled"));
    const char *said = setup_text(there, "description");

    setup_parts_there(&item->parts, ENABLED, is_enabled ? "yes" : "no", "it is not enabled");
    setup_parts_there(&item->parts, ROLE, setup_text(there, "provisioningRoleArn"), "it has another role");
    template_body_parts(&item->parts, body, false);
    /* Without the option any description is fine, as those of others and of stacks. */
    setup_parts_there(&item->parts, DESCRIPTION, said, "another description");
    if (!setup->options->description)
        setup_parts_wanted(&item->parts, DESCRIPTION, said, NULL);
    return setup_parts_differ(&item->parts) ? decide(setup, item, body, ours, why) : AWS_OK;
}

static enum aws_error look(struct setup *setup, struct setup_item *item, struct text *why)
{
    const char *const path[] = {"provisioning-templates", item->name, NULL};
    JSON cJSON *answer = NULL;
    JSON cJSON *ours = wanted_body(setup);

    want(setup, item, ours);
    enum aws_error error = keep_body(item, ours, why);
    if (!error)
        error = setup_look(setup, item, "iot:DescribeProvisioningTemplate", path, &answer, why);
    if (error || !answer)
        return error;
    const char *type = setup_text(answer, "type");
    if (*type && strcmp(type, wanted_type(setup)) != 0) {
        text_printf(why,
                    "there is a provisioning template %s of type %s, whose type cannot be changed to %s: use "
                    "another --name, or delete that template",
                    item->name, type, wanted_type(setup));
        return AWS_CONFLICT;
    }
    return compare(setup, item, answer, ours, why);
}

enum aws_error setup_thing_name_field(const struct oem_account *account, const char *name, const char **field,
                                      struct text *why)
{
    const char *const path[] = {"provisioning-templates", name, NULL};
    TEXT struct text said = TEXT_EMPTY;
    JSON cJSON *answer = NULL;

    *field = NULL;
    enum aws_error error =
        setup_call(account, "iot:DescribeProvisioningTemplate", "GET", path, NULL, NULL, &answer, &said);
    if (error == AWS_NOT_FOUND)
        return AWS_OK;
    if (error) {
        text_puts(why, text_get(&said));
        return error;
    }
    JSON cJSON *body = setup_document(answer, "templateBody");
    *field = provisioning_template_name_field(body);
    return AWS_OK;
}

static enum aws_error create_once(struct setup *setup, const struct setup_item *item, struct text *why)
{
    static const char *const path[] = {"provisioning-templates", NULL};
    cJSON *body = cJSON_CreateObject();

    cJSON_AddStringToObject(body, "templateName", item->name);
    cJSON_AddStringToObject(body, "description", description(setup));
    cJSON_AddStringToObject(body, "templateBody", item->seen);
    cJSON_AddBoolToObject(body, "enabled", true);
    cJSON_AddStringToObject(body, "provisioningRoleArn", setup->role_arn);
    cJSON_AddStringToObject(body, "type", wanted_type(setup));
    setup_add_tags(item, body);
    return setup_call(setup->account, "iot:CreateProvisioningTemplate", "POST", path, NULL, body, NULL, why);
}

/* "... role ... cannot be assumed by AWS IoT" */
static bool speaks_of_role(const struct text *said)
{
    return strcasestr(text_get(said), "role") != NULL && strcasestr(text_get(said), "assume") != NULL;
}

static enum aws_error create(struct setup *setup, const struct setup_item *item, struct text *why)
{
    TEXT struct text said = TEXT_EMPTY;

    for (unsigned failed = 1;; failed++) {
        enum aws_error error = create_once(setup, item, &said);
        if (!error || error == AWS_CONFLICT) /* an attempt whose answer was lost */
            return AWS_OK;
        /* AWS IoT cannot assume a new role at once */
        if (error != AWS_REFUSED || !speaks_of_role(&said) || !setup_wait(setup->account, failed)) {
            text_puts(why, text_get(&said));
            return error;
        }
        text_clear(&said);
    }
}

struct versions {
    long oldest; /* that is not the default; 0: none */
    int count;
};

static bool count_version(void *context, const cJSON *version)
{
    struct versions *versions = context;
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(version, "versionId");
    long id = cJSON_IsNumber(number) ? (long)number->valuedouble : 0;

    versions->count++;
    if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(version, "isDefaultVersion")) && id > 0 &&
        (versions->oldest == 0 || id < versions->oldest))
        versions->oldest = id;
    return true;
}

static enum aws_error make_room(struct setup *setup, const struct setup_item *item, struct text *why)
{
    TEXT struct text path = TEXT_EMPTY;
    struct versions versions = {0};
    char id[24];

    aws_path_add(&path, "provisioning-templates");
    aws_path_add(&path, item->name);
    aws_path_add(&path, "versions");
    const struct iot_call call = {
        .action = "iot:ListProvisioningTemplateVersions", .method = "GET", .path = text_get(&path)};
    enum aws_error error = oem_account_list(setup->account, &call, "versions", count_version, &versions, why);
    if (error || versions.count < SETUP_VERSIONS_MAX || versions.oldest == 0)
        return error;
    snprintf(id, sizeof id, "%ld", versions.oldest);
    const char *const version[] = {"provisioning-templates", item->name, "versions", id, NULL};
    return setup_call(setup->account, "iot:DeleteProvisioningTemplateVersion", "DELETE", version, NULL, NULL,
                      NULL, why);
}

static enum aws_error add_version(struct setup *setup, const struct setup_item *item, struct text *why)
{
    static const struct aws_pair as_default[] = {{"setAsDefault", "true"}, {NULL, NULL}};
    const char *const path[] = {"provisioning-templates", item->name, "versions", NULL};
    enum aws_error error = make_room(setup, item, why);
    if (error)
        return error;
    cJSON *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "templateBody", item->seen);
    return setup_call(setup->account, "iot:CreateProvisioningTemplateVersion", "POST", path, as_default, body,
                      NULL, why);
}

static enum aws_error update(struct setup *setup, const struct setup_item *item, struct text *why)
{
    const char *const path[] = {"provisioning-templates", item->name, NULL};
    cJSON *body = cJSON_CreateObject();

    if (setup_parts_take(&item->parts, ENABLED))
        cJSON_AddBoolToObject(body, "enabled", true);
    if (setup_parts_take(&item->parts, ROLE))
        cJSON_AddStringToObject(body, "provisioningRoleArn", setup->role_arn);
    if (setup_parts_take(&item->parts, DESCRIPTION))
        cJSON_AddStringToObject(body, "description", description(setup));
    return setup_call(setup->account, "iot:UpdateProvisioningTemplate", "PATCH", path, NULL, body, NULL, why);
}

static bool takes_setting(const struct setup_item *item)
{
    return setup_parts_take(&item->parts, ENABLED) || setup_parts_take(&item->parts, ROLE) ||
           setup_parts_take(&item->parts, DESCRIPTION);
}

static enum aws_error make(struct setup *setup, struct setup_item *item, struct text *why)
{
    TEXT struct text arn = TEXT_EMPTY;

    if (item->action == SETUP_CREATE)
        return create(setup, item, why);
    setup_template_arn(setup, &arn);
    enum aws_error error = setup_announce(setup, item, text_get(&arn), why);
    if (!error && takes_body(item))
        error = add_version(setup, item, why);
    if (!error && takes_setting(item))
        error = update(setup, item, why);
    return error ? error : setup_remember(setup, item, text_get(&arn), SETUP_RECORD_KEY, why);
}

void setup_template_arn(const struct setup *setup, struct text *out)
{
    setup_arn(setup, "provisioningtemplate", setup->template, out);
}

void setup_add_template(struct setup *setup)
{
    struct setup_item *item = setup_add(setup, "template", setup->template);

    item->look = look;
    item->make = make;
}
