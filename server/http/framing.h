/* SPDX-License-Identifier: Apache-2.0 */
/* Rejects requests that a proxy and this server could split at different places (request smuggling, RFC 9112
 * section 11.2). libmicrohttpd 0.9.75 accepts two Content-Length headers, Content-Length with
 * Transfer-Encoding, two Host headers, Transfer-Encoding in HTTP/1.0, and spaces between a header's name and
 * its colon. Call framing_see() for each header, then framing_verdict(). Pure functions, any thread. */
#ifndef SERVER_HTTP_FRAMING_H
#define SERVER_HTTP_FRAMING_H

#include <stdbool.h>
#include <stddef.h>

struct framing {
    unsigned lengths, encodings, hosts;
    bool bad; /* a header that is malformed: its name, a length, an encoding or the Host */
    unsigned long long content_length; /* at most ULLONG_MAX */
};

/* Call once for each header. value may be NULL. */
void framing_see(struct framing *framing, const char *name, const char *value);

/* Returns the status to reject the request with; 0: the request is fine. version: "HTTP/1.1". */
unsigned framing_verdict(const struct framing *framing, const char *version);

/* True if target starts with a slash and has no spaces and no control characters. target: a request target,
 * still encoded, with or without the query. */
bool framing_target_is_sound(const char *target);

#endif
