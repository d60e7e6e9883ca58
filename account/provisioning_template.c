/* SPDX-License-Identifier: Apache-2.0 */
#include "account/provisioning_template.h"

#include <string.h>

#define OF_CERTIFICATE "AWS::IoT::Certificate::"
#define CERTIFICATE_ID OF_CERTIFICATE "Id"
#define THING_NAME_MAX 128

/* Returns {"Parameters": {<name>: {"Type": "String"}, ...::Id: ...}, "Resources": {}}. */
static cJSON *new_body(const char *parameter)
{
    const char *const names[] = {parameter, CERTIFICATE_ID};
    cJSON *body = cJSON_CreateObject();
    cJSON *parameters = cJSON_AddObjectToObject(body, "Parameters");

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        cJSON_AddStringToObject(cJSON_AddObjectToObject(parameters, names[i]), "Type", "String");
    cJSON_AddObjectToObject(body, "Resources");
    return body;
}

/* Returns the new resource's properties. */
static cJSON *add_resource(cJSON *body, const char *name, const char *type)
{
    cJSON *resource = cJSON_AddObjectToObject(cJSON_GetObjectItem(body, "Resources"), name);

    cJSON_AddStringToObject(resource, "Type", type);
    return cJSON_AddObjectToObject(resource, "Properties");
}

static cJSON *reference(const char *parameter)
{
    cJSON *object = cJSON_CreateObject();

    cJSON_AddStringToObject(object, "Ref", parameter);
    return object;
}

/* Takes ownership of thing_name. */
static void add_resources(cJSON *body, const struct provisioning_options *options, cJSON *thing_name)
{
    cJSON *thing = add_resource(body, "thing", "AWS::IoT::Thing");
    cJSON *certificate = add_resource(body, "certificate", "AWS::IoT::Certificate");
    cJSON *policy = add_resource(body, "policy", "AWS::IoT::Policy");
    const struct provisioning_attribute *attribute = options->attributes;

    cJSON_AddItemToObject(thing, "ThingName", thing_name);
    if (options->thing_type)
        cJSON_AddStringToObject(thing, "ThingTypeName", options->thing_type);
    if (options->billing_group)
        cJSON_AddStringToObject(thing, "BillingGroup", options->billing_group);
    if (options->thing_groups && options->thing_groups[0]) {
        cJSON *groups = cJSON_AddArrayToObject(thing, "ThingGroups");
        for (const char *const *group = options->thing_groups; *group; group++)
            cJSON_AddItemToArray(groups, cJSON_CreateString(*group));
    }
    if (attribute && attribute->name) {
        cJSON *attributes = cJSON_AddObjectToObject(thing, "AttributePayload");
        for (; attribute->name; attribute++)
            cJSON_AddStringToObject(attributes, attribute->name, attribute->value);
    }
    cJSON_AddItemToObject(certificate, "CertificateId", reference(CERTIFICATE_ID));
    cJSON_AddStringToObject(certificate, "Status", "ACTIVE");
    cJSON_AddStringToObject(policy, "PolicyName", options->policy_name);
}

cJSON *provisioning_template_by_certificate(const struct provisioning_options *options)
{
    TEXT struct text parameter = TEXT_EMPTY;

    text_printf(&parameter, OF_CERTIFICATE "%s", options->thing_name_field);
    cJSON *body = new_body(text_get(&parameter));
    add_resources(body, options, reference(text_get(&parameter)));
    return body;
}

cJSON *provisioning_template_by_claim(const struct provisioning_options *options, const char *prefix)
{
    cJSON *body = new_body("SerialNumber");
    cJSON *name = cJSON_CreateObject();
    cJSON *join = cJSON_AddArrayToObject(name, "Fn::Join");
    cJSON *parts = cJSON_CreateArray();

    cJSON_AddItemToArray(join, cJSON_CreateString(""));
    cJSON_AddItemToArray(join, parts);
    cJSON_AddItemToArray(parts, cJSON_CreateString(prefix));
    cJSON_AddItemToArray(parts, reference("SerialNumber"));
    add_resources(body, options, name);
    return body;
}

struct trial {
    const cJSON *parameters;
    const struct certificate *certificate;
    struct text *why;
};

static bool value_of_parameter(const struct trial *trial, const cJSON *declared, struct text *out)
{
    const char *name = declared->string;
    const cJSON *fallback = cJSON_GetObjectItemCaseSensitive(declared, "Default");

    if (strcmp(name, CERTIFICATE_ID) == 0) {
        char id[CERTIFICATE_ID_SIZE];
        certificate_id(trial->certificate, id);
        text_puts(out, id);
        return true;
    }
    if (strncmp(name, OF_CERTIFICATE, strlen(OF_CERTIFICATE)) == 0 &&
        certificate_subject(trial->certificate, name + strlen(OF_CERTIFICATE), out))
        return true;
    if (cJSON_IsString(fallback)) {
        text_puts(out, fallback->valuestring);
        return true;
    }
    if (strncmp(name, OF_CERTIFICATE, strlen(OF_CERTIFICATE)) == 0)
        text_printf(trial->why, "the template needs %s, but the certificate's subject does not have it",
                    name + strlen(OF_CERTIFICATE));
    else
        text_printf(trial->why, "the template needs the parameter %s, which certificates do not have", name);
    return false;
}

