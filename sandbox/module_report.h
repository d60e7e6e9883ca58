/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the events of the modules to standard output, as one JSON line each: {"at", "thing", "event", ...}.
 * One thread. */
#ifndef SANDBOX_MODULE_REPORT_H
#define SANDBOX_MODULE_REPORT_H

/* key and value may be NULL: nothing is added then. */
void report(const char *thing_name, const char *event, const char *key, const char *value);

/* Flushes all reports. */
void report_flush(void);

#endif
