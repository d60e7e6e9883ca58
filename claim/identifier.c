/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/identifier.h"

#include <string.h>

#include "base/utf8.h"
#include "claim/check_characters.h"
#include "claim/gtin.h"
#include "claim/identifier_form.h"
#include "claim/identifier_mistake.h"
#include "claim/identifier_search.h"
#include "claim/identifier_typed.h"

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

bool identifier_is_thing_name(const char *name, size_t length)
{
    if (length < IDENTIFIER_MIN || length > IDENTIFIER_MAX)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!form_is_of_a_name((unsigned char)name[i]))
            return false;
    return true;
}

static bool is_separator(uint32_t character)
{
    return utf8_is_space(character) || typed_is_dash(character);
}

static bool is_letter_or_digit(uint32_t character)
{
    return form_is_of_a_name(character) && character != '-' && character != '_';
}

/* The number of characters in [from, end) other than spaces and dashes. */
static size_t count_between(const struct typed *typed, size_t from, size_t end)
{
    size_t count = 0;

    for (; from < end; from++)
        if (!is_separator(typed->marks[from].character))
            count++;
    return count;
}

/* The typed text, split into name and check characters. */
struct parts {
    const struct typed *typed;
    size_t name_end; /* the name is in [0, name_end) */
    size_t check;    /* the check characters are in [check, end) */
    size_t end;
    size_t check_count; /* 0: none were typed */
    bool marked;        /* CHECK_MARK separates the two */
};

/* The position of the last CHECK_MARK, or end if there is none. */
static size_t find_mark(const struct typed *typed, size_t end)
{
    size_t at = end;

    while (at > 0 && typed->marks[at - 1].character != CHECK_MARK)
        at--;
    return at > 0 ? at - 1 : end;
}

/* One to three characters after the mark are check characters, possibly one too many or too few; more are
 * something else. */
static bool are_check_characters(const struct typed *typed, size_t from, size_t end)
{
    size_t count = count_between(typed, from, end);

    for (size_t i = from; i < end; i++)
        if (!is_separator(typed->marks[i].character) && !is_letter_or_digit(typed->marks[i].character))
            return false;
    return count >= 1 && count <= MISTAKE_CHECK_MAX;
}

/* The position after the first count characters that are not spaces or dashes. */
static size_t place_after(const struct typed *typed, size_t count)
{
    size_t at = 0;

    for (; count > 0 || is_separator(typed->marks[at].character); at++)
        if (!is_separator(typed->marks[at].character))
            count--;
    return at;
}

/* Without a mark, the number of characters (plus or minus one) decides whether there are check characters. */
static void split_by_count(const struct identifier_form *form, struct parts *parts)
{
    size_t count = count_between(parts->typed, 0, parts->end);

    if (form->digits == 0 || count <= form->digits || count > form->digits + MISTAKE_CHECK_MAX)
        return;
    size_t name_count = count == form->digits + 1 ? form->digits - 1 : form->digits;
    size_t check = place_after(parts->typed, name_count);
    if (!are_check_characters(parts->typed, check, parts->end))
        return;
    parts->name_end = parts->check = check;
    parts->check_count = count - name_count;
}

static struct parts split(const struct identifier_form *form, const struct typed *typed)
{
    size_t end = typed->count;

