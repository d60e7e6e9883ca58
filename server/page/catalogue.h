/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of one language: messages.<language>.json, a flat JSON object of key and text. A text may contain
 * {placeholders} (lower-case letters and _) and no other braces. A text that depends on the brand's network
 * has one entry for each: "key@wifi", "key@cellular", "key@none". Read-only after loading. Any thread. */
#ifndef SERVER_PAGE_CATALOGUE_H
#define SERVER_PAGE_CATALOGUE_H

#include <stdbool.h>

#include "base/text.h"

struct catalogue;

struct catalogue_value {
    const char *name; /* name of the placeholder; NULL ends the list */
    const char *text;
};

/* Reads a catalogue. network: the word after the @ in this portal. Returns NULL on error; *error (owned) then
 * names the file and, if there is one, the key. Free with catalogue_free(), which accepts NULL. */
struct catalogue *catalogue_load(const char *path, const char *language, const char *network, char **error);
void catalogue_free(struct catalogue *catalogue);

const char *catalogue_language(const struct catalogue *catalogue);
/* The text of a key, with its placeholders; if it depends on the network, that of "key@network". Borrowed;
 * NULL if there is no such key. */
const char *catalogue_get(const struct catalogue *catalogue, const char *key);

/* Returns true if both have the same keys and each text has the same placeholders. Otherwise *error (owned)
 * names the first difference. */
bool catalogue_agree(const struct catalogue *a, const struct catalogue *b, char **error);

/* Adds the text of key to out, with its placeholders replaced by values. Adds the key itself if it is
 * unknown, and keeps an unknown placeholder as it is. */
void catalogue_format(const struct catalogue *catalogue, const char *key,
                      const struct catalogue_value *values, struct text *out);

#endif
