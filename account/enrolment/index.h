/* SPDX-License-Identifier: Apache-2.0 */
/* A map from text to text: what a batch has seen, for thousands of entries. One thread. */
#ifndef ACCOUNT_ENROLMENT_INDEX_H
#define ACCOUNT_ENROLMENT_INDEX_H

struct enrolment_index;

struct enrolment_index *enrolment_index_new(void);
void enrolment_index_free(struct enrolment_index *index); /* NULL is fine */

/* NULL: missing. Borrowed until the next call that changes the index. */
const char *enrolment_index_find(const struct enrolment_index *index, const char *key);
/* Copies both; replaces the old value. */
void enrolment_index_set(struct enrolment_index *index, const char *key, const char *value);

#endif
