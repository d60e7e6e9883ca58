/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the row of the route table for a request. Pure functions, any thread. */
#ifndef SERVER_HTTP_ROUTE_H
#define SERVER_HTTP_ROUTE_H

#include "server/http/http.h"

struct route_parameter {
    const char *start; /* inside path, still percent-encoded */
    size_t length;
};

struct route_match {
    const struct http_route *route; /* NULL: no such path (404), or another method (405) */
    size_t index;
    bool path_known; /* some row has the path */
    struct route_parameter parameters[HTTP_PARAMETERS_MAX];
    size_t parameter_count;
};

/* "GET" gives HTTP_GET; a method that no row can have gives HTTP_METHOD_OTHER. */
enum http_method route_method(const char *name);

/* path: still encoded, without the query. HEAD without a row of its own matches the row for GET. */
struct route_match route_find(const struct http_route *routes, size_t count, enum http_side side,
                              enum http_method method, const char *path);

/* Adds the methods that the path accepts, for the Allow header: "GET, HEAD, POST". */
void route_allowed(const struct http_route *routes, size_t count, enum http_side side, const char *path,
                   struct text *out);

/* The index of the pattern's parameter with this name; HTTP_PARAMETERS_MAX if there is none. */
size_t route_parameter(const char *pattern, const char *name);

#endif
