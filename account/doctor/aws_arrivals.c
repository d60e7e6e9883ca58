/* SPDX-License-Identifier: Apache-2.0 */
/* The ways beside MQTT by which the portal sees devices arrive: a queue that the account's rules fill, and
 * asking whether a device is connected. Both are tried with the credentials at hand, and change nothing. */
#include <stdio.h>
#include <string.h>

#include "account/doctor/aws_view.h"
#include "account/setup/setup.h"
#include "aws/sqs.h"
#include "aws/thing_connectivity.h"

#define NO_THING "doctor-0123456789abcdef0123456789abcdef" /* no module has this name */
#define NO_RECEIPT "doctor"                                /* no message has this receipt */
#define NAME_SIZE 129
#define NAMES_MAX 64
#define PORTAL_RIGHTS                                                                                        \
    "Allow sqs:ReceiveMessage and sqs:DeleteMessage for this queue to the portal's credentials, and run "    \
    "this with them."

static const char *const queue_checks[] = {"aws.queue.receive", "aws.queue.delete", "aws.queue.rules", NULL};
static const char *const connectivity_checks[] = {"aws.connectivity", NULL};

static bool receives(struct aws_view *view, const char *queue_url)
{
    TEXT struct text why = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;
    char code[80] = "";

    enum aws_error error = aws_sqs_try(view->account.session, queue_url, code, &why);
    if (!error) {
        doctor_tell(view->doctor, DOCTOR_OK, queue_checks[0], NULL, NULL);
        return true;
    }
    if (error == AWS_FORBIDDEN)
        text_puts(&mend, PORTAL_RIGHTS);
    else
        text_printf(&mend, "Make the queue with %s --events-queue, and name its URL as queue_url.",
                    text_get(&view->apply));
    doctor_tell(view->doctor, DOCTOR_FAILED, queue_checks[0], text_get(&why), text_get(&mend));
    return false;
}

/* A receipt that is not valid is refused, each for itself, after the permission was checked. */
static void deletes(struct aws_view *view, const char *queue_url)
{
    const char *const receipt[] = {NO_RECEIPT};
    enum aws_sqs_deletion deletion = AWS_SQS_DELETED;
    TEXT struct text why = TEXT_EMPTY;

    enum aws_error error =
        aws_sqs_delete(view->account.session, queue_url, receipt, 1, NULL, &deletion, &why);
    if (!error)
        doctor_tell(view->doctor, DOCTOR_OK, queue_checks[1], NULL, NULL);
    else
        doctor_tell(view->doctor, DOCTOR_FAILED, queue_checks[1], text_get(&why), PORTAL_RIGHTS);
}

struct found_rules {
    const char *queue_url;
    bool sends[3]; /* connected, created, disconnected */
};

static enum aws_error look_at_rule(struct aws_view *view, const char *name, struct found_rules *rules)
{
    JSON cJSON *answer = NULL;

    enum aws_error error = aws_view_get(view, "iot:GetTopicRule", "/rules", name, queue_checks + 2, &answer);
    const cJSON *rule = cJSON_GetObjectItemCaseSensitive(answer, "rule"), *action;
    const char *sql = aws_view_text(rule, "sql");
    cJSON_ArrayForEach(action, cJSON_GetObjectItemCaseSensitive(rule, "actions"))
    {
        const cJSON *sqs = cJSON_GetObjectItemCaseSensitive(action, "sqs");
        if (strcmp(rules->queue_url, aws_view_text(sqs, "queueUrl")) != 0 || !strstr(sql, "topic() AS topic"))
            continue;
        rules->sends[0] = rules->sends[0] || strstr(sql, "$aws/events/presence/connected/");
        rules->sends[1] = rules->sends[1] || strstr(sql, "$aws/events/thing/");
        rules->sends[2] = rules->sends[2] || strstr(sql, "$aws/events/presence/disconnected/");
    }
    return error;
}

struct names {
    char list[NAMES_MAX][NAME_SIZE]; /* of enabled rules about events; a setup has three of them */
    size_t count;
};

static bool keep_name(void *context, const cJSON *item)
{
    struct names *names = context;
    const char *name = aws_view_text(item, "ruleName");

    if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item, "ruleDisabled")) &&
        strncmp(aws_view_text(item, "topicPattern"), "$aws/events/", 12) == 0 && strlen(name) < NAME_SIZE)
        snprintf(names->list[names->count++], NAME_SIZE, "%s", name);
    return names->count < NAMES_MAX;
}

/* The first is needed; without the second arrivals are seen later, without the third a device that has left
 * is taken to be online when it is registered again. */
