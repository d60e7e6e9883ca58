/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/identifier.h"

#include <string.h>

#include "base/utf8.h"
#include "claim/identifier_form.h"
#include "claim/identifier_typed.h"

/* A name in the making. Counts on when it is full, so that its length can be told. */
struct name {
    char bytes[IDENTIFIER_SIZE];
    size_t length;
};

static void name_add(struct name *name, char c)
{
    if (name->length < IDENTIFIER_MAX)
        name->bytes[name->length] = c;
    name->length++;
}

static bool is_name_character(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
}

size_t identifier_group(const char *name)
{
    size_t length = strcspn(name, "-_");

    length = length > IDENTIFIER_GROUP_LENGTH ? IDENTIFIER_GROUP_LENGTH : length;
    return name[length] == '-' || name[length] == '_' ? length + 1 : length;
}

bool identifier_is_thing_name(const char *name, size_t length)
{
    if (length < IDENTIFIER_MIN || length > IDENTIFIER_MAX)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!is_name_character((unsigned char)name[i]))
            return false;
    return true;
}

/* The hex digit that was meant, 0 for none. */
static char as_hex(uint32_t character)
{
    if (character >= 0x80 || character == 0)
        return 0;
    if (strchr("0123456789abcdefABCDEF", (int)character) != NULL)
        return (char)character;
    if (strchr("Oo", (int)character) != NULL)
        return '0';
    return strchr("IiLl", (int)character) != NULL ? '1' : 0;
}

static char as_cased(char c, int letter_case)
{
    if (letter_case == FORM_LOWER && c >= 'A' && c <= 'Z')
        return (char)(c + ('a' - 'A'));
    if (letter_case == FORM_UPPER && c >= 'a' && c <= 'z')
        return (char)(c - ('a' - 'A'));
    return c;
}

/* The character as the form writes it, 0 when the form has no such character. */
static char as_form(const struct identifier_form *form, uint32_t character)
{
    char c = form->kind != FORM_PATTERN     ? as_hex(character)
             : is_name_character(character) ? (char)character
                                            : 0;
    return as_cased(c, form->letter_case);
}

static size_t count_without_separators(const struct typed *typed)
{
    size_t count = 0;

    for (size_t i = 0; i < typed->count; i++)
        if (!utf8_is_space(typed->marks[i].character) && !typed_is_dash(typed->marks[i].character))
            count++;
    return count;
}

/* bare: without spaces and dashes; dashed: without spaces. */
static bool collect(const struct identifier_form *form, const struct typed *typed, struct name *bare,
                    struct name *dashed, struct mark *culprit)
{
    for (size_t i = 0; i < typed->count; i++) {
        uint32_t character = typed->marks[i].character;
        if (utf8_is_space(character))
            continue;
        char c = typed_is_dash(character) ? '-' : as_form(form, character);
        if (c == 0) {
            *culprit = typed->marks[i];
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

static enum identifier_error match(const struct identifier_form *form, const struct typed *typed,
                                   struct name *out, struct mark *culprit)
{
    struct name bare = {0};
    struct name dashed = {0};

    if (!collect(form, typed, &bare, &dashed, culprit))
        return IDENTIFIER_BAD_CHARACTER;
    if (bare.length == 0)
        return IDENTIFIER_EMPTY;
    return form->kind == FORM_PATTERN ? match_pattern(form, &bare, &dashed, out)
                                      : match_digits(form, &bare, out);
}

enum identifier_error identifier_parse(const struct identifier_form *form, const char *typed, size_t length,
                                       char out[IDENTIFIER_SIZE], struct identifier_problem *problem)
{
    struct identifier_problem found = {.wanted = form->digits};
    struct mark culprit = {0};
    struct typed part;
    struct name name = {0};

    found.error = typed_read(typed, length, &part, &culprit);
    if (found.error == IDENTIFIER_TOO_LONG)
        found.length = length;
    if (found.error == IDENTIFIER_OK) {
        found.length = count_without_separators(&part);
        found.error = match(form, &part, &name, &culprit);
    }
    if (found.error == IDENTIFIER_OK) {
        memcpy(out, name.bytes, sizeof name.bytes);
        return IDENTIFIER_OK;
    }
    found.position = culprit.position;
    if (culprit.character != 0)
        utf8_encode(culprit.character, found.character);
    if (problem != NULL)
        *problem = found;
    return found.error;
}

static size_t distance(const struct identifier_problem *problem)
{
    if (problem->wanted == 0)
        return IDENTIFIER_TYPED_MAX;
    return problem->length > problem->wanted ? problem->length - problem->wanted
                                             : problem->wanted - problem->length;
}

/* A character that some form could have: this form's refusal of it says little about what was meant. */
static bool is_of_a_name(const char *character)
{
    return character[0] != '\0' && character[1] == '\0' && is_name_character((unsigned char)character[0]);
}

/* How sure it is that the form that has this problem is the one that was meant, and that fixing it would
 * help. */
static int helpfulness(const struct identifier_problem *problem)
{
    bool near = distance(problem) <= 2;

    switch (problem->error) {
    case IDENTIFIER_BAD_CHARACTER:
        if (!is_of_a_name(problem->character))
            return 6;
        return near ? 5 : 1;
    case IDENTIFIER_TOO_SHORT:
    case IDENTIFIER_TOO_LONG:
        if (problem->wanted == 0)
            return 3;
        return near ? 5 : 4;
    case IDENTIFIER_NO_MATCH:
        return 2;
    default:
        return 7;
    }
}

const struct identifier_problem *identifier_problem_better(const struct identifier_problem *a,
                                                           const struct identifier_problem *b)
{
    int of_a = helpfulness(a);
    int of_b = helpfulness(b);

    if (of_a != of_b)
        return of_a > of_b ? a : b;
    if (distance(a) != distance(b))
        return distance(a) < distance(b) ? a : b;
    return b->position > a->position ? b : a;
}

const char *identifier_error_name(enum identifier_error error)
{
    static const char *const names[] = {
        [IDENTIFIER_OK] = "ok",
        [IDENTIFIER_EMPTY] = "empty",
        [IDENTIFIER_TOO_SHORT] = "too short",
        [IDENTIFIER_TOO_LONG] = "too long",
        [IDENTIFIER_BAD_CHARACTER] = "bad character",
        [IDENTIFIER_BAD_URL] = "web address without an identifier",
        [IDENTIFIER_NO_MATCH] = "does not match the pattern",
        [IDENTIFIER_WRONG_CHECK] = "wrong check characters",
        [IDENTIFIER_BAD_FORM] = "bad form",
    };
    return (size_t)error < sizeof names / sizeof *names ? names[error] : "unknown";
}
