/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/json_call.h"

#include <string.h>

#include "aws/refusal.h"

#define ANSWER_MAX ((size_t)16 << 20) /* as much as aws/http.h takes */

/* Without the id of the request, which differs each time. */
void aws_explain_failure(const char *action, const char *caller, const struct aws_response *response,
                         const char *said, struct text *why)
{
    const char *message = text_get(&response->message);

    if (aws_refusal_is_permission(response->code))
        text_printf(why, "the permission %s is missing: allow it to %s (%s)", action,
                    caller ? caller : "this program's credentials", *message ? message : response->code);
    else if (response->code[0])
        text_printf(why, "%s: %s%s%s", action, response->code, *message ? ": " : "", message);
    else if (response->status)
        text_printf(why, "%s: HTTP %ld", action, response->status);
    else
        text_printf(why, "%s: %s", action, said);
}

enum aws_error aws_take_object(const char *action, const struct text *body, cJSON **answer, struct text *why)
{
    if (!answer)
        return AWS_OK;
    cJSON *object = body->length ? json_object_parse_within(text_get(body), body->length, ANSWER_MAX)
                                 : cJSON_CreateObject();
    if (!object) {
        text_printf(why, "%s: the answer is not a JSON object", action);
        return AWS_BAD_ANSWER;
    }
    *answer = object;
    return AWS_OK;
}

enum aws_error aws_json_call(struct aws_session *session, const struct aws_json_call *call, cJSON **answer,
                             char code[80], struct text *why)
{
    TEXT struct text target = TEXT_EMPTY, type = TEXT_EMPTY, said = TEXT_EMPTY;

    text_printf(&target, "%s.%s", call->prefix, call->operation);
    text_printf(&type, "application/x-amz-json-%s", call->version);
    const struct aws_pair headers[] = {
        {"Content-Type", text_get(&type)}, {"X-Amz-Target", text_get(&target)}, {NULL, NULL}};
    const struct aws_request request = {
        .service = call->service,
        .host = call->host,
        .region = call->region,
        .method = "POST",
        .path = "/",
        .headers = headers,
        .body = text_get(call->body),
        .body_length = call->body->length,
        .attempts = call->attempts,
        .interrupted = call->interrupted,
    };
    struct aws_response response;

    enum aws_error error = aws_send(session, &request, &response, &said);
    if (error)
        aws_explain_failure(call->action, call->caller, &response, text_get(&said), why);
    else
        error = aws_take_object(call->action, &response.body, answer, why);
    memcpy(code, response.code, sizeof response.code);
    aws_response_fini(&response);
    return error;
}
