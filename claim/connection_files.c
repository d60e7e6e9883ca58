/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/connection_files.h"

#include <stddef.h>
#include <sys/stat.h>

#include "base/key_mode.h"

#define FNV_START 14695981039346656037ULL
#define FNV_PRIME 1099511628211ULL

static unsigned long long mix(unsigned long long hash, unsigned long long value)
{
    return (hash ^ value) * FNV_PRIME;
}

/* A file that was replaced has another inode, one that was written has another time. */
static unsigned long long look(const struct account_connection *connection)
{
    const char *const paths[] = {connection->ca_file, connection->cert_file, connection->key_file};
    unsigned long long hash = FNV_START;

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct stat status = {0};
        if (!paths[i] || stat(paths[i], &status) != 0)
            status = (struct stat){0};
        hash = mix(hash, (unsigned long long)status.st_ino);
        hash = mix(hash, (unsigned long long)status.st_size);
        hash = mix(hash, (unsigned long long)status.st_mtim.tv_sec);
        hash = mix(hash, (unsigned long long)status.st_mtim.tv_nsec);
    }
    return hash;
}

bool connection_files_changed(struct connection_files *files, const struct account_connection *connection,
                              long long monotonic_ms)
{
    if (monotonic_ms < files->next_check)
        return false;
    unsigned long long now = look(connection), before = files->seen;
    bool first = files->next_check == 0;

    files->next_check = monotonic_ms + CONNECTION_FILES_CHECK_MS;
    files->seen = now;
    if (first)
        files->used = now;
    if (now == files->used || now != before)
        return false;
    files->used = now;
    return true;
}

struct warning {
    void (*warn)(void *context, const char *sentence);
    void *context;
};

static void check_key(const struct warning *warning, const struct account_connection *connection)
{
    TEXT struct text sentence = TEXT_EMPTY;

    if (connection->key_file && *connection->key_file && key_mode_warning(connection->key_file, &sentence))
        warning->warn(warning->context, text_get(&sentence));
}

void connection_files_exposed(const struct claim_settings *settings,
                              void (*warn)(void *context, const char *sentence), void *context)
{
    const struct warning warning = {warn, context};

    for (size_t i = 0; i < settings->staging_count; i++)
        for (size_t j = 0; j < settings->staging[i].claim_thing_count; j++)
            check_key(&warning, &settings->staging[i].claim_things[j].connection);
    for (size_t i = 0; i < settings->endpoint_count; i++)
        check_key(&warning, &settings->endpoints[i].connection);
}
