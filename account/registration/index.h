/* SPDX-License-Identifier: Apache-2.0 */
/* What has been seen before, and with what: texts by texts, for batches of thousands. One thread. */
#ifndef ACCOUNT_REGISTRATION_INDEX_H
#define ACCOUNT_REGISTRATION_INDEX_H

struct registration_index;

struct registration_index *registration_index_new(void);
void registration_index_free(struct registration_index *index); /* NULL is fine */

/* NULL: it is not there. Borrowed until the next call that changes it. */
const char *registration_index_find(const struct registration_index *index, const char *key);
/* Both are copied; what was there goes. */
void registration_index_set(struct registration_index *index, const char *key, const char *value);

#endif
