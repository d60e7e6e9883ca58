/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/topics.h"

#include <stdlib.h>

#include "base/memory.h"

static struct account_topic_list *list_of(struct account_topics *topics, enum policy_topic_use use)
{
    switch (use) {
    case POLICY_TOPIC_PUBLISH:
        return &topics->publish;
    case POLICY_TOPIC_SUBSCRIBE:
        return &topics->subscribe;
    default:
        return &topics->rules;
    }
}

bool account_topics_take(struct account_topics *topics, enum policy_topic_use use, const char *value,
                         struct text *why)
{
    struct account_topic_list *list = list_of(topics, use);

    if (!policy_topic_check(use, value, why))
        return false;
    list->items = memory_grow(list->items, list->count + 2, sizeof *list->items);
    list->items[list->count++] = value;
    list->items[list->count] = NULL;
    return true;
}

struct policy_topics account_topics_policy(const struct account_topics *topics)
{
    return (struct policy_topics){
        .publish = topics->publish.items, .subscribe = topics->subscribe.items, .rules = topics->rules.items};
}

void account_topics_fini(struct account_topics *topics)
{
    free(topics->publish.items);
    free(topics->subscribe.items);
    free(topics->rules.items);
}
