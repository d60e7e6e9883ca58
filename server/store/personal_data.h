/* SPDX-License-Identifier: Apache-2.0 */
/* The export of everything that the store has about one person. docs/privacy.md lists the columns; a test
 * compares it with the schema. Erasure is in erasure.h. */
#ifndef SERVER_STORE_PERSONAL_DATA_H
#define SERVER_STORE_PERSONAL_DATA_H

#include "base/text.h"
#include "server/store/job.h"

/* One export. Give exactly one of email (case is ignored) and token. */
struct personal_export {
    const char *email, *token;
    /* set by personal_data_export() */
    struct text *out; /* gets one JSON object; the caller's */
    size_t registrations;
};

/* Adds to *out everything that the store has about the person, as JSON for the person: registrations with
 * their claims, what happened to their ownership, sign-in. Nothing about other people, and no secret of
 * others. Nothing is found: an empty list. At most REGISTRATIONS_ERASE_MAX registrations; "complete": false
 * if there are more. Only reads. argument is a struct personal_export. */
enum store_error personal_data_export(struct store_tx *tx, void *argument);

#endif
