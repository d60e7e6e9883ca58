/* SPDX-License-Identifier: Apache-2.0 */
#include "account/enrolment/enrolment.h"

#include <stdio.h>
#include <string.h>

#include "account/enrolment/private.h"
#include "account/thing_name.h"
#include "aws/encoding.h"
#include "base/clock.h"
#include "base/excerpt.h"

#define RESOURCE_SIZE (sizeof "cert/" + CERTIFICATE_ID_SIZE)

static const char *name_of_field(const char *field)
{
    return strcmp(field, "CommonName") == 0 ? "common name" : "serial number";
}

bool enrolment_is_thing_name(const char *name)
{
    size_t length = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:_-");

    return length > 0 && name[length] == '\0' && length <= ENROLMENT_THING_MAX;
}

/* Adds what the certificate calls the thing. */
static bool name_in(const struct certificate *certificate, const char *field, struct text *out,
                    struct text *why)
{
    TEXT struct text found = TEXT_EMPTY;
    const char *chosen = field ? field : thing_name_choose(certificate, NULL, &found);

    if (!chosen) {
        text_printf(why,
                    "%s: say which has the thing's name with --thing-name common-name or --thing-name "
                    "serial-number, or name it yourself",
                    text_get(&found));
        return false;
    }
    if (certificate_subject(certificate, chosen, out))
        return true;
    text_printf(why,
                "its subject has no %s to name the thing after: use --thing-name %s, or name it yourself",
                name_of_field(chosen), strcmp(chosen, "CommonName") == 0 ? "serial-number" : "common-name");
    return false;
}

bool enrolment_thing_name(const struct certificate *certificate, const char *field, const char *given,
                          struct text *out, struct text *why)
{
    TEXT struct text name = TEXT_EMPTY;

    if (given[0] != '\0')
        text_puts(&name, given);
    else if (!name_in(certificate, field, &name, why))
        return false;
    if (!enrolment_is_thing_name(text_get(&name))) {
        excerpt_add(text_get(&name), name.length, why);
        text_printf(
            why, " is not a thing's name: use 1 to %d letters, digits, colons, dashes and underscores%s",
            ENROLMENT_THING_MAX,
            given[0] ? "" : ", or take the name from the other field of the subject with --thing-name");
        return false;
    }
    text_puts(out, name.data);
    return true;
}

bool enrolment_certificate_fits(const struct certificate *certificate, long long now_ms, struct text *why)
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

/* State of one registration. */
struct enrolling {
    const struct enroller *enroller;
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

static enum aws_error ask(struct enrolling *enrolling, const struct enroller_call *call, cJSON **answer)
{
    return enroller_ask(enrolling->enroller->account, call, answer, enrolling->why);
}

static bool take_principal(void *context, const cJSON *item)
{
    struct enrolling *enrolling = context;

    if (!cJSON_IsString(item))
        return true;
    if (strcmp(item->valuestring, enrolling->arn.data) == 0)
        enrolling->attached = true;
    else if (enrolling->other.length == 0)
        text_puts(&enrolling->other, item->valuestring);
    return true;
}

/* A thing with another certificate is another device, or this one with a new certificate: only a person can
 * know. */
static enum aws_error look_at_thing(struct enrolling *enrolling)
{
    TEXT struct text path = TEXT_EMPTY;

    text_puts(&path, "/things");
    aws_path_add(&path, enrolling->thing);
    text_puts(&path, "/principals");
    const struct iot_call call = {.action = "iot:ListThingPrincipals", .method = "GET", .path = path.data};
    enum aws_error error = oem_account_list(enrolling->enroller->account, &call, "principals", take_principal,
                                            enrolling, enrolling->why);
    if (error == AWS_NOT_FOUND) {
        text_clear(enrolling->why);
        return AWS_OK;
    }
    enrolling->thing_there = error == AWS_OK;
    if (error != AWS_OK || enrolling->attached || enrolling->other.length == 0 ||
        enrolling->enroller->options.add_certificate)
        return error;
    const char *id = strrchr(enrolling->other.data, '/');
    text_printf(enrolling->why,
                "the thing %s has another certificate already (%.12s...): two devices of one name? If it is "
                "the same device, --add-certificate gives it this one too",
                enrolling->thing, id != NULL ? id + 1 : enrolling->other.data);
    return AWS_REFUSED;
}

static enum aws_error set_type(struct enrolling *enrolling)
{
    JSON cJSON *body = cJSON_CreateObject();
    const struct enroller_call call = {.action = "iot:UpdateThing",
                                       .method = "PATCH",
                                       .prefix = "/things",
                                       .name = enrolling->thing,
                                       .body = body};

