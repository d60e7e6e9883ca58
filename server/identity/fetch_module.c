/* SPDX-License-Identifier: Apache-2.0 */
/* The module of fetch.h, with libcurl. */
#include <string.h>

#include "aws/http.h"
#include "base/memory.h"
#include "server/identity/fetch.h"

static void *module_open(void)
{
    return aws_http_new();
}

static void module_close(void *own)
{
    aws_http_free(own);
}

static bool module_send(void *own, const struct fetch_request *request, struct fetch_answer *out,
                        struct text *why)
{
    struct aws_url url = {0};
    const struct aws_pair headers[] = {
        {"Accept", "application/json"},
        {request->form ? "Content-Type" : NULL, "application/x-www-form-urlencoded"},
        {request->authorization ? "Authorization" : NULL, request->authorization},
        {NULL, NULL},
    };

    if (!aws_url_parse(request->url, &url, why))
        return false;
    const struct aws_http_request asked = {
        .method = request->form ? "POST" : "GET",
        .url = &url,
        .path = url.path,
        .query = url.query ? url.query : "",
        .headers = headers,
        .body = request->form,
        .body_length = request->form ? strlen(request->form) : 0,
        .body_max = FETCH_BODY_MAX,
        .once = true,
        .connect_ms = FETCH_CONNECT_MS,
        .total_ms = FETCH_TOTAL_MS,
        .interrupted = request->stopped,
    };
    struct aws_http_answer answer;
    bool answered = aws_http_exchange(own, &asked, &answer, why) == AWS_HTTP_ANSWERED;
    out->status = answer.status;
    out->max_age_s = answer.max_age_s;
    if (answered)
        text_add(&out->body, text_get(&answer.body), answer.body.length);
    aws_http_answer_fini(&answer);
    aws_url_fini(&url);
    return answered;
}

const struct fetch_functions fetch_module = {module_open, module_close, module_send};
