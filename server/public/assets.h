/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that never change while the portal runs: the files of the static folder, and the empty form in each
 * language. Made at start, read-only afterwards. */
#ifndef SERVER_PUBLIC_ASSETS_H
#define SERVER_PUBLIC_ASSETS_H

#include "base/text.h"
#include "server/http/http.h"

struct assets;

/* A file that is not in the folder. Its bytes are copied. */
struct assets_file {
    const char *name, *bytes;
    size_t length;
};

/* Reads all files of the folder, without its subfolders, and adds count more. Returns NULL with a sentence in
 * *why on error. */
struct assets *assets_load(const char *folder, const struct assets_file *more, size_t count,
                           struct text *why);
void assets_free(struct assets *assets);

/* A digest over all files, for URLs that may be cached forever. Borrowed. */
const char *assets_version(const struct assets *assets);

/* Adds the empty form in a language (copies bytes), and finds it: NULL if there is none. */
void assets_add_form(struct assets *assets, const char *language, const char *bytes, size_t length);
const struct http_page *assets_form(const struct assets *assets, const char *language);

/* GET /static/{file...}, /favicon.ico, /robots.txt, /api/v1/openapi.json */
extern const struct http_handler asset_static, asset_icon, asset_robots, asset_openapi;

#endif
