/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte chooses the form, the rest is what was typed. */
#include "base/utf8.h"
#include "claim/check_characters.h"
#include "claim/identifier.h"
#include "tests/fuzz/fuzz.h"

#define UNTOUCHED "untouched"

static const char *const forms[][2] = {
    {"hex", "lower"},
    {"hex:8", "upper"},
    {"hex:64", "keep"},
    {"uuid", "lower"},
    {"SN[0-9]{8}", "upper"},
    {".*", "keep"},
    {"[a-z]+-[0-9]{4}", "keep"},
    {"(a|ab|abc)+_?[0-9]*", "lower"},
};

#define FORM_COUNT (sizeof forms / sizeof *forms)

static const struct identifier_form *form_at(size_t index)
{
    static struct identifier_form parsed[FORM_COUNT];
    static int ready;

    for (size_t i = 0; !ready && i < FORM_COUNT; i++)
        MUST(identifier_form_parse(forms[i][0], forms[i][1], &parsed[i]) == IDENTIFIER_OK);
    ready = 1;
    return &parsed[index % FORM_COUNT];
}

static void check_name(const struct identifier_form *form, const char *name)
{
    char again[IDENTIFIER_SIZE];
    size_t length = strnlen(name, IDENTIFIER_SIZE);

    MUST(length >= IDENTIFIER_MIN && length <= IDENTIFIER_MAX);
    MUST(strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == length);
    MUST(identifier_is_thing_name(name, length));
    MUST(identifier_parse(form, name, length, again, NULL) == IDENTIFIER_OK);
    MUST(strcmp(name, again) == 0);
}

static void check_label(const struct identifier_form *form, const char *name)
{
    char again[IDENTIFIER_SIZE], check[CHECK_SIZE], label[IDENTIFIER_SIZE + CHECK_SIZE];

    check_characters_of(name, check);
    MUST(check_characters_fit(name, check));
    int length = snprintf(label, sizeof label, "%s%c%s", name, CHECK_MARK, check);
    MUST(identifier_parse(form, label, (size_t)length, again, NULL) == IDENTIFIER_OK);
    MUST(strcmp(name, again) == 0);
}

static void check_group(const struct identifier_problem *problem)
{
    size_t length = strnlen(problem->group_text, sizeof problem->group_text);

    MUST(length < sizeof problem->group_text);
    MUST(problem->group == 0 || problem->error == IDENTIFIER_WRONG_CHECK);
    MUST(problem->group <= IDENTIFIER_MAX + 1);
    MUST((problem->group > 0) == (length > 0));
    MUST(problem->group > 0 || !problem->group_is_check);
    for (size_t i = 0; i < length; i++)
        MUST(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-",
                    problem->group_text[i]));
}

static void check_problem(const struct identifier_problem *problem, size_t typed_length)
{
    size_t length = strnlen(problem->character, sizeof problem->character);
    uint32_t character;

    MUST(problem->error > IDENTIFIER_OK && problem->error < IDENTIFIER_BAD_FORM);
    MUST(problem->position <= typed_length);
    MUST((problem->error == IDENTIFIER_BAD_CHARACTER) == (problem->position > 0));
    MUST(length < sizeof problem->character);
    if (length == 0)
        return;
    MUST(problem->error == IDENTIFIER_BAD_CHARACTER);
    MUST(utf8_decode(problem->character, length, &character) == length);
    MUST(!utf8_is_hidden(character));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char out[IDENTIFIER_SIZE] = UNTOUCHED;
    struct identifier_problem problem = {.error = IDENTIFIER_BAD_FORM};

    if (size == 0)
        return 0;
    const struct identifier_form *form = form_at(data[0]);
    const char *typed = (const char *)data + 1;
    enum identifier_error error = identifier_parse(form, typed, size - 1, out, &problem);
    if (error == IDENTIFIER_OK) {
        check_name(form, out);
        check_label(form, out);
        return 0;
    }
    MUST(strcmp(out, UNTOUCHED) == 0);
    MUST(problem.error == error);
    check_problem(&problem, size - 1);
    check_group(&problem);
    return 0;
}
