/* SPDX-License-Identifier: Apache-2.0 */
/* What pages_load() made, for the files that fill one page each. */
#ifndef SERVER_PAGE_PAGE_SET_H
#define SERVER_PAGE_PAGE_SET_H

#include "base/text.h"
#include "server/page/catalogue.h"
#include "server/page/template.h"

enum page { PAGE_FORM, PAGE_STATUS, PAGE_PROBLEM, PAGE_COUNT };

struct page_language {
    char *tag;
    char *asset_version;
    struct catalogue *catalogue;
    struct page_template *templates[PAGE_COUNT];
};

struct pages {
    struct page_language *languages; /* the first is the fallback */
    const char **tags;               /* the same, for language_choose() */
    size_t language_count;
};

/* Names that a page's template may use, a space behind each; they include those of page_render(). */
extern const char form_page_names[];
extern const char status_page_names[];
extern const char problem_page_names[];
#define PAGE_COMMON_NAMES "language asset_version here language_links link_language link_name link_current "

/* Never NULL: the fallback for a language there is not. */
const struct page_language *page_language(const struct pages *pages, const char *tag);

/* Room in values for what page_render() adds, the end included. */
#define PAGE_COMMON_VALUES 5
/* Adds the common values at the end of values, and renders. here: path of the page without query for the
 * language links, "" for the page's own. */
void page_render(const struct pages *pages, const struct page_language *language, enum page page,
                 const char *here, struct template_value *values, struct text *out);

#endif
