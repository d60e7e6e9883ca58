/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the row of the route table for a request. Pure functions, any thread. */
#ifndef SERVER_HTTP_ROUTE_H
#define SERVER_HTTP_ROUTE_H

#include "server/http/http.h"

struct route_parameter {
    const char *start; /* inside path, still percent-encoded */
    size_t length;
};

struct route_match {
    const struct http_route *route; /* NULL: no such path (404), or not with this method (405) */
    size_t index;
    bool path_known; /* some row has the path: 405, not 404 */
    struct route_parameter parameters[HTTP_PARAMETERS_MAX];
    size_t parameter_count;
};

/* "GET" is HTTP_GET; HTTP_METHOD_OTHER when no row can have it. */
enum http_method route_method(const char *name);

/* path: raw, up to the '?'. A HEAD without a row of its own goes where GET goes. */
struct route_match route_find(const struct http_route *routes, size_t count, enum http_side side,
                              enum http_method method, const char *path);

/* Adds the methods that path takes, for Allow: "GET, HEAD, POST". */
void route_allowed(const struct http_route *routes, size_t count, enum http_side side, const char *path,
                   struct text *out);

/* Which of the pattern's parameters has this name: 0 is the first; HTTP_PARAMETERS_MAX: none. */
size_t route_parameter(const char *pattern, const char *name);

#endif
