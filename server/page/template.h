/* SPDX-License-Identifier: Apache-2.0 */
/* A C interface to the mustache engine. Exceptions do not leave template.cpp: a template that cannot be
 * parsed gives an error text, and running out of memory aborts the program, as everywhere (see
 * base/text.h). */
#ifndef SERVER_PAGE_TEMPLATE_H
#define SERVER_PAGE_TEMPLATE_H

#include "base/text.h"

#ifdef __cplusplus
extern "C" {
#endif

struct page_template;

/* The value of one name in a template. A list of values ends with an entry whose name is NULL.
 *   text     {{name}} is the text, escaped for HTML; {{#name}} is shown once, even if the text is empty
 *   rows     {{#name}} is shown once for each row; NULL ends the rows; no rows count as absent
 *   neither  absent: {{^name}} is shown */
struct template_value {
    const char *name;
    const char *text;
    const struct template_value *const *rows;
};

/* Parses a template. source must not contain partials or lambdas (see template_source.h), so that rendering
 * does not change the engine and any number of threads can use one template. Returns NULL on error with a
 * sentence in *error (owned). */
struct page_template *template_new(const char *source, char **error);
void template_free(struct page_template *page);

/* Renders the template to out. Any number of threads at once. */
void template_render(const struct page_template *page, const struct template_value *values, struct text *out);

#ifdef __cplusplus
}
#endif

#endif
