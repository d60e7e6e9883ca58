/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the row of the route table for a request. Pure functions, any thread. */
#ifndef SERVER_HTTP_ROUTE_H
#define SERVER_HTTP_ROUTE_H

#include "server/http/http.h"

struct route_match {
    const struct http_route *route; /* NULL: no such path (404), or not with this method (405) */
    size_t index;
    bool path_known;       /* some row has the path: 405, not 404 */
    const char *parameter; /* inside path, still percent-encoded; NULL: none */
    size_t parameter_length;
};

/* path: raw, up to the '?'. */
struct route_match route_find(const struct http_route *routes, size_t count, enum http_side side,
                              enum http_method method, const char *path);

/* For the Allow header: "GET, HEAD, POST". */
void route_allowed(const struct http_route *routes, size_t count, enum http_side side, const char *path,
                   struct text *out);

#endif
