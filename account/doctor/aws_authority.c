/* SPDX-License-Identifier: Apache-2.0 */
/* The manufacturer's CA certificates: those that provision by the setup's template, or the one that signed
 * the sample birth certificate. */
#include <stdlib.h>
#include <string.h>

#include "account/doctor/aws_view.h"
#include "base/clock.h"
#include "base/memory.h"

#define AUTHORITIES_MAX 500
#define DAY_MS 86400000LL
#define SOON_DAYS 60

static const char *const checks[] = {"aws.ca.registered", "aws.ca.active",   "aws.ca.registration",
                                     "aws.ca.mode",       "aws.ca.validity", NULL};

struct ids {
    char **list;
    size_t count;
};

static void ids_fini(struct ids *ids)
{
    for (size_t i = 0; i < ids->count; i++)
        free(ids->list[i]);
    free(ids->list);
}
#define IDS __attribute__((cleanup(ids_fini)))

static bool add_id(void *context, const cJSON *item)
{
    struct ids *ids = context;
    const char *id = aws_view_text(item, "certificateId");

    if (*id) {
        ids->list = memory_grow(ids->list, ids->count + 1, sizeof *ids->list);
        ids->list[ids->count++] = memory_string(id);
    }
    return ids->count < AUTHORITIES_MAX;
}

struct authority {
    struct aws_view *view;
    const char *id;
    const cJSON *description, *registration;
    const struct certificate *certificate; /* NULL: AWS gave none */
};

/* Adds the command that changes one setting of this CA. */
static void tell(const struct authority *authority, enum doctor_level level, const char *check,
                 const char *seen, const char *options)
{
    TEXT struct text mend = TEXT_EMPTY;

    text_printf(&mend, "Change it: aws iot update-ca-certificate --certificate-id %s %s.", authority->id,
                options);
    doctor_tell(authority->view->doctor, level, check, seen, text_get(&mend));
}

static void check_active(const struct authority *authority)
{
    const char *status = aws_view_text(authority->description, "status");

    if (strcmp(status, "ACTIVE") == 0)
        doctor_tell(authority->view->doctor, DOCTOR_OK, "aws.ca.active", NULL, NULL);
    else
        tell(authority, DOCTOR_FAILED, "aws.ca.active", status, "--new-status ACTIVE");
}

/* Another template, or a body stored with the CA itself, may be right; it is not checked. */
static void tell_template(const struct authority *authority, const char *template)
{
    const char *setup = authority->view->setup;
    bool has_body = *aws_view_text(authority->registration, "templateBody") != '\0';
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text options = TEXT_EMPTY;

    if (*template)
        text_printf(&seen, "by template %s, not by %s", template, setup);
    else
        text_printf(&seen, "by %s, not by template %s", has_body ? "its own template body" : "no template",
                    setup);
    text_printf(&options, "--registration-config templateName=%s", setup);
    if (*template)
        text_printf(&options, ", or look at that setup: expresslink-claim doctor --name %s", template);
    tell(authority, *template || has_body ? DOCTOR_WARNING : DOCTOR_FAILED, "aws.ca.registration",
         text_get(&seen), text_get(&options));
}

static void check_registration(const struct authority *authority)
{
    const char *template = aws_view_text(authority->registration, "templateName");
    TEXT struct text seen = TEXT_EMPTY;

    if (strcmp(aws_view_text(authority->description, "autoRegistrationStatus"), "ENABLE") != 0) {
        tell(authority, DOCTOR_FAILED, "aws.ca.registration",
             "off: devices with its certificates cannot connect", "--new-auto-registration-status ENABLE");
    } else if (strcmp(template, authority->view->setup) == 0) {
        text_printf(&seen, "by template %s", template);
        doctor_tell(authority->view->doctor, DOCTOR_OK, "aws.ca.registration", text_get(&seen), NULL);
    } else {
        tell_template(authority, template);
    }
}

static void check_mode(const struct authority *authority)
{
    const char *mode = aws_view_text(authority->description, "certificateMode");
    TEXT struct text mend = TEXT_EMPTY;

    if (strcmp(mode, "SNI_ONLY") == 0) {
        doctor_tell(authority->view->doctor, DOCTOR_OK, "aws.ca.mode", mode, NULL);
        return;
    }
    /* AWS deletes only what is inactive. */
    text_printf(&mend,
                "Keep it if the CA is yours alone. In this mode no other account of the region can register "
                "the CA, so register a manufacturer's CA in mode SNI_ONLY: aws iot update-ca-certificate "
                "--certificate-id %s --new-status INACTIVE, aws iot delete-ca-certificate --certificate-id "
                "%s, then %s --ca CA.pem.",
                authority->id, authority->id, text_get(&authority->view->apply));
    doctor_tell(authority->view->doctor, DOCTOR_WARNING, "aws.ca.mode", *mode ? mode : "DEFAULT",
                text_get(&mend));
}

