/* SPDX-License-Identifier: Apache-2.0 */
/* Rejects requests that a proxy and this server could split at different places (request smuggling, RFC 9112
 * section 11.2). libmicrohttpd 0.9.75 accepts two Content-Length headers, Content-Length with
 * Transfer-Encoding, two Host headers, Transfer-Encoding in HTTP/1.0, and spaces between a header's name and
 * its colon; it reads only up to a NUL. Call framing_see() for each header, then framing_verdict(). Pure
 * functions, any thread. */
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

/* libmicrohttpd overwrites each separator of a head with NULs, in place, and then takes every text up to its
 * first NUL. So if a header does not begin right behind the CRLF of the line before, there was a NUL in that
 * line, or it ended with LF alone, had no name, or was folded: another server would read the head
 * differently. */

/* Returns where the line behind this one begins; NULL if this one, which ends at `end`, has no CRLF. */
const char *framing_next_line(const char *end);
/* The same for the line of a header, which must begin at `line`. NULL if it does not, or if line is NULL. */
const char *framing_next_header(const char *line, const char *name, const char *value);
/* True if the empty line that ends the head is at `line`, and the head ends with it. line may be NULL. */
bool framing_head_ends(const char *line, const char *end);

/* Returns the status to reject the request with; 0: the request is fine. version: "HTTP/1.1". */
unsigned framing_verdict(const struct framing *framing, const char *version);

/* True if target starts with a slash and has no spaces and no control characters. target: a request target,
 * still encoded, with or without the query. */
bool framing_target_is_sound(const char *target);

#endif
