/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the portal is well, for those who run it and for what restarts it. */
#ifndef SERVER_ADMIN_HEALTH_H
#define SERVER_ADMIN_HEALTH_H

#include "server/http/http.h"

/* GET /livez: the process answers. */
extern const struct http_handler health_live;
/* GET /readyz: it takes claims; 503 while the store cannot be written and while it shuts down. A staging or
 * OEM account that cannot be reached is reported there and does not make the portal unready: claims are kept
 * until it can. */
extern const struct http_handler health_ready;

#endif
