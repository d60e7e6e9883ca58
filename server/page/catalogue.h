/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of one language: messages.<language>.json, a flat object of key -> text. A text may hold
 * {placeholders} (small letters and _) and no other braces. Read once; then any thread. */
#ifndef SERVER_PAGE_CATALOGUE_H
#define SERVER_PAGE_CATALOGUE_H

#include <stdbool.h>

#include "base/text.h"

struct catalogue;

struct catalogue_value {
    const char *name; /* of the placeholder; NULL ends the list */
    const char *text;
};

/* NULL on error, *error (owned) names the file and, where there is one, the key. */
struct catalogue *catalogue_load(const char *path, const char *language, char **error);
void catalogue_free(struct catalogue *catalogue);

const char *catalogue_language(const struct catalogue *catalogue);
/* Borrowed; NULL: no such key. */
const char *catalogue_get(const struct catalogue *catalogue, const char *key);

/* True when both have the same keys, and the same placeholders under each; otherwise *error (owned) says
 * where not. */
bool catalogue_agree(const struct catalogue *a, const struct catalogue *b, char **error);

/* Adds the text of key with its placeholders filled in; an unknown key adds the key, an unknown placeholder
 * itself. */
void catalogue_format(const struct catalogue *catalogue, const char *key,
                      const struct catalogue_value *values, struct text *out);

#endif
