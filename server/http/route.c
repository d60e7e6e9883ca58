/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/route.h"

#include <string.h>

static bool pattern_matches(const char *pattern, const char *path, struct route_match *match)
{
    const char *open = strchr(pattern, '{');

    match->parameter = NULL;
    match->parameter_length = 0;
    if (!open)
        return strcmp(pattern, path) == 0;
    size_t head = (size_t)(open - pattern);
    if (strncmp(pattern, path, head) != 0)
        return false;
    const char *tail = strchr(open, '}') + 1;
    bool rest = strncmp(tail - 4, "...}", 4) == 0;
    match->parameter = path + head;
    match->parameter_length = rest ? strlen(path + head) : strcspn(path + head, "/");
    return match->parameter_length > 0 && strcmp(match->parameter + match->parameter_length, tail) == 0;
}

struct route_match route_find(const struct http_route *routes, size_t count, enum http_side side,
                              enum http_method method, const char *path)
{
    struct route_match match = {0}, found = {0};

    for (size_t i = 0; i < count; i++) {
        if (routes[i].side != side || !pattern_matches(routes[i].pattern, path, &match))
            continue;
        found.path_known = true;
        if (routes[i].method != method)
            continue;
        match.path_known = true;
        match.route = &routes[i];
        match.index = i;
        return match;
    }
    return found;
}

void route_allowed(const struct http_route *routes, size_t count, enum http_side side, const char *path,
                   struct text *out)
{
    struct route_match ignored;

    for (size_t i = 0; i < count; i++) {
        if (routes[i].side != side || !pattern_matches(routes[i].pattern, path, &ignored))
            continue;
        if (out->length)
            text_puts(out, ", ");
        text_puts(out, routes[i].method == HTTP_GET ? "GET, HEAD" : "POST");
    }
}
