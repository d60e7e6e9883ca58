/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/import_devices.h"

#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "base/memory.h"
#include "sandbox/cloud/delivered_log.h"

#define BASE64_LENGTH 44

void import_devices_fini(struct import_devices *devices)
{
    free(devices->all);
    *devices = (struct import_devices){0};
}

const char *row_problem_words(enum row_problem problem)
{
    switch (problem) {
    case ROW_SOUND:
        return NULL;
    case ROW_BASE64:
        return "The SMSN is not valid: it is base64, and 64 hexadecimal digits are wanted.";
    case ROW_TWICE:
        return "The SMSN is in the import task more than once.";
    default:
        return "The SMSN is not valid: 64 hexadecimal digits are wanted.";
    }
}

void import_devices_add(struct import_devices *devices, const char *row, size_t length, long long ready_ms)
{
    struct import_device device = {.ready_ms = ready_ms};

    if (!delivered_log_smsn(row, length, &device.smsn))
        device.problem = length == BASE64_LENGTH && row[length - 1] == '=' ? ROW_BASE64 : ROW_NO_SMSN;
    memcpy(device.row, row, length < sizeof device.row ? length : sizeof device.row - 1);
    if (devices->count == devices->room) {
        devices->room = devices->room ? devices->room * 2 : 16;
        devices->all = memory_grow(devices->all, devices->room, sizeof *devices->all);
    }
    devices->all[devices->count++] = device;
}

static int compare(const void *one, const void *other, void *context)
{
    const struct import_devices *devices = context;
    size_t a = *(const size_t *)one, b = *(const size_t *)other;
    int order = memcmp(devices->all[a].smsn.bytes, devices->all[b].smsn.bytes, SMSN_BYTES);

    return order ? order : (a > b) - (a < b);
}

/* Marks all rows with the same number except the first. */
static void mark_twice(struct import_devices *devices)
{
    OWNED size_t *order = memory_new(devices->count, sizeof *order);
    size_t count = 0;

    for (size_t i = 0; i < devices->count; i++)
        if (devices->all[i].problem == ROW_SOUND || devices->all[i].problem == ROW_TWICE)
            order[count++] = i;
    qsort_r(order, count, sizeof *order, compare, devices);
    for (size_t i = 1; i < count; i++)
        if (memcmp(devices->all[order[i - 1]].smsn.bytes, devices->all[order[i]].smsn.bytes, SMSN_BYTES) == 0)
            devices->all[order[i]].problem = ROW_TWICE;
}

bool import_devices_read(struct import_devices *devices, const char *csv, size_t length, long long ready_ms,
                         struct text *why)
{
    struct lines lines = lines_of(csv, length);
    size_t before = devices->count, size;
    const char *line;

    while (lines_next(&lines, &line, &size)) {
        if (lines.number > 1 && size > 0)
            import_devices_add(devices, line, size, ready_ms);
        if (lines.number == 1 && (size != 4 || memcmp(line, "smsn", 4) != 0)) {
            text_puts(why, "its first row is not smsn");
            return false;
        }
    }
    if (devices->count == before) {
        text_puts(why, "it has no devices");
        return false;
    }
    mark_twice(devices);
    return true;
}
