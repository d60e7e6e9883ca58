/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/query.h"

#include <string.h>

#include "aws/encoding.h"

static void write_form(const struct aws_query *query, struct text *out)
{
    text_puts(out, "Action=");
    aws_encode(out, query->action, "");
    text_puts(out, "&Version=");
    aws_encode(out, query->version, "");
    for (const struct aws_pair *pair = query->parameters; pair && pair->name; pair++) {
        text_puts(out, "&");
        aws_encode(out, pair->name, "");
        text_puts(out, "=");
        aws_encode(out, pair->value, "");
    }
}

enum aws_error aws_query(struct aws_session *session, const struct aws_query *query, struct aws_xml **answer,
                         char code[80], struct text *why)
{
    static const struct aws_pair headers[] = {
        {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}, {NULL, NULL}};
    TEXT struct text form = TEXT_EMPTY;
    struct aws_response response;

    write_form(query, &form);
    const struct aws_request request = {
        .service = query->service,
        .host = query->host,
        .region = query->region,
        .method = "POST",
        .path = "/",
        .headers = headers,
        .body = text_get(&form),
        .body_length = form.length,
    };
    enum aws_error error = aws_send(session, &request, &response, why);
    struct aws_xml *xml = NULL;
    if (!error && !(xml = aws_xml_parse(text_get(&response.body), response.body.length))) {
        text_printf(why, "%s %s: the answer is not XML", query->service, query->action);
        error = AWS_BAD_ANSWER;
    }
    memcpy(code, response.code, sizeof response.code);
    aws_response_fini(&response);
    if (!error)
        *answer = xml;
    return error;
}
