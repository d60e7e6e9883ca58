/* SPDX-License-Identifier: Apache-2.0 */
/* Percent-encoding and the fields of queries and forms (WHATWG URL, application/x-www-form-urlencoded). Our
 * own because libmicrohttpd's decoding cuts at %00, and libcurl's is for addresses, not for forms. Pure
 * functions, any thread. */
#ifndef SERVER_HTTP_URL_H
#define SERVER_HTTP_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Adds the decoded bytes; a % without two hex digits stays as it is. plus_is_space: in forms and queries. */
void url_decode(const char *encoded, size_t length, bool plus_is_space, struct text *out);

/* Adds the first field of that name, decoded; false when there is none. */
bool url_field(const char *fields, size_t length, const char *name, struct text *out);

#endif
