/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page/page_date.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* The nth of a list that is separated by commas; the last one if there are fewer. */
static void add_member(const char *list, int n, struct text *out)
{
    for (; n > 0 && strchr(list, ','); n--)
        list = strchr(list, ',') + 1;
    text_add(out, list, strcspn(list, ","));
}

void page_date(const struct catalogue *catalogue, long long wall_ms, struct text *out)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    TEXT struct text month = TEXT_EMPTY;
    char day[12], year[12];
    struct tm when;

    if (!gmtime_r(&seconds, &when))
        return;
    add_member(catalogue_get(catalogue, "date_months"), when.tm_mon, &month);
    snprintf(day, sizeof day, "%d", when.tm_mday);
    snprintf(year, sizeof year, "%d", when.tm_year + 1900);
    const struct catalogue_value values[] = {
        {"day", day}, {"month", text_get(&month)}, {"year", year}, {NULL, NULL}};
    catalogue_format(catalogue, "date", values, out);
}

void page_time_left(long long ms, struct text *out)
{
    long long seconds = ms > 0 ? (ms + 999) / 1000 : 0;

    text_printf(out, "%lld:%02lld", seconds / 60, seconds % 60);
}
