/* SPDX-License-Identifier: Apache-2.0 */
/* For operators, on a listener of their own. */
#ifndef SERVER_HANDLERS_ADMIN_H
#define SERVER_HANDLERS_ADMIN_H

#include "server/http/http.h"

/* GET /livez: the process answers. GET /readyz: it takes claims; 503 while the store cannot be written and
 * while it shuts down. A staging or OEM account that cannot be reached is told there and does not make the
 * portal unready: claims are kept until it can. GET /metrics: Prometheus text format 0.0.4. */
extern const struct http_handler admin_live, admin_ready, admin_metrics;

#endif
