/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes percent-encoding and finds fields of queries and forms (WHATWG URL,
 * application/x-www-form-urlencoded). libmicrohttpd's decoder cuts at %00, and libcurl's does not decode
 * forms. Pure functions, any thread. */
#ifndef SERVER_HTTP_URL_H
#define SERVER_HTTP_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Adds the decoded bytes to out. A % without two hex digits is copied as it is. plus_is_space: true for forms
 * and queries. */
void url_decode(const char *encoded, size_t length, bool plus_is_space, struct text *out);

/* Adds the decoded value of the first field with that name to out. False if there is none. */
bool url_field(const char *fields, size_t length, const char *name, struct text *out);

#endif
