/* SPDX-License-Identifier: Apache-2.0 */
/* What never changes while the portal runs, held ready to be sent: the files of the static folder, and the
 * empty form in each language. Made at start-up, read-only afterwards. */
#ifndef SERVER_PUBLIC_ASSETS_H
#define SERVER_PUBLIC_ASSETS_H

#include "base/text.h"
#include "server/http/http.h"

struct assets;

/* Reads every file of the folder (not those in folders below it). NULL with a sentence in *why. */
struct assets *assets_load(const char *folder, struct text *why);
void assets_free(struct assets *assets);

/* A digest over all files, for addresses that may be cached for ever; borrowed. */
const char *assets_version(const struct assets *assets);

/* The empty form in the language; bytes are copied. */
void assets_add_form(struct assets *assets, const char *language, const char *bytes, size_t length);
const struct http_page *assets_form(const struct assets *assets, const char *language);

/* GET /static/{file...}, /favicon.ico, /robots.txt, /api/v1/openapi.json */
extern const struct http_handler asset_static, asset_icon, asset_robots, asset_openapi;

#endif
