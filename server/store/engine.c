/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/engine.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"

/* Found in the program's own RUNPATH. It uses the program's functions (log, text, memory). */
#define POSTGRESQL_MODULE "expresslink-postgresql.so"

static bool has_scheme(const char *url, const char *scheme)
{
    size_t length = strlen(scheme);

    return strncmp(url, scheme, length) == 0 && url[length] == ':' && url[length + 1];
}

/* Loaded once, kept for the life of the process. */
static const struct engine_kind *load_postgresql(struct text *why)
{
    void *module = dlopen(POSTGRESQL_MODULE, RTLD_NOW | RTLD_LOCAL);
    const struct engine_kind *kind = module ? dlsym(module, "engine_postgresql") : NULL;

    if (!kind)
        text_printf(why, "PostgreSQL cannot be used here: %s", dlerror());
    return kind;
}

const struct engine_kind *engine_find(const char *url, struct text *why)
{
    if (has_scheme(url, engine_sqlite.scheme))
        return &engine_sqlite;
    if (has_scheme(url, "postgresql") || has_scheme(url, "postgres"))
        return load_postgresql(why);
    text_puts(why, "the store's url must be sqlite:/path/to/file or postgresql://host/database");
    return NULL;
}

bool engine_read_password(const char *path, char out[ENGINE_PASSWORD_SIZE], struct text *why)
{
    OWNED char *bytes = NULL;
    size_t length = 0;
    int error = file_read(path, ENGINE_PASSWORD_SIZE - 1, &bytes, &length);

    if (error) {
        text_printf(why, "%s: %s", path, strerror(error));
        return false;
    }
    snprintf(out, ENGINE_PASSWORD_SIZE, "%s", bytes);
    out[strcspn(out, "\r\n")] = '\0';
    return true;
}
