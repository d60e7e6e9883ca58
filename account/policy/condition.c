/* SPDX-License-Identifier: Apache-2.0 */
#include "account/policy/condition.h"

#include <string.h>
#include <strings.h>

#include "account/policy/pattern.h"

enum comparison { COMPARE_TEXT, COMPARE_BOOL, COMPARE_NULL };

/* IAM, "Condition operators"; the others compare what no variable of AWS IoT has. */
static const struct operation {
    const char *name;
    enum comparison comparison;
    unsigned flags;
    bool negated;
} operations[] = {
    {"StringEquals", COMPARE_TEXT, POLICY_PATTERN_VARIABLES, false},
    {"StringNotEquals", COMPARE_TEXT, POLICY_PATTERN_VARIABLES, true},
    {"StringEqualsIgnoreCase", COMPARE_TEXT, POLICY_PATTERN_VARIABLES | POLICY_PATTERN_CASELESS, false},
    {"StringNotEqualsIgnoreCase", COMPARE_TEXT, POLICY_PATTERN_VARIABLES | POLICY_PATTERN_CASELESS, true},
    {"StringLike", COMPARE_TEXT, POLICY_PATTERN_VARIABLES | POLICY_PATTERN_WILDCARDS, false},
    {"StringNotLike", COMPARE_TEXT, POLICY_PATTERN_VARIABLES | POLICY_PATTERN_WILDCARDS, true},
    {"Bool", COMPARE_BOOL, POLICY_PATTERN_CASELESS, false},
    {"Null", COMPARE_NULL, POLICY_PATTERN_CASELESS, false},
};

struct test {
    const struct operation *operation;
    bool absent_holds; /* ...IfExists and ForAllValues: */
    const struct policy_request *request;
};

static bool cut_start(const char **name, const char *start)
{
    size_t length = strlen(start);

    if (strncasecmp(*name, start, length) != 0)
        return false;
    *name += length;
    return true;
}

/* operation stays NULL where the operator is not known. */
static struct test read_operator(const char *name, const struct policy_request *request)
{
    struct test test = {.request = request};

    if (cut_start(&name, "ForAllValues:"))
        test.absent_holds = true;
    else
        (void)cut_start(&name, "ForAnyValue:"); /* of one value any is all */
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        const char *rest = name;
        if (!cut_start(&rest, operations[i].name))
            continue;
        bool if_exists = strcasecmp(rest, "IfExists") == 0 && operations[i].comparison != COMPARE_NULL;
        if (*rest != '\0' && !if_exists)
            continue;
        test.operation = &operations[i];
        test.absent_holds = test.absent_holds || if_exists;
    }
    return test;
}

/* A text, or true and false as JSON has them. NULL: neither. */
static const char *wanted_text(const cJSON *wanted)
{
    if (cJSON_IsBool(wanted))
        return cJSON_IsTrue(wanted) ? "true" : "false";
    return cJSON_GetStringValue(wanted);
}

/* Whether the value is among those that the policy lists. */
static enum policy_condition is_among(const struct test *test, const char *value, const cJSON *list)
{
    bool one = !cJSON_IsArray(list);
    enum policy_condition condition = POLICY_CONDITION_FAILS;

    for (const cJSON *wanted = one ? list : list->child; wanted != NULL; wanted = one ? NULL : wanted->next) {
        const char *text = wanted_text(wanted);
        enum policy_match match =
            text == NULL ? POLICY_MATCH_UNRESOLVED
                         : policy_pattern_match(text, test->operation->flags, value, test->request);
        if (match == POLICY_MATCH_YES && condition == POLICY_CONDITION_FAILS)
            condition = POLICY_CONDITION_HOLDS;
        if (match == POLICY_MATCH_UNRESOLVED)
            condition = POLICY_CONDITION_UNKNOWN;
    }
    return condition;
}

static enum policy_condition negate(enum policy_condition condition)
{
    if (condition == POLICY_CONDITION_UNKNOWN)
        return condition;
    return condition == POLICY_CONDITION_HOLDS ? POLICY_CONDITION_FAILS : POLICY_CONDITION_HOLDS;
}

static enum policy_condition decide_key(const struct test *test, const cJSON *key)
{
    const struct operation *operation = test->operation;
    bool known = false;
    const char *value = policy_variable_value(key->string, strlen(key->string), test->request, &known);

    if (!known || operation == NULL)
        return POLICY_CONDITION_UNKNOWN;
    if (operation->comparison == COMPARE_NULL)
        return is_among(test, value == NULL ? "true" : "false", key);
    if (value == NULL) /* IAM: what is not there is unequal to everything */
        return test->absent_holds || operation->negated ? POLICY_CONDITION_HOLDS : POLICY_CONDITION_FAILS;
    enum policy_condition among = is_among(test, value, key);
    return operation->negated ? negate(among) : among;
}

/* All keys below one operator; FAILS before UNKNOWN before HOLDS. */
static enum policy_condition decide_operator(const struct test *test, const cJSON *keys)
{
    enum policy_condition all = POLICY_CONDITION_HOLDS;
    const cJSON *key;

    if (!cJSON_IsObject(keys))
        return POLICY_CONDITION_UNKNOWN;
    cJSON_ArrayForEach(key, keys)
    {
        enum policy_condition one = decide_key(test, key);
        if (one == POLICY_CONDITION_FAILS)
            return one;
        if (one == POLICY_CONDITION_UNKNOWN)
            all = one;
    }
    return all;
}

enum policy_condition policy_condition_decide(const cJSON *condition, const struct policy_request *request)
{
    enum policy_condition all = POLICY_CONDITION_HOLDS;
    const cJSON *each;

    if (condition == NULL)
        return POLICY_CONDITION_HOLDS;
    if (!cJSON_IsObject(condition))
        return POLICY_CONDITION_UNKNOWN;
    cJSON_ArrayForEach(each, condition)
    {
        struct test test = read_operator(each->string, request);
        enum policy_condition one = decide_operator(&test, each);
        if (one == POLICY_CONDITION_FAILS)
            return one;
        if (one == POLICY_CONDITION_UNKNOWN)
            all = one;
    }
    return all;
}
