/* SPDX-License-Identifier: Apache-2.0 */
/* Import tasks and their devices. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/memory.h"
#include "sandbox/cloud/answers.h"
#include "sandbox/cloud/arn.h"
#include "sandbox/cloud/uri.h"
#include "sandbox/cloud/wireless_call.h"

#define PAGE_MAX 250
#define TASK_TYPE "ImportTask"

static const struct check destination_check = {"DestinationName", true, 1, 128, CHECKS_WORD},
                          file_check = {"DeviceCreationFile", true, 1, 1024, NULL},
                          role_check = {"Role", true, 1, 2048, NULL},
                          smsn_check = {"SidewalkManufacturingSn", true, 64, 64, "0123456789abcdefABCDEF"},
                          positioning_check = {"Positioning", false, 1, 16, NULL},
                          positioning_destination_check = {"DestinationName", false, 1, 128, CHECKS_WORD},
                          device_name_check = {"DeviceName", false, 0, 256, NULL};

static struct import *wanted_import(struct wireless_call *call, const char *id)
{
    struct import *import = imports_find(&call->cloud->imports, id);

    if (!import)
        wireless_not_found(call, TASK_TYPE, id);
    return import;
}

static void add_time(cJSON *object, const char *name, long long ms)
{
    char text[CLOCK_RFC3339_SIZE];

    clock_rfc3339(ms, text);
    cJSON_AddStringToObject(object, name, text);
}

static void add_sidewalk(cJSON *task, const struct import *import)
{
    cJSON *sidewalk = cJSON_AddObjectToObject(task, "Sidewalk");
    cJSON *files = cJSON_AddArrayToObject(sidewalk, "DeviceCreationFileList");

    for (size_t i = 0; i < import->file_count; i++)
        cJSON_AddItemToArray(files, cJSON_CreateString(import->files[i].url));
    if (import->role)
        cJSON_AddStringToObject(sidewalk, "Role", import->role);
}

static cJSON *describe(const struct cloud *cloud, const struct import *import)
{
    unsigned long long counts[DEVICE_STATES];
    cJSON *task = cJSON_CreateObject();
    TEXT struct text reason = TEXT_EMPTY;
    char arn[ARN_SIZE];

    arn_of(TASK_TYPE, import->id, arn);
    enum task_state state = imports_state(&cloud->imports, import, counts);
    imports_reason(import, &reason);
    cJSON_AddStringToObject(task, "Id", import->id);
    cJSON_AddStringToObject(task, "Arn", arn);
    cJSON_AddStringToObject(task, "DestinationName", import->destination);
    if (import->positioning)
        cJSON_AddStringToObject(task, "Positioning", import->positioning);
    add_sidewalk(task, import);
    add_time(task, "CreationTime", import->created_ms);
    cJSON_AddStringToObject(task, "Status", task_state_name(state));
    if (reason.length)
        cJSON_AddStringToObject(task, "StatusReason", text_get(&reason));
    cJSON_AddNumberToObject(task, "InitializedImportedDeviceCount", (double)counts[DEVICE_INITIALIZED]);
    cJSON_AddNumberToObject(task, "PendingImportedDeviceCount", (double)counts[DEVICE_PENDING]);
    cJSON_AddNumberToObject(task, "OnboardedImportedDeviceCount", (double)counts[DEVICE_ONBOARDED]);
    cJSON_AddNumberToObject(task, "FailedImportedDeviceCount", (double)counts[DEVICE_FAILED]);
    return task;
}

/* A client token stands for the call and all its members except the token. */
static char *fingerprint(const char *action, const cJSON *body)
{
    TEXT struct text whole = TEXT_EMPTY;
    char digest[DIGEST_SIZE];
    JSON cJSON *copy = cJSON_Duplicate(body, 1);

    cJSON_DeleteItemFromObjectCaseSensitive(copy, "ClientRequestToken");
    OWNED char *bytes = cJSON_PrintUnformatted(copy);
    text_printf(&whole, "%s %s", action, bytes ? bytes : "");
    digest_sha256(text_get(&whole), whole.length, digest);
    return memory_string(digest);
}

/* Takes over given and its strings; frees them if no task was started. */
static bool start(struct wireless_call *call, struct import *given, const char *url)
{
    struct imports *imports = &call->cloud->imports;
    struct import *before = given->token ? imports_with_token(imports, given->token) : NULL;
    bool same = before && strcmp(before->fingerprint, given->fingerprint) == 0;

    if (!before)
        return wireless_created(call, TASK_TYPE, imports_start(imports, given, url)->id);
    char *const texts[] = {given->destination, given->role,  given->positioning, given->name,
                           given->single,      given->token, given->fingerprint};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    if (same)
        return wireless_created(call, TASK_TYPE, before->id);
    return wireless_conflict(call, "The ClientRequestToken was used before with other parameters", TASK_TYPE,
                             before->id);
}

