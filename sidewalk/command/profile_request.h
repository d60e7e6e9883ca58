/* SPDX-License-Identifier: Apache-2.0 */
/* What to ask the Amazon Sidewalk team for before a factory can make devices, as a checklist (AWS IoT
 * Wireless, "Creating device profiles with factory support"; docs.sidewalk.amazon, "Manufacturing"). */
#ifndef SIDEWALK_COMMAND_PROFILE_REQUEST_H
#define SIDEWALK_COMMAND_PROFILE_REQUEST_H

#include <stdbool.h>

#include "sidewalk/device_profile.h"

/* Prints it for people, or as JSON. profile: the one that it is for; NULL: none yet. */
void profile_request_print(const struct device_profile *profile, const char *region, bool json);

#endif
