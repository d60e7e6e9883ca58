/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of pages that are about a product: what it is, and its questions. Private to server/page/. */
#ifndef SERVER_PAGE_PRODUCT_PAGE_H
#define SERVER_PAGE_PRODUCT_PAGE_H

#include "server/page/page_set.h"
#include "server/page/page_values.h"
#include "server/page/questions.h"

/* The names of product.mustache and questions.mustache, and how many entries the functions add at most. */
#define PRODUCT_NAMES                                                                                        \
    "product product_name picture picture_name picture_width picture_height label_picture instructions "     \
    "network line product_support product_manual product_key "                                               \
    "questions field_key field_label field_typed field_problem field_optional field_text field_name "        \
    "field_email field_number field_date field_choice field_checkbox field_checked options option_value "    \
    "option_label option_chosen countries countries_shown country_problem consent consent_version "          \
    "consent_problem agreed marketing marketing_shown marketing_chosen "
#define PRODUCT_VALUES 10
#define QUESTION_VALUES 12

/* For the status page, after the arrival. */
#define ANSWERED_NAMES                                                                                       \
    "asks explained answered answered_shown answered_label answered_text questions_problem " PRODUCT_NAMES
#define ANSWERED_VALUES (QUESTION_VALUES + 6)
void explained_page_add(const struct page_language *language, const struct product *product,
                        struct page_values *texts, struct template_value *values);
void answered_page_add(const struct page_language *language, const struct page_questions *questions,
                       struct page_values *texts, struct template_value *values);

/* Append the values to those that are there. texts lives as long as they. */
void product_page_add(const struct page_language *language, const struct product *product,
                      struct page_values *texts, struct template_value *values);
void questions_page_add(const struct page_language *language, const struct page_questions *questions,
                        struct page_values *texts, struct template_value *values);

/* The product's name or the text of a key ("size", "size.S") in a language, otherwise `otherwise`. */
const char *product_page_word(const struct page_language *language, const struct product *product,
                              const char *key, const char *otherwise, struct page_values *texts);

#endif
