/* SPDX-License-Identifier: Apache-2.0 */
/* Manufacturers' CAs: registered, active, with automatic registration by the template (OG appendix C; IoT,
 * "Register your CA certificate"). */
#include <string.h>

#include "account/setup/private.h"
#include "base/clock.h"
#include "base/memory.h"

#define ENDS_SOON_MS (30LL * 24 * 3600 * 1000)
#define STATUS "status"
#define REGISTRATION "automatic registration"
#define TEMPLATE "template"

static const struct setup_authority *authority_of(const struct setup *setup, const struct setup_item *item)
{
    return &setup->options->authorities[item->index];
}

static const char *mode_name(const struct setup *setup)
{
    return setup->options->mode == SETUP_DEFAULT ? "DEFAULT" : "SNI_ONLY";
}

static void want(const struct setup *setup, struct setup_item *item)
{
    setup_parts_wanted(&item->parts, STATUS, "ACTIVE", "it is not active");
    setup_parts_wanted(&item->parts, REGISTRATION, "ENABLE", "automatic registration is off");
    setup_parts_wanted(&item->parts, TEMPLATE, setup->template, NULL);
}

static enum aws_error compare(const struct setup *setup, struct setup_item *item, const cJSON *answer,
                              struct text *why)
{
    const cJSON *description = cJSON_GetObjectItemCaseSensitive(answer, "certificateDescription");
    const cJSON *config = cJSON_GetObjectItemCaseSensitive(answer, "registrationConfig");
    const char *template = setup_text(config, "templateName");
    TEXT struct text words = TEXT_EMPTY, arn = TEXT_EMPTY;

    text_printf(&words, *template ? "its template is %s" : "it has no template of that name", template);
    setup_parts_there(&item->parts, STATUS, setup_text(description, "status"), "it is not active");
    setup_parts_there(&item->parts, REGISTRATION, setup_text(description, "autoRegistrationStatus"),
                      "automatic registration is off");
    setup_parts_add(&item->parts, TEMPLATE, template, setup->template, text_get(&words));
    setup_arn(setup, "cacert", item->seen, &arn);
    return setup_judge(setup, item, text_get(&arn), why);
}

/* A CA without a mode is one from before there were any. */
static bool mode_fits(const struct setup *setup, const struct setup_item *item, const cJSON *answer,
                      struct text *why)
{
    const cJSON *description = cJSON_GetObjectItemCaseSensitive(answer, "certificateDescription");
    const char *mode = setup_text(description, "certificateMode");

    if (!*mode)
        mode = "DEFAULT";
    if (strcmp(mode, mode_name(setup)) == 0)
        return true;
    text_printf(why,
                "the CA %s (%s) is registered already in mode %s, and a mode cannot be changed to %s: delete "
                "it there first (aws iot update-ca-certificate --new-status INACTIVE, then "
                "delete-ca-certificate; devices that are there stay), then run this again",
                item->name, item->seen, mode, mode_name(setup));
    return false;
}

/* AWS_NOT_FOUND without words. */
static enum aws_error describe(struct setup *setup, const struct setup_item *item, cJSON **answer,
                               struct text *why)
{
    const char *const path[] = {"cacertificate", item->seen, NULL};
    TEXT struct text said = TEXT_EMPTY;

    enum aws_error error =
        setup_call(setup->account, "iot:DescribeCACertificate", "GET", path, NULL, NULL, answer, &said);
    if (error && error != AWS_NOT_FOUND)
        text_puts(why, text_get(&said));
    return error;
}

/* Adds, for people, that the CA is over, ends soon or has not begun. True: it is over. */
static bool judge_validity(const struct setup *setup, const struct setup_item *item, struct text *out)
{
    const struct certificate *certificate = authority_of(setup, item)->certificate;
    long long begins = certificate_not_before_ms(certificate), ends = certificate_not_after_ms(certificate);
    long long now = clock_wall_ms();
    bool is_over = ends <= now, is_early = begins > now;
    char date[CLOCK_RFC3339_SIZE];

    clock_rfc3339(is_early ? begins : ends, date);
    if (is_over)
        text_printf(out,
                    "it expired on %.10s, and no device that it signed can be provisioned: ask the "
                    "manufacturer for the CA that signs now",
                    date);
    else if (is_early)
        text_printf(out, "it is valid from %.10s only: check this machine's clock", date);
    else if (ends - now < ENDS_SOON_MS)
        text_printf(out, "it expires on %.10s: ask the manufacturer for the next one", date);
    return is_over;
}

/* One that is over is not registered, but what else there is to do for one that is registered goes on. */
static enum aws_error look_at_new(const struct setup *setup, struct setup_item *item, struct text *why)
{
    TEXT struct text words = TEXT_EMPTY;

    item->action = SETUP_CREATE;
    if (judge_validity(setup, item, &words)) {
        text_printf(why, "the CA %s: %s", item->name, text_get(&words));
        return AWS_REFUSED;
    }
    text_puts(&item->detail, text_get(&words));
    return AWS_OK;
}

static enum aws_error look(struct setup *setup, struct setup_item *item, struct text *why)
{
    JSON cJSON *answer = NULL;
    TEXT struct text words = TEXT_EMPTY;

