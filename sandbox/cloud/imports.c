/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/imports.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "sandbox/cloud/arn.h"
#include "sandbox/cloud/store.h"

#define PATIENCE_MS (90LL * 24 * 3600 * 1000)
#define LIST_MAX ((size_t)1024 * 1024 * 1024)

static const char *const task_names[] = {
    [TASK_INITIALIZING] = "INITIALIZING", [TASK_INITIALIZED] = "INITIALIZED", [TASK_PENDING] = "PENDING",
    [TASK_COMPLETE] = "COMPLETE",         [TASK_FAILED] = "FAILED",           [TASK_DELETING] = "DELETING",
};
static const char *const device_names[] = {
    [DEVICE_INITIALIZED] = "INITIALIZED",
    [DEVICE_PENDING] = "PENDING",
    [DEVICE_ONBOARDED] = "ONBOARDED",
    [DEVICE_FAILED] = "FAILED",
};

const char *task_state_name(enum task_state state)
{
    return task_names[state];
}

const char *device_state_name(enum device_state state)
{
    return device_names[state];
}

static char *json_path(const struct imports *imports, const struct import *import)
{
    struct text path = TEXT_EMPTY;

    text_printf(&path, "%s/%s.json", imports->folder, import->id);
    return text_take(&path);
}

static char *list_path(const struct imports *imports, const struct import *import, size_t index)
{
    struct text path = TEXT_EMPTY;

    text_printf(&path, "%s/%s-%zu.csv", imports->folder, import->id, index);
    return text_take(&path);
}

static void put_text(cJSON *object, const char *name, const char *text)
{
    if (text)
        cJSON_AddStringToObject(object, name, text);
}

static void keep(const struct imports *imports, const struct import *import)
{
    JSON cJSON *object = cJSON_CreateObject();
    OWNED char *path = json_path(imports, import);

    put_text(object, "id", import->id);
    put_text(object, "destination", import->destination);
    put_text(object, "role", import->role);
    put_text(object, "positioning", import->positioning);
    put_text(object, "name", import->name);
    put_text(object, "single", import->single);
    put_text(object, "token", import->token);
    put_text(object, "fingerprint", import->fingerprint);
    put_text(object, "failure", import->failure);
    cJSON_AddNumberToObject(object, "number", (double)import->number);
    cJSON_AddNumberToObject(object, "created_ms", (double)import->created_ms);
    cJSON_AddNumberToObject(object, "deleted_ms", (double)import->deleted_ms);
    cJSON *files = cJSON_AddArrayToObject(object, "files");
    for (size_t i = 0; i < import->file_count; i++) {
        cJSON *file = cJSON_CreateObject();
        put_text(file, "url", import->files[i].url);
        put_text(file, "problem", import->files[i].problem);
        cJSON_AddNumberToObject(file, "added_ms", (double)import->files[i].added_ms);
        cJSON_AddNumberToObject(file, "read_ms", (double)import->files[i].read_ms);
        cJSON_AddItemToArray(files, file);
    }
    store_write(path, object);
}

static void import_free(struct import *import)
{
    for (size_t i = 0; i < import->file_count; i++) {
        free(import->files[i].url);
        free(import->files[i].problem);
    }
    free(import->files);
    import_devices_fini(&import->devices);
    free(import->id);
    free(import->destination);
    free(import->role);
    free(import->positioning);
    free(import->name);
    free(import->single);
    free(import->token);
    free(import->fingerprint);
    free(import->failure);
    free(import);
}

static struct import_file *add_file(struct import *import, const char *url, long long added_ms)
{
    import->files = memory_grow(import->files, import->file_count + 1, sizeof *import->files);
    struct import_file *file = &import->files[import->file_count++];
    *file = (struct import_file){.url = memory_string(url), .added_ms = added_ms};
    return file;
}

static void append(struct imports *imports, struct import *import)
{
    imports->all = memory_grow(imports->all, imports->count + 1, sizeof *imports->all);
    imports->all[imports->count++] = import;
    if (import->number > imports->last_number)
        imports->last_number = import->number;
}

static void read_copies(const struct imports *imports, struct import *import)
{
    if (import->single)
        import_devices_add(&import->devices, import->single, strlen(import->single),
                           import->created_ms + imports->pace_ms);
    for (size_t i = 0; i < import->file_count; i++) {
        OWNED char *path = list_path(imports, import, i);
        OWNED char *csv = NULL;
        TEXT struct text why = TEXT_EMPTY;
        size_t length;
        if (import->files[i].read_ms && !import->files[i].problem &&
            !file_read(path, LIST_MAX, &csv, &length) &&
            !import_devices_read(&import->devices, csv, length, import->files[i].read_ms, &why))
            log_event(LOG_WARN, "import.copy_unreadable", "path", path, "why", text_get(&why), NULL);
    }
}

static struct import *read_import(const struct imports *imports, const char *path)
{
    JSON cJSON *object = store_read(path);
    const cJSON *each;

