/* SPDX-License-Identifier: Apache-2.0 */
/* Shuts sockets whose deadline is over. libmicrohttpd's own timeout counts inactivity only, so a client that
 * drips a byte a second would live for ever; and it has none for suspended connections. */
#ifndef SERVER_HTTP_WATCHDOG_H
#define SERVER_HTTP_WATCHDOG_H

#include <stdbool.h>

struct watchdog;
struct watched; /* one socket under watch */

/* Starts its thread. NULL when it cannot. */
struct watchdog *watchdog_new(void);
/* After every watched socket was removed. NULL is fine. */
void watchdog_free(struct watchdog *watchdog);

/* Any thread. Remove before the socket is closed: its number may be another's right after. */
struct watched *watchdog_add(struct watchdog *watchdog, int socket, long long deadline_in_ms);
void watchdog_remove(struct watchdog *watchdog, struct watched *watched);
/* Any thread, cheap: moves the deadline to so many milliseconds from now. */
void watchdog_extend(struct watched *watched, long long deadline_in_ms);
/* Any thread: whether watchdog_cut() may shut it. Not until this says so. */
void watchdog_may_cut(struct watched *watched, bool may);
/* Shuts those that may be cut, at once. Any thread. */
void watchdog_cut(struct watchdog *watchdog);

#endif
