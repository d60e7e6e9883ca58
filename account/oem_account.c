/* SPDX-License-Identifier: Apache-2.0 */
#include "account/oem_account.h"

#include <stdlib.h>
#include <string.h>

#include "aws/json_call.h"
#include "aws/partition.h"
#include "aws/query.h"
#include "aws/refusal.h"
#include "aws/sqs.h"
#include "base/memory.h"

#define PAGES_MAX 10000

/* Appends the action that AWS reports as missing (iam:PassRole, if a role is passed), otherwise action. */
static void missing_action(const char *action, const char *said, struct text *out)
{
    static const char before[] = "to perform: ";
    const char *named = strstr(said, before);
    size_t length = named ? strcspn(named + strlen(before), " ,;)") : 0;

    if (length > 0 && memchr(named + strlen(before), ':', length))
        text_add(out, named + strlen(before), length);
    else
        text_puts(out, action);
}

/* Writes the error sentence for an action. code distinguishes a missing permission from a wrong signature. */
static void explain(const struct oem_account *account, const char *action, const char *code, const char *said,
                    struct text *why)
{
    TEXT struct text missing = TEXT_EMPTY;

    missing_action(action, said, &missing);
    if (aws_refusal_is_permission(code))
        text_printf(why, "the permission %s is missing: allow it to %s, then run this again (%s)",
                    text_get(&missing), account->caller ? account->caller : "these credentials", said);
    else
        text_printf(why, "%s: %s", action, said);
}

static bool is_account_id(const char *text)
{
    return text && strlen(text) == OEM_ACCOUNT_ID_SIZE - 1 &&
           strspn(text, "0123456789") == OEM_ACCOUNT_ID_SIZE - 1;
}

enum aws_error oem_account_open(struct aws_session *session, struct oem_account *out, struct text *why)
{
    const struct aws_query query = {
        .service = "sts",
        .host = "sts.%s.amazonaws.com",
        .version = "2011-06-15",
        .action = "GetCallerIdentity",
    };
    struct oem_account account = {.session = session,
                                  .partition = aws_partition_of(aws_session_region(session))->name};
    TEXT struct text said = TEXT_EMPTY;
    struct aws_xml *answer = NULL;
    char code[80] = "";

    enum aws_error error = aws_query(session, &query, &answer, code, &said);
    if (error) {
        explain(&account, "sts:GetCallerIdentity", code, text_get(&said), why);
        return error;
    }
    const char *id = aws_xml_text(answer, "GetCallerIdentityResult/Account", 0);
    const char *caller = aws_xml_text(answer, "GetCallerIdentityResult/Arn", 0);
    if (is_account_id(id) && caller) {
        memcpy(account.id, id, OEM_ACCOUNT_ID_SIZE);
        account.caller = memory_string(caller);
        *out = account;
    } else {
        text_puts(why, "sts:GetCallerIdentity: the answer has no account");
        error = AWS_BAD_ANSWER;
    }
    aws_xml_free(answer);
    return error;
}

void oem_account_fini(struct oem_account *account)
{
    free(account->caller);
    account->caller = NULL;
}

/* Appends the existing resource, if the error names it. */
static void add_resource(const struct text *body, struct text *out)
{
    JSON cJSON *object = json_object_parse(text_get(body), body->length);
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(object, "resourceId");

    if (cJSON_IsString(id))
        text_puts(out, id->valuestring);
}

enum aws_error oem_account_iot(const struct oem_account *account, const struct iot_call *call, cJSON **answer,
                               struct text *resource, struct text *why)
{
    OWNED char *body = call->body ? cJSON_PrintUnformatted(call->body) : NULL;
    const struct aws_request request = {
        .service = "iot",
        .host = "iot.%s.amazonaws.com",
        .method = call->method,
        .path = call->path,
        .query = call->query,
        .headers = call->headers,
        .body = body,
        .body_length = body ? strlen(body) : 0,
        .attempts = call->attempts,
    };
    TEXT struct text said = TEXT_EMPTY;
    struct aws_response response;

    enum aws_error error = aws_send(account->session, &request, &response, &said);
    if (error) {
        explain(account, call->action, response.code, text_get(&said), why);
        if (error == AWS_CONFLICT && resource)
            add_resource(&response.body, resource);
    } else {
        error = aws_take_object(call->action, &response.body, answer, why);
    }
    aws_response_fini(&response);
    return error;
}

