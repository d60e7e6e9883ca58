/* SPDX-License-Identifier: Apache-2.0 */
/* Tells by its first bytes what a file is that is neither a list nor a control log. Pure functions, any
 * thread. */
#ifndef SIDEWALK_FILE_KIND_H
#define SIDEWALK_FILE_KIND_H

#include <stdbool.h>
#include <stddef.h>

#define FILE_KIND_BYTES 8 /* of a file that has so many, as many are needed */

/* "a PNG picture", "compressed (zip)"; NULL: nothing that is known. */
const char *file_kind(const char *bytes, size_t length);

/* Whether it begins as a list of serial numbers does, with its header. */
bool file_kind_is_list(const char *bytes, size_t length);

#endif
