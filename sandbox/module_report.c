/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/module_report.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/json_writer.h"

void report(const char *thing_name, const char *event, const char *key, const char *value)
{
    TEXT struct text line = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&line);
    char now[CLOCK_RFC3339_SIZE];

    clock_rfc3339(clock_wall_ms(), now);
    json_begin_object(&json, NULL);
    json_write_text(&json, "at", now);
    json_write_text(&json, "thing", thing_name);
    json_write_text(&json, "event", event);
    if (key && value)
        json_write_text(&json, key, value);
    json_end_object(&json);
    json_writer_print(&json, stdout);
}

void report_flush(void)
{
    fflush(stdout);
}
