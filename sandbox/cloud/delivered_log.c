/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/delivered_log.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/json.h"
#include "base/memory.h"

#define ENTRY_DEPTH 2 /* the depth inside {"controlLogs":[ */

enum stage { HEAD, ENTRIES, TAIL, BROKEN };

struct delivered_log {
    void (*entry)(void *context, const struct delivered_log_entry *entry);
    void *context;
    enum stage stage;
    struct text held; /* the head or the entry that is being read */
    unsigned depth;
    bool in_string, escaped;
    bool comma; /* a comma is required before the next entry */
    bool closed;
    unsigned long long offset, unusable;
    const char *mistake;
};

struct delivered_log *delivered_log_new(void (*entry)(void *context, const struct delivered_log_entry *entry),
                                        void *context)
{
    struct delivered_log *log = memory_new(1, sizeof *log);

    log->entry = entry;
    log->context = context;
    return log;
}

void delivered_log_free(struct delivered_log *log)
{
    if (!log)
        return;
    text_fini(&log->held);
    free(log);
}

static void break_off(struct delivered_log *log, const char *mistake)
{
    log->stage = BROKEN;
    log->mistake = mistake;
}

bool delivered_log_smsn(const char *text, size_t length, struct smsn *out)
{
    struct smsn smsn;

    if (length != SMSN_HEX_SIZE - 1 || !hex_decode(text, SMSN_BYTES, smsn.bytes))
        return false;
    *out = smsn;
    return true;
}

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static void end_entry(struct delivered_log *log)
{
    JSON cJSON *object = json_object_parse(text_get(&log->held), log->held.length);
    const cJSON *device = member(object, "device");
    const char *serial = cJSON_GetStringValue(member(device, "serialNumber"));
    const char *apid =
        cJSON_GetStringValue(member(member(device, "productIdentifier"), "advertisedProductId"));
    struct delivered_log_entry entry = {.apid = apid};

    if (!object) {
        break_off(log, "an entry is not JSON");
    } else if (!serial || !apid || !delivered_log_smsn(serial, strlen(serial), &entry.smsn)) {
        log->unusable++;
    } else {
        log->entry(log->context, &entry);
    }
    text_clear(&log->held);
    log->comma = true;
}

/* Reads {"controlLogs":[ without spaces. */
static void take_head(struct delivered_log *log, char c)
{
    static const char wanted[] = "{\"controlLogs\":[";

    if (isspace((unsigned char)c))
        return;
    text_add(&log->held, &c, 1);
    if (strncmp(wanted, text_get(&log->held), log->held.length) != 0) {
        break_off(log, "it does not begin with {\"controlLogs\":[");
    } else if (log->held.length == sizeof wanted - 1) {
        text_clear(&log->held);
        log->stage = ENTRIES;
        log->depth = ENTRY_DEPTH;
    }
}

static void take_between(struct delivered_log *log, char c)
{
    if (isspace((unsigned char)c))
        return;
    if (c == ',' && log->comma) {
        log->comma = false;
    } else if (c == ']') {
        log->stage = TAIL;
    } else if (c == '{' && !log->comma) {
        text_add(&log->held, &c, 1);
        log->depth++;
    } else {
        break_off(log, "there is something else between two entries");
    }
}

static void take_inside(struct delivered_log *log, char c)
{
    text_add(&log->held, &c, 1);
    if (log->held.length > JSON_PAYLOAD_MAX) {
        break_off(log, "an entry is too large");
    } else if (log->in_string) {
        bool was_escaped = log->escaped;
        log->escaped = c == '\\' && !was_escaped;
        log->in_string = was_escaped || c != '"';
    } else if (c == '"') {
        log->in_string = true;
    } else if (c == '{' || c == '[') {
        log->depth++;
    } else if ((c == '}' || c == ']') && --log->depth == ENTRY_DEPTH) {
        end_entry(log);
    }
}

static void take_tail(struct delivered_log *log, char c)
{
    if (isspace((unsigned char)c))
        return;
    if (c != '}' || log->closed)
        break_off(log, "there is something after its end");
    log->closed = true;
}

bool delivered_log_add(struct delivered_log *log, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length && log->stage != BROKEN; i++, log->offset++) {
        if (log->stage == HEAD)
            take_head(log, bytes[i]);
        else if (log->stage == TAIL)
            take_tail(log, bytes[i]);
        else if (log->depth == ENTRY_DEPTH)
            take_between(log, bytes[i]);
        else
            take_inside(log, bytes[i]);
    }
    return log->stage != BROKEN;
}

bool delivered_log_end(const struct delivered_log *log, struct text *why)
{
    if (log->closed && log->stage == TAIL)
        return true;
    text_printf(why, "not a control log: %s, near byte %llu", log->mistake ? log->mistake : "it is cut off",
                log->offset);
    return false;
}

unsigned long long delivered_log_unusable(const struct delivered_log *log)
{
    return log->unusable;
}
