/* SPDX-License-Identifier: Apache-2.0 */
/* The role by which the account's rules send messages to the queue, and nothing else (IoT, "Granting an AWS
 * IoT rule the access it requires"). */
#include <string.h>

#include "account/role_trust.h"
#include "account/setup/private.h"
#include "aws/xml.h"
#include "base/memory.h"
#include "base/percent.h"

#define ALLOWANCE "send-events" /* the inline policy */

enum { TRUST_DIFFERS = 1, ALLOWS_DIFFERENTLY = 2 };

static void allowance(const struct setup *setup, struct text *out)
{
    text_printf(
        out,
        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sqs:SendMessage\","
        "\"Resource\":\"arn:%s:sqs:%s:%s:%s-events\"}]}",
        setup->account->partition, aws_session_region(setup->account->session), setup->account->id,
        setup->options->name);
}

static bool is_allowance(const struct setup *setup, const char *encoded)
{
    TEXT struct text wanted = TEXT_EMPTY;
    TEXT struct text there = TEXT_EMPTY;

    allowance(setup, &wanted);
    if (encoded)
        percent_decode(&there, encoded, strlen(encoded));
    JSON cJSON *ours = json_object_parse(text_get(&wanted), wanted.length);
    JSON cJSON *theirs = json_object_parse(text_get(&there), there.length);
    return theirs && cJSON_Compare(ours, theirs, true);
}

static enum aws_error look_allowance(struct setup *setup, struct setup_item *item, struct text *why)
{
    const struct aws_pair parameters[] = {{"RoleName", item->name}, {"PolicyName", ALLOWANCE}, {NULL, NULL}};
    TEXT struct text said = TEXT_EMPTY;
    struct aws_xml *answer = NULL;

    enum aws_error error = oem_account_iam(setup->account, "GetRolePolicy", parameters, &answer, &said);
    if (error && error != AWS_NOT_FOUND) {
        text_puts(why, text_get(&said));
        return error;
    }
    if (!answer || !is_allowance(setup, aws_xml_text(answer, "GetRolePolicyResult/PolicyDocument", 0)))
        setup_differs(item, ALLOWS_DIFFERENTLY, "it may not send to the queue, or may do something else");
    aws_xml_free(answer);
    return AWS_OK;
}

static enum aws_error look(struct setup *setup, struct setup_item *item, struct text *why)
{
    bool is_trusted = false;

    enum aws_error error = setup_look_role(setup, item, &is_trusted, why);
    if (error || item->action == SETUP_CREATE)
        return error;
    if (!is_trusted)
        setup_differs(item, TRUST_DIFFERS, "AWS IoT may not assume it");
    return look_allowance(setup, item, why);
}

static enum aws_error make(struct setup *setup, struct setup_item *item, struct text *why)
{
    TEXT struct text document = TEXT_EMPTY;
    enum aws_error error = AWS_OK;

    allowance(setup, &document);
    const struct aws_pair policy[] = {{"RoleName", item->name},
                                      {"PolicyName", ALLOWANCE},
                                      {"PolicyDocument", text_get(&document)},
                                      {NULL, NULL}};
    if (item->action == SETUP_CREATE)
        error = setup_create_role(
            setup, item, "AWS IoT sends events to the portal's queue by it (expresslink-claim account)", why);
    if (!error && item->different & TRUST_DIFFERS)
        error = setup_trust_iot(setup, item, why);
    if (!error && (item->action == SETUP_CREATE || item->different & ALLOWS_DIFFERENTLY))
        error = oem_account_iam(setup->account, "PutRolePolicy", policy, NULL, why);
    return error;
}

void setup_add_queue_role(struct setup *setup)
{
    TEXT struct text name = TEXT_EMPTY;

    text_printf(&name, "%s-events", setup->options->name);
    struct setup_item *item = setup_add(setup, "role", text_get(&name));
    item->look = look;
    item->make = make;
}
