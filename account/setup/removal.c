/* SPDX-License-Identifier: Apache-2.0 */
/* Removes a setup: first what admits new devices, then what existing devices depend on. */
#include <stdlib.h>
#include <string.h>

#include "account/setup/private.h"
#include "account/setup/setup.h"
#include "aws/encoding.h"
#include "base/memory.h"

enum fate { DETACH, DELETE_OBSERVERS, DELETE_CLAIMS }; /* of the certificates that have a policy */

/* Not found: already removed. */
static enum aws_error unless_gone(enum aws_error error, const struct text *said, struct text *why)
{
    if (error && error != AWS_NOT_FOUND)
        text_puts(why, text_get(said));
    return error == AWS_NOT_FOUND ? AWS_OK : error;
}

static enum aws_error call(const struct setup *setup, const char *action, const char *method,
                           const char *const *path, const struct aws_pair *query, cJSON *body,
                           struct text *why)
{
    TEXT struct text said = TEXT_EMPTY;

    return unless_gone(setup_call(setup->account, action, method, path, query, body, NULL, &said), &said,
                       why);
}

/* AWS takes minutes to propagate that something is no longer used. */
static enum aws_error delete_unused(const struct setup *setup, const char *action, const char *const *path,
                                    struct text *why)
{
    for (unsigned failed = 1;; failed++) {
        TEXT struct text said = TEXT_EMPTY;
        enum aws_error error = call(setup, action, "DELETE", path, NULL, NULL, &said);
        if (error == AWS_CONFLICT && setup_wait(setup->account, failed))
            continue;
        if (error)
            text_puts(why, text_get(&said));
        if (error == AWS_CONFLICT)
            text_puts(why, "; AWS may take five minutes to see that nothing uses it: run this again then");
        return error;
    }
}

static enum aws_error remove_authority(struct setup *setup, struct setup_item *item, struct text *why)
{
    static const struct aws_pair inactive[] = {{"newStatus", "INACTIVE"}, {NULL, NULL}};
    const char *const path[] = {"cacertificate", item->seen, NULL};

    enum aws_error error = call(setup, "iot:UpdateCACertificate", "PUT", path, inactive, NULL, why);
    return error ? error : delete_unused(setup, "iot:DeleteCACertificate", path, why);
}

static enum aws_error remove_template(struct setup *setup, struct setup_item *item, struct text *why)
{
    const char *const path[] = {"provisioning-templates", item->name, NULL};

    return delete_unused(setup, "iot:DeleteProvisioningTemplate", path, why);
}

struct targets {
    char **arns; /* owned, each too */
    size_t count;
};

static bool keep_target(void *context, const cJSON *item)
{
    struct targets *targets = context;

    if (!cJSON_IsString(item))
        return true;
    targets->arns = memory_grow(targets->arns, targets->count + 1, sizeof *targets->arns);
    targets->arns[targets->count++] = memory_string(item->valuestring);
    return true;
}

static void targets_fini(struct targets *targets)
{
    for (size_t i = 0; i < targets->count; i++)
        free(targets->arns[i]);
    free(targets->arns);
}
#define TARGETS __attribute__((cleanup(targets_fini)))

static enum aws_error list_targets(const struct setup *setup, const char *policy, struct targets *out,
                                   struct text *why)
{
    TEXT struct text path = TEXT_EMPTY, said = TEXT_EMPTY;

    aws_path_add(&path, "policy-targets");
    aws_path_add(&path, policy);
    const struct iot_call list = {
        .action = "iot:ListTargetsForPolicy", .method = "POST", .path = text_get(&path)};
    return unless_gone(oem_account_list(setup->account, &list, "targets", keep_target, out, &said), &said,
                       why);
}

static enum aws_error detach(const struct setup *setup, const char *policy, const char *target,
                             struct text *why)
{
    const char *const path[] = {"target-policies", policy, NULL};
    cJSON *body = cJSON_CreateObject();

    cJSON_AddStringToObject(body, "target", target);
    return call(setup, "iot:DetachPolicy", "POST", path, NULL, body, why);
}

