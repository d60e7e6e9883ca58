/* SPDX-License-Identifier: Apache-2.0 */
/* Checks what a person answers to a product's own question. Pure functions, any thread. */
#ifndef OWNERSHIP_PRODUCT_ANSWER_H
#define OWNERSHIP_PRODUCT_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ownership/product.h"

enum product_answer {
    ANSWER_OK,
    ANSWER_MISSING,
    ANSWER_LONG,    /* more characters than product_field.length */
    ANSWER_CONTROL, /* a NUL, a control or direction character, or not UTF-8 */
    ANSWER_EMAIL,   /* no e-mail address */
    ANSWER_NUMBER,
    ANSWER_DATE, /* no day of the calendar, as YYYY-MM-DD */
    ANSWER_CHOICE,
};

/* value: length bytes without space around it, see plain_text_trim(); may have a NUL in it. An empty answer
 * is ANSWER_MISSING if the field is required. A checkbox is "yes" or empty. Marks of right-to-left scripts
 * and joiners are allowed; characters that turn the text around them are not. */
enum product_answer product_answer_check(const struct product_field *field, const char *value, size_t length);

/* Whether no answer may have this character: a control, or one that turns the text around it. */
bool product_answer_refuses(uint32_t character);

/* The word in messages: "missing", "long" ...; "ok". */
const char *product_answer_name(enum product_answer answer);

#endif
