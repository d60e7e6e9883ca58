/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the next entry of a control log after a mistake by the look of an entry, as the JSON around it cannot
 * be trusted. Pure functions, any thread. */
#ifndef SIDEWALK_ENTRY_SEARCH_H
#define SIDEWALK_ENTRY_SEARCH_H

#include <stddef.h>

#include "base/text.h"

/* Returns the offset, at or after `from`, at which an entry seems to begin: an object whose first key is
 * "version" or "device". Returns length if there is none. */
size_t entry_find(const char *bytes, size_t length, size_t from);

/* Appends the serial number in the lost bytes: 64 hex digits right after the key serialNumber, whatever is
 * left of the JSON between them; nothing if there is none. Other digits are not taken for one: they may be a
 * private key. */
void entry_find_serial(const char *bytes, size_t length, struct text *out);

#endif
