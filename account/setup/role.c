/* SPDX-License-Identifier: Apache-2.0 */
/* Roles that AWS IoT assumes: by one it makes things (IoT, "Provisioning"; managed policy
 * AWSIoTThingsRegistration), by the other the account's rules send messages to the queue (IoT, "Granting an
 * AWS IoT rule the access it requires"). */
#include <stdlib.h>
#include <string.h>

#include "account/setup/private.h"
#include "aws/role_trust.h"
#include "aws/xml.h"
#include "base/memory.h"
#include "base/percent.h"

#define TRUST                                                                                                \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":"           \
    "\"iot.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}"
#define ALLOWANCE "send-events" /* the inline policy for the queue */

/* Names of parts. Those of further policies are these with the policy behind. */
#define TRUSTED "trust"
#define ATTACHED "attached "
#define INLINE "inline "

enum role_of { OF_PROVISIONING, OF_QUEUE };

static const char *description(const struct setup_item *item)
{
    return item->index == OF_QUEUE
               ? "AWS IoT sends events to the portal's queue by it (expresslink-claim account)"
               : "AWS IoT makes things of certificates by it (expresslink-claim account)";
}

static void managed_policy(const struct setup *setup, struct text *out)
{
    text_printf(out, "arn:%s:iam::aws:policy/service-role/AWSIoTThingsRegistration",
                setup->account->partition);
}

static void allowance(const struct setup *setup, struct text *out)
{
    text_printf(
        out,
        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sqs:SendMessage\","
        "\"Resource\":\"arn:%s:sqs:%s:%s:%s-events\"}]}",
        setup->account->partition, aws_session_region(setup->account->session), setup->account->id,
        setup->options->name);
}

static void canonical(const char *document, struct text *out)
{
    JSON cJSON *parsed = json_object_parse(document, strlen(document));

    if (parsed)
        json_canonical(parsed, out);
}

/* Adds what is wanted; the words are those of its absence. */
static void want(const struct setup *setup, struct setup_item *item)
{
    TEXT struct text name = TEXT_EMPTY, document = TEXT_EMPTY, value = TEXT_EMPTY;

    setup_parts_wanted(&item->parts, TRUSTED, "AWS IoT alone", "AWS IoT may not assume it");
    if (item->index == OF_QUEUE) {
        static const char words[] = "it may not send to the queue, or may do something else";
        allowance(setup, &document);
        canonical(text_get(&document), &value);
        setup_parts_wanted(&item->parts, INLINE ALLOWANCE, text_get(&value), words);
        setup_parts_there(&item->parts, INLINE ALLOWANCE, NULL, words);
        return;
    }
    text_puts(&name, ATTACHED);
    managed_policy(setup, &name);
    setup_parts_wanted(&item->parts, text_get(&name), "", "AWSIoTThingsRegistration is not attached to it");
    setup_parts_there(&item->parts, text_get(&name), NULL, "AWSIoTThingsRegistration is not attached to it");
}

/* A policy that is there, and perhaps nobody wants. */
static void add_policy(struct setup_item *item, const char *kind, const char *policy)
{
    TEXT struct text name = TEXT_EMPTY, words = TEXT_EMPTY, without = TEXT_EMPTY;

    text_printf(&name, "%s%s", kind, policy);
    const struct setup_part *part = setup_parts_find(&item->parts, text_get(&name));
    if (part && part->wanted) {
        setup_parts_there(&item->parts, text_get(&name), part->wanted, NULL);
        return;
    }
    const char *slash = strrchr(policy, '/');
    text_printf(&words, "policy %s", slash ? slash + 1 : policy);
    text_printf(&without, "without policy %s", slash ? slash + 1 : policy);
    setup_parts_there(&item->parts, text_get(&name), "", text_get(&words));
    setup_parts_wanted(&item->parts, text_get(&name), NULL, text_get(&without));
}

static enum aws_error look_policies(const struct setup *setup, struct setup_item *item, const char *action,
                                    const char *kind, const char *path, struct text *why)
{
    const struct aws_pair parameters[] = {{"RoleName", item->name}, {NULL, NULL}};
    struct aws_xml *answer = NULL;
    const char *policy;

    enum aws_error error = oem_account_iam(setup->account, action, parameters, &answer, why);
    for (size_t i = 0; !error && (policy = aws_xml_text(answer, path, i)); i++)
        add_policy(item, kind, policy);
    aws_xml_free(answer);
    return error;
}

