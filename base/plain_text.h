/* SPDX-License-Identifier: Apache-2.0 */
/* What makes a text from a file other than it looks: its encoding, and characters that nobody sees. All
 * readers of lists, configuration and certificates say these sentences. Pure functions, any thread. */
#ifndef BASE_PLAIN_TEXT_H
#define BASE_PLAIN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define PLAIN_TEXT_UTF16 "it is UTF-16; save it as UTF-8"

/* Whether a file that begins with these bytes is UTF-16, with or without a byte order mark. Four bytes are
 * enough; a text without a mark must begin with two ASCII characters. */
bool plain_text_is_utf16(const char *bytes, size_t length);

struct hidden_character {
    uint32_t character;
    size_t column; /* in characters, from 1 */
};

/* Finds the first character that is invisible, changes the direction of what follows, or is a space that
 * looks like U+0020. Control characters below U+00A0 are not meant: they have sentences of their own. */
bool plain_text_find_hidden(const char *line, size_t length, struct hidden_character *out);

/* Adds "there is an invisible character (\u200B) in column 5; delete it". */
void plain_text_explain_hidden(const struct hidden_character *hidden, struct text *why);

/* The length of the text without the spaces and invisible characters around it; *text moves to its first. */
size_t plain_text_trim(const char **text, size_t length);

#endif
