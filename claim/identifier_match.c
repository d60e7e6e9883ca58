/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/identifier_match.h"

#include <string.h>

#include "base/utf8.h"
#include "claim/check_characters.h"
#include "claim/identifier_mistake.h"
#include "claim/identifier_parts.h"

/* A name being built, with room for one extra character. Keeps counting when full, so that its length can be
 * reported. */
struct name {
    char bytes[MISTAKE_NAME_MAX + 1];
    size_t length;
};

static void name_add(struct name *name, char c)
{
    if (name->length < MISTAKE_NAME_MAX)
        name->bytes[name->length] = c;
    name->length++;
}

/* bare: without spaces and dashes; dashed: without spaces. */
static bool collect(const struct identifier_form *form, const struct parts *parts, struct name *bare,
                    struct name *dashed, struct mark *culprit)
{
    for (size_t i = 0; i < parts->name_end; i++) {
        uint32_t character = parts->typed->marks[i].character;
        if (utf8_is_space(character))
            continue;
        char c = typed_is_dash(character) ? '-' : form_character(form, character);
        if (c == 0) {
            *culprit = parts->typed->marks[i];
            return false;
        }
        name_add(dashed, c);
        if (c != '-')
            name_add(bare, c);
    }
    return true;
}

static void copy_uuid(const char digits[IDENTIFIER_SIZE], struct name *out)
{
    for (size_t i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20)
            name_add(out, '-');
        name_add(out, digits[i]);
    }
}

static enum identifier_error match_digits(const struct identifier_form *form, const struct name *bare,
                                          struct name *out)
{
    if (bare->length != form->digits)
        return bare->length < form->digits ? IDENTIFIER_TOO_SHORT : IDENTIFIER_TOO_LONG;
    if (form->kind == FORM_UUID)
        copy_uuid(bare->bytes, out);
    else
        *out = *bare;
    return IDENTIFIER_OK;
}

static bool meets_pattern(const struct identifier_form *form, const struct name *name)
{
    return identifier_is_thing_name(name->bytes,
                                    name->length < IDENTIFIER_SIZE ? name->length : IDENTIFIER_SIZE) &&
           form_pattern_matches(form, name->bytes, name->length);
}

static enum identifier_error match_pattern(const struct identifier_form *form, const struct name *bare,
                                           const struct name *dashed, struct name *out)
{
    if (dashed->length < IDENTIFIER_MIN)
        return IDENTIFIER_TOO_SHORT;
    if (bare->length > IDENTIFIER_MAX)
        return IDENTIFIER_TOO_LONG;
    if (meets_pattern(form, dashed))
        *out = *dashed;
    else if (meets_pattern(form, bare))
        *out = *bare;
    else
        return IDENTIFIER_NO_MATCH;
    return IDENTIFIER_OK;
}

/* Whether the mistake can be located in one group. */
static bool find_mistake(const struct identifier_form *form, const struct name *name,
                         const struct parts *parts, struct identifier_problem *problem)
{
    struct mistake_word word = {.name_length = name->length, .marked = parts->marked};

    if (name->length > MISTAKE_NAME_MAX)
        return false;
    memcpy(word.characters, name->bytes, name->length);
    parts_copy_check(parts, word.characters + name->length);
    word.length = name->length + parts->check_count;
    return mistake_find(form, &word, problem) && problem->group > 0;
}

static void blame_check(const char *name, const char *check, struct identifier_problem *problem)
{
    problem->group = 1;
    problem->group_is_check = true;
    for (; *name != '\0'; name += identifier_group(name))
        problem->group++;
    memcpy(problem->group_text, check, strlen(check) + 1);
}

/* The typed text and the names built from it for the form. */
struct reading {
    struct parts parts;
    struct name bare;   /* without spaces and dashes */
    struct name dashed; /* without spaces */
};

/* Checks the check characters of an identifier that fits the form. name: as the account writes it. */
static enum identifier_error verify(const struct identifier_form *form, const struct reading *reading,
                                    const struct name *name, struct identifier_problem *problem)
{
    const struct parts *parts = &reading->parts;
    char check[MISTAKE_CHECK_MAX + 1];

    parts_copy_check(parts, check);
    if (parts->check_count == CHECK_LENGTH && check_characters_fit(name->bytes, check))
        return IDENTIFIER_OK;
    const bool marked_wrongly = parts->marked && parts->check_count != CHECK_LENGTH;
    if (marked_wrongly)
        blame_check(name->bytes, check, problem);
    else if (!find_mistake(form, form->kind == FORM_PATTERN ? name : &reading->bare, parts, problem) &&
             parts->check_count != CHECK_LENGTH)
        return IDENTIFIER_TOO_LONG;
    problem->length -= marked_wrongly ? parts->check_count : CHECK_LENGTH;
    return IDENTIFIER_WRONG_CHECK;
}

/* Without a mark, one character more than the identifier has may be an extra digit rather than a check
 * character. */
static bool may_be_digits_only(const struct identifier_form *form, const struct parts *parts)
{
    char check[MISTAKE_CHECK_MAX + 1];

    parts_copy_check(parts, check);
    for (const char *c = check; *c != '\0'; c++)
        if (form_character(form, (unsigned char)*c) == 0)
            return false;
    return !parts->marked;
}

/* Explains a wrong number of characters or an unmatched pattern. */
static enum identifier_error explain(const struct identifier_form *form, const struct reading *reading,
                                     enum identifier_error error, struct identifier_problem *problem)
{
    const struct parts *parts = &reading->parts;

    if (form->digits && may_be_digits_only(form, parts))
        return IDENTIFIER_TOO_LONG;
    if ((form->kind == FORM_PATTERN && find_mistake(form, &reading->dashed, parts, problem)) ||
        find_mistake(form, &reading->bare, parts, problem)) {
        problem->length = reading->bare.length;
        return IDENTIFIER_WRONG_CHECK;
    }
    if (form->digits && error == IDENTIFIER_TOO_SHORT)
        problem->wanted += CHECK_LENGTH;
    return error;
}

static enum identifier_error match(const struct identifier_form *form, const struct typed *typed,
                                   struct name *out, struct mark *culprit, struct identifier_problem *problem)
{
    struct reading reading = {.parts = parts_split(form, typed)};
    const struct parts *parts = &reading.parts;

    problem->length = parts_count_between(typed, 0, parts->name_end) + parts->check_count;
    if (!collect(form, parts, &reading.bare, &reading.dashed, culprit))
        return IDENTIFIER_BAD_CHARACTER;
    if (reading.bare.length == 0)
        return IDENTIFIER_EMPTY;
    enum identifier_error error = form->kind == FORM_PATTERN
                                      ? match_pattern(form, &reading.bare, &reading.dashed, out)
                                      : match_digits(form, &reading.bare, out);
    if (parts->check_count == 0)
        return error;
    return error == IDENTIFIER_OK ? verify(form, &reading, out, problem)
                                  : explain(form, &reading, error, problem);
}

enum identifier_error identifier_match(const struct identifier_form *form, const struct typed *typed,
                                       char out[IDENTIFIER_SIZE], struct mark *culprit,
                                       struct identifier_problem *problem)
{
    struct name name = {0};
    enum identifier_error error = match(form, typed, &name, culprit, problem);

    if (error == IDENTIFIER_OK)
        memcpy(out, name.bytes, IDENTIFIER_SIZE);
    return error;
}
