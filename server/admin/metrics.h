/* SPDX-License-Identifier: Apache-2.0 */
/* GET /metrics on the admin listener: Prometheus text format 0.0.4. */
#ifndef SERVER_ADMIN_METRICS_H
#define SERVER_ADMIN_METRICS_H

#include "server/http/http.h"

extern const struct http_handler metrics_page;

#endif