/* The inline policy for the queue is compared by what it says. */
static enum aws_error look_allowance(const struct setup *setup, struct setup_item *item, struct text *why)
{
    const struct aws_pair parameters[] = {{"RoleName", item->name}, {"PolicyName", ALLOWANCE}, {NULL, NULL}};
    TEXT struct text said = TEXT_EMPTY, document = TEXT_EMPTY, value = TEXT_EMPTY;
    struct aws_xml *answer = NULL;

    enum aws_error error = oem_account_iam(setup->account, "GetRolePolicy", parameters, &answer, &said);
    if (error && error != AWS_NOT_FOUND) {
        text_puts(why, text_get(&said));
        return error;
    }
    const char *encoded = answer ? aws_xml_text(answer, "GetRolePolicyResult/PolicyDocument", 0) : NULL;
    if (encoded)
        percent_decode(&document, encoded, strlen(encoded));
    canonical(text_get(&document), &value);
    if (encoded)
        setup_parts_there(&item->parts, INLINE ALLOWANCE, text_get(&value),
                          "it may not send to the queue, or may do something else");
    aws_xml_free(answer);
    return AWS_OK;
}

static enum aws_error look_at_policies(const struct setup *setup, struct setup_item *item, struct text *why)
{
    enum aws_error error =
        look_policies(setup, item, "ListAttachedRolePolicies", ATTACHED,
                      "ListAttachedRolePoliciesResult/AttachedPolicies/member/PolicyArn", why);
    if (!error)
        error = look_policies(setup, item, "ListRolePolicies", INLINE,
                              "ListRolePoliciesResult/PolicyNames/member", why);
    if (!error && item->index == OF_QUEUE)
        error = look_allowance(setup, item, why);
    return error;
}

static void read_trust(struct setup_item *item, const char *encoded)
{
    TEXT struct text document = TEXT_EMPTY, there = TEXT_EMPTY, ours = TEXT_EMPTY;
    const char *who = role_trust_lets_iot_in(encoded) ? "AWS IoT and others" : "others";

    if (encoded)
        percent_decode(&document, encoded, strlen(encoded));
    canonical(text_get(&document), &there);
    canonical(TRUST, &ours);
    if (strcmp(text_get(&there), text_get(&ours)) == 0)
        who = "AWS IoT alone";
    setup_parts_there(&item->parts, TRUSTED, who,
                      strcmp(who, "others") == 0 ? "AWS IoT may not assume it" : "its own trust policy");
}

static void read_role(struct setup_item *item, const struct aws_xml *answer)
{
    const char *key, *value;

    item->seen = memory_string(aws_xml_text(answer, "GetRoleResult/Role/Arn", 0));
    read_trust(item, aws_xml_text(answer, "GetRoleResult/Role/AssumeRolePolicyDocument", 0));
    for (size_t i = 0; (key = aws_xml_text(answer, "GetRoleResult/Role/Tags/member/Key", i)) &&
                       (value = aws_xml_text(answer, "GetRoleResult/Role/Tags/member/Value", i));
         i++)
        setup_record_take(&item->last, SETUP_RECORD_KEY, key, value);
}

static enum aws_error find(struct setup *setup, struct setup_item *item, struct text *why)
{
    const struct aws_pair parameters[] = {{"RoleName", item->name}, {NULL, NULL}};
    TEXT struct text said = TEXT_EMPTY;
    struct aws_xml *answer = NULL;

    enum aws_error error = oem_account_iam(setup->account, "GetRole", parameters, &answer, &said);
    if (error == AWS_NOT_FOUND) {
        item->action = SETUP_CREATE;
        return AWS_OK;
    }
    if (error)
        text_puts(why, text_get(&said));
    else
        read_role(item, answer);
    aws_xml_free(answer);
    return error;
}

/* A trust policy that lets AWS IoT in, and is the account's own, is fine where nobody knows who made it. */
static void forgive_trust(struct setup_item *item)
{
    const struct setup_part *part = setup_parts_find(&item->parts, TRUSTED);

    if (!item->last.there && strcmp(part->there, "AWS IoT and others") == 0)
        setup_parts_there(&item->parts, TRUSTED, part->wanted, NULL);
}

