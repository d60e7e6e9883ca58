/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/registry.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lines.h"

#define LINE_MAX_BYTES (1 << 20)

struct record {
    const char *certificate_id; /* points into json */
    cJSON *json;                /* owned */
};

struct registry {
    FILE *log;
    void *records; /* tree of struct record, by certificate */
    void *things;  /* tree of char *, owned */
};

static int compare_records(const void *a, const void *b)
{
    return strcmp(((const struct record *)a)->certificate_id, ((const struct record *)b)->certificate_id);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void record_free(void *data)
{
    struct record *record = data;

    cJSON_Delete(record->json);
    free(record);
}

static bool insert_things(struct registry *registry, const cJSON *json)
{
    const cJSON *thing;

    cJSON_ArrayForEach(thing, cJSON_GetObjectItemCaseSensitive(json, "things"))
    {
        char *name = cJSON_IsString(thing) ? strdup(thing->valuestring) : NULL;
        char **place = name ? tsearch(name, &registry->things, compare_names) : NULL;
        if (!place || *place != name)
            free(name);
        if (!place)
            return false;
    }
    return true;
}

/* Takes ownership of json, also on failure. */
static bool insert(struct registry *registry, cJSON *json)
{
    const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "certificateId"));
    struct record *record = id ? calloc(1, sizeof *record) : NULL;

    if (!record || !insert_things(registry, json)) {
        free(record);
        cJSON_Delete(json);
        return false;
    }
    *record = (struct record){id, json};
    struct record **place = tsearch(record, &registry->records, compare_records);
    if (place && *place != record) {
        record_free(*place);
        *place = record;
    } else if (!place) {
        record_free(record);
    }
    return place != NULL;
}

/* Converts a line {"certificateId", "thingName"} of older sandboxes, whose account had one policy for all
 * modules. */
static void modernize(cJSON *json)
{
    cJSON *thing = cJSON_DetachItemFromObjectCaseSensitive(json, "thingName");

    if (!thing)
        return;
    cJSON_AddStringToObject(json, "status", "ACTIVE");
    cJSON_AddItemToArray(cJSON_AddArrayToObject(json, "things"), thing);
    cJSON_AddItemToArray(cJSON_AddArrayToObject(json, "policies"), cJSON_CreateString("expresslink-module"));
}

struct loading {
    struct registry *registry;
    bool good;
};

static void load_line(void *context, char *line, size_t length)
{
    struct loading *loading = context;

    if (!loading->good)
        return;
    cJSON *json = cJSON_ParseWithLength(line, length);
    modernize(json);
    loading->good = insert(loading->registry, json);
}

static void refuse_line(void *context)
{
    ((struct loading *)context)->good = false;
}

static bool load(struct registry *registry)
{
    struct loading loading = {registry, true};
    const struct line_splitter_events events = {&loading, load_line, refuse_line};
    struct line_splitter lines = line_splitter_new(&events, LINE_MAX_BYTES);
    char bytes[16384];
    size_t got;

    rewind(registry->log);
    while ((got = fread(bytes, 1, sizeof bytes, registry->log)) > 0)
        line_splitter_feed(&lines, bytes, got);
    line_splitter_end(&lines);
    line_splitter_fini(&lines);
    return loading.good;
}

struct registry *registry_open(const char *path)
{
    struct registry *registry = calloc(1, sizeof *registry);

    if (!registry)
        return NULL;
    registry->log = fopen(path, "a+e");
    if (registry->log && load(registry))
        return registry;
    registry_close(registry);
    return NULL;
}

void registry_close(struct registry *registry)
{
    if (!registry)
        return;
    tdestroy(registry->things, free);
    tdestroy(registry->records, record_free);
    if (registry->log)
        fclose(registry->log);
    free(registry);
}

const cJSON *registry_find(const struct registry *registry, const char *certificate_id)
{
    const struct record wanted = {certificate_id, NULL};
    struct record *const *found = tfind(&wanted, &registry->records, compare_records);

    return found ? (*found)->json : NULL;
}

bool registry_has_thing(const struct registry *registry, const char *thing_name)
{
    return tfind(thing_name, &registry->things, compare_names) != NULL;
}

bool registry_add(struct registry *registry, const cJSON *line)
{
    char *text = cJSON_PrintUnformatted(line);
    bool written = text && cJSON_GetObjectItemCaseSensitive(line, "certificateId") &&
                   fprintf(registry->log, "%s\n", text) > 0 && fflush(registry->log) == 0;

    cJSON_free(text);
    return written && insert(registry, cJSON_Duplicate(line, true));
}
