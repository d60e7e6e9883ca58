/* SPDX-License-Identifier: Apache-2.0 */
/* Fleet indexing, as far as it decides whether a thing's connectivity can be asked for, and that. */
#include <string.h>

#include "sandbox/cloud/iot/calls.h"
#include "sandbox/cloud/store.h"

#define CONFIGURATION "thingIndexingConfiguration"

static const char *mode(const cJSON *configuration, const char *name)
{
    const char *text = store_text(configuration, name);

    return text ? text : "OFF";
}

void iot_get_indexing_configuration(struct iot_call *call)
{
    const cJSON *kept = iot_find(call, "indexing", CONFIGURATION);
    cJSON *out = cJSON_AddObjectToObject(call->output, CONFIGURATION);

    iot_set_text(out, "thingIndexingMode", mode(kept, "thingIndexingMode"));
    iot_set_text(out, "thingConnectivityIndexingMode", mode(kept, "thingConnectivityIndexingMode"));
}

void iot_update_indexing_configuration(struct iot_call *call)
{
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(call->input, CONFIGURATION);

    if (!store_text(given, "thingIndexingMode")) {
        iot_fail(call, IOT_INVALID, "thingIndexingMode is required.");
        return;
    }
    cJSON *kept = iot_section(call, "indexing");
    cJSON_DeleteItemFromObjectCaseSensitive(kept, CONFIGURATION);
    cJSON_AddItemToObject(kept, CONFIGURATION, cJSON_Duplicate(given, true));
    iot_changed(call, NULL);
}

/* A thing is connected where a client of its name is. */
void iot_get_thing_connectivity_data(struct iot_call *call)
{
    const cJSON *kept = iot_find(call, "indexing", CONFIGURATION);
    const char *name = iot_text(call, "thingName");
    const cJSON *thing = account_feed_thing(&call->cloud->feed, name);

    if (strcmp(mode(kept, "thingConnectivityIndexingMode"), "STATUS") != 0) {
        iot_fail(call, IOT_INDEX_NOT_READY, "Connectivity indexing is not enabled.");
        return;
    }
    if (!thing && !iot_find(call, "things", name)) {
        iot_fail(call, IOT_NOT_FOUND, "Thing %s cannot be found.", name);
        return;
    }
    bool connected = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(thing, "connected"));
    iot_set_text(call->output, "thingName", name);
    iot_set_flag(call->output, "connected", connected);
    if (store_number(thing, "at"))
        iot_add_time(call->output, "timestamp", thing, "at");
    if (!connected)
        iot_set_text(call->output, "disconnectReason",
                     store_number(thing, "at") ? "CONNECTION_LOST" : "NONE");
}
