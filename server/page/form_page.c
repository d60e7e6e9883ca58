/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "claim/check_characters.h"
#include "server/page/page_set.h"
#include "server/page/page_text.h"
#include "server/page/pages.h"
#include "server/page/product_page.h"
#include "server/page/thing_groups.h"

#define OPTION_VALUES 4

const char form_page_names[] =
    PAGE_COMMON_NAMES "typed problem filled_by_link groups group endpoints_shown endpoints endpoint_key "
                      "endpoint_label endpoint_chosen filled check digits length wanted request_id "
                      "gtin serial endpoint_given questions_problem " PRODUCT_NAMES;

static const char *flag(bool set)
{
    return set ? "" : NULL;
}

/* Adds the sentence for the problem; nothing if there is none. */
static void add_problem(const struct pages *pages, const struct page_language *language,
                        const struct page_form *form, struct text *out)
{
    if (form->problem != NULL) {
        pages_identifier_problem(pages, language->tag, form->problem, out);
        return;
    }
    if (form->problem_key == NULL)
        return;
    TEXT struct text key = TEXT_EMPTY;
    text_printf(&key, "form_problem_%s", form->problem_key);
    const char *known = catalogue_get(language->catalogue, text_get(&key));
    text_puts(out, known != NULL ? known : catalogue_get(language->catalogue, "form_problem_other"));
}

static bool is_chosen(const struct page_form *form, size_t index)
{
    if (form->endpoint == NULL)
        return index == 0;
    return strcmp(form->endpoint, form->endpoints[index].key) == 0;
}

static const struct template_value *const *make_options(const struct page_form *form,
                                                        struct template_value (**storage)[OPTION_VALUES],
                                                        const struct template_value ***rows)
{
    if (form->endpoint_count < 2)
        return NULL;
    *storage = memory_new(form->endpoint_count, sizeof **storage);
    *rows = memory_new(form->endpoint_count + 1, sizeof **rows);
    for (size_t i = 0; i < form->endpoint_count; i++) {
        const struct template_value option[OPTION_VALUES] = {
            {"endpoint_key", form->endpoints[i].key, NULL},
            {"endpoint_label", form->endpoints[i].label, NULL},
            {"endpoint_chosen", flag(is_chosen(form, i)), NULL},
            {NULL, NULL, NULL},
        };
        memcpy((*storage)[i], option, sizeof option);
        (*rows)[i] = (*storage)[i];
    }
    return *rows;
}

static void add_product(const struct page_language *language, const struct page_questions *questions,
                        struct page_values *texts, struct template_value *values)
{
    size_t count = 0;

    while (values[count].name != NULL)
        count++;
    values[count] =
        (struct template_value){"questions_problem", flag(page_questions_have_problem(questions)), NULL};
    product_page_add(language, questions->product, texts, values);
    questions_page_add(language, questions, texts, values);
}

void pages_form(const struct pages *pages, const char *language, const struct page_form *form,
                struct text *out)
{
    const struct page_language *chosen = page_language(pages, language);
    TEXT struct text typed = TEXT_EMPTY;
    TEXT struct text problem = TEXT_EMPTY;
    OWNED struct template_value(*options)[OPTION_VALUES] = NULL;
    OWNED const struct template_value **rows = NULL;
    page_text_visible(&typed, form->typed, IDENTIFIER_TYPED_MAX);
    add_problem(pages, chosen, form, &problem);
    struct thing_groups groups;
    const bool filled = form->filled_by_link && form->problem == NULL &&
                        (thing_groups_fill(form->typed, &groups) || form->link != NULL);
    const struct digital_link *link = filled ? form->link : NULL;
    char check[CHECK_SIZE] = "", digits[24];
    if (filled && link == NULL)
        check_characters_of(form->typed, check);
    snprintf(digits, sizeof digits, "%zu", form->digits);
    TEXT struct text request_id = TEXT_EMPTY;
    if (form->request_id != NULL)
        page_text_visible(&request_id, form->request_id, REQUEST_ID_MAX);
    PAGE_TEXTS struct page_values texts = {0};
    struct template_value values[17 + PRODUCT_VALUES + QUESTION_VALUES + PAGE_COMMON_VALUES] = {
        {"typed", text_get(&typed), NULL},
        {"filled", flag(typed.length > 0), NULL},
        {"check", check[0] != '\0' ? check : NULL, NULL},
        {"gtin", link != NULL ? link->gtin : NULL, NULL},
        {"serial", link != NULL ? link->serial : NULL, NULL},
        {"in_form", "", NULL},
        {"request_id", request_id.length > 0 ? text_get(&request_id) : NULL, NULL},
        {"digits", form->digits > 0 ? digits : NULL, NULL},
        {"length", "{length}", NULL}, /* a script puts in the numbers */
        {"wanted", "{wanted}", NULL},
        {"problem", problem.length > 0 ? text_get(&problem) : NULL, NULL},
        {"filled_by_link", flag(filled), NULL},
        {"groups", NULL, filled && link == NULL ? groups.rows : NULL},
        {"endpoints_shown", flag(form->endpoint_count > 1), NULL},
        {"endpoints", NULL, make_options(form, &options, &rows)},
        {"endpoint_given", form->endpoint_given ? form->endpoint : NULL, NULL},
    };
    if (filled && form->questions != NULL)
        add_product(chosen, form->questions, &texts, values);
    /* A form with a problem answers a POST; its URL does not work with GET. */
    page_render(pages, chosen, PAGE_FORM, form->filled_by_link ? "" : "/", values, out);
}
