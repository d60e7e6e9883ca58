/* SPDX-License-Identifier: Apache-2.0 */
#include "account/registration/registration.h"

#include <stdio.h>
#include <string.h>

#include "account/registration/private.h"
#include "base/clock.h"

#define RESOURCE_SIZE (sizeof "cert/" + CERTIFICATE_ID_SIZE)

static const char *name_of_field(const char *field)
{
    return strcmp(field, "CommonName") == 0 ? "common name" : "serial number";
}

static bool is_thing_name(const char *name)
{
    size_t length = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:_-");

    return length > 0 && name[length] == '\0' && length <= REGISTRATION_THING_MAX;
}

bool registration_thing_name(const struct certificate *certificate, const char *field, const char *given,
                             struct text *out, struct text *why)
{
    TEXT struct text name = TEXT_EMPTY;

    if (given[0] != '\0')
        text_puts(&name, given);
    else if (!certificate_subject(certificate, field, &name)) {
        text_printf(why,
                    "its subject has no %s to name the thing after: use --thing-name %s, or name it yourself",
                    name_of_field(field), strcmp(field, "CommonName") == 0 ? "serial-number" : "common-name");
        return false;
    }
    if (!is_thing_name(text_get(&name))) {
        text_printf(why,
                    "\"%.140s\" is no name for a thing: 1 to %d letters, digits, colons, dashes and "
                    "underscores make one",
                    text_get(&name), REGISTRATION_THING_MAX);
        return false;
    }
    text_puts(out, name.data);
    return true;
}

bool registration_certificate_fits(const struct certificate *certificate, long long now_ms, struct text *why)
{
    char date[CLOCK_RFC3339_SIZE];

    if (certificate_is_authority(certificate)) {
        text_puts(why, "it is the certificate of an authority, not of a device: name the device's own");
        return false;
    }
    if (certificate_not_after_ms(certificate) <= now_ms) {
        clock_rfc3339(certificate_not_after_ms(certificate), date);
        text_printf(why, "it has expired on %.10s: the device needs a new one", date);
        return false;
    }
    return true;
}

/* One device on its way. */
struct registering {
    const struct registrar *registrar;
    const struct certificate *certificate;
    const char *thing;
    char id[CERTIFICATE_ID_SIZE];
    struct text arn;  /* of the certificate */
    bool thing_there; /* found before */
    bool certificate_there;
    bool attached;     /* the certificate to the thing, before */
    struct text other; /* ARN of another certificate of the thing; or another thing of the certificate */
    struct text *why;
};

static enum aws_error ask(struct registering *registering, const struct registrar_call *call, cJSON **answer)
{
    return registrar_ask(registering->registrar->account, call, answer, registering->why);
}

static bool take_principal(void *context, const cJSON *item)
{
    struct registering *registering = context;

    if (!cJSON_IsString(item))
        return true;
    if (strcmp(item->valuestring, registering->arn.data) == 0)
        registering->attached = true;
    else if (registering->other.length == 0)
        text_puts(&registering->other, item->valuestring);
    return true;
}

/* A thing that another certificate belongs to is another device, or this one with a new certificate: only
 * people know. */
static enum aws_error look_at_thing(struct registering *registering)
{
    TEXT struct text path = TEXT_EMPTY;

    text_puts(&path, "/things");
    aws_path_add(&path, registering->thing);
    text_puts(&path, "/principals");
    const struct iot_call call = {.action = "iot:ListThingPrincipals", .method = "GET", .path = path.data};
    enum aws_error error = oem_account_list(registering->registrar->account, &call, "principals",
                                            take_principal, registering, registering->why);
    if (error == AWS_NOT_FOUND) {
        text_clear(registering->why);
        return AWS_OK;
    }
    registering->thing_there = error == AWS_OK;
    if (error != AWS_OK || registering->attached || registering->other.length == 0 ||
        registering->registrar->options.add_certificate)
        return error;
    const char *id = strrchr(registering->other.data, '/');
    text_printf(registering->why,
                "the thing %s has another certificate already (%.12s...): two devices of one name? If it is "
                "the same device, --add-certificate gives it this one too",
                registering->thing, id != NULL ? id + 1 : registering->other.data);
    return AWS_REFUSED;
}

static enum aws_error set_type(struct registering *registering)
{
    JSON cJSON *body = cJSON_CreateObject();
    const struct registrar_call call = {.action = "iot:UpdateThing",
                                        .method = "PATCH",
                                        .prefix = "/things",
                                        .name = registering->thing,
                                        .body = body};

