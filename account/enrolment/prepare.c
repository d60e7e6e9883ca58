/* SPDX-License-Identifier: Apache-2.0 */
/* Looks up, once per run, what the account needs before the first certificate is registered. */
#include <stdlib.h>
#include <string.h>

#include "account/enrolment/enrolment.h"
#include "account/enrolment/private.h"
#include "account/policy/document.h"
#include "aws/encoding.h"
#include "base/memory.h"

enum aws_error enroller_ask(const struct oem_account *account, const struct enroller_call *call,
                            cJSON **answer, struct text *why)
{
    TEXT struct text path = TEXT_EMPTY;

    text_puts(&path, call->prefix);
    if (call->name != NULL)
        aws_path_add(&path, call->name);
    if (call->suffix != NULL)
        text_puts(&path, call->suffix);
    const struct iot_call iot = {
        .action = call->action,
        .method = call->method,
        .path = path.data,
        .query = call->query,
        .body = call->body,
        .headers = call->headers,
    };
    return oem_account_iot(account, &iot, answer, NULL, why);
}

/* One of policy, thing type and thing group. */
struct part {
    const char *kind, *name;
    struct enroller_call look, make;
};

struct reporting {
    void (*report)(void *context, const struct setup_step *step);
    void *context;
};

static void report(const struct reporting *reporting, const struct part *part, enum setup_action action)
{
    const struct setup_step step = {.kind = part->kind, .name = part->name, .action = action, .detail = ""};

    if (reporting->report != NULL)
        reporting->report(reporting->context, &step);
}

static void explain_missing(const struct part *part, struct text *why)
{
    text_clear(why);
    text_printf(why,
                "the %s %s is not in this account: run expresslink-claim account apply first, which makes "
                "what devices need, or add --create-missing",
                part->kind, part->name);
}

static enum aws_error prepare_part(const struct enroller *enroller, const struct part *part,
                                   const struct reporting *reporting, struct text *why)
{
    const struct enrolment_options *options = &enroller->options;
    enum aws_error error = enroller_ask(enroller->account, &part->look, NULL, why);

    if (error != AWS_NOT_FOUND)
        return error;
    if (!options->create_missing) {
        explain_missing(part, why);
        return AWS_NOT_FOUND;
    }
    text_clear(why);
    if (!options->dry_run)
        error = enroller_ask(enroller->account, &part->make, NULL, why);
    if (!options->dry_run && error != AWS_OK && error != AWS_CONFLICT) /* another run may have made it */
        return error;
    text_clear(why);
    report(reporting, part, SETUP_CREATE);
    return AWS_OK;
}

static enum aws_error prepare_policy(const struct enroller *enroller, const struct reporting *reporting,
                                     struct text *why)
{
    const char *name = enroller->options.policy_name;
    TEXT struct text prefix = TEXT_EMPTY;
    oem_account_arn(enroller->account, "", &prefix);
    const struct policy_scope scope = {prefix.data};
    JSON cJSON *document = policy_document_module(&scope, NULL);
    OWNED char *text = cJSON_PrintUnformatted(document);
    JSON cJSON *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "policyDocument", text);
    const struct part part = {
        .kind = "policy",
        .name = name,
        .look = {.action = "iot:GetPolicy", .method = "GET", .prefix = "/policies", .name = name},
        .make = {.action = "iot:CreatePolicy",
                 .method = "POST",
                 .prefix = "/policies",
                 .name = name,
                 .body = body},
    };

    return prepare_part(enroller, &part, reporting, why);
}

static enum aws_error prepare_named(const struct enroller *enroller, bool is_group, const char *name,
                                    const struct reporting *reporting, struct text *why)
{
    const char *prefix = is_group ? "/thing-groups" : "/thing-types";
    JSON cJSON *body = cJSON_CreateObject();
    const struct part part = {
        .kind = is_group ? "thing group" : "thing type",
        .name = name,
        .look = {.action = is_group ? "iot:DescribeThingGroup" : "iot:DescribeThingType",
                 .method = "GET",
                 .prefix = prefix,
                 .name = name},
        .make = {.action = is_group ? "iot:CreateThingGroup" : "iot:CreateThingType",
                 .method = "POST",
                 .prefix = prefix,
                 .name = name,
                 .body = body},
    };

    return prepare_part(enroller, &part, reporting, why);
}

static enum aws_error prepare_parts(const struct enroller *enroller, const struct reporting *reporting,
                                    struct text *why)
{
    const struct enrolment_options *options = &enroller->options;
    enum aws_error error = prepare_policy(enroller, reporting, why);

