/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "sandbox/cloud/arn.h"
#include "sandbox/cloud/iot/calls.h"
#include "sandbox/cloud/store.h"

static void add_names(struct iot_call *call, const cJSON *group)
{
    char arn[IOT_ARN_SIZE];

    iot_arn("billinggroup", group->string, arn);
    iot_set_text(call->output, "billingGroupName", group->string);
    iot_set_text(call->output, "billingGroupArn", arn);
    iot_set_text(call->output, "billingGroupId", store_text(group, "id"));
}

/* Creating an existing group again succeeds. */
void iot_create_billing_group(struct iot_call *call)
{
    const char *name = iot_text(call, "billingGroupName");
    cJSON *group = iot_find(call, "billingGroups", name);
    char id[ARN_ID_SIZE];

    if (!group) {
        group = iot_add(call, "billingGroups", name);
        arn_new_id(id);
        iot_set_text(group, "id", id);
        iot_changed(call, group);
    }
    add_names(call, group);
}

void iot_describe_billing_group(struct iot_call *call)
{
    const cJSON *group = iot_wanted(call, "billingGroups", iot_text(call, "billingGroupName"));

    if (!group)
        return;
    add_names(call, group);
    iot_set_number(call->output, "version", 1);
    iot_add_time(cJSON_AddObjectToObject(call->output, "billingGroupMetadata"), "creationDate", group,
                 "createdMs");
}

void iot_delete_billing_group(struct iot_call *call)
{
    iot_remove(call, "billingGroups", iot_text(call, "billingGroupName"));
}
