/* SPDX-License-Identifier: Apache-2.0 */
/* Shuts down sockets whose deadline has passed. libmicrohttpd's own timeout only counts inactivity, so a
 * client that sends a byte a second could stay forever. It has no timeout for suspended connections. */
#ifndef SERVER_HTTP_WATCHDOG_H
#define SERVER_HTTP_WATCHDOG_H

#include <stdbool.h>

struct watchdog;
struct watched; /* one watched socket */

/* Starts the watchdog's thread. Returns NULL if the thread cannot be started. */
struct watchdog *watchdog_new(void);
/* Call after every watched socket was removed. Accepts NULL. */
void watchdog_free(struct watchdog *watchdog);

/* Watches a socket; the deadline is in milliseconds from now. Remove it before the socket is closed, because
 * its number may then be reused. Any thread. */
struct watched *watchdog_add(struct watchdog *watchdog, int socket, long long deadline_in_ms);
void watchdog_remove(struct watchdog *watchdog, struct watched *watched);
/* Moves the deadline to deadline_in_ms milliseconds from now. Cheap. Any thread. */
void watchdog_extend(struct watched *watched, long long deadline_in_ms);
/* Sets whether watchdog_cut() may shut the socket down. False at first. Any thread. */
void watchdog_may_cut(struct watched *watched, bool may);
/* Immediately shuts down all sockets that may be cut. Any thread. */
void watchdog_cut(struct watchdog *watchdog);

#endif
