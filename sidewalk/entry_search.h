/* SPDX-License-Identifier: Apache-2.0 */
/* Where a control log goes on after a mistake: by what entries look like, as the JSON around it cannot be
 * trusted. Pure functions, any thread. */
#ifndef SIDEWALK_ENTRY_SEARCH_H
#define SIDEWALK_ENTRY_SEARCH_H

#include <stddef.h>

#include "base/text.h"

/* Where, from `from` on, an entry seems to begin: an object whose first key is "version" or "device". length:
 * nowhere. */
size_t entry_find(const char *bytes, size_t length, size_t from);

/* Adds the serial number in what is lost, the first 64 hex digits in a row; nothing where there is none. */
void entry_find_serial(const char *bytes, size_t length, struct text *out);

#endif
