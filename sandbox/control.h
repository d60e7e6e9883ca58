/* SPDX-License-Identifier: Apache-2.0 */
/* Commands, a line each, from standard input and from a Unix socket; each is answered with what `answer`
 * adds, on standard output or on the socket. A socket client that has sent all its commands shuts its sending
 * side down and reads to the end. One thread. */
#ifndef SANDBOX_CONTROL_H
#define SANDBOX_CONTROL_H

#include <poll.h>
#include <stddef.h>

#include "base/text.h"

#define CONTROL_POLL_MAX 10

struct control;

/* socket_path: replaced when it is there; NULL: none. Owned; NULL with errno set. */
struct control *control_new(const char *socket_path,
                            void (*answer)(void *context, char *line, struct text *reply), void *context);
void control_free(struct control *control); /* removes the socket; NULL is fine */

/* Fills at most CONTROL_POLL_MAX; returns how many. */
size_t control_poll(const struct control *control, struct pollfd *out);
/* The same array after poll(2): does what has come. */
void control_take(struct control *control, const struct pollfd *polled, size_t count);

#endif
