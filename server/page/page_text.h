/* SPDX-License-Identifier: Apache-2.0 */
/* Checks and cleans untrusted text for a page. Pure functions, any thread. */
#ifndef SERVER_PAGE_PAGE_TEXT_H
#define SERVER_PAGE_PAGE_TEXT_H

#include <stdbool.h>

#include "base/text.h"

/* True if string is valid UTF-8. */
bool page_text_valid(const char *string);

/* Adds at most limit bytes of string as visible, valid UTF-8. An invalid byte and a control, invisible or
 * direction-changing character become U+FFFD; tabs and line ends become spaces. */
void page_text_visible(struct text *out, const char *string, size_t limit);

/* Adds string as a person typed it, in any script, as valid UTF-8 without controls: only an invalid byte, a
 * control character and one that turns the text around it become U+FFFD. */
void page_text_typed(struct text *out, const char *string);

#endif
