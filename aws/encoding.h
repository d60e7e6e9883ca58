/* SPDX-License-Identifier: Apache-2.0 */
/* How Signature Version 4 wants addresses written. Pure functions, any thread. */
#ifndef AWS_ENCODING_H
#define AWS_ENCODING_H

#include "aws/message.h"

/* Adds text with everything but [A-Za-z0-9._~-] and the characters of `kept` percent-encoded. */
void aws_encode(struct text *out, const char *text, const char *kept);

/* Adds pairs (ends with a NULL name; NULL: none) as name=value&..., encoded and then sorted. */
void aws_encode_query(struct text *out, const struct aws_pair *pairs);

/* Whether a segment of the path is "." or "..". */
bool aws_path_has_dots(const char *path);

/* Adds "/" and the segment, percent-encoded but for [A-Za-z0-9._~-]. */
void aws_path_add(struct text *path, const char *segment);

#endif
