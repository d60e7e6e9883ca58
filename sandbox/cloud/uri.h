/* SPDX-License-Identifier: Apache-2.0 */
/* Percent-encoded parts of a target. Any thread. */
#ifndef SANDBOX_CLOUD_URI_H
#define SANDBOX_CLOUD_URI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* What is no escape stays as it is; so does a plus. */
void uri_decode(const char *encoded, size_t length, struct text *out);
/* The first field of that name, decoded. False when it is not there. */
bool uri_field(const char *query, const char *name, struct text *out);

#endif
