/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/answers.h"

#include <stdlib.h>

#include "sandbox/cloud/arn.h"

void answer_json(struct cloud_answer *answer, unsigned status, const cJSON *object)
{
    text_clear(&answer->body);
    answer->status = status;
    if (!object)
        return;
    char *bytes = cJSON_PrintUnformatted(object);
    if (!bytes)
        abort();
    answer->content_type = "application/json";
    text_puts(&answer->body, bytes);
    free(bytes);
}

static void add_where_there(cJSON *object, const char *name, const char *text)
{
    if (text)
        cJSON_AddStringToObject(object, name, text);
}

void answer_json_error(struct cloud_answer *answer, unsigned status, const char *type, const char *message,
                       const char *resource_id, const char *resource_type)
{
    JSON cJSON *object = cJSON_CreateObject();

    cJSON_AddStringToObject(object, "Message", message);
    add_where_there(object, "ResourceId", resource_id);
    add_where_there(object, "ResourceType", resource_type);
    answer_json(answer, status, object);
    cloud_answer_header(answer, "x-amzn-ErrorType", type);
}

void answer_iot_error(struct cloud_answer *answer, unsigned status, const char *type, const char *message,
                      const char *resource_id, const char *resource_arn)
{
    JSON cJSON *object = cJSON_CreateObject();

    cJSON_AddStringToObject(object, "message", message);
    add_where_there(object, "resourceId", resource_id);
    add_where_there(object, "resourceArn", resource_arn);
    answer_json(answer, status, object);
    cloud_answer_header(answer, "x-amzn-ErrorType", type);
}

void answer_query_error(struct cloud_answer *answer, unsigned status, const char *code, const char *message)
{
    TEXT struct text xml = TEXT_EMPTY;
    char id[ARN_ID_SIZE];

    arn_new_id(id);
    text_printf(&xml, "<ErrorResponse><Error><Type>%s</Type><Code>%s</Code><Message>",
                status < 500 ? "Sender" : "Receiver", code);
    answer_add_xml(&xml, message);
    text_printf(&xml, "</Message></Error><RequestId>%s</RequestId></ErrorResponse>", id);
    answer_xml(answer, status, text_get(&xml));
}

void answer_add_xml(struct text *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '&')
            text_puts(out, "&amp;");
        else if (*text == '<')
            text_puts(out, "&lt;");
        else if (*text == '>')
            text_puts(out, "&gt;");
        else
            text_add(out, text, 1);
    }
}

void answer_xml(struct cloud_answer *answer, unsigned status, const char *xml)
{
    text_clear(&answer->body);
    answer->status = status;
    answer->content_type = "application/xml";
    text_printf(&answer->body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n%s", xml);
}

void answer_xml_error(struct cloud_answer *answer, unsigned status, const char *code, const char *message,
                      const char *resource)
{
    TEXT struct text xml = TEXT_EMPTY;

    text_printf(&xml, "<Error><Code>%s</Code><Message>", code);
    answer_add_xml(&xml, message);
    text_puts(&xml, "</Message>");
    if (resource) {
        text_puts(&xml, "<Resource>");
        answer_add_xml(&xml, resource);
        text_puts(&xml, "</Resource>");
    }
    text_puts(&xml, "</Error>");
    answer_xml(answer, status, text_get(&xml));
}