/* Whether more than one policy, or a thing, uses the certificate. */
static enum aws_error is_shared(const struct setup *setup, const char *target, bool *shared, struct text *why)
{
    const char *const policies_path[] = {"attached-policies", target, NULL};
    const struct aws_pair principal[] = {{"x-amzn-principal", target}, {NULL, NULL}};
    const struct iot_call things = {.action = "iot:ListPrincipalThings",
                                    .method = "GET",
                                    .path = "/principals/things",
                                    .headers = principal};
    JSON cJSON *policies = NULL;
    JSON cJSON *of = NULL;

    enum aws_error error = setup_call(setup->account, "iot:ListAttachedPolicies", "POST", policies_path, NULL,
                                      NULL, &policies, why);
    if (!error)
        error = oem_account_iot(setup->account, &things, &of, NULL, why);
    *shared = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(policies, "policies")) > 1 ||
              cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(of, "things")) > 0;
    return error;
}

/* Inactive before it loses its policy: by that it is found again after an interruption. */
static enum aws_error delete_certificate(const struct setup *setup, const char *policy, const char *target,
                                         struct text *why)
{
    static const struct aws_pair inactive[] = {{"newStatus", "INACTIVE"}, {NULL, NULL}};
    const char *mark = strstr(target, ":cert/");
    const char *const path[] = {"certificates", mark ? mark + strlen(":cert/") : "", NULL};
    bool shared = true;

    enum aws_error error = mark ? is_shared(setup, target, &shared, why) : AWS_OK;
    if (!error && !shared)
        error = call(setup, "iot:UpdateCertificate", "PUT", path, inactive, NULL, why);
    if (!error)
        error = detach(setup, policy, target, why);
    return error || shared ? error : delete_unused(setup, "iot:DeleteCertificate", path, why);
}

static enum aws_error release_targets(const struct setup *setup, const struct setup_item *item,
                                      struct text *why)
{
    TARGETS struct targets targets = {NULL, 0};
    enum aws_error error = list_targets(setup, item->name, &targets, why);

    for (size_t i = 0; !error && i < targets.count; i++)
        error = item->index == DETACH ? detach(setup, item->name, targets.arns[i], why)
                                      : delete_certificate(setup, item->name, targets.arns[i], why);
    return error;
}

/* A policy can be deleted only when its default version is the last one (IoT, DeletePolicy). */
static enum aws_error remove_versions(const struct setup *setup, const struct setup_item *item,
                                      struct text *why)
{
    const char *const path[] = {"policies", item->name, "version", NULL};
    TEXT struct text said = TEXT_EMPTY;
    JSON cJSON *answer = NULL;
    const cJSON *version;

    enum aws_error error = unless_gone(
        setup_call(setup->account, "iot:ListPolicyVersions", "GET", path, NULL, NULL, &answer, &said), &said,
        why);
    cJSON_ArrayForEach(version, cJSON_GetObjectItemCaseSensitive(answer, "policyVersions"))
    {
        const char *const one[] = {"policies", item->name, "version", setup_text(version, "versionId"), NULL};
        if (error || cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(version, "isDefaultVersion")))
            continue;
        error = call(setup, "iot:DeletePolicyVersion", "DELETE", one, NULL, NULL, why);
    }
    return error;
}

static enum aws_error remove_policy(struct setup *setup, struct setup_item *item, struct text *why)
{
    const char *const path[] = {"policies", item->name, NULL};

    enum aws_error error = release_targets(setup, item, why);
    if (!error)
        error = remove_versions(setup, item, why);
    return error ? error : delete_unused(setup, "iot:DeletePolicy", path, why);
}

static enum aws_error call_iam(const struct setup *setup, const char *action,
                               const struct aws_pair *parameters, struct aws_xml **answer, struct text *why)
{
    TEXT struct text said = TEXT_EMPTY;

    return unless_gone(oem_account_iam(setup->account, action, parameters, answer, &said), &said, why);
}

/* A role can be deleted only without its inline policies. */
static enum aws_error delete_inline_policies(const struct setup *setup, const struct setup_item *item,
                                             struct text *why)
{
    const struct aws_pair role[] = {{"RoleName", item->name}, {NULL, NULL}};
    struct aws_xml *policies = NULL;
    const char *name;

