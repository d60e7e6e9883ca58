/* SPDX-License-Identifier: Apache-2.0 */
/* The CSV of a batch: certificate (PEM, also with \n written as two characters, or the name of a PEM file,
 * which is looked for beside the list) and, where there is any, thing name. A first row that names its
 * columns says which is which, and others are left aside; without one they are the first and the second. One
 * thread. */
#ifndef ACCOUNT_ENROLMENT_LIST_H
#define ACCOUNT_ENROLMENT_LIST_H

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
/* Stopped by its events, or no list that can be read. */
bool enrolment_list_is_over(const struct enrolment_list *list);
/* No more comes. False with a sentence: the titles have no certificate. */
bool enrolment_list_end(struct enrolment_list *list, struct text *why);

#endif
