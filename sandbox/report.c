/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/report.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"

void report(const char *thing_name, const char *event, const char *key, const char *value)
{
    TEXT struct text line = TEXT_EMPTY;
    char now[CLOCK_RFC3339_SIZE];

    clock_rfc3339(clock_wall_ms(), now);
    text_printf(&line, "{\"at\":\"%s\",\"thing\":\"%s\",\"event\":\"%s\"", now, thing_name, event);
    if (key && value) {
        text_printf(&line, ",\"%s\":\"", key);
        text_json(&line, value);
        text_puts(&line, "\"");
    }
    text_puts(&line, "}\n");
    fputs(text_get(&line), stdout);
}

void report_flush(void)
{
    fflush(stdout);
}
