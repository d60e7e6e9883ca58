/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/thing_connectivity.h"

#include <string.h>

#include "aws/encoding.h"
#include "aws/json_call.h"
#include "base/json.h"

#define ATTEMPTS 2        /* the caller waits and tries again; this is for connections that were closed */
#define SECONDS_MOST 1e11 /* a larger time stamp can only be in milliseconds */
#define STAMP_MOST 4102444800000.0 /* the year 2100 */

/* The API's model has seconds with a fraction; its description of an older call has milliseconds. */
static long long stamp_of(const cJSON *answer)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(answer, "timestamp");
    double stamp = cJSON_IsNumber(item) ? item->valuedouble : 0;

    if (stamp < SECONDS_MOST)
        stamp *= 1000;
    return stamp > 0 && stamp < STAMP_MOST ? (long long)stamp : 0;
}

static enum aws_error take_answer(const struct text *body, struct aws_thing_connectivity *out,
                                  struct text *why)
{
    JSON cJSON *answer = json_object_parse(text_get(body), body->length);

    if (!answer) {
        text_puts(why, AWS_CONNECTIVITY_ACTION ": the answer is not a JSON object");
        return AWS_BAD_ANSWER;
    }
    *out = (struct aws_thing_connectivity){
        .exists = true,
        .connected = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(answer, "connected")),
        .since_ms = stamp_of(answer),
    };
    return AWS_OK;
}

static void explain(const struct aws_response *response, const char *said, struct text *why)
{
    aws_explain_failure(AWS_CONNECTIVITY_ACTION, NULL, response, said, why);
    if (strcmp(response->code, AWS_CONNECTIVITY_NO_INDEX) == 0)
        text_puts(why, "; " AWS_CONNECTIVITY_ADVICE);
}

enum aws_error aws_thing_connectivity(struct aws_session *session, const char *thing_name,
                                      const atomic_int *interrupted, struct aws_thing_connectivity *out,
                                      char code[80], struct text *why)
{
    TEXT struct text path = TEXT_EMPTY, said = TEXT_EMPTY;
    struct aws_response response;

    aws_path_add(&path, "things");
    aws_path_add(&path, thing_name);
    aws_path_add(&path, "connectivity-data");
    const struct aws_request request = {
        .service = "iot",
        .host = "iot.%s.amazonaws.com",
        .method = "POST",
        .path = text_get(&path),
        .attempts = ATTEMPTS,
        .interrupted = interrupted,
    };
    enum aws_error error = aws_send(session, &request, &response, &said);
    memcpy(code, response.code, sizeof response.code);
    if (error == AWS_NOT_FOUND && strcmp(code, "ResourceNotFoundException") == 0) {
        *out = (struct aws_thing_connectivity){.exists = false};
        error = AWS_OK;
    } else if (error) {
        explain(&response, text_get(&said), why);
    } else {
        error = take_answer(&response.body, out, why);
    }
    aws_response_fini(&response);
    return error;
}
