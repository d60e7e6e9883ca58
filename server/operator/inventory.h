/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-portal inventory and its commands. Each has a file: inventory_import.c (import, remove),
 * inventory_show.c (show, export), inventory_codes.c (new-key, make-codes). Main thread only. */
#ifndef SERVER_OPERATOR_INVENTORY_H
#define SERVER_OPERATOR_INVENTORY_H

#include "server/operator/operation.h"

extern const struct subcommands inventory_commands;

/* As operator_parse(); values[0] is "inventory". */
void operator_inventory_parse(int count, char **values, struct operation *out);

int operator_inventory_import(const struct settings *settings, const struct operation *operation);
int operator_inventory_remove(const struct settings *settings, const struct operation *operation);
int operator_inventory_show(const struct settings *settings, const struct operation *operation);
int operator_inventory_export(const struct settings *settings, const struct operation *operation);
int operator_inventory_new_key(const struct settings *settings, const struct operation *operation);
int operator_inventory_make_codes(const struct settings *settings, const struct operation *operation);

#endif
