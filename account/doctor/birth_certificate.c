/* SPDX-License-Identifier: Apache-2.0 */
/* Checks a module's birth certificate without AWS (PG 12.1.3.1): its ThingName must have a staging account's
 * form, and it must be valid long enough. */
#include <string.h>

#include "account/doctor/doctor.h"
#include "account/doctor/validity.h"
#include "account/keys/certificate.h"
#include "account/thing_name.h"
#include "base/clock.h"

#define TEN_YEARS_DAYS 3650

static const char *const name_fields[] = {"CommonName", "SerialNumber"};

static void check_validity(struct doctor *doctor, const struct certificate *certificate)
{
    long long begins = certificate_not_before_ms(certificate), ends = certificate_not_after_ms(certificate);
    TEXT struct text seen = TEXT_EMPTY;
    enum validity validity = validity_judge(certificate, clock_wall_ms(), &seen);
    long long days = (ends - begins) / VALIDITY_DAY_MS;

    if (validity == VALIDITY_NOT_YET)
        doctor_tell(
            doctor, DOCTOR_FAILED, "birth_certificate.validity", text_get(&seen),
            "Set this machine's clock if it is wrong; otherwise the device can connect from then on.");
    else if (validity == VALIDITY_ENDED)
        doctor_tell(
            doctor, DOCTOR_FAILED, "birth_certificate.validity", text_get(&seen),
            "Ask the module vendor: a module cannot get another birth certificate, so this one can never "
            "connect again.");
    else if (days < TEN_YEARS_DAYS) {
        text_printf(&seen, ", %lld days in all", days);
        doctor_tell(
            doctor, DOCTOR_FAILED, "birth_certificate.validity", text_get(&seen),
            "Ask the module vendor for modules whose birth certificates are valid for ten years or more, "
            "as ExpressLink's specification requires: they cannot be renewed.");
    } else
        doctor_tell(doctor, DOCTOR_OK, "birth_certificate.validity", text_get(&seen), NULL);
}

static void check_leaf(struct doctor *doctor, const struct certificate *certificate)
{
    if (certificate_is_authority(certificate))
        doctor_tell(doctor, DOCTOR_FAILED, "birth_certificate.leaf", "it is a CA",
                    "Give the certificate of one module: this one signs them (account apply --ca needs "
                    "it).");
    else
        doctor_tell(doctor, DOCTOR_OK, "birth_certificate.leaf", NULL, NULL);
}

struct search {
    const struct staging_account *staging; /* of the best fit; NULL: none yet */
    const char *field;
    enum thing_name_fit fit;
    const char *letter_case; /* the value for identifier_case */
    struct text fields;      /* all fields found: "CommonName x, SerialNumber y" */
};

/* Returns the value of identifier_case for the name. */
static const char *case_of(const char *name)
{
    bool capitals = false, small = false;

    for (; *name != '\0'; name++) {
        capitals |= *name >= 'A' && *name <= 'Z';
        small |= *name >= 'a' && *name <= 'z';
    }
    return capitals && small ? "keep" : capitals ? "upper" : "lower";
}

static void try_field(const struct doctor *doctor, const char *field, const char *name, struct search *search)
{
    const struct doctor_options *options = doctor->options;

    text_printf(&search->fields, "%s%s %s", search->fields.length != 0 ? ", " : "", field, name);
    for (size_t i = 0; i < options->settings->staging_count; i++) {
        const struct staging_account *staging = &options->settings->staging[i];
        if (options->staging != NULL && strcmp(options->staging, staging->name) != 0)
            continue;
        enum thing_name_fit fit = thing_name_fits(&staging->form, name);
        if (search->staging == NULL || fit > search->fit) {
            search->staging = staging;
            search->field = field;
            search->fit = fit;
            search->letter_case = case_of(name);
        }
    }
}

static void tell_thing_name(struct doctor *doctor, const struct search *search)
{
    static const char check[] = "birth_certificate.thing_name";
    TEXT struct text seen = TEXT_EMPTY, mend = TEXT_EMPTY;

    if (search->fields.length == 0) {
        doctor_tell(
            doctor, DOCTOR_FAILED, check, "neither CommonName nor SerialNumber is in its subject",
            "Ask the module vendor for a birth certificate that contains its ThingName: without it no "
            "template can name the thing.");
        return;
    }
    if (search->staging == NULL) {
        doctor_tell(doctor, DOCTOR_SKIPPED, check, "no staging account to compare with", NULL);
        return;
    }
    const char *staging = search->staging->name;
    text_puts(&seen, text_get(&search->fields));
    if (search->fit == THING_NAME_FITS) {
        text_printf(&seen, ": %s has the form of staging %s", search->field, staging);
        doctor_tell(doctor, DOCTOR_OK, check, text_get(&seen), NULL);
        return;
    }
    if (search->fit == THING_NAME_FITS_BUT_CASE)
        text_printf(&mend,
                    "Set identifier_case = %s in [staging.%s]: topics distinguish capital and small letters.",
                    search->letter_case, staging);
    else
        text_printf(
            &mend,
            "Set identifier_form in [staging.%s] to the form of the vendor's ThingNames; if that is "
            "right, ask the vendor which field has the ThingName, and tell account apply with --thing-name.",
            staging);
    doctor_tell(doctor, DOCTOR_FAILED, check, text_get(&seen), text_get(&mend));
}

static void check_thing_name(struct doctor *doctor, const struct certificate *certificate)
{
    struct search search = {.fit = THING_NAME_FITS_NOT};

    for (size_t i = 0; i < sizeof name_fields / sizeof *name_fields; i++) {
        TEXT struct text name = TEXT_EMPTY;
        if (certificate_subject(certificate, name_fields[i], &name))
            try_field(doctor, name_fields[i], text_get(&name), &search);
    }
    tell_thing_name(doctor, &search);
    text_fini(&search.fields);
}

void doctor_birth_certificate(struct doctor *doctor)
{
    TEXT struct text words = TEXT_EMPTY;
    struct certificate *certificate = certificate_read_birth(doctor->options->birth_certificate, &words);

    if (certificate == NULL) {
        doctor_tell(
            doctor, DOCTOR_FAILED, "birth_certificate.readable", text_get(&words),
            "Give a file with a module's certificate in PEM form (-----BEGIN CERTIFICATE-----) or DER form.");
        return;
    }
    certificate_subject_words(certificate, &words);
    doctor_tell(doctor, DOCTOR_OK, "birth_certificate.readable", text_get(&words), NULL);
    check_leaf(doctor, certificate);
    check_validity(doctor, certificate);
    check_thing_name(doctor, certificate);
    certificate_free(certificate);
}
