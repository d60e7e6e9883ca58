/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sandbox/cloud/iot/call.h"
#include "sandbox/cloud/store.h"

#define PAGE_USUAL 25 /* the default page size */

void iot_list_add(struct iot_list *list, unsigned long long number, cJSON *item)
{
    if (!item)
        return;
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 64;
        list->rows = memory_grow(list->rows, list->room, sizeof *list->rows);
    }
    list->rows[list->count++] = (struct iot_row){number, item};
}

static int compare_rows(const void *one, const void *other)
{
    const struct iot_row *a = one, *b = other;

    return (a->number > b->number) - (a->number < b->number);
}

void iot_list_sort(struct iot_list *list)
{
    if (list->count)
        qsort(list->rows, list->count, sizeof *list->rows, compare_rows);
}

/* The token is the last number of the previous page, in hex. */
static bool read_token(struct iot_call *call, unsigned long long *out)
{
    const char *token = iot_text(call, "marker");
    char *end = NULL;

    if (!token)
        token = iot_text(call, "nextToken");
    *out = token ? strtoull(token, &end, 16) : 0;
    if (token && (*out == 0 || *end))
        iot_fail(call, IOT_INVALID, "The marker or token %s is not valid.", token);
    return !call->failed;
}

static void add_token(struct iot_call *call, bool marker, unsigned long long number)
{
    TEXT struct text token = TEXT_EMPTY;

    text_printf(&token, "%012llx", number);
    cJSON_AddStringToObject(call->output, marker ? "nextMarker" : "nextToken", text_get(&token));
}

/* The default order of calls that can choose. */
static bool is_descending(const struct iot_call *call)
{
    return strstr(call->members, "?isAscendingOrder") && !iot_flag(call, "isAscendingOrder");
}

void iot_list_end(struct iot_call *call, struct iot_list *list, const char *member)
{
    long long most = store_number(call->input, "pageSize") + store_number(call->input, "maxResults");
    bool marker = strstr(call->members, "?marker") != NULL;
    cJSON *page = cJSON_AddArrayToObject(call->output, member);
    bool descending = is_descending(call);
    unsigned long long from = 0, last = 0;
    long long count = 0;

    read_token(call, &from);
    for (size_t i = 0; i < list->count; i++) {
        struct iot_row *row = &list->rows[descending ? list->count - 1 - i : i];
        bool before = from && (descending ? row->number >= from : row->number <= from);
        if (!before && count++ < (most ? most : PAGE_USUAL)) {
            cJSON_AddItemToArray(page, row->item);
            last = row->number;
        } else {
            cJSON_Delete(row->item);
        }
    }
    if (count > (most ? most : PAGE_USUAL))
        add_token(call, marker, last);
    free(list->rows);
}

void iot_list_texts(struct iot_call *call, const cJSON *texts, const char *member)
{
    struct iot_list list = {0};
    unsigned long long number = 1;
    const cJSON *each;

    cJSON_ArrayForEach(each, texts) iot_list_add(&list, number++, cJSON_CreateString(each->valuestring));
    iot_list_end(call, &list, member);
}

void iot_list_section(struct iot_call *call, const char *section, const char *member,
                      cJSON *(*describe)(const struct iot_call *call, const cJSON *entry))
{
    struct iot_list list = {0};
    const cJSON *each;

    cJSON_ArrayForEach(each, iot_section(call, section))
        iot_list_add(&list, (unsigned long long)store_number(each, "number"), describe(call, each));
    iot_list_end(call, &list, member);
}
