/* SPDX-License-Identifier: Apache-2.0 */
#include "server/start_check.h"

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/listen.h"
#include "base/log.h"
#include "claim/connection_check.h"

#define SQLITE "sqlite:"

struct files {
    struct config *config;
    const char *section;
    bool logs;
};

static void add_mistake(void *context, const struct connection_mistake *mistake)
{
    const struct files *files = context;

    if (files->logs)
        log_event(mistake->is_date ? LOG_WARN : LOG_ERROR, "connection.file_not_usable", "section",
                  files->section, "key", mistake->key, "reason", mistake->sentence, NULL);
    else
        config_add_error(files->config, files->section, mistake->key, "%s", mistake->sentence);
}

static void check_connection(struct files *files, const char *family, const char *name,
                             const struct account_connection *connection)
{
    TEXT struct text section = TEXT_EMPTY;

    text_printf(&section, "%s.%s", family, name);
    files->section = text_get(&section);
    connection_check(connection, clock_wall_ms(), add_mistake, files);
}

void start_check_files(struct config *config, const struct settings *settings, bool logs)
{
    const struct claim_settings *claim = &settings->claim;
    struct files files = {config, NULL, logs};

    for (size_t i = 0; i < claim->staging_count; i++)
        for (size_t j = 0; j < claim->staging[i].claim_thing_count; j++) {
            TEXT struct text name = TEXT_EMPTY;
            claim_thing_name(&claim->staging[i], &claim->staging[i].claim_things[j], &name);
            check_connection(&files, "staging", text_get(&name),
                             &claim->staging[i].claim_things[j].connection);
        }
    for (size_t i = 0; i < claim->endpoint_count; i++)
        if (claim->endpoints[i].observed)
            check_connection(&files, "endpoint", claim->endpoints[i].key, &claim->endpoints[i].connection);
}

static void check_folder(const char *path, void (*tell)(void *context, const char *sentence), void *context)
{
    TEXT struct text why = TEXT_EMPTY;
    TEXT struct text sentence = TEXT_EMPTY;

    if (file_has_folder(path, &why))
        return;
    text_printf(&sentence, "[store] url: %s", text_get(&why));
    tell(context, text_get(&sentence));
}

static void check_address(const char *key, const char *address, bool running,
                          void (*tell)(void *context, const char *sentence), void *context)
{
    TEXT struct text why = TEXT_EMPTY;
    TEXT struct text sentence = TEXT_EMPTY;
    bool in_use;

    if (listen_is_possible(address, &in_use, &why) || (running && in_use))
        return;
    text_printf(&sentence, "[http] %s: %s", key, text_get(&why));
    tell(context, text_get(&sentence));
}

void start_check_places(const struct settings *settings, bool running,
                        void (*tell)(void *context, const char *sentence), void *context)
{
    if (strncmp(settings->store.url, SQLITE, strlen(SQLITE)) == 0)
        check_folder(settings->store.url + strlen(SQLITE), tell, context);
    check_address("listen", settings->listen, running, tell, context);
    if (*settings->admin_listen)
        check_address("admin_listen", settings->admin_listen, running, tell, context);
}
