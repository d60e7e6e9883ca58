/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/template_evaluation.h"

#include <openssl/objects.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sandbox/peer_certificate.h"

/* Quotas and patterns of things (IoT, AttributePayload). */
#define ATTRIBUTES_WITHOUT_TYPE 3
#define ATTRIBUTES_WITH_TYPE 50
#define ATTRIBUTE_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.,@/:#-"

/* The certificate's fields that a template can use (IoT, "Just-in-time provisioning", predefined
 * parameters). */
static const struct {
    const char *parameter;
    int nid;
} subject_parameters[] = {
    {"AWS::IoT::Certificate::Country", NID_countryName},
    {"AWS::IoT::Certificate::Organization", NID_organizationName},
    {"AWS::IoT::Certificate::OrganizationalUnit", NID_organizationalUnitName},
    {"AWS::IoT::Certificate::DistinguishedNameQualifier", NID_dnQualifier},
    {"AWS::IoT::Certificate::StateName", NID_stateOrProvinceName},
    {"AWS::IoT::Certificate::CommonName", NID_commonName},
    {"AWS::IoT::Certificate::SerialNumber", NID_serialNumber},
};

struct evaluation {
    const cJSON *template;
    const struct template_source *source;
    char *problem;
    cJSON *out;
};

static bool fail(const struct evaluation *self, const char *text, const char *subject)
{
    snprintf(self->problem, TEMPLATE_PROBLEM_SIZE, "%s: %s", text, subject ? subject : "");
    return false;
}

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static bool from_certificate(const X509 *certificate, const char *parameter, char out[CERTIFICATE_TEXT_SIZE])
{
    for (size_t i = 0; i < sizeof subject_parameters / sizeof *subject_parameters; i++)
        if (strcmp(subject_parameters[i].parameter, parameter) == 0)
            return certificate_subject(certificate, subject_parameters[i].nid, out);
    return false;
}

static bool copy(const cJSON *value, char out[CERTIFICATE_TEXT_SIZE])
{
    if (!cJSON_IsString(value) || strlen(value->valuestring) >= CERTIFICATE_TEXT_SIZE)
        return false;
    memcpy(out, value->valuestring, strlen(value->valuestring) + 1);
    return true;
}

static bool parameter_value(const struct evaluation *self, const char *name, char out[CERTIFICATE_TEXT_SIZE])
{
    const cJSON *declared = member(member(self->template, "Parameters"), name);
    const struct template_source *source = self->source;

    if (!declared)
        return fail(self, "a parameter is not declared", name);
    if (strcmp(name, "AWS::IoT::Certificate::Id") == 0) {
        certificate_id(source->certificate, out);
        return true;
    }
    if (source->parameters ? copy(member(source->parameters, name), out)
                           : from_certificate(source->certificate, name, out))
        return true;
    return copy(member(declared, "Default"), out) || fail(self, "a parameter has no value", name);
}

static bool all_parameters_have_values(const struct evaluation *self)
{
    const cJSON *parameters = member(self->template, "Parameters");
    const cJSON *parameter;
    char value[CERTIFICATE_TEXT_SIZE];

    cJSON_ArrayForEach(parameter,
                       parameters) if (!parameter_value(self, parameter->string, value)) return false;
    return true;
}

static bool add(const struct evaluation *self, char out[CERTIFICATE_TEXT_SIZE], const char *text)
{
    size_t used = strlen(out), length = strlen(text);

    if (used + length >= CERTIFICATE_TEXT_SIZE)
        return fail(self, "a value is too long", text);
    memcpy(out + used, text, length + 1);
    return true;
}

/* Reads a text or {"Ref": parameter}. */
static bool plain_value(const struct evaluation *self, const cJSON *value, char out[CERTIFICATE_TEXT_SIZE])
{
    out[0] = '\0';
    if (cJSON_IsString(value))
        return add(self, out, value->valuestring);
    const cJSON *reference = member(value, "Ref");
    if (!cJSON_IsString(reference))
        return fail(self, "the template has a value that is not supported", value ? value->string : NULL);
    return parameter_value(self, reference->valuestring, out);
}

static bool value_of(const struct evaluation *self, const cJSON *value, char out[CERTIFICATE_TEXT_SIZE])
{
    const cJSON *join = member(value, "Fn::Join");
    const cJSON *separator = cJSON_GetArrayItem(join, 0);
    const cJSON *parts = cJSON_GetArrayItem(join, 1);
    const cJSON *part;
    char text[CERTIFICATE_TEXT_SIZE];

    if (!join)
        return plain_value(self, value, out);
    if (!cJSON_IsString(separator) || !cJSON_IsArray(parts))
        return fail(self, "Fn::Join needs", "[separator, [values]]");
    out[0] = '\0';
    cJSON_ArrayForEach(part, parts)
    {
        bool first = part == parts->child;
        if (!plain_value(self, part, text) || (!first && !add(self, out, separator->valuestring)) ||
            !add(self, out, text))
            return false;
    }
    return true;
}

/* Adds the value to the list of that name; a missing value adds nothing. */
static bool note(const struct evaluation *self, const char *list, const cJSON *value)
{
    char text[CERTIFICATE_TEXT_SIZE];

    if (!value)
        return true;
    return value_of(self, value, text) &&
           cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(self->out, list), cJSON_CreateString(text));
}

