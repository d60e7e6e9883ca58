/* SPDX-License-Identifier: Apache-2.0 */
/* What a person says with a registration, or later: the answers to the product's questions, the consent. Call
 * these functions inside a store_job's run(). */
#ifndef SERVER_STORE_DETAILS_H
#define SERVER_STORE_DETAILS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "server/registration.h"
#include "server/store/job.h"

/* Texts are borrowed; NULL, and 0 for a time: not said. Times are of store_clock_ms(). */
struct registration_details {
    const char *country; /* ISO 3166-1 alpha-2 */
    const char *fields;  /* own fields of the product: a JSON object of texts and, for boxes, true */
    const char *contact_name, *contact_email;
    const char *consent;          /* version of the text */
    const char *consent_language; /* in which it was shown */
    long long consent_at, marketing_at;
};

/* Adds them to a registration; what is not said stays as it is. The row must exist. */
enum store_error details_write(struct store_tx *tx, const char *token,
                               const struct registration_details *details);
/* Whether there is anything to write. */
bool details_are_given(const struct registration_details *details);

struct details_found {
    char product[REGISTRATION_PRODUCT_SIZE]; /* "": not known */
    bool has_name, has_email;
    struct text fields; /* JSON, "" for none. Free with text_fini() */
};

/* Fills *out, which must be zeroed. STORE_NOT_FOUND: there is no such token. */
enum store_error details_find(struct store_tx *tx, const char *token, struct details_found *out);

#endif
