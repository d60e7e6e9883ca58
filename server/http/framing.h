/* SPDX-License-Identifier: Apache-2.0 */
/* Requests whose end two servers could see in different places (RFC 9112 section 11.2) are refused:
 * libmicrohttpd 0.9.75 takes two Content-Lengths, Content-Length with Transfer-Encoding, two Hosts,
 * Transfer-Encoding in HTTP/1.0, and names with blanks before the colon. Pure functions, any thread. */
#ifndef SERVER_HTTP_FRAMING_H
#define SERVER_HTTP_FRAMING_H

#include <stdbool.h>
#include <stddef.h>

struct framing {
    unsigned lengths, encodings, hosts;
    bool bad; /* a name that is no token, a length that is no number, an unknown encoding */
    unsigned long long content_length; /* saturates */
};

/* Once for each header, values may be NULL. */
void framing_see(struct framing *framing, const char *name, const char *value);

/* The status to refuse with, 0: fine. version: "HTTP/1.1". */
unsigned framing_verdict(const struct framing *framing, const char *version);

/* target: a raw request target, or the part of it before the '?': begins with a slash, no blanks or controls.
 */
bool framing_target_is_sound(const char *target);

#endif
