/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clock.h"
#include "sandbox/cloud/arn.h"
#include "sandbox/cloud/iot/calls.h"
#include "sandbox/cloud/store.h"

/* ca: the id of the registered CA; NULL: none. */
static void add(struct iot_call *call, const char *id, const char *pem, const char *status, const char *mode,
                const char *ca)
{
    cJSON *entry = iot_add(call, "certificates", id);
    char arn[IOT_ARN_SIZE];

    iot_arn("cert", id, arn);
    iot_set_text(entry, "id", id);
    iot_set_text(entry, "pem", pem);
    iot_set_text(entry, "status", status);
    iot_set_text(entry, "certificateMode", mode);
    if (ca)
        iot_set_text(entry, "caCertificateId", ca);
    cJSON_AddArrayToObject(entry, "policies");
    cJSON_AddArrayToObject(entry, "things");
    iot_changed(call, entry);
    iot_set_text(call->output, "certificateArn", arn);
    iot_set_text(call->output, "certificateId", id);
}

static const char *wanted_status(struct iot_call *call)
{
    return iot_flag(call, "setAsActive") ? "ACTIVE" : "INACTIVE";
}

static void add_made(struct iot_call *call, const char *pem)
{
    struct x509_facts facts;

    x509_read(pem, &facts);
    add(call, facts.id, pem, wanted_status(call), "DEFAULT", NULL);
    iot_set_text(call->output, "certificatePem", pem);
}

void iot_create_certificate_from_csr(struct iot_call *call)
{
    TEXT struct text pem = TEXT_EMPTY;

    if (x509_issue(call->cloud->iot.issuer, iot_text(call, "certificateSigningRequest"), &pem))
        add_made(call, text_get(&pem));
    else
        iot_fail(
            call, IOT_INVALID,
            "The certificate signing request is not valid: a PKCS #10 request is required, signed by its "
            "own key, RSA of 2048 bits or more, or NIST P-256, P-384 or P-521.");
}

void iot_create_keys_and_certificate(struct iot_call *call)
{
    TEXT struct text pem = TEXT_EMPTY;
    TEXT struct text public_key = TEXT_EMPTY;
    TEXT struct text private_key = TEXT_EMPTY;

    x509_issue_with_key(call->cloud->iot.issuer, &pem, &public_key, &private_key);
    add_made(call, text_get(&pem));
    cJSON *pair = cJSON_AddObjectToObject(call->output, "keyPair");
    iot_set_text(pair, "PublicKey", text_get(&public_key));
    iot_set_text(pair, "PrivateKey", text_get(&private_key));
}

static bool check_new(struct iot_call *call, const char *pem, struct x509_facts *facts)
{
    const char *status = iot_text(call, "status");

    if (!x509_read(pem, facts))
        iot_fail(call, IOT_CERTIFICATE_VALIDATION, "The certificate is not a PEM certificate.");
    else if (!facts->strong_key)
        iot_fail(call, IOT_CERTIFICATE_VALIDATION, "The certificate's key is not supported.");
    else if (facts->not_after_ms < clock_wall_ms())
        iot_fail(call, IOT_CERTIFICATE_VALIDATION, "The certificate has expired.");
    else if (iot_find(call, "certificates", facts->id))
        iot_fail_exists(call, "cert", facts->id, "The certificate");
    else if (status && strcmp(status, "ACTIVE") != 0 && strcmp(status, "INACTIVE") != 0 &&
             strcmp(status, "REVOKED") != 0)
        iot_fail(call, IOT_INVALID, "A certificate cannot be registered with status %s.", status);
    return !call->failed;
}

static void add_registered(struct iot_call *call, const struct x509_facts *facts, const char *mode,
                           const char *ca)
{
    const char *status = iot_text(call, "status");

    add(call, facts->id, iot_text(call, "certificatePem"), status ? status : wanted_status(call), mode, ca);
}

/* Searches the registered CAs; with caCertificatePem, only that one. */
static const cJSON *find_authority(struct iot_call *call, const char *pem)
{
    const char *given = iot_text(call, "caCertificatePem");
    const cJSON *each, *found = NULL;
    struct x509_facts facts = {0};

    if (given && !x509_read(given, &facts)) {
        iot_fail(call, IOT_CERTIFICATE_VALIDATION, "The CA certificate is not a PEM certificate.");
        return NULL;
    }
    cJSON_ArrayForEach(each, iot_section(call, "cas"))
    {
        if ((given && strcmp(each->string, facts.id) != 0) ||
            !x509_is_signed_by(pem, store_text(each, "pem")))
            continue;
        if (found)
            iot_fail(
                call, IOT_CERTIFICATE_CONFLICT,
                "More than one CA certificate with the same subject and key is registered: choose one with "
                "caCertificatePem.");
        found = each;
    }
    if (!found)
        iot_fail(call, IOT_CERTIFICATE_VALIDATION,
                 "No registered CA certificate has signed the certificate.");
    return call->failed ? NULL : found;
}