static enum aws_error look(struct setup *setup, struct setup_item *item, struct text *why)
{
    want(setup, item);
    enum aws_error error = find(setup, item, why);
    if (error || item->action == SETUP_CREATE)
        return error;
    if (item->seen && item->index == OF_PROVISIONING) {
        free(setup->role_arn);
        setup->role_arn = memory_string(item->seen);
    }
    error = look_at_policies(setup, item, why);
    if (error)
        return error;
    forgive_trust(item);
    setup_decide(setup, item);
    setup_explain(item);
    return AWS_OK;
}

static enum aws_error create(const struct setup *setup, const struct setup_item *item, struct text *why)
{
    const struct aws_pair parameters[] = {{"RoleName", item->name},
                                          {"AssumeRolePolicyDocument", TRUST},
                                          {"Description", description(item)},
                                          {NULL, NULL}};
    TEXT struct text said = TEXT_EMPTY;

    enum aws_error error = oem_account_iam(setup->account, "CreateRole", parameters, NULL, &said);
    if (error == AWS_CONFLICT) /* an attempt whose answer was lost */
        return AWS_OK;
    if (error)
        text_puts(why, text_get(&said));
    return error;
}

static enum aws_error trust_iot(const struct setup *setup, const struct setup_item *item, struct text *why)
{
    const struct aws_pair trust[] = {{"RoleName", item->name}, {"PolicyDocument", TRUST}, {NULL, NULL}};

    return oem_account_iam(setup->account, "UpdateAssumeRolePolicy", trust, NULL, why);
}

static enum aws_error set_policy(const struct setup *setup, const struct setup_item *item,
                                 const struct setup_part *part, struct text *why)
{
    bool is_attached = strncmp(part->name, ATTACHED, strlen(ATTACHED)) == 0;
    const char *policy = part->name + strlen(is_attached ? ATTACHED : INLINE);
    const struct aws_pair parameters[] = {
        {"RoleName", item->name},
        {is_attached ? "PolicyArn" : "PolicyName", policy},
        {is_attached || !part->wanted ? NULL : "PolicyDocument", part->wanted},
        {NULL, NULL}};
    const char *action = is_attached ? (part->wanted ? "AttachRolePolicy" : "DetachRolePolicy")
                                     : (part->wanted ? "PutRolePolicy" : "DeleteRolePolicy");

    return oem_account_iam(setup->account, action, parameters, NULL, why);
}

/* The record of a role is short: one tag. It is written last, when everything in it is true. */
static enum aws_error remember(const struct setup *setup, const struct setup_item *item, struct text *why)
{
    RECORD struct setup_record record = {0};

    if (!setup_new_record(item, &record))
        return AWS_OK;
    const struct aws_pair parameters[] = {{"RoleName", item->name},
                                          {"Tags.member.1.Key", SETUP_RECORD_KEY},
                                          {"Tags.member.1.Value", text_get(&record.hashes)},
                                          {NULL, NULL}};
    return oem_account_iam(setup->account, "TagRole", parameters, NULL, why);
}

static enum aws_error make(struct setup *setup, struct setup_item *item, struct text *why)
{
    bool is_new = item->action == SETUP_CREATE;
    enum aws_error error = is_new ? create(setup, item, why) : AWS_OK;

    if (!error && setup_parts_take(&item->parts, TRUSTED))
        error = trust_iot(setup, item, why);
    for (size_t i = 0; !error && i < item->parts.count; i++) {
        const struct setup_part *part = &item->parts.items[i];
        if (strcmp(part->name, TRUSTED) != 0 && (is_new || part->take))
            error = set_policy(setup, item, part, why);
    }
    return error ? error : remember(setup, item, why);
}

static void add(struct setup *setup, const char *suffix, enum role_of of)
{
    TEXT struct text name = TEXT_EMPTY;

    text_printf(&name, "%s-%s", setup->options->name, suffix);
    struct setup_item *item = setup_add(setup, "role", text_get(&name));
    item->index = of;
    item->look = look;
    item->make = make;
}

void setup_add_role(struct setup *setup)
{
    add(setup, "provisioning", OF_PROVISIONING);
}

void setup_add_queue_role(struct setup *setup)
{
    add(setup, "events", OF_QUEUE);
}
