/* SPDX-License-Identifier: Apache-2.0 */
/* Parses the CSV of a batch: certificate (PEM, also with \n as two characters, or a PEM file's name relative
 * to the list) and an optional thing name. A first row may name the columns; other columns are ignored.
 * Without one, the first two columns are used. One thread. */
#ifndef ACCOUNT_ENROLMENT_ENROLMENT_LIST_H
#define ACCOUNT_ENROLMENT_ENROLMENT_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "account/enrolment/device.h"
#include "base/text.h"

#define ENROLMENT_ROW_MAX 32768 /* bytes: of a row, a certificate in it */

struct enrolment_list;

/* events is borrowed. */
struct enrolment_list *enrolment_list_new(const char *path, const struct enrolment_source_events *events);
void enrolment_list_free(struct enrolment_list *list);
void enrolment_list_feed(struct enrolment_list *list, const char *bytes, size_t length);
/* True: the events stopped it, or the list is unreadable. */
bool enrolment_list_is_over(const struct enrolment_list *list);
/* Ends the input. False with a sentence: no column is called certificate. */
bool enrolment_list_end(struct enrolment_list *list, struct text *why);

#endif
