/* SPDX-License-Identifier: Apache-2.0 */
/* The CSV of a batch: certificate (PEM, also with \n written as two characters, or the name of a PEM file,
 * which is looked for beside the list) and, where there is any, thing name. A first row that names its
 * columns says which is which, and others are left aside; without one they are the first and the second. One
 * thread. */
#ifndef ACCOUNT_REGISTRATION_LIST_H
#define ACCOUNT_REGISTRATION_LIST_H

#include "account/registration/source.h"

#define REGISTRATION_ROW_MAX 32768 /* bytes: of a row, a certificate in it */

struct registration_list;

/* events is borrowed. */
struct registration_list *registration_list_new(const char *path,
                                                const struct registration_source_events *events);
void registration_list_free(struct registration_list *list);
void registration_list_feed(struct registration_list *list, const char *bytes, size_t length);
/* Stopped by its events, or no list that can be read. */
bool registration_list_is_over(const struct registration_list *list);
/* No more comes. False with a sentence: the titles have no certificate. */
bool registration_list_end(struct registration_list *list, struct text *why);

#endif
