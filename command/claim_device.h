/* SPDX-License-Identifier: Apache-2.0 */
/* Reads an IDENTIFIER of the command line as the portal reads what is typed on its page. */
#ifndef COMMAND_CLAIM_DEVICE_H
#define COMMAND_CLAIM_DEVICE_H

#include <stdbool.h>

#include "claim/label_reading.h"
#include "claim/run.h"
#include "claim/settings.h"

/* Fills in the device's name in each staging account whose form fits. origin: which addresses are those of
 * this portal's labels. False after an error was printed. */
bool claim_device_read(const struct claim_settings *settings, const struct label_origin *origin,
                       const char *typed, struct claim_device *out);

#endif