static bool check_destination(struct wireless_call *call, const char **out)
{
    if (!check_text(call->body, &destination_check, out, &call->why))
        return false;
    return wireless_knows_destination(call, *out);
}

/* *out: "Enabled", "Disabled"; NULL: not given. */
static bool check_positioning(struct wireless_call *call, const cJSON *sidewalk, const char **out)
{
    const cJSON *inner = cJSON_GetObjectItemCaseSensitive(sidewalk, "Positioning");
    const char *destination = NULL;

    if (!check_text(call->body, &positioning_check, out, &call->why))
        return false;
    if (*out && strcmp(*out, "Enabled") != 0 && strcmp(*out, "Disabled") != 0) {
        text_puts(&call->why,
                  "1 validation error detected: Value at 'positioning' failed to satisfy constraint: "
                  "Member must satisfy enum value set: [Enabled, Disabled]");
        return false;
    }
    if (!inner)
        return true;
    if (!check_text(inner, &positioning_destination_check, &destination, &call->why))
        return false;
    return !destination || wireless_knows_destination(call, destination);
}

bool wireless_start_import(struct wireless_call *call)
{
    const char *destination, *token, *url, *role, *positioning;
    const cJSON *sidewalk;

    if (!wireless_check_object(call, "Sidewalk", &sidewalk) ||
        !check_text(call->body, &wireless_token_check, &token, &call->why) ||
        !check_tags(call->body, &call->why) || !check_text(sidewalk, &file_check, &url, &call->why) ||
        !check_url(url, &call->why) || !check_text(sidewalk, &role_check, &role, &call->why) ||
        !check_role(role, &call->why) || !check_destination(call, &destination) ||
        !check_positioning(call, sidewalk, &positioning))
        return false;
    struct import given = {
        .destination = memory_string(destination),
        .role = memory_string(role),
        .positioning = memory_string(positioning),
        .token = memory_string(token),
        .fingerprint = fingerprint("StartWirelessDeviceImportTask", call->body),
    };
    return start(call, &given, url);
}

bool wireless_start_single(struct wireless_call *call)
{
    const char *destination, *token, *smsn, *name;
    const cJSON *sidewalk;

    if (!wireless_check_object(call, "Sidewalk", &sidewalk) ||
        !check_text(call->body, &wireless_token_check, &token, &call->why) ||
        !check_tags(call->body, &call->why) ||
        !check_text(call->body, &device_name_check, &name, &call->why) ||
        !check_text(sidewalk, &smsn_check, &smsn, &call->why) || !check_destination(call, &destination))
        return false;
    struct import given = {
        .destination = memory_string(destination),
        .name = memory_string(name),
        .single = memory_string(smsn),
        .token = memory_string(token),
        .fingerprint = fingerprint("StartSingleWirelessDeviceImportTask", call->body),
    };
    return start(call, &given, NULL);
}

bool wireless_get_import(struct wireless_call *call)
{
    struct import *import = wanted_import(call, call->id);

    if (!import)
        return false;
    JSON cJSON *task = describe(call->cloud, import);
    answer_json(call->answer, 200, task);
    return true;
}

bool wireless_update_import(struct wireless_call *call)
{
    unsigned long long counts[DEVICE_STATES];
    const cJSON *sidewalk;
    const char *url;

    if (!wireless_check_object(call, "Sidewalk", &sidewalk) ||
        !check_text(sidewalk, &file_check, &url, &call->why) || !check_url(url, &call->why))
        return false;
    struct import *import = wanted_import(call, call->id);
    if (!import)
        return false;
    enum task_state state = imports_state(&call->cloud->imports, import, counts);
    if (import->single || (state != TASK_INITIALIZING && state != TASK_INITIALIZED))
        return wireless_conflict(call, "The import task cannot be updated in its present state", TASK_TYPE,
                                 import->id);
    imports_add_file(&call->cloud->imports, import, url);
    answer_json(call->answer, 204, NULL);
    return true;
}

bool wireless_delete_import(struct wireless_call *call)
{
    unsigned long long counts[DEVICE_STATES];
    struct import *import = wanted_import(call, call->id);

    if (!import)
        return false;
    if (imports_state(&call->cloud->imports, import, counts) == TASK_PENDING)
        return wireless_conflict(call, "The import task cannot be deleted while it is PENDING", TASK_TYPE,
                                 import->id);
    if (!import->deleted_ms)
        imports_delete(&call->cloud->imports, import);
    answer_json(call->answer, 204, NULL);
    return true;
}

struct page {
    long most;
    unsigned long long from; /* from the NextToken */
};

