/* SPDX-License-Identifier: Apache-2.0 */
/* The provisioning template. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/setup/private.h"
#include "aws/encoding.h"
#include "base/memory.h"

enum { BODY_DIFFERS = 1, DISABLED = 2, ROLE_DIFFERS = 4 };

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

/* templateBody as the calls have it: a text. False: it is too long. */
static bool add_body(const struct setup *setup, cJSON *object, struct text *why)
{
    JSON cJSON *body = wanted_body(setup);
    OWNED char *text = cJSON_PrintUnformatted(body);

    if (strlen(text) > PROVISIONING_BODY_MAX) {
        text_printf(why, "the template would have %zu characters, and AWS IoT takes %d: use fewer attributes",
                    strlen(text), PROVISIONING_BODY_MAX);
        return false;
    }
    cJSON_AddStringToObject(object, "templateBody", text);
    return true;
}

static void compare(const struct setup *setup, struct setup_item *item, const cJSON *there)
{
    JSON cJSON *body = setup_document(there, "templateBody");
    JSON cJSON *ours = wanted_body(setup);
    TEXT struct text words = TEXT_EMPTY;

    if (!cJSON_Compare(body, ours, true)) {
        text_puts(&words, "a new version becomes the default: ");
        provisioning_template_differences(body, ours, &words);
        setup_differs(item, BODY_DIFFERS, text_get(&words));
    }
    if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(there, "enabled")))
        setup_differs(item, DISABLED, "it is not enabled");
    if (strcmp(setup_text(there, "provisioningRoleArn"), setup->role_arn) != 0)
        setup_differs(item, ROLE_DIFFERS, "it has another role");
}

static enum aws_error look(struct setup *setup, struct setup_item *item, struct text *why)
{
    const char *const path[] = {"provisioning-templates", item->name, NULL};
    JSON cJSON *answer = NULL;
    JSON cJSON *unused = cJSON_CreateObject();

    if (!add_body(setup, unused, why))
        return AWS_REFUSED;
    enum aws_error error = setup_look(setup, item, "iot:DescribeProvisioningTemplate", path, &answer, why);
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
    compare(setup, item, answer);
    return AWS_OK;
}

static enum aws_error create_once(struct setup *setup, const struct setup_item *item, struct text *why)
{
    static const char *const path[] = {"provisioning-templates", NULL};
    cJSON *body = cJSON_CreateObject();

    cJSON_AddStringToObject(body, "templateName", item->name);
    cJSON_AddStringToObject(body, "description", "ExpressLink modules (expresslink-claim account)");
    if (!add_body(setup, body, why)) {
        cJSON_Delete(body);
        return AWS_REFUSED;
    }
    cJSON_AddBoolToObject(body, "enabled", true);
    cJSON_AddStringToObject(body, "provisioningRoleArn", setup->role_arn);
    cJSON_AddStringToObject(body, "type", wanted_type(setup));
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
    cJSON *body = cJSON_CreateObject();

    if (error || !add_body(setup, body, why)) {
        cJSON_Delete(body);
        return error ? error : AWS_REFUSED;
    }
    return setup_call(setup->account, "iot:CreateProvisioningTemplateVersion", "POST", path, as_default, body,
                      NULL, why);
}

static enum aws_error update(struct setup *setup, const struct setup_item *item, struct text *why)
{
    const char *const path[] = {"provisioning-templates", item->name, NULL};
    cJSON *body = cJSON_CreateObject();

    cJSON_AddBoolToObject(body, "enabled", true);
    if (item->different & ROLE_DIFFERS)
        cJSON_AddStringToObject(body, "provisioningRoleArn", setup->role_arn);
    return setup_call(setup->account, "iot:UpdateProvisioningTemplate", "PATCH", path, NULL, body, NULL, why);
}

static enum aws_error make(struct setup *setup, struct setup_item *item, struct text *why)
{
    enum aws_error error = AWS_OK;

    if (item->action == SETUP_CREATE)
        return create(setup, item, why);
    if (item->different & BODY_DIFFERS)
        error = add_version(setup, item, why);
    if (!error && item->different & (DISABLED | ROLE_DIFFERS))
        error = update(setup, item, why);
    return error;
}

void setup_add_template(struct setup *setup)
{
    struct setup_item *item = setup_add(setup, "template", setup->template);

    item->look = look;
    item->make = make;
}
