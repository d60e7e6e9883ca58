/* SPDX-License-Identifier: Apache-2.0 */
/* The claim certificate of fleet provisioning (IoT, "Provisioning by claim"): all devices of a batch share it
 * until each has its own. The rest of fleet provisioning is a setup with a fleet_prefix (setup.h). One
 * thread; blocks. */
#ifndef ACCOUNT_ENROLMENT_FLEET_CLAIM_H
#define ACCOUNT_ENROLMENT_FLEET_CLAIM_H

#include <stdbool.h>

#include "account/oem_account.h"

struct fleet_claim {         /* borrowed */
    const char *request;     /* PEM of its signing request */
    const char *policy_name; /* of claim certificates; must exist */
    const char *path;        /* the certificate's file, written or existing; never overwritten */
};

/* True when the file is free, or holds the claim certificate. False with a sentence. Makes no calls. */
bool fleet_claim_file_fits(const struct fleet_claim *claim, struct text *why);

/* AWS_OK: active, with the policy, and in the file. *made: newly created. AWS_UNREADABLE: the file does not
 * fit, or cannot be written. */
enum aws_error fleet_claim_certificate(const struct oem_account *account, const struct fleet_claim *claim,
                                       bool *made, struct text *why) __attribute__((warn_unused_result));

#endif
