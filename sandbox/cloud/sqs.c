/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/sqs.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/condition.h"
#include "sandbox/cloud/account_feed.h"
#include "sandbox/cloud/answers.h"
#include "sandbox/cloud/store.h"

#define TARGET "AmazonSQS."
#define BATCH 10
#define WAIT_MAX_S 20
#define VISIBILITY_S 30
#define LOOK_MS 50 /* so often a long poll looks for what came meanwhile */
#define MESSAGE_MAX (256 * 1024)

struct sqs_call {
    struct cloud *cloud;
    const struct cloud_request *request;
    const cJSON *input;
    cJSON *output;
    struct queue *queue; /* that of QueueUrl; NULL: the call has none */
    struct cloud_answer *answer;
    bool failed;
};

void sqs_error(struct cloud_answer *answer, unsigned status, const char *type, const char *message)
{
    JSON cJSON *object = cJSON_CreateObject();
    TEXT struct text qualified = TEXT_EMPTY;
    TEXT struct text old = TEXT_EMPTY;

    text_printf(&qualified, "com.amazonaws.sqs#%s", type);
    text_printf(&old, "%s;%s", type, status < 500 ? "Sender" : "Receiver");
    cJSON_AddStringToObject(object, "__type", text_get(&qualified));
    cJSON_AddStringToObject(object, "message", message);
    answer_json(answer, status, object);
    answer->content_type = "application/x-amz-json-1.0";
    cloud_answer_header(answer, "x-amzn-query-error", text_get(&old));
}

static void fail(struct sqs_call *call, const char *type, const char *message)
{
    if (!call->failed)
        sqs_error(call->answer, 400, type, message);
    call->failed = true;
}

static long long number(struct sqs_call *call, const char *name, long long least, long long most,
                        long long usual)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(call->input, name);
    TEXT struct text message = TEXT_EMPTY;

    if (!item)
        return usual;
    if (cJSON_IsNumber(item) && item->valuedouble >= (double)least && item->valuedouble <= (double)most)
        return (long long)item->valuedouble;
    text_printf(&message, "Value for parameter %s is invalid. Reason: Must be between %lld and %lld.", name,
                least, most);
    fail(call, "InvalidParameterValue", text_get(&message));
    return usual;
}

static void add_url(const struct sqs_call *call, const char *name)
{
    const char *host = cloud_request_header(call->request, "Host");
    TEXT struct text url = TEXT_EMPTY;

    text_printf(&url, "http://%s/" ARN_ACCOUNT "/%s", host ? host : "", name);
    cJSON_AddStringToObject(call->output, "QueueUrl", text_get(&url));
}

/* Those that may be set, by the names of the API. */
static bool is_attribute(const char *name)
{
    static const char *const names[] = {"DelaySeconds",
                                        "MaximumMessageSize",
                                        "MessageRetentionPeriod",
                                        "Policy",
                                        "ReceiveMessageWaitTimeSeconds",
                                        "RedrivePolicy",
                                        "SqsManagedSseEnabled",
                                        "VisibilityTimeout"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool check_attributes(struct sqs_call *call)
{
    const cJSON *each;

    cJSON_ArrayForEach(each, cJSON_GetObjectItemCaseSensitive(call->input, "Attributes"))
    {
        if (!is_attribute(each->string))
            fail(call, "InvalidAttributeName", "Unknown Attribute.");
        else if (!cJSON_IsString(each))
            fail(call, "InvalidAttributeValue", "An attribute's value must be a string.");
    }
    return !call->failed;
}

static void set_attributes(struct sqs_call *call, struct queue *queue)
{
    const cJSON *each;

    cJSON_ArrayForEach(each, cJSON_GetObjectItemCaseSensitive(call->input, "Attributes"))
    {
        cJSON_DeleteItemFromObjectCaseSensitive(queue->attributes, each->string);
        cJSON_AddStringToObject(queue->attributes, each->string, each->valuestring);
    }
    queues_changed(&call->cloud->queues);
}

static bool differs(const struct sqs_call *call, const struct queue *queue)
{
    const cJSON *each;

    cJSON_ArrayForEach(each, cJSON_GetObjectItemCaseSensitive(call->input, "Attributes"))
    {
        const char *kept = store_text(queue->attributes, each->string);
        if (!kept || strcmp(kept, each->valuestring) != 0)
            return true;
    }
    return false;
}

static bool is_name(const char *name)
{
    size_t length = name ? strlen(name) : 0;

    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)name[i]) && name[i] != '-' && name[i] != '_')
            return false;
    return length >= 1 && length <= 80;
}