    enum aws_error error = call_iam(setup, "ListRolePolicies", role, &policies, why);
    for (size_t i = 0; !error && policies &&
                       (name = aws_xml_text(policies, "ListRolePoliciesResult/PolicyNames/member", i));
         i++) {
        const struct aws_pair one[] = {{"RoleName", item->name}, {"PolicyName", name}, {NULL, NULL}};
        error = call_iam(setup, "DeleteRolePolicy", one, NULL, why);
    }
    aws_xml_free(policies);
    return error;
}

static enum aws_error remove_queue_role(struct setup *setup, struct setup_item *item, struct text *why)
{
    const struct aws_pair role[] = {{"RoleName", item->name}, {NULL, NULL}};

    enum aws_error error = delete_inline_policies(setup, item, why);
    return error ? error : call_iam(setup, "DeleteRole", role, NULL, why);
}

static enum aws_error remove_role(struct setup *setup, struct setup_item *item, struct text *why)
{
    const struct aws_pair role[] = {{"RoleName", item->name}, {NULL, NULL}};
    struct aws_xml *attached = NULL;
    const char *arn;

    enum aws_error error = call_iam(setup, "ListAttachedRolePolicies", role, &attached, why);
    for (size_t i = 0; !error && attached &&
                       (arn = aws_xml_text(
                            attached, "ListAttachedRolePoliciesResult/AttachedPolicies/member/PolicyArn", i));
         i++) {
        const struct aws_pair one[] = {{"RoleName", item->name}, {"PolicyArn", arn}, {NULL, NULL}};
        error = call_iam(setup, "DetachRolePolicy", one, NULL, why);
    }
    aws_xml_free(attached);
    return error ? error : call_iam(setup, "DeleteRole", role, NULL, why);
}

static struct setup_item *add(struct setup *setup, const char *kind, const char *name,
                              enum aws_error (*make)(struct setup *, struct setup_item *, struct text *))
{
    struct setup_item *item = setup_add(setup, kind, name);

    item->action = SETUP_DELETE;
    item->make = make;
    return item;
}

static void add_authority(void *context, const struct setup_registered *registered)
{
    struct setup_item *item = add(context, "CA", registered->name, remove_authority);

    item->seen = memory_string(registered->id);
    text_printf(&item->detail, "id %s", registered->id);
}

static enum aws_error is_there(const struct setup *setup, const char *action, const char *collection,
                               const char *name, bool *there, struct text *why)
{
    const char *const path[] = {collection, name, NULL};
    TEXT struct text said = TEXT_EMPTY;

    enum aws_error error = setup_call(setup->account, action, "GET", path, NULL, NULL, NULL, &said);
    *there = !error;
    return unless_gone(error, &said, why);
}

static enum aws_error find_template(struct setup *setup, const char *name, struct text *why)
{
    bool there = false;

    enum aws_error error =
        is_there(setup, "iot:DescribeProvisioningTemplate", "provisioning-templates", name, &there, why);
    if (!error && there)
        add(setup, "template", name, remove_template);
    return error;
}

static void tell_fate(enum fate fate, size_t count, struct text *out)
{
    static const char *const words[][2] = {
        [DETACH] = {"certificate that has it would be left without rights",
                    "certificates that have it would be left without rights"},
        [DELETE_OBSERVERS] = {"certificate of observers", "certificates of observers"},
        [DELETE_CLAIMS] = {"claim certificate: devices that have only that get none of their own",
                           "claim certificates: devices that have only those get none of their own"},
    };

    text_printf(out, "%s%zu %s", fate == DETACH ? "" : "and ", count, words[fate][count != 1]);
}

static enum aws_error find_policy(struct setup *setup, const char *name, enum fate fate, size_t *count,
                                  struct text *why)
{
    TARGETS struct targets targets = {NULL, 0};
    bool there = false;

    enum aws_error error = is_there(setup, "iot:GetPolicy", "policies", name, &there, why);
    if (error || !there)
        return error;
    error = list_targets(setup, name, &targets, why);
    if (error)
        return error;
    struct setup_item *item = add(setup, "policy", name, remove_policy);
    item->index = fate;
    *count = targets.count;
    if (targets.count)
        tell_fate(fate, targets.count, &item->detail);
    return AWS_OK;
}

static enum aws_error remove_rule(struct setup *setup, struct setup_item *item, struct text *why)
{
    const char *const path[] = {"rules", item->name, NULL};

