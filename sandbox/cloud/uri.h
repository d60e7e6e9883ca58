/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the fields of a query. Any thread. */
#ifndef SANDBOX_CLOUD_URI_H
#define SANDBOX_CLOUD_URI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Decodes the first field with that name; a plus sign is kept. Returns false if it is missing. */
bool uri_field(const char *query, const char *name, struct text *out);

#endif
