/* SPDX-License-Identifier: Apache-2.0 */
/* Text from outside, on its way into a page. Pure functions, any thread. */
#ifndef SERVER_PAGE_PAGE_TEXT_H
#define SERVER_PAGE_PAGE_TEXT_H

#include <stdbool.h>

#include "base/text.h"

/* UTF-8 without a broken sequence. */
bool page_text_valid(const char *string);

/* Adds at most limit bytes of string so that it is valid UTF-8 and shows what is there: a broken byte, a
 * control, an invisible or a direction-changing character becomes U+FFFD; tabs and line ends become spaces.
 */
void page_text_visible(struct text *out, const char *string, size_t limit);

#endif
