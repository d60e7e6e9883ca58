/* SPDX-License-Identifier: Apache-2.0 */
/* Passes the pieces of a stream from its producer to libmicrohttpd. Private to server/http/. Call on the
 * exchange's HTTP thread. */
#ifndef SERVER_HTTP_STREAM_H
#define SERVER_HTTP_STREAM_H

#include <stddef.h>
#include <sys/types.h>

#include "server/http/http.h"

#define STREAM_WAITS 0
#define STREAM_ENDS (-1)
#define STREAM_BREAKS (-2)

/* Copies up to most bytes of the answer and returns their number, or one of the constants above. After
 * STREAM_WAITS the exchange is suspended; call again when it resumes. */
ssize_t stream_take(struct http_exchange *exchange, char *bytes, size_t most);

#endif
