/* SPDX-License-Identifier: Apache-2.0 */
/* A policy of AWS IoT taken apart into grants: one effect, one action, one resource and its condition each.
 * Two policies mean the same when they have the same grants, however their statements are written. Pure
 * functions, any thread. */
#ifndef ACCOUNT_POLICY_GRANTS_H
#define ACCOUNT_POLICY_GRANTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "base/text.h"

struct policy_grant {
    char *key;              /* the same for the same grant; owned */
    const cJSON *statement; /* a statement of this grant alone; owned by the list */
};

struct policy_grants { /* start with {0} */
    struct policy_grant *items;
    size_t count;
};

void policy_grants_fini(struct policy_grants *grants);
#define GRANTS __attribute__((cleanup(policy_grants_fini)))

/* Adds the grants of a document; those that are there already are not added again. A statement with
 * NotAction, NotResource or anything unknown stays whole. */
void policy_grants_add(struct policy_grants *grants, const cJSON *document);
/* Adds one grant, copied. */
void policy_grants_add_one(struct policy_grants *grants, const cJSON *statement);
/* True if there is a grant with that key. */
bool policy_grants_have(const struct policy_grants *grants, const char *key);

/* A document of these grants, with few statements. Owned. */
cJSON *policy_grants_document(const struct policy_grants *grants);

/* Adds a grant for people: "iot:Publish topic/data", "may not iot:Publish topic/data"; a module's name is
 * ${thing}. */
void policy_grant_words(const cJSON *statement, struct text *out);
/* Calls each() with what a document allows of one action: "data", "${thing}/x", "cmd/+". */
void policy_allowed(const cJSON *document, const char *action, void (*each)(void *context, const char *name),
                    void *context);

#endif
