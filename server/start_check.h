/* SPDX-License-Identifier: Apache-2.0 */
/* Checks before the start what would fail only then, or only later: the files of the connections, the store's
 * folder, the addresses to listen on. Blocks. */
#ifndef SERVER_START_CHECK_H
#define SERVER_START_CHECK_H

#include "base/config.h"
#include "base/text.h"
#include "server/settings.h"

/* Adds mistakes in files to the config's errors. logs: logs them instead; the portal takes registrations
 * meanwhile, and notices files that are replaced. */
void start_check_files(struct config *config, const struct settings *settings, bool logs);

/* What this machine does not give. Calls tell() with a sentence for each. running: an address that is in use
 * is none, because this may be a check beside the running portal. */
void start_check_places(const struct settings *settings, bool running,
                        void (*tell)(void *context, const char *sentence), void *context);

#endif
