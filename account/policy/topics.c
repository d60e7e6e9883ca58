/* SPDX-License-Identifier: Apache-2.0 */
#include "account/policy/topics.h"

#include <string.h>

#include "base/hex.h"
#include "base/utf8.h"

#define BYTES_MAX 256
#define SLASHES_MAX 7
#define THING_MAX 64
#define RULE_MAX 128
#define RULE_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool is_plain_text(const char *topic)
{
    size_t length = strlen(topic);
    uint32_t character = 0;

    for (size_t at = 0, size; at < length; at += size) {
        size = utf8_decode(topic + at, length - at, &character);
        if (size == 0 || utf8_is_hidden(character))
            return false;
    }
    return true;
}

/* The topic's text after the three levels that AWS does not count. */
static const char *counted(const char *topic)
{
    if (!begins(topic, POLICY_TOPIC_INGEST))
        return topic;
    const char *slash = strchr(topic + strlen(POLICY_TOPIC_INGEST), '/');
    return slash ? slash + 1 : "";
}

bool policy_topic_fits(const char *topic, struct text *why)
{
    size_t bytes = 0, slashes = 0;

    for (const char *at = counted(topic); *at; at++) {
        bool is_thing = begins(at, POLICY_TOPIC_THING);
        bytes += is_thing ? THING_MAX : 1;
        slashes += *at == '/';
        at += is_thing ? strlen(POLICY_TOPIC_THING) - 1 : 0;
    }
    if (bytes > BYTES_MAX)
        text_printf(why, "the topic %.60s... can have %zu bytes (a ThingName up to %d), and AWS IoT takes %d",
                    topic, bytes, THING_MAX, BYTES_MAX);
    else if (slashes > SLASHES_MAX)
        text_printf(why, "the topic %s has %zu slashes, and AWS IoT takes %d", topic, slashes, SLASHES_MAX);
    return bytes <= BYTES_MAX && slashes <= SLASHES_MAX;
}

/* A + is a whole level; a # is the whole last one. */
static bool is_filter(const char *filter)
{
    for (const char *at = filter; *at; at++) {
        bool begins_level = at == filter || at[-1] == '/';
        if (*at == '+' && !(begins_level && (at[1] == '/' || at[1] == '\0')))
            return false;
        if (*at == '#' && !(begins_level && at[1] == '\0'))
            return false;
    }
    return true;
}

/* Another ${...} would be a variable of AWS's, or unknown to it. */
static bool has_other_variable(const char *topic)
{
    for (const char *at = topic; (at = strstr(at, "${")); at++)
        if (!begins(at, POLICY_TOPIC_THING))
            return true;
    return false;
}

static bool is_digits(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (hex_value(text[i]) < 0)
            return false;
    return true;
}

static bool is_uuid(const char *text)
{
    static const size_t groups[] = {8, 4, 4, 4, 12};

    for (size_t i = 0; i < sizeof groups / sizeof *groups; text += groups[i] + 1, i++)
        if (!is_digits(text, groups[i]) || (i < 4 && text[groups[i]] != '-'))
            return false;
    return true;
}

bool policy_topic_is_of_one_thing(const char *topic, const char *name)
{
    size_t length = strcspn(topic, "/");

    if (name && strlen(name) == length && memcmp(topic, name, length) == 0)
        return true;
    return (length == 32 && is_digits(topic, length)) || (length == 36 && is_uuid(topic));
}

/* Returns what is wrong with any topic, or NULL. */
static const char *fault(const char *topic)
{
    if (!*topic)
        return "a topic is empty";
    if (!is_plain_text(topic))
        return "the topic has an invisible character, or is not UTF-8";
    if (has_other_variable(topic))
        return "${thing}, the module's own name, is the only variable of a topic";
    if (strpbrk(topic, "*?"))
        return "a policy would take * and ? in a topic for any text: write the topic itself, or subscribe "
               "with + and #";
    return NULL;
}

static const char *reserved_fault(const char *topic)
{
    if (begins(topic, POLICY_TOPIC_INGEST))
        return "a topic of a rule is given by --basic-ingest RULE/...";
    if (*topic == '$' && !begins(topic, POLICY_TOPIC_THING))
        return "topics that begin with $ are AWS's own (modules may always use the shadow, jobs, streams and "
               "defender of their own thing)";
    if (policy_topic_is_of_one_thing(topic, NULL))
        return "the topic begins with the ThingName of one module; write ${thing} in its place, which is the "
               "name "
               "of each";
    return NULL;
}

const char *policy_topic_rule(const char *rule)
{
    return begins(rule, POLICY_TOPIC_INGEST) ? rule + strlen(POLICY_TOPIC_INGEST) : rule;
}

static const char *rule_fault(const char *rule)
{
    size_t length = strcspn(policy_topic_rule(rule), "/");

    if (length == 0 || length > RULE_MAX || strspn(policy_topic_rule(rule), RULE_LETTERS) < length)
        return "a rule's name has 1 to 128 letters, digits and underscores";
    return strpbrk(rule, "+#") ? "modules publish to a rule: + and # are only for topics to subscribe to"
                               : NULL;
}

static const char *use_fault(enum policy_topic_use use, const char *topic)
{
    switch (use) {
    case POLICY_TOPIC_PUBLISH:
        return strpbrk(topic, "+#") ? "modules publish to a topic without + and #" : reserved_fault(topic);
    case POLICY_TOPIC_SUBSCRIBE:
        return is_filter(topic) ? reserved_fault(topic)
                                : "a + is a whole level between slashes, and a # the whole last one";
    default:
        return rule_fault(topic);
    }
}

bool policy_topic_check(enum policy_topic_use use, const char *topic, struct text *why)
{
    TEXT struct text whole = TEXT_EMPTY;
    const char *wrong = fault(topic);

    if (!wrong)
        wrong = use_fault(use, topic);
    if (wrong) {
        text_puts(why, wrong);
        if (*topic)
            text_printf(why, ", not \"%s\"", topic);
        return false;
    }
    text_printf(&whole, "%s%s", use == POLICY_TOPIC_RULE ? POLICY_TOPIC_INGEST : "",
                use == POLICY_TOPIC_RULE ? policy_topic_rule(topic) : topic);
    return policy_topic_fits(text_get(&whole), why);
}

static void add(const char *topic, const char *thing, const char *wildcards, struct text *out)
{
    for (const char *at = topic; *at; at++) {
        if (begins(at, POLICY_TOPIC_THING)) {
            text_puts(out, thing);
            at += strlen(POLICY_TOPIC_THING) - 1;
        } else if (strchr(wildcards, *at))
            text_puts(out, "*");
        else
            text_add(out, at, 1);
    }
}

void policy_topic_add(const char *topic, const char *thing, struct text *out)
{
    add(topic, thing, "", out);
}

void policy_topic_add_received(const char *filter, const char *thing, struct text *out)
{
    add(filter, thing, "+#", out);
}
