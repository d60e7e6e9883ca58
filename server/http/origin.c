/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/origin.h"

#include <string.h>
#include <strings.h>

/* "https://host:port", or the "host:port" of a Host header, without the scheme's own port. */
struct authority {
    const char *start;
    size_t length;
};

static bool ends_with(const struct authority *authority, const char *port)
{
    size_t length = strlen(port);

    return authority->length > length &&
           memcmp(authority->start + authority->length - length, port, length) == 0;
}

static struct authority authority_of(const char *url, const char *scheme)
{
    const char *colon = strstr(url, "://");
    struct authority authority = {colon ? colon + 3 : url, 0};

    authority.length = strcspn(authority.start, "/");
    const char *port = strncasecmp(scheme, "https:", 6) == 0 ? ":443" : ":80";
    if (ends_with(&authority, port))
        authority.length -= strlen(port);
    return authority;
}

static bool are_equal(const struct authority *left, const struct authority *right)
{
    return left->length > 0 && left->length == right->length &&
           strncasecmp(left->start, right->start, left->length) == 0;
}

static bool is_same_scheme(const char *left, const char *right)
{
    size_t length = strcspn(left, ":") + 1;

    return strncasecmp(left, right, length) == 0;
}

/* A proxy in front may speak TLS for us, so the scheme only counts where our address is known. */
static bool is_own(const struct origin *request, const char *public_url)
{
    struct authority origin = authority_of(request->origin, request->origin);
    struct authority own = authority_of(public_url, public_url);

    if (are_equal(&origin, &own) && is_same_scheme(request->origin, public_url))
        return true;
    struct authority host = authority_of(request->host ? request->host : "", request->origin);
    return are_equal(&origin, &host);
}

bool origin_is_foreign(const struct origin *request, const char *public_url)
{
    if (request->fetch_site)
        return strcmp(request->fetch_site, "same-origin") != 0 && strcmp(request->fetch_site, "none") != 0;
    if (!request->origin || strcmp(request->origin, "null") == 0)
        return false;
    return !is_own(request, public_url);
}

bool origin_is_secure(const char *host, const char *forwarded_proto, const char *public_url)
{
    static const char *const local[] = {"localhost", "127.0.0.1", "[::1]"};

    if (strncasecmp(public_url, "https://", 8) == 0 ||
        (forwarded_proto && strcasecmp(forwarded_proto, "https") == 0))
        return true;
    for (size_t i = 0; host && i < sizeof local / sizeof *local; i++) {
        size_t length = strlen(local[i]);
        if (strncasecmp(host, local[i], length) == 0 && (!host[length] || host[length] == ':'))
            return true;
    }
    return false;
}
