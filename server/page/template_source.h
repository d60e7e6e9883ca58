/* SPDX-License-Identifier: Apache-2.0 */
/* Assembles the source of one page in one language. Inserts partials ({{> name}}: name.mustache in the same
 * folder) and messages ({{t.key}}), so that nothing is looked up or parsed when a page is served. A
 * {placeholder} in a message becomes the variable of that name.
 *
 * An OEM may write its own templates. These are errors: unescaped tags ({{{x}}}, {{& x}}), other delimiters,
 * names that the page does not have, unknown messages, and missing partials. */
#ifndef SERVER_PAGE_TEMPLATE_SOURCE_H
#define SERVER_PAGE_TEMPLATE_SOURCE_H

#include <stdbool.h>

#include "base/text.h"
#include "server/page/catalogue.h"

/* Adds the source of folder/name.mustache to out. names: the names that the page has, each followed by a
 * space. Returns false on error; *error (owned) names the file and line. */
bool template_source_load(const char *folder, const char *name, const struct catalogue *catalogue,
                          const char *names, struct text *out, char **error);

#endif
