/* SPDX-License-Identifier: Apache-2.0 */
/* What a setup made of a resource last time, so that a change by others is told from one of the options. A
 * record holds a short hash of every part (setup/parts.h). It is kept in tags of the resource: a tag's value
 * has 256 characters, so there may be several, <key>, <key>.2, ...
 *
 * A resource is created with its record. Before a change its record says both what was made and what will be,
 * and only the latter afterwards, so that an interruption does not make others' of what is ours. One thread.
 */
#ifndef ACCOUNT_SETUP_RECORD_H
#define ACCOUNT_SETUP_RECORD_H

#include <stdbool.h>

#include "account/oem_account.h"

#define SETUP_RECORD_KEY "expresslink-claim.made" /* of the resource itself */
#define SETUP_RECORD_OBSERVER                                                                                \
    "expresslink-claim.observer" /* on the observer's policy: certificates have no tags */

struct setup_record {   /* start with {0} */
    bool there;         /* false: the resource was not made by a setup that keeps records */
    struct text hashes; /* owned */
    size_t tags;        /* how many tags of the resource belong to it, empty ones included */
};

void setup_record_fini(struct setup_record *record);
#define RECORD __attribute__((cleanup(setup_record_fini)))

void setup_record_add(struct setup_record *record, const char *name, const char *value);
bool setup_record_has(const struct setup_record *record, const char *name, const char *value);
/* True if both say the same. */
bool setup_record_same(const struct setup_record *a, const struct setup_record *b);

/* Adds what the other one says, and that a change from there to here is not finished: then nothing that
 * either of them has was changed by others. */
void setup_record_join(struct setup_record *record, const struct setup_record *other);
bool setup_record_is_unfinished(const struct setup_record *record);

/* Calls each() with every tag that the record is. */
void setup_record_tags(const struct setup_record *record, const char *key,
                       void (*each)(void *context, const char *name, const char *value), void *context);
/* Takes a tag that was found; those of other keys are ignored. */
void setup_record_take(struct setup_record *record, const char *key, const char *name, const char *value);

/* The tags as calls of AWS IoT have them: [{"Key": "...", "Value": "..."}]. Owned. */
cJSON *setup_record_list(const struct setup_record *record, const char *key);

/* Reads and writes the record of a resource of AWS IoT, by its ARN. Without the resource there is no
 * record. */
enum aws_error setup_record_read(const struct oem_account *account, const char *arn, const char *key,
                                 struct setup_record *out, struct text *why)
    __attribute__((warn_unused_result));
enum aws_error setup_record_write(const struct oem_account *account, const char *arn, const char *key,
                                  const struct setup_record *record, struct text *why)
    __attribute__((warn_unused_result));

#endif
