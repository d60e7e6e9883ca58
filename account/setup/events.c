/* SPDX-License-Identifier: Apache-2.0 */
/* The account's events: without thing events no arrival of a device is reported (IoT, "Event messages").
 * Other events of the account are left unchanged. */
#include "account/setup/private.h"

static const char *const path[] = {"event-configurations", NULL};

static enum aws_error look(struct setup *setup, struct setup_item *item, struct text *why)
{
    JSON cJSON *answer = NULL;
    TEXT struct text arn = TEXT_EMPTY;

    enum aws_error error =
        setup_call(setup->account, "iot:DescribeEventConfigurations", "GET", path, NULL, NULL, &answer, why);
    if (error)
        return error;
    const cJSON *events = cJSON_GetObjectItemCaseSensitive(answer, "eventConfigurations");
    const cJSON *thing = cJSON_GetObjectItemCaseSensitive(events, "THING");
    bool is_on = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(thing, "Enabled"));
    setup_template_arn(setup, &arn);
    setup_parts_add(&item->parts, SETUP_EVENTS_PART, is_on ? "on" : "off", "on", "they are off");
    return setup_judge(setup, item, text_get(&arn), why);
}

static enum aws_error make(struct setup *setup, struct setup_item *item, struct text *why)
{
    cJSON *body = cJSON_CreateObject();
    cJSON *events = cJSON_AddObjectToObject(body, "eventConfigurations");

    (void)item;
    cJSON_AddBoolToObject(cJSON_AddObjectToObject(events, "THING"), "Enabled", true);
    return setup_call(setup->account, "iot:UpdateEventConfigurations", "PATCH", path, NULL, body, NULL, why);
}

void setup_add_events(struct setup *setup)
{
    struct setup_item *item = setup_add(setup, "events", "THING");

    item->look = look;
    item->make = make;
}
