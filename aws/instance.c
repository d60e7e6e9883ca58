/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/instance.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/environment.h"
#include "aws/retry.h"
#include "base/memory.h"

#define ATTEMPTS 3
#define CONNECT_MS 1000
#define TOTAL_MS 2000
#define LIFE_S "21600" /* of the token */
#define ROLES "/latest/meta-data/iam/security-credentials/"
#define TOKEN "/latest/api/token"

bool aws_instance_find(const char *given, struct aws_url *out, bool *found, struct text *why)
{
    const char *disabled = aws_variable("AWS_EC2_METADATA_DISABLED");
    const char *mode = aws_variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
    const char *address = aws_variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    TEXT struct text problem = TEXT_EMPTY;

    *found = !(disabled && strcasecmp(disabled, "true") == 0);
    if (!*found)
        return true;
    if (!address)
        address = given;
    if (!address)
        address = mode && strcasecmp(mode, "IPv6") == 0 ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
    if (aws_url_parse(address, out, &problem))
        return true;
    text_printf(why,
                "the address of the EC2 instance metadata service (AWS_EC2_METADATA_SERVICE_ENDPOINT) %s",
                text_get(&problem));
    return false;
}

struct metadata {
    const struct aws_url *url;
    struct aws_http *http;
    const atomic_int *interrupted;
    char *token; /* owned */
    bool again;  /* after a failure: another attempt may succeed */
};

/* One request; the caller frees the text. NULL with a sentence. */
static char *ask(struct metadata *metadata, const char *method, const char *path, struct text *why)
{
    const struct aws_pair first[] = {{"X-aws-ec2-metadata-token-ttl-seconds", LIFE_S}, {NULL, NULL}};
    const struct aws_pair later[] = {{"X-aws-ec2-metadata-token", metadata->token}, {NULL, NULL}};
    TEXT struct text whole = TEXT_EMPTY;
    struct aws_http_answer answer;
    char *value = NULL;

    size_t length = strlen(metadata->url->path);
    text_add(&whole, metadata->url->path,
             length && metadata->url->path[length - 1] == '/' ? length - 1 : length);
    text_puts(&whole, path);
    const struct aws_http_request request = {
        .method = method,
        .url = metadata->url,
        .path = text_get(&whole),
        .query = "",
        .headers = metadata->token ? later : first,
        .body = metadata->token ? NULL : "",
        .connect_ms = CONNECT_MS,
        .total_ms = TOTAL_MS,
        .interrupted = metadata->interrupted,
    };
    enum aws_http_result result = aws_http_exchange(metadata->http, &request, &answer, why);
    metadata->again = false;
    if (result == AWS_HTTP_ANSWERED && answer.status == 200)
        value = memory_string(text_get(&answer.body));
    else if (result == AWS_HTTP_ANSWERED) {
        text_printf(why, "%s%s: HTTP %ld", metadata->url->origin, path, answer.status);
        metadata->again = answer.status == 429 || answer.status >= 500;
    }
    aws_http_answer_fini(&answer);
    return value;
}

static bool is_name(const char *name)
{
    return name[0] && strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+=,.@_-") ==
                          strlen(name);
}

static bool take(const char *body, const char *role, struct aws_credentials *out, struct text *why)
{
    TEXT struct text problem = TEXT_EMPTY;

    if (aws_credentials_parse(body, strlen(body), out, &problem))
        return true;
    text_printf(why, "the answer for the instance's role %.100s %s", role, text_get(&problem));
    return false;
}

static bool ask_once(struct metadata *metadata, struct aws_credentials *out, struct text *why)
{
    TEXT struct text said = TEXT_EMPTY, path = TEXT_EMPTY;

    metadata->token = ask(metadata, "PUT", TOKEN, &said);
    if (!metadata->token) {
        text_printf(
            why,
            "the EC2 instance metadata service does not give a token: %s. In a container its hop limit "
            "must be 2 (aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2); where "
            "this is not EC2, set AWS_EC2_METADATA_DISABLED=true",
            text_get(&said));
        return false;
    }
    OWNED char *role = ask(metadata, "GET", ROLES, &said);
    if (role)
        role[strcspn(role, "\r\n")] = '\0';
    if (!role || !is_name(role)) {
        text_printf(why, "the EC2 instance has no role: attach an instance profile to it (%s)",
                    said.length ? text_get(&said) : "no name of a role");
        return false;
    }
    text_printf(&path, ROLES "%s", role);
    OWNED char *body = ask(metadata, "GET", text_get(&path), why);
    return body && take(body, role, out, why);
}

bool aws_instance_ask(const struct aws_url *url, struct aws_http *http, long long retry_base_ms,
                      const atomic_int *interrupted, struct aws_credentials *out, struct text *why)
{
    struct metadata metadata = {.url = url, .http = http, .interrupted = interrupted};

    for (unsigned failed = 1;; failed++) {
        text_clear(why);
        bool fine = ask_once(&metadata, out, why);
        free(metadata.token);
        metadata.token = NULL;
        if (fine)
            return true;
        if (failed == ATTEMPTS || !metadata.again ||
            !aws_retry_sleep(aws_retry_wait_ms(failed, retry_base_ms, -1), interrupted))
            return false;
    }
}
