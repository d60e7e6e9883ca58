/* SPDX-License-Identifier: Apache-2.0 */
/* What import and remove print: each refused row at once, the numbers at the end; for people or as one JSON
 * object. Main thread only. */
#ifndef SERVER_OPERATOR_INVENTORY_REPORT_H
#define SERVER_OPERATOR_INVENTORY_REPORT_H

#include "base/json_writer.h"
#include "server/operator/inventory_access.h"

struct inventory_report {
    bool json, began;
    struct text text;
    struct json_writer writer;
};

void inventory_report_init(struct inventory_report *report, bool json);
void inventory_report_refused(struct inventory_report *report, unsigned long long line, const char *column,
                              const char *reason);
/* note: a sentence for people, such as why nothing was stored; NULL: none. Frees the report. */
void inventory_report_end(struct inventory_report *report, const struct inventory_counts *counts,
                          bool removes, const char *note);

#endif
