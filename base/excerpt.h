/* SPDX-License-Identifier: Apache-2.0 */
/* How messages, reports and logs quote a text that a file has in the wrong place. The text may be a private
 * key that was pasted there, so there is one rule for all readers: what could be a key is described, never
 * quoted.
 *
 * A text cannot be a key, and is quoted, if
 *   - it has at most 20 characters: a key of 128 bits has 22 in base64, 32 in hex; or
 *   - it is words: letters and digits come in groups of at most 20, few letters are capitals (base64 has four
 * in ten), and no 20 characters in a row lack a letter after f (hex has none), unless there are no letters at
 *     all. Paths and sentences are words.
 *
 * Pure functions, any thread. */
#ifndef BASE_EXCERPT_H
#define BASE_EXCERPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* Whether the rule forbids to quote the text. */
bool excerpt_may_be_key(const char *bytes, size_t length);

/* Adds the text for people: escaped, in quotes and cut after 60 characters; or what it looks like, such as
 * `64 hex digits (not shown, they may be a key)`. */
void excerpt_add(const char *bytes, size_t length, struct text *out);

/* The same without quotes around the text, for names in a sentence that has its own marks. */
void excerpt_add_bare(const char *bytes, size_t length, struct text *out);

/* Adds the path of a file that cannot be opened, error: errno. One that names nothing may be a key that was
 * pasted in the place of its path; all others are told as they are. */
void excerpt_add_path(const char *path, int error, struct text *out);

/* Adds the text escaped, without quotes: a character that is utf8_is_hidden() or a space other than U+0020
 * becomes \u200B (control characters as in JSON: \u001b), an invalid byte \xFF. For texts that are not
 * secret. */
void excerpt_escape(const char *bytes, size_t length, struct text *out);

#endif
