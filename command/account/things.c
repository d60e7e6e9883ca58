/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/things.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define NAME_MAX_LENGTH 128
#define VALUE_MAX_LENGTH 800
#define ATTRIBUTES_WITHOUT_TYPE 3 /* AWS IoT quotas */
#define ATTRIBUTES_MAX 50
#define GROUPS_MAX 10
#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

static bool is_made_of(const char *text, size_t most, const char *letters)
{
    size_t length = strlen(text);

    return length >= 1 && length <= most && strspn(text, letters) == length;
}

const char *account_things_take_name(struct account_things *things, const char *value)
{
    if (strcmp(value, "common-name") == 0)
        things->name_field = "CommonName";
    else if (strcmp(value, "serial-number") == 0)
        things->name_field = "SerialNumber";
    else
        return "--thing-name needs common-name or serial-number, not ";
    return NULL;
}

const char *account_things_take_type(struct account_things *things, const char *value)
{
    if (!is_made_of(value, NAME_MAX_LENGTH, WORD ":"))
        return "not a valid thing type: ";
    things->type = value;
    return NULL;
}

const char *account_things_take_group(struct account_things *things, const char *value)
{
    if (!is_made_of(value, NAME_MAX_LENGTH, WORD ":"))
        return "not a valid thing group: ";
    if (things->group_count == GROUPS_MAX)
        return "a thing has at most 10 groups, this is one too many: ";
    things->groups = memory_grow(things->groups, things->group_count + 2, sizeof *things->groups);
    things->groups[things->group_count++] = value;
    things->groups[things->group_count] = NULL;
    return NULL;
}

const char *account_things_take_billing_group(struct account_things *things, const char *value)
{
    if (!is_made_of(value, NAME_MAX_LENGTH, WORD ":"))
        return "not a valid billing group: ";
    things->billing_group = value;
    return NULL;
}

const char *account_things_take_attribute(struct account_things *things, const char *value)
{
    const char *equals = strchr(value, '=');

    if (!equals)
        return "--attribute needs NAME=VALUE, not ";
    OWNED char *name = memory_part(value, (size_t)(equals - value));
    if (!is_made_of(name, NAME_MAX_LENGTH, WORD ".,@/:#") ||
        !(equals[1] == '\0' || is_made_of(equals + 1, VALUE_MAX_LENGTH, WORD ".,@/:#")))
        return "names and values of attributes have only letters, digits and _.,@/:#-, not ";
    if (things->attribute_count == ATTRIBUTES_MAX)
        return "a thing has at most 50 attributes, this is one too many: ";
    things->attributes =
        memory_grow(things->attributes, things->attribute_count + 2, sizeof *things->attributes);
    things->attributes[things->attribute_count++] =
        (struct provisioning_attribute){memory_string(name), equals + 1};
    things->attributes[things->attribute_count] = (struct provisioning_attribute){NULL, NULL};
    return NULL;
}

const char *account_things_problem(const struct account_things *things)
{
    return !things->type && things->attribute_count > ATTRIBUTES_WITHOUT_TYPE
               ? "more than 3 attributes need a --thing-type"
               : NULL;
}

struct provisioning_options account_things_provisioning(const struct account_things *things)
{
    return (struct provisioning_options){.thing_name_field = things->name_field,
                                         .thing_type = things->type,
                                         .billing_group = things->billing_group,
                                         .thing_groups = (const char *const *)things->groups,
                                         .attributes = things->attributes};
}

void account_things_fini(struct account_things *things)
{
    for (size_t i = 0; i < things->attribute_count; i++)
        free((char *)things->attributes[i].name);
    free(things->attributes);
    free(things->groups);
}
