/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/query_calls.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sandbox/cloud/answers.h"
#include "sandbox/cloud/arn.h"
#include "sandbox/cloud/uri.h"

static const char *form_of(const struct cloud_call *call)
{
    return strcmp(call->request->method, "POST") == 0 ? text_get(&call->body.memory) : call->request->query;
}

/* In a form a plus means a space. */
static bool read_field(const char *form, const char *name, struct text *out)
{
    TEXT struct text spaced = TEXT_EMPTY;

    for (; *form; form++)
        text_puts(&spaced, *form == '+' ? "%20" : (const char[]){*form, '\0'});
    return uri_field(text_get(&spaced), name, out);
}

static const struct query_row *find_row(const struct cloud_call *call, const struct query_row *rows,
                                        size_t count)
{
    TEXT struct text name = TEXT_EMPTY;

    if (strcmp(call->request->path, "/") != 0 || !read_field(form_of(call), "Action", &name))
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (strcmp(strchr(rows[i].action, ':') + 1, text_get(&name)) == 0)
            return &rows[i];
    return NULL;
}

const char *query_action(const struct cloud_call *call, const struct query_row *rows, size_t count)
{
    const struct query_row *row = find_row(call, rows, count);

    return row ? row->action : NULL;
}

bool query_field(const struct query_call *call, const char *name, struct text *out)
{
    return read_field(call->form, name, out);
}

void query_fail(struct query_call *call, unsigned status, const char *code, const char *format, ...)
{
    char message[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (!call->failed)
        answer_query_error(call->answer, status, code, message);
    call->failed = true;
}

void query_add(struct query_call *call, const char *name, const char *text)
{
    text_printf(&call->result, "<%s>", name);
    answer_add_xml(&call->result, text);
    text_printf(&call->result, "</%s>", name);
}

void query_answer(struct cloud *cloud, struct cloud_call *whole, const struct query_row *rows, size_t count,
                  const char *name_space, struct cloud_answer *answer)
{
    const struct query_row *row = find_row(whole, rows, count);
    struct query_call call = {
        .cloud = cloud, .name = strchr(row->action, ':') + 1, .form = form_of(whole), .answer = answer};
    TEXT struct text xml = TEXT_EMPTY;
    char id[ARN_ID_SIZE];

    row->handle(&call);
    arn_new_id(id);
    text_printf(&xml, "<%sResponse xmlns=\"%s\">", call.name, name_space);
    if (call.result.length)
        text_printf(&xml, "<%sResult>%s</%sResult>", call.name, text_get(&call.result), call.name);
    text_printf(&xml, "<ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata></%sResponse>", id,
                call.name);
    if (!call.failed)
        answer_xml(answer, 200, text_get(&xml));
    text_fini(&call.result);
}
