/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte chooses the type of the field, the rest is what was typed. */
#include "base/utf8.h"
#include "ownership/product_answer.h"
#include "tests/fuzz/fuzz.h"

static char *choices[] = {"S", "very large"};

static void check_clean(const char *value, size_t length)
{
    MUST(utf8_is_valid(value, length));
    for (size_t i = 0; i < length; i++)
        MUST((unsigned char)value[i] >= 0x20 && value[i] != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const char *value = (const char *)data + 1;
    const size_t length = size - 1;
    const struct product_field field = {
        .key = "a",
        .type = (enum product_field_type)(data[0] % (PRODUCT_FIELD_CHECKBOX + 1)),
        .length = 40,
        .choices = {choices, 2},
        .required = data[0] >= 128,
    };
    enum product_answer answer = product_answer_check(&field, value, length);

    MUST(*product_answer_name(answer));
    MUST((answer == ANSWER_MISSING) == (length == 0 && field.required));
    if (answer != ANSWER_OK || length == 0)
        return 0;
    check_clean(value, length);
    MUST(utf8_count(value, length) <= field.length);
    if (field.type == PRODUCT_FIELD_CHOICE)
        MUST((length == 1 && value[0] == 'S') || (length == 10 && memcmp(value, choices[1], 10) == 0));
    if (field.type == PRODUCT_FIELD_EMAIL)
        MUST(memchr(value, '@', length));
    return 0;
}