    if (!store_text(object, "id"))
        return NULL;
    struct import *import = memory_new(1, sizeof *import);
    import->id = memory_string(store_text(object, "id"));
    import->destination = memory_string(store_text(object, "destination"));
    import->role = memory_string(store_text(object, "role"));
    import->positioning = memory_string(store_text(object, "positioning"));
    import->name = memory_string(store_text(object, "name"));
    import->single = memory_string(store_text(object, "single"));
    import->token = memory_string(store_text(object, "token"));
    import->fingerprint = memory_string(store_text(object, "fingerprint"));
    import->failure = memory_string(store_text(object, "failure"));
    import->number = (unsigned long long)store_number(object, "number");
    import->created_ms = store_number(object, "created_ms");
    import->deleted_ms = store_number(object, "deleted_ms");
    cJSON_ArrayForEach(each, cJSON_GetObjectItemCaseSensitive(object, "files"))
    {
        struct import_file *file = add_file(import, store_text(each, "url"), store_number(each, "added_ms"));
        file->read_ms = store_number(each, "read_ms");
        file->problem = memory_string(store_text(each, "problem"));
    }
    read_copies(imports, import);
    return import;
}

static int compare(const void *one, const void *other)
{
    const struct import *a = *(struct import *const *)one, *b = *(struct import *const *)other;

    return (a->number > b->number) - (a->number < b->number);
}

void imports_open(struct imports *imports, const char *folder)
{
    imports->folder = store_path(folder, "imports");
    store_folder(imports->folder);
    DIR *listing = opendir(imports->folder);
    for (struct dirent *entry; listing && (entry = readdir(listing));) {
        const char *dot = strrchr(entry->d_name, '.');
        OWNED char *path = store_path(imports->folder, entry->d_name);
        struct import *import = dot && strcmp(dot, ".json") == 0 ? read_import(imports, path) : NULL;
        if (import)
            append(imports, import);
    }
    if (listing)
        closedir(listing);
    if (imports->count)
        qsort(imports->all, imports->count, sizeof *imports->all, compare);
}

void imports_close(struct imports *imports)
{
    for (size_t i = 0; i < imports->count; i++)
        import_free(imports->all[i]);
    free(imports->all);
    free(imports->folder);
}

static void fail_file(struct import *import, struct import_file *file, const char *what, const char *why)
{
    struct text problem = TEXT_EMPTY;

    text_printf(&problem, "The file %s %s%s.", file->url, what, why);
    file->problem = text_take(&problem);
    if (file == import->files)
        import->failure = memory_string(file->problem);
}

/* Uses the task's role. */
static void read_list(const struct imports *imports, struct import *import, size_t index)
{
    struct import_file *file = &import->files[index];
    OWNED char *csv = NULL;
    OWNED char *copy = list_path(imports, import, index);
    TEXT struct text why = TEXT_EMPTY;
    size_t length;

    file->read_ms = file->added_ms + imports->pace_ms;
    OWNED char *path = buckets_path_of_url(imports->buckets, file->url);
    if (imports->faults->role_wrong) {
        struct text failure = TEXT_EMPTY;
        text_printf(&failure, "The role %s cannot be assumed by iotwireless.amazonaws.com.", import->role);
        import->failure = text_take(&failure);
    } else if (faults_denies(imports->faults, "s3:GetObject")) {
        fail_file(import, file, "cannot be read", ": access denied");
    } else if (!path || file_read(path, LIST_MAX, &csv, &length)) {
        fail_file(import, file, "cannot be read", ": it does not exist");
    } else if (!import_devices_read(&import->devices, csv, length, file->read_ms, &why)) {
        fail_file(import, file, "is not valid: ", text_get(&why));
    } else if (file_replace(copy, csv, length, 0600)) {
        log_event(LOG_ERROR, "import.copy_not_written", "path", copy, NULL);
    }
    log_event(LOG_INFO, "import.list_read", "id", import->id, "problem",
              file->problem ? file->problem : import->failure, "devices", LOG_NUMBER(import->devices.count),
              NULL);
    keep(imports, import);
}

static void forget(struct imports *imports, size_t index)
{
    struct import *import = imports->all[index];
    OWNED char *json = json_path(imports, import);

    unlink(json);
    for (size_t i = 0; i < import->file_count; i++) {
        OWNED char *copy = list_path(imports, import, i);
        unlink(copy);
    }
    log_event(LOG_INFO, "import.deleted", "id", import->id, NULL);
    import_free(import);
    imports->count--;
    memmove(imports->all + index, imports->all + index + 1, (imports->count - index) * sizeof *imports->all);
}

void imports_advance(struct imports *imports)
{
    long long now = calendar_now_ms(imports->calendar);

    for (size_t i = imports->count; i-- > 0;) {
        struct import *import = imports->all[i];
        if (import->deleted_ms && now >= import->deleted_ms + imports->pace_ms) {
            forget(imports, i);
            continue;
        }
        for (size_t j = 0; j < import->file_count && !import->failure && !import->deleted_ms; j++)
            if (!import->files[j].read_ms && now >= import->files[j].added_ms + imports->pace_ms)
                read_list(imports, import, j);
    }
}

