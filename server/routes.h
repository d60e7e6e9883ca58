/* SPDX-License-Identifier: Apache-2.0 */
/* The table of all URLs of the portal: one row for each method and path. Read-only. */
#ifndef SERVER_ROUTES_H
#define SERVER_ROUTES_H

#include "server/http/http.h"

extern const struct http_route routes[];
extern const size_t route_count;

#endif
