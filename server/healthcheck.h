/* SPDX-License-Identifier: Apache-2.0 */
/* Checks whether the portal on this machine is alive. For containers that have no other HTTP client. */
#ifndef SERVER_HEALTHCHECK_H
#define SERVER_HEALTHCHECK_H

#include <stdbool.h>

#include "base/text.h"

/* Requests /livez. address: [http] admin_listen. Blocks for a few seconds at most. Returns false with a
 * sentence in *why if the answer is not 200. */
bool healthcheck(const char *address, struct text *why);

#endif
