/* SPDX-License-Identifier: Apache-2.0 */
/* Checks whether the topics that somebody asks about pass the modules' policy. */
#include <string.h>

#include "account/doctor/aws_policies.h"
#include "account/policy/topics.h"

#define CHECK "aws.policy.module.topic"

struct question {
    const struct aws_policies *policies;
    const struct policy_request *who;
    const char *topic; /* for all modules: with ${thing} */
    const char *given; /* the same, or with the name of one module in its place */
    struct text name;  /* with the thing's name */
    bool is_filter;
    bool publish, subscribe, receive; /* what is allowed */
};

static bool allows(const struct aws_view *view, const struct question *question, const char *action,
                   const char *kind, const char *name)
{
    TEXT struct text resource = TEXT_EMPTY;

    text_printf(&resource, "%s/%s", kind, name);
    return aws_policies_allow(view, question->policies, question->who, action, text_get(&resource));
}

/* A topic that the filter receives. */
static void example(const char *filter, struct text *out)
{
    for (; *filter; filter++)
        text_add(out, strchr("+#", *filter) ? "x" : filter, 1);
}

static void ask(const struct aws_view *view, struct question *question)
{
    const char *name = text_get(&question->name);
    TEXT struct text received = TEXT_EMPTY;

    example(name, &received);
    question->publish = !question->is_filter && allows(view, question, "iot:Publish", "topic", name);
    question->subscribe = allows(view, question, "iot:Subscribe", "topicfilter", name);
    question->receive = allows(view, question, "iot:Receive", "topic", text_get(&received));
}

static void mend_missing(const struct aws_view *view, const struct question *question, struct text *out)
{
    const char *topic = question->topic;

    if (strncmp(topic, POLICY_TOPIC_INGEST, strlen(POLICY_TOPIC_INGEST)) == 0) {
        text_printf(out, "Let modules publish it: %s --basic-ingest '%s', with the other options as before.",
                    text_get(&view->apply), policy_topic_rule(topic));
        return;
    }
    if (question->is_filter)
        text_puts(out, "Let modules ");
    else
        text_printf(out,
                    "AWS closes the connection of a module that publishes it. Let modules publish it: %s "
                    "--publish '%s', or ",
                    text_get(&view->apply), topic);
    text_printf(out, "subscribe to it: %s --subscribe '%s', with the other options as before.",
                text_get(&view->apply), topic);
}

static void tell(const struct aws_view *view, const struct question *question)
{
    TEXT struct text seen = TEXT_EMPTY, mend = TEXT_EMPTY;
    bool hears = question->subscribe && question->receive;

    if (question->given == question->topic)
        text_printf(&seen, "%s: ", text_get(&question->name));
    else
        text_printf(&seen, "%s, for all modules %s: ", question->given, question->topic);
    if (question->publish || hears) {
        text_printf(&seen, "%s%s%s", question->publish ? "may publish" : "may not publish",
                    hears ? ", may subscribe" : "",
                    !hears && question->subscribe ? ", may subscribe but receives nothing" : "");
        doctor_tell(view->doctor, DOCTOR_OK, CHECK, text_get(&seen), NULL);
        return;
    }
    text_puts(&seen, question->subscribe ? "may subscribe, but receives nothing"
                                         : "modules may neither publish nor subscribe to it");
    mend_missing(view, question, &mend);
    doctor_tell(view->doctor, DOCTOR_FAILED, CHECK, text_get(&seen), text_get(&mend));
}

static void check_topic(const struct aws_view *view, const struct aws_policies *policies,
                        const struct policy_request *who, const char *given)
{
    TEXT struct text topic = TEXT_EMPTY;
    TEXT struct text why = TEXT_EMPTY;
    struct question question = {
        .policies = policies, .who = who, .topic = given, .given = given, .name = TEXT_EMPTY};

    if (policy_topic_is_of_one_thing(given, who->thing_name)) {
        text_printf(&topic, "%s%s", POLICY_TOPIC_THING, given + strcspn(given, "/"));
        question.topic = text_get(&topic);
    }
    question.is_filter = strpbrk(given, "+#") != NULL;
    policy_topic_add(question.topic, who->thing_name, &question.name);
    if (policy_topic_fits(text_get(&question.name), &why)) {
        ask(view, &question);
        tell(view, &question);
    } else
        doctor_tell(view->doctor, DOCTOR_FAILED, CHECK, text_get(&why), "Use a shorter topic.");
    text_fini(&question.name);
}

void aws_check_topics(const struct aws_view *view, const struct aws_policies *policies,
                      const struct policy_request *who)
{
    const char *const *topic = view->doctor->options->topics;

    for (; topic && *topic; topic++)
        check_topic(view, policies, who, *topic);
}
