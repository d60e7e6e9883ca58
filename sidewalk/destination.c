/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/destination.h"

#include "aws/encoding.h"
#include "base/json_writer.h"

static enum aws_error ask(struct aws_session *session, const char *method, const char *path,
                          const struct text *body, struct text *why)
{
    struct aws_response response = {0};
    const struct aws_request request = {
        .service = "iotwireless",
        .host = "api.iotwireless.%s.amazonaws.com",
        .method = method,
        .path = path,
        .body = body != NULL ? text_get(body) : NULL,
        .body_length = body != NULL ? body->length : 0,
    };
    enum aws_error error = aws_send(session, &request, &response, why);

    aws_response_fini(&response);
    return error;
}

enum aws_error destination_look(struct aws_session *session, const char *name, struct text *why)
{
    TEXT struct text path = TEXT_EMPTY;

    text_puts(&path, "/destinations");
    aws_path_add(&path, name);
    return ask(session, "GET", path.data, NULL, why);
}

enum aws_error destination_create(struct aws_session *session, const char *name, const char *topic,
                                  const char *role, struct text *why)
{
    TEXT struct text body = TEXT_EMPTY, said = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&body);

    json_begin_object(&json, NULL);
    json_write_text(&json, "Name", name);
    json_write_text(&json, "ExpressionType", "MqttTopic");
    json_write_text(&json, "Expression", topic);
    json_write_text(&json, "RoleArn", role);
    json_end_object(&json);
    json_writer_finish(&json);
    enum aws_error error = ask(session, "POST", "/destinations", &body, &said);
    if (error == AWS_CONFLICT) /* an attempt whose answer was lost */
        return AWS_OK;
    text_puts(why, text_get(&said));
    return error;
}
