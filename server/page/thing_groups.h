/* SPDX-License-Identifier: Apache-2.0 */
/* A thing name in groups of four, which is how people compare it with a label. Pure functions, any thread. */
#ifndef SERVER_PAGE_THING_GROUPS_H
#define SERVER_PAGE_THING_GROUPS_H

#include <stdbool.h>

#include "claim/identifier.h"
#include "server/page/template.h"

/* rows is what a template takes: one row a group, each with "group". A dash of the name stays with the group
 * before it. Points into itself: not to be copied. */
struct thing_groups {
    char texts[IDENTIFIER_MAX][IDENTIFIER_GROUP_SIZE];
    struct template_value values[IDENTIFIER_MAX][2];
    const struct template_value *rows[IDENTIFIER_MAX + 1];
};

/* False when name is not [A-Za-z0-9_-]{1,64}; then there are no groups. */
bool thing_groups_fill(const char *name, struct thing_groups *groups);

#endif