    cJSON_AddStringToObject(body, "thingTypeName", registering->registrar->options.thing_type);
    return ask(registering, &call, NULL);
}

/* Of a thing that was there. */
static enum aws_error compare_type(struct registering *registering)
{
    const char *wanted = registering->registrar->options.thing_type;
    const struct registrar_call call = {
        .action = "iot:DescribeThing", .method = "GET", .prefix = "/things", .name = registering->thing};
    JSON cJSON *answer = NULL;
    enum aws_error error;

    if (wanted == NULL || (error = ask(registering, &call, &answer)) != AWS_OK)
        return wanted == NULL ? AWS_OK : error;
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(answer, "thingTypeName");
    if (!cJSON_IsString(type))
        return set_type(registering);
    if (strcmp(type->valuestring, wanted) == 0)
        return AWS_OK;
    text_printf(registering->why,
                "the thing %s is there with the thing type %s, not %s: register it with --thing-type %s",
                registering->thing, type->valuestring, wanted, type->valuestring);
    return AWS_REFUSED;
}

static enum aws_error make_thing(struct registering *registering)
{
    const char *type = registering->registrar->options.thing_type;
    JSON cJSON *body = cJSON_CreateObject();
    const struct registrar_call call = {.action = "iot:CreateThing",
                                        .method = "POST",
                                        .prefix = "/things",
                                        .name = registering->thing,
                                        .body = body};

    if (registering->thing_there)
        return compare_type(registering);
    if (type != NULL)
        cJSON_AddStringToObject(body, "thingTypeName", type);
    enum aws_error error = ask(registering, &call, NULL);
    if (error != AWS_CONFLICT)
        return error;
    text_clear(registering->why); /* somebody has made it a moment ago */
    return compare_type(registering);
}

static enum aws_error activate(struct registering *registering)
{
    const struct aws_pair query[] = {{"newStatus", "ACTIVE"}, {NULL, NULL}};
    const struct registrar_call call = {.action = "iot:UpdateCertificate",
                                        .method = "PUT",
                                        .prefix = "/certificates",
                                        .name = registering->id,
                                        .query = query};

    return ask(registering, &call, NULL);
}

/* Registered before. PENDING_ACTIVATION: it has connected by itself, and nothing has gone on from there. */
static enum aws_error compare_status(struct registering *registering, const char *status)
{
    bool is_pending = strcmp(status, "PENDING_ACTIVATION") == 0, is_off = strcmp(status, "INACTIVE") == 0;

    registering->certificate_there = true;
    if (strcmp(status, "ACTIVE") == 0)
        return AWS_OK;
    if (is_pending || (is_off && registering->registrar->options.activate))
        return activate(registering);
    text_printf(registering->why, "its certificate is in this account and %s%s", status,
                is_off ? ": somebody has made it so; --activate makes it active again"
                       : ": the device needs another one");
    return AWS_REFUSED;
}

/* After "it is there already", which may also mean: in the account of somebody else. */
static enum aws_error look_at_certificate(struct registering *registering)
{
    const struct registrar_call call = {.action = "iot:DescribeCertificate",
                                        .method = "GET",
                                        .prefix = "/certificates",
                                        .name = registering->id};
    TEXT struct text said = TEXT_EMPTY;
    JSON cJSON *answer = NULL;

    text_puts(&said, text_get(registering->why));
    text_clear(registering->why);
    enum aws_error error = ask(registering, &call, &answer);
    if (error == AWS_NOT_FOUND) {
        text_clear(registering->why);
        text_printf(registering->why,
                    "it is registered, but not in this account and region; ask who has it to give it up (%s)",
                    text_get(&said));
        return AWS_CONFLICT;
    }
    const cJSON *description = cJSON_GetObjectItemCaseSensitive(answer, "certificateDescription");
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(description, "status");
    if (error == AWS_OK && !cJSON_IsString(status)) {
        text_puts(registering->why, "iot:DescribeCertificate: the answer has no status");
        return AWS_BAD_ANSWER;
    }
    return error == AWS_OK ? compare_status(registering, status->valuestring) : error;
}

static enum aws_error register_certificate(struct registering *registering)
{
    const struct registrar_authority *authority =
        registrar_find_authority(registering->registrar, registering->certificate);
    TEXT struct text pem = TEXT_EMPTY;
    JSON cJSON *body = cJSON_CreateObject();
    struct registrar_call call = {.action = "iot:RegisterCertificateWithoutCA",
                                  .method = "POST",
                                  .prefix = "/certificate/register-no-ca",
                                  .body = body};

