/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/provisioning_template.h"

#include <cjson/cJSON.h>
#include <openssl/objects.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/peer_certificate.h"

#define TEMPLATE_MAX 10240 /* IoT: characters of a template body */

/* The certificate's values that a template may ask for (IoT, "Just-in-time provisioning", predefined
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

struct provisioning {
    cJSON *template;
    const X509 *certificate;
    char *problem;
};

static bool fail(const struct provisioning *self, const char *text, const char *subject)
{
    snprintf(self->problem, PROVISIONING_PROBLEM_SIZE, "%s: %s", text, subject);
    return false;
}

static cJSON *template_read(const char *path)
{
    char *body = calloc(1, TEMPLATE_MAX + 1);
    FILE *file = fopen(path, "re");
    cJSON *template = NULL;

    if (file && body && fread(body, 1, TEMPLATE_MAX + 1, file) <= TEMPLATE_MAX)
        template = cJSON_Parse(body);
    if (file)
        fclose(file);
    free(body);
    return template;
}

static bool from_certificate(const X509 *certificate, const char *parameter, char out[CERTIFICATE_TEXT_SIZE])
{
    if (strcmp(parameter, "AWS::IoT::Certificate::Id") == 0) {
        certificate_id(certificate, out);
        return true;
    }
    for (size_t i = 0; i < sizeof subject_parameters / sizeof *subject_parameters; i++)
        if (strcmp(subject_parameters[i].parameter, parameter) == 0)
            return certificate_subject(certificate, subject_parameters[i].nid, out);
    return false;
}

static bool parameter_value(const struct provisioning *self, const char *name,
                            char out[CERTIFICATE_TEXT_SIZE])
{
    const cJSON *parameters = cJSON_GetObjectItemCaseSensitive(self->template, "Parameters");
    const cJSON *declared = cJSON_GetObjectItemCaseSensitive(parameters, name);

    if (!declared)
        return fail(self, "parameter is not declared", name);
    if (from_certificate(self->certificate, name, out))
        return true;
    const cJSON *fallback = cJSON_GetObjectItemCaseSensitive(declared, "Default");
    if (!cJSON_IsString(fallback) || strlen(fallback->valuestring) >= CERTIFICATE_TEXT_SIZE)
        return fail(self, "the certificate does not have the parameter", name);
    memcpy(out, fallback->valuestring, strlen(fallback->valuestring) + 1);
    return true;
}

static bool all_parameters_have_values(const struct provisioning *self)
{
    const cJSON *parameters = cJSON_GetObjectItemCaseSensitive(self->template, "Parameters");
    const cJSON *parameter;
    char value[CERTIFICATE_TEXT_SIZE];

    cJSON_ArrayForEach(parameter,
                       parameters) if (!parameter_value(self, parameter->string, value)) return false;
    return true;
}

static bool add(const struct provisioning *self, char out[CERTIFICATE_TEXT_SIZE], const char *text)
{
    size_t used = strlen(out), length = strlen(text);

    if (used + length >= CERTIFICATE_TEXT_SIZE)
        return fail(self, "value is too long", text);
    memcpy(out + used, text, length + 1);
    return true;
}

/* A text or {"Ref": parameter}. */
static bool plain_value(const struct provisioning *self, const cJSON *value, char out[CERTIFICATE_TEXT_SIZE])
{
    out[0] = '\0';
    if (cJSON_IsString(value))
        return add(self, out, value->valuestring);
    const cJSON *reference = cJSON_GetObjectItemCaseSensitive(value, "Ref");
    if (!cJSON_IsString(reference))
        return fail(self, "template has a value that is not understood",
                    value && value->string ? value->string : "");
    return parameter_value(self, reference->valuestring, out);
}

static bool joined_value(const struct provisioning *self, const cJSON *join, char out[CERTIFICATE_TEXT_SIZE])
{
    const cJSON *separator = cJSON_GetArrayItem(join, 0);
    const cJSON *parts = cJSON_GetArrayItem(join, 1);
    const cJSON *part;
    char text[CERTIFICATE_TEXT_SIZE];

    if (!cJSON_IsString(separator) || !cJSON_IsArray(parts))
        return fail(self, "Fn::Join wants", "[separator, [values]]");
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

static const cJSON *thing_resource(const cJSON *template)
{
    const cJSON *resource;

    cJSON_ArrayForEach(resource, cJSON_GetObjectItemCaseSensitive(template, "Resources"))
    {
        const cJSON *type = cJSON_GetObjectItemCaseSensitive(resource, "Type");
        if (cJSON_IsString(type) && strcmp(type->valuestring, "AWS::IoT::Thing") == 0)
            return cJSON_GetObjectItemCaseSensitive(resource, "Properties");
    }
    return NULL;
}

static bool thing_name(const struct provisioning *self, char out[THING_NAME_SIZE])
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(thing_resource(self->template), "ThingName");
    const cJSON *join = cJSON_GetObjectItemCaseSensitive(name, "Fn::Join");
    char value[CERTIFICATE_TEXT_SIZE];

    if (!name)
        return fail(self, "template makes no thing", "a resource of type AWS::IoT::Thing with a ThingName");
    if (!all_parameters_have_values(self))
        return false;
    if (!(join ? joined_value(self, join, value) : plain_value(self, name, value)))
        return false;
    if (!certificate_name_valid(value))
        return fail(self, "not a thing name", value);
    memcpy(out, value, strlen(value) + 1);
    return true;
}

bool provisioning_thing_name(const char *path, const X509 *certificate, char out[THING_NAME_SIZE],
                             char problem[PROVISIONING_PROBLEM_SIZE])
{
    struct provisioning self = {template_read(path), certificate, problem};

    if (!self.template)
        return fail(&self, "not a JSON template of at most 10240 characters", path);
    bool done = thing_name(&self, out);
    cJSON_Delete(self.template);
    return done;
}
