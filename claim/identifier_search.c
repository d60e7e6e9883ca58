/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/identifier_search.h"

#include <string.h>

#include "base/utf8.h"
#include "claim/check_characters.h"
#include "claim/identifier_mistake.h"
#include "claim/identifier_text.h"

#define ATTEMPTS_MAX 256
#define MARKED_MAX 8 /* attempts with check characters: to find a mistake in them takes up to 2 ms */

/* The best that was found so far. */
struct finding {
    enum identifier_error error; /* IDENTIFIER_NO_MATCH: nothing yet */
    bool is_named;
    char name[IDENTIFIER_SIZE];
    struct identifier_problem problem;
};

struct search {
    const struct identifier_form *form;
    const struct typed *typed;
    search_match *match;
    struct identifier_problem blank; /* of the form, with nothing found yet */
    unsigned attempts, marked;
    struct finding finding;
    struct text_words text;
};

static uint32_t character_at(const struct search *search, size_t at)
{
    return at < search->typed->count ? search->typed->marks[at].character : 0;
}

static bool is_digit(uint32_t character)
{
    return character >= '0' && character <= '9';
}

static bool is_letter_or_digit(uint32_t character)
{
    return form_is_of_a_name(character) && character != '-' && character != '_';
}

/* ---- what is found ---- */

static void note_name(struct search *search, const char *name, bool is_named)
{
    struct finding *finding = &search->finding;
    bool has_name = finding->error == IDENTIFIER_OK || finding->error == IDENTIFIER_SEVERAL;

    if (has_name && finding->is_named && !is_named)
        return;
    if (!has_name || (is_named && !finding->is_named)) {
        finding->error = IDENTIFIER_OK;
        finding->is_named = is_named;
        memcpy(finding->name, name, IDENTIFIER_SIZE);
    } else if (strcmp(finding->name, name) != 0) {
        finding->error = IDENTIFIER_SEVERAL;
        finding->problem = search->blank;
    }
}

/* Wrong check characters, and what is wrong with a part that is named as the identifier. */
static void note_problem(struct search *search, const struct identifier_problem *problem, bool is_named)
{
    struct finding *finding = &search->finding;
    bool is_worth =
        problem->error == IDENTIFIER_WRONG_CHECK ||
        (is_named && (problem->error == IDENTIFIER_TOO_SHORT || problem->error == IDENTIFIER_TOO_LONG));

    if (!is_worth || finding->error == IDENTIFIER_OK || finding->error == IDENTIFIER_SEVERAL ||
        (finding->error == IDENTIFIER_WRONG_CHECK && problem->error != IDENTIFIER_WRONG_CHECK))
        return;
    finding->error = problem->error;
    finding->problem = *problem;
}

/* "labelled" could be eight hex digits, and no label has it for one. */
static bool is_likely(const struct search *search, size_t from, size_t end)
{
    while (from < end && !is_digit(character_at(search, from)))
        from++;
    return from < end || search->form->digits == 0;
}

/* Whether the part is worth an attempt, and one is left. */
static bool may_try(struct search *search, size_t from, size_t end, enum text_name named)
{
    bool is_marked = false;

    for (size_t at = from; at < end; at++)
        is_marked |= character_at(search, at) == CHECK_MARK;
    return named != TEXT_OTHER && is_likely(search, from, end) && search->attempts++ < ATTEMPTS_MAX &&
           (!is_marked || search->marked++ < MARKED_MAX);
}

/* Whether that settles what the part is: an identifier, or one with wrong check characters. */
static bool try_part(struct search *search, size_t from, size_t end, enum text_name named)
{
    bool is_named = named == TEXT_IDENTIFIER;
    struct identifier_problem problem = search->blank;
    char name[IDENTIFIER_SIZE] = "";
    struct typed part;
    struct mark culprit;

    if (!may_try(search, from, end, named))
        return false;
    part.count = end - from;
    memcpy(part.marks, search->typed->marks + from, part.count * sizeof *part.marks);
    for (size_t at = 0; at < part.count; at++)
        if (utf8_is_space(part.marks[at].character))
            part.marks[at].character = ' ';
    problem.error = typed_narrow(&part, &culprit);
    if (problem.error == IDENTIFIER_OK)
        problem.error = search->match(search->form, &part, name, &problem);
    if (problem.error == IDENTIFIER_OK)
        note_name(search, name, is_named);
    else
        note_problem(search, &problem, is_named);
    return problem.error == IDENTIFIER_OK || problem.error == IDENTIFIER_WRONG_CHECK;
}

/* ---- forms with a number of digits ---- */

static size_t skip_spaces(const struct search *search, size_t at)
{
    while (utf8_is_space(character_at(search, at)))
        at++;
    return at;
}

