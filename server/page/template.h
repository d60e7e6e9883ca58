/* SPDX-License-Identifier: Apache-2.0 */
/* The mustache engine behind a C interface. Exceptions end here: a template that does not parse is an error
 * text, and running out of memory ends the program, as everywhere (see base/text.h). */
#ifndef SERVER_PAGE_TEMPLATE_H
#define SERVER_PAGE_TEMPLATE_H

#include "base/text.h"

#ifdef __cplusplus
extern "C" {
#endif

struct page_template;

/* One name in a template. Lists of values end with an entry whose name is NULL.
 *   text  {{name}} is the text, escaped for HTML, and {{#name}} is shown once, even for the empty text
 *   rows  {{#name}} is shown once for each; the end is NULL. An empty list counts as absent
 *   neither: absent, {{^name}} is shown */
struct template_value {
    const char *name;
    const char *text;
    const struct template_value *const *rows;
};

/* source must hold no partials and no lambdas (see template_source.h): then rendering changes nothing in the
 * engine and one template serves all threads. NULL on error, *error (owned) says why. */
struct page_template *template_new(const char *source, char **error);
void template_free(struct page_template *page);

/* Any thread, many at once. */
void template_render(const struct page_template *page, const struct template_value *values, struct text *out);

#ifdef __cplusplus
}
#endif

#endif
