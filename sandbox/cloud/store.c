/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"

#define PRINT_ROOM (256 * 1024)
#define FILE_MAX ((size_t)64 * 1024 * 1024)

char *store_path(const char *folder, const char *name)
{
    struct text path = TEXT_EMPTY;

    text_printf(&path, "%s/%s", folder, name);
    return text_take(&path);
}

void store_folder(const char *path)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return;
    fprintf(stderr, "expresslink-cloud: %s: %s\n", path, strerror(errno));
    exit(1);
}

cJSON *store_read(const char *path)
{
    OWNED char *bytes = NULL;
    size_t length;

    if (file_read(path, FILE_MAX, &bytes, &length))
        return NULL;
    return cJSON_ParseWithLength(bytes, length);
}

void store_write(const char *path, const cJSON *object)
{
    OWNED char *bytes = cJSON_Print(object);
    int error = bytes ? file_replace(path, bytes, strlen(bytes), 0600) : ENOMEM;

    if (error)
        log_event(LOG_ERROR, "store.not_written", "path", path, "error", strerror(error), NULL);
}

void store_write_often(const char *path, const cJSON *object)
{
    TEXT struct text new_path = TEXT_EMPTY;
    OWNED char *bytes = cJSON_PrintBuffered(object, PRINT_ROOM, false);

    text_printf(&new_path, "%s.new", path);
    int fd = open(text_get(&new_path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    bool fine = bytes && file && fputs(bytes, file) >= 0;
    if (file)
        fine = fclose(file) == 0 && fine;
    if (!fine || rename(text_get(&new_path), path) != 0)
        log_event(LOG_ERROR, "store.not_written", "path", path, "error", strerror(errno), NULL);
}

long long store_number(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsNumber(item) ? (long long)item->valuedouble : 0;
}

const char *store_text(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}