    if (authority != NULL) {
        call.action = "iot:RegisterCertificate";
        call.prefix = "/certificate/register";
        cJSON_AddStringToObject(body, "caCertificatePem", authority->pem);
    }
    certificate_pem(registering->certificate, &pem);
    cJSON_AddStringToObject(body, "certificatePem", pem.data);
    cJSON_AddStringToObject(body, "status", "ACTIVE");
    enum aws_error error = ask(registering, &call, NULL);
    return error == AWS_CONFLICT ? look_at_certificate(registering) : error;
}

static bool take_thing(void *context, const cJSON *item)
{
    struct registering *registering = context;

    if (registering->other.length == 0 && cJSON_IsString(item))
        text_puts(&registering->other, item->valuestring);
    return true;
}

/* A certificate that was there before may be another thing's: then one of both names is wrong. */
static enum aws_error look_at_other_things(struct registering *registering)
{
    const struct aws_pair headers[] = {{"x-amzn-principal", registering->arn.data}, {NULL, NULL}};
    const struct iot_call call = {.action = "iot:ListPrincipalThings",
                                  .method = "GET",
                                  .path = "/principals/things",
                                  .headers = headers};

    if (!registering->certificate_there || registering->attached ||
        registering->registrar->options.add_certificate)
        return AWS_OK;
    text_clear(&registering->other);
    enum aws_error error = oem_account_list(registering->registrar->account, &call, "things", take_thing,
                                            registering, registering->why);
    if (error != AWS_OK || registering->other.length == 0)
        return error;
    text_printf(registering->why,
                "its certificate belongs to the thing %s already: is %s the right name? If both are, "
                "--add-certificate ties it to both",
                registering->other.data, registering->thing);
    return AWS_REFUSED;
}

static enum aws_error attach_policy(struct registering *registering)
{
    JSON cJSON *body = cJSON_CreateObject();
    const struct registrar_call call = {.action = "iot:AttachPolicy",
                                        .method = "PUT",
                                        .prefix = "/target-policies",
                                        .name = registering->registrar->options.policy_name,
                                        .body = body};

    cJSON_AddStringToObject(body, "target", registering->arn.data);
    return ask(registering, &call, NULL);
}

static enum aws_error attach_thing(struct registering *registering)
{
    const struct aws_pair headers[] = {{"x-amzn-principal", registering->arn.data}, {NULL, NULL}};
    const struct registrar_call call = {.action = "iot:AttachThingPrincipal",
                                        .method = "PUT",
                                        .prefix = "/things",
                                        .name = registering->thing,
                                        .suffix = "/principals",
                                        .headers = headers};

    return registering->attached ? AWS_OK : ask(registering, &call, NULL);
}

static enum aws_error add_to_groups(struct registering *registering)
{
    enum aws_error error = AWS_OK;

    for (const char *const *group = registering->registrar->options.thing_groups;
         error == AWS_OK && group != NULL && *group != NULL; group++) {
        JSON cJSON *body = cJSON_CreateObject();
        const struct registrar_call call = {.action = "iot:AddThingToThingGroup",
                                            .method = "PUT",
                                            .prefix = "/thing-groups/addThingToThingGroup",
                                            .body = body};
        cJSON_AddStringToObject(body, "thingGroupName", *group);
        cJSON_AddStringToObject(body, "thingName", registering->thing);
        error = ask(registering, &call, NULL);
    }
    return error;
}

enum aws_error registrar_register(struct registrar *registrar, const struct certificate *certificate,
                                  const char *thing, enum registration_result *out, struct text *why)
{
    static enum aws_error (*const steps[])(struct registering *) = {
        look_at_thing, register_certificate, look_at_other_things, make_thing,
        attach_policy, attach_thing,         add_to_groups,
    };
    struct registering registering = {
        .registrar = registrar, .certificate = certificate, .thing = thing, .why = why};
    char resource[RESOURCE_SIZE];
    enum aws_error error = AWS_OK;

    certificate_id(certificate, registering.id);
    snprintf(resource, sizeof resource, "cert/%s", registering.id);
    oem_account_arn(registrar->account, resource, &registering.arn);
    for (size_t i = 0; error == AWS_OK && i < sizeof steps / sizeof *steps; i++)
        error = steps[i](&registering);
    if (error == AWS_OK)
        *out = registering.certificate_there && registering.attached ? REGISTRATION_THERE : REGISTRATION_NEW;
    text_fini(&registering.arn);
    text_fini(&registering.other);
    return error;
}