    cJSON_AddStringToObject(body, "thingTypeName", enrolling->enroller->options.thing_type);
    return ask(enrolling, &call, NULL);
}

/* Of a thing that was there. */
static enum aws_error compare_type(struct enrolling *enrolling)
{
    const char *wanted = enrolling->enroller->options.thing_type;
    const struct enroller_call call = {
        .action = "iot:DescribeThing", .method = "GET", .prefix = "/things", .name = enrolling->thing};
    JSON cJSON *answer = NULL;
    enum aws_error error;

    if (wanted == NULL || (error = ask(enrolling, &call, &answer)) != AWS_OK)
        return wanted == NULL ? AWS_OK : error;
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(answer, "thingTypeName");
    if (!cJSON_IsString(type))
        return set_type(enrolling);
    if (strcmp(type->valuestring, wanted) == 0)
        return AWS_OK;
    text_printf(enrolling->why,
                "the thing %s is there with the thing type %s, not %s: register it with --thing-type %s",
                enrolling->thing, type->valuestring, wanted, type->valuestring);
    return AWS_REFUSED;
}

static enum aws_error make_thing(struct enrolling *enrolling)
{
    const char *type = enrolling->enroller->options.thing_type;
    JSON cJSON *body = cJSON_CreateObject();
    const struct enroller_call call = {.action = "iot:CreateThing",
                                       .method = "POST",
                                       .prefix = "/things",
                                       .name = enrolling->thing,
                                       .body = body};

    if (enrolling->thing_there)
        return compare_type(enrolling);
    if (type != NULL)
        cJSON_AddStringToObject(body, "thingTypeName", type);
    enum aws_error error = ask(enrolling, &call, NULL);
    if (error != AWS_CONFLICT)
        return error;
    text_clear(enrolling->why); /* created by another client just now */
    return compare_type(enrolling);
}

static enum aws_error activate(struct enrolling *enrolling)
{
    const struct aws_pair query[] = {{"newStatus", "ACTIVE"}, {NULL, NULL}};
    const struct enroller_call call = {.action = "iot:UpdateCertificate",
                                       .method = "PUT",
                                       .prefix = "/certificates",
                                       .name = enrolling->id,
                                       .query = query};

    return ask(enrolling, &call, NULL);
}

/* Already registered. PENDING_ACTIVATION: the device connected by itself, and nothing followed. */
static enum aws_error compare_status(struct enrolling *enrolling, const char *status)
{
    bool is_pending = strcmp(status, "PENDING_ACTIVATION") == 0, is_off = strcmp(status, "INACTIVE") == 0;

    enrolling->certificate_there = true;
    if (strcmp(status, "ACTIVE") == 0)
        return AWS_OK;
    if (is_pending || (is_off && enrolling->enroller->options.activate))
        return activate(enrolling);
    text_printf(enrolling->why, "its certificate is in this account and %s%s", status,
                is_off ? ": it was deactivated; --activate makes it active again"
                       : ": the device needs another one");
    return AWS_REFUSED;
}

/* After "already exists", which may also mean: in another account. */
static enum aws_error look_at_certificate(struct enrolling *enrolling)
{
    const struct enroller_call call = {.action = "iot:DescribeCertificate",
                                       .method = "GET",
                                       .prefix = "/certificates",
                                       .name = enrolling->id};
    TEXT struct text said = TEXT_EMPTY;
    JSON cJSON *answer = NULL;

    text_puts(&said, text_get(enrolling->why));
    text_clear(enrolling->why);
    enum aws_error error = ask(enrolling, &call, &answer);
    if (error == AWS_NOT_FOUND) {
        text_clear(enrolling->why);
        text_printf(enrolling->why,
                    "it is registered in another account or region, whose owner must delete it first (%s)",
                    text_get(&said));
        return AWS_CONFLICT;
    }
    const cJSON *description = cJSON_GetObjectItemCaseSensitive(answer, "certificateDescription");
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(description, "status");
    if (error == AWS_OK && !cJSON_IsString(status)) {
        text_puts(enrolling->why, "iot:DescribeCertificate: the answer has no status");
        return AWS_BAD_ANSWER;
    }
    return error == AWS_OK ? compare_status(enrolling, status->valuestring) : error;
}

static enum aws_error register_certificate(struct enrolling *enrolling)
{
    const struct enroller_authority *authority =
        enroller_find_authority(enrolling->enroller, enrolling->certificate);
    TEXT struct text pem = TEXT_EMPTY;
    JSON cJSON *body = cJSON_CreateObject();
    struct enroller_call call = {.action = "iot:RegisterCertificateWithoutCA",
                                 .method = "POST",
                                 .prefix = "/certificate/register-no-ca",
                                 .body = body};