static bool is_attribute_text(const char *text)
{
    return text[strspn(text, ATTRIBUTE_CHARACTERS)] == '\0';
}

static bool take_attributes(const struct evaluation *self, const cJSON *properties)
{
    cJSON *attributes = cJSON_GetObjectItemCaseSensitive(self->out, "attributes");
    int most = member(properties, "ThingTypeName") ? ATTRIBUTES_WITH_TYPE : ATTRIBUTES_WITHOUT_TYPE;
    const cJSON *each;
    char text[CERTIFICATE_TEXT_SIZE];

    cJSON_ArrayForEach(each, member(properties, "AttributePayload"))
    {
        if (!value_of(self, each, text))
            return false;
        if (!each->string || !*each->string || !is_attribute_text(each->string) || !is_attribute_text(text))
            return fail(self, "not a valid attribute name or value", text);
        cJSON_AddStringToObject(attributes, each->string, text);
    }
    return cJSON_GetArraySize(attributes) <= most ||
           fail(self, "more attributes than a thing can have",
                most == ATTRIBUTES_WITHOUT_TYPE ? "3 without a type" : "50");
}

static bool take_thing(const struct evaluation *self, const cJSON *properties)
{
    const cJSON *each;
    char text[CERTIFICATE_TEXT_SIZE];

    if (!value_of(self, member(properties, "ThingName"), text))
        return false;
    if (!certificate_name_valid(text))
        return fail(self, "not a valid thing name", text);
    if (!note(self, "things", member(properties, "ThingName")) ||
        !note(self, "thingTypes", member(properties, "ThingTypeName")) ||
        !note(self, "billingGroups", member(properties, "BillingGroup")))
        return false;
    cJSON_ArrayForEach(each,
                       member(properties, "ThingGroups")) if (!note(self, "thingGroups", each)) return false;
    return take_attributes(self, properties);
}

static bool take_certificate(const struct evaluation *self, const cJSON *properties)
{
    const cJSON *status = member(properties, "Status");
    char text[CERTIFICATE_TEXT_SIZE];

    if (!status)
        return true;
    if (!value_of(self, status, text))
        return false;
    if (strcasecmp(text, "ACTIVE") != 0 && strcasecmp(text, "INACTIVE") != 0)
        return fail(self, "a certificate's Status must be ACTIVE or INACTIVE, not", text);
    return cJSON_ReplaceItemInObjectCaseSensitive(
        self->out, "status", cJSON_CreateString(strcasecmp(text, "ACTIVE") == 0 ? "ACTIVE" : "INACTIVE"));
}

static bool take_policy(const struct evaluation *self, const cJSON *properties)
{
    const cJSON *name = member(properties, "PolicyName"), *document = member(properties, "PolicyDocument");

    if (!name == !document)
        return fail(self, "a policy has", "either a PolicyName or a PolicyDocument");
    if (name)
        return note(self, "policies", name);
    char *text = cJSON_IsString(document) ? NULL : cJSON_PrintUnformatted(document);
    cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(self->out, "documents"),
                         cJSON_CreateString(text ? text : document->valuestring));
    cJSON_free(text);
    return true;
}

static bool take_resources(const struct evaluation *self)
{
    static const struct {
        const char *type;
        bool (*take)(const struct evaluation *self, const cJSON *properties);
    } kinds[] = {{"AWS::IoT::Thing", take_thing},
                 {"AWS::IoT::Certificate", take_certificate},
                 {"AWS::IoT::Policy", take_policy}};
    const cJSON *resource;

    cJSON_ArrayForEach(resource, member(self->template, "Resources"))
    {
        const char *type = cJSON_GetStringValue(member(resource, "Type"));
        size_t i = 0;
        while (i < sizeof kinds / sizeof *kinds && !(type && strcmp(kinds[i].type, type) == 0))
            i++;
        if (i == sizeof kinds / sizeof *kinds)
            return fail(self, "the template has a resource of unknown type", resource->string);
        if (!kinds[i].take(self, member(resource, "Properties")))
            return false;
    }
    if (cJSON_GetArraySize(member(self->out, "things")) != 1)
        return fail(self, "the template does not make exactly one thing",
                    "a resource of type AWS::IoT::Thing");
    return true;
}

static cJSON *nothing_yet(void)
{
    static const char *const lists[] = {"things",     "policies",    "documents",
                                        "thingTypes", "thingGroups", "billingGroups"};
    cJSON *out = cJSON_CreateObject();

    cJSON_AddStringToObject(out, "status", "ACTIVE");
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        cJSON_AddArrayToObject(out, lists[i]);
    cJSON_AddObjectToObject(out, "attributes");
    return out;
}

bool template_evaluate(const char *body, const struct template_source *source, cJSON **out,
                       char problem[TEMPLATE_PROBLEM_SIZE])
{
    cJSON *template = body && strlen(body) <= TEMPLATE_MAX ? cJSON_Parse(body) : NULL;
    struct evaluation self = {template, source, problem, nothing_yet()};

    bool done = template ? all_parameters_have_values(&self) && take_resources(&self)
                         : fail(&self, "the template is not JSON of at most", "10240 characters");
    cJSON_Delete(template);
    if (done)
        *out = self.out;
    else
        cJSON_Delete(self.out);
    return done;
}
