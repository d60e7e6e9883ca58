/* SPDX-License-Identifier: Apache-2.0 */
/* GET /api/v1/accounts/{digest}: does this portal have the accounts with this digest
 * (claim/settings_digest.h)? The claim-script asks, where there is no admin listener to ask. Who does not
 * know the accounts learns nothing. */
#ifndef SERVER_API_ACCOUNTS_H
#define SERVER_API_ACCOUNTS_H

#include "server/http/http.h"

extern const struct http_handler accounts_compare;

#endif
