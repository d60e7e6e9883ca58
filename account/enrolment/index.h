/* SPDX-License-Identifier: Apache-2.0 */
/* What has been seen before, and with what: texts by texts, for batches of thousands. One thread. */
#ifndef ACCOUNT_ENROLMENT_INDEX_H
#define ACCOUNT_ENROLMENT_INDEX_H

struct enrolment_index;

struct enrolment_index *enrolment_index_new(void);
void enrolment_index_free(struct enrolment_index *index); /* NULL is fine */

/* NULL: it is not there. Borrowed until the next call that changes it. */
const char *enrolment_index_find(const struct enrolment_index *index, const char *key);
/* Both are copied; what was there goes. */
void enrolment_index_set(struct enrolment_index *index, const char *key, const char *value);

#endif
