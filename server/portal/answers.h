/* SPDX-License-Identifier: Apache-2.0 */
/* What a person or a program answers to the questions of a product: read from a form or from JSON, checked,
 * and turned into what the store keeps. Any thread. */
#ifndef SERVER_PORTAL_ANSWERS_H
#define SERVER_PORTAL_ANSWERS_H

#include <stdbool.h>

#include "base/json.h"
#include "ownership/product.h"
#include "server/http/http.h"
#include "server/page/questions.h"
#include "server/store/details.h"

struct answers {
    struct page_questions questions;         /* texts are borrowed from the request */
    const char *trimmed[PRODUCT_FIELDS_MAX]; /* by the product's fields, as checked; NULL: none */
    char *texts[PRODUCT_FIELDS_MAX];         /* owned: the same, terminated */
    char country[PRODUCT_COUNTRY_SIZE];
    cJSON *known;       /* owned: what the store had before; NULL: nothing */
    struct text fields; /* JSON, for registration_details */
};

/* Free it with answers_fini(). */
void answers_fini(struct answers *answers);

/* Reads the fields of a form and checks them. What is wrong is in out->questions, see
 * page_questions_have_problem(). out must be zeroed. */
void answers_read_form(struct http_exchange *exchange, const struct product *product, bool after_arrival,
                       struct answers *out);
/* The same without a check, to show the form again in another language. */
void answers_keep_form(struct http_exchange *exchange, const struct product *product, struct answers *out);

/* What a program says: members of the body of POST /api/v1/registrations. NULL: not said. */
struct answers_json {
    const cJSON *fields; /* an object of texts, numbers and booleans */
    const char *country, *consent;
    bool marketing;
};
/* The same for a program, for all fields of the product. Returns false with a sentence in *why. */
bool answers_read_json(const struct answers_json *json, const struct product *product, struct answers *out,
                       struct text *why);

/* What the store keeps. language: of the page, NULL after the arrival; now: store_clock_ms(). Borrows from
 * answers and language. */
void answers_details(struct answers *answers, const char *language, long long now,
                     struct registration_details *out);

/* Adds what the store has: questions that it has an answer to are not asked any more. What was read before is
 * newer and stays. */
void answers_know(struct answers *answers, const struct product *product, const struct details_found *found);

#endif
