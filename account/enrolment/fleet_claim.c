/* SPDX-License-Identifier: Apache-2.0 */
#include "account/enrolment/fleet_claim.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "account/enrolment/private.h"
#include "account/setup/requested_certificate.h"
#include "base/file.h"
#include "base/memory.h"

static enum aws_error attach(const struct oem_account *account, const struct fleet_claim *claim,
                             const char *arn, struct text *why)
{
    JSON cJSON *body = cJSON_CreateObject();
    const struct enroller_call call = {.action = "iot:AttachPolicy",
                                       .method = "PUT",
                                       .prefix = "/target-policies",
                                       .name = claim->policy_name,
                                       .body = body};

    cJSON_AddStringToObject(body, "target", arn);
    return enroller_ask(account, &call, NULL, why);
}

static enum aws_error refuse_inactive(const char *which, struct text *why)
{
    text_printf(why,
                "%s is not active in the account: it was deactivated. Make another key with "
                "expresslink-claim keygen, or have that one made active again",
                which);
    return AWS_REFUSED;
}

/* Of the file's certificate. */
static enum aws_error check_status(const struct oem_account *account, const struct fleet_claim *claim,
                                   const char *id, struct text *why)
{
    const struct enroller_call call = {
        .action = "iot:DescribeCertificate", .method = "GET", .prefix = "/certificates", .name = id};
    TEXT struct text said = TEXT_EMPTY;
    JSON cJSON *answer = NULL;
    enum aws_error error = enroller_ask(account, &call, &answer, &said);
    const cJSON *description = cJSON_GetObjectItemCaseSensitive(answer, "certificateDescription");
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(description, "status");

    if (error == AWS_NOT_FOUND)
        text_printf(why,
                    "%s is a certificate that this account does not have: name another file with --output",
                    claim->path);
    else if (error != AWS_OK)
        text_puts(why, text_get(&said));
    else if (!cJSON_IsString(status) || strcmp(status->valuestring, "ACTIVE") != 0)
        return refuse_inactive(claim->path, why);
    return error;
}

/* NULL with a sentence. */
static struct certificate *read_file(const struct fleet_claim *claim, struct text *why)
{
    struct certificate *certificate = certificate_read(claim->path, why);

    if (certificate == NULL || signing_request_made(claim->request, certificate))
        return certificate;
    text_printf(why, "%s is the certificate of another key: name another file with --output", claim->path);
    certificate_free(certificate);
    return NULL;
}

bool fleet_claim_file_fits(const struct fleet_claim *claim, struct text *why)
{
    if (access(claim->path, F_OK) != 0)
        return true;
    struct certificate *certificate = read_file(claim, why);
    bool fits = certificate != NULL;
    certificate_free(certificate);
    return fits;
}

/* The file exists: continue with its certificate. */
static enum aws_error use_file(const struct oem_account *account, const struct fleet_claim *claim,
                               struct text *why)
{
    struct certificate *certificate = read_file(claim, why);
    char id[CERTIFICATE_ID_SIZE], resource[sizeof "cert/" + CERTIFICATE_ID_SIZE];
    TEXT struct text arn = TEXT_EMPTY;

    if (certificate == NULL)
        return AWS_UNREADABLE;
    certificate_id(certificate, id);
    certificate_free(certificate);
    snprintf(resource, sizeof resource, "cert/%s", id);
    oem_account_arn(account, resource, &arn);
    enum aws_error error = check_status(account, claim, id, why);
    return error == AWS_OK ? attach(account, claim, arn.data, why) : error;
}

static enum aws_error write_file(const struct fleet_claim *claim, const char *pem, struct text *why)
{
    int error = file_create(claim->path, pem, strlen(pem), 0644);

    if (error == 0)
        return AWS_OK;
    text_printf(why, "%s cannot be made: %s", claim->path, strerror(error));
    return AWS_UNREADABLE;
}

static enum aws_error find_or_make(const struct oem_account *account, const struct fleet_claim *claim,
                                   struct requested_certificate *out, bool *made, struct text *why)
{
    enum aws_error error = requested_certificate_find(account, claim->request, claim->policy_name, out, why);

    *made = error == AWS_OK && out->arn == NULL;
    if (*made)
        error = requested_certificate_create(account, claim->request, true, out, why);
    else if (error == AWS_OK && !out->active)
        error = refuse_inactive("the claim certificate of this key", why);
    return error;
}

enum aws_error fleet_claim_certificate(const struct oem_account *account, const struct fleet_claim *claim,
                                       bool *made, struct text *why)
{
    struct requested_certificate found = {NULL, NULL, false, false};
    bool is_new = false;
    enum aws_error error;

    if (access(claim->path, F_OK) == 0) {
        error = use_file(account, claim, why);
    } else {
        error = find_or_make(account, claim, &found, &is_new, why);
        if (error == AWS_OK)
            error = write_file(claim, found.pem, why);
        if (error == AWS_OK && !found.attached)
            error = attach(account, claim, found.arn, why);
    }
    requested_certificate_fini(&found);
    if (error == AWS_OK)
        *made = is_new;
    return error;
}
