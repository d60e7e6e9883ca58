/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/registry.h"

#include <cjson/cJSON.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/peer_certificate.h"
#include "sandbox/provisioning_template.h"

/* In both trees: certificates own their records, things borrow the first one of their name. */
struct record {
    char certificate_id[CERTIFICATE_ID_SIZE];
    char thing_name[THING_NAME_SIZE];
};

struct registry {
    FILE *log;
    void *by_certificate;
    void *by_thing;
};

static int compare_certificates(const void *a, const void *b)
{
    return strcmp(((const struct record *)a)->certificate_id, ((const struct record *)b)->certificate_id);
}

static int compare_things(const void *a, const void *b)
{
    return strcmp(((const struct record *)a)->thing_name, ((const struct record *)b)->thing_name);
}

static struct record *record_new(const char *certificate_id, const char *thing_name)
{
    struct record *record = calloc(1, sizeof *record);

    if (!record || strlen(certificate_id) >= sizeof record->certificate_id ||
        strlen(thing_name) >= sizeof record->thing_name) {
        free(record);
        return NULL;
    }
    memcpy(record->certificate_id, certificate_id, strlen(certificate_id) + 1);
    memcpy(record->thing_name, thing_name, strlen(thing_name) + 1);
    return record;
}

static bool insert(struct registry *registry, const char *certificate_id, const char *thing_name)
{
    struct record *record = record_new(certificate_id, thing_name);

    if (!record)
        return false;
    struct record **place = tsearch(record, &registry->by_certificate, compare_certificates);
    if (!place || *place != record) {
        free(record);
        return place != NULL;
    }
    return tsearch(record, &registry->by_thing, compare_things) != NULL;
}

static bool insert_line(struct registry *registry, const char *line)
{
    cJSON *json = cJSON_Parse(line);
    const cJSON *certificate = cJSON_GetObjectItemCaseSensitive(json, "certificateId");
    const cJSON *thing = cJSON_GetObjectItemCaseSensitive(json, "thingName");

    bool done = cJSON_IsString(certificate) && cJSON_IsString(thing) &&
                insert(registry, certificate->valuestring, thing->valuestring);
    cJSON_Delete(json);
    return done;
}

static bool load(struct registry *registry)
{
    char *line = NULL;
    size_t room = 0;
    bool good = true;

    rewind(registry->log);
    while (good && getline(&line, &room, registry->log) > 0)
        good = insert_line(registry, line);
    free(line);
    return good;
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

static void keep(void *record)
{
    (void)record;
}

void registry_close(struct registry *registry)
{
    if (!registry)
        return;
    tdestroy(registry->by_thing, keep);
    tdestroy(registry->by_certificate, free);
    if (registry->log)
        fclose(registry->log);
    free(registry);
}

const char *registry_thing(const struct registry *registry, const char *certificate_id)
{
    struct record wanted = {0};

    snprintf(wanted.certificate_id, sizeof wanted.certificate_id, "%s", certificate_id);
    struct record *const *found = tfind(&wanted, &registry->by_certificate, compare_certificates);
    return found ? (*found)->thing_name : NULL;
}

static bool has_thing(const struct registry *registry, const char *thing_name)
{
    struct record wanted = {0};

    snprintf(wanted.thing_name, sizeof wanted.thing_name, "%s", thing_name);
    return tfind(&wanted, &registry->by_thing, compare_things) != NULL;
}

bool registry_add(struct registry *registry, const char *certificate_id, const char *thing_name,
                  bool *created)
{
    bool is_new = !has_thing(registry, thing_name);

    /* Thing names and certificate ids need no escaping: see certificate_name_valid(). */
    if (fprintf(registry->log, "{\"certificateId\":\"%s\",\"thingName\":\"%s\"}\n", certificate_id,
                thing_name) < 0 ||
        fflush(registry->log) != 0)
        return false;
    *created = is_new;
    return insert(registry, certificate_id, thing_name);
}
