/* SPDX-License-Identifier: Apache-2.0 */
/* Looks for codes in one picture: decodes it to grey, and tries it in the order that was measured to find
 * most in the least time. Only in expresslink-decode and in tests. One picture at a time, any thread. */
#ifndef DECODE_SEARCH_H
#define DECODE_SEARCH_H

#include "decode/decode.h"

/* bytes: a whole JPEG, PNG or WebP file; any garbage is fine. out is filled on DECODE_OK and untouched
 * otherwise. budget_ms: processor time after which no further attempt is begun; 0: the usual. attempt, may be
 * NULL: the name of the attempt that found it, static. */
enum decode_error search_codes(const unsigned char *bytes, size_t length, long long budget_ms,
                               struct decode_result *out, const char **attempt)
    __attribute__((warn_unused_result));

#endif