/* Reads a text or {"Ref": a declared parameter}. */
static bool plain_value(const struct trial *trial, const cJSON *value, struct text *out)
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(value, "Ref");

    if (cJSON_IsString(value)) {
        text_puts(out, value->valuestring);
        return true;
    }
    if (!cJSON_IsString(name)) {
        text_puts(trial->why, "the template makes the thing's name in a way that is not supported");
        return false;
    }
    const cJSON *declared = cJSON_GetObjectItemCaseSensitive(trial->parameters, name->valuestring);
    if (declared)
        return value_of_parameter(trial, declared, out);
    text_printf(trial->why, "the template uses %s without declaring it", name->valuestring);
    return false;
}

static bool joined_value(const struct trial *trial, const cJSON *join, struct text *out)
{
    const cJSON *separator = cJSON_GetArrayItem(join, 0);
    const cJSON *parts = cJSON_GetArrayItem(join, 1);
    const cJSON *part;

    if (!cJSON_IsString(separator) || !cJSON_IsArray(parts)) {
        text_puts(trial->why, "the template has an Fn::Join that is not [separator, [values]]");
        return false;
    }
    cJSON_ArrayForEach(part, parts)
    {
        if (part != parts->child)
            text_puts(out, separator->valuestring);
        if (!plain_value(trial, part, out))
            return false;
    }
    return true;
}

static const cJSON *thing_properties(const cJSON *body)
{
    const cJSON *resource;

    cJSON_ArrayForEach(resource, cJSON_GetObjectItemCaseSensitive(body, "Resources"))
    {
        const cJSON *type = cJSON_GetObjectItemCaseSensitive(resource, "Type");
        if (cJSON_IsString(type) && strcmp(type->valuestring, "AWS::IoT::Thing") == 0)
            return cJSON_GetObjectItemCaseSensitive(resource, "Properties");
    }
    return NULL;
}

static bool is_thing_name(const struct text *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_-";

    return name->length >= 1 && name->length <= THING_NAME_MAX &&
           strspn(text_get(name), letters) == name->length;
}

/* AWS requires a value for every declared parameter, used or not (IoT, "Just-in-time provisioning"). */
static bool has_all_parameters(const struct trial *trial)
{
    const cJSON *declared;

    cJSON_ArrayForEach(declared, trial->parameters)
    {
        TEXT struct text value = TEXT_EMPTY;
        if (!value_of_parameter(trial, declared, &value))
            return false;
    }
    return true;
}

bool provisioning_template_try(const cJSON *body, const struct certificate *certificate,
                               struct text *thing_name, struct text *why)
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(thing_properties(body), "ThingName");
    const cJSON *join = cJSON_GetObjectItemCaseSensitive(name, "Fn::Join");
    const struct trial trial = {cJSON_GetObjectItemCaseSensitive(body, "Parameters"), certificate, why};
    TEXT struct text made = TEXT_EMPTY;

    if (!name) {
        text_puts(why, "the template makes no thing: it has no AWS::IoT::Thing with a ThingName");
        return false;
    }
    if (!has_all_parameters(&trial))
        return false;
    if (!(join ? joined_value(&trial, join, &made) : plain_value(&trial, name, &made)))
        return false;
    if (!is_thing_name(&made)) {
        text_printf(
            why,
            "\"%.128s\" is not a thing name: use up to 128 letters, digits, colons, underscores and hyphens",
            text_get(&made));
        return false;
    }
    text_add(thing_name, text_get(&made), made.length);
    return true;
}

const char *provisioning_template_name_field(const cJSON *body)
{
    static const char *const fields[] = {"CommonName", "SerialNumber"};
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(thing_properties(body), "ThingName");
    const char *reference = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(name, "Ref"));

    if (!reference || strncmp(reference, OF_CERTIFICATE, strlen(OF_CERTIFICATE)) != 0)
        return NULL;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strcmp(reference + strlen(OF_CERTIFICATE), fields[i]) == 0)
            return fields[i];
    return NULL;
}

/* Appends "lamps, hall", "vendor=acme" or "none". */
static void add_words(const cJSON *value, struct text *out)
{
    const cJSON *item;

    if (cJSON_IsString(value)) {
        text_puts(out, value->valuestring);
        return;
    }
    if (cJSON_GetArraySize(value) == 0)
        text_puts(out, "none");
    cJSON_ArrayForEach(item, value)
    {
        text_printf(out, "%s%s%s", item == value->child ? "" : ", ", item->string ? item->string : "",
                    item->string ? "=" : "");
        add_words(item, out);
    }
}

void provisioning_template_differences(const cJSON *there, const cJSON *wanted, struct text *out)
{
    static const char *const parts[][2] = {{"ThingName", "thing name"},
                                           {"ThingTypeName", "thing type"},
                                           {"ThingGroups", "thing groups"},
                                           {"BillingGroup", "billing group"},
                                           {"AttributePayload", "attributes"}};
    const cJSON *of_there = thing_properties(there), *of_wanted = thing_properties(wanted);
    size_t before = out->length;

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const cJSON *old = cJSON_GetObjectItemCaseSensitive(of_there, parts[i][0]);
        const cJSON *new = cJSON_GetObjectItemCaseSensitive(of_wanted, parts[i][0]);
        if (old == new || cJSON_Compare(old, new, true))
            continue;
        text_printf(out, "%s%s ", out->length > before ? "; " : "", parts[i][1]);
        add_words(old, out);
        text_puts(out, " -> ");
        add_words(new, out);
    }
    if (out->length == before)
        text_puts(out, "certificate, policy or parameters differ");
}
