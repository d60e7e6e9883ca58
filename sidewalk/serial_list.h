/* SPDX-License-Identifier: Apache-2.0 */
/* Reads lists of serial numbers (CSV) as a stream, by the rules that AWS applies: a first row `smsn`, then
 * one serial number per row, 64 hex digits without anything around them. Lines end with LF, CRLF or CR; empty
 * lines are ignored. Other columns, whatever separates them, ="..." and spaces make a row bad, but its number
 * is read. A file in UTF-16 or JSON is reported once. Input may be passed in parts of any size; memory is
 * bounded. One thread at a time per list; events are called on that thread, during serial_list_feed() and
 * serial_list_end(), in the order of the file. */
#ifndef SIDEWALK_SERIAL_LIST_H
#define SIDEWALK_SERIAL_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "sidewalk/smsn.h"

#define SERIAL_LIST_ROW_MAX ((size_t)4096) /* bytes, including the line end */

struct serial_list_events {
    void *context;
    /* form: SMSN_HEX or SMSN_BASE64. text: as in the file, not terminated. */
    void (*row)(void *context, unsigned long long line, enum smsn_form form, const struct smsn *smsn,
                const char *text);
    /* why: a sentence for people; it quotes the file only as base/excerpt.h does. smsn: the intended number;
     * NULL: unknown. clear: a corrected list may have
     * it, because the row has the columns of the header and no spaces around its number. */
    void (*bad)(void *context, unsigned long long line, const struct smsn *smsn, bool clear, const char *why);
    /* The same for the first row, or for a file without rows. If the first row is a device instead of a
     * header, row() is called for it too. */
    void (*bad_header)(void *context, unsigned long long line, const char *why);
    /* It is not a list but a device's own file (device_file.h). Nothing else is reported. */
    void (*device_file)(void *context, unsigned long long line);
};

struct serial_list;
struct serial_list *serial_list_new(const struct serial_list_events *events);
void serial_list_free(struct serial_list *list);
void serial_list_feed(struct serial_list *list, const char *bytes, size_t length);
/* Call at the end of the list. */
void serial_list_end(struct serial_list *list);

#endif