    return call(setup, "iot:DeleteTopicRule", "DELETE", path, NULL, NULL, why);
}

static enum aws_error remove_queue(struct setup *setup, struct setup_item *item, struct text *why)
{
    cJSON *body = cJSON_CreateObject();

    cJSON_AddStringToObject(body, "QueueUrl", item->seen);
    return oem_account_sqs(setup->account, "DeleteQueue", body, NULL, NULL, why);
}

struct rules {
    struct setup *setup;
    const char *name;
};

static bool add_rule(void *context, const cJSON *item)
{
    const struct rules *rules = context;

    for (size_t i = 0; i < SETUP_RULES; i++) {
        char name[SETUP_RULE_NAME_SIZE];
        setup_rule_name(rules->name, i, name);
        if (strcmp(setup_text(item, "ruleName"), name) == 0)
            add(rules->setup, "rule", name, remove_rule);
    }
    return true;
}

/* The rules first: what they send would go nowhere. */
static enum aws_error find_queue(struct setup *setup, const char *name, const char *queue, struct text *why)
{
    const struct iot_call list = {.action = "iot:ListTopicRules", .method = "GET", .path = "/rules"};
    struct rules rules = {setup, name};
    JSON cJSON *found = NULL;
    bool there = false;

    enum aws_error error = oem_account_list(setup->account, &list, "rules", add_rule, &rules, why);
    if (!error)
        error = setup_find_queue(setup->account, queue, &there, &found, why);
    if (error || !there)
        return error;
    struct setup_item *item = add(setup, "queue", queue, remove_queue);
    item->seen = memory_string(setup_text(found, "QueueUrl"));
    return AWS_OK;
}

static enum aws_error find_role(struct setup *setup, const char *name,
                                enum aws_error (*remove)(struct setup *, struct setup_item *, struct text *),
                                struct text *why)
{
    const struct aws_pair role[] = {{"RoleName", name}, {NULL, NULL}};
    struct aws_xml *answer = NULL;

    enum aws_error error = call_iam(setup, "GetRole", role, &answer, why);
    if (answer)
        add(setup, "role", name, remove);
    aws_xml_free(answer);
    return error;
}

static enum aws_error find_all(struct setup *setup, const char *name, struct text *why)
{
    TEXT struct text fleet = TEXT_EMPTY, observer = TEXT_EMPTY, claim = TEXT_EMPTY, module = TEXT_EMPTY,
                     role = TEXT_EMPTY, queue = TEXT_EMPTY;
    size_t unused = 0;

    text_printf(&fleet, "%s-fleet", name);
    text_printf(&observer, "%s-observer", name);
    text_printf(&claim, "%s-claim", name);
    text_printf(&module, "%s-module", name);
    text_printf(&role, "%s-provisioning", name);
    text_printf(&queue, "%s-events", name);
    enum aws_error error = setup_list_registered(setup->account, name, add_authority, setup, why);
    if (!error)
        error = find_template(setup, name, why);
    if (!error)
        error = find_template(setup, text_get(&fleet), why);
    if (!error)
        error = find_policy(setup, text_get(&observer), DELETE_OBSERVERS, &unused, why);
    if (!error)
        error = find_policy(setup, text_get(&claim), DELETE_CLAIMS, &unused, why);
    if (!error)
        error = find_policy(setup, text_get(&module), DETACH, &setup->devices, why);
    if (!error)
        error = find_queue(setup, name, text_get(&queue), why);
    if (!error)
        error = find_role(setup, text_get(&queue), remove_queue_role, why);
    return error ? error : find_role(setup, text_get(&role), remove_role, why);
}

enum aws_error setup_plan_removal(const struct oem_account *account, const char *name,
                                  void (*tell)(void *context, const struct setup_step *step), void *context,
                                  struct setup **out, struct text *why)
{
    if (!setup_name_fits(name)) {
        text_printf(why, "\"%s\" is not a setup's name: use up to 36 letters, digits, _ and -", name);
        return AWS_REFUSED;
    }
    struct setup *setup = memory_new(1, sizeof *setup);
    setup->account = account;
    enum aws_error error = find_all(setup, name, why);
    if (error) {
        setup_free(setup);
        return error;
    }
    setup_tell_all(setup, tell, context);
    *out = setup;
    return AWS_OK;
}
