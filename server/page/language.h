/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses the language that suits a browser best. Pure functions, any thread. */
#ifndef SERVER_PAGE_LANGUAGE_H
#define SERVER_PAGE_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>

#define LANGUAGE_TAG_MAX 35      /* RFC 5646 section 4.4.1 */
#define ACCEPT_LANGUAGE_MAX 1024 /* bytes of the header that are read; the rest is ignored */

/* True if tag has the form of a language tag, like "de" or "pt-BR": groups of 1 to 8 letters and digits with
 * dashes between them; the first group has two or three letters. */
bool language_tag_valid(const char *tag);

/* Returns the index of the language to use; 0 (the fallback) if none fits. accept_language: value of the
 * header (RFC 9110 section 12.5.4), NULL: none. "de-AT" also accepts "de", and "pt" also accepts "pt-BR" (RFC
 * 4647 lookup and filtering). The highest quality wins, then the earlier position in the header. Malformed
 * parts of the header are skipped. */
size_t language_choose(const char *const *languages, size_t count, const char *accept_language);

#endif
