/* SPDX-License-Identifier: Apache-2.0 */
/* The CAs that register by a template, as they are in the account. */
#include <string.h>

#include "account/setup/private.h"

struct listing {
    const struct oem_account *account;
    void (*each)(void *context, const struct setup_registered *registered);
    void *context;
    struct text *why;
    enum aws_error error;
};

/* A CA's subject, as people know it; its id where its certificate cannot be read. */
static void name_of(const cJSON *description, const char *id, struct text *out)
{
    const char *pem = setup_text(description, "certificatePem");
    TEXT struct text unused = TEXT_EMPTY;
    struct certificate *certificate = certificate_parse(pem, strlen(pem), id, &unused);

    if (certificate)
        certificate_subject_words(certificate, out);
    certificate_free(certificate);
    if (out->length == 0)
        text_puts(out, id);
}

static bool describe(void *context, const cJSON *item)
{
    struct listing *listing = context;
    const char *id = setup_text(item, "certificateId");
    const char *const path[] = {"cacertificate", id, NULL};
    TEXT struct text said = TEXT_EMPTY, name = TEXT_EMPTY;
    JSON cJSON *answer = NULL;

    listing->error =
        setup_call(listing->account, "iot:DescribeCACertificate", "GET", path, NULL, NULL, &answer, &said);
    if (listing->error == AWS_NOT_FOUND) { /* deleted since it was listed */
        listing->error = AWS_OK;
        return true;
    }
    if (listing->error) {
        text_puts(listing->why, text_get(&said));
        return false;
    }
    const cJSON *description = cJSON_GetObjectItemCaseSensitive(answer, "certificateDescription");
    name_of(description, id, &name);
    const struct setup_registered registered = {id, text_get(&name), description};
    listing->each(listing->context, &registered);
    return true;
}

enum aws_error setup_list_registered(const struct oem_account *account, const char *template_name,
                                     void (*each)(void *context, const struct setup_registered *registered),
                                     void *context, struct text *why)
{
    const struct aws_pair query[] = {{"templateName", template_name}, {NULL, NULL}};
    const struct iot_call call = {
        .action = "iot:ListCACertificates", .method = "GET", .path = "/cacertificates", .query = query};
    struct listing listing = {account, each, context, why, AWS_OK};
    TEXT struct text said = TEXT_EMPTY;

    enum aws_error error = oem_account_list(account, &call, "certificates", describe, &listing, &said);
    if (error == AWS_NOT_FOUND) /* there is no such template */
        return AWS_OK;
    if (error)
        text_puts(why, text_get(&said));
    return error ? error : listing.error;
}