/* The end of the check characters after a mark at `at`, or `at` if there are none. */
static size_t check_end(const struct search *search, size_t at)
{
    size_t from = skip_spaces(search, at);
    size_t count = 0;

    if (character_at(search, from) != CHECK_MARK)
        return at;
    from = skip_spaces(search, from + 1);
    while (count <= MISTAKE_CHECK_MAX && is_letter_or_digit(character_at(search, from + count)))
        count++;
    return count > 0 && count <= MISTAKE_CHECK_MAX ? from + count : at;
}

/* The end of exactly as many digits as the form has, with spaces, dashes and line ends among them; 0 if they
 * do not end with a word. */
static size_t digits_end(const struct search *search, size_t from)
{
    size_t count = 0;

    for (; from < search->typed->count && count < search->form->digits; from++) {
        uint32_t character = character_at(search, from);
        if (utf8_is_space(character) || typed_is_dash(character))
            continue;
        if (form_character(search->form, character) == 0)
            return 0;
        count++;
    }
    return count == search->form->digits && !form_is_of_a_name(character_at(search, from)) ? from : 0;
}

/* Whether it looks like one more group of digits. "ID" and "oil" do not, where letters stand for 1 and 0. */
static bool is_group(const struct search *search, const struct text_word *word)
{
    bool has_digit = false;
    bool is_exact = true;

    for (size_t at = word->from; at < word->end; at++) {
        uint32_t character = character_at(search, at);
        if (form_character(search->form, character) == 0)
            return false;
        has_digit |= is_digit(character);
        is_exact &= strchr("OoIiLl", (int)character) == NULL;
    }
    return has_digit || is_exact;
}

/* Groups that have more of their kind beside them in the line are a part of something longer. */
static bool is_part(const struct search *search, size_t first, size_t next)
{
    const struct text_words *text = &search->text;

    return (first > 0 && text->words[first].gap == TEXT_SPACE && is_group(search, &text->words[first - 1])) ||
           (next < text->count && text->words[next].gap == TEXT_SPACE &&
            is_group(search, &text->words[next]));
}

/* Returns the next word to look at. */
static size_t try_digits(struct search *search, size_t first)
{
    const struct text_words *text = &search->text;
    size_t end = digits_end(search, text->words[first].from);
    size_t next = first + 1;

    if (end == 0)
        return next;
    size_t whole = check_end(search, end);
    while (next < text->count && text->words[next].from < whole)
        next++;
    bool is_one_word = text->words[first].end >= end;
    if (!is_one_word && is_part(search, first, next))
        return first + 1;
    return try_part(search, text->words[first].from, whole, text->words[first].name) ? next : first + 1;
}

/* ---- all forms ---- */

/* The words from first on that only spaces separate, without the key of the next ones; *next is the word
 * after them. Whether that settles what they are. */
static bool try_field(struct search *search, size_t first, size_t *next)
{
    const struct text_words *text = &search->text;
    size_t last = first + 1;

    while (last < text->count && text->words[last].gap == TEXT_SPACE)
        last++;
    *next = last;
    if (text->words[last - 1].is_key)
        last--;
    return last > first &&
           try_part(search, text->words[first].from, text->words[last - 1].end, text->words[first].name);
}

static void try_words(struct search *search, size_t first, size_t end)
{
    const struct text_words *text = &search->text;

    while (first < end) {
        const struct text_word *word = &text->words[first];
        if (search->form->digits && !word->is_key && !word->is_address) {
            first = try_digits(search, first);
            continue;
        }
        if (!word->is_key)
            try_part(search, word->from, check_end(search, word->end), word->name);
        first++;
    }
}

/* A network's name and password, or somebody's address: no label. */
static bool is_of_another_kind(const struct search *search)
{
    static const char *const kinds[] = {"WIFI", "BEGIN", "MECARD"};
    const struct text_word *first = &search->text.words[0];

    for (size_t i = 0; first->is_key && i < sizeof kinds / sizeof *kinds; i++) {
        size_t length = strlen(kinds[i]);
        size_t same = 0;
        while (same < length &&
               (character_at(search, first->from + same) & ~0x20U) == (uint32_t)kinds[i][same])
            same++;
        if (same == length && first->end - first->from == length)
            return true;
    }
    return false;
}

static void search_words(struct search *search)
{
    for (size_t first = 0, next; first < search->text.count; first = next)
        if (!try_field(search, first, &next))
            try_words(search, first, next);
}

enum identifier_error search_identifier(const struct identifier_form *form, const struct typed *typed,
                                        search_match *match, char out[IDENTIFIER_SIZE],
                                        struct identifier_problem *problem)
{
    struct search search = {.form = form,
                            .typed = typed,
                            .match = match,
                            .blank = *problem,
                            .finding.error = IDENTIFIER_NO_MATCH};

    text_words_read(typed, &search.text);
    if (search.text.count > 1 && !is_of_another_kind(&search))
        search_words(&search);
    if (search.finding.error == IDENTIFIER_OK)
        memcpy(out, search.finding.name, IDENTIFIER_SIZE);
    else if (search.finding.error != IDENTIFIER_NO_MATCH)
        *problem = search.finding.problem;
    return search.finding.error;
}
