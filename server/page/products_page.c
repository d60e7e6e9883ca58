/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "claim/check_characters.h"
#include "server/page/page_set.h"
#include "server/page/page_text.h"
#include "server/page/pages.h"
#include "server/page/thing_groups.h"

const char products_page_names[] =
    PAGE_COMMON_NAMES "problem is_signed_in can_begin sign_in none products token groups group check "
                      "reference product_word product_open "
                      "product_done product_ended older newer back back_text request_id ";

#define ROW_VALUES 9

struct product_row {
    struct thing_groups groups;
    char check[CHECK_SIZE], reference[REGISTRATION_REFERENCE_SIZE];
    struct template_value values[ROW_VALUES];
};

static const char *flag(bool set)
{
    return set ? "" : NULL;
}

static const char *word_of(enum registration_result result)
{
    switch (result) {
    case RESULT_WAITING:
        return "product_is_open";
    case RESULT_REGISTERED:
        return "product_is_registered";
    case RESULT_ENDED:
        return "product_is_over";
    default:
        return "product_is_ended";
    }
}

/* Of a device that is somebody else's now nothing is shown. */
static void fill_row(const struct page_language *language, const struct registration *registration,
                     struct product_row *row)
{
    const enum registration_result result = registration_result(registration);
    const bool open = result == RESULT_WAITING, done = result == RESULT_REGISTERED;

    registration_reference(registration, row->reference);
    thing_groups_fill(registration->thing_name, &row->groups);
    check_characters_of(registration->thing_name, row->check);
    const struct template_value values[ROW_VALUES] = {
        {"token", registration->token, NULL},
        {"groups", NULL, result == RESULT_ENDED ? NULL : row->groups.rows},
        {"check", result == RESULT_ENDED ? NULL : row->check, NULL},
        {"reference", result == RESULT_ENDED ? row->reference : NULL, NULL},
        {"product_word", catalogue_get(language->catalogue, word_of(result)), NULL},
        {"product_open", flag(open), NULL},
        {"product_done", flag(done), NULL},
        {"product_ended", flag(!open && !done), NULL},
        {NULL, NULL, NULL},
    };
    memcpy(row->values, values, sizeof values);
}

/* NULL: no rows. */
static const struct template_value *const *make_rows(const struct page_language *language,
                                                     const struct page_products *products,
                                                     struct product_row **storage,
                                                     const struct template_value ***rows)
{
    if (!products->count)
        return NULL;
    *storage = memory_new(products->count, sizeof **storage);
    *rows = memory_new(products->count + 1, sizeof **rows);
    for (size_t i = 0; i < products->count; i++) {
        fill_row(language, &products->list[i], &(*storage)[i]);
        (*rows)[i] = (*storage)[i].values;
    }
    return *rows;
}

/* "Sign in with ACME" */
static void add_with_label(const struct pages *pages, const struct page_language *language, const char *key,
                           struct text *out)
{
    const struct page_brand *brand = &pages->brand;
    const char *name = *brand->name ? brand->name : catalogue_get(language->catalogue, "portal_name");
    const struct catalogue_value values[] = {
        {"label", brand->account && *brand->account ? brand->account : name}, {NULL, NULL}};

    catalogue_format(language->catalogue, key, values, out);
}

static const char *problem_of(const struct page_language *language, const char *problem)
{
    TEXT struct text key = TEXT_EMPTY;

    if (!problem)
        return NULL;
    text_printf(&key, "sign_in_problem_%s", problem);
    return catalogue_get(language->catalogue, text_get(&key));
}

void pages_back_text(const struct pages *pages, const char *language, struct text *out)
{
    add_with_label(pages, page_language(pages, language), "return_link", out);
}

void pages_products(const struct pages *pages, const char *language, const struct page_products *products,
                    struct text *out)
{
    const struct page_language *chosen = page_language(pages, language);
    OWNED struct product_row *storage = NULL;
    OWNED const struct template_value **rows = NULL;
    TEXT struct text sign_in = TEXT_EMPTY;
    TEXT struct text back = TEXT_EMPTY;
    char older[16], newer[16];
    const bool has_back = products->back && *products->back;

    add_with_label(pages, chosen, "sign_in_button", &sign_in);
    add_with_label(pages, chosen, "return_link", &back);
    snprintf(older, sizeof older, "%u", products->number + 1);
    snprintf(newer, sizeof newer, "%u", products->number - 1);
    struct template_value values[12 + PAGE_COMMON_VALUES] = {
        {"problem", problem_of(chosen, products->problem), NULL},
        {"is_signed_in", flag(products->is_signed_in), NULL},
        {"can_begin", flag(products->can_begin), NULL},
        {"sign_in", text_get(&sign_in), NULL},
        {"none", flag(products->is_signed_in && !products->count), NULL},
        {"products", NULL, make_rows(chosen, products, &storage, &rows)},
        {"older", products->more ? older : NULL, NULL},
        {"newer", products->number > 1 ? newer : NULL, NULL},
        {"back", has_back ? products->back : NULL, NULL},
        {"back_text", has_back ? text_get(&back) : NULL, NULL},
        {"request_id", products->request_id, NULL},
    };
    page_render(pages, chosen, PAGE_PRODUCTS, "/products", values, out);
}
