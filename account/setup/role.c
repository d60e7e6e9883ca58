/* SPDX-License-Identifier: Apache-2.0 */
/* The role by which AWS IoT makes things (IoT, "Provisioning"; managed policy AWSIoTThingsRegistration). */
#include <stdlib.h>
#include <string.h>

#include "account/role_trust.h"
#include "account/setup/private.h"
#include "aws/xml.h"
#include "base/memory.h"

#define TRUST                                                                                                \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":"           \
    "\"iot.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}"

enum { TRUST_DIFFERS = 1, NOT_ATTACHED = 2 };

static void managed_policy(const struct setup *setup, struct text *out)
{
    text_printf(out, "arn:%s:iam::aws:policy/service-role/AWSIoTThingsRegistration",
                setup->account->partition);
}

static enum aws_error look_attached(struct setup *setup, struct setup_item *item, struct text *why)
{
    const struct aws_pair parameters[] = {{"RoleName", item->name}, {NULL, NULL}};
    TEXT struct text wanted = TEXT_EMPTY;
    struct aws_xml *answer = NULL;
    const char *arn;
    bool attached = false;

    enum aws_error error =
        oem_account_iam(setup->account, "ListAttachedRolePolicies", parameters, &answer, why);
    if (error)
        return error;
    managed_policy(setup, &wanted);
    for (size_t i = 0;
         (arn = aws_xml_text(answer, "ListAttachedRolePoliciesResult/AttachedPolicies/member/PolicyArn", i));
         i++)
        attached = attached || strcmp(arn, text_get(&wanted)) == 0;
    aws_xml_free(answer);
    if (!attached)
        setup_differs(item, NOT_ATTACHED, "AWSIoTThingsRegistration is not attached to it");
    return AWS_OK;
}

enum aws_error setup_look_role(struct setup *setup, struct setup_item *item, bool *is_trusted,
                               struct text *why)
{
    const struct aws_pair parameters[] = {{"RoleName", item->name}, {NULL, NULL}};
    TEXT struct text said = TEXT_EMPTY;
    struct aws_xml *answer = NULL;

    enum aws_error error = oem_account_iam(setup->account, "GetRole", parameters, &answer, &said);
    if (error == AWS_NOT_FOUND) {
        item->action = SETUP_CREATE;
        return AWS_OK;
    }
    if (error) {
        text_puts(why, text_get(&said));
        return error;
    }
    item->seen = memory_string(aws_xml_text(answer, "GetRoleResult/Role/Arn", 0));
    *is_trusted =
        role_trust_lets_iot_in(aws_xml_text(answer, "GetRoleResult/Role/AssumeRolePolicyDocument", 0));
    aws_xml_free(answer);
    return AWS_OK;
}

static enum aws_error look(struct setup *setup, struct setup_item *item, struct text *why)
{
    bool is_trusted = false;

    enum aws_error error = setup_look_role(setup, item, &is_trusted, why);
    if (error || item->action == SETUP_CREATE)
        return error;
    if (item->seen) {
        free(setup->role_arn);
        setup->role_arn = memory_string(item->seen);
    }
    if (!is_trusted)
        setup_differs(item, TRUST_DIFFERS, "AWS IoT may not assume it");
    return look_attached(setup, item, why);
}

enum aws_error setup_create_role(const struct setup *setup, const struct setup_item *item,
                                 const char *description, struct text *why)
{
    const struct aws_pair parameters[] = {{"RoleName", item->name},
                                          {"AssumeRolePolicyDocument", TRUST},
                                          {"Description", description},
                                          {NULL, NULL}};
    TEXT struct text said = TEXT_EMPTY;

    enum aws_error error = oem_account_iam(setup->account, "CreateRole", parameters, NULL, &said);
    if (error == AWS_CONFLICT) /* an attempt whose answer was lost */
        return AWS_OK;
    if (error)
        text_puts(why, text_get(&said));
    return error;
}

enum aws_error setup_trust_iot(const struct setup *setup, const struct setup_item *item, struct text *why)
{
    const struct aws_pair trust[] = {{"RoleName", item->name}, {"PolicyDocument", TRUST}, {NULL, NULL}};

    return oem_account_iam(setup->account, "UpdateAssumeRolePolicy", trust, NULL, why);
}

static enum aws_error make(struct setup *setup, struct setup_item *item, struct text *why)
{
    TEXT struct text policy = TEXT_EMPTY;
    enum aws_error error = AWS_OK;

    managed_policy(setup, &policy);
    const struct aws_pair attachment[] = {
        {"RoleName", item->name}, {"PolicyArn", text_get(&policy)}, {NULL, NULL}};
    if (item->action == SETUP_CREATE)
        error = setup_create_role(
            setup, item, "AWS IoT makes things of certificates by it (expresslink-claim account)", why);
    if (!error && item->different & TRUST_DIFFERS)
        error = setup_trust_iot(setup, item, why);
    if (!error && (item->action == SETUP_CREATE || item->different & NOT_ATTACHED))
        error = oem_account_iam(setup->account, "AttachRolePolicy", attachment, NULL, why);
    return error;
}

void setup_add_role(struct setup *setup)
{
    TEXT struct text name = TEXT_EMPTY;

    text_printf(&name, "%s-provisioning", setup->options->name);
    struct setup_item *item = setup_add(setup, "role", text_get(&name));
    item->look = look;
    item->make = make;
}
