/* SPDX-License-Identifier: Apache-2.0 */
/* Registers birth certificates one by one, for devices that are not claimed (OG, "Other onboarding methods"):
 * thing, certificate, module policy, thing type and groups. Open an enroller, then call enroller_enrol() per
 * device. Steps that an earlier run or a person has done are skipped, so an interrupted run can be repeated.
 * One thread; blocks. */
#ifndef ACCOUNT_ENROLMENT_ENROLMENT_H
#define ACCOUNT_ENROLMENT_ENROLMENT_H

#include <stdbool.h>

#include "account/enrolment/options.h"
#include "account/keys/certificate.h"
#include "account/oem_account.h"
#include "account/setup/setup.h"

#define ENROLMENT_THING_MAX 128 /* IoT, CreateThing: [a-zA-Z0-9:_-]{1,128} */

/* Whether AWS IoT takes it as the name of a thing. */
bool enrolment_is_thing_name(const char *name);

/* Adds the thing's name: `given` unless it is "", otherwise the subject's field ("CommonName",
 * "SerialNumber"; NULL: that of the two whose value has the form of a ThingName, thing_name_choose()). False
 * with a sentence, out untouched: missing, not clear which, or not a valid thing name. */
bool enrolment_thing_name(const struct certificate *certificate, const char *field, const char *given,
                          struct text *out, struct text *why);
/* True when a device can use the certificate. False with a sentence: it is an authority's, or expired at
 * now_ms (wall clock). */
bool enrolment_certificate_fits(const struct certificate *certificate, long long now_ms, struct text *why);

struct enroller;

/* Looks up policy, thing type and groups, creating them if the options say so (report is called for each one
 * missing or created; may be NULL), and the CAs of mode DEFAULT. out is untouched after an error.
 * AWS_NOT_FOUND: something is missing. account is borrowed. */
enum aws_error enroller_open(const struct oem_account *account, const struct enrolment_options *options,
                             void (*report)(void *context, const struct setup_step *step), void *context,
                             struct enroller **out, struct text *why) __attribute__((warn_unused_result));
void enroller_free(struct enroller *enroller); /* NULL is fine */

/* True: RegisterCertificate is used, because an active CA of mode DEFAULT in the account signed the
 * certificate (the CA's subject is added to *authority). False: RegisterCertificateWithoutCA. A device of the
 * first kind may connect without SNI (IoT). */
bool enroller_uses_authority(const struct enroller *enroller, const struct certificate *certificate,
                             struct text *authority);

enum enrolment_result {
    ENROLMENT_NEW,   /* thing, certificate or a link between them was missing */
    ENROLMENT_THERE, /* everything existed */
};

/* AWS_REFUSED also for conflicts in the account: a revoked certificate, a thing with another certificate or
 * of another type. out is untouched after an error. */
enum aws_error enroller_enrol(struct enroller *enroller, const struct certificate *certificate,
                              const char *thing, enum enrolment_result *out, struct text *why)
    __attribute__((warn_unused_result));

#endif
