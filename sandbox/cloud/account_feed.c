/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/account_feed.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "sandbox/cloud/iot/topic_rule.h"
#include "sandbox/cloud/store.h"

void account_feed_open(struct account_feed *feed, const char *path, const struct iot *iot,
                       struct queues *queues)
{
    feed->iot = iot;
    feed->queues = queues;
    feed->path = path;
    feed->things = cJSON_CreateObject();
}

void account_feed_close(struct account_feed *feed)
{
    if (feed->file)
        fclose(feed->file);
    text_fini(&feed->line);
    cJSON_Delete(feed->things);
}

const cJSON *account_feed_thing(const struct account_feed *feed, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(feed->things, name);
}

static void send_to(struct queues *queues, const char *queue_url, const cJSON *payload)
{
    const char *slash = strrchr(queue_url, '/');
    struct queue *queue = slash ? queues_find(queues, slash + 1) : NULL;
    char *body = cJSON_PrintUnformatted(payload);

    if (queue && body)
        queue_send(queues, queue, body, strlen(body), clock_monotonic_ms(), clock_wall_ms());
    else
        log_event(LOG_WARN, "rule.failed", "queue", queue_url, "reason", "there is no such queue", NULL);
    cJSON_free(body);
}

void account_feed_event(const struct account_feed *feed, const char *topic, const cJSON *payload)
{
    const cJSON *rule;

    cJSON_ArrayForEach(rule, cJSON_GetObjectItemCaseSensitive(feed->iot->all, "rules"))
    {
        struct iot_rule_sql sql;
        const char *text = store_text(rule, "sql"), *queue_url = iot_rule_queue(rule);
        bool disabled = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(rule, "ruleDisabled"));
        if (disabled || !queue_url || !iot_rule_parse(text, &sql) || !iot_rule_matches(sql.filter, topic))
            continue;
        JSON cJSON *selected = cJSON_Duplicate(payload, true);
        if (sql.with_topic)
            cJSON_AddStringToObject(selected, "topic", topic);
        send_to(feed->queues, queue_url, selected);
    }
}

/* `at` of a thing that has never connected: 0. */
static void set_thing(struct account_feed *feed, const char *name, const cJSON *connected, long long at)
{
    cJSON *thing = cJSON_GetObjectItemCaseSensitive(feed->things, name);

    if (thing && !connected)
        return;
    cJSON_DeleteItemFromObjectCaseSensitive(feed->things, name);
    thing = cJSON_AddObjectToObject(feed->things, name);
    cJSON_AddBoolToObject(thing, "connected", cJSON_IsTrue(connected));
    cJSON_AddNumberToObject(thing, "at", (double)at);
}

static void disconnect_all(struct account_feed *feed)
{
    cJSON *thing;

    cJSON_ArrayForEach(thing, feed->things)
        cJSON_ReplaceItemInObjectCaseSensitive(thing, "connected", cJSON_CreateFalse());
}

static void take_line(struct account_feed *feed, const cJSON *line)
{
    const char *topic = store_text(line, "topic"), *thing = store_text(line, "thing");

    if (topic && feed->caught_up)
        account_feed_event(feed, topic, cJSON_GetObjectItemCaseSensitive(line, "payload"));
    else if (thing)
        set_thing(feed, thing, cJSON_GetObjectItemCaseSensitive(line, "connected"), store_number(line, "at"));
    else if (!topic)
        disconnect_all(feed);
}

/* Lines of a file that is written meanwhile: the last may not be whole. */
void account_feed_follow(struct account_feed *feed)
{
    char part[4096];

    if (!feed->file && feed->path)
        feed->file = fopen(feed->path, "re");
    if (feed->file)
        clearerr(feed->file);
    while (feed->file && fgets(part, sizeof part, feed->file)) {
        text_puts(&feed->line, part);
        if (part[strlen(part) - 1] != '\n')
            continue;
        JSON cJSON *line = cJSON_Parse(text_get(&feed->line));
        take_line(feed, line);
        text_clear(&feed->line);
    }
    feed->caught_up = true;
}
