/* SPDX-License-Identifier: Apache-2.0 */
/* What a topic rule says, and rules of an account that is set up from the start. */
#ifndef SANDBOX_CLOUD_IOT_TOPIC_RULE_H
#define SANDBOX_CLOUD_IOT_TOPIC_RULE_H

#include <stdbool.h>

#include "base/json.h"
#include "sandbox/cloud/iot/state.h"

struct iot_rule_sql {
    char filter[257];
    bool with_topic; /* SELECT *, topic() AS topic */
};

/* Understands SELECT * FROM 'FILTER' and SELECT *, topic() AS topic FROM 'FILTER'. Returns false for
 * everything else. */
bool iot_rule_parse(const char *sql, struct iot_rule_sql *out);
bool iot_rule_matches(const char *filter, const char *topic);

/* Makes the rules that send the events of arriving devices to a queue of that name, and turns connectivity's
 * index on: an account that is set up from the start. */
void iot_prepare_events(struct iot *iot, const char *queue);

/* The URL of the queue to which the rule (an entry of "rules") sends; NULL: none. Borrowed. */
const char *iot_rule_queue(const cJSON *rule);
const char *iot_rule_role(const cJSON *rule); /* its role's ARN */

#endif
