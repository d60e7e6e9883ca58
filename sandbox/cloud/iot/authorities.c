/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clock.h"
#include "sandbox/cloud/arn.h"
#include "sandbox/cloud/iot/calls.h"
#include "sandbox/cloud/store.h"

void iot_get_registration_code(struct iot_call *call)
{
    iot_set_text(call->output, "registrationCode", store_text(call->cloud->iot.all, "registrationCode"));
}

/* Checks {"templateName"} or {"templateBody", "roleArn"}; it may be missing. */
static bool check_registration(struct iot_call *call)
{
    const cJSON *config = cJSON_GetObjectItemCaseSensitive(call->input, "registrationConfig");
    const char *name = store_text(config, "templateName"), *body = store_text(config, "templateBody"),
               *role = store_text(config, "roleArn");
    const cJSON *template = name ? iot_wanted(call, "templates", name) : NULL;

    if (call->failed || !config)
        return !call->failed;
    if (name && (body || role))
        iot_fail(call, IOT_INVALID, "templateName cannot be given together with templateBody or roleArn.");
    else if (template && strcmp(store_text(template, "type"), "JITP") != 0)
        iot_fail(call, IOT_INVALID, "The template %s is not of type JITP.", name);
    else if (!name && (body != NULL) != (role != NULL))
        iot_fail(call, IOT_INVALID, "templateBody and roleArn must be given together.");
    else if (body && iot_check_template_body(call, body))
        iot_check_role(call, role);
    return !call->failed;
}

/* Checks that the CA's key signed a certificate for this account's registration code (IoT, "Register your CA
 * certificate"). */
static bool check_verification(struct iot_call *call, const char *ca)
{
    const char *mode = iot_text(call, "certificateMode"), *pem = iot_text(call, "verificationCertificate");
    bool sni = mode && strcmp(mode, "SNI_ONLY") == 0;
    struct x509_facts facts;

    if (sni && pem)
        iot_fail(call, IOT_INVALID, "verificationCertificate must be empty in SNI_ONLY mode.");
    else if (!sni && !pem)
        iot_fail(call, IOT_INVALID, "verificationCertificate must not be empty in DEFAULT mode.");
    else if (!sni && !x509_read(pem, &facts))
        iot_fail(call, IOT_CERTIFICATE_VALIDATION, "The verification certificate is not a PEM certificate.");
    else if (!sni && !x509_is_signed_by(pem, ca))
        iot_fail(call, IOT_CERTIFICATE_VALIDATION,
                 "The verification certificate is not signed by the CA certificate's key.");
    else if (!sni && facts.not_after_ms < clock_wall_ms())
        iot_fail(call, IOT_CERTIFICATE_VALIDATION, "The verification certificate has expired.");
    else if (!sni && strcmp(facts.common_name, store_text(call->cloud->iot.all, "registrationCode")) != 0)
        iot_fail(
            call, IOT_REGISTRATION_CODE,
            "The registration code in the verification certificate's common name is not this account's.");
    return !call->failed;
}

static bool check_authority(struct iot_call *call, const char *pem, struct x509_facts *facts)
{
    if (!x509_read(pem, facts))
        iot_fail(call, IOT_CERTIFICATE_VALIDATION, "The CA certificate is not a PEM certificate.");
    else if (!facts->authority)
        iot_fail(call, IOT_CERTIFICATE_VALIDATION,
                 "The CA certificate is not a CA: its basic constraints must have CA:TRUE.");
    else if (!facts->strong_key)
        iot_fail(call, IOT_CERTIFICATE_VALIDATION, "The CA certificate's key is not supported.");
    else if (facts->not_after_ms < clock_wall_ms())
        iot_fail(call, IOT_CERTIFICATE_VALIDATION, "The CA certificate has expired.");
    else if (iot_find(call, "cas", facts->id))
        iot_fail_exists(call, "cacert", facts->id, "The CA certificate");
    return !call->failed;
}

static void take_registration(const struct iot_call *call, cJSON *entry)
{
    const cJSON *config = cJSON_GetObjectItemCaseSensitive(call->input, "registrationConfig");

    if (!config)
        return;
    cJSON_DeleteItemFromObjectCaseSensitive(entry, "registrationConfig");
    cJSON_AddItemToObject(entry, "registrationConfig", cJSON_Duplicate(config, 1));
}

