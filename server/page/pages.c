/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page/pages.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/memory.h"
#include "server/page/language.h"
#include "server/page/page_set.h"
#include "server/page/template_source.h"

#define CATALOGUE_PREFIX "messages."
#define CATALOGUE_SUFFIX ".json"
#define LANGUAGE_MAX 64
#define COUNTRIES_MAX ((size_t)16 << 10)

static const struct {
    const char *name;
    const char *names;
} page_sources[PAGE_COUNT] = {
    [PAGE_FORM] = {"form", form_page_names},
    [PAGE_STATUS] = {"status", status_page_names},
    [PAGE_ASK] = {"ask", ask_page_names},
    [PAGE_PROBLEM] = {"problem", problem_page_names},
    [PAGE_PRODUCTS] = {"products", products_page_names},
};

__attribute__((format(printf, 1, 2))) static char *complain(const char *format, ...)
{
    struct text error = TEXT_EMPTY;
    char what[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    text_puts(&error, what);
    return text_take(&error);
}

/* "messages.de.json" -> "de"; NULL for other files. */
static char *catalogue_tag(const char *file)
{
    const size_t prefix = strlen(CATALOGUE_PREFIX);
    const size_t suffix = strlen(CATALOGUE_SUFFIX);
    const size_t length = strlen(file);
    if (length <= prefix + suffix || strncmp(file, CATALOGUE_PREFIX, prefix) != 0 ||
        strcmp(file + length - suffix, CATALOGUE_SUFFIX) != 0)
        return NULL;
    char *tag = memory_part(file + prefix, length - prefix - suffix);
    if (tag != NULL && language_tag_valid(tag))
        return tag;
    free(tag);
    return NULL;
}

static int compare_tags(const void *a, const void *b)
{
    return strcmp(((const struct page_language *)a)->tag, ((const struct page_language *)b)->tag);
}

static bool find_languages(struct pages *pages, const char *folder, char **error)
{
    DIR *open = opendir(folder);
    if (open == NULL) {
        *error = complain("%s: %s", folder, strerror(errno));
        return false;
    }
    pages->languages = memory_new(LANGUAGE_MAX, sizeof *pages->languages);
    for (const struct dirent *entry;
         pages->language_count < LANGUAGE_MAX && (entry = readdir(open)) != NULL;) {
        char *tag = catalogue_tag(entry->d_name);
        if (tag != NULL)
            pages->languages[pages->language_count++].tag = tag;
    }
    closedir(open);
    qsort(pages->languages, pages->language_count, sizeof *pages->languages, compare_tags);
    return true;
}

static bool put_fallback_first(struct pages *pages, const char *folder, const char *fallback, char **error)
{
    for (size_t i = 0; i < pages->language_count; i++) {
        if (strcasecmp(pages->languages[i].tag, fallback) != 0)
            continue;
        const struct page_language found = pages->languages[i];
        memmove(&pages->languages[1], &pages->languages[0], i * sizeof found);
        pages->languages[0] = found;
        return true;
    }
    *error = complain("%s/" CATALOGUE_PREFIX "%s" CATALOGUE_SUFFIX
                      ": there is no catalogue for the fallback language ([pages] language)",
                      folder, fallback);
    return false;
}

static bool load_catalogue(struct pages *pages, size_t index, const char *folder, char **error)
{
    struct page_language *language = &pages->languages[index];
    TEXT struct text path = TEXT_EMPTY;
    text_printf(&path, "%s/" CATALOGUE_PREFIX "%s" CATALOGUE_SUFFIX, folder, language->tag);
    language->catalogue = catalogue_load(text_get(&path), language->tag, pages->brand.network, error);
    return language->catalogue != NULL &&
           catalogue_agree(pages->languages[0].catalogue, language->catalogue, error);
}

static bool load_templates(struct page_language *language, const char *folder, char **error)
{
    for (size_t i = 0; i < PAGE_COUNT; i++) {
        TEXT struct text source = TEXT_EMPTY;
        if (!template_source_load(folder, page_sources[i].name, language->catalogue, page_sources[i].names,
                                  &source, error))
            return false;
        OWNED char *why = NULL;
        language->templates[i] = template_new(text_get(&source), &why);
        if (language->templates[i] == NULL) {
            *error = complain("%s/%s.mustache: %s", folder, page_sources[i].name, why);
            return false;
        }
    }
    return true;
}

/* An OEM's folder may have none: codes are shown then. */
static void load_countries(struct page_language *language, const char *folder)
{
    TEXT struct text path = TEXT_EMPTY;
    size_t length = 0;
    text_printf(&path, "%s/countries.%s.txt", folder, language->tag);
    if (file_read(text_get(&path), COUNTRIES_MAX, &language->countries, &length) != 0)
        language->countries = NULL;
}

const char *page_language_country(const struct page_language *language, const char *country,
                                  struct page_values *texts)
{
    const char *at = language->countries;
    for (const size_t length = strlen(country); at != NULL && *at; at += *at == '\n') {
        const size_t line = strcspn(at, "\n");
        if (strncmp(at, country, length) == 0 && strncmp(at + length, " = ", 3) == 0)
            return page_values_text(texts, at + length + 3, line - length - 3);
        at += line;
    }
    return country;
}

static void finish_languages(struct pages *pages, const char *asset_version)
{
    pages->tags = memory_new(pages->language_count, sizeof *pages->tags);
    for (size_t i = 0; i < pages->language_count; i++) {
        struct page_language *language = &pages->languages[i];
        pages->tags[i] = language->tag;
        language->asset_version = memory_string(asset_version);
    }
}

static bool load(struct pages *pages, const char *folder, const char *fallback, char **error)
{
    if (!find_languages(pages, folder, error) || !put_fallback_first(pages, folder, fallback, error))
        return false;
    for (size_t i = 0; i < pages->language_count; i++) {
        load_countries(&pages->languages[i], folder);
        if (!load_catalogue(pages, i, folder, error) || !load_templates(&pages->languages[i], folder, error))
            return false;
    }
    return true;
}

struct pages *pages_load(const char *folder, const char *fallback_language, const char *asset_version,
                         const struct page_brand *brand, char **error)
{
    static const struct page_brand none = {.network = "wifi",
                                           .name = "",
                                           .logo = "",
                                           .colour = "",
                                           .colour_dark = "",
                                           .account = "",
                                           .support = "",
                                           .privacy = "",
                                           .imprint = ""};
    struct pages *pages = memory_new(1, sizeof *pages);
    pages->brand = brand != NULL ? *brand : none;
    snprintf(pages->logo_width, sizeof pages->logo_width, "%u", pages->brand.logo_width);
    if (load(pages, folder, fallback_language, error)) {
        finish_languages(pages, asset_version);
        return pages;
    }
    pages_free(pages);
    return NULL;
}

void pages_free(struct pages *pages)
{
    if (pages == NULL)
        return;
    for (size_t i = 0; i < pages->language_count; i++) {
        for (size_t page = 0; page < PAGE_COUNT; page++)
            template_free(pages->languages[i].templates[page]);
        catalogue_free(pages->languages[i].catalogue);
        free(pages->languages[i].asset_version);
        free(pages->languages[i].countries);
        free(pages->languages[i].tag);
    }
    free(pages->languages);
    free(pages->tags);
    free(pages);
}

const struct page_language *page_language(const struct pages *pages, const char *tag)
{
    for (size_t i = 0; tag != NULL && i < pages->language_count; i++)
        if (strcasecmp(pages->languages[i].tag, tag) == 0)
            return &pages->languages[i];
    return &pages->languages[0];
}

const char *pages_language(const struct pages *pages, const char *wanted, const char *accept_language)
{
    if (wanted != NULL && pages_has_language(pages, wanted))
        return page_language(pages, wanted)->tag;
    return pages->tags[language_choose(pages->tags, pages->language_count, accept_language)];
}

bool pages_has_language(const struct pages *pages, const char *tag)
{
    return strcasecmp(page_language(pages, tag)->tag, tag) == 0;
}

size_t pages_language_count(const struct pages *pages)
{
    return pages->language_count;
}

const char *pages_language_at(const struct pages *pages, size_t index)
{
    return pages->tags[index];
}

static const struct template_value END = {NULL, NULL, NULL};

static const char *unless_empty(const char *text)
{
    return *text ? text : NULL;
}

/* Appends what the brand adds to every page. */
static size_t add_brand(const struct pages *pages, const struct page_language *language,
                        struct template_value *values, size_t count)
{
    const struct page_brand *brand = &pages->brand;
    const char *name = unless_empty(brand->name);
    const struct template_value added[] = {
        {"brand_name", name != NULL ? name : catalogue_get(language->catalogue, "portal_name"), NULL},
        {"brand_style", *brand->colour || *brand->colour_dark ? "" : NULL, NULL},
        {"logo", unless_empty(brand->logo), NULL},
        {"logo_width", pages->logo_width, NULL},
        {"account", brand->signs_in ? "" : NULL, NULL},
        {"support", unless_empty(brand->support), NULL},
        {"privacy", unless_empty(brand->privacy), NULL},
        {"imprint", unless_empty(brand->imprint), NULL},
    };

    memcpy(values + count, added, sizeof added);
    return count + sizeof added / sizeof *added;
}

void page_render(const struct pages *pages, const struct page_language *language, enum page page,
                 const char *here, struct template_value *values, struct text *out)
{
    size_t count = 0;
    while (values[count].name != NULL)
        count++;
    struct template_value links[LANGUAGE_MAX][4];
    const struct template_value *rows[LANGUAGE_MAX + 1] = {NULL};
    for (size_t i = 0; i < pages->language_count; i++) {
        const struct page_language *other = &pages->languages[i];
        links[i][0] = (struct template_value){"link_language", other->tag, NULL};
        links[i][1] =
            (struct template_value){"link_name", catalogue_get(other->catalogue, "language_name"), NULL};
        links[i][2] = (struct template_value){"link_current", other == language ? "" : NULL, NULL};
        links[i][3] = END;
        rows[i] = links[i];
    }
    values[count++] = (struct template_value){"language", language->tag, NULL};
    values[count++] = (struct template_value){"asset_version", language->asset_version, NULL};
    values[count++] = (struct template_value){"here", here, NULL};
    values[count++] =
        (struct template_value){"language_links", NULL, pages->language_count > 1 ? rows : NULL};
    count = add_brand(pages, language, values, count);
    values[count] = END;
    template_render(language->templates[page], values, out);
}