    want(setup, item);
    enum aws_error error = describe(setup, item, &answer, why);
    if (error == AWS_NOT_FOUND)
        return look_at_new(setup, item, why);
    if (error)
        return error;
    if (!mode_fits(setup, item, answer, why))
        return AWS_CONFLICT;
    error = compare(setup, item, answer, why);
    judge_validity(setup, item, &words);
    if (words.length)
        text_printf(&item->detail, "%s%s", item->detail.length ? "; " : "", text_get(&words));
    return error;
}

static cJSON *add_registration(const struct setup *setup, cJSON *body)
{
    cJSON *config = cJSON_AddObjectToObject(body, "registrationConfig");

    cJSON_AddStringToObject(config, "templateName", setup->template);
    return body;
}

static enum aws_error explain_conflict(struct setup *setup, const struct setup_item *item, struct text *why)
{
    JSON cJSON *answer = NULL;

    enum aws_error error = describe(setup, item, &answer, why);
    if (!error) /* an attempt whose answer was lost */
        return AWS_OK;
    if (error != AWS_NOT_FOUND)
        return error;
    text_printf(why,
                "the CA %s (%s) is registered by another AWS account of this region in a way that leaves no "
                "room for a second one: delete it there, or ask the manufacturer who has registered it",
                item->name, item->seen);
    return AWS_CONFLICT;
}

static enum aws_error create(struct setup *setup, const struct setup_item *item, struct text *why)
{
    static const struct aws_pair query[] = {
        {"setAsActive", "true"}, {"allowAutoRegistration", "true"}, {NULL, NULL}};
    static const char *const path[] = {"cacertificate", NULL};
    const struct setup_authority *authority = authority_of(setup, item);
    TEXT struct text pem = TEXT_EMPTY, said = TEXT_EMPTY;
    cJSON *body = add_registration(setup, cJSON_CreateObject());

    certificate_pem(authority->certificate, &pem);
    cJSON_AddStringToObject(body, "caCertificate", text_get(&pem));
    cJSON_AddStringToObject(body, "certificateMode", mode_name(setup));
    if (authority->verification)
        cJSON_AddStringToObject(body, "verificationCertificate", authority->verification);
    setup_add_tags(item, body);
    enum aws_error error =
        setup_call(setup->account, "iot:RegisterCACertificate", "POST", path, query, body, NULL, &said);
    if (error == AWS_CONFLICT)
        return explain_conflict(setup, item, why);
    if (error)
        text_puts(why, text_get(&said));
    return error;
}

static enum aws_error make(struct setup *setup, struct setup_item *item, struct text *why)
{
    const char *const path[] = {"cacertificate", item->seen, NULL};
    struct aws_pair query[3] = {{NULL, NULL}};
    TEXT struct text arn = TEXT_EMPTY;
    size_t count = 0;

    if (item->action == SETUP_CREATE)
        return create(setup, item, why);
    if (setup_parts_take(&item->parts, STATUS))
        query[count++] = (struct aws_pair){"newStatus", "ACTIVE"};
    if (setup_parts_take(&item->parts, REGISTRATION))
        query[count++] = (struct aws_pair){"newAutoRegistrationStatus", "ENABLE"};
    cJSON *body = setup_parts_take(&item->parts, TEMPLATE) ? add_registration(setup, cJSON_CreateObject())
                                                           : cJSON_CreateObject();
    setup_arn(setup, "cacert", item->seen, &arn);
    enum aws_error error = setup_announce(setup, item, text_get(&arn), why);
    if (error) {
        cJSON_Delete(body);
        return error;
    }
    error = setup_call(setup->account, "iot:UpdateCACertificate", "PUT", path, query, body, NULL, why);
    return error ? error : setup_remember(setup, item, text_get(&arn), SETUP_RECORD_KEY, why);
}

static bool has_item(const struct setup *setup, const char *id)
{
    for (size_t i = 0; i < setup->count; i++)
        if (strcmp(setup->items[i].kind, "CA") == 0 && strcmp(setup->items[i].seen, id) == 0)
            return true;
    return false;
}

void setup_add_authorities(struct setup *setup)
{
    for (size_t i = 0; i < setup->options->authority_count; i++) {
        const struct certificate *certificate = setup->options->authorities[i].certificate;
        TEXT struct text subject = TEXT_EMPTY;
        char id[CERTIFICATE_ID_SIZE];

        certificate_id(certificate, id);
        if (has_item(setup, id)) /* the same one, given twice */
            continue;
        certificate_subject_words(certificate, &subject);
        struct setup_item *item = setup_add(setup, "CA", text_get(&subject));
        item->index = i;
        item->seen = memory_string(id);
        item->look = look;
        item->make = make;
    }
}

static void add_other(void *context, const struct setup_registered *registered)
{
    struct setup *setup = context;

    if (has_item(setup, registered->id))
        return;
    struct setup_item *item = setup_add(setup, "CA", registered->name);
    item->seen = memory_string(registered->id);
    text_printf(&item->detail, "not named by --ca: it stays, id %s", registered->id);
}

enum aws_error setup_add_others(struct setup *setup, struct text *why)
{
    return setup_list_registered(setup->account, setup->template, add_other, setup, why);
}
