/* SPDX-License-Identifier: Apache-2.0 */
/* Dates and times for people. Any thread. */
#ifndef SERVER_PAGE_PAGE_DATE_H
#define SERVER_PAGE_PAGE_DATE_H

#include "base/text.h"
#include "server/page/catalogue.h"

/* Adds the date in UTC as the language writes it: "13 December 2026", by its messages date and date_months.
 */
void page_date(const struct catalogue *catalogue, long long wall_ms, struct text *out);

/* Adds what is left as minutes and seconds: "2:05". */
void page_time_left(long long ms, struct text *out);

#endif
