/* SPDX-License-Identifier: Apache-2.0 */
/* Every URL is one row of one table. */
#ifndef SERVER_ROUTES_H
#define SERVER_ROUTES_H

#include "server/http/http.h"

extern const struct http_route routes[];
extern const size_t route_count;

#endif
