/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/identifier.h"

#include <string.h>

#include "base/utf8.h"
#include "claim/check_characters.h"
#include "claim/gtin.h"
#include "claim/identifier_form.h"
#include "claim/identifier_match.h"
#include "claim/identifier_search.h"
#include "claim/identifier_typed.h"

static struct identifier_problem problem_of(const struct identifier_form *form, enum identifier_error error)
{
    return (struct identifier_problem){
        .error = error, .wanted = form->digits, .hex = form->kind != FORM_PATTERN};
}

/* As search_match of identifier_search.h. */
static enum identifier_error match_part(const struct identifier_form *form, const struct typed *part,
                                        char out[IDENTIFIER_SIZE], struct identifier_problem *problem)
{
    struct mark culprit;

    return identifier_match(form, part, out, &culprit, problem);
}

/* Reads typed as one identifier and nothing else. */
static enum identifier_error match_whole(const struct identifier_form *form, const struct typed *typed,
                                         char out[IDENTIFIER_SIZE], struct identifier_problem *problem)
{
    struct typed part = *typed;
    struct mark culprit = {0};

    problem->error = typed_narrow(&part, &culprit);
    if (problem->error == IDENTIFIER_OK)
        problem->error = identifier_match(form, &part, out, &culprit, problem);
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
