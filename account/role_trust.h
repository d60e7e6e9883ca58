/* SPDX-License-Identifier: Apache-2.0 */
/* Who may assume a role. Pure function, any thread. */
#ifndef ACCOUNT_ROLE_TRUST_H
#define ACCOUNT_ROLE_TRUST_H

#include <stdbool.h>

/* Whether AWS IoT may (IoT, "Provisioning": the service iot.amazonaws.com). encoded: AssumeRolePolicyDocument
 * as IAM's answers have it, percent-encoded JSON; NULL: nobody may. A condition that somebody has added
 * (aws:SourceAccount, say) is theirs and not weighed. */
bool role_trust_lets_iot_in(const char *encoded);

#endif
