/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes percent-encoded parts of a request target. Any thread. */
#ifndef SANDBOX_CLOUD_URI_H
#define SANDBOX_CLOUD_URI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Keeps invalid escapes, and plus signs, unchanged. */
void uri_decode(const char *encoded, size_t length, struct text *out);
/* Decodes the first field with that name. Returns false if it is missing. */
bool uri_field(const char *query, const char *name, struct text *out);

#endif
