/* SPDX-License-Identifier: Apache-2.0 */
#include "server/operator/admin_client.h"

#include "base/json.h"
#include "base/local_http.h"

bool admin_call(const struct admin_request *request, unsigned *status, struct text *body, struct text *why)
{
    const struct local_http_request wanted = {.address = request->address,
                                              .method = request->method,
                                              .path = request->path,
                                              .json = request->json,
                                              .csv = request->csv,
                                              .seconds = request->seconds};
    struct local_http_answer answer;

    if (!*request->address) {
        text_puts(why, "[http] admin_listen is empty, so the portal cannot be reached; set it to an address "
                       "such as 127.0.0.1:9090");
        return false;
    }
    bool connected = local_http_call(&wanted, &answer);
    if (connected) {
        *status = answer.status;
        text_puts(body, text_get(&answer.body));
    } else {
        text_printf(why, "cannot connect to the portal's admin listener on %s; check that the portal runs",
                    request->address);
    }
    text_fini(&answer.body);
    return connected;
}

void admin_refusal(const struct admin_request *request, unsigned status, const struct text *body,
                   struct text *why)
{
    JSON cJSON *object = json_object_parse(text_get(body), body->length);
    const cJSON *detail = cJSON_GetObjectItemCaseSensitive(object, "detail");

    if (status >= 400 && status < 500 && cJSON_IsString(detail))
        text_puts(why, detail->valuestring);
    else
        text_printf(why, "%s %s on %s was answered with status %u: %s", request->method, request->path,
                    request->address, status, text_get(body));
}
