/* SPDX-License-Identifier: Apache-2.0 */
#include "ownership/product_answer.h"

#include <string.h>

#include "base/utf8.h"

#define EMAIL_MAX 254 /* RFC 5321 4.5.3.1 */
#define NUMBER_MAX 20

const char *product_answer_name(enum product_answer answer)
{
    static const char *const names[] = {"ok",    "missing", "long", "control",
                                        "email", "number",  "date", "choice"};

    return names[answer];
}

/* LRE to RLO, LRI to PDI and line separators change how the page around them looks. */
bool product_answer_refuses(uint32_t character)
{
    return character < 0x20 || (character >= 0x7f && character < 0xa0) ||
           (character >= 0x2028 && character <= 0x202e) || (character >= 0x2066 && character <= 0x2069) ||
           (character & 0xfffe) == 0xfffe;
}

static bool is_clean(const char *value, size_t length)
{
    uint32_t character = 0;

    for (size_t at = 0, size; at < length; at += size) {
        size = utf8_decode(value + at, length - at, &character);
        if (size == 0 || product_answer_refuses(character))
            return false;
    }
    return true;
}

static enum product_answer check_email(const char *value, size_t length)
{
    const char *at = memchr(value, '@', length);
    size_t before = at ? (size_t)(at - value) : 0;
    bool fine =
        before > 0 && before + 1 < length && length <= EMAIL_MAX && !memchr(at + 1, '@', length - before - 1);

    for (size_t i = 0; i < length; i++)
        if (strchr(" <>\",;:\\()[]", value[i]))
            fine = false;
    return fine ? ANSWER_OK : ANSWER_EMAIL;
}

/* Digits with an optional sign, and a point or a comma in them. */
static enum product_answer check_number(const char *value, size_t length)
{
    size_t at = length > 0 && (value[0] == '-' || value[0] == '+') ? 1 : 0, digits = 0, marks = 0;

    for (; at < length; at++) {
        bool is_digit = value[at] >= '0' && value[at] <= '9';
        bool is_mark = (value[at] == '.' || value[at] == ',') && digits > 0;
        if (!is_digit && !is_mark)
            return ANSWER_NUMBER;
        digits += is_digit;
        marks += is_mark;
    }
    return digits > 0 && marks <= 1 && length <= NUMBER_MAX && value[length - 1] >= '0' ? ANSWER_OK
                                                                                        : ANSWER_NUMBER;
}

static int two_digits(const char *text)
{
    return (text[0] - '0') * 10 + text[1] - '0';
}

static int days_of(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

static enum product_answer check_date(const char *value, size_t length)
{
    static const char form[] = "dddd-dd-dd";

    if (length != sizeof form - 1)
        return ANSWER_DATE;
    for (size_t i = 0; i < length; i++)
        if (form[i] == 'd' ? value[i] < '0' || value[i] > '9' : value[i] != form[i])
            return ANSWER_DATE;
    int year = two_digits(value) * 100 + two_digits(value + 2);
    int month = two_digits(value + 5), day = two_digits(value + 8);
    bool fine = year >= 1900 && month >= 1 && month <= 12 && day >= 1 && day <= days_of(year, month);
    return fine ? ANSWER_OK : ANSWER_DATE;
}

static enum product_answer check_choice(const struct product_field *field, const char *value, size_t length)
{
    for (size_t i = 0; i < field->choices.count; i++)
        if (strlen(field->choices.parts[i]) == length && memcmp(field->choices.parts[i], value, length) == 0)
            return ANSWER_OK;
    return ANSWER_CHOICE;
}

enum product_answer product_answer_check(const struct product_field *field, const char *value, size_t length)
{
    if (length == 0)
        return field->required ? ANSWER_MISSING : ANSWER_OK;
    if (!is_clean(value, length))
        return ANSWER_CONTROL;
    if (utf8_count(value, length) > field->length)
        return ANSWER_LONG;
    switch (field->type) {
    case PRODUCT_FIELD_TEXT:
    case PRODUCT_FIELD_NAME:
        break;
    case PRODUCT_FIELD_EMAIL:
        return check_email(value, length);
    case PRODUCT_FIELD_NUMBER:
        return check_number(value, length);
    case PRODUCT_FIELD_DATE:
        return check_date(value, length);
    case PRODUCT_FIELD_CHOICE:
        return check_choice(field, value, length);
    case PRODUCT_FIELD_CHECKBOX:
        return length == 3 && memcmp(value, "yes", 3) == 0 ? ANSWER_OK : ANSWER_CHOICE;
    }
    return ANSWER_OK;
}