    if (end > 0 && typed->marks[end - 1].character == CHECK_MARK)
        end--; /* a trailing "/" as in a URL */
    struct parts parts = {.typed = typed, .name_end = end, .check = end, .end = end};
    size_t mark = find_mark(typed, end);
    if (mark == end) {
        split_by_count(form, &parts);
    } else if (are_check_characters(typed, mark + 1, end)) {
        parts.name_end = mark;
        parts.check = mark + 1;
        parts.check_count = count_between(typed, mark + 1, end);
        parts.marked = true;
    }
    return parts;
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

static void copy_check(const struct parts *parts, char out[MISTAKE_CHECK_MAX + 1])
{
    size_t count = 0;

    for (size_t i = parts->check; i < parts->end; i++) {
        char c = (char)parts->typed->marks[i].character;
        if (!is_separator(parts->typed->marks[i].character))
            out[count++] = c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
    }
    out[count] = '\0';
}

/* Whether the mistake can be located in one group. */
static bool find_mistake(const struct identifier_form *form, const struct name *name,
                         const struct parts *parts, struct identifier_problem *problem)
{
    struct mistake_word word = {.name_length = name->length, .marked = parts->marked};

    if (name->length > MISTAKE_NAME_MAX)
        return false;
    memcpy(word.characters, name->bytes, name->length);
    copy_check(parts, word.characters + name->length);
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

    copy_check(parts, check);
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

    copy_check(parts, check);
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
    struct reading reading = {.parts = split(form, typed)};
    const struct parts *parts = &reading.parts;

    problem->length = count_between(typed, 0, parts->name_end) + parts->check_count;
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

static struct identifier_problem problem_of(const struct identifier_form *form, enum identifier_error error)
{
    return (struct identifier_problem){
        .error = error, .wanted = form->digits, .hex = form->kind != FORM_PATTERN};
}

/* As search_match of identifier_search.h. */
static enum identifier_error match_part(const struct identifier_form *form, const struct typed *part,
                                        char out[IDENTIFIER_SIZE], struct identifier_problem *problem)
{
    struct name name = {0};
    struct mark culprit;
    enum identifier_error error = match(form, part, &name, &culprit, problem);

    if (error == IDENTIFIER_OK)
        memcpy(out, name.bytes, IDENTIFIER_SIZE);
    return error;
}

/* Reads typed as one identifier and nothing else. */
static enum identifier_error match_whole(const struct identifier_form *form, const struct typed *typed,
                                         char out[IDENTIFIER_SIZE], struct identifier_problem *problem)
{
    struct typed part = *typed;
    struct mark culprit = {0};
    struct name name = {0};

    problem->error = typed_narrow(&part, &culprit);
    if (problem->error == IDENTIFIER_OK)
        problem->error = match(form, &part, &name, &culprit, problem);
    if (problem->error == IDENTIFIER_OK)
        memcpy(out, name.bytes, IDENTIFIER_SIZE);
    problem->position = culprit.position;
    if (culprit.character != 0)
        utf8_encode(culprit.character, problem->character);
    return problem->error;
}

static bool is_shop_barcode(const struct typed *typed)
{
    char digits[GTIN_SIZE];
    size_t count = 0;

    for (size_t at = 0; at < typed->count; at++) {
        uint32_t character = typed->marks[at].character;
        if (utf8_is_space(character))
            continue;
        if (character < '0' || character > '9' || count == GTIN_LENGTH)
            return false;
        digits[count++] = (char)character;
    }
    char ignored[GTIN_SIZE];
    return gtin_parse(digits, count, ignored) == GTIN_OK;
}

/* What is read in addition where the whole text is no identifier, or is an address and more. */
static enum identifier_error look_further(const struct identifier_form *form, const struct typed *typed,
                                          char out[IDENTIFIER_SIZE], struct identifier_problem *problem)
{
    struct identifier_problem further = problem_of(form, IDENTIFIER_NO_MATCH);
    char found[IDENTIFIER_SIZE];
    enum identifier_error error = search_identifier(form, typed, match_part, found, &further);

    if (error == IDENTIFIER_NO_MATCH || (error != IDENTIFIER_SEVERAL && problem->error == IDENTIFIER_OK))
        return problem->error;
    if (error == IDENTIFIER_OK)
        memcpy(out, found, IDENTIFIER_SIZE);
    else
        *problem = further;
    problem->error = error;
    return error;
}

/* A number of about the form's length is that with a mistake. */
static bool may_be_shop_barcode(const struct identifier_form *form, const struct identifier_problem *problem)
{
    bool is_length = problem->error == IDENTIFIER_TOO_SHORT || problem->error == IDENTIFIER_TOO_LONG ||
                     problem->error == IDENTIFIER_NO_MATCH;

    return is_length && (form->digits == 0 || problem->length + CHECK_LENGTH < form->digits ||
                         problem->length > form->digits + 2 * CHECK_LENGTH);
}

static enum identifier_error parse(const struct identifier_form *form, const struct typed *typed,
                                   char out[IDENTIFIER_SIZE], struct identifier_problem *problem)
{
    enum identifier_error error = match_whole(form, typed, out, problem);

    if (error == IDENTIFIER_OK ? typed_is_address(typed) : error != IDENTIFIER_WRONG_CHECK)
        error = look_further(form, typed, out, problem);
    if (error != IDENTIFIER_OK && may_be_shop_barcode(form, problem) && is_shop_barcode(typed))
        *problem = (struct identifier_problem){.error = IDENTIFIER_SHOP_BARCODE};
    return problem->error;
}

enum identifier_error identifier_parse(const struct identifier_form *form, const char *text, size_t length,
                                       char out[IDENTIFIER_SIZE], struct identifier_problem *problem)
{
    struct identifier_problem found = problem_of(form, IDENTIFIER_TOO_LONG);
    char name[IDENTIFIER_SIZE];
    struct mark culprit;
    struct typed typed;

    found.length = length;
    if (length <= IDENTIFIER_TYPED_MAX) {
        found = problem_of(form, IDENTIFIER_BAD_CHARACTER);
        if (typed_decode(text, length, &typed, &culprit))
            parse(form, &typed, name, &found);
        else
            found.position = culprit.position;
    }
    if (found.error == IDENTIFIER_OK)
        memcpy(out, name, IDENTIFIER_SIZE);
    else if (problem != NULL)
        *problem = found;
    return found.error;
}

/* How many bytes the first count characters have. */
static size_t size_of(const char *text, size_t length, size_t count)
{
    uint32_t character;
    size_t size = 0;

    while (count-- > 0)
        size += utf8_decode(text + size, length - size, &character);
    return size;
}

void identifier_trim(const char **typed, size_t *length)
{
    struct typed all;
    struct mark culprit;

    if (*length > IDENTIFIER_TYPED_MAX || !typed_decode(*typed, *length, &all, &culprit))
        return;
    typed_trim(&all);
    size_t from = all.count > 0 ? size_of(*typed, *length, all.marks[0].position - 1) : 0;
    size_t end = all.count > 0 ? size_of(*typed, *length, all.marks[all.count - 1].position) : 0;
    *typed += from;
    *length = end - from;
}

static size_t distance(const struct identifier_problem *problem)
{
    if (problem->wanted == 0)
        return IDENTIFIER_TYPED_MAX;
    return problem->length > problem->wanted ? problem->length - problem->wanted
                                             : problem->wanted - problem->length;
}

/* A character that another form may allow: this form's error then says little. */
static bool is_of_a_name(const char *character)
{
    return character[0] != '\0' && character[1] == '\0' && form_is_of_a_name((unsigned char)character[0]);
}

/* Ranks a problem: how likely this form is the intended one, and how much fixing the problem helps. */
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
