/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-portal owner show, grant, refuse and release. Main thread only. */
#ifndef SERVER_OPERATOR_OWNER_H
#define SERVER_OPERATOR_OWNER_H

#include "server/operator/operation.h"

extern const struct subcommands owner_commands;

/* Like operator_parse(), for `owner` with its command. */
void operator_owner_parse(int count, char **values, struct operation *out);

#endif
