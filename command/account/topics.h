/* SPDX-License-Identifier: Apache-2.0 */
/* The options of expresslink-claim account about the topics that a product's modules use. */
#ifndef COMMAND_ACCOUNT_TOPICS_H
#define COMMAND_ACCOUNT_TOPICS_H

#include <stddef.h>

#include "account/policy/topics.h"

struct account_topic_list {
    const char *
        *items; /* array owned, its strings borrowed from the command line; ends with NULL; NULL: none */
    size_t count;
};

struct account_topics { /* start with {0}; free with account_topics_fini() */
    struct account_topic_list publish, subscribe, rules;
};

/* Takes an option's value. False with a sentence. */
bool account_topics_take(struct account_topics *topics, enum policy_topic_use use, const char *value,
                         struct text *why);
/* Converts to the options of a setup. Borrows from topics. */
struct policy_topics account_topics_policy(const struct account_topics *topics);
void account_topics_fini(struct account_topics *topics);

#endif
