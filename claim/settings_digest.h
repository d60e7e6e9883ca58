/* SPDX-License-Identifier: Apache-2.0 */
/* A digest of the accounts in a configuration: names, addresses, ports and client ids of the staging
 * accounts, keys and addresses of the endpoints. Two programs with the same one claim the same devices for
 * the same OEM accounts. It holds no secret. Any thread. */
#ifndef CLAIM_SETTINGS_DIGEST_H
#define CLAIM_SETTINGS_DIGEST_H

#include "base/digest.h"
#include "claim/settings.h"

void claim_settings_digest(const struct claim_settings *settings, char out[DIGEST_SIZE]);

#endif
