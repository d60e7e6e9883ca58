/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/container.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "aws/environment.h"
#include "aws/retry.h"
#include "base/file.h"
#include "base/memory.h"

#define ATTEMPTS 3
#define CONNECT_MS 2000
#define TOTAL_MS 5000
#define TOKEN_FILE_MAX 65536
#define ORIGIN "http://169.254.170.2"

/* Plain HTTP is allowed only to this machine and to the link-local addresses of ECS and EKS. */
static bool may_be_plain(const struct aws_url *url)
{
    static const char *const addresses[] = {"169.254.170.2", "169.254.170.23", "fd00:ec2::23"};
    struct in6_addr given, known;

    for (size_t i = 0; i < 2; i++)
        if (strcmp(url->host, addresses[i]) == 0)
            return true;
    return url->is_loopback ||
           (inet_pton(AF_INET6, url->host, &given) == 1 && inet_pton(AF_INET6, addresses[2], &known) == 1 &&
            memcmp(&given, &known, sizeof known) == 0);
}

static bool parse(const char *relative, const char *full, struct aws_url *out, struct text *why)
{
    TEXT struct text url = TEXT_EMPTY;

    if (relative && relative[0] != '/') {
        text_puts(why, "must begin with a slash");
        return false;
    }
    text_printf(&url, "%s%s", relative ? ORIGIN : "", relative ? relative : full);
    if (!aws_url_parse(text_get(&url), out, why))
        return false;
    if (out->is_tls || may_be_plain(out))
        return true;
    text_puts(why, "is http to another machine: use https, or one of the container's own addresses");
    return false;
}

bool aws_container_find(struct aws_url *out, bool *found, struct text *why)
{
    const char *relative = aws_variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = aws_variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    TEXT struct text problem = TEXT_EMPTY;

    *found = relative || full;
    if (!*found || parse(relative, full, out, &problem))
        return true;
    text_printf(why, "AWS_CONTAINER_CREDENTIALS_%s_URI %s", relative ? "RELATIVE" : "FULL",
                text_get(&problem));
    return false;
}

/* Reads the token file every time, because EKS replaces it. NULL: no token, or *why says what is wrong. */
static char *read_token(struct text *why)
{
    const char *path = aws_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    char *token = NULL;
    size_t length = 0;

    if (!path)
        return memory_string(aws_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN"));
    int error = file_read(path, TOKEN_FILE_MAX, &token, &length);
    if (error) {
        text_printf(why, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: %s: %s", path, strerror(error));
        return NULL;
    }
    while (length && strchr(" \t\r\n", token[length - 1]))
        token[--length] = '\0';
    return token;
}

/* One attempt. *again: a retry may succeed. */
static bool ask_once(struct aws_http *http, const struct aws_http_request *request,
                     struct aws_credentials *out, bool *again, struct text *why)
{
    struct aws_http_answer answer;
    enum aws_http_result result = aws_http_exchange(http, request, &answer, why);
    TEXT struct text problem = TEXT_EMPTY;
    bool fine = false;

    *again = result == AWS_HTTP_LOST;
    if (result == AWS_HTTP_ANSWERED && answer.status != 200) {
        text_printf(why, "%s: the container's credentials endpoint answers HTTP %ld", request->url->origin,
                    answer.status);
        *again = answer.status == 429 || answer.status >= 500;
    } else if (result == AWS_HTTP_ANSWERED) {
        fine = aws_credentials_parse(text_get(&answer.body), answer.body.length, out, &problem);
        if (!fine)
            text_printf(why, "%s: the answer of the container's credentials endpoint %s",
                        request->url->origin, text_get(&problem));
    }
    aws_http_answer_fini(&answer);
    return fine;
}

bool aws_container_ask(const struct aws_url *url, struct aws_http *http, const char *ca_file,
                       long long retry_base_ms, const atomic_int *interrupted, struct aws_credentials *out,
                       struct text *why)
{
    OWNED char *token = read_token(why);
    const struct aws_pair headers[] = {
        {"Accept", "application/json"}, {token ? "Authorization" : NULL, token}, {NULL, NULL}};
    const struct aws_http_request request = {
        .method = "GET",
        .url = url,
        .path = url->path,
        .query = url->query ? url->query : "",
        .headers = headers,
        .ca_file = ca_file,
        .connect_ms = CONNECT_MS,
        .total_ms = TOTAL_MS,
        .interrupted = interrupted,
    };
    bool again = why->length == 0;

    for (unsigned failed = 0; again;) {
        text_clear(why);
        if (ask_once(http, &request, out, &again, why))
            return true;
        if (++failed == ATTEMPTS || !again ||
            !aws_retry_sleep(aws_retry_wait_ms(failed, retry_base_ms, -1), interrupted))
            break;
    }
    return false;
}
