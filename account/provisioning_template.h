/* SPDX-License-Identifier: Apache-2.0 */
/* Builds and evaluates provisioning templates of AWS IoT (IoT, "Provisioning templates"; OG appendix B). Pure
 * functions, any thread. */
#ifndef ACCOUNT_PROVISIONING_TEMPLATE_H
#define ACCOUNT_PROVISIONING_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "account/keys/certificate.h"
#include "base/json.h"
#include "base/text.h"

#define PROVISIONING_NAME_MAX 36    /* ^[0-9A-Za-z_-]{1,36}$ */
#define PROVISIONING_BODY_MAX 10240 /* characters */

struct provisioning_attribute {
    const char *name, *value;
};

struct provisioning_options {     /* all borrowed */
    const char *thing_name_field; /* "CommonName" or "SerialNumber": field of the birth certificate */
    const char *policy_name;
    const char *thing_type;                          /* NULL: none */
    const char *billing_group;                       /* NULL: none */
    const char *const *thing_groups;                 /* ends with NULL; NULL: none */
    const struct provisioning_attribute *attributes; /* end with a NULL name; NULL: none */
};

/* For JITP, and JITR by template: parameters are fields of the certificate's subject. Owned. */
cJSON *provisioning_template_by_certificate(const struct provisioning_options *options);
/* For fleet provisioning by claim: parameters SerialNumber (the thing is named <prefix><SerialNumber>) and
 * the certificate's id. thing_name_field is not used. Owned. */
cJSON *provisioning_template_by_claim(const struct provisioning_options *options, const char *prefix);

/* True, with the name in *thing_name, when a certificate would be provisioned: it has every declared
 * parameter without a default, and the template gives a valid thing name. False with a sentence. */
bool provisioning_template_try(const cJSON *body, const struct certificate *certificate,
                               struct text *thing_name, struct text *why);

/* The field of the subject, "CommonName" or "SerialNumber", by which the template names its things; NULL: it
 * does so otherwise. Static. */
const char *provisioning_template_name_field(const cJSON *body);

/* Adds, for people, how things made by wanted differ from those made by there: "thing groups lamps ->
 * none". */
void provisioning_template_differences(const cJSON *there, const cJSON *wanted, struct text *out);

#endif
