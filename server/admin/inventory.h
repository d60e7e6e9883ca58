/* SPDX-License-Identifier: Apache-2.0 */
/* Things of the inventory, for operators and their programs. All calls are only accepted from this machine,
 * because whoever knows an inventory knows what can be claimed. */
#ifndef SERVER_ADMIN_INVENTORY_H
#define SERVER_ADMIN_INVENTORY_H

#include "server/http/http.h"

#define INVENTORY_PAGE_ROWS 1000 /* things that one page has */

/* False if it has answered 403: the request comes from another machine, or through a proxy. */
bool inventory_is_allowed(struct http_exchange *exchange);

/* GET /inventory?after=NAME: the next things in the order of their names, as CSV. */
extern const struct http_handler inventory_page;
/* GET and DELETE /inventory/{thing}: one thing as JSON; 204. 404 if it is not there. */
extern const struct http_handler inventory_show;
extern const struct http_handler inventory_delete;

#endif
