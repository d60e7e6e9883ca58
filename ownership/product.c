/* SPDX-License-Identifier: Apache-2.0 */
#include "ownership/product.h"

#include <string.h>

#include "claim/gtin.h"

#define PATTERN_MAX 64
#define WILDCARDS "*?"

bool product_pattern_valid(const char *pattern)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-" WILDCARDS;
    size_t length = strlen(pattern);

    return length > 0 && length <= PATTERN_MAX && strspn(pattern, allowed) == length;
}

/* After a mismatch the last * takes one character more: no recursion, no exponential time. */
static bool glob_matches(const char *pattern, const char *text)
{
    const char *star = NULL, *resumed = text;

    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            resumed = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++resumed;
        } else {
            return false;
        }
    }
    return pattern[strspn(pattern, "*")] == '\0';
}

bool product_pattern_matches(const char *pattern, const char *thing_name)
{
    if (strpbrk(pattern, WILDCARDS))
        return glob_matches(pattern, thing_name);
    return strncmp(thing_name, pattern, strlen(pattern)) == 0;
}

static bool list_has(const struct product_list *list, const char *part)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->parts[i], part) == 0)
            return true;
    return false;
}

const struct product *products_by_key(const struct products *products, const char *key)
{
    for (size_t i = 0; i < products->count; i++)
        if (strcmp(products->list[i].key, key) == 0)
            return &products->list[i];
    return NULL;
}

const struct product *products_default(const struct products *products)
{
    const struct product *found = NULL;

    for (size_t i = 0; products->list && i < products->count; i++) {
        if (products->list[i].identifiers.count)
            continue;
        if (found)
            return NULL;
        found = &products->list[i];
    }
    return found;
}

static const struct product *by_gtin(const struct products *products, const char *gtin)
{
    char wanted[GTIN_SIZE];

    if (gtin_parse(gtin, strlen(gtin), wanted))
        return NULL;
    for (size_t i = 0; i < products->count; i++)
        if (list_has(&products->list[i].gtins, wanted))
            return &products->list[i];
    return NULL;
}

static size_t longest_match(const struct product *product, const char *thing_name)
{
    size_t longest = 0;

    for (size_t i = 0; i < product->identifiers.count; i++) {
        const char *pattern = product->identifiers.parts[i];
        if (strlen(pattern) > longest && product_pattern_matches(pattern, thing_name))
            longest = strlen(pattern);
    }
    return longest;
}

static const struct product *by_pattern(const struct products *products, const char *thing_name)
{
    const struct product *found = NULL;
    size_t longest = 0;

    for (size_t i = 0; products->list && i < products->count; i++) {
        size_t length = longest_match(&products->list[i], thing_name);
        if (length > longest)
            found = &products->list[i];
        longest = length > longest ? length : longest;
    }
    return found;
}

const struct product *products_find(const struct products *products, const struct product_clues *clues)
{
    const struct product *found = NULL;

    if (clues->product)
        found = products_by_key(products, clues->product);
    if (!found && clues->gtin)
        found = by_gtin(products, clues->gtin);
    if (!found && clues->thing_name)
        found = by_pattern(products, clues->thing_name);
    return found ? found : products_default(products);
}

const struct product_field *product_field(const struct product *product, const char *key)
{
    for (size_t i = 0; i < product->field_count; i++)
        if (strcmp(product->fields[i].key, key) == 0)
            return &product->fields[i];
    return NULL;
}

bool product_sells_to(const struct product *product, const char *country)
{
    return list_has(&product->countries, country);
}

bool product_asks(const struct product *product, bool after_arrival)
{
    if (!after_arrival && (*product->consent || product->marketing || product->countries.count))
        return true;
    for (size_t i = 0; i < product->field_count; i++)
        if (product->fields[i].after_arrival == after_arrival)
            return true;
    return false;
}
