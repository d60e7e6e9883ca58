/* SPDX-License-Identifier: Apache-2.0 */
/* The thing type, the thing groups and the billing group that a template names: provisioning fails where one
 * is missing. */
#include <string.h>

#include "account/setup/private.h"

static enum aws_error describe(struct setup *setup, struct setup_item *item, const char *action,
                               const char *collection, cJSON **answer, struct text *why)
{
    const char *const path[] = {collection, item->name, NULL};

    return setup_look(setup, item, action, path, answer, why);
}

static enum aws_error create(struct setup *setup, const struct setup_item *item, const char *action,
                             const char *collection, struct text *why)
{
    const char *const path[] = {collection, item->name, NULL};

    return setup_call(setup->account, action, "POST", path, NULL, cJSON_CreateObject(), NULL, why);
}

static enum aws_error look_type(struct setup *setup, struct setup_item *item, struct text *why)
{
    JSON cJSON *answer = NULL;

    enum aws_error error = describe(setup, item, "iot:DescribeThingType", "thing-types", &answer, why);
    const cJSON *metadata = cJSON_GetObjectItemCaseSensitive(answer, "thingTypeMetadata");
    if (error || !cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(metadata, "deprecated")))
        return error;
    text_printf(why,
                "thing type %s is deprecated, and no thing can be given it: choose another, or run aws iot "
                "deprecate-thing-type --thing-type-name %s --undo-deprecate",
                item->name, item->name);
    return AWS_CONFLICT;
}

static enum aws_error make_type(struct setup *setup, struct setup_item *item, struct text *why)
{
    return create(setup, item, "iot:CreateThingType", "thing-types", why);
}

static enum aws_error look_group(struct setup *setup, struct setup_item *item, struct text *why)
{
    JSON cJSON *answer = NULL;

    enum aws_error error = describe(setup, item, "iot:DescribeThingGroup", "thing-groups", &answer, why);
    if (error || !*setup_text(answer, "queryString"))
        return error;
    text_printf(why, "thing group %s is a dynamic one, which chooses its things itself: name another",
                item->name);
    return AWS_CONFLICT;
}

static enum aws_error make_group(struct setup *setup, struct setup_item *item, struct text *why)
{
    return create(setup, item, "iot:CreateThingGroup", "thing-groups", why);
}

static enum aws_error look_billing_group(struct setup *setup, struct setup_item *item, struct text *why)
{
    JSON cJSON *answer = NULL;

    return describe(setup, item, "iot:DescribeBillingGroup", "billing-groups", &answer, why);
}

static enum aws_error make_billing_group(struct setup *setup, struct setup_item *item, struct text *why)
{
    return create(setup, item, "iot:CreateBillingGroup", "billing-groups", why);
}

void setup_add_billing_group(struct setup *setup)
{
    if (!setup->options->provisioning.billing_group)
        return;
    struct setup_item *item = setup_add(setup, "billing group", setup->options->provisioning.billing_group);
    item->look = look_billing_group;
    item->make = make_billing_group;
}

void setup_add_thing_type(struct setup *setup)
{
    if (!setup->options->provisioning.thing_type)
        return;
    struct setup_item *item = setup_add(setup, "thing type", setup->options->provisioning.thing_type);
    item->look = look_type;
    item->make = make_type;
}

void setup_add_thing_groups(struct setup *setup)
{
    const char *const *group = setup->options->provisioning.thing_groups;

    for (; group && *group; group++) {
        struct setup_item *item = setup_add(setup, "thing group", *group);
        item->look = look_group;
        item->make = make_group;
    }
}
