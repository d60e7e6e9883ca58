/* SPDX-License-Identifier: Apache-2.0 */
/* Lists for the inventory, for operators and their programs; only accepted from this machine. */
#ifndef SERVER_ADMIN_INVENTORY_LISTS_H
#define SERVER_ADMIN_INVENTORY_LISTS_H

#include "server/http/http.h"

#define INVENTORY_BODY_MAX ((size_t)1 << 20)
#define INVENTORY_CALL_ROWS 5000 /* rows that one call may have */

/* POST /inventory?replace=yes&dry_run=yes with CSV (store/inventory_list.h). Answers
 * {"added":..,"changed":.., "unchanged":..,"refused":[{"line":..,"column":..,"reason":..}]}. 422 if the first
 * row names no columns. */
extern const struct http_handler inventory_add;
/* POST /inventory/removals with CSV, of which thing_name is read. Answers {"removed":..,"refused":[..]}. */
extern const struct http_handler inventory_removal;

#endif
