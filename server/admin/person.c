/* SPDX-License-Identifier: Apache-2.0 */
#include "server/admin/person.h"

#include <string.h>

#include "base/utf8.h"
#include "server/portal/problem.h"
#include "server/store/erasure.h"

/* Accepts exactly one member, email or token. */
static bool parse(struct person *person)
{
    const cJSON *only = person->body ? person->body->child : NULL;

    if (!only || only->next || !cJSON_IsString(only) || !*only->valuestring ||
        !utf8_is_valid(only->valuestring, strlen(only->valuestring)))
        return false;
    if (strcmp(only->string, "email") == 0)
        person->email = only->valuestring;
    else if (strcmp(only->string, "token") == 0 && erasure_token_is_sound(only->valuestring))
        person->token = only->valuestring;
    return person->email || person->token;
}

bool person_read(struct http_exchange *exchange, struct person *out)
{
    size_t length;
    const char *bytes = http_request_body(exchange, &length);

    if (!http_request_is_from_this_machine(exchange)) {
        problem_answer_detail(
            exchange, 403,
            "Requests about a person are only accepted from the portal's own machine, and not "
            "through a proxy. Send the request from there.");
        return false;
    }
    out->body = json_object_parse(bytes, length);
    if (parse(out))
        return true;
    problem_answer_detail(
        exchange, 400,
        "The body must be a JSON object with one member: email, a string, or token, a whole token.");
    return false;
}

void person_fini(struct person *person)
{
    cJSON_Delete(person->body);
}
