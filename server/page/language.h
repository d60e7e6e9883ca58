/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the languages there are suits a browser best. Pure functions, any thread. */
#ifndef SERVER_PAGE_LANGUAGE_H
#define SERVER_PAGE_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>

#define LANGUAGE_TAG_MAX 35      /* RFC 5646 4.4.1 */
#define ACCEPT_LANGUAGE_MAX 1024 /* bytes read of a header; what comes behind is ignored */

/* Letters and digits in groups of 1..8 separated by dashes, the first of two or three letters ("de",
 * "pt-BR"). */
bool language_tag_valid(const char *tag);

/* The index of the language to use; 0 (the fallback) where nothing fits. accept_language: the value of the
 * header (RFC 9110 12.5.4), NULL: none. "de-AT" is content with "de" and "pt" with "pt-BR" (RFC 4647 lookup,
 * and filtering); the higher quality wins, then the earlier place in the header. Broken parts of the header
 * are skipped. */
size_t language_choose(const char *const *languages, size_t count, const char *accept_language);

#endif
