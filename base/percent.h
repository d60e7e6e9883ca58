/* SPDX-License-Identifier: Apache-2.0 */
/* Percent-encoding (RFC 3986, section 2.1). Any thread. */
#ifndef BASE_PERCENT_H
#define BASE_PERCENT_H

#include <stddef.h>

#include "base/text.h"

/* Adds bytes to out. All but the unreserved characters [A-Za-z0-9._~-] and those in `kept` become %XX, with
 * upper-case digits. */
void percent_encode(struct text *out, const char *bytes, size_t length, const char *kept);

/* Adds the decoded bytes to out, NUL for %00 too. A % without two hex digits stays as it is; so does a plus
 * sign. */
void percent_decode(struct text *out, const char *encoded, size_t length);

#endif