static void check_validity(const struct authority *authority)
{
    struct doctor *doctor = authority->view->doctor;
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;
    char when[CLOCK_RFC3339_SIZE];

    if (!authority->certificate) {
        text_printf(&mend, "Look at it: aws iot describe-ca-certificate --certificate-id %s.", authority->id);
        doctor_tell(doctor, DOCTOR_WARNING, "aws.ca.validity", "its certificate cannot be read",
                    text_get(&mend));
        return;
    }
    long long now = clock_wall_ms();
    long long end = certificate_not_after_ms(authority->certificate);
    bool early = certificate_not_before_ms(authority->certificate) > now;
    clock_rfc3339(early ? certificate_not_before_ms(authority->certificate) : end, when);
    text_printf(&seen, "%s %.10s", early ? "not before" : end <= now ? "expired on" : "until", when);
    text_printf(&mend, "Get the manufacturer's new CA certificate and run %s --ca CA.pem.",
                text_get(&authority->view->apply));
    enum doctor_level level = DOCTOR_OK;
    if (early || end <= now)
        level = DOCTOR_FAILED;
    else if (end - now < SOON_DAYS * DAY_MS)
        level = DOCTOR_WARNING;
    doctor_tell(doctor, level, "aws.ca.validity", text_get(&seen),
                level == DOCTOR_OK ? NULL : text_get(&mend));
}

static void check_authority(const struct authority *authority)
{
    struct doctor *doctor = authority->view->doctor;
    TEXT struct text subject = TEXT_EMPTY;

    text_puts(&subject, "CA ");
    if (authority->certificate)
        certificate_subject_words(authority->certificate, &subject);
    else
        text_puts(&subject, authority->id);
    doctor->subject = text_get(&subject);
    doctor_tell(doctor, DOCTOR_OK, "aws.ca.registered", NULL, NULL);
    check_active(authority);
    check_registration(authority);
    check_mode(authority);
    check_validity(authority);
    doctor->subject = "AWS";
}

static bool is_meant(const struct authority *authority)
{
    const struct aws_view *view = authority->view;

    if (view->birth)
        return authority->certificate && certificate_is_signed_by(view->birth, authority->certificate);
    return strcmp(aws_view_text(authority->registration, "templateName"), view->setup) == 0;
}

/* Counts the relevant CAs and reports them. False: they cannot be read, which was reported. */
static bool look_at(struct aws_view *view, const char *id, size_t *count)
{
    JSON cJSON *answer = NULL;
    TEXT struct text why = TEXT_EMPTY;

    enum aws_error error =
        aws_view_get(view, "iot:DescribeCACertificate", "/cacertificate", id, checks, &answer);
    if (error)
        return error == AWS_NOT_FOUND; /* deleted since it was listed */
    const cJSON *description = cJSON_GetObjectItemCaseSensitive(answer, "certificateDescription");
    const char *pem = aws_view_text(description, "certificatePem");
    struct certificate *certificate = certificate_parse(pem, strlen(pem), id, &why);
    const struct authority authority = {
        .view = view,
        .id = id,
        .description = description,
        .registration = cJSON_GetObjectItemCaseSensitive(answer, "registrationConfig"),
        .certificate = certificate,
    };
    if (is_meant(&authority)) {
        check_authority(&authority);
        (*count)++;
    }
    certificate_free(certificate);
    return true;
}

static void tell_none(struct aws_view *view, size_t registered)
{
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;

    if (view->birth) {
        text_printf(&seen, "none of the %zu registered CAs has signed the birth certificate", registered);
        text_printf(&mend,
                    "Register the CA that has signed it (openssl x509 -noout -issuer -in FILE names it): "
                    "%s --ca CA.pem.",
                    text_get(&view->apply));
    } else {
        text_printf(&seen, "none provisions by template %s", view->setup);
        text_printf(&mend, "Register the manufacturer's: %s --ca CA.pem.", text_get(&view->apply));
    }
    doctor_tell(view->doctor, DOCTOR_FAILED, checks[0], text_get(&seen), text_get(&mend));
    aws_view_skip(view, checks + 1, "there is no CA", NULL);
}

/* Checks all of them: the list does not name their templates, and an account has only a few. */
void aws_check_authorities(struct aws_view *view)
{
    static const struct iot_call call = {
        .action = "iot:ListCACertificates", .method = "GET", .path = "/cacertificates"};
    IDS struct ids ids = {0};
    size_t count = 0;

    if (aws_view_list(view, &call, checks, "certificates", add_id, &ids) != AWS_OK)
        return;
    for (size_t i = 0; i < ids.count && !doctor_interrupted(view->doctor); i++)
        if (!look_at(view, ids.list[i], &count))
            return;
    if (count == 0 && !doctor_interrupted(view->doctor))
        tell_none(view, ids.count);
}
