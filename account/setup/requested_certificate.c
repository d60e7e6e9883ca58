/* SPDX-License-Identifier: Apache-2.0 */
#include "account/setup/requested_certificate.h"

#include <stdlib.h>
#include <string.h>

#include "account/setup/private.h"
#include "aws/encoding.h"
#include "base/memory.h"

/* A certificate from an interrupted run is among the newest ones. */
#define NEWEST "25"
#define ATTEMPTS 5

void requested_certificate_fini(struct requested_certificate *certificate)
{
    free(certificate->arn);
    free(certificate->pem);
    *certificate = (struct requested_certificate){NULL, NULL, false, false};
}

struct search {
    const struct oem_account *account;
    const char *request;
    bool attached;
    struct requested_certificate found;
    enum aws_error error;
    struct text *why;
};

/* Keeps the certificate if its key is the request's key. */
static void compare(struct search *search, const cJSON *description)
{
    const char *pem = setup_text(description, "certificatePem");
    TEXT struct text unused = TEXT_EMPTY;
    struct certificate *certificate = certificate_parse(pem, strlen(pem), "it", &unused);

    if (certificate && signing_request_made(search->request, certificate))
        search->found = (struct requested_certificate){
            .arn = memory_string(setup_text(description, "certificateArn")),
            .pem = memory_string(pem),
            .active = strcmp(setup_text(description, "status"), "ACTIVE") == 0,
            .attached = search->attached,
        };
    certificate_free(certificate);
}

/* Returns false to end the search. */
static bool describe(struct search *search, const char *id)
{
    const char *const path[] = {"certificates", id, NULL};
    TEXT struct text said = TEXT_EMPTY;
    JSON cJSON *answer = NULL;

    search->error =
        setup_call(search->account, "iot:DescribeCertificate", "GET", path, NULL, NULL, &answer, &said);
    if (search->error == AWS_NOT_FOUND) { /* deleted since it was listed */
        search->error = AWS_OK;
        return true;
    }
    if (search->error)
        text_puts(search->why, text_get(&said));
    else
        compare(search, cJSON_GetObjectItemCaseSensitive(answer, "certificateDescription"));
    return !search->error && !search->found.arn;
}

/* Handles "arn:aws:iot:us-east-1:123456789012:cert/<id>"; other targets are Cognito identities and thing
 * groups. */
static bool look_at_target(void *context, const cJSON *item)
{
    const char *mark = cJSON_IsString(item) ? strstr(item->valuestring, ":cert/") : NULL;

    return !mark || describe(context, mark + strlen(":cert/"));
}

static bool look_at_certificate(void *context, const cJSON *item)
{
    return describe(context, setup_text(item, "certificateId"));
}

static enum aws_error search_targets(struct search *search, const char *policy)
{
    TEXT struct text path = TEXT_EMPTY, said = TEXT_EMPTY;

    search->attached = true;
    aws_path_add(&path, "policy-targets");
    aws_path_add(&path, policy);
    const struct iot_call call = {
        .action = "iot:ListTargetsForPolicy", .method = "POST", .path = text_get(&path)};
    enum aws_error error = oem_account_list(search->account, &call, "targets", look_at_target, search, &said);
    if (error == AWS_NOT_FOUND)
        return AWS_OK;
    if (error)
        text_puts(search->why, text_get(&said));
    return error ? error : search->error;
}

static enum aws_error search_newest(struct search *search)
{
    static const struct aws_pair query[] = {
        {"isAscendingOrder", "false"}, {"pageSize", NEWEST}, {NULL, NULL}};
    static const char *const path[] = {"certificates", NULL};
    JSON cJSON *answer = NULL;
    const cJSON *item;

    search->attached = false;
    enum aws_error error =
        setup_call(search->account, "iot:ListCertificates", "GET", path, query, NULL, &answer, search->why);
    if (error)
        return error;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(answer, "certificates"))
    {
        if (!look_at_certificate(search, item))
            break;
    }
    return search->error;
}

enum aws_error requested_certificate_find(const struct oem_account *account, const char *request,
                                          const char *policy, struct requested_certificate *out,
                                          struct text *why)
{
    struct search search = {.account = account, .request = request, .why = why};
    enum aws_error error = policy ? search_targets(&search, policy) : AWS_OK;

    if (!error && !search.found.arn)
        error = search_newest(&search);
    if (error)
        requested_certificate_fini(&search.found);
    else
        *out = search.found;
    return error;
}

static enum aws_error create_once(const struct oem_account *account, const char *request, bool active,
                                  struct requested_certificate *out, struct text *why)
{
    const struct aws_pair query[] = {{"setAsActive", active ? "true" : "false"}, {NULL, NULL}};
    JSON cJSON *body = cJSON_CreateObject();
    JSON cJSON *answer = NULL;
    const struct iot_call call = {.action = "iot:CreateCertificateFromCsr",
                                  .method = "POST",
                                  .path = "/certificates",
                                  .query = query,
                                  .body = body,
                                  .attempts = 1};

    cJSON_AddStringToObject(body, "certificateSigningRequest", request);
    enum aws_error error = oem_account_iot(account, &call, &answer, NULL, why);
    if (error)
        return error;
    if (!*setup_text(answer, "certificatePem") || !*setup_text(answer, "certificateArn")) {
        text_puts(why, "iot:CreateCertificateFromCsr: the answer has no certificate");
        return AWS_BAD_ANSWER;
    }
    *out = (struct requested_certificate){.arn = memory_string(setup_text(answer, "certificateArn")),
                                          .pem = memory_string(setup_text(answer, "certificatePem")),
                                          .active = active};
    return AWS_OK;
}

/* AWS may have made a certificate even though no answer came. (If throttled, retrying less often is right
 * too.) */
static bool has_no_answer(enum aws_error error)
{
    return error == AWS_UNREACHABLE || error == AWS_UNAVAILABLE || error == AWS_BAD_ANSWER ||
           error == AWS_THROTTLED;
}

/* Looks for the certificate of an attempt without an answer. *again: there is none, so try again. */
static enum aws_error look_again(const struct oem_account *account, const char *request,
                                 struct requested_certificate *out, bool *again, struct text *why)
{
    struct search search = {.account = account, .request = request, .why = why};

    enum aws_error error = search_newest(&search);
    *again = !error && !search.found.arn;
    if (!error && search.found.arn)
        *out = search.found;
    else
        requested_certificate_fini(&search.found);
    return error;
}

enum aws_error requested_certificate_create(const struct oem_account *account, const char *request,
                                            bool active, struct requested_certificate *out, struct text *why)
{
    for (unsigned failed = 1;; failed++) {
        TEXT struct text said = TEXT_EMPTY;
        bool again = false;
        enum aws_error error = create_once(account, request, active, out, &said);
        if (!has_no_answer(error) || failed == ATTEMPTS || !setup_wait(account, failed)) {
            text_puts(why, text_get(&said));
            return error;
        }
        error = look_again(account, request, out, &again, why);
        if (!again)
            return error;
    }
}
