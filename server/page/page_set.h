/* SPDX-License-Identifier: Apache-2.0 */
/* What pages_load() made: languages, catalogues and templates. Private to server/page/, for the files that
 * render one page each. */
#ifndef SERVER_PAGE_PAGE_SET_H
#define SERVER_PAGE_PAGE_SET_H

#include "base/text.h"
#include "server/page/brand.h"
#include "server/page/catalogue.h"
#include "server/page/page_values.h"
#include "server/page/template.h"

enum page { PAGE_FORM, PAGE_STATUS, PAGE_ASK, PAGE_PROBLEM, PAGE_PRODUCTS, PAGE_COUNT };

struct page_language {
    char *tag;
    char *asset_version;
    struct catalogue *catalogue;
    struct page_template *templates[PAGE_COUNT];
    char *countries; /* countries.<language>.txt, "DE = Germany" lines; NULL: there is none */
};

struct pages {
    struct page_brand brand;
    char logo_width[12];
    struct page_language *languages; /* the first is the fallback */
    const char **tags;               /* the same, for language_choose() */
    size_t language_count;
};

/* The names that a page's template may use, each followed by a space. They include those that page_render()
 * adds. */
extern const char form_page_names[];
extern const char status_page_names[];
extern const char ask_page_names[];
extern const char problem_page_names[];
extern const char products_page_names[];
#define PAGE_COMMON_NAMES                                                                                    \
    "language asset_version here in_form language_links link_language link_name link_current "               \
    "brand_name brand_style account logo logo_width support privacy imprint "

/* Finds a language by its tag; the fallback if there is none. Never NULL. */
const struct page_language *page_language(const struct pages *pages, const char *tag);

/* The name of a country in a language, or its code. Lives as long as texts, or the arguments. */
const char *page_language_country(const struct page_language *language, const char *country,
                                  struct page_values *texts);

/* How long a request id on a page can be. */
#define REQUEST_ID_MAX 128

/* How many entries page_render() needs in values, with the end. */
#define PAGE_COMMON_VALUES 13
/* Appends the common values to values and renders the page to out. here: path of the page for the language
 * links, without a query; "" for the current URL. */
void page_render(const struct pages *pages, const struct page_language *language, enum page page,
                 const char *here, struct template_value *values, struct text *out);

#endif