struct import *imports_start(struct imports *imports, const struct import *given, const char *url)
{
    struct import *import = memory_new(1, sizeof *import);
    char id[ARN_ID_SIZE];

    *import = *given;
    arn_new_id(id);
    import->id = memory_string(id);
    import->number = imports->last_number + 1;
    import->created_ms = calendar_now_ms(imports->calendar);
    if (url)
        add_file(import, url, import->created_ms);
    else
        read_copies(imports, import);
    append(imports, import);
    keep(imports, import);
    log_event(LOG_INFO, "import.started", "id", id, "file", url, NULL);
    return import;
}

void imports_add_file(struct imports *imports, struct import *import, const char *url)
{
    add_file(import, url, calendar_now_ms(imports->calendar));
    keep(imports, import);
    log_event(LOG_INFO, "import.updated", "id", import->id, "file", url, NULL);
}

void imports_delete(struct imports *imports, struct import *import)
{
    import->deleted_ms = calendar_now_ms(imports->calendar);
    keep(imports, import);
}

struct import *imports_find(const struct imports *imports, const char *id)
{
    for (size_t i = 0; i < imports->count; i++)
        if (strcmp(imports->all[i]->id, id) == 0)
            return imports->all[i];
    return NULL;
}

struct import *imports_with_token(const struct imports *imports, const char *token)
{
    for (size_t i = 0; i < imports->count; i++)
        if (imports->all[i]->token && strcmp(imports->all[i]->token, token) == 0)
            return imports->all[i];
    return NULL;
}

static long long later(long long one, long long other)
{
    return one > other ? one : other;
}

/* The devices of one control log are finished one after the other, within two paces. */
static enum device_state reported_device(const struct imports *imports, const struct import *import,
                                         size_t index, const char **reason, long long *updated_ms)
{
    const struct import_device *device = &import->devices.all[index];
    long long now = calendar_now_ms(imports->calendar), pace = imports->pace_ms;
    long long pending = later(device->delivery->at_ms, device->ready_ms) + pace;
    long long done = pending + pace + pace * (long long)(index + 1) / (long long)import->devices.count;

    if (now < pending)
        return DEVICE_INITIALIZED;
    *updated_ms = pending;
    if (now < done)
        return DEVICE_PENDING;
    *updated_ms = done;
    if (device->delivery->supported)
        return DEVICE_ONBOARDED;
    *reason = "No device profile of this account has factory support for the ApId of the control log.";
    return DEVICE_FAILED;
}

enum device_state imports_device(const struct imports *imports, const struct import *import, size_t index,
                                 const char **reason, long long *updated_ms)
{
    struct import_device *device = &import->devices.all[index];
    long long end = import->created_ms + PATIENCE_MS;

    *reason = row_problem_words(device->problem);
    *updated_ms = device->ready_ms;
    if (*reason)
        return DEVICE_FAILED;
    if (!device->delivery)
        device->delivery = deliveries_find(imports->deliveries, &device->smsn);
    if (device->delivery && device->delivery->at_ms < end)
        return reported_device(imports, import, index, reason, updated_ms);
    if (calendar_now_ms(imports->calendar) < end)
        return DEVICE_INITIALIZED;
    *reason = "No control log with this SMSN was received within 90 days.";
    *updated_ms = end;
    return DEVICE_FAILED;
}

static bool is_read(const struct imports *imports, const struct import *import)
{
    if (import->file_count)
        return import->files[0].read_ms != 0;
    return calendar_now_ms(imports->calendar) >= import->created_ms + imports->pace_ms;
}

static bool has_unread(const struct import *import)
{
    for (size_t i = 0; i < import->file_count; i++)
        if (!import->files[i].read_ms)
            return true;
    return false;
}

enum task_state imports_state(const struct imports *imports, const struct import *import,
                              unsigned long long counts[DEVICE_STATES])
{
    const char *reason;
    long long updated;

    memset(counts, 0, DEVICE_STATES * sizeof *counts);
    bool read = is_read(imports, import);
    for (size_t i = 0; read && i < import->devices.count; i++)
        counts[imports_device(imports, import, i, &reason, &updated)]++;
    if (import->deleted_ms)
        return TASK_DELETING;
    if (import->failure)
        return TASK_FAILED;
    if (!read)
        return TASK_INITIALIZING;
    if (counts[DEVICE_PENDING])
        return TASK_PENDING;
    return counts[DEVICE_INITIALIZED] || has_unread(import) ? TASK_INITIALIZED : TASK_COMPLETE;
}

void imports_reason(const struct import *import, struct text *out)
{
    if (import->failure)
        text_puts(out, import->failure);
    for (size_t i = 1; i < import->file_count; i++)
        if (import->files[i].problem)
            text_printf(out, "%s%s", out->length ? " " : "", import->files[i].problem);
}