    if (error == AWS_OK && options->thing_type != NULL)
        error = prepare_named(enroller, false, options->thing_type, reporting, why);
    for (const char *const *group = options->thing_groups; error == AWS_OK && group != NULL && *group != NULL;
         group++)
        error = prepare_named(enroller, true, *group, reporting, why);
    return error;
}

/* ---- CAs ---- */

struct ids {
    char **list; /* owned */
    size_t count;
};

static bool take_active(void *context, const cJSON *item)
{
    struct ids *ids = context;
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(item, "certificateId");
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(item, "status");

    if (cJSON_IsString(id) && cJSON_IsString(status) && strcmp(status->valuestring, "ACTIVE") == 0) {
        ids->list = memory_grow(ids->list, ids->count + 1, sizeof *ids->list);
        ids->list[ids->count++] = memory_string(id->valuestring);
    }
    return true;
}

static void add_authority(struct enroller *enroller, const char *pem)
{
    TEXT struct text unused = TEXT_EMPTY;
    struct certificate *certificate = certificate_parse(pem, strlen(pem), "CA", &unused);

    if (certificate == NULL) /* of a kind that is not known here: nothing can be signed by it either */
        return;
    enroller->authorities =
        memory_grow(enroller->authorities, enroller->authority_count + 1, sizeof *enroller->authorities);
    enroller->authorities[enroller->authority_count++] =
        (struct enroller_authority){certificate, memory_string(pem)};
}

static enum aws_error look_at_authority(struct enroller *enroller, const char *id, struct text *why)
{
    const struct enroller_call call = {
        .action = "iot:DescribeCACertificate", .method = "GET", .prefix = "/cacertificate", .name = id};
    JSON cJSON *answer = NULL;
    enum aws_error error = enroller_ask(enroller->account, &call, &answer, why);

    if (error == AWS_NOT_FOUND) { /* deleted since the list was made */
        text_clear(why);
        return AWS_OK;
    }
    const cJSON *description = cJSON_GetObjectItemCaseSensitive(answer, "certificateDescription");
    const cJSON *mode = cJSON_GetObjectItemCaseSensitive(description, "certificateMode");
    const cJSON *pem = cJSON_GetObjectItemCaseSensitive(description, "certificatePem");
    bool is_default = !cJSON_IsString(mode) || strcmp(mode->valuestring, "DEFAULT") == 0;
    if (error == AWS_OK && is_default && cJSON_IsString(pem))
        add_authority(enroller, pem->valuestring);
    return error;
}

static enum aws_error find_authorities(struct enroller *enroller, struct text *why)
{
    const struct iot_call call = {
        .action = "iot:ListCACertificates", .method = "GET", .path = "/cacertificates"};
    struct ids ids = {0};
    enum aws_error error = oem_account_list(enroller->account, &call, "certificates", take_active, &ids, why);

    for (size_t i = 0; i < ids.count; i++) {
        if (error == AWS_OK)
            error = look_at_authority(enroller, ids.list[i], why);
        free(ids.list[i]);
    }
    free(ids.list);
    return error;
}

const struct enroller_authority *enroller_find_authority(const struct enroller *enroller,
                                                         const struct certificate *certificate)
{
    for (size_t i = 0; i < enroller->authority_count; i++)
        if (certificate_is_signed_by(certificate, enroller->authorities[i].certificate))
            return &enroller->authorities[i];
    return NULL;
}

bool enroller_uses_authority(const struct enroller *enroller, const struct certificate *certificate,
                             struct text *authority)
{
    const struct enroller_authority *found = enroller_find_authority(enroller, certificate);

    if (found == NULL)
        return false;
    certificate_subject_words(found->certificate, authority);
    return true;
}

enum aws_error enroller_open(const struct oem_account *account, const struct enrolment_options *options,
                             void (*say)(void *context, const struct setup_step *step), void *context,
                             struct enroller **out, struct text *why)
{
    struct enroller *enroller = memory_new(1, sizeof *enroller);
    const struct reporting reporting = {say, context};

    enroller->account = account;
    enroller->options = *options;
    enum aws_error error = prepare_parts(enroller, &reporting, why);
    if (error == AWS_OK && !options->without_authority)
        error = find_authorities(enroller, why);
    if (error == AWS_OK)
        *out = enroller;
    else
        enroller_free(enroller);
    return error;
}

void enroller_free(struct enroller *enroller)
{
    if (enroller == NULL)
        return;
    for (size_t i = 0; i < enroller->authority_count; i++) {
        certificate_free(enroller->authorities[i].certificate);
        free(enroller->authorities[i].pem);
    }
    free(enroller->authorities);
    free(enroller);
}
