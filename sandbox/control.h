/* SPDX-License-Identifier: Apache-2.0 */
/* Reads commands, one per line, from standard input and from a Unix socket. The text that `answer` appends
 * goes to standard output or back to the socket. A socket client sends all its commands, shuts down its
 * sending side, and reads to the end. One thread. */
#ifndef SANDBOX_CONTROL_H
#define SANDBOX_CONTROL_H

#include <poll.h>
#include <stddef.h>

#include "base/text.h"

#define CONTROL_POLL_MAX 10

struct control;

/* socket_path: an existing file is replaced; NULL: no socket. The result is owned; NULL with errno set on
 * failure. */
struct control *control_new(const char *socket_path,
                            void (*answer)(void *context, char *line, struct text *reply), void *context);
void control_free(struct control *control); /* removes the socket; NULL is allowed */

/* Fills at most CONTROL_POLL_MAX entries; returns their number. */
size_t control_poll(const struct control *control, struct pollfd *out);
/* Handles the events in the same array after poll(2). */
void control_take(struct control *control, const struct pollfd *polled, size_t count);

#endif
