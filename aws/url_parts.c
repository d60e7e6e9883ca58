/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/url_parts.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

void aws_url_fini(struct aws_url *url)
{
    free(url->origin);
    free(url->host);
    free(url->path);
    free(url->query);
    *url = (struct aws_url){0};
}

/* A part of the URL; the caller frees it. NULL: none. */
static char *url_part(CURLU *parsed, CURLUPart part)
{
    char *value = NULL;

    if (curl_url_get(parsed, part, &value, 0) != CURLUE_OK)
        return NULL;
    char *copy = memory_string(value);
    curl_free(value);
    return copy;
}

static bool is_loopback(const char *host)
{
    struct in_addr four;
    struct in6_addr six;

    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    if (inet_pton(AF_INET6, host, &six) == 1)
        return IN6_IS_ADDR_LOOPBACK(&six);
    return strcasecmp(host, "localhost") == 0;
}

static const char *url_problem(CURLU *parsed)
{
    OWNED char *scheme = url_part(parsed, CURLUPART_SCHEME);
    OWNED char *host = url_part(parsed, CURLUPART_HOST);
    OWNED char *user = url_part(parsed, CURLUPART_USER);
    OWNED char *password = url_part(parsed, CURLUPART_PASSWORD);
    OWNED char *fragment = url_part(parsed, CURLUPART_FRAGMENT);

    if (!scheme || (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0))
        return "must begin with https:// or http://";
    if (!host)
        return "names no host";
    if (user || password)
        return "must not hold a user name or a password";
    return fragment ? "has a # in it" : NULL;
}

static void take_url(CURLU *parsed, struct aws_url *out)
{
    OWNED char *scheme = url_part(parsed, CURLUPART_SCHEME);
    OWNED char *host = url_part(parsed, CURLUPART_HOST);
    OWNED char *port = url_part(parsed, CURLUPART_PORT);
    TEXT struct text origin = TEXT_EMPTY;
    bool bracketed = host[0] == '[';

    text_printf(&origin, "%s://%s%s%s", scheme, host, port ? ":" : "", port ? port : "");
    out->is_tls = strcmp(scheme, "https") == 0;
    out->origin = text_take(&origin);
    out->host = memory_part(host + bracketed, strlen(host) - 2 * (size_t)bracketed);
    out->is_loopback = is_loopback(out->host);
    out->query = url_part(parsed, CURLUPART_QUERY);
    out->path = url_part(parsed, CURLUPART_PATH);
}

bool aws_url_parse(const char *url, struct aws_url *out, struct text *why)
{
    CURLU *parsed = curl_url();
    const char *problem = NULL;

    if (!parsed)
        abort();
    if (curl_url_set(parsed, CURLUPART_URL, url, 0) != CURLUE_OK)
        problem = "is no URL";
    else
        problem = url_problem(parsed);
    if (problem)
        text_puts(why, problem);
    else
        take_url(parsed, out);
    curl_url_cleanup(parsed);
    return !problem;
}