    if (authority != NULL) {
        call.action = "iot:RegisterCertificate";
        call.prefix = "/certificate/register";
        cJSON_AddStringToObject(body, "caCertificatePem", authority->pem);
    }
    certificate_pem(enrolling->certificate, &pem);
    cJSON_AddStringToObject(body, "certificatePem", pem.data);
    cJSON_AddStringToObject(body, "status", "ACTIVE");
    enum aws_error error = ask(enrolling, &call, NULL);
    return error == AWS_CONFLICT ? look_at_certificate(enrolling) : error;
}

static bool take_thing(void *context, const cJSON *item)
{
    struct enrolling *enrolling = context;

    if (enrolling->other.length == 0 && cJSON_IsString(item))
        text_puts(&enrolling->other, item->valuestring);
    return true;
}

/* A certificate that was there before may be another thing's: then one of both names is wrong. */
static enum aws_error look_at_other_things(struct enrolling *enrolling)
{
    const struct aws_pair headers[] = {{"x-amzn-principal", enrolling->arn.data}, {NULL, NULL}};
    const struct iot_call call = {.action = "iot:ListPrincipalThings",
                                  .method = "GET",
                                  .path = "/principals/things",
                                  .headers = headers};

    if (!enrolling->certificate_there || enrolling->attached || enrolling->enroller->options.add_certificate)
        return AWS_OK;
    text_clear(&enrolling->other);
    enum aws_error error = oem_account_list(enrolling->enroller->account, &call, "things", take_thing,
                                            enrolling, enrolling->why);
    if (error != AWS_OK || enrolling->other.length == 0)
        return error;
    text_printf(enrolling->why,
                "its certificate belongs to the thing %s already: is %s the right name? If both are, "
                "--add-certificate ties it to both",
                enrolling->other.data, enrolling->thing);
    return AWS_REFUSED;
}

static enum aws_error attach_policy(struct enrolling *enrolling)
{
    JSON cJSON *body = cJSON_CreateObject();
    const struct enroller_call call = {.action = "iot:AttachPolicy",
                                       .method = "PUT",
                                       .prefix = "/target-policies",
                                       .name = enrolling->enroller->options.policy_name,
                                       .body = body};

    cJSON_AddStringToObject(body, "target", enrolling->arn.data);
    return ask(enrolling, &call, NULL);
}

static enum aws_error attach_thing(struct enrolling *enrolling)
{
    const struct aws_pair headers[] = {{"x-amzn-principal", enrolling->arn.data}, {NULL, NULL}};
    const struct enroller_call call = {.action = "iot:AttachThingPrincipal",
                                       .method = "PUT",
                                       .prefix = "/things",
                                       .name = enrolling->thing,
                                       .suffix = "/principals",
                                       .headers = headers};

    return enrolling->attached ? AWS_OK : ask(enrolling, &call, NULL);
}

static enum aws_error add_to_groups(struct enrolling *enrolling)
{
    enum aws_error error = AWS_OK;

    for (const char *const *group = enrolling->enroller->options.thing_groups;
         error == AWS_OK && group != NULL && *group != NULL; group++) {
        JSON cJSON *body = cJSON_CreateObject();
        const struct enroller_call call = {.action = "iot:AddThingToThingGroup",
                                           .method = "PUT",
                                           .prefix = "/thing-groups/addThingToThingGroup",
                                           .body = body};
        cJSON_AddStringToObject(body, "thingGroupName", *group);
        cJSON_AddStringToObject(body, "thingName", enrolling->thing);
        error = ask(enrolling, &call, NULL);
    }
    return error;
}

enum aws_error enroller_enrol(struct enroller *enroller, const struct certificate *certificate,
                              const char *thing, enum enrolment_result *out, struct text *why)
{
    static enum aws_error (*const steps[])(struct enrolling *) = {
        look_at_thing, register_certificate, look_at_other_things, make_thing,
        attach_policy, attach_thing,         add_to_groups,
    };
    struct enrolling enrolling = {
        .enroller = enroller, .certificate = certificate, .thing = thing, .why = why};
    char resource[RESOURCE_SIZE];
    enum aws_error error = AWS_OK;

    certificate_id(certificate, enrolling.id);
    snprintf(resource, sizeof resource, "cert/%s", enrolling.id);
    oem_account_arn(enroller->account, resource, &enrolling.arn);
    for (size_t i = 0; error == AWS_OK && i < sizeof steps / sizeof *steps; i++)
        error = steps[i](&enrolling);
    if (error == AWS_OK)
        *out = enrolling.certificate_there && enrolling.attached ? ENROLMENT_THERE : ENROLMENT_NEW;
    text_fini(&enrolling.arn);
    text_fini(&enrolling.other);
    return error;
}
