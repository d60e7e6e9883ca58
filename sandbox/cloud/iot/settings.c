/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "sandbox/cloud/arn.h"
#include "sandbox/cloud/iot/calls.h"
#include "sandbox/cloud/store.h"

#define PREFIX "a1b2c3d4e5f6g7" /* prefix of the account's endpoints */

void iot_describe_endpoint(struct iot_call *call)
{
    static const struct {
        const char *type, *address;
    } types[] = {
        {"iot:Data", PREFIX ".iot." ARN_REGION ".amazonaws.com"},
        {"iot:Data-ATS", PREFIX "-ats.iot." ARN_REGION ".amazonaws.com"},
        {"iot:CredentialProvider", PREFIX ".credentials.iot." ARN_REGION ".amazonaws.com"},
        {"iot:Jobs", PREFIX ".jobs.iot." ARN_REGION ".amazonaws.com"},
    };
    const char *type = iot_text(call, "endpointType"), *own = call->cloud->iot.endpoint;

    if (!type)
        type = types[0].type;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].type, type) != 0)
            continue;
        iot_set_text(call->output, "endpointAddress", i == 1 && own ? own : types[i].address);
        return;
    }
    iot_fail(call, IOT_INVALID, "Endpoint type %s is not recognized.", type);
}

static const char *const event_types[] = {"THING",
                                          "THING_GROUP",
                                          "THING_TYPE",
                                          "THING_GROUP_MEMBERSHIP",
                                          "THING_GROUP_HIERARCHY",
                                          "THING_TYPE_ASSOCIATION",
                                          "JOB",
                                          "JOB_EXECUTION",
                                          "POLICY",
                                          "CERTIFICATE",
                                          "CA_CERTIFICATE"};
#define EVENT_TYPES (sizeof event_types / sizeof *event_types)

void iot_describe_event_configurations(struct iot_call *call)
{
    const cJSON *events = iot_section(call, "events");
    cJSON *out = cJSON_AddObjectToObject(call->output, "eventConfigurations");

    for (size_t i = 0; i < EVENT_TYPES; i++)
        iot_set_flag(cJSON_AddObjectToObject(out, event_types[i]), "Enabled",
                     cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(events, event_types[i])));
    if (store_number(call->cloud->iot.all, "eventsModifiedMs")) {
        iot_add_time(call->output, "creationDate", call->cloud->iot.all, "eventsCreatedMs");
        iot_add_time(call->output, "lastModifiedDate", call->cloud->iot.all, "eventsModifiedMs");
    }
}

static bool is_event_type(const char *name)
{
    for (size_t i = 0; i < EVENT_TYPES; i++)
        if (strcmp(event_types[i], name) == 0)
            return true;
    return false;
}

void iot_update_event_configurations(struct iot_call *call)
{
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(call->input, "eventConfigurations"), *each;
    cJSON *events = iot_section(call, "events"), *all = call->cloud->iot.all;
    long long now = calendar_now_ms(&call->cloud->calendar);

    cJSON_ArrayForEach(each, given) if (!is_event_type(each->string))
        iot_fail(call, IOT_INVALID, "%s is not a type of event.", each->string);
    if (call->failed)
        return;
    cJSON_ArrayForEach(each, given)
        iot_set_flag(events, each->string, cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(each, "Enabled")));
    if (!store_number(all, "eventsCreatedMs"))
        iot_set_number(all, "eventsCreatedMs", now);
    iot_set_number(all, "eventsModifiedMs", now);
    iot_changed(call, NULL);
}
