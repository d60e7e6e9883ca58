/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands about one person share. A running portal locks its SQLite file, so that portal is asked
 * then (POST on the admin listener); in all other cases the command opens the store itself. */
#ifndef SERVER_OPERATOR_PERSON_H
#define SERVER_OPERATOR_PERSON_H

#include "server/operator/operation.h"

/* Opens the store; options are borrowed for its life. STORE_IN_USE: a portal has it. Any other error has been
 * printed. */
enum store_error person_open(const struct operation *operation, struct store_options *options,
                             struct store **out);

/* Asks the running portal: POST path. Adds the body of the answer to *out. Returns 0, or EXIT_CANNOT after it
 * has printed why. */
int person_ask_portal(const struct settings *settings, const struct operation *operation, const char *path,
                      struct text *out);

#endif
