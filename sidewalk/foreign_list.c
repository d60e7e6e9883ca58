/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/foreign_list.h"

#include <string.h>

#include "base/plain_text.h"
#include "sidewalk/device_file.h"
#include "sidewalk/file_kind.h"

#define MARK_MAX 3 /* bytes of a byte order mark */
#define KEPT 32    /* bytes of the part before: longer than the names that are looked for */

void foreign_list_fini(struct foreign_list *foreign)
{
    text_fini(&foreign->part);
    text_fini(&foreign->head);
}

size_t foreign_list_head(struct foreign_list *foreign, const char *bytes, size_t length)
{
    if (foreign->headed)
        return 0;
    size_t wanted = FILE_KIND_BYTES - foreign->head.length, part = length < wanted ? length : wanted;
    text_add(&foreign->head, bytes, part);
    return part;
}

bool foreign_list_has_head(const struct foreign_list *foreign)
{
    return !foreign->headed && foreign->head.length == FILE_KIND_BYTES;
}

void foreign_list_end_head(struct foreign_list *foreign, struct text *out)
{
    foreign->headed = true;
    foreign->kind = file_kind(text_get(&foreign->head), foreign->head.length);
    if (foreign->kind == NULL)
        text_add(out, text_get(&foreign->head), foreign->head.length);
    text_clear(&foreign->head);
}

bool foreign_list_is_text(const struct foreign_list *foreign)
{
    return foreign->headed && foreign->kind == NULL;
}

/* A list begins with a letter or a digit. Returns the number of bytes before that character. */
static size_t look_at_first(struct foreign_list *foreign, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        bool is_mark = (unsigned char)bytes[i] >= 0x80 && foreign->seen < MARK_MAX;
        foreign->seen++;
        if (!is_mark && (bytes[i] == '\0' || strchr(" \t\r\n", bytes[i]) == NULL)) {
            foreign->known = true;
            foreign->in_parts = bytes[i] == '{' || bytes[i] == '[';
            return i;
        }
    }
    return length;
}

size_t foreign_list_look(struct foreign_list *foreign, const char *bytes, size_t length)
{
    size_t before = foreign->known ? 0 : look_at_first(foreign, bytes, length);

    return foreign->in_parts ? before : length;
}

void foreign_list_begin(struct foreign_list *foreign)
{
    foreign->is = true;
}

void foreign_list_scan(struct foreign_list *foreign, const char *bytes, size_t length)
{
    static const char logs[] = "\"controlLogs\"";
    struct text *part = &foreign->part;

    text_add(part, bytes, length);
    if (device_file_is_in(part->data, part->length))
        foreign->device_file = true;
    if (memmem(part->data, part->length, logs, sizeof logs - 1) != NULL)
        foreign->control_log = true;
    if (memchr(bytes, '\0', length) != NULL)
        foreign->has_nul = true;
    if (part->length > KEPT) {
        memmove(part->data, part->data + part->length - KEPT, KEPT);
        part->length = KEPT;
    }
}

static void explain_kind(const char *kind, struct text *why)
{
    bool is_zip = strstr(kind, "(zip)") != NULL;

    text_printf(why, "the file is %s%s, not a list of serial numbers%s", kind, is_zip ? " or a workbook" : "",
                is_zip || strstr(kind, "workbook") ? ": save the workbook's sheet as CSV" : "");
}

bool foreign_list_explain(const struct foreign_list *foreign, struct text *why)
{
    if (foreign->kind != NULL)
        explain_kind(foreign->kind, why);
    else if (foreign->device_file)
        return false;
    else if (foreign->control_log)
        text_puts(why, "this is a control log, not a list: it belongs to --control-log");
    else if (foreign->has_nul)
        text_puts(why, "the first row must be smsn, but " PLAIN_TEXT_UTF16);
    else
        text_puts(why, "this is not a list: the first row must be smsn, then one serial number a row");
    return true;
}