enum aws_error oem_account_iam(const struct oem_account *account, const char *action,
                               const struct aws_pair *parameters, struct aws_xml **answer, struct text *why)
{
    const struct aws_partition *partition = aws_partition_of(aws_session_region(account->session));
    const struct aws_query query = {
        .service = "iam",
        .host = partition->iam_host,
        .region = partition->iam_region,
        .version = "2010-05-08",
        .action = action,
        .parameters = parameters,
    };
    TEXT struct text said = TEXT_EMPTY, name = TEXT_EMPTY;
    struct aws_xml *xml = NULL;
    char code[80] = "";

    enum aws_error error = aws_query(account->session, &query, &xml, code, &said);
    if (error) {
        text_printf(&name, "iam:%s", action);
        explain(account, text_get(&name), code, text_get(&said), why);
        return error;
    }
    if (answer)
        *answer = xml;
    else
        aws_xml_free(xml);
    return AWS_OK;
}

enum aws_error oem_account_sqs(const struct oem_account *account, const char *operation, cJSON *body,
                               cJSON **answer, char code[80], struct text *why)
{
    JSON cJSON *owned = body;
    OWNED char *bytes = cJSON_PrintUnformatted(owned);
    TEXT struct text sent = TEXT_EMPTY, action = TEXT_EMPTY;
    char own_code[80] = "";

    text_puts(&sent, bytes ? bytes : "{}");
    text_printf(&action, "sqs:%s", operation);
    const struct aws_json_call call = {
        .service = AWS_SQS_SERVICE,
        .host = AWS_SQS_HOST,
        .prefix = AWS_SQS_PREFIX,
        .operation = operation,
        .action = text_get(&action),
        .caller = account->caller,
        .version = AWS_SQS_VERSION,
        .body = &sent,
    };
    enum aws_error error = aws_json_call(account->session, &call, answer, own_code, why);
    if (code)
        memcpy(code, own_code, sizeof own_code);
    return error;
}

/* Returns the parameter for the next page; a NULL value: this was the last one. */
static struct aws_pair next_page(const cJSON *page)
{
    const cJSON *marker = cJSON_GetObjectItemCaseSensitive(page, "nextMarker");
    const cJSON *token = cJSON_GetObjectItemCaseSensitive(page, "nextToken");

    if (cJSON_IsString(marker) && marker->valuestring[0])
        return (struct aws_pair){"marker", marker->valuestring};
    if (cJSON_IsString(token) && token->valuestring[0])
        return (struct aws_pair){"nextToken", token->valuestring};
    return (struct aws_pair){NULL, NULL};
}

static bool give_items(const cJSON *page, const char *member, bool (*each)(void *context, const cJSON *item),
                       void *context)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(page, member))
    {
        if (!each(context, item))
            return false;
    }
    return true;
}

enum aws_error oem_account_list(const struct oem_account *account, const struct iot_call *call,
                                const char *member, bool (*each)(void *context, const cJSON *item),
                                void *context, struct text *why)
{
    size_t count = 0;

    while (call->query && call->query[count].name)
        count++;
    OWNED struct aws_pair *query = memory_new(count + 2, sizeof *query);
    OWNED char *marker = NULL;
    struct iot_call asked = *call;
    for (size_t i = 0; i < count; i++)
        query[i] = call->query[i];
    asked.query = query;
    for (int pages = 0; pages < PAGES_MAX; pages++) {
        JSON cJSON *page = NULL;
        enum aws_error error = oem_account_iot(account, &asked, &page, NULL, why);
        if (error || !give_items(page, member, each, context))
            return error;
        struct aws_pair next = next_page(page);
        if (!next.value)
            return AWS_OK;
        free(marker);
        marker = memory_string(next.value);
        query[count] = (struct aws_pair){next.name, marker};
    }
    text_printf(why, "%s: the list does not end", call->action);
    return AWS_BAD_ANSWER;
}

void oem_account_arn(const struct oem_account *account, const char *resource, struct text *out)
{
    text_printf(out, "arn:%s:iot:%s:%s:%s", account->partition, aws_session_region(account->session),
                account->id, resource);
}
