/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/deliveries.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "sandbox/cloud/delivered_log.h"
#include "sandbox/cloud/store.h"

#define LINE_MAX_BYTES 4096
#define BUCKETS_AT_FIRST 1024

/* The serial number is a digest, so its bytes are a good hash. */
static size_t bucket_of(const struct smsn *smsn, size_t count)
{
    size_t hash;

    memcpy(&hash, smsn->bytes, sizeof hash);
    return hash % count;
}

static void grow(struct deliveries *deliveries)
{
    size_t count = deliveries->bucket_count ? deliveries->bucket_count * 4 : BUCKETS_AT_FIRST;
    struct delivery **buckets = memory_new(count, sizeof *buckets);

    for (size_t i = 0; i < deliveries->bucket_count; i++) {
        for (struct delivery *at = deliveries->buckets[i], *next; at; at = next) {
            struct delivery **bucket = &buckets[bucket_of(&at->smsn, count)];
            next = at->next;
            at->next = *bucket;
            *bucket = at;
        }
    }
    free(deliveries->buckets);
    deliveries->buckets = buckets;
    deliveries->bucket_count = count;
}

const struct delivery *deliveries_find(const struct deliveries *deliveries, const struct smsn *smsn)
{
    struct delivery *at = deliveries->buckets[bucket_of(smsn, deliveries->bucket_count)];

    while (at && memcmp(at->smsn.bytes, smsn->bytes, SMSN_BYTES) != 0)
        at = at->next;
    return at;
}

static bool put(struct deliveries *deliveries, const struct delivery *delivery)
{
    if (deliveries_find(deliveries, &delivery->smsn))
        return false;
    if (deliveries->count == deliveries->bucket_count)
        grow(deliveries);
    struct delivery *added = memory_new(1, sizeof *added);
    struct delivery **bucket = &deliveries->buckets[bucket_of(&delivery->smsn, deliveries->bucket_count)];
    *added = *delivery;
    added->next = *bucket;
    *bucket = added;
    deliveries->count++;
    return true;
}

/* Ignores a line that a kill has cut: it is not JSON. */
static void read_line(struct deliveries *deliveries, const char *line, size_t length)
{
    JSON cJSON *object = json_object_parse(line, length);
    const char *smsn = store_text(object, "smsn"), *apid = store_text(object, "apid");
    struct delivery delivery = {.at_ms = store_number(object, "at_ms")};

    if (!smsn || !apid || !delivered_log_smsn(smsn, strlen(smsn), &delivery.smsn))
        return;
    strncpy(delivery.apid, apid, sizeof delivery.apid - 1);
    delivery.supported = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, "supported"));
    put(deliveries, &delivery);
}

static void take_line(void *context, char *line, size_t length)
{
    read_line(context, line, length);
}

static void skip_line(void *context)
{
    (void)context;
}

/* Returns false if the last line has no end. */
static bool read_lines(struct deliveries *deliveries)
{
    const struct line_splitter_events events = {deliveries, take_line, skip_line};
    struct line_splitter lines = line_splitter_new(&events, LINE_MAX_BYTES);
    char bytes[16384];
    size_t got;
    bool whole = true;

    while ((got = fread(bytes, 1, sizeof bytes, deliveries->file)) > 0) {
        line_splitter_feed(&lines, bytes, got);
        whole = bytes[got - 1] == '\n';
    }
    line_splitter_end(&lines);
    line_splitter_fini(&lines);
    return whole;
}

void deliveries_open(struct deliveries *deliveries, const char *folder)
{
    *deliveries = (struct deliveries){.path = store_path(folder, "deliveries.jsonl")};
    grow(deliveries);
    deliveries->file = fopen(deliveries->path, "a+e");
    if (!deliveries->file) {
        fprintf(stderr, "expresslink-cloud: %s: %s\n", deliveries->path, strerror(errno));
        exit(1);
    }
    rewind(deliveries->file);
    if (!read_lines(deliveries))
        fputc('\n', deliveries->file);
}

void deliveries_close(struct deliveries *deliveries)
{
    for (size_t i = 0; i < deliveries->bucket_count; i++) {
        for (struct delivery *at = deliveries->buckets[i], *next; at; at = next) {
            next = at->next;
            free(at);
        }
    }
    fclose(deliveries->file);
    free(deliveries->buckets);
    free(deliveries->path);
}

bool deliveries_add(struct deliveries *deliveries, const struct smsn *smsn, const char *apid, long long at_ms,
                    bool supported)
{
    struct delivery delivery = {.smsn = *smsn, .at_ms = at_ms, .supported = supported};
    TEXT struct text line = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&line);
    char hex[SMSN_HEX_SIZE];

    strncpy(delivery.apid, apid, sizeof delivery.apid - 1);
    if (!put(deliveries, &delivery))
        return false;
    hex_encode(smsn->bytes, SMSN_BYTES, hex);
    json_begin_object(&json, NULL);
    json_write_text(&json, "smsn", hex);
    json_write_text(&json, "apid", delivery.apid);
    json_write_integer(&json, "at_ms", at_ms);
    json_write_boolean(&json, "supported", supported);
    json_end_object(&json);
    json_writer_print(&json, deliveries->file);
    return true;
}

void deliveries_flush(struct deliveries *deliveries)
{
    if (fflush(deliveries->file) != 0)
        log_event(LOG_ERROR, "deliveries.not_written", "error", strerror(errno), NULL);
}
