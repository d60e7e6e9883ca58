/* SPDX-License-Identifier: Apache-2.0 */
/* The questions of a product as a page shows them, with what was typed and what is wrong with it. */
#ifndef SERVER_PAGE_QUESTIONS_H
#define SERVER_PAGE_QUESTIONS_H

#include <stdbool.h>

#include "ownership/product_answer.h"

/* What the country and the agreement can have wrong. */
enum question_problem {
    QUESTION_FINE,
    QUESTION_MISSING,
    QUESTION_CHANGED /* another text was shown than the one that is valid now */
};

/* Texts are borrowed. Any bytes without NUL. */
struct page_questions {
    const struct product *product; /* NULL: the page has no product */
    bool after_arrival;            /* those of the status page */
    bool explains;                 /* nothing is asked: the status page says how to switch the product on */
    struct {
        const char *typed; /* NULL: nothing */
        size_t length;     /* also with what follows a NUL */
        enum product_answer problem;
        bool is_answered;          /* it is not asked any more */
    } answers[PRODUCT_FIELDS_MAX]; /* by the product's fields */
    const char *country;           /* NULL: none chosen */
    enum question_problem country_problem;
    bool agreed;
    enum question_problem consent_problem;
    bool marketing;
};

/* Whether anything is wrong. */
bool page_questions_have_problem(const struct page_questions *questions);

#endif