/* The token is a number with the list's name, so that it cannot be used for another list. */
static bool read_page(struct wireless_call *call, const char *list, struct page *out)
{
    TEXT struct text most = TEXT_EMPTY;
    TEXT struct text token = TEXT_EMPTY;
    TEXT struct text prefix = TEXT_EMPTY;
    char *end = NULL;

    uri_field(call->query, "maxResults", &most);
    uri_field(call->query, "nextToken", &token);
    if (!check_number("maxResults", text_get(&most), PAGE_MAX, &out->most, &call->why))
        return false;
    if (out->most == 0)
        out->most = PAGE_MAX;
    out->from = 0;
    if (token.length == 0)
        return true;
    text_printf(&prefix, "%s.", list);
    if (strncmp(text_get(&token), text_get(&prefix), prefix.length) == 0)
        out->from = strtoull(text_get(&token) + prefix.length, &end, 16);
    if (out->from && end && !*end)
        return true;
    text_puts(&call->why, "The NextToken is not valid");
    return false;
}

static void add_next(cJSON *object, const char *list, unsigned long long from)
{
    TEXT struct text token = TEXT_EMPTY;

    text_printf(&token, "%s.%08llx", list, from);
    cJSON_AddStringToObject(object, "NextToken", text_get(&token));
}

bool wireless_list_imports(struct wireless_call *call)
{
    const struct imports *imports = &call->cloud->imports;
    struct page page;
    long count = 0;

    if (!read_page(call, "tasks", &page))
        return false;
    JSON cJSON *object = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(object, "WirelessDeviceImportTaskList");
    for (size_t i = 0; i < imports->count; i++) {
        if (imports->all[i]->number < page.from)
            continue;
        if (count++ == page.most) {
            add_next(object, "tasks", imports->all[i]->number);
            break;
        }
        cJSON_AddItemToArray(list, describe(call->cloud, imports->all[i]));
    }
    answer_json(call->answer, 200, object);
    return true;
}

static cJSON *describe_device(const struct import_device *device, enum device_state state, const char *reason,
                              long long updated_ms)
{
    cJSON *object = cJSON_CreateObject();
    cJSON *sidewalk = cJSON_AddObjectToObject(object, "Sidewalk");

    cJSON_AddStringToObject(sidewalk, "SidewalkManufacturingSn", device->row);
    cJSON_AddStringToObject(sidewalk, "OnboardingStatus", device_state_name(state));
    if (reason)
        cJSON_AddStringToObject(sidewalk, "OnboardingStatusReason", reason);
    add_time(sidewalk, "LastUpdateTime", updated_ms);
    return object;
}

/* DEVICE_STATES: all states. */
static bool read_status(struct wireless_call *call, enum device_state *out)
{
    TEXT struct text status = TEXT_EMPTY;

    *out = DEVICE_STATES;
    if (!uri_field(call->query, "status", &status))
        return true;
    for (enum device_state state = 0; state < DEVICE_STATES; state++) {
        if (strcmp(device_state_name(state), text_get(&status)) == 0) {
            *out = state;
            return true;
        }
    }
    text_puts(&call->why,
              "1 validation error detected: Value at 'status' failed to satisfy constraint: Member must "
              "satisfy enum value set: [INITIALIZED, PENDING, ONBOARDED, FAILED]");
    return false;
}

/* There are no devices before the list is read. */
static void add_devices(struct wireless_call *call, const struct import *import, const struct page *page,
                        enum device_state wanted, cJSON *object)
{
    cJSON *list = cJSON_AddArrayToObject(object, "ImportedWirelessDeviceList");
    const struct imports *imports = &call->cloud->imports;
    unsigned long long counts[DEVICE_STATES];
    long count = 0;

    if (imports_state(imports, import, counts) == TASK_INITIALIZING)
        return;
    for (size_t i = page->from; i < import->devices.count; i++) {
        const char *reason;
        long long updated_ms;
        enum device_state state = imports_device(imports, import, i, &reason, &updated_ms);
        if (wanted != DEVICE_STATES && state != wanted)
            continue;
        if (count++ == page->most) {
            add_next(object, "devices", i);
            return;
        }
        cJSON_AddItemToArray(list, describe_device(&import->devices.all[i], state, reason, updated_ms));
    }
}

bool wireless_list_devices(struct wireless_call *call)
{
    TEXT struct text id = TEXT_EMPTY;
    enum device_state wanted;
    struct page page;

    if (!uri_field(call->query, "id", &id) || id.length == 0) {
        text_puts(&call->why, "1 validation error detected: Value at 'id' failed to satisfy constraint: "
                              "Member must not be null");
        return false;
    }
    if (!read_page(call, "devices", &page) || !read_status(call, &wanted))
        return false;
    struct import *import = wanted_import(call, text_get(&id));
    if (!import)
        return false;
    JSON cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "DestinationName", import->destination);
    add_devices(call, import, &page, wanted, object);
    answer_json(call->answer, 200, object);
    return true;
}