/* member: "Tags", or "tags" when a queue is created, as the API has it. */
static void take_tags(struct sqs_call *call, const struct queue *queue, const char *member)
{
    cJSON *kept = cJSON_GetObjectItemCaseSensitive(queue->attributes, "tags");
    const cJSON *tag;

    if (!kept)
        kept = cJSON_AddObjectToObject(queue->attributes, "tags");
    cJSON_ArrayForEach(tag, cJSON_GetObjectItemCaseSensitive(call->input, member))
    {
        cJSON_DeleteItemFromObjectCaseSensitive(kept, tag->string);
        cJSON_AddItemToObject(kept, tag->string, cJSON_Duplicate(tag, true));
    }
    queues_changed(&call->cloud->queues);
}

static void tag_queue(struct sqs_call *call)
{
    take_tags(call, call->queue, "Tags");
}

static void list_queue_tags(struct sqs_call *call)
{
    const cJSON *kept = cJSON_GetObjectItemCaseSensitive(call->queue->attributes, "tags");

    if (cJSON_GetArraySize(kept))
        cJSON_AddItemToObject(call->output, "Tags", cJSON_Duplicate(kept, true));
}

static void create_queue(struct sqs_call *call)
{
    const char *name = store_text(call->input, "QueueName");

    if (!is_name(name)) {
        fail(call, "InvalidParameterValue",
             "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
        return;
    }
    if (!check_attributes(call))
        return;
    struct queue *queue = queues_find(&call->cloud->queues, name);
    if (queue && differs(call, queue))
        fail(call, "QueueNameExists", "A queue already exists with the same name and a different value");
    else if (!queue) {
        queue = queues_add(&call->cloud->queues, name);
        set_attributes(call, queue);
        take_tags(call, queue, "tags");
    }
    add_url(call, name);
}

static void get_queue_url(struct sqs_call *call)
{
    const char *name = store_text(call->input, "QueueName");

    if (!name || !queues_find(&call->cloud->queues, name))
        fail(call, "QueueDoesNotExist", "The specified queue does not exist.");
    else
        add_url(call, name);
}

static void add_number(cJSON *out, const char *name, unsigned long long value)
{
    char text[24];

    snprintf(text, sizeof text, "%llu", value);
    cJSON_AddStringToObject(out, name, text);
}

static void get_queue_attributes(struct sqs_call *call)
{
    static const char *const usual[][2] = {{"DelaySeconds", "0"},
                                           {"MaximumMessageSize", "262144"},
                                           {"MessageRetentionPeriod", "345600"},
                                           {"ReceiveMessageWaitTimeSeconds", "0"},
                                           {"VisibilityTimeout", "30"},
                                           {"SqsManagedSseEnabled", "true"}};
    cJSON *out = cJSON_AddObjectToObject(call->output, "Attributes");
    const cJSON *each;
    char arn[ARN_SIZE];

    cJSON_ArrayForEach(each, call->queue->attributes)
    {
        if (cJSON_IsString(each)) /* tags are kept there too */
            cJSON_AddStringToObject(out, each->string, each->valuestring);
    }
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (!cJSON_GetObjectItemCaseSensitive(out, usual[i][0]))
            cJSON_AddStringToObject(out, usual[i][0], usual[i][1]);
    snprintf(arn, sizeof arn, "arn:aws:sqs:" ARN_REGION ":" ARN_ACCOUNT ":%s", call->queue->name);
    cJSON_AddStringToObject(out, "QueueArn", arn);
    size_t hidden = queue_hidden(call->queue, clock_monotonic_ms());
    add_number(out, "ApproximateNumberOfMessages", call->queue->count - hidden);
    add_number(out, "ApproximateNumberOfMessagesNotVisible", hidden);
}

static void set_queue_attributes(struct sqs_call *call)
{
    if (check_attributes(call))
        set_attributes(call, call->queue);
}

static void delete_queue(struct sqs_call *call)
{
    queues_remove(&call->cloud->queues, call->queue);
}

static void send_message(struct sqs_call *call)
{
    const char *body = store_text(call->input, "MessageBody");

    if (!body || !*body || strlen(body) > MESSAGE_MAX) {
        fail(call, "InvalidParameterValue", "The message body is empty or too long.");
        return;
    }
    const struct queue_message *message = queue_send(&call->cloud->queues, call->queue, body, strlen(body),
                                                     clock_monotonic_ms(), clock_wall_ms());
    cJSON_AddStringToObject(call->output, "MessageId", message->id);
}

static bool wants_attribute(const struct sqs_call *call, const char *name)
{
    static const char *const members[] = {"AttributeNames", "MessageSystemAttributeNames"};
    const cJSON *each;

    for (size_t i = 0; i < 2; i++)
        cJSON_ArrayForEach(each, cJSON_GetObjectItemCaseSensitive(call->input, members[i]))
        {
            const char *text = cJSON_GetStringValue(each);
            if (text && (strcmp(text, name) == 0 || strcmp(text, "All") == 0))
                return true;
        }
    return false;
}

static void add_message(const struct sqs_call *call, cJSON *list, const struct queue_message *message)
{
    cJSON *out = cJSON_CreateObject();
    char receipt[QUEUE_RECEIPT_SIZE];

    queue_receipt(message, receipt);
    cJSON_AddStringToObject(out, "MessageId", message->id);
    cJSON_AddStringToObject(out, "ReceiptHandle", receipt);
    cJSON_AddStringToObject(out, "Body", message->body);
    if (wants_attribute(call, "SentTimestamp"))
        add_number(cJSON_AddObjectToObject(out, "Attributes"), "SentTimestamp",
                   (unsigned long long)message->sent_wall);
    cJSON_AddItemToArray(list, out);
}

static size_t receive_some(const struct sqs_call *call, long long most, long long visibility_ms)
{
    cJSON *list = cJSON_CreateArray();
    long long now = clock_monotonic_ms(), count = 0;
    struct queue_message *message;

    while (count < most && (message = queue_receive(call->queue, now, now + visibility_ms))) {
        add_message(call, list, message);
        count++;
    }
    if (count)
        cJSON_AddItemToObject(call->output, "Messages", list);
    else
        cJSON_Delete(list);
    return (size_t)count;
}

/* The queue may be deleted meanwhile. */
static bool wait_a_moment(struct sqs_call *call)
{
    struct cloud *cloud = call->cloud;
    TEXT struct text name = TEXT_EMPTY;
    struct timespec until = condition_deadline(LOOK_MS);

    text_puts(&name, call->queue->name);
    condition_wait(&cloud->queues.sent, &cloud->lock, &until);
    account_feed_follow(&cloud->feed);
    call->queue = queues_find(&cloud->queues, text_get(&name));
    return call->queue && !cloud->queues.closing && !cloud_request_is_gone(call->request);
}

static void receive_message(struct sqs_call *call)
{
    long long most = number(call, "MaxNumberOfMessages", 1, BATCH, 1);
    long long wait_s = number(call, "WaitTimeSeconds", 0, WAIT_MAX_S,
                              queue_number(call->queue, "ReceiveMessageWaitTimeSeconds", 0));
    long long visibility_s = number(call, "VisibilityTimeout", 0, 43200,
                                    queue_number(call->queue, "VisibilityTimeout", VISIBILITY_S));
    long long end = clock_monotonic_ms() + 1000 * wait_s;

    if (call->failed)
        return;
    while (!receive_some(call, most, 1000 * visibility_s))
        if (clock_monotonic_ms() >= end || !wait_a_moment(call))
            return;
}

static bool check_entries(struct sqs_call *call, const cJSON *entries)
{
    int count = cJSON_GetArraySize(entries);
    const cJSON *one, *other;

    if (count == 0)
        fail(call, "EmptyBatchRequest", "There should be at least one DeleteMessageBatchRequestEntry.");
    if (count > BATCH)
        fail(call, "TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10.");
    cJSON_ArrayForEach(one, entries)
    {
        if (!store_text(one, "Id") || !store_text(one, "ReceiptHandle"))
            fail(call, "MissingParameter", "The request must contain the parameters Id and ReceiptHandle.");
        for (other = one->next; other && !call->failed; other = other->next)
            if (store_text(other, "Id") && strcmp(store_text(one, "Id"), store_text(other, "Id")) == 0)
                fail(call, "BatchEntryIdsNotDistinct", "Id is repeated.");
    }
    return !call->failed;
}

static void delete_message_batch(struct sqs_call *call)
{
    const cJSON *entries = cJSON_GetObjectItemCaseSensitive(call->input, "Entries"), *each;

    if (!check_entries(call, entries))
        return;
    cJSON *good = cJSON_AddArrayToObject(call->output, "Successful");
    cJSON *bad = cJSON_AddArrayToObject(call->output, "Failed");
    cJSON_ArrayForEach(each, entries)
    {
        bool deleted = queue_delete(call->queue, store_text(each, "ReceiptHandle"));
        cJSON *out = cJSON_CreateObject();
        cJSON_AddStringToObject(out, "Id", store_text(each, "Id"));
        if (!deleted) {
            cJSON_AddTrueToObject(out, "SenderFault");
            cJSON_AddStringToObject(out, "Code", "ReceiptHandleIsInvalid");
        }
        cJSON_AddItemToArray(deleted ? good : bad, out);
    }
}

static const struct row {
    const char *operation, *action; /* the batch has the permission of the single call */
    void (*handle)(struct sqs_call *call);
    bool has_queue;
} rows[] = {
    {"CreateQueue", "sqs:CreateQueue", create_queue, false},
    {"GetQueueUrl", "sqs:GetQueueUrl", get_queue_url, false},
    {"GetQueueAttributes", "sqs:GetQueueAttributes", get_queue_attributes, true},
    {"SetQueueAttributes", "sqs:SetQueueAttributes", set_queue_attributes, true},
    {"TagQueue", "sqs:TagQueue", tag_queue, true},
    {"ListQueueTags", "sqs:ListQueueTags", list_queue_tags, true},
    {"DeleteQueue", "sqs:DeleteQueue", delete_queue, true},
    {"SendMessage", "sqs:SendMessage", send_message, true},
    {"ReceiveMessage", "sqs:ReceiveMessage", receive_message, true},
    {"DeleteMessageBatch", "sqs:DeleteMessage", delete_message_batch, true},
};

static const struct row *find_row(const struct cloud_request *request)
{
    const char *target = cloud_request_header(request, "X-Amz-Target");

    if (!target || strncmp(target, TARGET, sizeof TARGET - 1) != 0 || strcmp(request->method, "POST") != 0)
        return NULL;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].operation, target + sizeof TARGET - 1) == 0)
            return &rows[i];
    return NULL;
}

