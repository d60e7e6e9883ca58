/* SPDX-License-Identifier: Apache-2.0 */
/* Asks a portal that runs beside us whether it is alive, for containers with no other program to ask with. */
#ifndef SERVER_HEALTHCHECK_H
#define SERVER_HEALTHCHECK_H

#include <stdbool.h>

#include "base/text.h"

/* address: the admin listener's, as the configuration has it. Blocks for a few seconds at most. False with a
 * sentence in *why when /livez does not answer 200. */
bool healthcheck(const char *address, struct text *why);

#endif
