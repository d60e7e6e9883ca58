/* SPDX-License-Identifier: Apache-2.0 */
/* The queue for the events of arriving devices, for `events = sqs`. */
#include <stdlib.h>
#include <string.h>

#include "account/setup/private.h"
#include "base/memory.h"

/* A message that a portal has received is another's after half a minute. Events are kept for a little longer
 * than the observer takes an event for one (server/onboarding/observer.c), a week. */
static const struct attribute {
    const char *name, *value;
} attributes[] = {{"MessageRetentionPeriod", "691200"}, {"VisibilityTimeout", "30"}};
#define ATTRIBUTES (sizeof attributes / sizeof *attributes)

static cJSON *named(const struct setup_item *item)
{
    cJSON *body = cJSON_CreateObject();

    cJSON_AddStringToObject(body, "QueueName", item->name);
    return body;
}

/* parts: add those that are to be changed; NULL: all. */
static void add_attributes(cJSON *body, const struct setup_parts *parts)
{
    cJSON *list = cJSON_AddObjectToObject(body, "Attributes");

    for (size_t i = 0; i < ATTRIBUTES; i++)
        if (!parts || setup_parts_take(parts, attributes[i].name))
            cJSON_AddStringToObject(list, attributes[i].name, attributes[i].value);
}

static void keep_url(struct setup *setup, const cJSON *answer)
{
    free(setup->queue_url);
    setup->queue_url = memory_string(setup_text(answer, "QueueUrl"));
}

static cJSON *with_url(const struct setup *setup)
{
    cJSON *body = cJSON_CreateObject();

    cJSON_AddStringToObject(body, "QueueUrl", setup->queue_url);
    return body;
}

static enum aws_error judge(const struct setup *setup, struct setup_item *item, struct text *why)
{
    JSON cJSON *answer = NULL;
    const cJSON *tag;

    if (!setup_parts_differ(&item->parts))
        return AWS_OK;
    enum aws_error error =
        oem_account_sqs(setup->account, "ListQueueTags", with_url(setup), &answer, NULL, why);
    if (error)
        return error;
    cJSON_ArrayForEach(tag, cJSON_GetObjectItemCaseSensitive(answer, "Tags"))
    {
        if (cJSON_IsString(tag))
            setup_record_take(&item->last, SETUP_RECORD_KEY, tag->string, tag->valuestring);
    }
    setup_decide(setup, item);
    setup_explain(item);
    return AWS_OK;
}

static void add_tag(void *context, const char *name, const char *value)
{
    cJSON_AddStringToObject(context, name, value);
}

/* member: as the call has it, "tags" or "Tags". */
static void add_tags(const struct setup_record *record, const char *member, cJSON *body)
{
    setup_record_tags(record, SETUP_RECORD_KEY, add_tag, cJSON_AddObjectToObject(body, member));
}

static enum aws_error remember(const struct setup *setup, const struct setup_item *item, struct text *why)
{
    RECORD struct setup_record record = {0};

    if (!setup_new_record(item, &record))
        return AWS_OK;
    cJSON *body = with_url(setup);
    add_tags(&record, "Tags", body);
    return oem_account_sqs(setup->account, "TagQueue", body, NULL, NULL, why);
}

static enum aws_error look(struct setup *setup, struct setup_item *item, struct text *why)
{
    JSON cJSON *found = NULL;
    JSON cJSON *answer = NULL;
    bool there = false;

    enum aws_error error = setup_find_queue(setup->account, item->name, &there, &found, why);
    if (error || !there) {
        item->action = SETUP_CREATE;
        return error;
    }
    keep_url(setup, found);
    cJSON *body = with_url(setup);
    cJSON *names = cJSON_AddArrayToObject(body, "AttributeNames");
    for (size_t i = 0; i < ATTRIBUTES; i++)
        cJSON_AddItemToArray(names, cJSON_CreateString(attributes[i].name));
    error = oem_account_sqs(setup->account, "GetQueueAttributes", body, &answer, NULL, why);
    const cJSON *kept = cJSON_GetObjectItemCaseSensitive(answer, "Attributes");
    for (size_t i = 0; !error && i < ATTRIBUTES; i++) {
        TEXT struct text words = TEXT_EMPTY;
        const char *value = setup_text(kept, attributes[i].name);
        text_printf(&words, "%s is %s, not %s", attributes[i].name, *value ? value : "not set",
                    attributes[i].value);
        setup_parts_add(&item->parts, attributes[i].name, value, attributes[i].value, text_get(&words));
    }
    return error ? error : judge(setup, item, why);
}

/* Creating a queue again with the same attributes succeeds: an attempt whose answer was lost. */
static enum aws_error create(struct setup *setup, struct setup_item *item, struct text *why)
{
    RECORD struct setup_record record = {0};
    JSON cJSON *answer = NULL;
    cJSON *body = named(item);

    for (size_t i = 0; i < ATTRIBUTES; i++)
        setup_parts_wanted(&item->parts, attributes[i].name, attributes[i].value, NULL);
    setup_parts_record(&item->parts, &record);
    add_attributes(body, NULL);
    add_tags(&record, "tags", body);
    enum aws_error error = oem_account_sqs(setup->account, "CreateQueue", body, &answer, NULL, why);
    if (!error)
        keep_url(setup, answer);
    return error;
}

static enum aws_error make(struct setup *setup, struct setup_item *item, struct text *why)
{
    if (item->action == SETUP_CREATE)
        return create(setup, item, why);
    cJSON *body = with_url(setup);
    add_attributes(body, &item->parts);
    enum aws_error error = oem_account_sqs(setup->account, "SetQueueAttributes", body, NULL, NULL, why);
    return error ? error : remember(setup, item, why);
}

enum aws_error setup_find_queue(const struct oem_account *account, const char *name, bool *there,
                                cJSON **answer, struct text *why)
{
    TEXT struct text said = TEXT_EMPTY;
    cJSON *body = cJSON_CreateObject();
    char code[80] = "";

    *there = false;
    cJSON_AddStringToObject(body, "QueueName", name);
    enum aws_error error = oem_account_sqs(account, "GetQueueUrl", body, answer, code, &said);
    if (error && (strcmp(code, "QueueDoesNotExist") == 0 || strstr(code, "NonExistentQueue")))
        return AWS_OK;
    if (error)
        text_puts(why, text_get(&said));
    *there = !error;
    return error;
}

void setup_add_queue(struct setup *setup)
{
    TEXT struct text name = TEXT_EMPTY;

    text_printf(&name, "%s-events", setup->options->name);
    struct setup_item *item = setup_add(setup, "queue", text_get(&name));
    item->look = look;
    item->make = make;
}
