/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/queues.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/condition.h"
#include "base/memory.h"
#include "sandbox/cloud/store.h"

static struct queue *link_queue(struct queues *queues, const char *name, cJSON *attributes)
{
    struct queue *queue = memory_new(1, sizeof *queue);

    queue->name = memory_string(name);
    queue->attributes = attributes;
    queue->last = &queue->first;
    queue->next = queues->first;
    queues->first = queue;
    return queue;
}

void queues_open(struct queues *queues, const char *folder)
{
    const cJSON *each;

    queues->path = store_path(folder, "sqs.json");
    queues->all = store_read(queues->path);
    condition_init(&queues->sent);
    if (!cJSON_IsObject(queues->all)) {
        cJSON_Delete(queues->all);
        queues->all = cJSON_CreateObject();
    }
    cJSON_ArrayForEach(each, queues->all) link_queue(queues, each->string, (cJSON *)each);
}

static void free_message(struct queue_message *message)
{
    free(message->body);
    free(message);
}

static void free_queue(struct queue *queue)
{
    for (struct queue_message *next; queue->first; queue->first = next) {
        next = queue->first->next;
        free_message(queue->first);
    }
    free(queue->name);
    free(queue);
}

void queues_close(struct queues *queues)
{
    for (struct queue *next; queues->first; queues->first = next) {
        next = queues->first->next;
        free_queue(queues->first);
    }
    pthread_cond_destroy(&queues->sent);
    cJSON_Delete(queues->all);
    free(queues->path);
}

struct queue *queues_find(const struct queues *queues, const char *name)
{
    struct queue *queue = queues->first;

    while (queue && strcmp(queue->name, name) != 0)
        queue = queue->next;
    return queue;
}

struct queue *queues_add(struct queues *queues, const char *name)
{
    return link_queue(queues, name, cJSON_AddObjectToObject(queues->all, name));
}

void queues_prepare(struct queues *queues, const char *name)
{
    if (queues_find(queues, name))
        return;
    queues_add(queues, name);
    queues_changed(queues);
}

void queues_remove(struct queues *queues, struct queue *queue)
{
    struct queue **place = &queues->first;

    while (*place != queue)
        place = &(*place)->next;
    *place = queue->next;
    cJSON_DeleteItemFromObjectCaseSensitive(queues->all, queue->name);
    free_queue(queue);
    queues_changed(queues);
}

void queues_changed(struct queues *queues)
{
    store_write(queues->path, queues->all);
}

long long queue_number(const struct queue *queue, const char *attribute, long long usual)
{
    const char *text = store_text(queue->attributes, attribute);

    return text ? strtoll(text, NULL, 10) : usual;
}

const struct queue_message *queue_send(struct queues *queues, struct queue *queue, const char *body,
                                       size_t length, long long now, long long wall)
{
    struct queue_message *message = memory_new(1, sizeof *message);

    arn_new_id(message->id);
    message->body = memory_part(body, length);
    message->sent_wall = wall;
    message->visible_at = now + 1000 * queue_number(queue, "DelaySeconds", 0);
    *queue->last = message;
    queue->last = &message->next;
    queue->count++;
    pthread_cond_broadcast(&queues->sent);
    return message;
}

struct queue_message *queue_receive(struct queue *queue, long long now, long long visible_at)
{
    struct queue_message *message = queue->first;

    while (message && message->visible_at > now)
        message = message->next;
    if (!message)
        return NULL;
    message->visible_at = visible_at;
    message->receives++;
    return message;
}

void queue_receipt(const struct queue_message *message, char out[QUEUE_RECEIPT_SIZE])
{
    snprintf(out, QUEUE_RECEIPT_SIZE, "%s#%llu", message->id, message->receives);
}

static void unlink_message(struct queue *queue, struct queue_message **place)
{
    struct queue_message *message = *place;

    *place = message->next;
    if (queue->last == &message->next)
        queue->last = place;
    queue->count--;
    free_message(message);
}

bool queue_delete(struct queue *queue, const char *receipt)
{
    const char *mark = strchr(receipt, '#');

    if (!mark || mark - receipt != ARN_ID_SIZE - 1)
        return false;
    for (struct queue_message **place = &queue->first; *place; place = &(*place)->next) {
        char last[QUEUE_RECEIPT_SIZE];
        if (strncmp((*place)->id, receipt, ARN_ID_SIZE - 1) != 0)
            continue;
        queue_receipt(*place, last);
        if (strcmp(last, receipt) != 0)
            return false;
        unlink_message(queue, place);
        return true;
    }
    return true;
}

size_t queue_hidden(const struct queue *queue, long long now)
{
    size_t count = 0;

    for (const struct queue_message *message = queue->first; message; message = message->next)
        count += message->visible_at > now;
    return count;
}
