/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/route.h"

#include <string.h>

static const char *const names[] = {
    [HTTP_GET] = "GET", [HTTP_HEAD] = "HEAD",   [HTTP_POST] = "POST",
    [HTTP_PUT] = "PUT", [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE",
};
#define METHODS (sizeof names / sizeof *names)

const char *http_method_name(enum http_method method)
{
    return method < METHODS ? names[method] : "any";
}

enum http_method route_method(const char *name)
{
    enum http_method method = 0;

    while (method < METHODS && strcmp(names[method], name) != 0)
        method++;
    return method < METHODS ? method : HTTP_METHOD_OTHER;
}

/* Matches the parameter at *pattern and returns the rest of the path; NULL if there is nothing to match. */
static const char *take_parameter(const char **pattern, const char *path, struct route_match *match)
{
    const char *end = strchr(*pattern, '}');
    bool rest = strncmp(end - 3, "...", 3) == 0;
    size_t length = rest ? strlen(path) : strcspn(path, "/");

    if (length == 0 || match->parameter_count == HTTP_PARAMETERS_MAX)
        return NULL;
    match->parameters[match->parameter_count++] = (struct route_parameter){path, length};
    *pattern = end + 1;
    return path + length;
}

static bool pattern_matches(const char *pattern, const char *path, struct route_match *match)
{
    match->parameter_count = 0;
    while (path && *pattern) {
        if (*pattern == '{')
            path = take_parameter(&pattern, path, match);
        else if (*pattern++ != *path++)
            return false;
    }
    return path && *path == '\0';
}

struct route_match route_find(const struct http_route *routes, size_t count, enum http_side side,
                              enum http_method method, const char *path)
{
    struct route_match match = {0}, found = {0};

    for (size_t i = 0; i < count; i++) {
        bool fits = routes[i].method == method || (method == HTTP_HEAD && routes[i].method == HTTP_GET);
        if (routes[i].side != side || (found.route && routes[i].method != method) ||
            !pattern_matches(routes[i].pattern, path, &match))
            continue;
        if (fits) {
            found = match;
            found.route = &routes[i];
            found.index = i;
        }
        found.path_known = true;
        if (fits && routes[i].method == method)
            break;
    }
    return found;
}

void route_allowed(const struct http_route *routes, size_t count, enum http_side side, const char *path,
                   struct text *out)
{
    bool taken[METHODS] = {false};
    struct route_match ignored;

    for (size_t i = 0; i < count; i++)
        if (routes[i].side == side && routes[i].method < METHODS &&
            pattern_matches(routes[i].pattern, path, &ignored))
            taken[routes[i].method] = true;
    taken[HTTP_HEAD] = taken[HTTP_HEAD] || taken[HTTP_GET];
    for (enum http_method method = 0; method < METHODS; method++) {
        if (!taken[method])
            continue;
        text_puts(out, out->length ? ", " : "");
        text_puts(out, names[method]);
    }
}

size_t route_parameter(const char *pattern, const char *name)
{
    size_t length = strlen(name), at = 0;

    for (const char *open = strchr(pattern, '{'); open; open = strchr(open + 1, '{'), at++)
        if (strncmp(open + 1, name, length) == 0 && strchr("}.", open[1 + length]))
            return at;
    return HTTP_PARAMETERS_MAX;
}
