/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of serial numbers (CSV) as a stream, judged as AWS reads them: a first row `smsn`, then one serial
 * number a row, 64 hex digits, nothing around them. Lines end with LF, CRLF or CR; empty ones do not count.
 * Parts may be cut anywhere; memory is bounded. One thread at a time for a list; events come on it, during
 * serial_list_feed() and serial_list_end(), in the order of the file. */
#ifndef SIDEWALK_SERIAL_LIST_H
#define SIDEWALK_SERIAL_LIST_H

#include <stddef.h>

#include "sidewalk/smsn.h"

#define SERIAL_LIST_ROW_MAX ((size_t)4096) /* bytes, with its line end */

struct serial_list_events {
    void *context;
    /* form: SMSN_HEX or SMSN_BASE64. text: as it stands there, not terminated. */
    void (*row)(void *context, unsigned long long line, enum smsn_form form, const struct smsn *smsn,
                const char *text);
    /* why: for people; parts of the file in it are as they are. smsn: the one that was meant, NULL: not
     * known. */
    void (*bad)(void *context, unsigned long long line, const struct smsn *smsn, const char *why);
    /* The same of the first row, or of the want of one: no row. A device that stands where the header should
     * be is told by row() as well. */
    void (*bad_header)(void *context, unsigned long long line, const char *why);
};

struct serial_list;
struct serial_list *serial_list_new(const struct serial_list_events *events);
void serial_list_free(struct serial_list *list);
void serial_list_feed(struct serial_list *list, const char *bytes, size_t length);
/* The list is complete. */
void serial_list_end(struct serial_list *list);

#endif
