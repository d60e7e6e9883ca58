/* SPDX-License-Identifier: Apache-2.0 */
/* Health checks for operators and for what restarts the portal. */
#ifndef SERVER_ADMIN_HEALTH_H
#define SERVER_ADMIN_HEALTH_H

#include "server/http/http.h"

/* GET /livez: 200 while the process answers. */
extern const struct http_handler health_live;
/* GET /readyz: 200 while the portal accepts claims; 503 while the store cannot be written and during
 * shutdown. The answer also reports staging and OEM accounts that cannot be reached, or that another portal
 * leads. They do not make the portal unready: claims are kept until the accounts are back, and the leader
 * publishes those that this portal accepts. */
extern const struct http_handler health_ready;

#endif
