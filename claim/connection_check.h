/* SPDX-License-Identifier: Apache-2.0 */
/* Checks the certificate, the key and the authorities of a connection before it is made: what a broker would
 * only answer with a closed connection. Blocks on the files. Any thread. */
#ifndef CLAIM_CONNECTION_CHECK_H
#define CLAIM_CONNECTION_CHECK_H

#include <stdbool.h>

#include "claim/settings.h"

struct connection_mistake {
    const char *key;      /* "ca_file", "cert_file" or "key_file" */
    const char *sentence; /* the second half of one; holds nothing of a key */
    bool is_date;         /* a certificate has expired, or is not valid yet: a clock may be wrong */
};

/* Calls tell() for each mistake. Files that cannot be read are not among them: config_load() tells those. */
void connection_check(const struct account_connection *connection, long long now_ms,
                      void (*tell)(void *context, const struct connection_mistake *mistake), void *context);

#endif
