/* SPDX-License-Identifier: Apache-2.0 */
/* The topics that a product's modules use besides those below their own name: which of them a policy may
 * have, and how it has them. ${thing} in a topic stands for the module's own ThingName. Pure functions, any
 * thread. */
#ifndef ACCOUNT_POLICY_TOPICS_H
#define ACCOUNT_POLICY_TOPICS_H

#include <stdbool.h>

#include "base/text.h"

#define POLICY_TOPIC_THING "${thing}"
/* With a certificate that is attached to a thing of that name, this is its thing name (IoT, "Thing policy
 * variables"). */
#define POLICY_VARIABLE_THING "${iot:Connection.Thing.ThingName}"
#define POLICY_TOPIC_INGEST "$aws/rules/" /* Basic Ingest: straight to a rule (IoT, "Reserved topics") */

enum policy_topic_use {
    POLICY_TOPIC_PUBLISH,
    POLICY_TOPIC_SUBSCRIBE, /* a filter: + and # are allowed where MQTT allows them */
    POLICY_TOPIC_RULE,      /* RULE or RULE/topic, with or without $aws/rules/ before it */
};

/* Each list ends with NULL; NULL: none. All borrowed. */
struct policy_topics {
    const char *const *publish;
    const char *const *subscribe; /* filters; what arrives on them is allowed, too */
    const char *const *rules;     /* Basic Ingest: the topic of each and everything below it */
};

/* True when the topic can be in a module's policy. False with a sentence that names it. */
bool policy_topic_check(enum policy_topic_use use, const char *topic, struct text *why);

/* True when the topic's first level is one module's ThingName: name (NULL: none), 32 hexadecimal digits, or a
 * UUID. For all modules it is ${thing}. */
bool policy_topic_is_of_one_thing(const char *topic, const char *name);

/* True when AWS IoT accepts its length: 256 bytes and 7 slashes at most, not counting $aws/rules/RULE/ (IoT
 * quotas). A ${thing} counts as the longest ThingName, 64 characters (PG 12.1.3.1). False with a sentence. */
bool policy_topic_fits(const char *topic, struct text *why);

/* Adds the topic with text for ${thing}. */
void policy_topic_add(const char *topic, const char *thing, struct text *out);
/* Adds the topics that a filter receives, as policies have them: * for + and #. */
void policy_topic_add_received(const char *filter, const char *thing, struct text *out);
/* A rule without $aws/rules/. Borrowed from rule. */
const char *policy_topic_rule(const char *rule);

#endif