void iot_register_certificate(struct iot_call *call)
{
    const char *pem = iot_text(call, "certificatePem");
    struct x509_facts facts;
    const cJSON *ca = check_new(call, pem, &facts) ? find_authority(call, pem) : NULL;

    if (!ca)
        return;
    if (strcmp(store_text(ca, "status"), "ACTIVE") != 0)
        iot_fail(call, IOT_CERTIFICATE_STATE, "The CA certificate %s is not active.", ca->string);
    else
        add_registered(call, &facts, store_text(ca, "certificateMode"), ca->string);
}

void iot_register_certificate_without_ca(struct iot_call *call)
{
    struct x509_facts facts;

    if (check_new(call, iot_text(call, "certificatePem"), &facts))
        add_registered(call, &facts, "SNI_ONLY", NULL);
}

cJSON *iot_describe_x509(const struct iot_call *call, const char *kind, const cJSON *entry,
                         const char *const *texts)
{
    cJSON *out = cJSON_AddObjectToObject(call->output, "certificateDescription");
    char arn[IOT_ARN_SIZE];
    struct x509_facts facts = {0};

    iot_arn(kind, entry->string, arn);
    x509_read(store_text(entry, "pem"), &facts);
    iot_set_text(out, "certificateArn", arn);
    iot_set_text(out, "certificateId", entry->string);
    iot_set_text(out, "certificatePem", store_text(entry, "pem"));
    iot_set_text(out, "ownedBy", ARN_ACCOUNT);
    iot_set_text(out, "generationId", entry->string);
    for (; *texts; texts++)
        if (store_text(entry, *texts))
            iot_set_text(out, *texts, store_text(entry, *texts));
    iot_add_time(out, "creationDate", entry, "createdMs");
    iot_add_time(out, "lastModifiedDate", entry, "modifiedMs");
    cJSON *validity = cJSON_AddObjectToObject(out, "validity");
    iot_set_number(validity, "notBefore", facts.not_before_ms / 1000);
    iot_set_number(validity, "notAfter", facts.not_after_ms / 1000);
    return out;
}

void iot_describe_certificate(struct iot_call *call)
{
    const cJSON *entry = iot_wanted(call, "certificates", iot_text(call, "certificateId"));
    static const char *const texts[] = {"caCertificateId", "status", "certificateMode", NULL};

    if (entry)
        iot_set_number(iot_describe_x509(call, "cert", entry, texts), "customerVersion", 1);
}

static cJSON *describe(const struct iot_call *call, const cJSON *entry)
{
    const char *ca = iot_text(call, "caCertificateId"), *own = store_text(entry, "caCertificateId");
    char arn[IOT_ARN_SIZE];

    if (ca && (!own || strcmp(own, ca) != 0))
        return NULL;
    cJSON *out = cJSON_CreateObject();
    iot_arn("cert", entry->string, arn);
    iot_set_text(out, "certificateArn", arn);
    iot_set_text(out, "certificateId", entry->string);
    iot_set_text(out, "status", store_text(entry, "status"));
    iot_set_text(out, "certificateMode", store_text(entry, "certificateMode"));
    iot_add_time(out, "creationDate", entry, "createdMs");
    return out;
}

void iot_list_certificates(struct iot_call *call)
{
    iot_list_section(call, "certificates", "certificates", describe);
}

void iot_list_certificates_by_ca(struct iot_call *call)
{
    iot_list_section(call, "certificates", "certificates", describe);
}

void iot_update_certificate(struct iot_call *call)
{
    cJSON *entry = iot_wanted(call, "certificates", iot_text(call, "certificateId"));
    const char *status = iot_text(call, "newStatus");

    if (!entry)
        return;
    if (strcmp(status, "ACTIVE") != 0 && strcmp(status, "INACTIVE") != 0 && strcmp(status, "REVOKED") != 0) {
        iot_fail(call, IOT_INVALID, "A certificate cannot be given the status %s.", status);
        return;
    }
    iot_set_text(entry, "status", status);
    iot_changed(call, entry);
}

void iot_delete_certificate(struct iot_call *call)
{
    const char *id = iot_text(call, "certificateId");
    const cJSON *entry = iot_wanted(call, "certificates", id);

    if (!entry)
        return;
    if (strcmp(store_text(entry, "status"), "ACTIVE") == 0)
        iot_fail(call, IOT_CERTIFICATE_STATE,
                 "Certificate must be deactivated (not ACTIVE) before deletion. (id = %s)", id);
    else if (cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(entry, "things")))
        iot_fail(call, IOT_DELETE_CONFLICT, "Things must be detached before deletion (id = %s)", id);
    else if (cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(entry, "policies")) &&
             !iot_flag(call, "forceDelete"))
        iot_fail(call, IOT_DELETE_CONFLICT, "Certificate policies must be detached before deletion (id = %s)",
                 id);
    else
        iot_remove(call, "certificates", id);
}
