/* SPDX-License-Identifier: Apache-2.0 */
/* What the modules do, as one JSON line each on standard output: {"at", "thing", "event", ...}. One thread.
 */
#ifndef SANDBOX_REPORT_H
#define SANDBOX_REPORT_H

/* key and value may be NULL: nothing is added. */
void report(const char *thing_name, const char *event, const char *key, const char *value);

/* Everything reported so far is written. */
void report_flush(void);

#endif