const char *sqs_action(const struct cloud_call *call)
{
    const struct row *row = find_row(call->request);

    return row ? row->action : NULL;
}

static bool find_queue(struct sqs_call *call)
{
    const char *url = store_text(call->input, "QueueUrl");
    const char *slash = url ? strrchr(url, '/') : NULL;

    call->queue = slash ? queues_find(&call->cloud->queues, slash + 1) : NULL;
    if (!call->queue)
        fail(call, "QueueDoesNotExist", "The specified queue does not exist.");
    return call->queue != NULL;
}

void sqs_answer(struct cloud *cloud, struct cloud_call *whole, struct cloud_answer *answer)
{
    const struct row *row = find_row(whole->request);
    const struct text *bytes = &whole->body.memory;
    JSON cJSON *input = json_object_parse_within(text_get(bytes), bytes->length, REQUEST_BODY_MEMORY_MAX);
    JSON cJSON *output = cJSON_CreateObject();
    struct sqs_call call = {
        .cloud = cloud, .request = whole->request, .input = input, .output = output, .answer = answer};

    account_feed_follow(&cloud->feed);
    if (!input)
        fail(&call, "SerializationException", "The body is not a JSON object.");
    else if (!row->has_queue || find_queue(&call))
        row->handle(&call);
    if (call.failed)
        return;
    answer_json(answer, 200, output);
    answer->content_type = "application/x-amz-json-1.0";
}
