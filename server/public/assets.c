/* SPDX-License-Identifier: Apache-2.0 */
#include "server/public/assets.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/memory.h"
#include "server/portal/portal.h"
#include "server/portal/problem.h"

#define FILE_LIMIT ((size_t)4 << 20)
#define CACHE_FOREVER "public, max-age=31536000, immutable"
#define CACHE_A_DAY "public, max-age=86400"

struct asset {
    char *name;
    struct http_page *lasting; /* for URLs with the version */
    struct http_page *plain;
};

struct form {
    char *language;
    struct http_page *page;
};

struct assets {
    struct asset *files;
    size_t file_count;
    struct form *forms;
    size_t form_count;
    char version[DIGEST_SIZE];
};

static const struct {
    const char *ending, *type;
} types[] = {
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".json", "application/json"},
    {".txt", "text/plain; charset=utf-8"},
    {".woff2", "font/woff2"},
};

static const char *type_of(const char *name)
{
    const char *ending = strrchr(name, '.');

    for (size_t i = 0; ending && i < sizeof types / sizeof *types; i++)
        if (strcmp(ending, types[i].ending) == 0)
            return types[i].type;
    return "application/octet-stream";
}

/* An SVG picture that is opened by itself is a document: nothing runs in it. */
#define SVG_POLICY "default-src 'none'; style-src 'unsafe-inline'; sandbox"

static struct http_page *page_of(const char *name, const char *bytes, size_t length, const char *caching)
{
    const bool is_svg = strcmp(type_of(name), "image/svg+xml") == 0;
    const struct http_header headers[] = {
        {"Cache-Control", caching}, {is_svg ? "Content-Security-Policy" : NULL, SVG_POLICY}, {NULL, NULL}};

    return http_page_new(type_of(name), bytes, length, headers);
}

static void add_bytes(struct assets *assets, const struct assets_file *file, struct text *digests)
{
    char digest[DIGEST_SIZE];

    digest_sha256(file->bytes, file->length, digest);
    text_printf(digests, "%s %s\n", digest, file->name);
    assets->files = memory_grow(assets->files, assets->file_count + 1, sizeof *assets->files);
    assets->files[assets->file_count++] = (struct asset){
        memory_string(file->name), page_of(file->name, file->bytes, file->length, CACHE_FOREVER),
        page_of(file->name, file->bytes, file->length, CACHE_A_DAY)};
}

static bool add_file(struct assets *assets, const char *folder, const char *name, struct text *digests,
                     struct text *why)
{
    TEXT struct text path = TEXT_EMPTY;
    OWNED char *bytes = NULL;
    size_t length = 0;

    text_printf(&path, "%s/%s", folder, name);
    int error = file_read(path.data, FILE_LIMIT, &bytes, &length);
    if (error) {
        text_printf(why, "%s: %s", path.data, strerror(error));
        return false;
    }
    add_bytes(assets, &(struct assets_file){name, bytes, length}, digests);
    return true;
}

static int is_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && entry->d_type != DT_DIR;
}

struct assets *assets_load(const char *folder, const struct assets_file *more, size_t more_count,
                           struct text *why)
{
    struct assets *assets = memory_new(1, sizeof *assets);
    TEXT struct text digests = TEXT_EMPTY;
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_file, alphasort);
    bool fine = count > 0;

    if (!fine)
        text_printf(why, "the folder of static files cannot be read or is empty: %s", folder);
    for (int i = 0; i < count; i++) {
        fine = fine && add_file(assets, folder, entries[i]->d_name, &digests, why);
        free(entries[i]);
    }
    free(entries);
    for (size_t i = 0; i < more_count; i++)
        add_bytes(assets, &more[i], &digests);
    digest_sha256(text_get(&digests), digests.length, assets->version);
    assets->version[12] = '\0';
    if (fine)
        return assets;
    assets_free(assets);
    return NULL;
}

void assets_free(struct assets *assets)
{
    if (!assets)
        return;
    for (size_t i = 0; i < assets->file_count; i++) {
        free(assets->files[i].name);
        http_page_free(assets->files[i].lasting);
        http_page_free(assets->files[i].plain);
    }
    for (size_t i = 0; i < assets->form_count; i++) {
        free(assets->forms[i].language);
        http_page_free(assets->forms[i].page);
    }
    free(assets->files);
    free(assets->forms);
    free(assets);
}

const char *assets_version(const struct assets *assets)
{
    return assets->version;
}

void assets_add_form(struct assets *assets, const char *language, const char *bytes, size_t length)
{
    const struct http_header headers[] = {{"Cache-Control", "no-cache"},
                                          {"Vary", "Accept-Language, Cookie"},
                                          {"Content-Language", language},
                                          {NULL, NULL}};

    assets->forms = memory_grow(assets->forms, assets->form_count + 1, sizeof *assets->forms);
    assets->forms[assets->form_count++] = (struct form){
        memory_string(language), http_page_new("text/html; charset=utf-8", bytes, length, headers)};
}

const struct http_page *assets_form(const struct assets *assets, const char *language)
{
    for (size_t i = 0; i < assets->form_count; i++)
        if (strcmp(assets->forms[i].language, language) == 0)
            return assets->forms[i].page;
    return NULL;
}

static void answer_file(struct http_exchange *exchange, const char *name)
{
    const struct assets *assets = portal_of(exchange)->assets;
    const char *version = http_request_query(exchange, "v", NULL);

    for (size_t i = 0; i < assets->file_count; i++) {
        const struct asset *asset = &assets->files[i];
        if (strcmp(asset->name, name) != 0)
            continue;
        bool lasting = version && strcmp(version, assets->version) == 0;
        http_answer_page(exchange, 200, lasting ? asset->lasting : asset->plain);
        return;
    }
    problem_answer(exchange, 404);
}

static void reply_static(struct http_exchange *exchange, void *arguments, unsigned result)
{
    size_t length;
    const char *name = http_request_parameter(exchange, "file", &length);

    (void)arguments;
    (void)result;
    answer_file(exchange, strlen(name) == length ? name : "");
}

static void reply_icon(struct http_exchange *exchange, void *arguments, unsigned result)
{
    (void)arguments;
    (void)result;
    answer_file(exchange, "icon.svg");
}

static void reply_robots(struct http_exchange *exchange, void *arguments, unsigned result)
{
    (void)arguments;
    (void)result;
    answer_file(exchange, "robots.txt");
}

static void reply_openapi(struct http_exchange *exchange, void *arguments, unsigned result)
{
    (void)arguments;
    (void)result;
    answer_file(exchange, "openapi.json");
}

const struct http_handler asset_static = {.reply = reply_static};
const struct http_handler asset_icon = {.reply = reply_icon};
const struct http_handler asset_robots = {.reply = reply_robots};
const struct http_handler asset_openapi = {.reply = reply_openapi};
