/* SPDX-License-Identifier: Apache-2.0 */
/* Recognizes what people send instead of a JPEG, PNG or WebP: photographs of other formats, documents, forms
 * with a picture in them. Looks at the first bytes only. Any thread. */
#ifndef DECODE_OTHER_FORMAT_H
#define DECODE_OTHER_FORMAT_H

#include <stddef.h>

#include "decode/decode.h"

/* DECODE_HEIC to DECODE_FORM, or DECODE_UNKNOWN_FORMAT. */
enum decode_error other_format(const unsigned char *bytes, size_t length);

#endif
