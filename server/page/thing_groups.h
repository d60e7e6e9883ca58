/* SPDX-License-Identifier: Apache-2.0 */
/* Splits a thing name into groups of four, as on the label, so that people can compare them. Pure functions,
 * any thread. */
#ifndef SERVER_PAGE_THING_GROUPS_H
#define SERVER_PAGE_THING_GROUPS_H

#include <stdbool.h>

#include "claim/identifier.h"
#include "server/page/template.h"

/* rows is the value for a template: one row for each group, with the name "group". A dash in the name stays
 * with the group before it. The struct contains pointers into itself: do not copy it. */
struct thing_groups {
    char texts[IDENTIFIER_MAX][IDENTIFIER_GROUP_SIZE];
    struct template_value values[IDENTIFIER_MAX][2];
    const struct template_value *rows[IDENTIFIER_MAX + 1];
};

/* Fills groups. Returns false, with no groups, if name is not [A-Za-z0-9_-]{1,64}. */
bool thing_groups_fill(const char *name, struct thing_groups *groups);

#endif
