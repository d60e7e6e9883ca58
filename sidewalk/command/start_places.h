/* SPDX-License-Identifier: Apache-2.0 */
/* What a start needs in AWS before it: the bucket, the role and the destination. Blocks; one thread. */
#ifndef SIDEWALK_COMMAND_START_PLACES_H
#define SIDEWALK_COMMAND_START_PLACES_H

#include "sidewalk/command/start_record.h"

/* Looks at all three, makes what the arguments allow (unless it is a dry run), and prints a line for each.
 * Where these credentials may not look, the start goes on. Returns less than 0 to continue; otherwise the
 * exit status, after it has printed all that is missing. */
int start_places_prepare(const struct start_record *record, struct aws_session *session);

#endif
