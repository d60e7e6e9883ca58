/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolling birth certificates one by one, for devices that nobody claims (OG, "Other onboarding methods"):
 * a thing, its certificate, the policy of modules, thing type and groups. Every step may have been done
 * before, by an earlier run or by hand: then it is passed over, so a run that was interrupted goes on. One
 * thread; blocks. */
#ifndef ACCOUNT_ENROLMENT_ENROLMENT_H
#define ACCOUNT_ENROLMENT_ENROLMENT_H

#include <stdbool.h>

#include "account/enrolment/options.h"
#include "account/keys/certificate.h"
#include "account/oem_account.h"
#include "account/setup/setup.h"

#define ENROLMENT_THING_MAX 128 /* IoT, CreateThing: [a-zA-Z0-9:_-]{1,128} */

/* The thing's name: given where it is not "", otherwise the subject's field ("CommonName", "SerialNumber").
 * Adds it; false with a sentence, out untouched, where there is none or it is no thing name. */
bool enrolment_thing_name(const struct certificate *certificate, const char *field, const char *given,
                          struct text *out, struct text *why);
/* Whether a device can go by it: false with a sentence for an authority's, and one that has expired at now
 * (wall clock, ms). */
bool enrolment_certificate_fits(const struct certificate *certificate, long long now_ms, struct text *why);

struct enroller;

/* Looks for policy, thing type and groups, and makes them where that is wanted (tell is given each that is
 * missing, or made; may be NULL), and for the CAs of mode DEFAULT. out is untouched after an error; what is
 * missing is AWS_NOT_FOUND. account is borrowed. */
enum aws_error enroller_open(const struct oem_account *account, const struct enrolment_options *options,
                             void (*tell)(void *context, const struct setup_step *step), void *context,
                             struct enroller **out, struct text *why) __attribute__((warn_unused_result));
void enroller_free(struct enroller *enroller); /* NULL is fine */

/* Which way AWS is told of a certificate: RegisterCertificate, where one of the account's active CAs of mode
 * DEFAULT has signed it (the CA's subject is added to *authority), otherwise RegisterCertificateWithoutCA. A
 * device of the first way may connect without SNI (IoT). */
bool enroller_uses_authority(const struct enroller *enroller, const struct certificate *certificate,
                             struct text *authority);

enum enrolment_result {
    ENROLMENT_NEW,   /* thing, certificate, or what ties them, was missing */
    ENROLMENT_THERE, /* all of it was there */
};

/* AWS_REFUSED also where the account says no to what was found: a revoked certificate, a thing with another
 * certificate, of another type. out is untouched after an error. */
enum aws_error enroller_enrol(struct enroller *enroller, const struct certificate *certificate,
                              const char *thing, enum enrolment_result *out, struct text *why)
    __attribute__((warn_unused_result));

#endif
