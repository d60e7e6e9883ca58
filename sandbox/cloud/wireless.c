/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/wireless.h"

#include <string.h>

#include "base/percent.h"
#include "sandbox/cloud/answers.h"
#include "sandbox/cloud/arn.h"
#include "sandbox/cloud/wireless_call.h"

struct route {
    const char *method, *path; /* a path with a slash at the end is followed by an Id */
    const char *action;
    bool (*handle)(struct wireless_call *call);
};

const struct check wireless_token_check = {"ClientRequestToken", false, 1, 64, CHECKS_WORD};

bool wireless_not_found(struct wireless_call *call, const char *type, const char *id)
{
    TEXT struct text message = TEXT_EMPTY;

    text_printf(&message, "%s with Id %s was not found", type, id);
    answer_json_error(call->answer, 404, "ResourceNotFoundException", text_get(&message), id, type);
    return false;
}

bool wireless_conflict(struct wireless_call *call, const char *message, const char *type, const char *id)
{
    answer_json_error(call->answer, 409, "ConflictException", message, id, type);
    return false;
}

bool wireless_created(struct wireless_call *call, const char *type, const char *id)
{
    JSON cJSON *object = cJSON_CreateObject();
    char arn[ARN_SIZE];

    arn_of(type, id, arn);
    cJSON_AddStringToObject(object, "Id", id);
    cJSON_AddStringToObject(object, "Arn", arn);
    answer_json(call->answer, 201, object);
    return true;
}

bool wireless_check_object(struct wireless_call *call, const char *name, const cJSON **out)
{
    *out = cJSON_GetObjectItemCaseSensitive(call->body, name);
    if (cJSON_IsObject(*out))
        return true;
    text_printf(
        &call->why,
        "1 validation error detected: Value at '%s' failed to satisfy constraint: Member must not be null",
        name);
    return false;
}

static const struct route routes[] = {
    {"POST", "/wireless_device_import_task", "iotwireless:StartWirelessDeviceImportTask",
     wireless_start_import},
    {"POST", "/wireless_single_device_import_task", "iotwireless:StartSingleWirelessDeviceImportTask",
     wireless_start_single},
    {"GET", "/wireless_device_import_task/", "iotwireless:GetWirelessDeviceImportTask", wireless_get_import},
    {"GET", "/wireless_device_import_tasks", "iotwireless:ListWirelessDeviceImportTasks",
     wireless_list_imports},
    {"GET", "/wireless_device_import_task", "iotwireless:ListDevicesForWirelessDeviceImportTask",
     wireless_list_devices},
    {"PATCH", "/wireless_device_import_task/", "iotwireless:UpdateWirelessDeviceImportTask",
     wireless_update_import},
    {"DELETE", "/wireless_device_import_task/", "iotwireless:DeleteWirelessDeviceImportTask",
     wireless_delete_import},
    {"POST", "/device-profiles", "iotwireless:CreateDeviceProfile", wireless_create_profile},
    {"GET", "/device-profiles/", "iotwireless:GetDeviceProfile", wireless_get_profile},
    {"POST", "/destinations", "iotwireless:CreateDestination", wireless_create_destination},
    {"GET", "/destinations/", "iotwireless:GetDestination", wireless_get_destination},
};

bool wireless_has(const struct cloud_request *request)
{
    static const char *const starts[] = {"/wireless_", "/device-profiles", "/destinations"};

    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (strncmp(request->path, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}

static bool matches(const struct route *route, const struct cloud_request *request)
{
    size_t length = strlen(route->path);
    bool has_id = route->path[length - 1] == '/';

    if (strcmp(route->method, request->method) != 0 || strncmp(request->path, route->path, length) != 0)
        return false;
    return has_id ? request->path[length] && !strchr(request->path + length, '/') : !request->path[length];
}

static const struct route *find_route(const struct cloud_request *request)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        if (matches(&routes[i], request))
            return &routes[i];
    return NULL;
}

const char *wireless_action(const struct cloud_call *call)
{
    const struct route *route = find_route(call->request);

    return route ? route->action : NULL;
}

void wireless_answer(struct cloud *cloud, struct cloud_call *call, struct cloud_answer *answer)
{
    const struct route *route = find_route(call->request);
    const char *id = route ? call->request->path + strlen(route->path) : "";
    const struct text *bytes = &call->body.memory;
    TEXT struct text decoded = TEXT_EMPTY;

    bool wants_body =
        strcmp(call->request->method, "POST") == 0 || strcmp(call->request->method, "PATCH") == 0;
    JSON cJSON *body = wants_body ? json_object_parse(text_get(bytes), bytes->length) : NULL;
    percent_decode(&decoded, id, strlen(id));
    struct wireless_call wireless = {.cloud = cloud,
                                     .body = body,
                                     .id = text_get(&decoded),
                                     .query = call->request->query,
                                     .answer = answer};
    if (wants_body && !body)
        answer_json_error(answer, 400, "SerializationException", "The body is not a JSON object", NULL, NULL);
    else if (route && !route->handle(&wireless) && wireless.why.length)
        answer_json_error(answer, 400, "ValidationException", text_get(&wireless.why), NULL, NULL);
    text_fini(&wireless.why);
}
