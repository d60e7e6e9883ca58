/* SPDX-License-Identifier: Apache-2.0 */
/* Encodes paths and queries as Signature Version 4 requires. Pure functions, any thread. */
#ifndef AWS_ENCODING_H
#define AWS_ENCODING_H

#include "aws/message.h"

/* Adds text, percent-encoding all but [A-Za-z0-9._~-] and the characters in `kept`. */
void aws_encode(struct text *out, const char *text, const char *kept);

/* Adds pairs as name=value&..., encoded and then sorted. The list ends with a NULL name; NULL: none. */
void aws_encode_query(struct text *out, const struct aws_pair *pairs);

/* True when a segment of the path is "." or "..". */
bool aws_path_has_dots(const char *path);

/* Adds "/" and the segment, percent-encoding all but [A-Za-z0-9._~-]. */
void aws_path_add(struct text *path, const char *segment);

#endif
