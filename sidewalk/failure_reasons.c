/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/failure_reasons.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void failure_reasons_fini(struct failure_reasons *reasons)
{
    for (size_t i = 0; i < reasons->count; i++)
        free(reasons->reasons[i].words);
    *reasons = (struct failure_reasons){0};
}

void failure_reasons_add(struct failure_reasons *reasons, const char *words)
{
    words = words != NULL ? words : "";
    reasons->devices++;
    for (size_t i = 0; i < reasons->count; i++)
        if (strcmp(reasons->reasons[i].words, words) == 0) {
            reasons->reasons[i].count++;
            return;
        }
    if (reasons->count == FAILURE_REASONS_MAX) {
        reasons->others++;
        return;
    }
    reasons->reasons[reasons->count++] = (struct failure_reason){memory_string(words), 1};
}

static int compare(const void *one, const void *other)
{
    const struct failure_reason *a = one, *b = other;

    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return strcmp(a->words, b->words);
}

void failure_reasons_sort(struct failure_reasons *reasons)
{
    qsort(reasons->reasons, reasons->count, sizeof *reasons->reasons, compare);
}

static bool add_device(void *context, const struct imported_device *device)
{
    failure_reasons_add(context, device->reason);
    return true;
}

enum aws_error failure_reasons_ask(struct aws_session *session, const char *id, struct failure_reasons *out,
                                   struct text *why)
{
    enum aws_error error = import_task_devices(session, id, "FAILED", add_device, out, why);

    failure_reasons_sort(out);
    return error;
}
