/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/sqs.h"

#include <stdlib.h>
#include <string.h>

#include "aws/json_call.h"
#include "base/json_writer.h"

#define ATTEMPTS 2 /* the callers wait and try again; this is for connections that were closed meanwhile */

static enum aws_error call(struct aws_session *session, const char *operation, const char *action,
                           const struct text *body, const atomic_int *interrupted, cJSON **answer,
                           char code[80], struct text *why)
{
    const struct aws_json_call wanted = {
        .service = AWS_SQS_SERVICE,
        .host = AWS_SQS_HOST,
        .prefix = AWS_SQS_PREFIX,
        .operation = operation,
        .action = action,
        .version = AWS_SQS_VERSION,
        .body = body,
        .attempts = ATTEMPTS,
        .interrupted = interrupted,
    };

    return aws_json_call(session, &wanted, answer, code, why);
}

static const char *text_of(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* A message without one of these is none of SQS. */
static bool read_message(const cJSON *item, struct aws_sqs_message *out)
{
    const cJSON *attributes = cJSON_GetObjectItemCaseSensitive(item, "Attributes");
    const char *sent = text_of(attributes, "SentTimestamp");

    *out = (struct aws_sqs_message){
        .id = text_of(item, "MessageId"),
        .receipt = text_of(item, "ReceiptHandle"),
        .body = text_of(item, "Body"),
        .sent_ms = sent ? strtoll(sent, NULL, 10) : 0,
    };
    if (out->sent_ms < 0)
        out->sent_ms = 0;
    return out->id && out->receipt && out->body;
}

void aws_sqs_messages_fini(struct aws_sqs_messages *messages)
{
    cJSON_Delete(messages->answer);
    *messages = (struct aws_sqs_messages){0};
}

/* AttributeNames is the older name of MessageSystemAttributeNames, which other services of this protocol do
 * not know. */
static void write_receive(const char *queue_url, unsigned wait_s, struct text *out)
{
    struct json_writer json = json_writer_into(out);

    json_begin_object(&json, NULL);
    json_write_text(&json, "QueueUrl", queue_url);
    json_begin_array(&json, "AttributeNames");
    json_write_text(&json, NULL, "SentTimestamp");
    json_end_array(&json);
    json_write_integer(&json, "MaxNumberOfMessages", AWS_SQS_BATCH);
    json_write_integer(&json, "WaitTimeSeconds", wait_s);
    json_end_object(&json);
    json_writer_finish(&json);
}

enum aws_error aws_sqs_receive(struct aws_session *session, const char *queue_url, unsigned wait_s,
                               const atomic_int *interrupted, struct aws_sqs_messages *out, char code[80],
                               struct text *why)
{
    TEXT struct text body = TEXT_EMPTY;
    struct aws_sqs_messages messages = {.count = 0};
    const cJSON *item;

    write_receive(queue_url, wait_s, &body);
    enum aws_error error = call(session, "ReceiveMessage", "sqs:ReceiveMessage", &body, interrupted,
                                &messages.answer, code, why);
    if (error)
        return error;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(messages.answer, "Messages"))
    {
        if (messages.count < AWS_SQS_BATCH && read_message(item, &messages.list[messages.count]))
            messages.count++;
    }
    *out = messages;
    return AWS_OK;
}

enum aws_error aws_sqs_try(struct aws_session *session, const char *queue_url, char code[80],
                           struct text *why)
{
    TEXT struct text body = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&body);

    json_begin_object(&json, NULL);
    json_write_text(&json, "QueueUrl", queue_url);
    json_write_integer(&json, "MaxNumberOfMessages", 1);
    json_write_integer(&json, "VisibilityTimeout", 0);
    json_write_integer(&json, "WaitTimeSeconds", 0);
    json_end_object(&json);
    json_writer_finish(&json);
    return call(session, "ReceiveMessage", "sqs:ReceiveMessage", &body, NULL, NULL, code, why);
}

/* The id of an entry is its place. */
static void write_delete(const char *queue_url, const char *const *receipts, size_t count, struct text *out)
{
    struct json_writer json = json_writer_into(out);
    char id[] = "0";

    json_begin_object(&json, NULL);
    json_write_text(&json, "QueueUrl", queue_url);
    json_begin_array(&json, "Entries");
    for (size_t i = 0; i < count; i++) {
        id[0] = (char)('0' + i);
        json_begin_object(&json, NULL);
        json_write_text(&json, "Id", id);
        json_write_text(&json, "ReceiptHandle", receipts[i]);
        json_end_object(&json);
    }
    json_end_array(&json);
    json_end_object(&json);
    json_writer_finish(&json);
}

static void take_failure(const cJSON *item, size_t count, enum aws_sqs_deletion *deletions)
{
    const char *id = text_of(item, "Id");
    size_t place = id && id[0] >= '0' && id[0] <= '9' && !id[1] ? (size_t)(id[0] - '0') : count;
    bool ours = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item, "SenderFault"));

    if (place < count)
        deletions[place] = ours ? AWS_SQS_DELETE_NEVER : AWS_SQS_DELETE_AGAIN;
}

enum aws_error aws_sqs_delete(struct aws_session *session, const char *queue_url, const char *const *receipts,
                              size_t count, const atomic_int *interrupted, enum aws_sqs_deletion *deletions,
                              struct text *why)
{
    TEXT struct text body = TEXT_EMPTY;
    JSON cJSON *answer = NULL;
    const cJSON *item;
    char code[80] = "";

    write_delete(queue_url, receipts, count, &body);
    enum aws_error error =
        call(session, "DeleteMessageBatch", "sqs:DeleteMessage", &body, interrupted, &answer, code, why);
    for (size_t i = 0; i < count; i++)
        deletions[i] = error ? AWS_SQS_DELETE_AGAIN : AWS_SQS_DELETED;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(answer, "Failed"))
        take_failure(item, count, deletions);
    return error;
}
