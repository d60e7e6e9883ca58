/* SPDX-License-Identifier: Apache-2.0 */
#include "server/operator/inventory_report.h"

#include <stdio.h>
#include <string.h>

#include "base/excerpt.h"

/* What is written so far goes out: a list can have millions of refused rows. */
static void print(struct inventory_report *report)
{
    fputs(text_get(&report->text), stdout);
    text_clear(&report->text);
}

void inventory_report_init(struct inventory_report *report, bool json)
{
    *report = (struct inventory_report){.json = json, .text = TEXT_EMPTY};
    if (!json)
        return;
    report->writer = json_writer_into(&report->text);
    json_begin_object(&report->writer, NULL);
    json_begin_array(&report->writer, "refused");
}

void inventory_report_refused(struct inventory_report *report, unsigned long long line, const char *column,
                              const char *reason)
{
    if (report->json) {
        json_write_break(&report->writer);
        json_begin_object(&report->writer, NULL);
        json_write_unsigned(&report->writer, "line", line);
        json_write_text_or_null(&report->writer, "column", column);
        json_write_visible(&report->writer, "reason", reason, strlen(reason));
        json_end_object(&report->writer);
        print(report);
        return;
    }
    if (!report->began)
        printf("%8s  %-10s  %s\n", "line", "column", "reason");
    report->began = true;
    text_printf(&report->text, "%8llu  %-10s  ", line, column ? column : "");
    excerpt_escape(reason, strlen(reason), &report->text);
    text_puts(&report->text, "\n");
    print(report);
}

static void end_json(struct inventory_report *report, const struct inventory_counts *counts, bool removes,
                     const char *note)
{
    struct json_writer *json = &report->writer;

    json_end_array(json);
    if (removes) {
        json_write_unsigned(json, "removed", counts->removed);
    } else {
        json_write_unsigned(json, "added", counts->added);
        json_write_unsigned(json, "changed", counts->changed);
        json_write_unsigned(json, "unchanged", counts->unchanged);
    }
    json_write_unsigned(json, "refused_rows", counts->refused);
    if (note)
        json_write_text(json, "note", note);
    json_end_object(json);
    json_writer_print(json, stdout);
}

void inventory_report_end(struct inventory_report *report, const struct inventory_counts *counts,
                          bool removes, const char *note)
{
    if (report->json)
        end_json(report, counts, removes, note);
    else if (removes)
        printf("%llu removed, %llu refused.\n", counts->removed, counts->refused);
    else
        printf("%llu added, %llu changed, %llu unchanged, %llu refused.\n", counts->added, counts->changed,
               counts->unchanged, counts->refused);
    if (note && !report->json)
        printf("%s\n", note);
    text_fini(&report->text);
}