static const char *lacking(const struct found_rules *rules)
{
    if (!rules->sends[0])
        return rules->sends[1] ? "that devices connect" : "the account's events";
    return rules->sends[1] ? "that devices disconnect" : "that things are made";
}

/* Whatever the rules are called. */
static void check_rules(struct aws_view *view, const char *queue_url)
{
    const struct iot_call list = {.action = "iot:ListTopicRules", .method = "GET", .path = "/rules"};
    struct found_rules rules = {.queue_url = queue_url};
    struct names names = {.count = 0};
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;

    enum aws_error error = aws_view_list(view, &list, queue_checks + 2, "rules", keep_name, &names);
    for (size_t i = 0; !error && i < names.count; i++)
        error = look_at_rule(view, names.list[i], &rules);
    if (error)
        return;
    if (rules.sends[0] && rules.sends[1] && rules.sends[2]) {
        doctor_tell(view->doctor, DOCTOR_OK, queue_checks[2], NULL, NULL);
        return;
    }
    text_printf(&seen, "no enabled rule sends it %s", lacking(&rules));
    text_printf(&mend, "Make the rules: %s --events-queue.", text_get(&view->apply));
    doctor_tell(view->doctor, rules.sends[0] ? DOCTOR_WARNING : DOCTOR_FAILED, queue_checks[2],
                text_get(&seen), text_get(&mend));
}

static void check_queue(struct aws_view *view, const struct oem_endpoint *endpoint)
{
    if (view->unreachable) {
        aws_view_skip(view, queue_checks, "AWS cannot be reached", NULL);
        return;
    }
    if (receives(view, endpoint->queue_url))
        deletes(view, endpoint->queue_url);
    else
        doctor_tell(view->doctor, DOCTOR_SKIPPED, queue_checks[1], "nothing can be received", NULL);
    if (!doctor_interrupted(view->doctor))
        check_rules(view, endpoint->queue_url);
}

static void check_connectivity(struct aws_view *view)
{
    struct aws_thing_connectivity found;
    TEXT struct text why = TEXT_EMPTY;
    char code[80] = "";

    enum aws_error error = aws_thing_connectivity(view->account.session, NO_THING, NULL, &found, code, &why);
    if (!error)
        doctor_tell(view->doctor, DOCTOR_OK, connectivity_checks[0], NULL, NULL);
    else if (error == AWS_FORBIDDEN)
        doctor_tell(view->doctor, DOCTOR_FAILED, connectivity_checks[0], text_get(&why),
                    "Allow " AWS_CONNECTIVITY_ACTION
                    " to the portal's credentials, and run this with them; or set connectivity = no.");
    else if (strcmp(code, AWS_CONNECTIVITY_NO_INDEX) == 0)
        doctor_tell(view->doctor, DOCTOR_FAILED, connectivity_checks[0], "connectivity is not indexed",
                    "Either set connectivity = no, or " AWS_CONNECTIVITY_ADVICE ".");
    else
        doctor_tell(view->doctor, DOCTOR_WARNING, connectivity_checks[0], text_get(&why),
                    "Run this again: AWS gave no valid answer.");
}

/* Of whichever account they are. */
static void skip_all(struct aws_view *view)
{
    const struct claim_settings *settings = view->doctor->options->settings;
    bool has_queue = false, has_connectivity = false;

    for (size_t i = 0; i < settings->endpoint_count; i++) {
        has_queue = has_queue || settings->endpoints[i].events == ENDPOINT_EVENTS_SQS;
        has_connectivity = has_connectivity || settings->endpoints[i].connectivity;
    }
    if (has_queue)
        aws_view_skip(view, queue_checks, "no configured endpoint belongs to this account", NULL);
    if (has_connectivity)
        aws_view_skip(view, connectivity_checks, "no configured endpoint belongs to this account", NULL);
}

void aws_check_arrivals(struct aws_view *view)
{
    const struct oem_endpoint *endpoint = view->endpoint;
    TEXT struct text subject = TEXT_EMPTY;

    if (!endpoint) {
        skip_all(view);
        return;
    }
    text_printf(&subject, "endpoint %s", endpoint->key);
    view->doctor->subject = text_get(&subject);
    if (endpoint->events == ENDPOINT_EVENTS_SQS)
        check_queue(view, endpoint);
    if (endpoint->connectivity && view->unreachable)
        aws_view_skip(view, connectivity_checks, "AWS cannot be reached", NULL);
    else if (endpoint->connectivity && !doctor_interrupted(view->doctor))
        check_connectivity(view);
    view->doctor->subject = "AWS";
}
