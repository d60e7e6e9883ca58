/* SPDX-License-Identifier: Apache-2.0 */
/* Provisioning templates of AWS IoT: their bodies, made and looked at (IoT, "Provisioning templates"; OG
 * appendix B). Pure functions, any thread. */
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
    const char *thing_name_field; /* "CommonName" or "SerialNumber": where a birth certificate has it */
    const char *policy_name;
    const char *thing_type;                          /* NULL: none */
    const char *const *thing_groups;                 /* ends with NULL; NULL: none */
    const struct provisioning_attribute *attributes; /* end with a NULL name; NULL: none */
};

/* For JITP, and JITR by template: parameters are fields of the certificate's subject. Owned. */
cJSON *provisioning_template_by_certificate(const struct provisioning_options *options);
/* For fleet provisioning by claim: parameters SerialNumber (the thing is named <prefix><SerialNumber>) and
 * the certificate's id. thing_name_field is not used. Owned. */
cJSON *provisioning_template_by_claim(const struct provisioning_options *options, const char *prefix);

/* Whether a certificate would be provisioned: every declared parameter without a default is in it, and the
 * thing's name can be made and is one. True with the thing's name in *thing_name; false with a sentence. */
bool provisioning_template_try(const cJSON *body, const struct certificate *certificate,
                               struct text *thing_name, struct text *why);

/* Adds for people what things get otherwise by wanted than by there: "thing groups lamps -> none". */
void provisioning_template_differences(const cJSON *there, const cJSON *wanted, struct text *out);

#endif
