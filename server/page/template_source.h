/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the source of one page in one language: partials ({{> name}}: name.mustache in the same folder) and
 * messages
 * ({{t.key}}) are put in their places, so that nothing is looked up or parsed while a page is served. A
 * {placeholder} of a message becomes the variable of that name.
 *
 * A template may be an OEM's own: unescaped tags ({{{x}}}, {{& x}}), delimiters of its own, names that the
 * page does not have, unknown messages and missing partials are errors. */
#ifndef SERVER_PAGE_TEMPLATE_SOURCE_H
#define SERVER_PAGE_TEMPLATE_SOURCE_H

#include <stdbool.h>

#include "base/text.h"
#include "server/page/catalogue.h"

/* folder/name.mustache. names: what the page has, a space behind each. On error *error (owned) names file and
 * line. */
bool template_source_load(const char *folder, const char *name, const struct catalogue *catalogue,
                          const char *names, struct text *out, char **error);

#endif
