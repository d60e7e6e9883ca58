/* SPDX-License-Identifier: Apache-2.0 */
/* The claim certificate of fleet provisioning (IoT, "Provisioning by claim"): what all devices of a batch
 * share until each has one of its own. What else that takes is a setup with a fleet_prefix (setup.h). One
 * thread; blocks. */
#ifndef ACCOUNT_ENROLMENT_FLEET_H
#define ACCOUNT_ENROLMENT_FLEET_H

#include <stdbool.h>

#include "account/oem_account.h"

struct fleet_claim {         /* borrowed */
    const char *request;     /* PEM of its signing request */
    const char *policy_name; /* of claim certificates; it is there */
    const char *path;        /* where its certificate is put, or is; never overwritten */
};

/* Whether the file may become, or is, the claim certificate's. False with a sentence. Asks nobody. */
bool fleet_claim_file_fits(const struct fleet_claim *claim, struct text *why);

/* AWS_OK: active, with the policy, and in the file. *made: it was not there before. A file that does
 * not fit, or cannot be made, is AWS_UNREADABLE. */
enum aws_error fleet_claim_certificate(const struct oem_account *account, const struct fleet_claim *claim,
                                       bool *made, struct text *why) __attribute__((warn_unused_result));

#endif
