/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/identifier_mistake.h"

#include <string.h>

#include "claim/identifier_form.h"

#define GROUPS_MAX (IDENTIFIER_MAX + 1) /* including the check characters */

static const char check_alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

struct group {
    size_t explanations;
    size_t from, length; /* in the typed text */
    bool is_check;
};

struct search {
    const struct identifier_form *form;
    const struct mistake_word *typed;
    struct group groups[GROUPS_MAX];
    size_t explanations;
};

/* A possible correction. */
struct candidate {
    char word[MISTAKE_WORD_SIZE + 1];
    size_t length;
    size_t name_length;
};

static bool is_counted(char c)
{
    return c != '-' && c != '_';
}

/* The name of the candidate. False if it has characters that the form does not allow. */
static bool take_name(const struct search *search, const struct candidate *candidate,
                      char out[IDENTIFIER_SIZE])
{
    for (size_t i = 0; i < candidate->name_length; i++) {
        out[i] = form_character(search->form, (unsigned char)candidate->word[i]);
        if (out[i] == '\0')
            return false;
    }
    out[candidate->name_length] = '\0';
    return true;
}

static bool fits(const struct search *search, const struct candidate *candidate, char name[IDENTIFIER_SIZE])
{
    const size_t wanted = search->form->digits;

    if (candidate->name_length < IDENTIFIER_MIN || candidate->name_length > IDENTIFIER_MAX ||
        (wanted && candidate->name_length != wanted) ||
        candidate->length != candidate->name_length + CHECK_LENGTH || !take_name(search, candidate, name))
        return false;
    if (!check_characters_fit(name, candidate->word + candidate->name_length))
        return false;
    return search->form->kind != FORM_PATTERN ||
           form_pattern_matches(search->form, name, candidate->name_length);
}

/* The group of the candidate that contains place. In the typed text its length differs as the whole length
 * does. */
static size_t group_at(const struct search *search, const struct candidate *candidate, const char *name,
                       size_t place, struct group *out)
{
    const size_t end = candidate->name_length;
    size_t index = 0;

    *out = (struct group){.length = identifier_group(name)};
    while (out->from + out->length <= place && out->from < end) {
        out->from += out->length;
        out->length = out->from < end ? identifier_group(name + out->from) : CHECK_LENGTH;
        index++;
    }
    out->is_check = out->from == end;
    out->length = out->length + search->typed->length - candidate->length;
    return index;
}

static void note(struct search *search, size_t index, const struct group *group)
{
    struct group *noted = &search->groups[index];

    if (noted->explanations++ > 0)
        return;
    *noted = *group;
    noted->explanations = 1;
}

/* Records a candidate: it corrects count characters from place on. */
static void consider(struct search *search, const struct candidate *candidate, size_t place, size_t count)
{
    char name[IDENTIFIER_SIZE];
    struct group first, last;

    if (!fits(search, candidate, name))
        return;
    search->explanations++;
    size_t first_index = group_at(search, candidate, name, place, &first);
    size_t last_index = group_at(search, candidate, name, place + count - 1, &last);
    note(search, first_index, &first);
    if (last_index != first_index)
        note(search, last_index, &last);
}

static struct candidate as_typed(const struct search *search)
{
    struct candidate candidate = {.length = search->typed->length};

    memcpy(candidate.word, search->typed->characters, search->typed->length);
    candidate.name_length =
        search->form->digits && !search->typed->marked ? search->form->digits : search->typed->name_length;
    return candidate;
}

/* The characters possible at a place. */
static const char *alphabet_at(const struct search *search, size_t place, size_t name_length)
{
    return place < name_length ? form_alphabet(search->form) : check_alphabet;
}

static void undo_replaced(struct search *search)
{
    struct candidate candidate = as_typed(search);

    for (size_t i = 0; i < candidate.length; i++) {
        const char typed = candidate.word[i];
        if (!is_counted(typed))
            continue;
        for (const char *meant = alphabet_at(search, i, candidate.name_length); *meant != '\0'; meant++) {
            candidate.word[i] = *meant;
            if (*meant != typed)
                consider(search, &candidate, i, 1);
        }
        candidate.word[i] = typed;
    }
}

static void undo_swapped(struct search *search)
{
    struct candidate candidate = as_typed(search);

    for (size_t i = 0; i + 1 < candidate.length; i++) {
        const char first = candidate.word[i];
        const char second = candidate.word[i + 1];
        bool across_mark = search->typed->marked && i + 1 == candidate.name_length;
        if (first == second || across_mark || !is_counted(first) || !is_counted(second))
            continue;
        candidate.word[i] = second;
        candidate.word[i + 1] = first;
        consider(search, &candidate, i, 2);
        candidate.word[i] = first;
        candidate.word[i + 1] = second;
    }
}

/* In a run of equal characters, as from a bouncing key, dropping the last is enough: dropping any gives the
 * same word. */
static void undo_added(struct search *search)
{
    const struct mistake_word *typed = search->typed;

    for (size_t i = 0; i < typed->length; i++) {
        struct candidate candidate = as_typed(search);
        const char c = typed->characters[i];
        if (i > 0 && c == typed->characters[i - 1] && c != typed->characters[i + 1])
            continue;
        candidate.length--;
        memmove(candidate.word + i, candidate.word + i + 1, candidate.length - i);
        bool in_name = typed->marked && i < typed->name_length;
        if (in_name)
            candidate.name_length--;
        consider(search, &candidate, in_name && i == candidate.name_length ? i - 1 : i, 1);
    }
}

static void undo_left_out_at(struct search *search, size_t place)
{
    struct candidate candidate = as_typed(search);

    memmove(candidate.word + place + 1, candidate.word + place, candidate.length - place);
    candidate.length++;
    if (search->typed->marked)
        candidate.name_length++;
    for (const char *meant = alphabet_at(search, place, candidate.name_length); *meant != '\0'; meant++) {
        candidate.word[place] = *meant;
        consider(search, &candidate, place, 1);
    }
}

/* After a mark a missing check character needs no search. */
static void undo_left_out(struct search *search)
{
    const struct mistake_word *typed = search->typed;
    size_t end = typed->marked ? typed->name_length : typed->length;

    for (size_t i = 0; i <= end; i++)
        undo_left_out_at(search, i);
}

/* Finds the first group that every candidate touches; a swap can touch two. A group that is missing as a
 * whole cannot be compared. */
static void name_group(const struct search *search, struct identifier_problem *problem)
{
    for (size_t i = 0; search->explanations > 0 && i < GROUPS_MAX; i++) {
        const struct group *group = &search->groups[i];
        if (group->explanations != search->explanations || group->length == 0)
            continue;
        problem->group = i + 1;
        problem->group_is_check = group->is_check;
        size_t length = group->length < IDENTIFIER_GROUP_SIZE ? group->length : IDENTIFIER_GROUP_SIZE - 1;
        memcpy(problem->group_text, search->typed->characters + group->from, length);
        problem->group_text[length] = '\0';
        return;
    }
}

bool mistake_find(const struct identifier_form *form, const struct mistake_word *word,
                  struct identifier_problem *problem)
{
    struct search search = {.form = form, .typed = word};

    undo_replaced(&search);
    undo_swapped(&search);
    undo_added(&search);
    undo_left_out(&search);
    name_group(&search, problem);
    return search.explanations > 0;
}
