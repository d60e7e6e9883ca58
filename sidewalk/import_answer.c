/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/import_answer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"

#define COUNT_MAX 9007199254740992.0 /* 2^53: the largest integer that a JSON number holds exactly */
#define SECONDS_MAX 253402300799.0   /* the year 9999 */

static const char *const state_names[] = {
    [IMPORT_INITIALIZING] = "INITIALIZING",
    [IMPORT_INITIALIZED] = "INITIALIZED",
    [IMPORT_PENDING] = "PENDING",
    [IMPORT_COMPLETE] = "COMPLETE",
    [IMPORT_FAILED] = "FAILED",
    [IMPORT_DELETING] = "DELETING",
    [IMPORT_UNKNOWN] = "UNKNOWN",
};

const char *import_state_name(enum import_state state)
{
    return state_names[state];
}

enum import_state import_state_parse(const char *name)
{
    for (int state = 0; state < IMPORT_UNKNOWN; state++)
        if (strcmp(name, state_names[state]) == 0)
            return (enum import_state)state;
    return IMPORT_UNKNOWN;
}

bool import_task_has_ended(const struct import_task *task)
{
    return task->state == IMPORT_COMPLETE || task->state == IMPORT_FAILED;
}

void import_task_fini(struct import_task *task)
{
    free(task->id);
    free(task->arn);
    free(task->destination);
    free(task->role);
    free(task->reason);
    free(task->created);
    free(task->state_text);
    for (size_t i = 0; i < task->file_count; i++)
        free(task->files[i]);
    free(task->files);
    *task = (struct import_task){0};
}

static const char *text_member(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static unsigned long long count_member(const cJSON *object, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);

    if (!cJSON_IsNumber(member) || !(member->valuedouble > 0) || member->valuedouble > COUNT_MAX)
        return 0;
    return (unsigned long long)member->valuedouble;
}

/* The API documents ISO 8601; other AWS services use seconds since 1970. */
static char *time_member(const cJSON *object, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);
    char text[CLOCK_RFC3339_SIZE];

    if (!cJSON_IsNumber(member))
        return memory_string(cJSON_GetStringValue(member));
    if (!(member->valuedouble >= 0 && member->valuedouble <= SECONDS_MAX))
        return NULL;
    clock_rfc3339((long long)(member->valuedouble * 1000), text);
    return memory_string(text);
}

static void take_files(const cJSON *list, struct import_task *task)
{
    const cJSON *file;
    size_t count = cJSON_IsArray(list) ? (size_t)cJSON_GetArraySize(list) : 0;

    if (count == 0)
        return;
    task->files = memory_new(count, sizeof *task->files);
    cJSON_ArrayForEach(file, list) if (cJSON_IsString(file)) task->files[task->file_count++] =
        memory_string(file->valuestring);
}

/* In lists AWS also calls it Id. A task without an id is useless. */
static bool take_task(const cJSON *object, struct import_task *out, struct text *why)
{
    const cJSON *sidewalk = cJSON_GetObjectItemCaseSensitive(object, "Sidewalk");
    const char *id = text_member(object, "Id"), *state = text_member(object, "Status");

    if (id == NULL || *id == '\0' || state == NULL) {
        text_printf(why, "AWS's answer about a task has no %s",
                    state == NULL && id != NULL ? "Status" : "Id");
        return false;
    }
    *out = (struct import_task){
        .id = memory_string(id),
        .arn = memory_string(text_member(object, "Arn")),
        .destination = memory_string(text_member(object, "DestinationName")),
        .role = memory_string(text_member(sidewalk, "Role")),
        .reason = memory_string(text_member(object, "StatusReason")),
        .created = time_member(object, "CreationTime"),
        .state_text = memory_string(state),
        .state = import_state_parse(state),
        .initialized = count_member(object, "InitializedImportedDeviceCount"),
        .pending = count_member(object, "PendingImportedDeviceCount"),
        .onboarded = count_member(object, "OnboardedImportedDeviceCount"),
        .failed = count_member(object, "FailedImportedDeviceCount"),
    };
    take_files(cJSON_GetObjectItemCaseSensitive(sidewalk, "DeviceCreationFileList"), out);
    return true;
}

/* The result is owned; NULL with a sentence in *why on error. */
static cJSON *parse(const char *json, size_t length, struct text *why)
{
    cJSON *object = json_object_parse_within(json, length, IMPORT_ANSWER_MAX);

    if (object == NULL)
        text_puts(why, length > IMPORT_ANSWER_MAX ? "AWS's answer is too long"
                                                  : "AWS's answer is not a JSON object");
    return object;
}

bool import_answer_started(const char *json, size_t length, char **id, char **arn, struct text *why)
{
    JSON cJSON *object = parse(json, length, why);
    const char *found = text_member(object, "Id");

    if (object == NULL)
        return false;
    if (found == NULL || *found == '\0') {
        text_puts(why, "AWS's answer has no Id of the task");
        return false;
    }
    *id = memory_string(found);
    *arn = memory_string(text_member(object, "Arn"));
    return true;
}

bool import_answer_task(const char *json, size_t length, struct import_task *out, struct text *why)
{
    JSON cJSON *object = parse(json, length, why);

    return object != NULL && take_task(object, out, why);
}

static char *next_page(const cJSON *object)
{
    const char *token = text_member(object, "NextToken");

    return token != NULL && *token != '\0' ? memory_string(token) : NULL;
}

bool import_answer_tasks(const char *json, size_t length,
                         bool (*each)(void *context, const struct import_task *task), void *context,
                         char **next, bool *enough, struct text *why)
{
    JSON cJSON *object = parse(json, length, why);
    const cJSON *entry, *list = cJSON_GetObjectItemCaseSensitive(object, "WirelessDeviceImportTaskList");
    bool go_on = true;

    if (object == NULL)
        return false;
    cJSON_ArrayForEach(entry, list)
    {
        struct import_task task;
        if (!take_task(entry, &task, why))
            return false;
        go_on = each(context, &task);
        import_task_fini(&task);
        if (!go_on)
            break;
    }
    *enough = !go_on;
    *next = next_page(object);
    return true;
}

bool import_answer_devices(const char *json, size_t length,
                           bool (*each)(void *context, const struct imported_device *device), void *context,
                           char **next, bool *enough, struct text *why)
{
    JSON cJSON *object = parse(json, length, why);
    const cJSON *entry, *list = cJSON_GetObjectItemCaseSensitive(object, "ImportedWirelessDeviceList");
    bool go_on = true;

    if (object == NULL)
        return false;
    cJSON_ArrayForEach(entry, list)
    {
        const cJSON *sidewalk = cJSON_GetObjectItemCaseSensitive(entry, "Sidewalk");
        OWNED char *updated = time_member(sidewalk, "LastUpdateTime");
        const struct imported_device device = {
            .smsn = text_member(sidewalk, "SidewalkManufacturingSn"),
            .status = text_member(sidewalk, "OnboardingStatus"),
            .reason = text_member(sidewalk, "OnboardingStatusReason"),
            .updated = updated,
        };
        if (device.smsn == NULL || device.status == NULL) {
            text_printf(why, "AWS's answer about a device has no %s",
                        device.smsn == NULL ? "SidewalkManufacturingSn" : "OnboardingStatus");
            return false;
        }
        go_on = each(context, &device);
        if (!go_on)
            break;
    }
    *enough = !go_on;
    *next = next_page(object);
    return true;
}