void iot_register_ca_certificate(struct iot_call *call)
{
    const char *pem = iot_text(call, "caCertificate"), *mode = iot_text(call, "certificateMode");
    struct x509_facts facts;
    char arn[IOT_ARN_SIZE];

    if (!check_authority(call, pem, &facts) || !check_verification(call, pem) || !check_registration(call))
        return;
    cJSON *entry = iot_add(call, "cas", facts.id);
    iot_arn("cacert", facts.id, arn);
    iot_set_text(entry, "pem", pem);
    iot_set_text(entry, "status", iot_flag(call, "setAsActive") ? "ACTIVE" : "INACTIVE");
    iot_set_text(entry, "autoRegistrationStatus",
                 iot_flag(call, "allowAutoRegistration") ? "ENABLE" : "DISABLE");
    iot_set_text(entry, "certificateMode", mode ? mode : "DEFAULT");
    iot_set_number(entry, "customerVersion", 1);
    take_registration(call, entry);
    iot_changed(call, entry);
    iot_set_text(call->output, "certificateArn", arn);
    iot_set_text(call->output, "certificateId", facts.id);
}

void iot_describe_ca_certificate(struct iot_call *call)
{
    static const char *const texts[] = {"status", "autoRegistrationStatus", "certificateMode", NULL};
    const cJSON *entry = iot_wanted(call, "cas", iot_text(call, "caCertificateId"));

    if (!entry)
        return;
    cJSON *out = iot_describe_x509(call, "cacert", entry, texts);
    iot_set_number(out, "customerVersion", store_number(entry, "customerVersion"));
    const cJSON *config = cJSON_GetObjectItemCaseSensitive(entry, "registrationConfig");
    if (config)
        cJSON_AddItemToObject(call->output, "registrationConfig", cJSON_Duplicate(config, 1));
}

static cJSON *describe(const struct iot_call *call, const cJSON *entry)
{
    const cJSON *config = cJSON_GetObjectItemCaseSensitive(entry, "registrationConfig");
    const char *wanted = iot_text(call, "templateName"), *template = store_text(config, "templateName");
    char arn[IOT_ARN_SIZE];

    if (wanted && (!template || strcmp(template, wanted) != 0))
        return NULL;
    cJSON *out = cJSON_CreateObject();
    iot_arn("cacert", entry->string, arn);
    iot_set_text(out, "certificateArn", arn);
    iot_set_text(out, "certificateId", entry->string);
    iot_set_text(out, "status", store_text(entry, "status"));
    iot_add_time(out, "creationDate", entry, "createdMs");
    return out;
}

void iot_list_ca_certificates(struct iot_call *call)
{
    iot_list_section(call, "cas", "certificates", describe);
}

void iot_update_ca_certificate(struct iot_call *call)
{
    cJSON *entry = iot_wanted(call, "cas", iot_text(call, "caCertificateId"));
    const char *status = iot_text(call, "newStatus"),
               *automatic = iot_text(call, "newAutoRegistrationStatus");

    if (!entry || !check_registration(call))
        return;
    if (status)
        iot_set_text(entry, "status", status);
    if (automatic)
        iot_set_text(entry, "autoRegistrationStatus", automatic);
    take_registration(call, entry);
    if (iot_flag(call, "removeAutoRegistration")) {
        cJSON_DeleteItemFromObjectCaseSensitive(entry, "registrationConfig");
        iot_set_text(entry, "autoRegistrationStatus", "DISABLE");
    }
    iot_set_number(entry, "customerVersion", store_number(entry, "customerVersion") + 1);
    iot_changed(call, entry);
}

void iot_delete_ca_certificate(struct iot_call *call)
{
    const char *id = iot_text(call, "caCertificateId");
    const cJSON *entry = iot_wanted(call, "cas", id);

    if (!entry)
        return;
    if (strcmp(store_text(entry, "status"), "INACTIVE") != 0)
        iot_fail(call, IOT_CERTIFICATE_STATE, "CA certificate must be INACTIVE before deletion (id = %s)",
                 id);
    else
        iot_remove(call, "cas", id);
}
