/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the codes in one picture: decodes it to grey, then makes attempts in an order measured to find most
 * codes in the least time. Only for expresslink-decode and tests. One picture at a time, any thread. */
#ifndef DECODE_SEARCH_H
#define DECODE_SEARCH_H

#include "decode/decode.h"

/* bytes: a whole JPEG, PNG or WebP file; any untrusted data is allowed. out is filled on DECODE_OK, untouched
 * otherwise. budget_ms: CPU time in milliseconds after which no new attempt starts; 0: the default. attempt
 * (may be NULL) gets the name of the successful attempt, static. */
enum decode_error search_codes(const unsigned char *bytes, size_t length, long long budget_ms,
                               struct decode_result *out, const char **attempt)
    __attribute__((warn_unused_result));

#endif
